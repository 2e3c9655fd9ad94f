// SPDX-License-Identifier: MIT
/*
 * assay/writer.h - a JSON file, written in one pass, four blanks a level.
 *
 * By hand, because no library at hand writes the shortest digits that read back
 * equal; a 2.5e-07 would become 2.4999999999999999e-07.  Numbers need a locale with
 * a decimal point, which writer_write() sees to.  What fails shows in the buf.
 */
#ifndef ASSAY_WRITER_H
#define ASSAY_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct writer {
    struct buf *out;
    int depth;
    bool is_first; /* nothing stands in the innermost brackets yet */
    int flat_below; /* what is within more brackets than this stays on one line; 0: nothing */
};

/* '{' or '[', and its '}' or ']' on a line of its own, unless nothing is between. */
void writer_open(struct writer *writer, char bracket);
void writer_close(struct writer *writer, char bracket);

/* Begins an element of an array. */
void writer_start_line(struct writer *writer);
/* Begins a member.  Keys are ours: no character of theirs needs an escape. */
void writer_key(struct writer *writer, const char *key);

/* What is not UTF-8 becomes U+FFFD, a byte at a time, for JSON is UTF-8. */
void writer_string(struct writer *writer, const char *text);
/* The fewest digits that read back equal, as Python's repr(): a float keeps its
 * ".0" or exponent, so that it is read as one.  What is no number is null. */
void writer_double(struct writer *writer, double value);

/* Whole members; a text that is NULL is null. */
void writer_text(struct writer *writer, const char *key, const char *text);
void writer_number(struct writer *writer, const char *key, double value);
/* pytest-benchmark reads these as numbers: rather absent than null. */
void writer_number_if_known(struct writer *writer, const char *key, double value);
void writer_count(struct writer *writer, const char *key, uint64_t value);
void writer_bool(struct writer *writer, const char *key, bool value);
void writer_open_object(struct writer *writer, const char *key);
void writer_numbers(struct writer *writer, const char *key, const double *numbers, uint64_t count);
void writer_counts(struct writer *writer, const char *key, const uint64_t *counts, size_t count);

/* A member that is an object, whose key is a text of others. */
void writer_open_named(struct writer *writer, const char *name);

/* Writes a whole file by `write`, whatever locale is in use, with `flat_below` as above.  False without
 * memory, or if it were longer than `out_json` takes: that is as it was then. */
typedef void writer_fn(struct writer *writer, const void *what);
bool writer_write(writer_fn *write, const void *what, int flat_below, struct buf *out_json);

#endif /* ASSAY_WRITER_H */
