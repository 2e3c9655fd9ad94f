// SPDX-License-Identifier: MIT
/* What a benchmark program does.  Asked by a controller it is a worker; asked by
 * a person it is its own controller. */
#include <stdlib.h>
#include <string.h>

#include "assay/binary.h"
#include "assay/protocol.h"
#include "assay/registry.h"
#include "assay/worker.h"
#include "base/num.h"
#include "cmd/assay/command_line.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/worker_guard.h"
#include "cmd/assay/worker_process.h"

static int print_list(void)
{
    struct buf lines;
    base_buf_init(&lines, 64 << 20);
    base_buf_add_cstr(&lines, "assay 1\n binary ");
    assay_binary_add_hash(&lines);
    base_buf_add_cstr(&lines, "\n");
    assay_registry_add_all(&lines);
    bool complete = base_buf_ok(&lines) && fputs(lines.ptr, stdout) >= 0;
    base_buf_deinit(&lines);
    return complete ? EXIT_FINE : EXIT_UNMEASURED;
}

/* A loop without a body is no benchmark to list; it shares all but its body with the first. */
static const struct assay_registration *find_empty(struct assay_registration *holder)
{
    const struct assay_registration *first = assay_registry_first();
    if (!first || !first->empty_body) {
        return NULL;
    }
    *holder = *first;
    holder->body = first->empty_body;
    holder->params = NULL;
    return holder;
}

/* By how much the controller wants the heap moved; the environment has moved the stack. */
static size_t heap_padding_bytes(void)
{
    const char *text = getenv(WORKER_HEAP_PADDING_NAME);
    int64_t bytes = 0;
    (void)(text && base_num_parse_int64(base_str(text), 0, WORKER_MAX_PADDING, &bytes)); /* else 0 */
    return (size_t)bytes;
}

/* By which clock the controller wants it timed. */
static enum assay_timer_kind timer_wanted(void)
{
    enum assay_timer_kind kind = ASSAY_TIMER_MONOTONIC;
    (void)assay_timer_of_name(base_str(getenv(WORKER_TIMER_NAME)), &kind); /* else the wall's */
    return kind;
}

static int work(struct str fullname)
{
    struct str label = {0};
    struct assay_registration empty;
    const struct assay_registration *registration = base_str_equal(fullname, STR(ASSAY_EMPTY_FULLNAME))
                                                        ? find_empty(&empty)
                                                        : assay_registry_find(fullname, &label);
    if (!registration) {
        complain("there is no benchmark '%.*s'", STR_ARGS(fullname));
        return EXIT_BAD_USAGE;
    }
    /* Kept to the end: a freed block would be reused. */
    void *heap_padding = malloc(heap_padding_bytes() + 1);
    if (!heap_padding) {
        complain("out of memory");
        return EXIT_UNMEASURED;
    }
    worker_guard(ASSAY_COMMAND_FD, ASSAY_REPLY_FD);
    BENCH_KEEP(heap_padding); /* or the optimiser deletes a block that is only freed */
    int status = assay_worker_run(registration, label, timer_wanted(), ASSAY_COMMAND_FD, ASSAY_REPLY_FD);
    free(heap_padding);
    return status;
}

/* How to start this program again: by the path it was started with, or, if that
 * was found through PATH, by what Linux says it is. */
static const char *own_program(const char *started_as)
{
    return strchr(started_as, '/') ? started_as : "/proc/self/exe";
}

static int run_by_hand(int argc, char **argv)
{
    struct options options = options_defaults();
    struct buf reason;
    base_buf_init(&reason, 4000);
    bool good = command_line_parse(&options, COMMAND_RUN, argc, argv, &reason);
    if (good && options.argument_count > 0) {
        base_buf_addf(&reason, "'%s' is not an option; --filter=%s chooses benchmarks", options.arguments[0],
                      options.arguments[0]);
        good = false;
    }
    int status = EXIT_FINE;
    if (!good) {
        complain("%s", base_buf_cstr(&reason));
        status = EXIT_BAD_USAGE;
    } else if (options.wants_help) {
        command_line_print_help(stdout, argv[0], COMMAND_RUN);
    } else if (options.wants_version) {
        puts("assay " ASSAY_VERSION);
    } else if (options.profile) {
        status = command_profile_here(&options);
    } else {
        command_line_note_counterparts(&options);
        const char *program = own_program(argv[0]);
        status = command_run(&options, &program, 1);
    }
    base_buf_deinit(&reason);
    interrupt_end();
    return status;
}

int assay_main(int argc, char **argv)
{
    /* Each launch comes by here: what is checked for every pair of benchmarks was checked for the list. */
    if (argc == 2 && strncmp(argv[1], ASSAY_WORKER_FLAG, strlen(ASSAY_WORKER_FLAG)) == 0) {
        return work(base_str(argv[1] + strlen(ASSAY_WORKER_FLAG)));
    }
    struct assay_error err;
    if (assay_registry_check(&err) != ASSAY_OK) {
        complain("%s", err.message);
        return EXIT_BAD_USAGE;
    }
    if (argc == 2 && strcmp(argv[1], ASSAY_LIST_FLAG) == 0) {
        return print_list();
    }
    return run_by_hand(argc, argv);
}
