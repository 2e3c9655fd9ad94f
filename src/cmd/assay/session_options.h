// SPDX-License-Identifier: MIT
/* assay/session_options.h - how a session measures. */
#ifndef CMD_ASSAY_SESSION_OPTIONS_H
#define CMD_ASSAY_SESSION_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/timer.h"

struct session_options {
    int64_t min_time_ns;        /* of a round */
    int64_t max_time_ns;        /* of all rounds of a benchmark, about */
    uint64_t min_rounds;        /* 1 or more; wins over max_time */
    uint64_t launches;          /* 1 or more; fewer are made if min_rounds is less */
    uint64_t warmup_iterations; /* at most so many before the rounds of a launch; 0: no warm-up */
    int64_t timeout_ns;         /* for each answer of a worker */
    uint64_t memory_bytes;      /* that a worker may hold; 0: any */
    enum assay_timer_kind timer;
    bool cycles;                /* measure cycles by the reference, beside the rounds */
    bool time_calls;            /* time calls one by one for every benchmark */
    unsigned counts;            /* ASSAY_COUNT_..., for every benchmark */
    bool disable;               /* run each body once, measure nothing worth keeping */
    bool shuffle;               /* a new order of the benchmarks for each pass over them */
    bool vary_layout;           /* another place of stack and heap for each launch */
    bool huge_pages;            /* a gate's launches have large pieces of heap in huge pages */
    bool priority;              /* a gate goes before other programs, if the system allows it */
    uint64_t seed;              /* of order and layout */
    bool traces; /* say on stderr how the size of rounds is found */
    void (*tick)(void *context); /* called some twenty times a second while a worker is waited for; or NULL */
    void *tick_context;
};

#endif /* CMD_ASSAY_SESSION_OPTIONS_H */
