/* SPDX-License-Identifier: MIT */
/*
 * tta/status.h - how calls of the library end.
 *
 * A call that can fail returns an enum tta_status and leaves its results
 * untouched on anything but TTA_OK.  Each header lists the statuses of each
 * call.  The library never prints, logs, exits or reads the environment.
 */
#ifndef TTA_STATUS_H
#define TTA_STATUS_H

#include <stddef.h>

#if defined(__GNUC__)
#define TTA_API __attribute__((visibility("default")))
#define TTA_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TTA_API
#define TTA_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Values are stable: new ones are added at the end. */
enum tta_status {
    TTA_OK = 0,
    TTA_NO_MEMORY,    /* nothing was changed */
    TTA_BAD_SYNTAX,   /* the input is not what it should be; see struct tta_error */
    TTA_TOO_LARGE,    /* the input, or a count, is beyond a stated limit */
    TTA_BAD_ARGUMENT, /* an option is out of its stated range; see struct tta_error */
    TTA_NO_MODEL,     /* no model satisfies the requirements (an expected outcome) */
    TTA_NOT_FOUND,    /* no model of that id (an expected outcome) */
    TTA_NO_SERVICE    /* a library below (libsodium, libcurl) could not start */
};

/* Why a call failed, for a person.  Filled only when a call fails. */
struct tta_error {
    enum tta_status status;
    size_t line;       /* of the input, counted from 1; 0 if none applies */
    char message[200]; /* one English sentence, no newline; cut if longer */
};

/* A stable word for logs and JSON: "ok", "no_memory", ... Never NULL. */
TTA_API const char *tta_status_name(enum tta_status status);

#ifdef __cplusplus
}
#endif

#endif /* TTA_STATUS_H */
