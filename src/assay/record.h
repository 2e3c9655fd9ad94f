// SPDX-License-Identifier: MIT
/*
 * assay/record.h - what was done to a file of baselines, by whom and why.
 *
 * Each change leaves one small file in the folder "history" beside it, which no
 * other change touches, so that branches merge.  docs/baselines.md has the format.
 */
#ifndef ASSAY_RECORD_H
#define ASSAY_RECORD_H

#include "assay/baseline.h"

#define ASSAY_MAX_RECORD_BYTES ((size_t)64 << 20)

enum assay_action { ASSAY_ACTION_SAVE, ASSAY_ACTION_ACCEPT, ASSAY_ACTION_DROP };
/* "save", "accept", "drop". */
const char *assay_action_name(enum assay_action action);

/* Of a block; NAN where it does not have one. */
struct assay_figures {
    double min, median; /* seconds */
    double cycles;      /* the least of its launches */
};
struct assay_figures assay_figures_of(const struct assay_run *run);

/* What became of one block. */
struct assay_move {
    char *fullname;
    char *class_id;
    bool has_before, has_after; /* it was there; it is there */
    struct assay_figures before, after;
};

/* Zero-initialised it is empty; all is owned by it. */
struct assay_record {
    enum assay_action action;
    char *datetime; /* when it was done, as in a block */
    char *who;
    char *reason; /* NULL: none was given */
    char *commit; /* that was checked out; NULL: unknown */
    char *run_datetime, *run_commit; /* of the run that the figures are of; NULL: unknown, or there is none */
    bool run_dirty;
    struct assay_move *moves; /* by fullname, then class */
    size_t move_count;
};

/* Releases what it holds and empties it; NULL does nothing. */
void assay_record_deinit(struct assay_record *record);

/* Adds what became of a block; `before` or `after` may be NULL.  False without memory, and nothing has changed. */
ASSAY_MUST_CHECK bool assay_record_add(struct assay_record *record, const char *class_id,
                                       const struct assay_run *before, const struct assay_run *after);

/* ASSAY_OK; ASSAY_BAD_SYNTAX with the place and what is wrong there; ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status assay_record_parse(struct str text, const char *source_name,
                                                      struct assay_record *out_record, struct assay_error *err);
/* The same from a file; also ASSAY_BAD_FILE. */
ASSAY_MUST_CHECK enum assay_status assay_record_read(const char *path, struct assay_record *out_record,
                                                     struct assay_error *err);
/* ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status assay_record_format(const struct assay_record *record, struct buf *out_json);

#endif /* ASSAY_RECORD_H */
