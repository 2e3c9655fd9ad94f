// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cmd/assay/verdict_files.h"
#include "cmd/xml.h"

/* Seconds that its rounds took. */
static double time_of(const struct assay_run *run)
{
    double seconds = run->error ? 0 : run->stats.total * (double)run->iterations;
    return isfinite(seconds) ? seconds : 0;
}

struct suite {
    size_t tests, failures, errors, skipped;
    double seconds;
};

static void count_case(struct suite *suite, const struct finding_subject *subject)
{
    enum finding_kind worst = findings_worst(subject);
    suite->tests++;
    suite->failures += worst == FINDING_FAILURE;
    suite->errors += worst == FINDING_ERROR;
    suite->skipped += worst == FINDING_UNDECIDED;
    suite->seconds += time_of(subject->run);
}

static void add_counts(struct buf *out, const struct suite *suite)
{
    base_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.6f\"", suite->tests,
                  suite->failures, suite->errors, suite->skipped, suite->seconds);
}

/* All sentences of the worst kind in one element: a case has but one of it. */
static void add_outcome(struct buf *out, const struct finding_subject *subject)
{
    static const char *const elements[] = {
        [FINDING_UNDECIDED] = "skipped", [FINDING_FAILURE] = "failure", [FINDING_ERROR] = "error"};
    enum finding_kind worst = findings_worst(subject);
    const char *separator = "";
    base_buf_addf(out, "      <%s message=\"", elements[worst]);
    for (size_t i = 0; i < subject->count; i++) {
        if (subject->findings[i].kind == worst) {
            base_buf_add_cstr(out, separator);
            xml_add_text(out, base_str(subject->findings[i].text));
            separator = "; ";
        }
    }
    base_buf_add_char(out, '"');
    if (worst != FINDING_UNDECIDED) {
        bool is_by_verdict = subject->row && subject->row->fails;
        xml_add_attribute(out, "type", is_by_verdict ? assay_verdict_name(subject->row->verdict) : elements[worst]);
    }
    base_buf_add_cstr(out, "/>\n");
}

static void add_notes(struct buf *out, const struct finding_subject *subject, enum finding_kind worst)
{
    bool any = false;
    for (size_t i = 0; i < subject->count; i++) {
        if (subject->findings[i].kind < worst || worst == FINDING_NOTE) {
            base_buf_add_cstr(out, any ? "\n" : "      <system-out>");
            xml_add_text(out, base_str(subject->findings[i].text));
            any = true;
        }
    }
    base_buf_add_cstr(out, any ? "</system-out>\n" : "");
}

static void add_case(struct buf *out, const struct finding_subject *subject, const char *suite_name)
{
    const struct assay_run *run = subject->run;
    enum finding_kind worst = findings_worst(subject);
    base_buf_add_cstr(out, "    <testcase");
    xml_add_attribute(out, "classname", suite_name);
    xml_add_attribute(out, "name", run->name);
    if (run->file) {
        xml_add_attribute(out, "file", run->file);
        base_buf_addf(out, " line=\"%ju\"", (uintmax_t)run->line);
    }
    base_buf_addf(out, " time=\"%.6f\"", time_of(run));
    if (subject->count == 0) {
        base_buf_add_cstr(out, "/>\n");
        return;
    }
    base_buf_add_cstr(out, ">\n");
    if (worst != FINDING_NOTE) {
        add_outcome(out, subject);
    }
    add_notes(out, subject, worst);
    base_buf_add_cstr(out, "    </testcase>\n");
}

/* The source file in a fullname: what stands before "::", or all of it. */
static struct str file_of(const struct assay_run *run)
{
    const char *end = strstr(run->fullname, "::");
    return end ? (struct str){run->fullname, (size_t)(end - run->fullname)} : base_str(run->fullname);
}

static bool is_first_of_its_file(const struct findings *findings, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (base_str_equal(file_of(findings->subjects[i].run), file_of(findings->subjects[at].run))) {
            return false;
        }
    }
    return true;
}

static void add_suite(const struct verdict *verdict, size_t first, struct buf *out)
{
    const struct findings *findings = verdict->findings;
    const char *datetime = verdict->evidence->candidate->datetime;
    struct str file = file_of(findings->subjects[first].run);
    struct suite suite = {0};
    struct buf name;
    base_buf_init(&name, file.len);
    base_buf_add(&name, file);
    for (size_t i = first; i < findings->count; i++) {
        if (base_str_equal(file_of(findings->subjects[i].run), file)) {
            count_case(&suite, &findings->subjects[i]);
        }
    }
    base_buf_add_cstr(out, "  <testsuite");
    xml_add_attribute(out, "name", base_buf_cstr(&name));
    add_counts(out, &suite);
    if (datetime) {
        char without_zone[sizeof("2026-11-23T07:05:39")];
        (void)snprintf(without_zone, sizeof(without_zone), "%s", datetime); /* cut on purpose: so the schema wants it */
        xml_add_attribute(out, "timestamp", without_zone);
    }
    xml_add_attribute(out, "hostname", verdict->evidence->candidate->machine.node);
    base_buf_add_cstr(out, ">\n");
    for (size_t i = first; i < findings->count; i++) {
        if (base_str_equal(file_of(findings->subjects[i].run), file)) {
            add_case(out, &findings->subjects[i], base_buf_cstr(&name));
        }
    }
    base_buf_add_cstr(out, "  </testsuite>\n");
    base_buf_deinit(&name);
}

void verdict_junit(const struct verdict *verdict, struct buf *out)
{
    const struct findings *findings = verdict->findings;
    struct suite all = {0};
    for (size_t i = 0; i < findings->count; i++) {
        count_case(&all, &findings->subjects[i]);
    }
    base_buf_add_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"assay\"");
    add_counts(out, &all);
    base_buf_add_cstr(out, ">\n");
    for (size_t i = 0; i < findings->count; i++) {
        if (is_first_of_its_file(findings, i)) {
            add_suite(verdict, i, out);
        }
    }
    base_buf_add_cstr(out, "</testsuites>\n");
}
