// SPDX-License-Identifier: MIT
#include "assay/machine.h"
#include "cmd/assay/report.h"
#include "cmd/complain.h"
#include "cmd/visible.h"

#define MAX_DIFFERENCE_BYTES 1000000
#define RATES_ALIKE 1.05 /* of the shortest cycles of two sessions on one machine */

/* A machine of another class, or what else is not the same.  Whether there was anything to say, as below. */
static bool report_machines(const struct report *report, const struct assay_machine *there,
                            const struct assay_machine *here)
{
    const bool is_foreign = assay_machine_is_foreign(there, here);
    struct buf difference;
    if (!there->class_key || !here->class_key) {
        return false; /* files of other tools have other facts, and a note of their own */
    }
    base_buf_init(&difference, MAX_DIFFERENCE_BYTES);
    bool told =
        assay_machine_add_difference(there, here, is_foreign ? ASSAY_FACTS_OF_CLASS : ASSAY_FACTS_BESIDE, &difference);
    const bool differs = told && difference.len > 0;
    if (differs) {
        visible_make(difference.ptr); /* it is of a file */
    }
    if (!told) {
        complain("out of memory to tell the machines apart");
    } else if (is_foreign) {
        fprintf(report->out, "another kind of machine, so this comparison does not count for the exit status: %s\n",
                base_buf_cstr(&difference));
    } else if (differs) {
        fprintf(report->out, "the same kind of machine, but %s\n", base_buf_cstr(&difference));
    }
    base_buf_deinit(&difference);
    return differs;
}

static bool report_rates(const struct report *report, double there, double here)
{
    if (!(there > 0 && here > 0) || (here <= RATES_ALIKE * there && there <= RATES_ALIKE * here)) {
        return false;
    }
    char before[REPORT_NUMBER_BYTES], after[REPORT_NUMBER_BYTES];
    report_format_number(ASSAY_METRIC_MIN, there, before);
    report_format_number(ASSAY_METRIC_MIN, here, after);
    fprintf(report->out,
            "the core ran at another rate: a cycle took %s there, %s here, which alone makes all take %.2f times as "
            "long: compare cycles\n",
            before, after, here / there);
    return true;
}

/* What the program reads, and code that it loads later, may differ all the same. */
static bool report_binaries(const struct report *report, const struct assay_comparison *rows, size_t count)
{
    size_t both = 0, same = 0;
    for (size_t i = 0; i < count; i++) {
        both += rows[i].baseline && rows[i].candidate;
        same += assay_run_is_of_same_binary(rows[i].baseline, rows[i].candidate);
    }
    if (same > 0 && same == both) {
        fputs("same binary on both sides: what changed is not the program\n", report->out);
    } else if (same > 0) {
        fprintf(report->out, "same binary on both sides of %zu of %zu benchmarks\n", same, both);
    }
    return same > 0;
}

void report_sides(const struct report *report, const struct assay_result *baseline,
                  const struct assay_result *candidate, const struct assay_comparison *rows, size_t count)
{
    bool any = report_machines(report, &baseline->machine, &candidate->machine);
    any = report_rates(report, baseline->cycle, candidate->cycle) || any;
    any = report_binaries(report, rows, count) || any;
    if (any) {
        fputc('\n', report->out);
    }
}
