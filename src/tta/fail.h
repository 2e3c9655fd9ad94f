// SPDX-License-Identifier: MIT
/* tta/fail.h - the one way in which calls of the library give their reason. */
#ifndef TTA_FAIL_H
#define TTA_FAIL_H

#include "tta/status.h"

/*
 * Returns `status`, having filled `err` (may be NULL) with it, `line` (0 if
 * none applies) and the sentence, as printf.  A sentence that is too long is
 * cut between two characters; control characters, which may come from input
 * that is quoted, become '?', so it stays one line.
 */
enum tta_status tta_fail(struct tta_error *err, enum tta_status status, size_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif /* TTA_FAIL_H */
