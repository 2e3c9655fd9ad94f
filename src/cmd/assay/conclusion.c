// SPDX-License-Identifier: MIT
#include "cmd/assay/conclusion.h"

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

static bool has_both(const struct assay_comparison *row)
{
    return row->baseline && row->candidate && !row->candidate->error;
}

/* Every check on one benchmark. */
static void apply_checks(const struct report *report, const struct assay_limits *limits,
                         const struct assay_comparison *row, struct conclusion *conclusion)
{
    for (size_t i = 0; i < limits->rule_count; i++) {
        const struct assay_check *check = assay_limits_check(limits, i, row->candidate);
        double measured;
        enum assay_check_outcome outcome = check ? assay_compare_check(row, check, &measured) : ASSAY_CHECK_PASSED;
        if (outcome != ASSAY_CHECK_PASSED) {
            report_check(report, row, check, outcome, measured);
        }
        conclusion->has_failed = conclusion->has_failed || outcome == ASSAY_CHECK_FAILED;
        conclusion->is_undecided =
            conclusion->is_undecided || outcome == ASSAY_CHECK_UNSURE || outcome == ASSAY_CHECK_IMPOSSIBLE;
    }
}

static bool has_failing_metric(const struct assay_comparison *row, const struct assay_limits *limits)
{
    for (int metric = ASSAY_METRIC_FIRST_MEASURED; metric < ASSAY_METRIC_COUNT; metric++) {
        double ratio;
        if (assay_compare_measured(row, (enum assay_metric)metric, limits, &ratio) == ASSAY_VERDICT_SLOWER) {
            return true;
        }
    }
    return false;
}

struct conclusion conclude_comparison(const struct report *report, const struct options *options,
                                      const struct assay_comparison *rows, size_t count)
{
    struct conclusion conclusion = {0};
    bool any_both = false;
    for (size_t i = 0; i < count; i++) {
        bool is_unknown = rows[i].verdict == ASSAY_VERDICT_UNKNOWN;
        conclusion.has_failed = conclusion.has_failed || rows[i].fails;
        conclusion.is_undecided = conclusion.is_undecided || (options->fail_undecided && is_unknown);
        if (has_both(&rows[i])) {
            any_both = true;
            apply_checks(report, &options->limits, &rows[i], &conclusion);
            conclusion.has_failed = conclusion.has_failed || has_failing_metric(&rows[i], &options->limits);
        }
    }
    if (!any_both && count > 0) {
        fputs("cannot tell: the two runs have no benchmark in common\n", report->out);
        conclusion.is_undecided = true;
    }
    return conclusion;
}
