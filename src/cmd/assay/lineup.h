// SPDX-License-Identifier: MIT
/*
 * assay/lineup.h - the runs of several result files side by side: which share a
 * table, in which order they stand there, and what each is called.
 *
 * A table in text, a table of values with commas between and a drawing all show
 * the same rows in the same order.
 */
#ifndef CMD_ASSAY_LINEUP_H
#define CMD_ASSAY_LINEUP_H

#include <stdbool.h>
#include <stddef.h>

#include "assay/result.h"

/* A result, what its rows have in brackets behind their names ("" for nothing), and where it is kept.  All
 * are borrowed. */
struct lineup_source {
    const struct assay_result *result;
    const char *name;
    const char *path; /* "" for one that is kept nowhere yet */
};

struct lineup_row {
    const struct assay_run *run; /* that has samples */
    size_t source;               /* an index */
    char *name, *fullname;       /* with the source, the latter never the same for two rows of different runs */
    const char *key;             /* of its group */
    size_t benchmark;            /* the position of the first row of its benchmark */
    bool leads;                  /* it is the only one of its benchmark in its group that has this set */
    /* What it is sorted by. */
    size_t group;
    double value;
    size_t position;
};

struct lineup_group {
    const char *key; /* what its rows have in common; "" for those without it */
    const struct lineup_row *rows;
    size_t count;
};

struct lineup {
    const struct lineup_source *sources;
    size_t source_count;
    struct lineup_row *rows;
    size_t count;
    struct lineup_group *groups; /* none is empty */
    size_t group_count;
    char **keys;     /* that the rows borrow, one a row */
    char **shown;    /* the names of the sources, cut; they differ where the sources do */
};

/* How rows are called; as pytest-benchmark's --benchmark-name. */
enum lineup_names {
    LINEUP_NORMAL, /* the name, and of the source twelve characters, or as many as tell them apart */
    LINEUP_SHORT,  /* without "test_" or "bench_" before it, and of the source four */
    LINEUP_LONG,   /* the full name, and all of the source */
    LINEUP_TRIAL   /* the source's four only, "????" if it has no name */
};

/* Which row stands before which within a group.  What lacks the number comes last;
 * equals by their full names, then in the order of the sources. */
enum lineup_order {
    LINEUP_AS_EXECUTED,
    LINEUP_BY_BENCHMARK, /* the same, but with all runs of a benchmark together */
    LINEUP_BY_METRIC, /* ascending */
    LINEUP_BY_NAME,
    LINEUP_BY_FULLNAME
};

struct lineup_plan {
    const char *filter;   /* of benchmarks, or NULL */
    const char *group_by; /* labels, as group.h */
    bool sorts_groups;    /* by their texts, what has none first; else in order of first appearance */
    enum lineup_order order;
    enum assay_metric metric; /* of the order by metric */
    enum lineup_names names;
    bool names_sources; /* behind the names of rows */
    bool only_of_first; /* only benchmarks that the first source has */
};

/* Lines up all runs that did not fail.  False without memory, and there is nothing to
 * release then.  `sources` is borrowed until lineup_deinit(). */
bool lineup_create(const struct lineup_source *sources, size_t count, const struct lineup_plan *plan,
                   struct lineup *out_lineup);
void lineup_deinit(struct lineup *lineup);

/* The name of a saved run: its file's without ".json", for "(0001_before)".  The caller's to free;
 * NULL without memory. */
char *lineup_source_name(const char *path);

/* How many benchmarks, told apart by their full names, the rows of a group are of. */
size_t lineup_benchmarks(const struct lineup_group *group);

#endif /* CMD_ASSAY_LINEUP_H */
