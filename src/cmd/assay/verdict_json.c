// SPDX-License-Identifier: MIT
#include "assay/writer.h"
#include "cmd/assay/verdict_files.h"

#define FORMAT_WRITTEN_HERE 1

static void write_change(struct writer *writer, const struct assay_comparison *row)
{
    writer_number_if_known(writer, "baseline", row->baseline_value);
    writer_number_if_known(writer, "now", row->candidate_value);
    writer_number_if_known(writer, "change", row->change.ratio);
    if (assay_change_has_interval(&row->change)) {
        writer_number(writer, "lower", row->change.lower);
        writer_number(writer, "upper", row->change.upper);
    }
    if (row->baseline && row->candidate) {
        writer_count(writer, "baseline_launches", row->baseline->launches);
        writer_count(writer, "launches", row->candidate->launches);
        writer_number_if_known(writer, "margin", row->bounds.margin);
        writer_number_if_known(writer, "regression", row->bounds.regression);
        writer_number_if_known(writer, "improvement", row->bounds.improvement);
        writer_number_if_known(writer, "least_visible", row->least_visible);
    }
}

static void write_findings(struct writer *writer, const struct finding_subject *subject)
{
    static const char *const kinds[] = {[FINDING_NOTE] = "note",
                                        [FINDING_UNDECIDED] = "undecided",
                                        [FINDING_FAILURE] = "failure",
                                        [FINDING_ERROR] = "error"};
    static const char *const sources[] = {[FINDING_OF_RUN] = "run",
                                          [FINDING_OF_VERDICT] = "verdict",
                                          [FINDING_OF_METRIC] = "metric",
                                          [FINDING_OF_CHECK] = "check",
                                          [FINDING_OF_TARGET] = "target"};
    writer_key(writer, "findings");
    writer_open(writer, '[');
    for (size_t i = 0; i < subject->count; i++) {
        const struct finding *finding = &subject->findings[i];
        writer_start_line(writer);
        writer_open(writer, '{');
        writer_text(writer, "kind", kinds[finding->kind]);
        writer_text(writer, "of", sources[finding->source]);
        writer_text(writer, "text", finding->text);
        writer_close(writer, '}');
    }
    writer_close(writer, ']');
}

static void write_subject(struct writer *writer, const struct finding_subject *subject)
{
    const struct assay_run *run = subject->run;
    writer_start_line(writer);
    writer_open(writer, '{');
    writer_text(writer, "fullname", run->fullname);
    writer_text(writer, "group", run->group);
    if (run->file) {
        writer_text(writer, "file", run->file);
        writer_count(writer, "line", run->line);
    }
    if (subject->row) {
        bool is_unknown = subject->row->verdict == ASSAY_VERDICT_UNKNOWN;
        writer_text(writer, "verdict", is_unknown ? "cannot tell" : assay_verdict_name(subject->row->verdict));
        write_change(writer, subject->row);
        writer_bool(writer, "same_binary",
                    assay_run_is_of_same_binary(subject->row->baseline, subject->row->candidate));
    }
    write_findings(writer, subject);
    writer_close(writer, '}');
}

static void write_counts(struct writer *writer, const struct findings *findings)
{
    size_t counts[ASSAY_VERDICT_COUNT] = {0};
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->subjects[i].row) {
            counts[findings->subjects[i].row->verdict]++;
        }
    }
    writer_open_object(writer, "counts");
    for (int i = 0; i < ASSAY_VERDICT_COUNT; i++) {
        writer_count(writer, i == ASSAY_VERDICT_UNKNOWN ? "cannot tell" : assay_verdict_name((enum assay_verdict)i),
                     counts[i]);
    }
    writer_close(writer, '}');
}

static void write_source(struct writer *writer, const char *key, const struct assay_result *result, const char *name)
{
    writer_open_object(writer, key);
    if (name) {
        writer_text(writer, "name", name);
    }
    writer_text(writer, "commit", result->commit.id);
    writer_bool(writer, "dirty", result->commit.dirty);
    writer_text(writer, "datetime", result->datetime);
    writer_text(writer, "machine_class", result->machine.class_key);
    writer_close(writer, '}');
}

static void write_control_pair(struct writer *writer, const char *key, const struct assay_gate_verdict *found)
{
    bool is_unknown = found->verdict == ASSAY_VERDICT_UNKNOWN;
    writer_open_object(writer, key);
    writer_text(writer, "verdict", is_unknown ? "cannot tell" : assay_verdict_name(found->verdict));
    writer_number_if_known(writer, "change", found->change.ratio);
    if (assay_change_has_interval(&found->change)) {
        writer_number(writer, "lower", found->change.lower);
        writer_number(writer, "upper", found->change.upper);
    }
    writer_count(writer, "launches", found->launches);
    writer_close(writer, '}');
}

static void write_control(struct writer *writer, const struct gate_control *control)
{
    struct buf reason;
    base_buf_init(&reason, 8000);
    bool passes = gate_control_passes(control, &reason);
    writer_open_object(writer, "control");
    writer_bool(writer, "passed", passes);
    if (!passes) {
        writer_text(writer, "reason", base_buf_cstr(&reason));
    }
    writer_text(writer, "fullname", control->fullname);
    writer_number(writer, "slowed_by", control->slowed);
    write_control_pair(writer, "unchanged", &control->same);
    write_control_pair(writer, "slowed", &control->slower);
    writer_close(writer, '}');
    base_buf_deinit(&reason);
}

void verdict_json(const struct verdict *verdict, struct buf *out)
{
    const struct evidence *evidence = verdict->evidence;
    const struct findings *findings = verdict->findings;
    struct writer writer = {.out = out};
    writer_open(&writer, '{');
    writer_count(&writer, "format", FORMAT_WRITTEN_HERE);
    writer_count(&writer, "status", (uint64_t)verdict->status);
    writer_bool(&writer, "regressed", findings->has_regressed);
    writer_bool(&writer, "missed_target", findings->has_missed);
    writer_bool(&writer, "unmeasured", findings->has_errors);
    writer_bool(&writer, "undecided", findings->is_undecided);
    write_source(&writer, "now", evidence->candidate, NULL);
    if (verdict->baseline) {
        write_source(&writer, "baseline", verdict->baseline, verdict->baseline_name);
        writer_bool(&writer, "other_machine", evidence->is_foreign);
        writer_text(&writer, "statistic", assay_metric_name(evidence->options->limits.statistic));
        writer_number(&writer, "confidence", ASSAY_CHANGE_CONFIDENCE);
        write_counts(&writer, findings);
    }
    if (verdict->control && verdict->control->is_there) {
        write_control(&writer, verdict->control);
    }
    writer_key(&writer, "benchmarks");
    writer_open(&writer, '[');
    for (size_t i = 0; i < findings->count; i++) {
        write_subject(&writer, &findings->subjects[i]);
    }
    writer_close(&writer, ']');
    writer_close(&writer, '}');
    base_buf_add_char(out, '\n');
}
