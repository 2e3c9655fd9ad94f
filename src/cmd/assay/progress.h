// SPDX-License-Identifier: MIT
/* assay/progress.h - how far a run is, for whoever waits for it. */
#ifndef CMD_ASSAY_PROGRESS_H
#define CMD_ASSAY_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "cmd/assay/time_left.h"

/* What a bar tells. */
struct progress_view {
    double share;   /* done, 0 to 1 */
    double spent_s; /* since the start */
    double left_s;
    size_t number, total; /* of launches: the one that goes on, from 1, and all */
    const char *name;     /* of its benchmark */
    const char *remark;   /* behind the name where there is room, or "" */
};

/* Appends the bar, at most `columns` wide, "" if that is too little for anything:
 * "[#####-----]  47%  0:12, 0:14 left  21 of 45: bench_parse.c::small".  With
 * less room the name is cut, then the bar goes, then the rest from the end. */
void progress_compose(const struct progress_view *view, size_t columns, bool is_utf8, struct buf *out_line);

/* On a terminal that can do that a bar in the last line, drawn anew when it
 * changes, at most ten times a second; elsewhere a line now and then. */
struct progress {
    FILE *out;
    bool is_terminal, is_utf8;
    int64_t start_ns, last_ns, launch_ns; /* launch_ns is 0 before the first launch */
    struct time_left time_left;
    size_t done, total;
    char name[200];  /* of the benchmark, cut to that */
    char drawn[400]; /* what stands in the last line; "" if nothing */
    char remark[40]; /* behind each line; "" at first, the caller may set it */
};

/* `launch_s`: seconds that a launch is expected to take, above 0. */
struct progress progress_to(FILE *out, double launch_s);
/* A launch begins, `done` of `total` are behind. */
void progress_show(struct progress *progress, const char *fullname, size_t done, size_t total);
/* Time has passed: the bar may have to be drawn anew. */
void progress_tick(struct progress *progress);
/* Before anything else is printed. */
void progress_clear(struct progress *progress);

#endif /* CMD_ASSAY_PROGRESS_H */
