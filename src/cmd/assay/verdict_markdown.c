// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmd/assay/commands.h"
#include "cmd/assay/report_text.h"
#include "cmd/assay/verdict_files.h"

/* As text within a table: no mark of Markdown or HTML in it means anything. */
static void add_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '<' || c == '>' || c == '&') {
            base_buf_add_cstr(out, c == '<' ? "&lt;" : c == '>' ? "&gt;" : "&amp;");
        } else if (strchr("\\`*_{}[]()#+!|~@", c)) {
            base_buf_addf(out, "\\%c", c);
        } else {
            base_buf_add_char(out, c < ' ' ? ' ' : (char)c);
        }
    }
}

static const char *heading_of(int status)
{
    switch (status) {
    case EXIT_FINE: return ":white_check_mark: fine";
    case EXIT_REGRESSION: return ":x: failed";
    case EXIT_UNMEASURED: return ":x: could not be measured";
    case EXIT_UNDECIDED: return ":grey_question: undecided";
    default: return ":x: no result";
    }
}

static void add_numbers(struct buf *out, const struct verdict *verdict, const struct finding_subject *subject)
{
    const struct assay_comparison *row = subject->row;
    char before[REPORT_NUMBER_BYTES], now[REPORT_NUMBER_BYTES];
    enum assay_metric statistic = verdict->evidence->options->limits.statistic;
    report_format_number(statistic, row ? row->baseline_value : NAN, before);
    report_format_number(statistic, row ? row->candidate_value : assay_run_value(subject->run, statistic), now);
    base_buf_addf(out, "%s | %s | ", before, now);
    if (row && isfinite(row->change.ratio)) {
        base_buf_addf(out, "%+.1f%%", row->change.ratio * 100);
    }
    if (row && assay_change_has_interval(&row->change)) {
        base_buf_addf(out, " (%+.1f to %+.1f%%)", row->change.lower * 100, row->change.upper * 100);
    }
}

static void add_row(struct buf *out, const struct verdict *verdict, const struct finding_subject *subject)
{
    static const char *const marks[] = {
        [FINDING_NOTE] = "",
        [FINDING_UNDECIDED] = ":grey_question: ",
        [FINDING_FAILURE] = ":x: ",
        [FINDING_ERROR] = ":x: ",
    };
    base_buf_add_cstr(out, "| ");
    base_buf_add_cstr(out, marks[findings_worst(subject)]);
    add_text(out, subject->run->name);
    base_buf_add_cstr(out, " | ");
    add_numbers(out, verdict, subject);
    base_buf_add_cstr(out, " | ");
    const char *separator = "";
    if (subject->row) {
        add_text(out, findings_words(subject->row));
        separator = "<br>";
    }
    for (size_t i = 0; i < subject->count; i++) {
        bool is_in_columns = subject->findings[i].source == FINDING_OF_VERDICT && subject->row->candidate;
        if (!is_in_columns) {
            base_buf_add_cstr(out, separator);
            add_text(out, subject->findings[i].text);
            separator = "<br>";
        }
    }
    base_buf_add_cstr(out, " |\n");
}

static const char table_head[] = "| benchmark | baseline | now | change | verdict |\n|---|--:|--:|--:|---|\n";

/* The rows of benchmarks that have findings, or of those that have none; how many there are. */
static size_t add_table(struct buf *out, const struct verdict *verdict, bool has_findings)
{
    size_t count = 0;
    for (size_t i = 0; i < verdict->findings->count; i++) {
        const struct finding_subject *subject = &verdict->findings->subjects[i];
        if ((subject->count > 0) == has_findings) {
            base_buf_add_cstr(out, count == 0 ? table_head : "");
            add_row(out, verdict, subject);
            count++;
        }
    }
    return count;
}

static void add_sources(struct buf *out, const struct verdict *verdict)
{
    const struct assay_result *now = verdict->evidence->candidate;
    base_buf_addf(out, "%zu benchmarks", verdict->findings->count);
    if (now->commit.id) {
        base_buf_add_cstr(out, " of ");
        add_text(out, now->commit.id);
        base_buf_add_cstr(out, now->commit.dirty ? " with changes" : "");
    }
    if (verdict->baseline_name) {
        base_buf_add_cstr(out, " against ");
        add_text(out, verdict->baseline_name);
    }
    if (now->machine.class_key) {
        base_buf_add_cstr(out, "; ");
        add_text(out, now->machine.class_key);
    }
    base_buf_add_cstr(out, ".\n");
    if (verdict->evidence->is_foreign) {
        base_buf_add_cstr(out, "\nThe baseline is of another kind of machine: nothing fails by it.\n");
    }
}

void verdict_markdown(const struct verdict *verdict, struct buf *out)
{
    struct buf others;
    base_buf_addf(out, "## Performance: %s\n\n", heading_of(verdict->status));
    add_sources(out, verdict);
    base_buf_add_char(out, '\n');
    if (add_table(out, verdict, true) == 0) {
        base_buf_add_cstr(out, "Nothing to say of any benchmark.\n");
    }
    base_buf_init(&others, out->max_len);
    size_t count = add_table(&others, verdict, false);
    if (count > 0) {
        base_buf_addf(out, "\n<details><summary>%zu without findings</summary>\n\n", count);
        base_buf_add(out, base_buf_str(&others));
        base_buf_add_cstr(out, "\n</details>\n");
        out->failed = out->failed || !base_buf_ok(&others);
    }
    base_buf_deinit(&others);
    for (size_t i = 0; i < verdict->evidence->candidate->warning_count; i++) {
        base_buf_add_cstr(out, i == 0 ? "\n- " : "- ");
        add_text(out, verdict->evidence->candidate->warnings[i]);
        base_buf_add_char(out, '\n');
    }
}
