// SPDX-License-Identifier: MIT
#include "cmd/assay/session.h"

#include <stdlib.h>
#include <string.h>

#include "assay/filter.h"
#include "assay/listing.h"
#include "base/num.h"
#include "base/random.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/launch.h"
#include "cmd/assay/subject.h"
#include "cmd/assay/worker_list.h"
#include "cmd/assay/worker_process.h"

#define MAX_LIST_BYTES 4000000

struct session {
    struct session_options options;
    struct sources *sources; /* NULL: wherever they are defined */
    struct subject *subjects;
    size_t count, capacity;
    bool no_memory;
    uint64_t random; /* state of the order */
    struct toolchain toolchain; /* of all programs, whichever of their benchmarks are meant */
};

/* A process starts and stops, and the size of a round is found. */
#define LAUNCH_START_SECONDS 0.03
/* Warming up takes a tenth of the rounds. */
#define WARMUP_SHARE 0.1

double session_expected_launch(const struct session_options *options)
{
    double share = 1 + (options->warmup_iterations > 0 ? WARMUP_SHARE : 0) +
                   (options->time_calls ? LAUNCH_CALLS_SHARE : 0);
    uint64_t launches = options->launches < options->min_rounds ? options->launches : options->min_rounds;
    double rounds_s = (double)options->max_time_ns / 1e9 * share / (double)launches;
    return LAUNCH_START_SECONDS + (options->disable ? 0 : rounds_s);
}

struct session *session_create(const struct session_options *options)
{
    struct session *session = calloc(1, sizeof(*session));
    if (session) {
        session->options = *options;
        session->random = options->seed;
        if (session->options.launches > options->min_rounds) {
            session->options.launches = options->min_rounds;
        }
    }
    return session;
}

void session_destroy(struct session *session)
{
    if (!session) {
        return;
    }
    for (size_t i = 0; i < session->count; i++) {
        subject_deinit(&session->subjects[i]);
    }
    free(session->subjects);
    toolchain_deinit(&session->toolchain);
    free(session);
}

static struct subject *find_subject(const struct session *session, struct str fullname)
{
    for (size_t i = 0; i < session->count; i++) {
        if (base_str_equal(base_str(session->subjects[i].fullname), fullname)) {
            return &session->subjects[i];
        }
    }
    return NULL;
}

/* Where the benchmarks of a program come from. */
struct source {
    const char *program;
    struct program_identity identity; /* when it was asked for them */
};

/* A copy of what a program said; NULL for what it did not. */
static bool copy_text(struct str text, char **out)
{
    *out = text.len > 0 ? strndup(text.ptr, text.len) : NULL;
    return *out || text.len == 0;
}

static enum assay_status add_subject(struct session *session, const struct source *source,
                                     const struct assay_listing *listing, struct assay_error *err)
{
    struct subject *twin = find_subject(session, listing->fullname);
    if (twin) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "'%s' and '%s' both have a benchmark '%.*s'; rename one of them",
                          twin->program, source->program, STR_ARGS(listing->fullname));
    }
    void *subjects = session->subjects;
    if (!base_array_make_room(&subjects, session->count, &session->capacity, sizeof(*session->subjects))) {
        return assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
    }
    session->subjects = subjects;
    struct subject subject = {.identity = source->identity, .line = listing->line};
    if (!copy_text(base_str(source->program), &subject.program) || !copy_text(listing->fullname, &subject.fullname) ||
        !copy_text(listing->tags, &subject.tags) || !copy_text(listing->file, &subject.file) ||
        !copy_text(listing->binary, &subject.binary)) {
        subject_deinit(&subject);
        return assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
    }
    session->subjects[session->count++] = subject;
    return ASSAY_OK;
}

void session_only_from(struct session *session, struct sources *sources)
{
    session->sources = sources;
}

/* False without memory. */
static bool look_where_from(struct session *session, const char *program, struct str file, bool *out_is_from)
{
    char *path = NULL;
    *out_is_from = true;
    if (session->sources) {
        if (!copy_text(file, &path)) {
            return false;
        }
        *out_is_from = sources_have(session->sources, program, path);
        free(path);
    }
    return true;
}

/* Adds the benchmarks that the filter means. */
static enum assay_status add_listed(struct session *session, const struct source *source, struct str lines,
                                    const char *filter, struct assay_error *err)
{
    struct assay_listing listing = {.rest = lines};
    enum assay_status status = ASSAY_OK;
    while (status == ASSAY_OK && assay_listing_next(&listing)) {
        bool is_from;
        if (!toolchain_add(&session->toolchain, &listing) ||
            !look_where_from(session, source->program, listing.file, &is_from)) {
            return assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
        }
        const struct assay_subject subject = {.fullname = listing.fullname, .tags = listing.tags};
        if (is_from && assay_filter_matches(filter, &subject)) {
            status = add_subject(session, source, &listing, err);
        }
    }
    return status;
}

/* A program that could not say what is in it stands for its benchmarks, which
 * cannot be measured; those of other programs can. */
static enum assay_status add_dead_program(struct session *session, const struct source *source, const char *reason,
                                          struct assay_error *err)
{
    const char *slash = strrchr(source->program, '/');
    const struct assay_listing itself = {.fullname = base_str(slash ? slash + 1 : source->program)};
    enum assay_status status = add_subject(session, source, &itself, err);
    if (status == ASSAY_OK) {
        subject_fail(&session->subjects[session->count - 1], reason);
    }
    return status;
}

enum assay_status session_add_program(struct session *session, const char *program, const char *filter,
                                      struct assay_error *err)
{
    struct buf path, lines, reason;
    base_buf_init(&path, 8000);
    base_buf_init(&lines, MAX_LIST_BYTES);
    base_buf_init(&reason, sizeof(err->message));
    base_buf_addf(&path, "%s%s", strchr(program, '/') ? "" : "./", program); /* else it would be looked for in PATH */
    if (!base_buf_ok(&path)) {
        return assay_fail(err, ASSAY_NO_MEMORY, "out of memory for the name of a program");
    }
    struct source source = {.program = base_buf_cstr(&path)};
    /* before it says what it is: a build in between shows in each launch */
    program_look(source.program, &source.identity);
    enum assay_status status = ASSAY_OK;
    switch (worker_list_benchmarks(source.program, session->options.timeout_ns, &lines, &reason)) {
    case WORKER_LISTED:
        status = add_listed(session, &source, base_buf_str(&lines), filter, err);
        break;
    case WORKER_NO_PROGRAM:
        status = assay_fail(err, ASSAY_BAD_FILE, "%s", base_buf_cstr(&reason));
        break;
    case WORKER_LIST_DIED:
        status = add_dead_program(session, &source, base_buf_cstr(&reason), err);
        break;
    }
    base_buf_deinit(&path);
    base_buf_deinit(&lines);
    base_buf_deinit(&reason);
    return status;
}

bool session_raise_min_time(struct session *session, int64_t min_time_ns)
{
    if (session->options.min_time_ns >= min_time_ns) {
        return false;
    }
    session->options.min_time_ns = min_time_ns;
    return true;
}

unsigned session_built(const struct session *session)
{
    unsigned built = 0;
    for (size_t i = 0; i < session->count; i++) {
        built |= session->subjects[i].built;
    }
    return built;
}

const struct toolchain *session_toolchain(const struct session *session)
{
    return &session->toolchain;
}

size_t session_count(const struct session *session)
{
    return session->count;
}

const char *session_tags(const struct session *session, size_t index)
{
    return session->subjects[index].tags;
}

const char *session_fullname(const struct session *session, size_t index)
{
    return session->subjects[index].fullname;
}

const char *session_error(const struct session *session, size_t index)
{
    return session->subjects[index].error;
}

static bool goes_on(const struct session *session)
{
    return !session->no_memory && interrupt_caught() == 0;
}

/* Programs stand in the session one after the other. */
static void measure_empty_loops(struct session *session)
{
    for (size_t i = 0; i < session->count && !session->options.disable && goes_on(session); i++) {
        struct subject *subject = &session->subjects[i];
        if (subject->error) {
            continue;
        }
        bool is_first = i == 0 || strcmp(subject->program, subject[-1].program) != 0;
        if (!is_first) {
            subject->empty_loop = subject[-1].empty_loop;
        } else if (!launch_empty_loop(subject->program, &session->options, &subject->empty_loop)) {
            session->no_memory = true;
        }
    }
}

/* How far stack and heap are moved in the next launch.  It depends on the seed,
 * the benchmark and the number of the launch alone, so that a benchmark has the
 * same layouts whichever others run beside it. */
static struct worker_layout layout_of(const struct session *session, const struct subject *subject)
{
    uint64_t state = session->options.seed + subject->launches;
    for (const char *c = subject->fullname; *c; c++) {
        state = base_random_next(&state) ^ (unsigned char)*c;
    }
    struct worker_layout layout = {0};
    if (session->options.vary_layout) {
        layout.stack = (size_t)base_random_below(&state, WORKER_MAX_PADDING);
        layout.heap = (size_t)base_random_below(&state, WORKER_MAX_PADDING);
    }
    return layout;
}

static void launch(struct session *session, struct subject *subject)
{
    launch_subject(subject, &session->options, layout_of(session, subject));
    session->no_memory = session->no_memory || subject->no_memory;
}

/* One launch of each benchmark, in the order given. */
static void measure_pass(struct session *session, const size_t *order, size_t done, size_t total,
                         session_progress_fn *progress, void *context)
{
    for (size_t i = 0; i < session->count && goes_on(session); i++) {
        struct subject *subject = &session->subjects[order[i]];
        if (subject->error) {
            continue;
        }
        if (progress) {
            progress(context, subject->fullname, done + i, total);
        }
        launch(session, subject);
    }
}

/* What is counted is counted after all times are taken. */
static void count_all(struct session *session, size_t done, session_progress_fn *progress, void *context)
{
    const char *simulated = NULL; /* the program whose loop without a body is counted */
    double instructions = 0;
    for (size_t i = 0; i < session->count && goes_on(session); i++) {
        struct subject *subject = &session->subjects[i];
        if (subject->error) {
            continue;
        }
        if (progress && subject->counts != 0) {
            progress(context, subject->fullname, done + i, done + session->count);
        }
        if ((subject->counts & ASSAY_COUNT_INSTRUCTIONS) != 0) {
            if (!simulated || strcmp(simulated, subject->program) != 0) {
                simulated = subject->program;
                instructions = launch_empty_loop_instructions(simulated, session->options.timeout_ns);
            }
            subject->empty_loop_instructions = instructions;
        }
        launch_counts(subject, &session->options);
        session->no_memory = subject->no_memory;
    }
}

enum assay_status session_measure(struct session *session, session_progress_fn *progress, session_tick_fn *tick,
                                  void *context)
{
    session->options.tick = tick;
    session->options.tick_context = context;
    size_t launches = session->options.disable ? 1 : (size_t)session->options.launches;
    size_t total = (launches + (session->options.counts != 0 && !session->options.disable)) * session->count;
    size_t *order = base_alloc_array(session->count, sizeof(*order));
    if (!order) {
        return ASSAY_NO_MEMORY;
    }
    for (size_t i = 0; i < session->count; i++) {
        order[i] = i;
    }
    interrupt_be_gentle(true);
    measure_empty_loops(session);
    for (size_t i = 0; i < launches && goes_on(session); i++) {
        if (session->options.shuffle) {
            base_random_shuffle(&session->random, order, session->count);
        }
        measure_pass(session, order, i * session->count, total, progress, context);
    }
    if (!session->options.disable) {
        count_all(session, launches * session->count, progress, context);
    }
    interrupt_be_gentle(false);
    session->options.tick = NULL;
    free(order);
    return session->no_memory ? ASSAY_NO_MEMORY : ASSAY_OK;
}

struct subject *session_subject(struct session *session, size_t index)
{
    return &session->subjects[index];
}

bool session_count_beside(struct session *session)
{
    count_all(session, 0, NULL, NULL);
    return !session->no_memory;
}

enum assay_status session_measure_again(struct session *session, const char *fullname, uint64_t launches)
{
    struct subject *subject = find_subject(session, base_str(fullname));
    interrupt_be_gentle(true);
    for (uint64_t i = 0; subject && !subject->error && i < launches && goes_on(session); i++) {
        launch(session, subject);
    }
    interrupt_be_gentle(false);
    return session->no_memory ? ASSAY_NO_MEMORY : ASSAY_OK;
}

/* What could not be counted is the same for most, so each sentence stands once. */
static bool describe_note(const struct subject *subject, struct assay_result *result)
{
    for (size_t i = 0; subject->note && i < result->warning_count; i++) {
        if (strcmp(result->warnings[i], subject->note) == 0) {
            return true;
        }
    }
    return !subject->note || assay_result_add_warning(result, base_str(subject->note));
}

enum assay_status session_describe(const struct session *session, struct assay_result *result)
{
    for (size_t i = 0; i < session->count; i++) {
        const double cycle = paced_cycle_ns(&session->subjects[i].paced) / 1e9;
        if (cycle > 0 && (result->cycle == 0 || cycle < result->cycle)) {
            result->cycle = cycle;
        }
        if (interrupt_caught() != 0 && !session->subjects[i].error && session->subjects[i].launches == 0) {
            continue;
        }
        struct assay_run *run = assay_result_add_run(result);
        if (!run || subject_describe(&session->subjects[i], &session->options, run) != ASSAY_OK ||
            !describe_note(&session->subjects[i], result)) {
            return ASSAY_NO_MEMORY;
        }
    }
    return ASSAY_OK;
}

size_t session_complete_count(const struct session *session, size_t *out_short)
{
    uint64_t launches = session->options.disable ? 1 : session->options.launches;
    size_t complete = 0;
    *out_short = 0;
    for (size_t i = 0; i < session->count; i++) {
        const struct subject *subject = &session->subjects[i];
        complete += subject->launches > 0 && !subject->error;
        *out_short += subject->launches > 0 && !subject->error && subject->launches < launches;
    }
    return complete;
}

const char *session_output_tail(const struct session *session, const char *fullname)
{
    const struct subject *subject = find_subject(session, base_str(fullname));
    return subject && subject->output_tail ? subject->output_tail : "";
}
