// SPDX-License-Identifier: MIT
#include "cmd/assay/findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/report_text.h"
#include "cmd/guess.h"

#define MAX_SENTENCE_BYTES 4000

/* Findings while they are collected. */
struct collection {
    const struct evidence *evidence;
    struct findings *findings;
    struct finding_subject *subject; /* whose findings come next */
    size_t capacity;                 /* of its array */
    bool no_memory;
};

static void count_finding(struct findings *findings, const struct finding *finding)
{
    bool is_target = finding->source == FINDING_OF_TARGET;
    switch (finding->kind) {
    case FINDING_NOTE:
        break;
    case FINDING_UNDECIDED:
        findings->is_undecided = findings->is_undecided || finding->matters;
        findings->is_gate_undecided = findings->is_gate_undecided || (finding->matters && !is_target);
        break;
    case FINDING_FAILURE:
        findings->has_missed = findings->has_missed || is_target;
        findings->has_regressed = findings->has_regressed || !is_target;
        break;
    case FINDING_ERROR:
        findings->has_errors = true;
        break;
    }
}

/* Whether what was found is from the comparison. */
static bool is_of_comparison(enum finding_source source)
{
    return source != FINDING_OF_RUN && source != FINDING_OF_TARGET;
}

/* Adds a finding with the text of `sentence`, which it releases. */
static void add(struct collection *to, struct finding finding, struct buf *sentence)
{
    if (to->evidence->is_foreign && is_of_comparison(finding.source)) {
        finding.kind = FINDING_NOTE;
    }
    void *memory = to->subject->findings;
    finding.text = base_buf_take(sentence);
    if (!finding.text || !base_array_make_room(&memory, to->subject->count, &to->capacity, sizeof(finding))) {
        free(finding.text);
        to->no_memory = true;
        return;
    }
    to->subject->findings = memory;
    to->subject->findings[to->subject->count++] = finding;
    count_finding(to->findings, &finding);
}

const char *findings_words(const struct assay_comparison *row)
{
    switch (row->verdict) {
    case ASSAY_VERDICT_SLOWER:
        return row->fails ? "slower" : "slower, allowed";
    case ASSAY_VERDICT_FASTER:
        return row->fails ? "faster, too much" : "faster";
    case ASSAY_VERDICT_GONE:
        return row->fails ? "gone" : "gone, allowed";
    case ASSAY_VERDICT_SAME:
    case ASSAY_VERDICT_UNKNOWN:
    case ASSAY_VERDICT_NEW:
    case ASSAY_VERDICT_BROKEN:
        break;
    }
    return assay_verdict_name(row->verdict);
}

static void begin(struct buf *sentence)
{
    base_buf_init(sentence, MAX_SENTENCE_BYTES);
}

static void add_percentages(struct buf *out, const struct assay_change *change)
{
    base_buf_addf(out, "%+.1f%%", change->ratio * 100);
    if (assay_change_has_interval(change)) {
        base_buf_addf(out, " (%+.1f to %+.1f%%)", change->lower * 100, change->upper * 100);
    }
}

static void add_values(struct buf *out, enum assay_metric metric, double before, double now)
{
    char was[REPORT_NUMBER_BYTES], is[REPORT_NUMBER_BYTES];
    report_format_number(metric, before, was);
    report_format_number(metric, now, is);
    base_buf_addf(out, "; %s %s, was %s", assay_metric_name(metric), is, was);
}

/* "slower: +12.3% (+10.1 to +14.0%); min 34.38 ns, was 30.61 ns". */
static void add_change(struct collection *to, const struct assay_comparison *row, const char *words, double limit,
                       enum finding_kind kind)
{
    struct buf text;
    begin(&text);
    base_buf_add_cstr(&text, words);
    add_percentages(&text, &row->change);
    add_values(&text, to->evidence->options->limits.statistic, row->baseline_value, row->candidate_value);
    if (isfinite(limit)) {
        base_buf_addf(&text, "; up to %g%% is allowed", limit * 100);
    }
    if (row->verdict == ASSAY_VERDICT_UNKNOWN && isfinite(row->least_visible)) {
        base_buf_addf(&text, "; a change of %.1f%% would have been seen", row->least_visible * 100);
    }
    add(to,
        (struct finding){
            .kind = kind, .source = FINDING_OF_VERDICT, .matters = to->evidence->options->fail_undecided},
        &text);
}

/* A new benchmark whose name is like that of one that is gone. */
static const char *new_name_of(const struct evidence *evidence, const char *gone)
{
    struct guess guess = {.word = base_str(gone)};
    for (size_t i = 0; i < evidence->row_count; i++) {
        if (evidence->rows[i].verdict == ASSAY_VERDICT_NEW) {
            guess_offer(&guess, evidence->rows[i].name);
        }
    }
    return guess.best;
}

static void add_gone(struct collection *to, const struct assay_comparison *row)
{
    struct buf text;
    const char *renamed = new_name_of(to->evidence, row->name);
    begin(&text);
    base_buf_add_cstr(&text, "gone: the baseline has it and this run does not");
    if (renamed) {
        base_buf_addf(&text, "; is it '%s' now?", renamed);
    }
    add(to, (struct finding){.kind = row->fails ? FINDING_FAILURE : FINDING_NOTE, .source = FINDING_OF_VERDICT}, &text);
}

/* What the baseline was never asked for has nothing to be held to, which must not look like a new benchmark. */
static void add_unasked(struct collection *to, const struct assay_comparison *row)
{
    const struct assay_subject subject = assay_run_subject(row->candidate);
    struct buf text;
    if (assay_filter_matches(to->evidence->baseline_filter, &subject)) {
        return;
    }
    begin(&text);
    base_buf_addf(&text,
                  "the baseline was run with --filter='%s', which leaves this out; --no-baseline and --save take a "
                  "whole one",
                  to->evidence->baseline_filter);
    add(to, (struct finding){.kind = FINDING_UNDECIDED, .source = FINDING_OF_VERDICT, .matters = true}, &text);
}

static void add_verdict(struct collection *to, const struct assay_comparison *row)
{
    switch (row->verdict) {
    case ASSAY_VERDICT_SLOWER:
        add_change(to, row, "slower: ", row->bounds.regression, row->fails ? FINDING_FAILURE : FINDING_NOTE);
        break;
    case ASSAY_VERDICT_FASTER:
        add_change(to, row, row->fails ? "faster, so its baseline is stale: " : "faster: ", row->bounds.improvement,
                   row->fails ? FINDING_FAILURE : FINDING_NOTE);
        break;
    case ASSAY_VERDICT_UNKNOWN:
        add_change(to, row, "cannot tell: ", INFINITY, FINDING_UNDECIDED);
        break;
    case ASSAY_VERDICT_GONE:
        add_gone(to, row);
        break;
    case ASSAY_VERDICT_NEW:
        add_unasked(to, row);
        break;
    case ASSAY_VERDICT_SAME:
    case ASSAY_VERDICT_BROKEN: /* said as what it is, an error */
        break;
    }
}

static void add_metrics(struct collection *to, const struct assay_comparison *row)
{
    const struct assay_limits *limits = &to->evidence->options->limits;
    for (int i = ASSAY_METRIC_FIRST_MEASURED; i < ASSAY_METRIC_COUNT; i++) {
        enum assay_metric metric = (enum assay_metric)i;
        double ratio;
        if (assay_compare_measured(row, metric, limits, &ratio) == ASSAY_VERDICT_SLOWER) {
            struct buf text;
            begin(&text);
            base_buf_addf(&text, "%s is worse by %+.1f%%", assay_metric_name(metric), ratio * 100);
            add_values(&text, metric, assay_run_value(row->baseline, metric), assay_run_value(row->candidate, metric));
            base_buf_addf(&text, "; %g%% is allowed", assay_limits_tolerance(limits, row->candidate, metric) * 100);
            add(to, (struct finding){.kind = FINDING_FAILURE, .source = FINDING_OF_METRIC}, &text);
        }
    }
}

static void add_check(struct collection *to, const struct assay_check *check, enum assay_check_outcome outcome,
                      double measured)
{
    struct buf text;
    const char *metric = assay_metric_name(check->metric);
    begin(&text);
    if (outcome == ASSAY_CHECK_IMPOSSIBLE) {
        base_buf_addf(&text, "%s is not in both runs", metric);
    } else if (check->is_ratio) {
        base_buf_addf(&text, "%s is %+.1f%% against the baseline, %g%% is allowed", metric, measured * 100,
                      check->limit * 100);
    } else {
        char grown[REPORT_NUMBER_BYTES], allowed[REPORT_NUMBER_BYTES];
        report_format_number(check->metric, measured, grown);
        report_format_number(check->metric, check->limit, allowed);
        base_buf_addf(&text, "%s has grown by %s, %s is allowed", metric, grown, allowed);
    }
    if (outcome == ASSAY_CHECK_UNSURE) {
        base_buf_add_cstr(&text, ", but the launches differ so much that it may not have changed");
    }
    add(to,
        (struct finding){.kind = outcome == ASSAY_CHECK_FAILED ? FINDING_FAILURE : FINDING_UNDECIDED,
                         .source = FINDING_OF_CHECK,
                         .matters = true},
        &text);
}

static void add_checks(struct collection *to, const struct assay_comparison *row)
{
    const struct assay_limits *limits = &to->evidence->options->limits;
    for (size_t i = 0; i < limits->rule_count; i++) {
        const struct assay_check *check = assay_limits_check(limits, i, row->candidate);
        double measured;
        enum assay_check_outcome outcome = check ? assay_compare_check(row, check, &measured) : ASSAY_CHECK_PASSED;
        if (outcome != ASSAY_CHECK_PASSED) {
            add_check(to, check, outcome, measured);
        }
    }
}

static void add_target(struct collection *to, const struct assay_judgement *judgement)
{
    struct buf text;
    char target[ASSAY_TARGET_TEXT_BYTES], estimate[REPORT_NUMBER_BYTES];
    assay_target_format(&judgement->target, target);
    report_format_number(judgement->target.metric, judgement->estimate, estimate);
    begin(&text);
    base_buf_addf(&text, "target %s: %s, measured %s", target, assay_target_verdict_name(judgement->verdict), estimate);
    if (judgement->verdict == ASSAY_TARGET_TOO_FEW) {
        base_buf_addf(&text, " of %llu where %llu are needed", (unsigned long long)judgement->n,
                      (unsigned long long)judgement->n_needed);
    }
    add(to,
        (struct finding){.kind = judgement->verdict == ASSAY_TARGET_MISSED ? FINDING_FAILURE : FINDING_UNDECIDED,
                         .source = FINDING_OF_TARGET,
                         .matters = true},
        &text);
}

static void add_error(struct collection *to, const char *error)
{
    struct buf text;
    begin(&text);
    base_buf_add_cstr(&text, error);
    add(to, (struct finding){.kind = FINDING_ERROR, .source = FINDING_OF_RUN}, &text);
}

static void collect_subject(struct collection *to, const struct assay_comparison *row, const struct assay_run *run)
{
    to->subject = &to->findings->subjects[to->findings->count++];
    *to->subject = (struct finding_subject){.run = run, .row = row};
    to->capacity = 0;
    if (run->error) {
        add_error(to, run->error);
        return;
    }
    if (row) {
        add_verdict(to, row);
    }
    if (row && row->baseline && row->candidate) {
        add_metrics(to, row);
        add_checks(to, row);
    }
    for (size_t i = 0; (!row || row->candidate) && i < run->judgement_count; i++) {
        if (run->judgements[i].verdict != ASSAY_TARGET_MET) {
            add_target(to, &run->judgements[i]);
        }
    }
}

static bool is_applied(const struct evidence *evidence, size_t rule)
{
    for (size_t i = 0; i < evidence->row_count; i++) {
        const struct assay_comparison *row = &evidence->rows[i];
        struct assay_subject subject = assay_run_subject(row->candidate ? row->candidate : row->baseline);
        if (row->baseline && row->candidate &&
            assay_filter_matches(evidence->options->limits.rules[rule].filter, &subject)) {
            return true;
        }
    }
    return false;
}

/* A check that means nothing that was compared, for its name is wrong or has changed, would pass for ever. */
static void find_idle_checks(const struct evidence *evidence, struct findings *findings)
{
    const struct assay_limits *limits = &evidence->options->limits;
    for (size_t i = 0; i < limits->rule_count && evidence->rows && !evidence->is_part; i++) {
        const struct assay_rule *rule = &limits->rules[i];
        if (rule->kind == ASSAY_RULE_CHECK && rule->filter && isfinite(rule->check.limit) &&
            !is_applied(evidence, i)) {
            findings->idle_checks[findings->idle_check_count++] = rule;
        }
    }
    if (findings->idle_check_count > 0 && !evidence->is_foreign) {
        findings->is_undecided = true;
    }
}

bool findings_collect(const struct evidence *evidence, struct findings *out_findings)
{
    size_t count = evidence->rows ? evidence->row_count : evidence->candidate->run_count;
    struct findings findings = {.subjects = base_alloc_array(count, sizeof(*findings.subjects))};
    struct collection to = {.evidence = evidence, .findings = &findings, .no_memory = !findings.subjects};
    bool any_both = false;
    for (size_t i = 0; i < count && !to.no_memory; i++) {
        const struct assay_comparison *row = evidence->rows ? &evidence->rows[i] : NULL;
        any_both = any_both || (row && row->baseline && row->candidate);
        const struct assay_run *now = row ? row->candidate : &evidence->candidate->runs[i];
        collect_subject(&to, row, now ? now : row->baseline);
    }
    if (to.no_memory) {
        findings_deinit(&findings);
        return false;
    }
    /* Two runs that have nothing in common are not equal, whatever is allowed to be gone. */
    findings.has_nothing_in_common = evidence->rows && count > 0 && !any_both;
    findings.is_undecided = findings.is_undecided || findings.has_nothing_in_common;
    findings.is_gate_undecided = findings.is_gate_undecided || findings.has_nothing_in_common;
    find_idle_checks(evidence, &findings);
    *out_findings = findings;
    return true;
}

void findings_deinit(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        for (size_t each = 0; each < findings->subjects[i].count; each++) {
            free(findings->subjects[i].findings[each].text);
        }
        free(findings->subjects[i].findings);
    }
    free(findings->subjects);
    *findings = (struct findings){0};
}

enum finding_kind findings_worst(const struct finding_subject *subject)
{
    enum finding_kind worst = FINDING_NOTE;
    for (size_t i = 0; i < subject->count; i++) {
        worst = subject->findings[i].kind > worst ? subject->findings[i].kind : worst;
    }
    return worst;
}

int findings_status(const struct findings *findings)
{
    if (findings->has_regressed || findings->has_missed) {
        return EXIT_REGRESSION;
    }
    if (findings->has_errors) {
        return EXIT_UNMEASURED;
    }
    return findings->is_undecided ? EXIT_UNDECIDED : EXIT_FINE;
}
