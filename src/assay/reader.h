// SPDX-License-Identifier: MIT
/*
 * assay/reader.h - fields of a JSON file, read one after the other.
 *
 * A reader remembers its first failure: every later read does nothing, so that a
 * run of reads needs one check at its end, and what they fill is released as a
 * whole.  null counts as absent.  NaN and Infinity, which Python writes, are no
 * numbers here.
 *
 * Whole numbers are read as doubles.  Counts are exact up to 2^53, which is
 * the limit here, and a larger number in a field that is ignored anyway
 * (Python writes whole numbers of any length) does not make the file unreadable.
 */
#ifndef ASSAY_READER_H
#define ASSAY_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "assay/status.h"
#include "base/json.h"

#define READER_LARGEST_COUNT 9007199254740992.0 /* 2^53 */

struct reader {
    const char *source;
    size_t number;         /* of the benchmark that is being read, from 1; 0: none */
    const char *benchmark; /* its fullname, once known */
    enum assay_status status;
    struct assay_error *err;
};

/* A JSON object, or one that is absent, and its name for messages. */
struct object {
    struct reader *reader;
    struct json_value json;
    const char *name; /* "stats"; "" for the file and for a benchmark */
};

/*
 * Reads a whole file by `read`, which fills `what`; `source_name` is for messages.
 * ASSAY_OK; ASSAY_BAD_SYNTAX, of what is not JSON or was refused, or ASSAY_NO_MEMORY, and
 * `what` is to be released as far as it was filled.
 */
typedef void reader_fn(struct reader *reader, const struct json *json, void *what);
ASSAY_MUST_CHECK enum assay_status reader_read(struct str text, const char *source_name, reader_fn *read, void *what,
                                               struct assay_error *err);

/* Fails with a sentence, which names the source and the benchmark at hand. */
void reader_refuse(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of a field: "stats.min is negative". */
void reader_refuse_field(const struct object *object, const char *key, const char *complaint);
void reader_run_out_of_memory(struct reader *reader);
bool reader_has_failed(const struct reader *reader);

/* The field of a key; one that is not there if it is absent, or after a failure. */
struct json_value reader_field(const struct object *object, const char *key);
bool reader_has(const struct object *object, const char *key);
struct object reader_object(const struct object *parent, const char *key);
/* An array; one that is not there if it is absent. */
struct json_value reader_list(const struct object *parent, const char *key);

/* The key of a member, which is a text of others; the caller's.  NULL, and refused, if it is empty, has a NUL in it or
 * is not UTF-8. */
char *reader_key(struct reader *reader, struct json_value member);

/* Each refuses a value of another type, and leaves `*out` alone then or after a
 * failure.  Absent is what is given, false, or 0, or refused where it is needed. */
/* A copy of a string, the caller's to free, or of `absent` (may be NULL); refuses one with a NUL in it. */
void reader_text(const struct object *object, const char *key, const char *absent, char **out);
void reader_bool(const struct object *object, const char *key, bool *out);
void reader_number(const struct object *object, const char *key, double absent, double *out);
/* Seconds, 0 or more. */
void reader_time(const struct object *object, const char *key, double *out);
void reader_needed_number(const struct object *object, const char *key, double *out);
/* A whole number from 0; from 1 if it is needed. */
void reader_count(const struct object *object, const char *key, uint64_t absent, uint64_t *out);
void reader_needed_count(const struct object *object, const char *key, uint64_t *out);
/* An array of numbers into fresh memory, the caller's; NULL, and refused, if it is none. */
double *reader_array(const struct object *object, const char *name, struct json_value array, size_t *out_count);

#endif /* ASSAY_READER_H */
