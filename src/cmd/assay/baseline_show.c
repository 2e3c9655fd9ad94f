// SPDX-License-Identifier: MIT
#include "cmd/assay/baseline_show.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/compare.h"
#include "assay/record.h"
#include "base/num.h"
#include "cmd/assay/chosen.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/report_table.h"
#include "cmd/visible.h"

#define SHORT_COMMIT 12

bool baseline_is_of_machine(const struct options *options, const char *class_id)
{
    return !options->baselines.machine || base_str_matches(base_str(class_id), base_str(options->baselines.machine));
}

static void print_row(const struct report_table *table, size_t at, const struct assay_block *block)
{
    char min[REPORT_NUMBER_BYTES], median[REPORT_NUMBER_BYTES], p95[REPORT_NUMBER_BYTES], cycles[REPORT_NUMBER_BYTES];
    char launches[REPORT_NUMBER_BYTES], date[11] = "-", commit[SHORT_COMMIT + 1] = "-";
    const struct assay_figures figures = assay_figures_of(&block->run);
    report_format_number(ASSAY_METRIC_MIN, figures.min, min);
    report_format_number(ASSAY_METRIC_MEDIAN, figures.median, median);
    report_format_number(ASSAY_METRIC_P95, assay_run_value(&block->run, ASSAY_METRIC_P95), p95);
    report_format_number(ASSAY_METRIC_CYCLES, figures.cycles, cycles);
    (void)snprintf(launches, sizeof(launches), "%ju", (uintmax_t)block->run.launches); /* fits */
    if (block->datetime) {
        (void)snprintf(date, sizeof(date), "%.10s", block->datetime); /* the day alone */
    }
    if (block->commit) {
        (void)snprintf(commit, sizeof(commit), "%.*s", SHORT_COMMIT, block->commit); /* cut on purpose */
    }
    visible_make(date);
    visible_make(commit);
    report_table_row(table, at, (const char *const[]){min, median, p95, cycles, launches, date});
    fprintf(table->report->out, "%s%s\n", commit, block->dirty ? "+" : "");
}

static bool print_class(const struct report *report, const struct assay_class *class,
                        const struct assay_block *const *blocks, size_t count)
{
    static const struct report_column columns[] = {
        {"Min", 10, 9, LAYOUT_KEEP, false},         {"Median", 10, 9, LAYOUT_LITTLE, false},
        {"P95", 10, 9, LAYOUT_LITTLE - 1, false},   {"Cycles", 10, 9, LAYOUT_LITTLE - 1, false},
        {"Launches", 8, 8, LAYOUT_LITTLE - 2, false}, {"Date", 10, 10, LAYOUT_LITTLE, false},
    };
    struct label_name *names = base_alloc_array(count, sizeof(*names));
    struct report_table table;
    for (size_t i = 0; names && i < count; i++) {
        names[i] = (struct label_name){blocks[i]->run.name, blocks[i]->run.fullname};
    }
    if (!names) {
        complain("out of memory");
        return false;
    }
    bool created = report_table_create(report, "Name", names, count, columns, sizeof(columns) / sizeof(columns[0]),
                                       SHORT_COMMIT + 1, &table);
    free(names);
    if (created) {
        table.last = "Commit";
        report_table_begin(&table, class->id);
        for (size_t i = 0; i < count; i++) {
            print_row(&table, i, blocks[i]);
        }
        report_table_end(&table);
        report_table_destroy(&table);
        visible_print(report->out, class->key);
        fputs("\n\n", report->out);
    }
    return created;
}

int baseline_show(const struct options *options, const struct assay_baselines *baselines, const char *const *words,
                  size_t word_count)
{
    const struct report report = report_to(stdout, options);
    const struct assay_block **blocks = base_alloc_array(baselines->block_count, sizeof(const struct assay_block *));
    size_t shown = 0;
    bool good = blocks != NULL;
    for (size_t at = 0; good && at < baselines->class_count; at++) {
        const struct assay_class *class = &baselines->classes[at];
        size_t count = 0;
        for (size_t i = 0; i < baselines->block_count && baseline_is_of_machine(options, class->id); i++) {
            const struct assay_block *block = &baselines->blocks[i];
            if (strcmp(block->class_id, class->id) == 0 && chosen_is(words, word_count, block->run.fullname)) {
                blocks[count++] = block;
            }
        }
        good = count == 0 || print_class(&report, class, blocks, count);
        shown += count;
    }
    free(blocks);
    if (good && shown == 0) {
        complain("no kind of machine that matches '%s' has such a baseline", options->baselines.machine);
        return EXIT_BAD_USAGE;
    }
    return good ? EXIT_FINE : EXIT_UNMEASURED;
}
