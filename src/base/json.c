// SPDX-License-Identifier: MIT
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_parts.h"
#include "base/num.h"
#include "base/plain.h"

void base_json_deinit(struct json *json)
{
    free(json->nodes);
    *json = (struct json){0};
}

struct json_value base_json_root(const struct json *json)
{
    return (struct json_value){json, 0};
}

/* From its first byte on; there is more, for a bracket at least closes behind it. */
static const char *start_of(struct json_value value)
{
    return value.json->text.ptr + value.json->nodes[value.node].at;
}

/* By the first byte of a value, but for numbers. */
static const unsigned char types[256] = {['{'] = JSON_IS_OBJECT, ['['] = JSON_IS_ARRAY, ['"'] = JSON_IS_STRING,
                                         ['t'] = JSON_IS_BOOL,   ['f'] = JSON_IS_BOOL,  ['n'] = JSON_IS_NULL};

enum json_type base_json_type(struct json_value value)
{
    if (!value.json) {
        return JSON_IS_ABSENT;
    }
    enum json_type type = (enum json_type)types[(unsigned char)*start_of(value)];
    return type != JSON_IS_ABSENT ? type : JSON_IS_NUMBER;
}

static bool is_of_type(struct json_value value, char first)
{
    return value.json && *start_of(value) == first;
}

/* The value at a node, none behind the last of its container. */
static struct json_value value_at(struct json_value container, uint32_t node)
{
    bool there = node < container.json->nodes[container.node].next;
    return there ? (struct json_value){container.json, node} : (struct json_value){NULL, 0};
}

struct json_value base_json_first(struct json_value container)
{
    bool is_object = is_of_type(container, '{');
    if (!is_object && !is_of_type(container, '[')) {
        return (struct json_value){NULL, 0};
    }
    return value_at(container, container.node + (is_object ? 2 : 1)); /* behind the key */
}

struct json_value base_json_next(struct json_value container, struct json_value at)
{
    uint32_t behind = at.json->nodes[at.node].next;
    return value_at(container, *start_of(container) == '{' ? behind + 1 : behind);
}

size_t base_json_count(struct json_value container)
{
    size_t count = 0;
    for (struct json_value at = base_json_first(container); at.json; at = base_json_next(container, at)) {
        count++;
    }
    return count;
}

struct json_value base_json_key(struct json_value value)
{
    return (struct json_value){value.json, value.node - 1};
}

struct json_value base_json_member(struct json_value object, const char *key)
{
    if (!is_of_type(object, '{')) {
        return (struct json_value){NULL, 0};
    }
    const struct json_node *nodes = object.json->nodes;
    const char *text = object.json->text.ptr, wanted = *key != '\0' ? *key : '"'; /* which ends the empty one */
    uint32_t end = nodes[object.node].next, found = end;
    for (uint32_t at = object.node + 1; at < end; at = nodes[at + 1].next) { /* from key to key */
        char first = text[nodes[at].at + 1];
        if ((first == wanted || first == '\\') && /* else it is another, as nearly every one is */
            base_json_equals((struct json_value){object.json, at}, key)) {
            found = at + 1;
        }
    }
    return found < end ? (struct json_value){object.json, found} : (struct json_value){NULL, 0};
}

bool base_json_is_true(struct json_value value)
{
    return base_json_type(value) == JSON_IS_BOOL && *start_of(value) == 't';
}

double base_json_number(struct json_value value)
{
    if (base_json_type(value) != JSON_IS_NUMBER) {
        return NAN;
    }
    const char *start = start_of(value);
    const char *digits = start + (*start == '-');
    if (*digits == 'N' || *digits == 'I') {
        return *digits == 'N' ? NAN : *start == '-' ? -INFINITY : INFINITY;
    }
    size_t len = value.json->text.len - value.json->nodes[value.node].at;
    return base_num_nearest((struct str){start, len});
}

struct str base_json_number_text(struct json_value value)
{
    if (base_json_type(value) != JSON_IS_NUMBER) {
        return (struct str){NULL, 0};
    }
    const char *start = start_of(value), *at = start;
    while (strchr("+-.0123456789eEINafinty", *at)) { /* of numbers, NaN and Infinity; none of it stands behind */
        at++;
    }
    return (struct str){start, (size_t)(at - start)};
}

/* The bytes of a code point; half of a surrogate pair as base_json_text() says. */
static size_t encode(unsigned code, char out[4])
{
    if (code >= 0xDC80 && code <= 0xDCFF) {
        out[0] = (char)(code - 0xDC00);
        return 1;
    }
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    code = code >= 0xD800 && code <= 0xDFFF ? 0xFFFD : code;
    size_t len = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)((0xF00 >> len) | code); /* as many ones as there are bytes, then a zero */
    return len;
}

/* Takes a byte or a whole escape from a string, which was checked; the count of what it stands for. */
static size_t take_bytes(const char **text, const char *end, char out[4])
{
    static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
    out[0] = *(*text)++;
    if (out[0] != '\\') {
        return 1;
    }
    char c = *(*text)++;
    if (c != 'u') {
        const char *name = strchr(names, c);
        out[0] = name ? values[name - names] : c;
        return 1;
    }
    unsigned code = (unsigned)base_json_hex4(*text, end);
    *text += 4;
    if (code >= 0xD800 && code <= 0xDBFF && (*text)[0] == '\\' && (*text)[1] == 'u') {
        unsigned low = (unsigned)base_json_hex4(*text + 2, end);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            *text += 6;
        }
    }
    return encode(code, out);
}

size_t base_json_text(struct json_value value, char *out, size_t size)
{
    size_t len = 0;
    if (is_of_type(value, '"')) {
        const char *end = value.json->text.ptr + value.json->text.len;
        for (const char *c = start_of(value) + 1; *c != '"';) {
            char bytes[4];
            if (len + 1 >= size && end - c >= 8 && base_count_plain(c) == 8) { /* only counted */
                c += 8;
                len += 8;
                continue;
            }
            size_t count = take_bytes(&c, end, bytes);
            for (size_t i = 0; i < count; i++, len++) {
                if (len + 1 < size) {
                    out[len] = bytes[i];
                }
            }
        }
    }
    if (size > 0) {
        out[len < size ? len : size - 1] = '\0';
    }
    return len;
}

/* The end of a string: the first quote that no backslash escapes.  A large one is looked through at once this way,
 * where what it escapes is not asked for. */
static const char *behind_string(struct json_value value)
{
    const char *at = start_of(value) + 1, *end = value.json->text.ptr + value.json->text.len;
    for (;;) {
        const char *quote = memchr(at, '"', (size_t)(end - at)), *first = quote;
        while (first > at && first[-1] == '\\') {
            first--;
        }
        if ((quote - first) % 2 == 0) {
            return quote + 1;
        }
        at = quote + 1;
    }
}

static const char *behind_scalar(struct json_value value)
{
    const char *at = start_of(value);
    if (*at == '"') {
        return behind_string(value);
    }
    while (!strchr(",]} \n\r\t", *at)) {
        at++;
    }
    return at;
}

static struct json_value last_of(struct json_value container)
{
    struct json_value last = {NULL, 0};
    for (struct json_value at = base_json_first(container); at.json; at = base_json_next(container, at)) {
        last = at;
    }
    return last;
}

static bool is_container(struct json_value value)
{
    return is_of_type(value, '{') || is_of_type(value, '[');
}

/* Behind the last value within there are only the brackets that are open. */
static const char *behind_container(struct json_value value)
{
    size_t open = 1;
    struct json_value last = last_of(value);
    for (; is_container(last); last = last_of(value)) {
        value = last;
        open++;
    }
    for (const char *at = last.json ? behind_scalar(last) : start_of(value) + 1;; at++) {
        open -= *at == '}' || *at == ']';
        if (open == 0) {
            return at + 1;
        }
    }
}

struct str base_json_raw(struct json_value value)
{
    if (!value.json) {
        return (struct str){NULL, 0};
    }
    const char *start = start_of(value), *end = is_container(value) ? behind_container(value) : behind_scalar(value);
    return (struct str){start, (size_t)(end - start)};
}

bool base_json_equals(struct json_value value, const char *text)
{
    if (!is_of_type(value, '"')) {
        return false;
    }
    const char *c = start_of(value) + 1, *end = value.json->text.ptr + value.json->text.len;
    while (*c == *text && *c != '"' && *c != '\\') {
        c++;
        text++;
    }
    if (*c != '\\') { /* all there is to do for nearly every key */
        return *c == '"' && *text == '\0';
    }
    while (*c != '"') {
        char bytes[4];
        size_t count = take_bytes(&c, end, bytes);
        for (size_t i = 0; i < count; i++) {
            if (bytes[i] == '\0' || bytes[i] != *text++) { /* also where `text` ends */
                return false;
            }
        }
    }
    return *text == '\0';
}

/* Which of those a key is; `count`: none of them. */
static size_t find_key(struct json_value key, const struct str *keys, size_t count)
{
    const char *begin = start_of(key) + 1;
    const char *end = base_plain_end(begin, key.json->text.ptr + key.json->text.len);
    size_t len = (size_t)(end - begin), i = 0;
    bool is_plain = *end == '"';
    while (i < count && !(is_plain ? len == keys[i].len && memcmp(begin, keys[i].ptr, len) == 0
                                   : base_json_equals(key, keys[i].ptr))) {
        i++;
    }
    return i;
}

void base_json_members(struct json_value object, const struct str *keys, size_t count, struct json_value *out_values)
{
    memset(out_values, 0, count * sizeof(*out_values));
    if (!is_of_type(object, '{')) {
        return;
    }
    for (struct json_value at = base_json_first(object); at.json; at = base_json_next(object, at)) {
        size_t i = find_key(base_json_key(at), keys, count);
        if (i < count) {
            out_values[i] = at;
        }
    }
}

void base_json_add_text(struct buf *out, const char *text)
{
    base_buf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            base_buf_addf(out, "\\u%04x", (unsigned)(unsigned char)*text);
        } else {
            base_buf_add(out, (struct str){"\\", *text == '"' || *text == '\\'});
            base_buf_add_char(out, *text);
        }
    }
    base_buf_add_char(out, '"');
}
