// SPDX-License-Identifier: MIT
/*
 * assay/options.h - what was chosen, on the command line or in assay.yaml.
 */
#ifndef CMD_ASSAY_OPTIONS_H
#define CMD_ASSAY_OPTIONS_H

#include "assay/limits.h"
#include "cmd/assay/lineup.h"
#include "cmd/assay/session.h"

#define MAX_ARGUMENTS 1000

enum command {
    COMMAND_RUN = 1,
    COMMAND_LIST = 2,
    COMMAND_COMPARE = 4,
    COMMAND_GATE = 32,
    COMMAND_AA = 64,
    COMMAND_BASELINE = 8,
    COMMAND_HISTORY = 16
};

/* How a comparison is shown: a row a benchmark with its verdict, or a row for each of its runs. */
enum table_kind { TABLE_OF_VERDICTS, TABLE_OF_RUNS };

/* Of times in tables; auto: as each number, or each table of runs, is best read. */
enum time_unit { TIME_UNIT_AUTO, TIME_UNIT_NS, TIME_UNIT_US, TIME_UNIT_MS, TIME_UNIT_S };

struct metric_list {
    enum assay_metric items[ASSAY_METRIC_COUNT];
    size_t count;
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Of `assay baseline`; NULL where it was not said. */
struct baseline_options {
    const char *file;    /* of baselines */
    const char *run;     /* that the figures are taken from */
    const char *reason;
    const char *machine; /* a pattern: only classes whose id it matches */
};

/* All text is borrowed from argv or from the configuration, which both live as
 * long as the program. */
struct options {
    struct session_options session; /* its seed and memory are meaningless unless they were set */
    bool has_seed, has_memory;
    const char *filter;
    const char *storage; /* a folder */
    const char *save_name;
    bool autosave;
    bool save_samples;
    const char *json_path;
    const char *junit_path, *markdown_path, *verdict_path; /* NULL: not written */
    bool annotations;
    bool has_compare;
    const char *compare; /* NULL: the latest */
    const char *baseline; /* the name of a saved run, or a path; NULL: neither */
    const char *local_baseline; /* of a saved run, where the file `baseline` lacks this class of machine; or NULL */
    bool any_machine;
    bool any_run; /* compare also with a run that failed or was worse than its own baseline */
    struct baseline_options baselines;
    struct assay_limits limits;
    bool fail_undecided; /* a benchmark of which nothing can be told fails */
    enum table_kind table;
    bool has_table;     /* the command line says which */
    bool asks_for_runs; /* it says how runs are shown: which columns, in which order, by which names */
    bool chose_columns; /* it says --columns */
    bool wants_runs_if_several; /* saved runs are compared in a table of runs, whatever `table` is */
    bool has_columns; /* they were chosen; else measured metrics that a table has are added */
    struct metric_list columns;        /* of a run */
    struct metric_list lineup_columns; /* of several; the same if they were chosen */
    struct metric_list between; /* metrics of the table that has a column a run; none: there is no such table */
    const char *group_by; /* labels, as group.h */
    enum lineup_order order;
    bool has_order;         /* it was chosen */
    enum assay_metric sort; /* of the order by metric */
    enum lineup_names names;
    enum time_unit time_unit;
    bool wants_histogram;
    const char *histogram_prefix; /* of the files; NULL: named after the time */
    bool wants_csv;
    const char *csv_path; /* NULL: named after the time */
    enum color color;
    const char *show; /* benchmarks, a filter; or NULL */
    bool wide; /* however narrow the terminal is, nothing is left out */
    bool quiet;
    bool verbose; /* then quiet is false */
    bool enable;     /* goes before session.disable, which is false then */
    bool skip, only; /* measure nothing; with `only`, skip is false */
    uint64_t steps_in_a_round; /* of the clock, at least */
    bool list_only;
    const char *profile; /* what to profile; NULL: measure */
    uint64_t profile_iterations; /* 0: as many as take session.max_time_ns */
    bool no_build;
    const char *base; /* a revision that a gate is against; NULL: two builds are named */
    int64_t budget_ns; /* of a gate, or of gates of a program against itself; 0: not stated */
    double slowed; /* by what share a program is slowed against itself; 0: not stated */
    bool confirm;
    const char *config_path; /* NULL: assay.yaml here, if there is one */
    const char *arguments[MAX_ARGUMENTS]; /* what is no option: programs or saved runs */
    size_t argument_count;
    bool names_sources; /* they are the sources of benchmarks, and the programs are those of assay.yaml */
    bool wants_help, wants_version;
    unsigned counterparts; /* a bit for each option that has another one in its place here */
};

struct options options_defaults(void);

/* Whether what --baseline says is a file, "folder/x.json", and not the name of a saved run. */
bool options_is_path(const char *baseline);

#endif /* CMD_ASSAY_OPTIONS_H */
