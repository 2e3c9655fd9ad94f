// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/report.h"
#include "cmd/assay/report_table.h"
#include "cmd/complain.h"

static enum shade shade_of_target(enum assay_target_verdict verdict)
{
    switch (verdict) {
    case ASSAY_TARGET_MET:
        return GREEN;
    case ASSAY_TARGET_MISSED:
        return RED;
    case ASSAY_TARGET_UNDECIDED:
    case ASSAY_TARGET_TOO_FEW:
        break;
    }
    return YELLOW;
}

void report_verdict(const struct report *report, enum assay_target_verdict verdict)
{
    enum shade shade = shade_of_target(verdict);
    report_begin_shade(report, shade);
    fputs(assay_target_verdict_name(verdict), report->out);
    report_end_shade(report, shade);
}

/* "p99.9 < 500.5 ms" */
#define LEAST_LIMIT_WIDTH 16

static void print_target(const struct report_table *table, size_t row, const struct assay_judgement *judgement)
{
    char limit[ASSAY_TARGET_TEXT_BYTES], estimate[REPORT_NUMBER_BYTES], bound[REPORT_NUMBER_BYTES + 3] = "-";
    char samples[REPORT_NUMBER_BYTES];
    assay_target_format(&judgement->target, limit);
    report_format_number(judgement->target.metric, judgement->estimate, estimate);
    /* The bound that matters is the one on the side of the limit. */
    double worst = judgement->target.at_least ? judgement->lower : judgement->upper;
    if (isfinite(worst) && judgement->verdict != ASSAY_TARGET_TOO_FEW) {
        char number[REPORT_NUMBER_BYTES];
        report_format_number(judgement->target.metric, worst, number);
        (void)snprintf(bound, sizeof(bound), "%s %s", judgement->target.at_least ? ">=" : "<=", number);
    }
    (void)snprintf(samples, sizeof(samples), "%llu", (unsigned long long)judgement->n); /* fits */
    report_table_row(table, row, (const char *const[]){limit, estimate, bound, samples});
    report_verdict(table->report, judgement->verdict);
    if (judgement->verdict == ASSAY_TARGET_TOO_FEW) {
        fprintf(table->report->out, " (needs %llu)", (unsigned long long)judgement->n_needed);
    }
    fputc('\n', table->report->out);
}

/* How many targets of a run are not met, and how wide their limits are at most. */
static size_t count_missed(const struct assay_run *run, size_t *limit_width)
{
    size_t missed = 0;
    for (size_t i = 0; i < run->judgement_count; i++) {
        char limit[ASSAY_TARGET_TEXT_BYTES];
        if (run->judgements[i].verdict != ASSAY_TARGET_MET) {
            assay_target_format(&run->judgements[i].target, limit);
            *limit_width = strlen(limit) > *limit_width ? strlen(limit) : *limit_width;
            missed++;
        }
    }
    return missed;
}

/* A row for each target that is not met. */
static void print_missed(const struct report *report, const struct assay_result *result, const char *title,
                         size_t limit_width)
{
    const struct report_column columns[] = {
        {"Limit", limit_width, limit_width, LAYOUT_KEEP, true},
        {"Measured", 10, 9, LAYOUT_KEEP, false},
        {"95% bound", 13, 12, LAYOUT_LITTLE, false},
        {"Samples", 9, 7, LAYOUT_LITTLE - 1, false},
    };
    struct label_name *names = base_alloc_array(result->run_count, sizeof(*names));
    size_t count = 0, ignored = 0;
    for (size_t i = 0; names && i < result->run_count; i++) {
        if (count_missed(&result->runs[i], &ignored) > 0) {
            names[count++] = (struct label_name){result->runs[i].name, result->runs[i].fullname};
        }
    }
    struct report_table table;
    if (!names) {
        complain("out of memory for a table");
    } else if (report_table_create(report, "Target of", names, count, columns, sizeof(columns) / sizeof(columns[0]),
                                   strlen("undecided"), &table)) {
        report_table_begin(&table, title);
        for (size_t i = 0, row = 0; i < result->run_count; i++) {
            const struct assay_run *run = &result->runs[i];
            for (size_t each = 0; each < run->judgement_count; each++) {
                if (run->judgements[each].verdict != ASSAY_TARGET_MET) {
                    print_target(&table, row, &run->judgements[each]);
                }
            }
            row += count_missed(run, &ignored) > 0;
        }
        report_table_end(&table);
        report_table_destroy(&table);
    }
    free(names);
}

void report_targets(const struct report *report, const struct assay_result *result)
{
    size_t count = 0, missed = 0, limit_width = LEAST_LIMIT_WIDTH;
    for (size_t i = 0; i < result->run_count; i++) {
        count += result->runs[i].judgement_count;
        missed += count_missed(&result->runs[i], &limit_width);
    }
    if (count == 0) {
        return;
    }
    if (missed == 0) {
        fprintf(report->out, "%zu target%s, %smet.\n\n", count, count == 1 ? "" : "s", count == 1 ? "" : "all ");
        return;
    }
    char title[64];
    (void)snprintf(title, sizeof(title), "%zu of %zu targets not met", missed, count); /* fits */
    print_missed(report, result, title, limit_width);
    fputc('\n', report->out);
}
