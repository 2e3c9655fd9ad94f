// SPDX-License-Identifier: MIT
/*
 * assay/baseline_edit.h - changes a file of baselines, and records it.
 *
 * Between begin and end no other program changes the file.  Nothing is written
 * before baseline_edit_finish(), which writes the record first and then the file,
 * each whole or not at all: what a power cut leaves is at worst a record of a
 * change that did not come to be.
 */
#ifndef CMD_ASSAY_BASELINE_EDIT_H
#define CMD_ASSAY_BASELINE_EDIT_H

#include "assay/record.h"
#include "cmd/assay/options.h"

struct baseline_edit {
    const char *path; /* borrowed */
    char *folder;     /* that it lies in, with a "/" behind it, or "" */
    int lock;
    struct assay_baselines baselines;
    struct assay_record record;
    struct buf before; /* what the file holds */
};

/* The file of baselines that the options name; NULL, with a sentence on stderr, if they name none. */
const char *baseline_file_of(const struct options *options);

/* Reads the file; one that is not there is empty if it `may_be_new`.  False with a sentence on
 * stderr, and there is nothing to end then. */
bool baseline_edit_begin(const char *path, bool may_be_new, struct baseline_edit *out_edit);
void baseline_edit_end(struct baseline_edit *edit);

/* Makes a run of a result the baseline, and notes it in the record if that changes anything.  False with
 * a sentence on stderr. */
bool baseline_edit_put(struct baseline_edit *edit, const struct assay_result *result, const struct assay_run *run);
/* Takes a block out, likewise. */
bool baseline_edit_drop(struct baseline_edit *edit, size_t index);

/* Writes both, unless nothing has changed, and says so; a file that has no block left is removed.  `reason` and
 * `result`, which was put, may be NULL.  EXIT_FINE or, with a sentence on stderr and nothing changed,
 * EXIT_BAD_USAGE or EXIT_UNMEASURED. */
int baseline_edit_finish(struct baseline_edit *edit, enum assay_action action, const char *reason,
                         const struct assay_result *result);

#endif /* CMD_ASSAY_BASELINE_EDIT_H */
