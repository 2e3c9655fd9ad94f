// SPDX-License-Identifier: MIT
/*
 * The measured loop calls assay_next() between batches: it reads the clock
 * first thing when it is entered and last thing before it returns, so what lies
 * between those two readings is the loop alone.  No system call and no
 * allocation is made from one batch of a command to the next.
 *
 * A paced batch stands between two readings of the reference, taken outside of
 * its own two clock readings; where nothing is prepared between batches, the
 * reading after one is the reading before the next.
 *
 * A call timed by itself is a batch of one.  What the two readings and the way
 * between them cost is measured with an empty loop and subtracted.
 */
#include "assay/worker.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assay/params.h"
#include "assay/protocol.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"

#define CLOCK_PROBE_CALLS 4000
#define MAX_REASON_BYTES 500
#if defined(__OPTIMIZE__)
#define LIBRARY_BUILT 0u
#else
#define LIBRARY_BUILT ASSAY_BUILT_LIBRARY_DEBUG
#endif

/* ROUND_OPEN: within BENCH_ROUNDS, before the loop of the round; ROUND_CLOSED:
 * after it. */
enum phase { PREPARING, IN_BATCH, IN_CALL, ROUND_OPEN, ROUND_CLOSED, ENDED };

struct assay_bench {
    enum phase phase;
    int command_fd, reply_fd; /* -1 while the cost of the clock is measured: nobody to ask */
    bool said_failed;
    bool controller_is_gone;
    bool has_rounds; /* the body uses BENCH_ROUNDS */
    bool times_calls; /* the command at hand is CALLS */
    bool paces;       /* it is PACED */

    struct str label;                         /* borrowed: what parameters there are */
    char values[ASSAY_MAX_LABEL_BYTES + 1];   /* the label with NULs for its commas */

    int64_t start_ns;
    uint64_t iterations;   /* of each batch of this command; 1 for CALLS */
    uint64_t batches_left; /* of this command; a call is a batch of one */
    size_t batch_count;
    int64_t times_ns[ASSAY_MAX_BATCHES];
    struct assay_reference reference; /* the last reading */
    struct assay_paced paced[ASSAY_MAX_BATCHES];

    int64_t clock_cost_ns;
    struct histogram calls;

    char command[256]; /* bytes read ahead */
    size_t command_len;
    struct buf line; /* the reply under construction */
};

/* Sends the line under construction. */
static void send_line(struct assay_bench *bench)
{
    base_buf_add_char(&bench->line, '\n');
    if (!base_buf_ok(&bench->line) || !base_file_write_all(bench->reply_fd, base_buf_str(&bench->line))) {
        bench->controller_is_gone = true;
    }
    base_buf_reset(&bench->line);
}

/* A reply of one word and a text; control characters would break the line. */
static void send_text(struct assay_bench *bench, const char *word, const char *text)
{
    base_buf_addf(&bench->line, "%s ", word);
    size_t len = strnlen(text, MAX_REASON_BYTES);
    for (size_t i = 0; i < len; i++) {
        base_buf_add_char(&bench->line, (unsigned char)text[i] < ' ' ? ' ' : text[i]);
    }
    send_line(bench);
}

void assay_fail_because(struct assay_bench *bench, const char *reason)
{
    bench->said_failed = true;
    send_text(bench, "failed", reason && reason[0] ? reason : "no reason given");
}

void assay_fail_check(struct assay_bench *bench, const char *file, int line, const char *expression)
{
    char reason[MAX_REASON_BYTES];
    const char *slash = strrchr(file, '/');
    (void)snprintf(reason, sizeof(reason), "check failed at %s:%d: %s", slash ? slash + 1 : file, line, expression);
    assay_fail_because(bench, reason);
}

/* Settings count only until the loop is reached: the controller has planned by then. */
static bool may_still_state(struct assay_bench *bench, const char *what)
{
    if (bench->phase == PREPARING) {
        return true;
    }
    char reason[MAX_REASON_BYTES];
    (void)snprintf(reason, sizeof(reason), "%s was called after the loop began; move it above BENCH_LOOP", what);
    assay_fail_because(bench, reason);
    return false;
}

void assay_target(struct assay_bench *bench, const char *limit)
{
    if (may_still_state(bench, "assay_target")) {
        send_text(bench, "target", limit && limit[0] ? limit : "(empty)");
    }
}

void assay_group(struct assay_bench *bench, const char *group)
{
    if (may_still_state(bench, "assay_group") && group && group[0]) {
        send_text(bench, "group", group);
    }
}

static void state_amount(struct assay_bench *bench, const char *what, double per_iteration)
{
    if (!(per_iteration > 0) || isinf(per_iteration)) {
        char reason[MAX_REASON_BYTES];
        (void)snprintf(reason, sizeof(reason), "assay_%s: %g an iteration, which must be above 0", what, per_iteration);
        assay_fail_because(bench, reason);
        return;
    }
    base_buf_addf(&bench->line, "%s %.17g", what, per_iteration);
    send_line(bench);
}

void assay_items(struct assay_bench *bench, double per_iteration)
{
    state_amount(bench, "items", per_iteration);
}

void assay_bytes(struct assay_bench *bench, double per_iteration)
{
    state_amount(bench, "bytes", per_iteration);
}

void assay_time_calls(struct assay_bench *bench)
{
    if (may_still_state(bench, "assay_time_calls")) {
        base_buf_add_cstr(&bench->line, "calls");
        send_line(bench);
    }
}

/* The next line of the controller into `out_line` (borrowed until the next
 * call); false if there is no controller any more. */
static bool read_command_line(struct assay_bench *bench, char out_line[sizeof(bench->command)])
{
    for (;;) {
        char *newline = memchr(bench->command, '\n', bench->command_len);
        if (newline) {
            size_t len = (size_t)(newline - bench->command);
            memcpy(out_line, bench->command, len);
            out_line[len] = '\0';
            bench->command_len -= len + 1;
            memmove(bench->command, newline + 1, bench->command_len);
            return true;
        }
        size_t room = sizeof(bench->command) - bench->command_len;
        ssize_t got = room > 0 ? read(bench->command_fd, bench->command + bench->command_len, room) : 0;
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        bench->command_len += (size_t)got;
    }
}

static bool read_command(struct assay_bench *bench, struct assay_command *out_command)
{
    char line[sizeof(bench->command)];
    return !bench->controller_is_gone && read_command_line(bench, line) &&
           assay_command_parse(base_str(line), out_command) == ASSAY_OK;
}

/* Starts the clock; the caller returns to the loop at once. */
static uint64_t begin(struct assay_bench *bench)
{
    if (bench->paces && (bench->has_rounds || bench->batch_count == 0)) {
        (void)assay_reference_read(&bench->reference); /* it was there when it was announced */
    }
    bench->phase = bench->times_calls ? IN_CALL : IN_BATCH;
    bench->start_ns = base_clock_monotonic_ns();
    return bench->iterations;
}

/* Waits for a command and takes it on; false when the loop is to end. */
static bool take_next_command(struct assay_bench *bench)
{
    struct assay_command command;
    if (bench->command_fd < 0) {
        bench->phase = ENDED;
        return false;
    }
    if (!read_command(bench, &command)) {
        _exit(3); /* nobody is left to measure for, and a body cannot be unwound */
    }
    bench->times_calls = command.kind == ASSAY_COMMAND_CALLS;
    bench->paces = command.kind == ASSAY_COMMAND_PACED;
    switch (command.kind) {
    case ASSAY_COMMAND_BATCH:
    case ASSAY_COMMAND_PACED:
        bench->iterations = command.iterations;
        bench->batches_left = command.count;
        bench->batch_count = 0;
        return true;
    case ASSAY_COMMAND_CALLS:
        bench->iterations = 1;
        bench->batches_left = command.iterations;
        bench->batch_count = 0;
        memset(&bench->calls, 0, sizeof(bench->calls));
        return true;
    case ASSAY_COMMAND_END:
        break;
    }
    bench->phase = ENDED;
    return false;
}

/* What the command at hand has measured. */
static void send_measured(struct assay_bench *bench)
{
    if (bench->reply_fd < 0) {
        return;
    }
    if (bench->times_calls) {
        assay_reply_format_called(&bench->calls, &bench->line);
    } else if (bench->paces) {
        assay_reply_format_paced(bench->times_ns, bench->paced, bench->batch_count, &bench->line);
    } else {
        assay_reply_format_took(bench->times_ns, bench->batch_count, &bench->line);
    }
    send_line(bench);
}

static void keep_pace(struct assay_bench *bench, int64_t took_ns)
{
    struct assay_reference before = bench->reference;
    (void)assay_reference_read(&bench->reference);
    bench->paced[bench->batch_count] =
        assay_reference_pace(&before, &bench->reference, (double)took_ns, (double)bench->iterations);
}

/* Calls are put aside and counted many at a time: counting takes longer when
 * each is followed by a reading of the clock, which waits for it. */
static void count_calls(struct assay_bench *bench)
{
    for (size_t i = 0; i < bench->batch_count; i++) {
        int64_t took_ns = bench->times_ns[i] - bench->clock_cost_ns;
        base_histogram_record(&bench->calls, took_ns > 0 ? (uint64_t)took_ns : 0);
    }
    bench->batch_count = 0;
}

/* Keeps the time of the batch that ended at `now_ns`. */
static void keep_time(struct assay_bench *bench, int64_t now_ns)
{
    int64_t took_ns = now_ns - bench->start_ns;
    if (bench->paces) {
        keep_pace(bench, took_ns);
    }
    bench->times_ns[bench->batch_count++] = took_ns;
    bench->batches_left--;
    if (bench->times_calls && (bench->batch_count == ASSAY_MAX_BATCHES || bench->batches_left == 0)) {
        count_calls(bench);
    }
}

static uint64_t end_batch(struct assay_bench *bench, int64_t now_ns)
{
    keep_time(bench, now_ns);
    if (bench->has_rounds) {
        bench->phase = ROUND_CLOSED; /* assay_next_round() goes on */
        return 0;
    }
    if (bench->batches_left > 0) {
        return begin(bench);
    }
    send_measured(bench);
    return take_next_command(bench) ? begin(bench) : 0;
}

static void report_ready(struct assay_bench *bench)
{
    base_buf_addf(&bench->line, "ready %lld", (long long)bench->clock_cost_ns);
    send_line(bench);
}

/* All of assay_next() but its shortest way; not inlined, or that would save and
 * restore the registers that this needs. */
static __attribute__((noinline)) uint64_t go_on(struct assay_bench *bench, uint64_t left, int64_t now_ns)
{
    if (left != 0 && bench->phase != ENDED) {
        bench->phase = ENDED;
        assay_fail_because(bench, "the measured loop was left by break; let it run to its end");
        return 0;
    }
    switch (bench->phase) {
    case IN_BATCH:
    case IN_CALL:
        return end_batch(bench, now_ns);
    case PREPARING:
        report_ready(bench);
        return take_next_command(bench) ? begin(bench) : 0;
    case ROUND_OPEN:
        return begin(bench);
    case ROUND_CLOSED:
        bench->phase = ENDED;
        assay_fail_because(bench, "a round has a second BENCH_LOOP; each round runs one");
        return 0;
    case ENDED:
        assay_fail_because(bench, "the body has a second BENCH_LOOP; make it a benchmark of its own");
    }
    return 0;
}

uint64_t assay_next(struct assay_bench *bench, uint64_t left)
{
    int64_t now_ns = base_clock_monotonic_ns();
    if (bench->phase != IN_CALL || bench->batches_left <= 1 || left != 0 || bench->has_rounds ||
        bench->batch_count >= ASSAY_MAX_BATCHES - 1) {
        return go_on(bench, left, now_ns);
    }
    bench->times_ns[bench->batch_count++] = now_ns - bench->start_ns;
    bench->batches_left--;
    bench->start_ns = base_clock_monotonic_ns();
    return 1;
}

/* Whether another round is to be run: of this command, or of the next. */
static bool open_round(struct assay_bench *bench)
{
    if (bench->batches_left == 0) {
        send_measured(bench);
        if (!take_next_command(bench)) {
            return false;
        }
    }
    bench->phase = ROUND_OPEN;
    return true;
}

int assay_next_round(struct assay_bench *bench)
{
    switch (bench->phase) {
    case PREPARING:
        bench->has_rounds = true;
        report_ready(bench);
        if (take_next_command(bench)) {
            bench->phase = ROUND_OPEN;
            return 1;
        }
        return 0;
    case ROUND_CLOSED:
        return open_round(bench);
    case ROUND_OPEN:
        bench->phase = ENDED;
        assay_fail_because(bench, "a round ended without its BENCH_LOOP, so nothing was measured");
        return 0;
    case IN_BATCH:
    case IN_CALL:
        bench->phase = ENDED;
        assay_fail_because(bench, "BENCH_ROUNDS stands within BENCH_LOOP; put it around");
        return 0;
    case ENDED:
        break;
    }
    return 0;
}

uint64_t assay_iterations(const struct assay_bench *bench)
{
    return bench->iterations;
}

void assay_pedantic(struct assay_bench *bench, uint64_t rounds, uint64_t iterations, uint64_t warmup_rounds)
{
    if (!may_still_state(bench, "assay_pedantic")) {
        return;
    }
    if (rounds < 1 || rounds > ASSAY_MAX_EXACT_ROUNDS || iterations < 1 || iterations > ASSAY_MAX_ITERATIONS ||
        warmup_rounds > ASSAY_MAX_EXACT_ROUNDS) {
        assay_fail_because(bench,
                           "assay_pedantic: rounds and iterations must be at least 1, rounds at most 10 million");
        return;
    }
    base_buf_addf(&bench->line, "pedantic %llu %llu %llu", (unsigned long long)rounds, (unsigned long long)iterations,
                  (unsigned long long)warmup_rounds);
    send_line(bench);
}

const char *assay_param_text(struct assay_bench *bench, const char *name)
{
    struct str value = assay_params_value(bench->label, base_str(name));
    if (!value.ptr) {
        char reason[MAX_REASON_BYTES];
        (void)snprintf(reason, sizeof(reason), "there is no parameter '%s'; BENCH_PARAMS names them", name ? name : "");
        assay_fail_because(bench, reason);
        return "";
    }
    return bench->values + (value.ptr - bench->label.ptr);
}

int64_t assay_param(struct assay_bench *bench, const char *name)
{
    const char *text = assay_param_text(bench, name);
    int64_t number = 0;
    if (text[0] && !base_num_parse_int64(base_str(text), INT64_MIN, INT64_MAX, &number)) {
        char reason[MAX_REASON_BYTES];
        (void)snprintf(reason, sizeof(reason), "parameter '%s' is '%s', which is no whole number; use assay_param_text",
                       name, text);
        assay_fail_because(bench, reason);
    }
    return number;
}

/* What timing a call costs when the call does nothing: the median of many. */
static int64_t measure_clock_cost(struct assay_bench *probe)
{
    probe->command_fd = probe->reply_fd = -1;
    probe->times_calls = true;
    probe->iterations = 1;
    probe->batches_left = CLOCK_PROBE_CALLS;
    uint64_t left = begin(probe);
    do {
        while (left != 0) {
            left = assay_count_down(left);
        }
        left = assay_next(probe, 0);
    } while (left != 0);
    return (int64_t)base_histogram_quantile(&probe->calls, 0.5);
}

static void run_body(struct assay_bench *bench, const struct assay_registration *registration)
{
    base_buf_addf(&bench->line, "hello %d", ASSAY_PROTOCOL_VERSION);
    send_line(bench);
    unsigned built = registration->built | LIBRARY_BUILT;
    if (built != 0) {
        assay_reply_format_built(built, &bench->line);
        send_line(bench);
    }
    if (assay_reference_read(&bench->reference)) {
        base_buf_add_cstr(&bench->line, "paces");
        send_line(bench);
    }
    registration->body(bench);
    if (bench->phase == PREPARING && !bench->said_failed) {
        assay_fail_because(bench, "the body returned without a BENCH_LOOP, so nothing was measured");
    } else if (bench->phase == ROUND_OPEN || bench->phase == ROUND_CLOSED) {
        assay_fail_because(bench, "the body was left from within a round; let BENCH_ROUNDS run to its end");
    } else if (bench->phase == IN_BATCH || bench->phase == IN_CALL) {
        assay_fail_because(bench, "the body was left from within the measured loop; let it run to its end");
    }
    base_buf_add_cstr(&bench->line, "done");
    send_line(bench);
}

static void take_label(struct assay_bench *bench, struct str label)
{
    bench->label = label;
    for (size_t i = 0; i < label.len && i < sizeof(bench->values) - 1; i++) {
        bench->values[i] = label.ptr[i] == ',' ? '\0' : label.ptr[i];
    }
}

int assay_worker_run(const struct assay_registration *registration, struct str label, int command_fd, int reply_fd)
{
    struct assay_bench *bench = calloc(1, sizeof(*bench));
    if (!bench) {
        return 3;
    }
    base_buf_init(&bench->line, ASSAY_MAX_LINE_BYTES);
    int64_t clock_cost_ns = measure_clock_cost(bench);
    memset(&bench->calls, 0, sizeof(bench->calls));
    bench->clock_cost_ns = clock_cost_ns;
    bench->times_calls = false;
    bench->phase = PREPARING;
    take_label(bench, label);
    bench->command_fd = command_fd;
    bench->reply_fd = reply_fd;
    run_body(bench, registration);
    int status = bench->controller_is_gone ? 3 : 0;
    base_buf_deinit(&bench->line);
    free(bench);
    return status;
}
