// SPDX-License-Identifier: MIT
/*
 * While an answer is waited for the worker is looked at now and then, since not
 * everything that goes wrong closes the pipe: its children may hold that open.
 */
#include "cmd/assay/worker_process.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "assay/protocol.h"
#include "base/clock.h"
#include "cmd/assay/child.h"
#include "cmd/assay/preload.h"
#include "cmd/assay/worker_environment.h"
#include "cmd/assay/worker_output.h"
#include "cmd/assay/worker_watch.h"

#define MAX_TARGETS 32
#define MAX_WRAPPER 8 /* words */
#define MAX_REASON_BYTES 2000
#define MAX_LAST_WORDS 200
#define LOOK_INTERVAL_NS 50000000

struct worker {
    pid_t pid;        /* 0 once it was waited for */
    int command_fd, reply_fd;
    struct worker_output output;
    int64_t timeout_ns;
    uint64_t memory_bytes; /* 0: any */
    void (*tick)(void *context); /* or NULL */
    void *tick_context;
    int64_t next_look_ns;
    const char *doing; /* what it was at, for the reason */

    char *group;
    char *targets[MAX_TARGETS];
    size_t target_count;
    bool wants_calls;
    char *complexity;
    struct worker_counter counters[WORKER_MAX_COUNTERS];
    size_t counter_count;
    struct buf uncountable_heap, uncountable_pmu; /* sentences */
    struct assay_exact_plan plan;
    double items, bytes;
    unsigned threads;
    double together;
    bool paces, warms;
    uint64_t clock_cost_ns;
    unsigned built;

    struct buf reason;
    bool failed;
    char last_words[MAX_LAST_WORDS]; /* on the signal that kills it, or "" */

    struct assay_reply reply;
    struct histogram no_calls; /* where an unexpected CALLED goes */
    size_t line_len, consumed;
    char line[ASSAY_MAX_LINE_BYTES + 4096];
};

static bool reap_worker(struct worker *worker, int64_t deadline_ns, int *out_status)
{
    pid_t pid = worker->pid;
    worker->pid = 0;
    return child_reap(pid, deadline_ns, out_status);
}

static void set_reason(struct worker *worker, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void set_reason(struct worker *worker, const char *format, ...)
{
    if (!worker->failed) {
        va_list args;
        va_start(args, format);
        base_buf_addv(&worker->reason, format, args);
        va_end(args);
    }
    worker->failed = true;
}

static void describe_end(struct worker *worker, int status)
{
    if (WIFSIGNALED(status)) {
        const char *name = strsignal(WTERMSIG(status));
        const char *why =
            WTERMSIG(status) == SIGKILL ? "by somebody else, or by the system for want of memory" : worker->last_words;
        set_reason(worker, "crashed %s: killed by signal %d (%s)%s%s", worker->doing, WTERMSIG(status),
                   name ? name : "?", why[0] ? ": " : "", why);
    } else if (WEXITSTATUS(status) == ASSAY_EXIT_LOST) {
        set_reason(worker, "closed the descriptors %d and %d %s, through which it answers; close only what was opened",
                   ASSAY_COMMAND_FD, ASSAY_REPLY_FD, worker->doing);
    } else {
        set_reason(worker, "exited with status %d %s; let the body return", WEXITSTATUS(status), worker->doing);
    }
}

/* The worker has closed its end or says nothing sensible: find out why. */
static bool bury(struct worker *worker, const char *nonsense)
{
    int status = 0;
    if (nonsense) {
        set_reason(worker, "%s", nonsense);
    }
    if (worker->pid > 0) {
        int64_t grace_ns = nonsense ? 0 : 2000000000;
        if (reap_worker(worker, base_clock_monotonic_ns() + grace_ns, &status)) {
            describe_end(worker, status);
        } else {
            set_reason(worker,
                       "closed the descriptors %d and %d %s, through which it answers; close only what was opened",
                       ASSAY_COMMAND_FD, ASSAY_REPLY_FD, worker->doing);
        }
    }
    child_close_fd(&worker->command_fd);
    child_close_fd(&worker->reply_fd);
    return false;
}

static bool time_out(struct worker *worker)
{
    int status, signal_number;
    double timeout_s = (double)worker->timeout_ns / 1e9;
    if (watch_is_stopped(worker->pid, &signal_number)) {
        const char *name = strsignal(signal_number);
        set_reason(worker, "was stopped by signal %d (%s) %s and not continued within %.3g s (--timeout)",
                   signal_number, name ? name : "?", worker->doing, timeout_s);
    } else {
        set_reason(worker, "hung %s: no answer for %.3g s (--timeout)", worker->doing, timeout_s);
    }
    (void)reap_worker(worker, 0, &status);
    return bury(worker, NULL);
}

/* What cannot be read from the pipe: false if it is given up. */
static bool look_at(struct worker *worker)
{
    int status;
    uint64_t limit = worker->memory_bytes;
    worker->next_look_ns = base_clock_monotonic_ns() + LOOK_INTERVAL_NS;
    worker_output_limit(&worker->output);
    if (worker->tick) {
        worker->tick(worker->tick_context);
    }
    if (limit > 0 && watch_memory_of(worker->pid) > limit) {
        set_reason(worker, "used more than %.4g MB of memory %s, and was stopped (--memory)", (double)limit / 1e6,
                   worker->doing);
        (void)reap_worker(worker, 0, &status);
        return bury(worker, NULL);
    }
    bool has_ended = watch_has_ended(worker->pid); /* first: what it said before is in the pipe then */
    struct pollfd said = {.fd = worker->reply_fd, .events = POLLIN};
    if (has_ended && poll(&said, 1, 0) == 0) {
        return bury(worker, NULL); /* a child of it holds the pipe open */
    }
    return true;
}

/* Waits until there is something to read; false if the worker is given up. */
static bool wait_for_words(struct worker *worker, int64_t deadline_ns)
{
    for (;;) {
        int64_t now_ns = base_clock_monotonic_ns();
        if (now_ns >= worker->next_look_ns && !look_at(worker)) {
            return false;
        }
        if (child_wait_readable(worker->reply_fd,
                                deadline_ns < worker->next_look_ns ? deadline_ns : worker->next_look_ns)) {
            return true;
        }
        if (base_clock_monotonic_ns() >= deadline_ns) {
            return time_out(worker);
        }
    }
}

/* The next reply into worker->reply; its text is borrowed from the line
 * buffer until the next call.  A CALLED reply is added to `calls`. */
static bool read_reply(struct worker *worker, struct histogram *calls)
{
    memmove(worker->line, worker->line + worker->consumed, worker->line_len - worker->consumed);
    worker->line_len -= worker->consumed;
    worker->consumed = 0;
    int64_t deadline_ns = base_clock_monotonic_ns() + worker->timeout_ns;
    size_t searched = 0;
    for (;;) {
        char *newline = memchr(worker->line + searched, '\n', worker->line_len - searched);
        if (newline) {
            struct str line = {worker->line, (size_t)(newline - worker->line)};
            worker->consumed = line.len + 1;
            if (assay_reply_parse(line, &worker->reply, calls) != ASSAY_OK) {
                return bury(worker,
                            "answered in a way that this assay does not understand; rebuild it with this version");
            }
            return true;
        }
        searched = worker->line_len;
        if (searched == sizeof(worker->line)) {
            return bury(worker, "answered with a line that is too long");
        }
        if (!wait_for_words(worker, deadline_ns)) {
            return false;
        }
        ssize_t got = read(worker->reply_fd, worker->line + worker->line_len, sizeof(worker->line) - worker->line_len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return bury(worker, NULL);
        }
        worker->line_len += (size_t)got;
    }
}

static bool send_command(struct worker *worker, const struct assay_command *command)
{
    struct buf line;
    base_buf_init(&line, 200);
    assay_command_format(command, &line);
    base_buf_add_char(&line, '\n');
    ssize_t written = base_buf_ok(&line) ? write(worker->command_fd, line.ptr, line.len) : -1;
    bool whole = written == (ssize_t)line.len; /* far below PIPE_BUF: all or nothing */
    base_buf_deinit(&line);
    return whole || bury(worker, NULL);
}

/* Adds to a counter of that name, or makes one. */
static void take_counter(struct worker *worker)
{
    const struct assay_reply *reply = &worker->reply;
    struct worker_counter *counter = worker->counters, *end = counter + worker->counter_count;
    while (counter < end && !base_str_equal(base_str(counter->name), reply->text)) {
        counter++;
    }
    if (counter == worker->counters + WORKER_MAX_COUNTERS) {
        set_reason(worker, "states more than 32 counters");
        return;
    }
    if (counter == end) {
        worker->counter_count++;
        memcpy(counter->name, reply->text.ptr, reply->text.len); /* its length was checked; the rest is zero */
        counter->kind = reply->counter_kind;
    }
    if (counter->kind != reply->counter_kind) {
        set_reason(worker, "states its counter '%s' in two kinds", counter->name);
    }
    counter->sum += reply->amount;
    counter->count++;
}

static void take_uncountable(struct worker *worker, struct str sentence)
{
    struct buf *kept =
        base_str_starts_with(sentence, STR("pmu:")) ? &worker->uncountable_pmu : &worker->uncountable_heap;
    base_buf_reset(kept);
    base_buf_add(kept, sentence);
}

/* Takes in what may be said at any time; false if the reply is another. */
static bool take_remark(struct worker *worker)
{
    switch ((int)worker->reply.kind) { /* int: the others are not remarks */
    case ASSAY_REPLY_FAILED: /* a check failed or the body gave up; it goes on to its end by itself */
        set_reason(worker, "%.*s", STR_ARGS(worker->reply.text));
        return true;
    case ASSAY_REPLY_DYING:
        (void)snprintf(worker->last_words, sizeof(worker->last_words), "%.*s", /* cut if longer */
                       STR_ARGS(worker->reply.text));
        return true;
    case ASSAY_REPLY_COUNTER:
        take_counter(worker);
        return true;
    case ASSAY_REPLY_UNCOUNTABLE:
        take_uncountable(worker, worker->reply.text);
        return true;
    case ASSAY_REPLY_TOGETHER:
        worker->together = worker->reply.amount;
        return true;
    case ASSAY_REPLY_ITEMS:
        worker->items = worker->reply.amount;
        return true;
    case ASSAY_REPLY_BYTES:
        worker->bytes = worker->reply.amount;
        return true;
    default:
        return false;
    }
}

/* Takes in one reply of the preparation; `*out_is_ready` once it stands before the loop. */
static bool take_fact(struct worker *worker, bool *out_is_ready)
{
    struct assay_reply *reply = &worker->reply;
    switch (reply->kind) {
    case ASSAY_REPLY_HELLO:
        if (reply->number != ASSAY_PROTOCOL_VERSION) {
            set_reason(worker,
                       "speaks version %llu of the protocol, this assay speaks %d; rebuild it with this version",
                       (unsigned long long)reply->number, ASSAY_PROTOCOL_VERSION);
            return bury(worker, NULL);
        }
        return true;
    case ASSAY_REPLY_BUILT:
        worker->built = (unsigned)reply->number;
        return true;
    case ASSAY_REPLY_GROUP:
        free(worker->group);
        worker->group = strndup(reply->text.ptr, reply->text.len);
        return worker->group || bury(worker, "out of memory");
    case ASSAY_REPLY_TARGET:
        if (worker->target_count == MAX_TARGETS) {
            return bury(worker, "states more than 32 targets");
        }
        worker->targets[worker->target_count] = strndup(reply->text.ptr, reply->text.len);
        return worker->targets[worker->target_count++] || bury(worker, "out of memory");
    case ASSAY_REPLY_WANTS_CALLS:
        worker->wants_calls = true;
        return true;
    case ASSAY_REPLY_THREADS:
        worker->threads = (unsigned)reply->number;
        return true;
    case ASSAY_REPLY_PACES:
        worker->paces = true;
        return true;
    case ASSAY_REPLY_WARMS:
        worker->warms = true;
        return true;
    case ASSAY_REPLY_PEDANTIC:
        worker->plan = reply->plan;
        return true;
    case ASSAY_REPLY_COMPLEXITY:
        free(worker->complexity);
        worker->complexity = strndup(reply->text.ptr, reply->text.len);
        return worker->complexity || bury(worker, "out of memory");
    case ASSAY_REPLY_FAILED:
    case ASSAY_REPLY_DYING:
    case ASSAY_REPLY_COUNTER:
    case ASSAY_REPLY_UNCOUNTABLE:
    case ASSAY_REPLY_ITEMS:
    case ASSAY_REPLY_BYTES:
        return take_remark(worker);
    case ASSAY_REPLY_READY:
        worker->clock_cost_ns = reply->number;
        *out_is_ready = true;
        return true;
    case ASSAY_REPLY_DONE: /* it gave up before its loop and said why */
        return bury(worker, NULL);
    case ASSAY_REPLY_TOGETHER:
    case ASSAY_REPLY_TOOK:
    case ASSAY_REPLY_PACED:
    case ASSAY_REPLY_CALLED:
    case ASSAY_REPLY_COUNTED:
        break;
    }
    return bury(worker, "answered before it was asked");
}

static bool become_ready(struct worker *worker)
{
    bool is_ready = false;
    while (!is_ready) {
        if (!read_reply(worker, &worker->no_calls) || !take_fact(worker, &is_ready)) {
            return false;
        }
    }
    return true;
}

/* 0 or an errno. */
static int launch(struct worker *worker, const char *program, const char *fullname,
                  const struct worker_settings *settings)
{
    struct buf strings;
    base_buf_init(&strings, 1 << 20);
    int preload_fd = settings->counts_allocations ? preload_open() : -1;
    char **environment = worker_environment(settings->layout, settings->timer, preload_fd >= 0, &strings);
    int commands[2] = {-1, -1}, replies[2] = {-1, -1};
    struct buf flag;
    base_buf_init(&flag, 4000);
    base_buf_addf(&flag, "%s%s", ASSAY_WORKER_FLAG, fullname);
    int error = 0;
    if (!base_buf_ok(&flag) || !environment) {
        error = ENOMEM;
    } else if (!worker_output_open(&worker->output) || !child_make_pipe(commands) || !child_make_pipe(replies)) {
        error = errno;
    } else {
        const char *argv[MAX_WRAPPER + 3];
        size_t count = 0;
        for (; settings->wrapper && settings->wrapper[count] && count < MAX_WRAPPER; count++) {
            argv[count] = settings->wrapper[count];
        }
        argv[count] = program;
        argv[count + 1] = flag.ptr;
        argv[count + 2] = NULL;
        /* posix_spawn does not write to its arguments, though its type says so. */
        error = child_start((char *const *)(uintptr_t)argv, environment, fileno(worker->output.file), commands[0],
                            replies[1], preload_fd, &worker->pid);
    }
    child_close_fd(&commands[0]);
    child_close_fd(&replies[1]);
    worker->command_fd = commands[1];
    worker->reply_fd = replies[0];
    child_close_fd(&preload_fd);
    base_buf_deinit(&flag);
    free(environment);
    base_buf_deinit(&strings);
    return error;
}

struct worker *worker_start(const char *program, const char *fullname, const struct worker_settings *settings)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (!worker) {
        return NULL;
    }
    worker->command_fd = worker->reply_fd = -1;
    worker->timeout_ns = settings->timeout_ns;
    worker->memory_bytes = settings->memory_bytes;
    worker->tick = settings->tick;
    worker->tick_context = settings->tick_context;
    worker->next_look_ns = base_clock_monotonic_ns() + LOOK_INTERVAL_NS;
    worker->doing = "before its measured loop";
    base_buf_init(&worker->reason, MAX_REASON_BYTES);
    base_buf_init(&worker->uncountable_heap, MAX_REASON_BYTES);
    base_buf_init(&worker->uncountable_pmu, MAX_REASON_BYTES);
    int error = launch(worker, program, fullname, settings);
    if (error != 0) {
        set_reason(worker, "cannot start '%s': %s", settings->wrapper ? settings->wrapper[0] : program,
                   strerror(error));
        (void)bury(worker, NULL);
    } else if (become_ready(worker)) {
        worker->doing = "in its measured loop";
    }
    return worker;
}

void worker_destroy(struct worker *worker)
{
    if (!worker) {
        return;
    }
    if (worker->pid > 0) {
        int status;
        (void)reap_worker(worker, 0, &status);
    }
    child_close_fd(&worker->command_fd);
    child_close_fd(&worker->reply_fd);
    worker_output_close(&worker->output);
    free(worker->group);
    free(worker->complexity);
    for (size_t i = 0; i < worker->target_count; i++) {
        free(worker->targets[i]);
    }
    base_buf_deinit(&worker->reason);
    base_buf_deinit(&worker->uncountable_heap);
    base_buf_deinit(&worker->uncountable_pmu);
    free(worker);
}

bool worker_is_alive(const struct worker *worker)
{
    return worker->pid > 0;
}

struct worker_facts worker_facts(const struct worker *worker)
{
    return (struct worker_facts){
        .group = worker->group,
        .targets = (const char *const *)worker->targets,
        .target_count = worker->target_count,
        .wants_calls = worker->wants_calls,
        .complexity = worker->complexity,
        .counters = worker->counters,
        .counter_count = worker->counter_count,
        .plan = worker->plan,
        .items = worker->items,
        .bytes = worker->bytes,
        .threads = worker->threads,
        .together = worker->together,
        .paces = worker->paces,
        .warms = worker->warms,
        .clock_cost_ns = worker->clock_cost_ns,
        .built = worker->built,
    };
}

/* Reads replies until one of `kind`; failures on the way are noted. */
static bool await(struct worker *worker, enum assay_reply_kind kind, struct histogram *calls)
{
    for (;;) {
        if (!read_reply(worker, calls)) {
            return false;
        }
        if (worker->reply.kind == kind) {
            return true;
        }
        if (worker->reply.kind == ASSAY_REPLY_DONE) {
            return bury(worker, NULL);
        }
        if (!take_remark(worker)) {
            return bury(worker, "answered what it was not asked");
        }
    }
}

/* Batches of either kind; `out_paces_ns` is NULL for plain ones. */
static bool run_batches(struct worker *worker, const struct assay_command *command, int64_t *out_times_ns,
                        struct assay_pace *out_paces_ns)
{
    enum assay_reply_kind wanted = out_paces_ns ? ASSAY_REPLY_PACED : ASSAY_REPLY_TOOK;
    worker->together = NAN; /* unless it is said */
    if (!send_command(worker, command) || !await(worker, wanted, &worker->no_calls)) {
        return false;
    }
    if (worker->reply.number != command->count) {
        return bury(worker, "answered with another number of batches than it was asked for");
    }
    memcpy(out_times_ns, worker->reply.times_ns, command->count * sizeof(*out_times_ns));
    if (out_paces_ns) {
        memcpy(out_paces_ns, worker->reply.paces_ns, command->count * sizeof(*out_paces_ns));
    }
    return true;
}

bool worker_run_batches(struct worker *worker, uint64_t iterations, uint64_t count, int64_t *out_times_ns)
{
    const struct assay_command command = {ASSAY_COMMAND_BATCH, iterations, count, 0};
    return run_batches(worker, &command, out_times_ns, NULL);
}

bool worker_run_paced(struct worker *worker, uint64_t iterations, uint64_t count, int64_t *out_times_ns,
                      struct assay_pace *out_paces_ns)
{
    const struct assay_command command = {ASSAY_COMMAND_PACED, iterations, count, 0};
    return run_batches(worker, &command, out_times_ns, out_paces_ns);
}

bool worker_run_warmed(struct worker *worker, uint64_t iterations, uint64_t warmup, int64_t *out_ns)
{
    const struct assay_command command = {ASSAY_COMMAND_WARMED, iterations, 1, warmup};
    if (warmup > 0 && worker->warms) {
        return run_batches(worker, &command, out_ns, NULL);
    }
    return (warmup == 0 || worker_run_batches(worker, warmup, 1, out_ns)) &&
           worker_run_batches(worker, iterations, 1, out_ns);
}

bool worker_run_calls(struct worker *worker, uint64_t count, struct histogram *calls)
{
    struct assay_command command = {ASSAY_COMMAND_CALLS, count, 1, 0};
    uint64_t before = calls->count;
    if (!send_command(worker, &command) || !await(worker, ASSAY_REPLY_CALLED, calls)) {
        return false;
    }
    return calls->count - before == count * (worker->threads > 0 ? worker->threads : 1) ||
           bury(worker, "answered with another number of calls than it was asked for");
}

bool worker_run_counted(struct worker *worker, uint64_t iterations, struct assay_measured *out_counted)
{
    const struct assay_command command = {ASSAY_COMMAND_COUNT, iterations, 1, 0};
    if (!send_command(worker, &command) || !await(worker, ASSAY_REPLY_COUNTED, &worker->no_calls)) {
        return false;
    }
    *out_counted = worker->reply.counted;
    return true;
}

const char *worker_uncountable(const struct worker *worker, unsigned counted_by)
{
    return base_buf_cstr(counted_by == ASSAY_COUNT_PMU ? &worker->uncountable_pmu : &worker->uncountable_heap);
}

bool worker_finish(struct worker *worker)
{
    struct assay_command command = {.kind = ASSAY_COMMAND_END};
    worker->doing = "after its measured loop";
    if (!send_command(worker, &command) || !await(worker, ASSAY_REPLY_DONE, &worker->no_calls)) {
        return false;
    }
    worker->doing = "after its end";
    int status;
    int64_t timeout_ns = worker->timeout_ns;
    if (!reap_worker(worker, base_clock_monotonic_ns() + timeout_ns, &status)) {
        set_reason(worker, "did not end within %.3g s after its last word (--timeout)", (double)timeout_ns / 1e9);
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        describe_end(worker, status);
    }
    child_close_fd(&worker->command_fd);
    child_close_fd(&worker->reply_fd);
    return !worker->failed;
}

const char *worker_reason(const struct worker *worker)
{
    return base_buf_cstr(&worker->reason);
}

void worker_add_output_tail(const struct worker *worker, struct buf *out_text)
{
    worker_output_add_tail(&worker->output, out_text);
}
