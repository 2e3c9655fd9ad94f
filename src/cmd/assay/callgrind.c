// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 /* P_tmpdir */
#include "cmd/assay/callgrind.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"

#define MAX_PATH_BYTES 4000
#define MAX_DUMP_BYTES 100000000
#define MANY_INSTRUCTIONS 1000000
#define SLOWDOWN 50

bool callgrind_is_there(void)
{
    struct str rest = base_str(getenv("PATH"));
    while (rest.ptr) {
        struct str folder = base_str_cut(rest, ':', &rest);
        struct buf path;
        base_buf_init(&path, MAX_PATH_BYTES);
        base_buf_addf(&path, "%.*s/valgrind", STR_ARGS(folder));
        bool found = base_buf_ok(&path) && access(path.ptr, X_OK) == 0;
        base_buf_deinit(&path);
        if (found) {
            return true;
        }
    }
    return false;
}

bool callgrind_parse_total(struct str dump, uint64_t *out)
{
    while (dump.ptr) {
        struct str line = base_str_cut(dump, '\n', &dump);
        struct str number;
        struct str word = base_str_cut(line, ':', &number);
        int64_t total;
        if (number.ptr && (base_str_equal(word, STR("summary")) || base_str_equal(word, STR("totals"))) &&
            base_num_parse_int64(base_str_trim(number), 0, INT64_MAX, &total)) {
            *out = (uint64_t)total;
            return true;
        }
    }
    return false;
}

/* The total of one dump. */
static bool read_dump(const char *out_path, int number, uint64_t *out_total)
{
    struct buf path, text;
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(&path, MAX_PATH_BYTES);
    base_buf_init(&text, MAX_DUMP_BYTES);
    base_buf_addf(&path, "%s.%d", out_path, number);
    bool good = base_buf_ok(&path) && base_file_read(path.ptr, &text, reason) &&
                callgrind_parse_total(base_buf_str(&text), out_total);
    base_buf_deinit(&path);
    base_buf_deinit(&text);
    return good;
}

/* A worker under callgrind and how many dumps it has made. */
struct simulation {
    struct worker *worker;
    const char *out_path;
    int dumps;
};

/* The instructions of a batch, with what it takes to begin and end one. */
static bool simulate(struct simulation *simulation, uint64_t iterations, uint64_t *out_total, struct buf *out_reason)
{
    struct assay_measured ignored;
    if (!worker_is_alive(simulation->worker) || !worker_run_counted(simulation->worker, iterations, &ignored)) {
        return false;
    }
    if (!read_dump(simulation->out_path, ++simulation->dumps, out_total)) {
        base_buf_add_cstr(out_reason,
                          "valgrind counted nothing: the assay library was built without <valgrind/callgrind.h>");
        return false;
    }
    return true;
}

/* Everything takes about fifty times as long here, so of long iterations few are
 * made; how many follows from the instructions of the second one, and not from a
 * clock, so that it is the same in every run. */
static uint64_t iterations_for(uint64_t instructions)
{
    return instructions < MANY_INSTRUCTIONS ? 64 : instructions < 10 * MANY_INSTRUCTIONS ? 8 : 1;
}

static bool simulate_all(struct simulation *simulation, uint64_t iterations, double *out_instructions,
                         struct buf *out_reason)
{
    uint64_t first, second, once, twice;
    if (!simulate(simulation, 1, &first, out_reason) || !simulate(simulation, 1, &second, out_reason)) {
        return false;
    }
    iterations = iterations > 0 ? iterations : iterations_for(second);
    if (!simulate(simulation, iterations, &once, out_reason) ||
        !simulate(simulation, 2 * iterations, &twice, out_reason)) {
        return false;
    }
    *out_instructions = ((double)twice - (double)once) / (double)iterations;
    return worker_finish(simulation->worker);
}

extern char **environ;

/* Moves the stack of the worker to the same place in its page, whatever the
 * environment holds: how long some copies take depends on where they lie. */
static struct worker_layout same_layout(const char *program, const char *fullname)
{
    size_t bytes = strlen(program) + strlen(fullname);
    for (char **variable = environ; *variable; variable++) {
        bytes += strlen(*variable) + 1 + sizeof(*variable);
    }
    return (struct worker_layout){.stack = WORKER_MAX_PADDING - 1 - bytes % WORKER_MAX_PADDING};
}

/* What valgrind says when it gives up on a program whose debug information is
 * newer than it is. */
static void add_complaint(const struct worker *worker, struct buf *out_reason)
{
    struct buf tail;
    base_buf_init(&tail, MAX_PATH_BYTES);
    worker_add_output_tail(worker, &tail);
    if (base_str_contains_ignoring_case(base_buf_str(&tail), STR("debuginfo reader"))) {
        base_buf_add_cstr(out_reason, ", because valgrind cannot read its debug information; compile with -gdwarf-4 or "
                                      "without -g");
    }
    base_buf_deinit(&tail);
}

/* Counts with dumps at `out_path` with ".1" and so on behind it. */
static bool count_in(const char *out_path, const char *program, const char *fullname, uint64_t iterations,
                     int64_t timeout_ns, double *out_instructions, struct buf *out_reason)
{
    struct buf option;
    base_buf_init(&option, MAX_PATH_BYTES);
    base_buf_addf(&option, "--callgrind-out-file=%s", out_path);
    const char *const wrapper[] = {"valgrind", "--tool=callgrind", "--collect-atstart=no", base_buf_cstr(&option),
                                   NULL};
    const struct worker_settings settings = {
        .timeout_ns = timeout_ns < INT64_MAX / SLOWDOWN ? timeout_ns * SLOWDOWN : timeout_ns,
        .layout = same_layout(program, fullname),
        .wrapper = wrapper,
    };
    struct worker *worker = base_buf_ok(&option) ? worker_start(program, fullname, &settings) : NULL;
    struct simulation simulation = {.worker = worker, .out_path = out_path};
    bool good = worker && simulate_all(&simulation, iterations, out_instructions, out_reason);
    if (worker && !good && out_reason->len == 0) {
        base_buf_add_cstr(out_reason, worker_reason(worker));
        add_complaint(worker, out_reason);
    }
    worker_destroy(worker);
    base_buf_deinit(&option);
    return good;
}

/* Removes a folder with the files in it. */
static void remove_folder(const char *folder)
{
    DIR *files = opendir(folder);
    for (struct dirent *file; files && (file = readdir(files)) != NULL;) {
        struct buf path;
        base_buf_init(&path, MAX_PATH_BYTES);
        base_buf_addf(&path, "%s/%s", folder, file->d_name);
        (void)unlink(base_buf_cstr(&path)); /* "." and ".." stay */
        base_buf_deinit(&path);
    }
    if (files) {
        (void)closedir(files);
    }
    (void)rmdir(folder);
}

bool callgrind_count(const char *program, const char *fullname, uint64_t iterations, int64_t timeout_ns,
                     double *out_instructions, struct buf *out_reason)
{
    const char *temporary = getenv("TMPDIR");
    struct buf folder, out_path;
    base_buf_init(&folder, MAX_PATH_BYTES);
    base_buf_init(&out_path, MAX_PATH_BYTES);
    base_buf_addf(&folder, "%s/assay-XXXXXX", temporary && temporary[0] ? temporary : P_tmpdir);
    bool good = base_buf_ok(&folder);
    if (good && !mkdtemp(folder.ptr)) {
        base_buf_addf(out_reason, "no folder can be made for valgrind's output: %s", strerror(errno));
        good = false;
    } else if (good) {
        base_buf_addf(&out_path, "%s/out", folder.ptr);
        good = base_buf_ok(&out_path) && count_in(out_path.ptr, program, fullname, iterations, timeout_ns,
                                                  out_instructions, out_reason);
        remove_folder(folder.ptr);
    }
    base_buf_deinit(&folder);
    base_buf_deinit(&out_path);
    return good;
}
