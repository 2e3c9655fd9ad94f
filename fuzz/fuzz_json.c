// SPDX-License-Identifier: MIT
/*
 * JSON: what jansson takes is taken with the same values, and what it refuses is
 * refused, but for what base/json.h says of Python's words and of halves of
 * surrogate pairs, and what jansson has no place for: numbers beyond the largest
 * double and keys with a NUL.  jansson also overlooks a NUL behind a word.
 */
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void require_same(const json_t *theirs, struct json_value ours);

static void require_same_members(json_t *theirs, struct json_value ours)
{
    const char *key;
    json_t *value;
    require(base_json_type(ours) == JSON_IS_OBJECT);
    json_object_foreach (theirs, key, value) {
        require_same(value, base_json_member(ours, key));
    }
    require(base_json_count(ours) >= json_object_size(theirs)); /* a key may stand twice */
}

static void require_same_elements(const json_t *theirs, struct json_value ours)
{
    require(base_json_type(ours) == JSON_IS_ARRAY && base_json_count(ours) == json_array_size(theirs));
    struct json_value at = base_json_first(ours);
    for (size_t i = 0; i < json_array_size(theirs); i++, at = base_json_next(ours, at)) {
        require_same(json_array_get(theirs, i), at);
    }
}

static void require_same_text(const json_t *theirs, struct json_value ours)
{
    size_t len = base_json_text(ours, NULL, 0);
    char *copy = malloc(len + 1);
    require(copy && base_json_text(ours, copy, len + 1) == len);
    require(len == json_string_length(theirs) && memcmp(copy, json_string_value(theirs), len) == 0);
    require(base_json_equals(ours, copy) == (strlen(copy) == len));
    free(copy);
}

static void require_same(const json_t *theirs, struct json_value ours)
{
    switch (json_typeof(theirs)) {
    case JSON_OBJECT: require_same_members((json_t *)(uintptr_t)theirs, ours); break; /* iterating only reads */
    case JSON_ARRAY: require_same_elements(theirs, ours); break;
    case JSON_STRING: require_same_text(theirs, ours); break;
    case JSON_NULL: require(base_json_type(ours) == JSON_IS_NULL); break;
    case JSON_TRUE:
    case JSON_FALSE:
        require(base_json_type(ours) == JSON_IS_BOOL && base_json_is_true(ours) == json_is_true(theirs));
        break;
    case JSON_INTEGER:
    case JSON_REAL: require(base_json_number(ours) == json_number_value(theirs)); break;
    }
}

/* What jansson refuses and base/json takes. */
static bool is_known_to_differ(const json_error_t *error, struct str text)
{
    return json_error_code(error) == json_error_numeric_overflow ||
           json_error_code(error) == json_error_null_byte_in_key ||
           base_str_contains_ignoring_case(text, STR("nan")) ||
           base_str_contains_ignoring_case(text, STR("infinity")) || base_str_contains_ignoring_case(text, STR("\\ud"));
}

/* A text that comes in two pieces is read as one that comes whole. */
static void require_same_in_pieces(struct str text, enum json_outcome outcome, const struct json *whole,
                                   const struct json_flaw *flaw)
{
    struct json_reader reader = {0};
    struct json json;
    struct json_flaw own_flaw = {0};
    size_t first = text.len > 0 ? (unsigned char)text.ptr[text.len - 1] * 7919 % text.len : 0;
    (void)base_json_feed(&reader, (struct str){text.ptr, first});
    require(base_json_finish(&reader, text, &json, &own_flaw) == outcome);
    if (outcome == JSON_READ) {
        require(json.node_count == whole->node_count);
        require(memcmp(json.nodes, whole->nodes, 8 * json.node_count) == 0);
        base_json_deinit(&json);
    } else if (outcome == JSON_BAD_TEXT) {
        require(own_flaw.line == flaw->line && strcmp(own_flaw.what, flaw->what) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json ours;
    struct json_flaw flaw = {0};
    json_error_t error;
    struct str text = {size > 0 ? (const char *)data : "", size};
    enum json_outcome outcome = base_json_read(text, &ours, &flaw);
    json_t *theirs = json_loadb(text.ptr, text.len, JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, &error);
    require(outcome != JSON_BAD_TEXT || (flaw.what && flaw.line > 0));
    if (outcome == JSON_READ && theirs) {
        require_same(theirs, base_json_root(&ours));
    } else if (outcome == JSON_READ) {
        require(is_known_to_differ(&error, text));
    } else if (theirs) {
        require(memchr(data, '\0', size) || strcmp(flaw.what, "too many brackets stand within each other") == 0);
    }
    require_same_in_pieces(text, outcome, &ours, &flaw);
    if (outcome == JSON_READ) {
        base_json_deinit(&ours);
    }
    json_decref(theirs);
    return 0;
}
