// SPDX-License-Identifier: MIT
/*
 * assay/result.h - a result file in memory: the runs of one session.
 *
 * On disk it is pytest-benchmark's JSON, which that tool reads; what it has no
 * word for stands in one object named "assay" per benchmark and one at the
 * top, which that tool ignores.  docs/result-file.md has the format.
 */
#ifndef ASSAY_RESULT_H
#define ASSAY_RESULT_H

#include "assay/protocol.h"
#include "assay/rulers.h"
#include "assay/target.h"
#include "assay/timer.h"
#include "base/buf.h"

#define ASSAY_MAX_RESULT_BYTES (UINT64_C(1) << 31)
#define ASSAY_MAX_SEED (INT64_C(1) << 53) /* every JSON reader keeps whole numbers up to this */

/* Percentiles of single calls, seconds, clock cost subtracted. */
struct assay_calls {
    uint64_t count; /* 0: no calls were timed, the rest is meaningless */
    double p50, p90, p95, p99, p999;
    double clock_cost; /* what was subtracted from each call, seconds */
};

/* A number of the benchmark's own. */
struct assay_counter {
    char name[ASSAY_MAX_COUNTER_BYTES + 1];
    enum assay_counter_kind kind;
    double value; /* an iteration, a second, or as it was said */
};

/* The samples of one benchmark.  All pointers are owned by the result. */
/* A parameter that a file states, its value as text, cut if it is very long. */
struct assay_param {
    char *name, *value;
};

struct assay_run {
    char *name;     /* as "parse_small" */
    char *fullname; /* as "bench_parse.c::parse_small": what runs are joined by */
    char *group;    /* or NULL */
    struct assay_param *params; /* of a file; names differ.  A run that was measured here has them in its name alone */
    size_t param_count;
    char *tags;     /* with blanks between, each after "@"; or NULL */
    char *error;    /* why there are no samples, one sentence; NULL if there are */
    char *file;     /* that defines it, as the compiler was given it; NULL if unknown */
    uint64_t line;  /* in that file */
    char *binary;   /* the hash of the machine code that ran, 16 hexadecimal digits; NULL if unknown */
    /* What was asked for (pytest-benchmark's "options"). */
    uint64_t min_rounds;
    double min_time, max_time; /* seconds */
    enum assay_timer_kind timer; /* what its times are times of */
    uint64_t warmup;           /* warm-up iterations allowed; 0: none */
    uint64_t iterations; /* of a round */
    uint64_t launches;   /* worker processes the rounds come from */
    double *launch_minima; /* seconds per iteration, of each launch that has rounds; NULL if unknown */
    size_t launch_minima_count;
    double *launch_medians; /* likewise */
    size_t launch_median_count;
    uint64_t *launch_rounds; /* of each launch that has rounds, in order: they cut `samples`; NULL if unknown */
    size_t launch_rounds_count;
    double *launch_cycles; /* of an iteration, of each launch that was paced; NULL if unknown */
    size_t launch_cycles_count;
    struct assay_rulers rulers; /* of each launch that was paced; none of older files */
    double empty_loop;   /* seconds an iteration of a loop without a body took; 0: unknown */
    double *samples;     /* seconds per iteration, in order of execution; NULL if the file had none */
    struct assay_stats stats; /* stats.rounds is the number of samples */
    struct assay_calls calls;
    struct assay_measured measured;
    struct assay_counter *counters; /* names differ */
    size_t counter_count;
    char *complexity; /* the parameter that the time grows with, or NULL */
    struct assay_judgement *judgements;
    size_t judgement_count;
};

/* A text that is not known is "". */
struct assay_machine {
    char *node, *system, *release, *arch; /* uname */
    char *cpu; /* brand */
    char *cpu_vendor, *cpu_family, *cpu_model, *cpu_stepping; /* as assay/cpu.h has them */
    uint64_t l1_data_bytes, l2_bytes, l3_bytes; /* of a cache that the first processor uses; 0: unknown, or none */
    uint64_t cores;  /* online */
    char *governor;  /* of the clock rate: the first of a core that is not "performance", or that */
    char *virtualization, *container; /* as assay/virtualization.h has them */
    bool is_virtual; /* within a hypervisor; older files say no more of it */
    char *compiler;  /* that built the benchmarks, as "gcc 12.2.0"; several have " + " between */
    char *flags;     /* likewise, those that bear on times, as "optimised x86-64-v3" */
    char *class_key; /* what must agree for times to be comparable; NULL in files of other tools */
    bool is_of_class; /* nothing is known but the facts of its class */
};

struct assay_commit {
    char *id;      /* 40 hexadecimal digits, or "unversioned" */
    char *branch;  /* or NULL */
    char *time;    /* ISO 8601, or NULL */
    char *author_time;
    char *project;
    bool dirty;
};

/* Of the machine that measured, seconds; a step of 0: unknown. */
struct assay_clock {
    double step, cost;
};

/* Zero-initialised it is empty; strings and arrays are allocated with malloc
 * and owned by it. */
struct assay_result {
    struct assay_machine machine;
    struct assay_commit commit;
    struct assay_run *runs;
    size_t run_count;
    char *datetime; /* UTC, as "2026-11-23T07:05:39.233374+00:00"; NULL if the file had none */
    char *version;  /* of the tool that wrote it, or NULL */
    struct assay_clock clock;
    double cycle;    /* of the core, the shortest that was read beside any round, seconds; 0: unknown */
    bool has_seed;
    uint64_t seed;   /* of order and layout, at most ASSAY_MAX_SEED; meaningless unless has_seed */
    char *filter;    /* that chose its benchmarks; NULL: all of its programs were measured */
    char *unfit;     /* a sentence: why it may be no baseline, as "2 benchmarks failed"; NULL: it may */
    char **warnings; /* sentences: what speaks against trusting the times */
    size_t warning_count;
};

/* Releases what a run holds that is in no result. */
void assay_run_deinit(struct assay_run *run);

/* Releases what it holds and empties it; NULL does nothing. */
void assay_result_deinit(struct assay_result *result);

/* Appends a zeroed run and returns it, borrowed until the next append; NULL
 * without memory. */
struct assay_run *assay_result_add_run(struct assay_result *result);
/* Appends a copy of a warning; false without memory. */
ASSAY_MUST_CHECK bool assay_result_add_warning(struct assay_result *result, struct str warning);
/* Whether its loop was as fast as one without a body, so that the time says
 * nothing of the body: the compiler may have removed it. */
bool assay_run_is_as_fast_as_empty(const struct assay_run *run);
/* No iteration of a loop takes less: a cycle at 20 GHz. */
#define ASSAY_LEAST_ITERATION 0.05e-9
/* Whether both runs are there and say which machine code ran, and it is the same. */
bool assay_run_is_of_same_binary(const struct assay_run *there, const struct assay_run *here);
/* The run of a fullname, or NULL. */
const struct assay_run *assay_result_find(const struct assay_result *result, const char *fullname);

/*
 * Reads a result file of ours or of pytest-benchmark (its schema from 2015
 * on).  Where `data` is there, the statistics are recomputed from it, so mad
 * is there too; else they are taken as stored and mad is NAN.  `source_name`
 * is for messages.  Unknown fields are ignored.
 *
 * ASSAY_OK: `*out_result` is the caller's, for assay_result_deinit().
 * ASSAY_BAD_SYNTAX: not JSON, or a field has the wrong type or an impossible
 * value, or what is known of the launches does not fit the samples; `err` says
 * which benchmark and what.  ASSAY_NO_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_status
assay_result_parse(struct str text, const char *source_name, struct assay_result *out_result, struct assay_error *err);

/* The same from a file; also ASSAY_BAD_FILE. */
ASSAY_MUST_CHECK enum assay_status
assay_result_read(const char *path, struct assay_result *out_result, struct assay_error *err);

/*
 * Writes it as JSON, keys in pytest-benchmark's order, numbers shortest to read
 * back equal.  Runs with an error are left out, as pytest-benchmark does.
 * `with_samples` adds "data".  ASSAY_OK or ASSAY_NO_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_status
assay_result_format(const struct assay_result *result, bool with_samples, struct buf *out_json);

#endif /* ASSAY_RESULT_H */
