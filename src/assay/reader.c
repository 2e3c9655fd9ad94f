// SPDX-License-Identifier: MIT
#include "assay/reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

void reader_refuse(struct reader *reader, const char *format, ...)
{
    if (reader->status != ASSAY_OK) {
        return;
    }
    char reason[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args); /* cut if longer */
    va_end(args);
    if (reader->benchmark) {
        reader->status = assay_fail(reader->err, ASSAY_BAD_SYNTAX, "%s: benchmark '%.200s': %s", reader->source,
                                    reader->benchmark, reason);
    } else if (reader->number > 0) {
        reader->status = assay_fail(reader->err, ASSAY_BAD_SYNTAX, "%s: benchmark %zu: %s", reader->source,
                                    reader->number, reason);
    } else {
        reader->status = assay_fail(reader->err, ASSAY_BAD_SYNTAX, "%s: %s", reader->source, reason);
    }
}

void reader_refuse_field(const struct object *object, const char *key, const char *complaint)
{
    reader_refuse(object->reader, "%s%s%s %s", object->name, object->name[0] ? "." : "", key, complaint);
}

void reader_run_out_of_memory(struct reader *reader)
{
    if (reader->status == ASSAY_OK) {
        reader->status = assay_fail(reader->err, ASSAY_NO_MEMORY, "%s: out of memory", reader->source);
    }
}

enum assay_status reader_read(struct str text, const char *source_name, reader_fn *read, void *what,
                              struct assay_error *err)
{
    struct json json;
    struct json_flaw flaw;
    switch (base_json_read(text, &json, &flaw)) {
    case JSON_READ:
        break;
    case JSON_NO_MEMORY:
        return assay_fail(err, ASSAY_NO_MEMORY, "%s: out of memory", source_name);
    case JSON_BAD_TEXT:
        return assay_fail(err, ASSAY_BAD_SYNTAX, "%s:%zu: not JSON: %s", source_name, flaw.line, flaw.what);
    }
    struct reader reader = {.source = source_name, .err = err};
    read(&reader, &json, what);
    base_json_deinit(&json);
    return reader.status;
}

bool reader_has_failed(const struct reader *reader)
{
    return reader->status != ASSAY_OK;
}

struct json_value reader_field(const struct object *object, const char *key)
{
    const struct json_value none = {NULL, 0};
    const struct json_value value = reader_has_failed(object->reader) ? none : base_json_member(object->json, key);
    return base_json_type(value) == JSON_IS_NULL ? none : value;
}

bool reader_has(const struct object *object, const char *key)
{
    return base_json_type(reader_field(object, key)) != JSON_IS_ABSENT;
}

/* A field of a type, or one that is not there; another type is refused. */
static struct json_value field_of_type(const struct object *object, const char *key, enum json_type type,
                                       const char *complaint)
{
    struct json_value value = reader_field(object, key);
    enum json_type found = base_json_type(value);
    if (found != JSON_IS_ABSENT && found != type) {
        reader_refuse_field(object, key, complaint);
        return (struct json_value){NULL, 0};
    }
    return value;
}

struct object reader_object(const struct object *parent, const char *key)
{
    return (struct object){parent->reader, field_of_type(parent, key, JSON_IS_OBJECT, "is not an object"), key};
}

struct json_value reader_list(const struct object *parent, const char *key)
{
    return field_of_type(parent, key, JSON_IS_ARRAY, "is not an array");
}

void reader_text(const struct object *object, const char *key, const char *absent, char **out)
{
    struct json_value value = field_of_type(object, key, JSON_IS_STRING, "is not a string");
    bool there = base_json_type(value) == JSON_IS_STRING;
    if (reader_has_failed(object->reader) || (!there && !absent)) {
        return;
    }
    size_t len = there ? base_json_text(value, NULL, 0) : strlen(absent);
    char *copy = malloc(len + 1);
    if (!copy) {
        reader_run_out_of_memory(object->reader);
        return;
    }
    if (there) {
        (void)base_json_text(value, copy, len + 1); /* measured just above */
    } else {
        memcpy(copy, absent, len + 1);
    }
    if (strlen(copy) != len) {
        reader_refuse_field(object, key, "has a NUL character in it");
        free(copy);
        return;
    }
    *out = copy;
}

void reader_bool(const struct object *object, const char *key, bool *out)
{
    struct json_value value = field_of_type(object, key, JSON_IS_BOOL, "is not true or false");
    if (!reader_has_failed(object->reader)) {
        *out = base_json_is_true(value);
    }
}

void reader_number(const struct object *object, const char *key, double absent, double *out)
{
    struct json_value value = field_of_type(object, key, JSON_IS_NUMBER, "is not a number");
    double number = base_json_type(value) == JSON_IS_NUMBER ? base_json_number(value) : absent;
    if (reader_has_failed(object->reader)) {
        return;
    }
    if (!isfinite(number) && base_json_type(value) == JSON_IS_NUMBER) {
        reader_refuse_field(object, key, "is not a finite number");
        return;
    }
    *out = number;
}

/* 0 if it is absent. */
void reader_time(const struct object *object, const char *key, double *out)
{
    reader_number(object, key, 0, out);
    if (*out < 0) {
        reader_refuse_field(object, key, "is negative");
    }
}

void reader_needed_number(const struct object *object, const char *key, double *out)
{
    if (!reader_has(object, key)) {
        reader_refuse_field(object, key, "is missing");
    }
    reader_number(object, key, 0, out);
}

void reader_count(const struct object *object, const char *key, uint64_t absent, uint64_t *out)
{
    double value = 0;
    reader_number(object, key, (double)absent, &value);
    if (reader_has_failed(object->reader)) {
        return;
    }
    if (value < 0) {
        reader_refuse_field(object, key, "is negative");
    } else if (value > READER_LARGEST_COUNT || value != floor(value)) {
        reader_refuse_field(object, key, "is not a whole number, or too large");
    } else {
        *out = (uint64_t)value;
    }
}

void reader_needed_count(const struct object *object, const char *key, uint64_t *out)
{
    if (!reader_has(object, key)) {
        reader_refuse_field(object, key, "is missing");
    }
    reader_count(object, key, 0, out);
    if (!reader_has_failed(object->reader) && *out == 0) {
        reader_refuse_field(object, key, "is 0");
    }
}

double *reader_array(const struct object *object, const char *name, struct json_value array, size_t *out_count)
{
    size_t count = base_json_count(array), filled = 0;
    if (base_json_type(array) != JSON_IS_ARRAY) {
        reader_refuse_field(object, name, "is not an array");
        return NULL;
    }
    double *numbers = base_alloc_array(count, sizeof(*numbers));
    if (!numbers) {
        reader_run_out_of_memory(object->reader);
        return NULL;
    }
    for (struct json_value at = base_json_first(array); at.json; at = base_json_next(array, at)) {
        double number = base_json_number(at);
        if (!isfinite(number)) {
            reader_refuse(object->reader, "%s.%s[%zu] is not a %snumber", object->name, name, filled,
                          base_json_type(at) == JSON_IS_NUMBER ? "finite " : "");
            free(numbers);
            return NULL;
        }
        numbers[filled++] = number;
    }
    *out_count = count;
    return numbers;
}

char *reader_key(struct reader *reader, struct json_value member)
{
    struct json_value key = base_json_key(member);
    size_t len = base_json_text(key, NULL, 0);
    char *copy = malloc(len + 1);
    if (!copy) {
        reader_run_out_of_memory(reader);
        return NULL;
    }
    (void)base_json_text(key, copy, len + 1); /* fits */
    if (len == 0 || strlen(copy) != len || !base_utf8_is_valid(base_str(copy))) {
        reader_refuse(reader, "a name is empty, has a NUL in it or is not UTF-8");
        free(copy);
        return NULL;
    }
    return copy;
}
