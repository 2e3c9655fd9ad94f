// SPDX-License-Identifier: MIT
/* `assay baseline`: each action reads a run or a file, changes the file of baselines, or prints it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assay/compare.h"
#include "assay/machine.h"
#include "assay/store.h"
#include "base/num.h"
#include "cmd/assay/baseline_edit.h"
#include "cmd/assay/baseline_show.h"
#include "cmd/assay/chosen.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/findings.h"

/* An action with its own arguments. */
struct request {
    const struct options *options;
    const char *path; /* of the file */
    const char *const *words;
    size_t word_count;
};

static int out_of_memory(void)
{
    complain("out of memory");
    return EXIT_UNMEASURED;
}

/* A run that was read, and where. */
struct source {
    char *path;
    struct assay_result result;
};

static void deinit_source(struct source *source)
{
    free(source->path);
    assay_result_deinit(&source->result);
}

/* Of several runs the one that was made last.  False with a sentence on stderr. */
static bool read_newest(const struct assay_paths *paths, struct source *out)
{
    struct source newest = {0};
    for (size_t i = 0; i < paths->count; i++) {
        struct source each = {.path = strdup(paths->paths[i])};
        struct assay_error err;
        bool good = each.path && assay_result_read(each.path, &each.result, &err) == ASSAY_OK;
        if (!good) {
            complain("%s", each.path ? err.message : "out of memory");
            deinit_source(&each);
            deinit_source(&newest);
            return false;
        }
        const char *when = each.result.datetime, *before = newest.result.datetime;
        bool is_newer = !newest.path || strcmp(when ? when : "", before ? before : "") > 0;
        deinit_source(is_newer ? &newest : &each);
        newest = is_newer ? each : newest;
    }
    *out = newest;
    return true;
}

/* The run that a selector means, the newest if it is NULL.  False with a sentence on stderr. */
static bool read_source(const struct options *options, const char *selector, struct source *out)
{
    struct assay_paths found;
    struct assay_error err;
    enum assay_status status = selector ? assay_store_find(options->storage, NULL, selector, &found, &err)
                                        : assay_store_newest(options->storage, &found, &err);
    if (status != ASSAY_OK) {
        complain("%s", err.message);
        return false;
    }
    bool good = selector && found.count > 1 ? (complain("'%s' means %zu saved runs, as %s and %s: name one", selector,
                                                         found.count, found.paths[0], found.paths[1]),
                                               false)
                                            : read_newest(&found, out);
    assay_paths_deinit(&found);
    if (good && out->result.run_count == 0) {
        complain("%s has no benchmarks", out->path);
        deinit_source(out);
        good = false;
    }
    if (good) {
        fprintf(stderr, "from %s, of %s\n", out->path, out->result.datetime ? out->result.datetime : "an unknown time");
    }
    return good;
}

/* ---- save ---- */

static bool has_missed_target(const struct assay_run *run)
{
    for (size_t i = 0; i < run->judgement_count; i++) {
        if (run->judgements[i].verdict == ASSAY_TARGET_MISSED) {
            return true;
        }
    }
    return false;
}

/* Whether the run by itself may be a baseline; says so if not. */
static bool is_fit(const struct source *source)
{
    if (source->result.unfit) {
        complain("%s becomes no baseline: %s; 'assay baseline accept' moves single ones on purpose", source->path,
                 source->result.unfit);
        return false;
    }
    for (size_t i = 0; i < source->result.run_count; i++) {
        if (has_missed_target(&source->result.runs[i])) {
            complain("%s becomes no baseline: %s misses a target; 'assay baseline accept' moves single ones on purpose",
                     source->path, source->result.runs[i].fullname);
            return false;
        }
    }
    return true;
}

/* The rows that both sides have; the others are no regression. */
static size_t keep_both(struct assay_comparison *rows, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (rows[i].baseline && rows[i].candidate) {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

/* Says what is worse than its baseline.  Whether anything is. */
static bool report_regressions(const struct findings *findings, const char *path)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding_subject *subject = &findings->subjects[i];
        for (size_t each = 0; each < subject->count; each++) {
            const struct finding *finding = &subject->findings[each];
            if (finding->kind == FINDING_FAILURE && finding->source != FINDING_OF_TARGET) {
                complain("%s: %s", subject->run->fullname, finding->text);
            }
        }
    }
    if (findings->has_regressed) {
        complain("%s is left as it is: it would be moved to what is worse; 'assay baseline accept NAME --reason TEXT' "
                 "does that on purpose",
                 path);
    }
    return findings->has_regressed;
}

/* EXIT_FINE, or EXIT_REGRESSION where a benchmark is worse than its own block. */
static int compare_with_blocks(const struct request *request, const struct assay_result *before,
                               const struct assay_result *result)
{
    struct assay_comparison *rows;
    size_t count;
    struct findings findings;
    if (assay_compare(before, result, &request->options->limits, &rows, &count) != ASSAY_OK) {
        return out_of_memory();
    }
    const struct evidence evidence = {
        .candidate = result, .rows = rows, .row_count = keep_both(rows, count), .options = request->options};
    int status = EXIT_FINE;
    if (!findings_collect(&evidence, &findings)) {
        status = out_of_memory();
    } else {
        status = report_regressions(&findings, request->path) ? EXIT_REGRESSION : EXIT_FINE;
        findings_deinit(&findings);
    }
    free(rows);
    return status;
}

/* Holds a run to the blocks that are there already, as the limits of assay.yaml say. */
static int check_regressions(const struct request *request, const struct baseline_edit *edit,
                             const struct assay_result *result)
{
    struct assay_baselines copy = {0};
    struct assay_result before;
    const char *key = result->machine.class_key;
    size_t class_at = key ? assay_baselines_class(&edit->baselines, key) : edit->baselines.class_count;
    if (class_at == edit->baselines.class_count) {
        return EXIT_FINE;
    }
    if (assay_baselines_parse(base_buf_str(&edit->before), request->path, &copy, NULL) != ASSAY_OK ||
        assay_baselines_take(&copy, class_at, &before) != ASSAY_OK) {
        return out_of_memory();
    }
    int status = compare_with_blocks(request, &before, result);
    assay_result_deinit(&before);
    return status;
}

/* Names what the run does not have, which stays as it was. */
static void report_kept(const struct baseline_edit *edit, const struct assay_result *result)
{
    char id[ASSAY_MACHINE_ID_BYTES];
    size_t kept = 0;
    const char *first = NULL;
    assay_machine_id(&result->machine, id);
    for (size_t i = 0; i < edit->baselines.block_count; i++) {
        const struct assay_block *block = &edit->baselines.blocks[i];
        if (strcmp(block->class_id, id) == 0 && !assay_result_find(result, block->run.fullname)) {
            first = first ? first : block->run.fullname;
            kept++;
        }
    }
    if (kept > 0) {
        fprintf(stderr, "kept %zu that the run does not have, as %s; 'assay baseline drop' takes out what is no more\n",
                kept, first);
    }
}

static int save_into(const struct request *request, struct baseline_edit *edit, const struct source *source)
{
    int status = check_regressions(request, edit, &source->result);
    for (size_t i = 0; status == EXIT_FINE && i < source->result.run_count; i++) {
        if (!baseline_edit_put(edit, &source->result, &source->result.runs[i])) {
            status = EXIT_BAD_USAGE;
        }
    }
    if (status != EXIT_FINE) {
        return status;
    }
    report_kept(edit, &source->result);
    return baseline_edit_finish(edit, ASSAY_ACTION_SAVE, request->options->baselines.reason, &source->result);
}

static int save(const struct request *request)
{
    struct source source;
    struct baseline_edit edit;
    if (request->word_count > 1) {
        complain("'assay baseline save' takes one run, and these are %zu", request->word_count);
        return EXIT_BAD_USAGE;
    }
    if (!read_source(request->options, request->word_count > 0 ? request->words[0] : NULL, &source)) {
        return EXIT_BAD_USAGE;
    }
    int status = EXIT_REGRESSION;
    if (is_fit(&source)) {
        status = EXIT_BAD_USAGE;
        if (baseline_edit_begin(request->path, true, &edit)) {
            status = save_into(request, &edit, &source);
            baseline_edit_end(&edit);
        }
    }
    deinit_source(&source);
    return status;
}

/* ---- accept and drop ---- */

static bool is_stated(const struct request *request, const char *action)
{
    if (request->word_count == 0) {
        complain("which benchmarks? 'assay baseline %s NAME... --reason TEXT', a NAME with * ? for several", action);
        return false;
    }
    if (!request->options->baselines.reason) {
        complain("why? --reason=TEXT is kept with the change, for who looks at it later");
        return false;
    }
    return true;
}

static int accept_into(const struct request *request, struct baseline_edit *edit, const struct source *source)
{
    for (size_t i = 0; i < source->result.run_count; i++) {
        const struct assay_run *run = &source->result.runs[i];
        if (chosen_is(request->words, request->word_count, run->fullname) &&
            !baseline_edit_put(edit, &source->result, run)) {
            return EXIT_BAD_USAGE;
        }
    }
    return baseline_edit_finish(edit, ASSAY_ACTION_ACCEPT, request->options->baselines.reason, &source->result);
}

/* Whether the words name benchmarks of the run. */
static bool names_are_of(const struct request *request, const struct source *source)
{
    const char **names = base_alloc_array(source->result.run_count, sizeof(const char *));
    for (size_t i = 0; names && i < source->result.run_count; i++) {
        names[i] = source->result.runs[i].fullname;
    }
    if (!names) {
        complain("out of memory");
    }
    bool good =
        names && chosen_check(request->words, request->word_count, names, source->result.run_count, source->path);
    free(names);
    return good;
}

static int accept(const struct request *request)
{
    struct source source;
    struct baseline_edit edit;
    if (!is_stated(request, "accept") || !read_source(request->options, request->options->baselines.run, &source)) {
        return EXIT_BAD_USAGE;
    }
    int status = EXIT_BAD_USAGE;
    if (names_are_of(request, &source) && baseline_edit_begin(request->path, true, &edit)) {
        status = accept_into(request, &edit, &source);
        baseline_edit_end(&edit);
    }
    deinit_source(&source);
    return status;
}

/* Whether the words name benchmarks of the file. */
static bool names_are_in(const struct request *request, const struct assay_baselines *baselines)
{
    const char **names = base_alloc_array(baselines->block_count, sizeof(const char *));
    for (size_t i = 0; names && i < baselines->block_count; i++) {
        names[i] = baselines->blocks[i].run.fullname;
    }
    if (!names) {
        complain("out of memory");
    }
    bool good = names && chosen_check(request->words, request->word_count, names, baselines->block_count,
                                      request->path);
    free(names);
    return good;
}

static int drop_from(const struct request *request, struct baseline_edit *edit)
{
    size_t dropped = 0;
    for (size_t i = edit->baselines.block_count; i > 0; i--) {
        const struct assay_block *block = &edit->baselines.blocks[i - 1];
        if (chosen_is(request->words, request->word_count, block->run.fullname) &&
            baseline_is_of_machine(request->options, block->class_id)) {
            if (!baseline_edit_drop(edit, i - 1)) {
                return EXIT_UNMEASURED;
            }
            dropped++;
        }
    }
    if (dropped == 0) {
        complain("no kind of machine that matches '%s' has such a baseline", request->options->baselines.machine);
        return EXIT_BAD_USAGE;
    }
    return baseline_edit_finish(edit, ASSAY_ACTION_DROP, request->options->baselines.reason, NULL);
}

static int drop(const struct request *request)
{
    struct baseline_edit edit;
    int status = EXIT_BAD_USAGE;
    if (!is_stated(request, "drop") || !baseline_edit_begin(request->path, false, &edit)) {
        return status;
    }
    if (names_are_in(request, &edit.baselines)) {
        status = drop_from(request, &edit);
    }
    baseline_edit_end(&edit);
    return status;
}

/* ---- show ---- */

static int show(const struct request *request)
{
    struct assay_baselines baselines;
    struct assay_error err;
    if (assay_baselines_read(request->path, &baselines, &err) != ASSAY_OK) {
        complain("%s", err.message);
        return EXIT_BAD_USAGE;
    }
    int status = EXIT_BAD_USAGE;
    if (names_are_in(request, &baselines)) {
        status = baseline_show(request->options, &baselines, request->words, request->word_count);
    }
    assay_baselines_deinit(&baselines);
    return status;
}

int command_baseline(const struct options *options)
{
    static const struct {
        const char *name;
        int (*run)(const struct request *request);
    } actions[] = {{"save", save}, {"show", show}, {"accept", accept}, {"drop", drop}};
    const char *name = options->argument_count > 0 ? options->arguments[0] : NULL;
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may grow no more is an error of write(), not our end */
    for (size_t i = 0; name && i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(name, actions[i].name) == 0) {
            const struct request request = {
                .options = options,
                .path = baseline_file_of(options),
                .words = options->arguments + 1,
                .word_count = options->argument_count - 1,
            };
            return request.path ? actions[i].run(&request) : EXIT_BAD_USAGE;
        }
    }
    if (name) {
        complain("there is no 'assay baseline %s'; it is save, show, accept or drop", name);
    } else {
        complain("'assay baseline' wants to know what to do: save, show, accept or drop");
    }
    return EXIT_BAD_USAGE;
}
