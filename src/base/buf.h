// SPDX-License-Identifier: MIT
/*
 * base/buf.h - bytes that grow up to a stated maximum.
 *
 * A buf is owned by the caller, must be set up with base_buf_init() and
 * released with base_buf_deinit().  A failed append frees what was held and
 * makes every later append fail too, so a run of appends needs one check at
 * its end: base_buf_ok().  Not for use by two threads at once.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct buf {
    char *ptr;       /* NUL-terminated once anything was appended; else NULL */
    size_t len;      /* without the NUL */
    size_t capacity; /* bytes allocated */
    size_t max_len;  /* len never exceeds this */
    size_t written;  /* bytes from the first on that may hold something */
    bool failed;     /* no memory, or max_len would have been exceeded */
    bool wipes;      /* set up by base_buf_init_wiping() */
};

/* An empty buf that never holds more than `max_len` bytes. */
void base_buf_init(struct buf *buf, size_t max_len);
/* The same for what nobody may find in memory afterwards: what it gives back or forgets is zeroed before. */
void base_buf_init_wiping(struct buf *buf, size_t max_len);
void base_buf_deinit(struct buf *buf);
/* Empty again, memory kept, failure forgotten. */
void base_buf_reset(struct buf *buf);
/* Makes room at once for what will be `len` bytes in all, at most max_len.  A hint: without memory nothing changes. */
void base_buf_expect(struct buf *buf, size_t len);

void base_buf_add(struct buf *buf, struct str text);
void base_buf_add_cstr(struct buf *buf, const char *text);
void base_buf_add_char(struct buf *buf, char c);
/* As printf. */
void base_buf_addf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void base_buf_addv(struct buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* True if every append since init or reset succeeded. */
bool base_buf_ok(const struct buf *buf);
/* The contents, borrowed until the next call on `buf`. */
struct str base_buf_str(const struct buf *buf);
/* The contents as a NUL-terminated string, borrowed; "" when empty or failed. */
const char *base_buf_cstr(const struct buf *buf);
/* Hands the memory to the caller, who frees it; the buf is empty afterwards.
 * NULL if the buf failed or memory for an empty string is lacking. */
char *base_buf_take(struct buf *buf);

#endif /* BASE_BUF_H */
