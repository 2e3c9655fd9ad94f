// SPDX-License-Identifier: MIT
/* assay/status.h - how calls of the library end, and why. */
#ifndef ASSAY_STATUS_H
#define ASSAY_STATUS_H

#include <stddef.h>

#define ASSAY_MUST_CHECK __attribute__((warn_unused_result))

enum assay_status {
    ASSAY_OK = 0,
    ASSAY_NO_MEMORY,  /* nothing was changed */
    ASSAY_BAD_SYNTAX, /* the input is not what it should be */
    ASSAY_BAD_FILE,   /* a file cannot be read or written */
    ASSAY_NOT_FOUND   /* nothing matches (an expected outcome) */
};

/* Why a call failed, for a person: one English sentence that says what, where
 * and, if there is something, what to do.  Filled only when a call fails. */
struct assay_error {
    enum assay_status status;
    char message[512];
};

/* Fills `err` (may be NULL) as printf does, cut if longer; returns `status`.  Control characters, which may come
 * from input that is quoted, become '?', so it stays one line. */
enum assay_status assay_fail(struct assay_error *err, enum assay_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif /* ASSAY_STATUS_H */
