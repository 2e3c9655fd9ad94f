// SPDX-License-Identifier: MIT
/*
 * A worker runs in a process group of its own, so that a benchmark that forks
 * is killed with all its children; a signal that ends the controller is passed
 * on to that group first.  While an answer is waited for it is looked at now and
 * then, since not everything that goes wrong closes the pipe: its children may hold
 * that open.
 */
#include "cmd/assay/worker_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "assay/protocol.h"
#include "base/clock.h"
#include "base/num.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/orphans.h"
#include "cmd/assay/preload.h"
#include "cmd/assay/worker_output.h"
#include "cmd/assay/worker_watch.h"

#define MAX_TARGETS 32
#define MAX_WRAPPER 8 /* words */
#define MAX_REASON_BYTES 2000
#define MAX_LAST_WORDS 200
#define LOOK_INTERVAL_NS 50000000
#define MAX_LIST_BYTES 4000000
/* Pipe ends are moved up here, clear of the descriptors a worker gets. */
#define FIRST_FREE_FD 10

extern char **environ;

struct worker {
    pid_t pid;        /* 0 once it was waited for */
    int command_fd, reply_fd;
    struct worker_output output;
    int64_t timeout_ns;
    uint64_t memory_bytes; /* 0: any */
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
    bool paces;
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

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd); /* pipe ends: nothing is buffered */
    }
    *fd = -1;
}

/* Waits for the process up to the deadline, then kills its group and waits.
 * True if it ended by itself; its wait status is in `*out_status`. */
static bool reap(pid_t pid, int64_t deadline_ns, int *out_status)
{
    bool by_itself = true;
    for (;;) {
        pid_t ended = waitpid(pid, out_status, by_itself ? WNOHANG : 0);
        if (ended == pid || (ended < 0 && errno != EINTR)) {
            break;
        }
        if (by_itself && base_clock_monotonic_ns() >= deadline_ns) {
            by_itself = false;
            (void)kill(-pid, SIGKILL);
        }
        struct timespec pause = {.tv_nsec = 500000};
        (void)nanosleep(&pause, NULL);
    }
    (void)kill(-pid, SIGKILL); /* children it may have left; ESRCH is the usual answer */
    interrupt_watch_group(0);
    orphans_end();
    return by_itself;
}

static bool reap_worker(struct worker *worker, int64_t deadline_ns, int *out_status)
{
    pid_t pid = worker->pid;
    worker->pid = 0;
    return reap(pid, deadline_ns, out_status);
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
    close_fd(&worker->command_fd);
    close_fd(&worker->reply_fd);
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

/* Waits until `fd` can be read; false at the deadline. */
static bool wait_readable(int fd, int64_t deadline_ns)
{
    for (;;) {
        int64_t left_ns = deadline_ns - base_clock_monotonic_ns();
        if (left_ns <= 0) {
            return false;
        }
        int64_t left_ms = left_ns / 1000000 + 1;
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        int ready = poll(&wanted, 1, left_ms > 1000000 ? 1000000 : (int)left_ms);
        if (ready > 0 || (ready < 0 && errno != EINTR)) {
            return true;
        }
    }
}

/* What cannot be read from the pipe: false if it is given up. */
static bool look_at(struct worker *worker)
{
    int status;
    uint64_t limit = worker->memory_bytes;
    worker->next_look_ns = base_clock_monotonic_ns() + LOOK_INTERVAL_NS;
    worker_output_limit(&worker->output);
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
        if (wait_readable(worker->reply_fd, deadline_ns < worker->next_look_ns ? deadline_ns : worker->next_look_ns)) {
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

/* A pipe whose ends close on exec and lie clear of what a worker gets. */
static bool make_pipe(int ends[2])
{
    int low[2];
    if (pipe(low) != 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
        (void)close(low[i]);
    }
    return ends[0] >= 0 && ends[1] >= 0;
}

/* Starts a program with its output in `output_fd`, and, if they are not
 * negative, the two protocol descriptors and the one of what is preloaded; 0 or an
 * errno. */
static int spawn(char *const *argv, char *const *environment, int output_fd, int command_fd, int reply_fd,
                 int preload_fd, pid_t *out_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return ENOMEM;
    }
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGHUP);
    int error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    error = error ? error : posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
    if (command_fd >= 0) {
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, output_fd, STDERR_FILENO);
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, command_fd, ASSAY_COMMAND_FD);
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, reply_fd, ASSAY_REPLY_FD);
    }
    if (preload_fd >= 0) {
        error = error ? error : posix_spawn_file_actions_adddup2(&actions, preload_fd, PRELOAD_FD);
    }
    error = error ? error : posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    error = error ? error : posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (error == 0) {
        error = posix_spawnp(out_pid, argv[0], &actions, &attributes, argv, environment);
    }
    if (error == 0) {
        interrupt_watch_group(*out_pid);
    }
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Variables that are set for a worker, each with its name's "=". */
#define MAX_VARIABLES 3

/* Adds a variable to `strings`, where it begins at `*out_begin`. */
static void begin_variable(struct buf *strings, const char *name, size_t *out_begin)
{
    *out_begin = strings->len;
    base_buf_addf(strings, "%s=", name);
}

/* Whether an entry of the environment is of the same name as a variable. */
static bool is_same_name(const char *entry, const char *variable)
{
    return strncmp(entry, variable, (size_t)(strchr(variable, '=') - variable) + 1) == 0;
}

/* The environment with the variables in `strings` instead of those of the same
 * names; NULL without memory. */
static char **replace_variables(struct buf *strings, const size_t *begins, size_t variable_count)
{
    size_t count = 0, kept = 0;
    while (environ[count]) {
        count++;
    }
    char **environment =
        base_buf_ok(strings) ? base_alloc_array(count + variable_count + 1, sizeof(*environment)) : NULL;
    if (!environment) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_replaced = false;
        for (size_t each = 0; each < variable_count; each++) {
            is_replaced = is_replaced || is_same_name(environ[i], strings->ptr + begins[each]);
        }
        if (!is_replaced) {
            environment[kept++] = environ[i];
        }
    }
    for (size_t each = 0; each < variable_count; each++) {
        environment[kept++] = strings->ptr + begins[each];
    }
    return environment;
}

/* The environment of a worker, with the counter of allocations before what is
 * preloaded anyway if it `counts`; NULL without memory.  Its strings are partly in
 * `strings`, to be released after it. */
static char **make_environment(struct worker_layout layout, bool counts, struct buf *strings)
{
    size_t begins[MAX_VARIABLES], count = 0;
    begin_variable(strings, WORKER_HEAP_PADDING_NAME, &begins[count++]);
    base_buf_addf(strings, "%04zu", layout.heap);
    base_buf_add_char(strings, '\0');
    begin_variable(strings, WORKER_PADDING_NAME, &begins[count++]);
    for (size_t i = 0; i < layout.stack; i++) {
        base_buf_add_char(strings, 'x');
    }
    if (counts) {
        const char *preloaded = getenv("LD_PRELOAD");
        base_buf_add_char(strings, '\0');
        begin_variable(strings, "LD_PRELOAD", &begins[count++]);
        base_buf_addf(strings, PRELOAD_PATH "%s%s", preloaded ? ":" : "", preloaded ? preloaded : "");
    }
    return replace_variables(strings, begins, count);
}

/* 0 or an errno. */
static int launch(struct worker *worker, const char *program, const char *fullname,
                  const struct worker_settings *settings)
{
    struct buf strings;
    base_buf_init(&strings, 1 << 20);
    int preload_fd = settings->counts_allocations ? preload_open() : -1;
    char **environment = make_environment(settings->layout, preload_fd >= 0, &strings);
    int commands[2] = {-1, -1}, replies[2] = {-1, -1};
    struct buf flag;
    base_buf_init(&flag, 4000);
    base_buf_addf(&flag, "%s%s", ASSAY_WORKER_FLAG, fullname);
    int error = 0;
    if (!base_buf_ok(&flag) || !environment) {
        error = ENOMEM;
    } else if (!worker_output_open(&worker->output) || !make_pipe(commands) || !make_pipe(replies)) {
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
        error = spawn((char *const *)(uintptr_t)argv, environment, fileno(worker->output.file), commands[0], replies[1],
                      preload_fd, &worker->pid);
    }
    close_fd(&commands[0]);
    close_fd(&replies[1]);
    worker->command_fd = commands[1];
    worker->reply_fd = replies[0];
    close_fd(&preload_fd);
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
    close_fd(&worker->command_fd);
    close_fd(&worker->reply_fd);
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
        .paces = worker->paces,
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

/* Batches of either kind; `out_cycles_ns` is NULL for plain ones. */
static bool run_batches(struct worker *worker, const struct assay_command *command, int64_t *out_times_ns,
                        double *out_cycles_ns)
{
    enum assay_reply_kind wanted = out_cycles_ns ? ASSAY_REPLY_PACED : ASSAY_REPLY_TOOK;
    if (!send_command(worker, command) || !await(worker, wanted, &worker->no_calls)) {
        return false;
    }
    if (worker->reply.number != command->count) {
        return bury(worker, "answered with another number of batches than it was asked for");
    }
    memcpy(out_times_ns, worker->reply.times_ns, command->count * sizeof(*out_times_ns));
    if (out_cycles_ns) {
        memcpy(out_cycles_ns, worker->reply.cycles_ns, command->count * sizeof(*out_cycles_ns));
    }
    return true;
}

bool worker_run_batches(struct worker *worker, uint64_t iterations, uint64_t count, int64_t *out_times_ns)
{
    const struct assay_command command = {ASSAY_COMMAND_BATCH, iterations, count};
    return run_batches(worker, &command, out_times_ns, NULL);
}

bool worker_run_paced(struct worker *worker, uint64_t iterations, uint64_t count, int64_t *out_times_ns,
                      double *out_cycles_ns)
{
    const struct assay_command command = {ASSAY_COMMAND_PACED, iterations, count};
    return run_batches(worker, &command, out_times_ns, out_cycles_ns);
}

bool worker_run_calls(struct worker *worker, uint64_t count, struct histogram *calls)
{
    struct assay_command command = {ASSAY_COMMAND_CALLS, count, 1};
    uint64_t before = calls->count;
    if (!send_command(worker, &command) || !await(worker, ASSAY_REPLY_CALLED, calls)) {
        return false;
    }
    return calls->count - before == count * (worker->threads > 0 ? worker->threads : 1) ||
           bury(worker, "answered with another number of calls than it was asked for");
}

bool worker_run_counted(struct worker *worker, uint64_t iterations, struct assay_measured *out_counted)
{
    const struct assay_command command = {ASSAY_COMMAND_COUNT, iterations, 1};
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
    close_fd(&worker->command_fd);
    close_fd(&worker->reply_fd);
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

static bool read_to_end(int fd, int64_t deadline_ns, struct buf *out)
{
    char chunk[4096];
    while (wait_readable(fd, deadline_ns)) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0;
        }
        base_buf_add(out, (struct str){chunk, (size_t)got});
    }
    return false;
}

/* Checks the heading of a list and cuts it off. */
static bool take_list(struct str text, struct buf *out_lines)
{
    struct str rest;
    struct str heading = base_str_cut(text, '\n', &rest);
    if (!base_str_equal(heading, STR("assay 1"))) {
        return false;
    }
    base_buf_add(out_lines, rest);
    return base_buf_ok(out_lines);
}

/* What a program without a list did instead. */
static enum worker_list explain_no_list(const char *program, bool by_itself, int status, int64_t timeout_ns,
                                        struct buf *out_reason)
{
    if (!by_itself) {
        base_buf_addf(out_reason,
                      "'%s' hung when it was asked for its benchmarks: no answer to %s for %.3g s (--timeout)", program,
                      ASSAY_LIST_FLAG, (double)timeout_ns / 1e9);
        return WORKER_LIST_DIED;
    }
    if (WIFSIGNALED(status)) {
        const char *name = strsignal(WTERMSIG(status));
        base_buf_addf(out_reason, "'%s' crashed when it was asked for its benchmarks (%s): killed by signal %d (%s)",
                      program, ASSAY_LIST_FLAG, WTERMSIG(status), name ? name : "?");
        return WORKER_LIST_DIED;
    }
    base_buf_addf(out_reason, "'%s' is not a benchmark program: it did not answer %s; link it with the assay library",
                  program, ASSAY_LIST_FLAG);
    return WORKER_NO_PROGRAM;
}

enum worker_list worker_list_benchmarks(const char *program, int64_t timeout_ns, struct buf *out_lines,
                                        struct buf *out_reason)
{
    char flag[] = ASSAY_LIST_FLAG;
    int output[2] = {-1, -1};
    pid_t pid = 0;
    char *const argv[] = {(char *)(uintptr_t)program, flag, NULL}; /* it is not written to */
    int error = make_pipe(output) ? spawn(argv, environ, output[1], -1, -1, -1, &pid) : errno;
    close_fd(&output[1]);
    if (error != 0) {
        base_buf_addf(out_reason, "cannot start '%s': %s", program, strerror(error));
        close_fd(&output[0]);
        return WORKER_NO_PROGRAM;
    }
    struct buf text;
    base_buf_init(&text, MAX_LIST_BYTES);
    int64_t deadline_ns = base_clock_monotonic_ns() + timeout_ns;
    bool complete = read_to_end(output[0], deadline_ns, &text);
    close_fd(&output[0]);
    int status = 0;
    bool by_itself = reap(pid, complete ? deadline_ns : 0, &status);
    bool too_long = !base_buf_ok(&text);
    bool good = complete && by_itself && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
                take_list(base_buf_str(&text), out_lines);
    base_buf_deinit(&text);
    if (too_long) {
        base_buf_addf(out_reason, "'%s' names more than %d MB of benchmarks; spread them over several programs",
                      program, MAX_LIST_BYTES / 1000000);
        return WORKER_NO_PROGRAM;
    }
    return good ? WORKER_LISTED : explain_no_list(program, by_itself, status, timeout_ns, out_reason);
}

void worker_prepare(void)
{
    orphans_adopt();
    interrupt_install();
    (void)signal(SIGPIPE, SIG_IGN); /* a worker that is gone is an error of write(), not our end */
}
