// SPDX-License-Identifier: MIT
#include "assay/reader.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

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

bool reader_has_failed(const struct reader *reader)
{
    return reader->status != ASSAY_OK;
}

/* The field of a key; NULL if it is absent or null, or after a failure. */
const json_t *reader_field(const struct object *object, const char *key)
{
    const json_t *value = reader_has_failed(object->reader) ? NULL : json_object_get(object->json, key);
    return json_is_null(value) ? NULL : value;
}

struct object reader_object(const struct object *parent, const char *key)
{
    const json_t *value = reader_field(parent, key);
    if (value && !json_is_object(value)) {
        reader_refuse_field(parent, key, "is not an object");
        value = NULL;
    }
    return (struct object){parent->reader, value, key};
}

/* A copy of a string, or of `absent` (may be NULL) if there is none. */
void reader_text(const struct object *object, const char *key, const char *absent, char **out)
{
    const json_t *value = reader_field(object, key);
    if (reader_has_failed(object->reader)) {
        return;
    }
    if (value && !json_is_string(value)) {
        reader_refuse_field(object, key, "is not a string");
        return;
    }
    const char *text = value ? json_string_value(value) : absent;
    if (value && strlen(text) != json_string_length(value)) {
        reader_refuse_field(object, key, "has a NUL character in it");
        return;
    }
    *out = text ? strdup(text) : NULL;
    if (text && !*out) {
        reader_run_out_of_memory(object->reader);
    }
}

void reader_bool(const struct object *object, const char *key, bool *out)
{
    const json_t *value = reader_field(object, key);
    if (value && !json_is_boolean(value)) {
        reader_refuse_field(object, key, "is not true or false");
        return;
    }
    *out = json_is_true(value);
}

void reader_number(const struct object *object, const char *key, double absent, double *out)
{
    const json_t *value = reader_field(object, key);
    if (value && !json_is_number(value)) {
        reader_refuse_field(object, key, "is not a number");
        return;
    }
    *out = value ? json_number_value(value) : absent;
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
    if (!reader_field(object, key)) {
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
    if (!reader_field(object, key)) {
        reader_refuse_field(object, key, "is missing");
    }
    reader_count(object, key, 0, out);
    if (!reader_has_failed(object->reader) && *out == 0) {
        reader_refuse_field(object, key, "is 0");
    }
}

/* An array of numbers into fresh memory, the caller's; NULL, and refused, if it is none. */
double *reader_array(const struct object *object, const char *name, const json_t *array, size_t *out_count)
{
    size_t count = json_array_size(array);
    if (!json_is_array(array)) {
        reader_refuse_field(object, name, "is not an array");
        return NULL;
    }
    double *numbers = base_alloc_array(count, sizeof(*numbers));
    if (!numbers) {
        reader_run_out_of_memory(object->reader);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(array, i);
        if (!json_is_number(value)) {
            reader_refuse(object->reader, "%s.%s[%zu] is not a number", object->name, name, i);
            free(numbers);
            return NULL;
        }
        numbers[i] = json_number_value(value);
    }
    *out_count = count;
    return numbers;
}
