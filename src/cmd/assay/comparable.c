// SPDX-License-Identifier: MIT
#include "cmd/assay/comparable.h"

#include "assay/machine.h"
#include "cmd/complain.h"

#define MAX_DIFFERENCE_BYTES 1000000

bool may_compare(const struct options *options, const struct assay_result *baseline, const char *baseline_name,
                 const struct assay_machine *machine, const char *candidate_name)
{
    if (baseline->run_count == 0) {
        complain("%s has no benchmarks: there is nothing to compare with", baseline_name);
        return false;
    }
    if (!baseline->machine.class_key || !machine->class_key) {
        complain("note: %s does not say what machine it is of; its times may mean nothing here",
                 baseline->machine.class_key ? candidate_name : baseline_name);
        return true;
    }
    if (!assay_machine_is_foreign(&baseline->machine, machine) || options->any_machine) {
        return true;
    }
    struct buf difference;
    base_buf_init(&difference, MAX_DIFFERENCE_BYTES);
    bool told = assay_machine_add_difference(&baseline->machine, machine, ASSAY_FACTS_OF_CLASS, &difference);
    complain("%s is of another kind of machine (%s); take a baseline here, or add --any-machine to look at it all the "
             "same",
             baseline_name, told ? base_buf_cstr(&difference) : "out of memory to say how");
    base_buf_deinit(&difference);
    return false;
}
