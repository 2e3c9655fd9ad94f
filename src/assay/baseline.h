// SPDX-License-Identifier: MIT
/*
 * assay/baseline.h - baselines as code: a small file that lies beside the source.
 *
 * It has a *block* for each benchmark and class of machine, with what a
 * comparison needs of a run and nothing else, sorted by name and class.  Times
 * have six digits, which is finer than any clock and margin; what repeats
 * exactly, as a count of instructions, has all of them.  So the file changes
 * where a baseline was moved, and nowhere else.  docs/baselines.md has the format.
 */
#ifndef ASSAY_BASELINE_H
#define ASSAY_BASELINE_H

#include "assay/machine.h"
#include "assay/result.h"

#define ASSAY_MAX_BASELINE_BYTES ((size_t)256 << 20)

/* A class of machine that the file has blocks of. */
struct assay_class {
    char *id;  /* the name of its machines in the storage, as assay_machine_id() makes it */
    char *key; /* what makes the class, as assay_machine_class() says it */
};

/* What one benchmark took on one class of machine. */
struct assay_block {
    struct assay_run run; /* name, group, tags, binary, launches, statistics, calls, what was measured */
    char *class_id;
    char *datetime; /* of the run, UTC, as "2026-11-23T07:09:55Z"; NULL if it did not say */
    char *commit;   /* that was measured; NULL if it did not say */
    bool dirty;
    double cycle; /* as in struct assay_result */
};

/* Zero-initialised it is empty.  All is allocated with malloc and owned by it. */
struct assay_baselines {
    struct assay_class *classes; /* by id, each with a block */
    size_t class_count;
    struct assay_block *blocks; /* by fullname, then by class */
    size_t block_count;
};

/* Releases what it holds and empties it; NULL does nothing. */
void assay_baselines_deinit(struct assay_baselines *baselines);

/* The index of a block; block_count if there is none. */
size_t assay_baselines_find(const struct assay_baselines *baselines, const char *fullname, const char *class_id);

/*
 * Makes a run of `result` the baseline of its benchmark and of the result's class
 * of machine; of a block that was there nothing is kept.  ASSAY_OK;
 * ASSAY_BAD_SYNTAX for a result that does not say its class, or one whose id
 * another class has; ASSAY_NO_MEMORY, and nothing has changed.
 */
ASSAY_MUST_CHECK enum assay_status assay_baselines_put(struct assay_baselines *baselines,
                                                       const struct assay_result *result, const struct assay_run *run,
                                                       struct assay_error *err);

/* Takes a block out, and its class with the last one of it. */
void assay_baselines_drop(struct assay_baselines *baselines, size_t index);

/* The index of the class of a key; class_count if there is none. */
size_t assay_baselines_class(const struct assay_baselines *baselines, const char *class_key);
/* The class that has the block of the latest run; class_count if there are no blocks. */
size_t assay_baselines_latest_class(const struct assay_baselines *baselines);

/*
 * Turns the blocks of one class into a result to compare with.  What else it
 * says of itself, commit and time, is that of the latest of them.  Consumes the
 * baselines, whatever comes of it.  ASSAY_OK (`*out_result` is the caller's) or
 * ASSAY_NO_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_status assay_baselines_take(struct assay_baselines *baselines, size_t class_index,
                                                        struct assay_result *out_result);

/* Whether a text is such a file, sound or not: its first key says so. */
bool assay_baselines_is(struct str text);

/*
 * Reads such a file; `source_name` is for messages.  ASSAY_OK: `*out_baselines` is
 * the caller's.  ASSAY_BAD_SYNTAX: not JSON, of a newer format, or a field is
 * missing, has the wrong type or an impossible value, or a key is one that the format
 * does not have; `err` says where and what.  ASSAY_NO_MEMORY.
 */
ASSAY_MUST_CHECK enum assay_status assay_baselines_parse(struct str text, const char *source_name,
                                                         struct assay_baselines *out_baselines,
                                                         struct assay_error *err);
/* The same from a file; also ASSAY_BAD_FILE. */
ASSAY_MUST_CHECK enum assay_status assay_baselines_read(const char *path, struct assay_baselines *out_baselines,
                                                        struct assay_error *err);

/* Writes it; what is read back is equal.  ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status assay_baselines_format(const struct assay_baselines *baselines,
                                                          struct buf *out_json);

#endif /* ASSAY_BASELINE_H */
