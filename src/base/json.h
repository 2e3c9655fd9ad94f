// SPDX-License-Identifier: MIT
/*
 * base/json.h - JSON text, read where it lies.
 *
 * Reading checks the whole text (RFC 8259, and NaN, Infinity and -Infinity as
 * Python writes them) and notes where each value begins: eight bytes a value,
 * whatever it holds.  Numbers and strings are converted when they are asked
 * for.  So a large file costs little more than its text, and what nobody asks
 * for is never converted.
 *
 * A value is passed by copy and is good for as long as its document and the
 * text.  Each question may be asked of any value: one of another type, and the
 * value that is not there, answer as an empty one.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define BASE_JSON_MAX_BYTES UINT32_MAX
#define BASE_JSON_MAX_DEPTH 1000 /* brackets within brackets */

struct json_node;

/* A text that was read.  Set by base_json_read(), not to be touched. */
struct json {
    struct str text;
    struct json_node *nodes;
    size_t node_count;
};

/* One value; without a document it is not there. */
struct json_value {
    const struct json *json;
    uint32_t node;
};

enum json_type {
    JSON_IS_ABSENT,
    JSON_IS_NULL,
    JSON_IS_BOOL,
    JSON_IS_NUMBER,
    JSON_IS_STRING,
    JSON_IS_ARRAY,
    JSON_IS_OBJECT
};

enum json_outcome { JSON_READ, JSON_BAD_TEXT, JSON_NO_MEMORY };

/* What the text breaks, as "a ',' or ']' is missing". */
struct json_flaw {
    size_t line; /* from 1 */
    const char *what;
};

/* Reads an object or an array with blanks around it.  JSON_READ: `*out_json` is the
 * caller's, for base_json_deinit(), and borrows `text`.  JSON_BAD_TEXT: `*out_flaw`
 * is the first flaw.  Of a key that stands twice in an object the last one counts. */
enum json_outcome base_json_read(struct str text, struct json *out_json, struct json_flaw *out_flaw);
void base_json_deinit(struct json *json);

/* Reads a text while it comes, so that at its end there is little to do.  Zero-initialised: nothing is read yet. */
struct json_reader {
    struct json_node *nodes;
    size_t node_count, node_capacity, at;
    uint32_t open;
    int depth, stage;
    bool has_failed;
};

/* Reads on in what there is of a text by now: it begins as it did the last time, wherever it lies.  False if that is of
 * no use: base_json_finish() then reads all of it anew, and tells. */
bool base_json_feed(struct json_reader *reader, struct str text);
/* The end of it, as base_json_read() of the whole text; blanks behind may be left out.  The reader is empty then. */
enum json_outcome base_json_finish(struct json_reader *reader, struct str text, struct json *out_json,
                                   struct json_flaw *out_flaw);
void base_json_reader_deinit(struct json_reader *reader);

struct json_value base_json_root(const struct json *json);
enum json_type base_json_type(struct json_value value);

/* The value of a key, or none. */
struct json_value base_json_member(struct json_value object, const char *key);
/* The same of several keys, each with a NUL behind it, for which the object is gone through once. */
void base_json_members(struct json_value object, const struct str *keys, size_t count, struct json_value *out_values);

/* Elements of an array, or values of an object, in the order of the text: from the
 * first on until there is none. */
struct json_value base_json_first(struct json_value container);
struct json_value base_json_next(struct json_value container, struct json_value at);
/* How many there are, found by counting. */
size_t base_json_count(struct json_value container);
/* The key, a string, of a value that those gave for an object. */
struct json_value base_json_key(struct json_value value);

bool base_json_is_true(struct json_value value);

/* The nearest double: NAN of NaN and of what is no number, an infinity beyond the largest. */
double base_json_number(struct json_value value);

/* The digits of a number as they stand in the text; empty of what is no number. */
struct str base_json_number_text(struct json_value value);

/* Writes a string, as UTF-8, cut to `size` - 1 bytes and a NUL (`out` may be NULL if `size`
 * is 0).  The bytes of the whole, a NUL within it counted: 0 of what is no string.
 * Half of a surrogate pair is what Python writes for a byte of a name that is not
 * UTF-8: it becomes that byte, or U+FFFD if it stands for none. */
size_t base_json_text(struct json_value value, char *out, size_t size);

/* Adds a text to what is written, with quotes and escaped where it must be. */
void base_json_add_text(struct buf *out, const char *text);

/* The value as it stands in the text. */
struct str base_json_raw(struct json_value value);

/* Whether it is that string. */
bool base_json_equals(struct json_value value, const char *text);

#endif /* BASE_JSON_H */
