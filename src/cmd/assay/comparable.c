// SPDX-License-Identifier: MIT
#include "cmd/assay/comparable.h"

#include "base/file.h"
#include "cmd/complain.h"

#define MAX_REASON_BYTES 1000000
#define CLASSES_SHOWN 5

/* What differs between the class that the candidate is of and the only one there is; else which there are. */
static void add_classes(const struct assay_baselines *baselines, const struct assay_machine *machine, struct buf *out)
{
    struct assay_machine there;
    if (baselines->class_count == 1 && assay_machine_of_class(baselines->classes[0].key, &there) == ASSAY_OK) {
        struct assay_result owner = {.machine = there};
        base_buf_addf(out, "only of %s: ", baselines->classes[0].id);
        bool told = assay_machine_add_difference(&there, machine, ASSAY_FACTS_OF_CLASS, out);
        base_buf_add_cstr(out, told ? "" : "out of memory to say how");
        assay_result_deinit(&owner);
        return;
    }
    base_buf_add_cstr(out, "but of");
    for (size_t i = 0; i < baselines->class_count && i < CLASSES_SHOWN; i++) {
        base_buf_addf(out, "%s %s", i > 0 ? "," : "", baselines->classes[i].id);
    }
    if (baselines->class_count > CLASSES_SHOWN) {
        base_buf_addf(out, " and %zu others", baselines->class_count - CLASSES_SHOWN);
    }
}

static enum baseline_outcome no_such_class(const char *path, const struct assay_baselines *baselines,
                                           const struct candidate *candidate, struct buf *out_reason)
{
    char id[ASSAY_MACHINE_ID_BYTES];
    struct buf reason;
    base_buf_init(&reason, MAX_REASON_BYTES);
    assay_machine_id(candidate->machine, id);
    base_buf_addf(&reason, "%s has no baselines of this kind of machine, %s, ", path, id);
    add_classes(baselines, candidate->machine, &reason);
    const char *sentence = base_buf_ok(&reason) ? base_buf_cstr(&reason) : "out of memory to say which baselines exist";
    if (out_reason) {
        base_buf_add_cstr(out_reason, sentence);
    } else {
        complain("%s; 'assay baseline save' adds those of a saved run, --any-machine looks at it all the same",
                 sentence);
    }
    base_buf_deinit(&reason);
    return out_reason ? BASELINE_OF_OTHER_CLASSES : BASELINE_REFUSED;
}

static enum baseline_outcome refuse(const char *reason)
{
    complain("%s", reason);
    return BASELINE_REFUSED;
}

/* The blocks of one class; consumes the baselines. */
static enum baseline_outcome take_class(const struct options *options, const char *path,
                                        struct assay_baselines *baselines, const struct candidate *candidate,
                                        struct assay_result *out, struct buf *out_reason)
{
    const char *key = candidate->machine->class_key;
    size_t class_at = key ? assay_baselines_class(baselines, key) : baselines->class_count;
    if (!key) {
        complain("%s does not say what kind of machine it is of, so none of the baselines in %s is meant",
                 candidate->name, path);
        assay_baselines_deinit(baselines);
        return BASELINE_REFUSED;
    }
    if (class_at == baselines->class_count && options->any_machine) {
        class_at = assay_baselines_latest_class(baselines);
    }
    if (class_at == baselines->class_count) {
        enum baseline_outcome outcome = no_such_class(path, baselines, candidate, out_reason);
        assay_baselines_deinit(baselines);
        return outcome;
    }
    return assay_baselines_take(baselines, class_at, out) == ASSAY_OK ? BASELINE_READ : refuse("out of memory");
}

/* Either kind of file. */
static enum baseline_outcome read_file(const struct options *options, const char *path,
                                       const struct candidate *candidate, struct assay_result *out,
                                       struct buf *out_reason)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf text;
    struct assay_error err;
    struct assay_baselines baselines;
    base_buf_init(&text, ASSAY_MAX_RESULT_BYTES);
    if (!base_file_read(path, &text, reason)) {
        base_buf_deinit(&text);
        return refuse(reason);
    }
    const bool has_blocks = assay_baselines_is(base_buf_str(&text));
    enum assay_status status = has_blocks ? assay_baselines_parse(base_buf_str(&text), path, &baselines, &err)
                                          : assay_result_parse(base_buf_str(&text), path, out, &err);
    base_buf_deinit(&text);
    if (status != ASSAY_OK) {
        return refuse(err.message);
    }
    return has_blocks ? take_class(options, path, &baselines, candidate, out, out_reason) : BASELINE_READ;
}

static bool is_of_comparable_machine(const struct options *options, const struct assay_result *baseline,
                                     const char *path, const struct candidate *candidate)
{
    const bool is_known = baseline->machine.class_key, is_known_here = candidate->machine->class_key;
    if (!is_known || !is_known_here) {
        const char *unknown = is_known ? candidate->name : path;
        const bool may = options->any_machine || is_known == is_known_here;
        const char *then = is_known == is_known_here ? "; its times may mean nothing here"
                           : may ? ", so this comparison does not count for the exit status"
                                 : ", so its times may mean nothing here; add --any-machine to compare all the same";
        complain("%s%s does not say what kind of machine it is of%s", may ? "note: " : "", unknown, then);
        return may;
    }
    if (!assay_machine_is_foreign(&baseline->machine, candidate->machine) || options->any_machine) {
        return true;
    }
    struct buf difference;
    base_buf_init(&difference, MAX_REASON_BYTES);
    bool told = assay_machine_add_difference(&baseline->machine, candidate->machine, ASSAY_FACTS_OF_CLASS, &difference);
    complain("%s is of another kind of machine (%s); take a baseline here, or add --any-machine to look at it all the "
             "same",
             path, told ? base_buf_cstr(&difference) : "out of memory to say how");
    base_buf_deinit(&difference);
    return false;
}

static bool may_be_baseline(const struct options *options, const struct assay_result *baseline, const char *path,
                            const struct candidate *candidate)
{
    if (baseline->run_count == 0) {
        complain("%s has no benchmarks: there is nothing to compare with", path);
        return false;
    }
    if (baseline->runs[0].timer != candidate->timer) {
        complain("%s has times by the timer '%s' and %s by '%s', which are not of one kind: take another, or measure "
                 "with --timer=%s",
                 path, assay_timer_name(baseline->runs[0].timer), candidate->name, assay_timer_name(candidate->timer),
                 assay_timer_name(baseline->runs[0].timer));
        return false;
    }
    if (baseline->unfit && !options->any_run) {
        complain("%s is no baseline: %s; --any-run compares with it all the same", path, baseline->unfit);
        return false;
    }
    return is_of_comparable_machine(options, baseline, path, candidate);
}

enum baseline_outcome baseline_read(const struct options *options, const char *path, const struct candidate *candidate,
                                    struct assay_result *out_baseline, struct buf *out_reason)
{
    struct assay_result baseline = {0};
    enum baseline_outcome outcome = read_file(options, path, candidate, &baseline, out_reason);
    if (outcome == BASELINE_READ && !may_be_baseline(options, &baseline, path, candidate)) {
        assay_result_deinit(&baseline);
        outcome = BASELINE_REFUSED;
    }
    if (outcome == BASELINE_READ) {
        *out_baseline = baseline;
    }
    return outcome;
}
