// SPDX-License-Identifier: MIT
/*
 * The nodes stand in the order of the text: a container, then what is in it, each
 * key before its value.  A node knows the index behind itself and all within it, so
 * the next element is found without a look at this one.  While a container is
 * still open that field holds its parent instead: the way back up needs no stack.
 */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

struct json_node {
    uint32_t at;   /* of its first byte in the text */
    uint32_t next; /* the index of the node behind it and all within it */
};

/* A text that is being read. */
struct scan {
    const char *begin, *at, *end;
    struct json_node *nodes;
    size_t count, capacity;
    uint32_t open; /* the innermost container that is not closed */
    int depth;
    bool lacks_memory;
    const char *flaw; /* NULL: none yet */
};

static bool refuse(struct scan *scan, const char *flaw)
{
    bool has_begun = scan->count > 0;
    scan->flaw = has_begun && scan->at == scan->end ? "it ends too early" : flaw;
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void skip_blanks(struct scan *scan)
{
    const char *at = scan->at, *end = scan->end;
    while (at < end && is_blank(*at)) {
        at++;
        while (end - at >= 8 && memcmp(at, "        ", 8) == 0) { /* indentation is half of a large file */
            at += 8;
        }
    }
    scan->at = at;
}

/* The next byte that is not blank, NUL at the end. */
static char peek(struct scan *scan)
{
    skip_blanks(scan);
    return scan->at < scan->end ? *scan->at : '\0';
}

static bool add_node(struct scan *scan)
{
    void *nodes = scan->nodes;
    if (!base_array_make_room(&nodes, scan->count, &scan->capacity, sizeof(*scan->nodes))) {
        scan->lacks_memory = true;
        return false;
    }
    scan->nodes = nodes;
    scan->nodes[scan->count] = (struct json_node){(uint32_t)(scan->at - scan->begin), (uint32_t)scan->count + 1};
    scan->count++;
    return true;
}

/* The value of the four hexadecimal digits at `text`, -1 if they are none. */
static int read_hex4(const char *text, const char *end)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text + i < end ? text[i] : '\0';
        const char *digit = c != '\0' ? strchr(digits, c) : NULL;
        if (!digit) {
            return -1;
        }
        value = value * 16 + (int)(digit - digits) % 16;
    }
    return value;
}

static bool skip_escape(struct scan *scan)
{
    char c = scan->at + 1 < scan->end ? scan->at[1] : '\0';
    if (c == 'u' && read_hex4(scan->at + 2, scan->end) >= 0) {
        scan->at += 6;
        return true;
    }
    if (c == '\0' || !strchr("\"\\/bfnrt", c)) {
        return refuse(scan, "a \\ in a string escapes nothing");
    }
    scan->at += 2;
    return true;
}

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* How many of eight bytes come before the first that is not plain, found by arithmetic on all at once ("Determine if a
 * word has a byte less than n", Anderson, Bit Twiddling Hacks): a borrow marks bytes behind that one alone. */
static size_t count_plain(const char *bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    uint64_t quotes = word ^ (ones * '"'), slashes = word ^ (ones * '\\');
    uint64_t marks = ((word - ones * ' ') | (quotes - ones) | (slashes - ones) | word) & highs;
    if (marks == 0) {
        return 8;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(marks) / 8;
#else
    return 0; /* which the caller looks at byte by byte */
#endif
}

static bool skip_string(struct scan *scan)
{
    scan->at++;
    for (;;) {
        for (size_t count = 8; count == 8 && scan->end - scan->at >= 8; scan->at += count) {
            count = count_plain(scan->at);
        }
        while (scan->at < scan->end && is_plain(*scan->at)) {
            scan->at++;
        }
        if (scan->at == scan->end) {
            return refuse(scan, "a string does not end");
        }
        if (*scan->at == '"') {
            scan->at++;
            return true;
        }
        if (*scan->at == '\\') {
            if (!skip_escape(scan)) {
                return false;
            }
            continue;
        }
        size_t len = base_utf8_len((struct str){scan->at, (size_t)(scan->end - scan->at)});
        if (len < 2) {
            return refuse(scan, len == 1 ? "a control character stands in a string" : "a string is not UTF-8");
        }
        scan->at += len;
    }
}

/* Whether there was a digit. */
static bool skip_digits(struct scan *scan)
{
    const char *first = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        scan->at++;
    }
    return scan->at > first;
}

static bool skip_char(struct scan *scan, char a, char b)
{
    bool there = scan->at < scan->end && (*scan->at == a || *scan->at == b);
    scan->at += there;
    return there;
}

static bool skip_number(struct scan *scan)
{
    if (scan->at < scan->end && *scan->at == '0') {
        scan->at++;
    } else if (!skip_digits(scan)) {
        return refuse(scan, "a '-' has no number");
    }
    if (skip_char(scan, '.', '.') && !skip_digits(scan)) {
        return refuse(scan, "a number ends with its point");
    }
    if (skip_char(scan, 'e', 'E')) {
        (void)skip_char(scan, '+', '-'); /* either, or none */
        if (!skip_digits(scan)) {
            return refuse(scan, "a number ends within its exponent");
        }
    }
    return true;
}

static bool skip_word(struct scan *scan, struct str word)
{
    bool there = base_str_starts_with((struct str){scan->at, (size_t)(scan->end - scan->at)}, word);
    scan->at += there ? word.len : 0;
    return there;
}

static bool skip_scalar(struct scan *scan)
{
    static const struct str words[] = {{"null", 4}, {"true", 4}, {"false", 5}, {"NaN", 3}, {"Infinity", 8}};
    char first = scan->at < scan->end ? *scan->at : '\0';
    if (first >= '0' && first <= '9') {
        return skip_number(scan);
    }
    if (first == '"') {
        return skip_string(scan);
    }
    if (skip_char(scan, '-', '-')) {
        return skip_word(scan, STR("Infinity")) || skip_number(scan);
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (skip_word(scan, words[i])) {
            return true;
        }
    }
    return refuse(scan, "a value is missing");
}

static bool is_in_object(const struct scan *scan)
{
    return scan->begin[scan->nodes[scan->open].at] == '{';
}

static bool read_key(struct scan *scan)
{
    if (peek(scan) != '"') {
        return refuse(scan, "a key is missing");
    }
    if (!add_node(scan) || !skip_string(scan)) {
        return false;
    }
    if (peek(scan) != ':') {
        return refuse(scan, "a ':' is missing");
    }
    scan->at++;
    return true;
}

static bool open_container(struct scan *scan)
{
    uint32_t parent = scan->open;
    if (scan->depth == BASE_JSON_MAX_DEPTH) {
        return refuse(scan, "too many brackets stand within each other");
    }
    scan->open = (uint32_t)scan->count;
    if (!add_node(scan)) {
        return false;
    }
    scan->nodes[scan->open].next = parent;
    scan->depth++;
    scan->at++;
    return true;
}

/* Closes containers for as long as there are closing brackets. */
static void close_containers(struct scan *scan)
{
    while (scan->depth > 0 && peek(scan) == (is_in_object(scan) ? '}' : ']')) {
        uint32_t parent = scan->nodes[scan->open].next;
        scan->nodes[scan->open].next = (uint32_t)scan->count;
        scan->open = parent;
        scan->depth--;
        scan->at++;
    }
}

/* A value up to its end, or of a container the bracket and the first key; `*out_is_whole` says which. */
static bool begin_value(struct scan *scan, bool *out_is_whole)
{
    char first = peek(scan);
    *out_is_whole = true;
    if (first != '{' && first != '[') {
        return add_node(scan) && skip_scalar(scan);
    }
    if (!open_container(scan)) {
        return false;
    }
    if (peek(scan) == (first == '{' ? '}' : ']')) {
        return true; /* closed as any other */
    }
    *out_is_whole = false;
    return first == '[' || read_key(scan);
}

static bool read_all(struct scan *scan)
{
    char first = peek(scan);
    if (first != '{' && first != '[') {
        return refuse(scan, "it begins with no { or [");
    }
    do {
        bool is_whole;
        if (!begin_value(scan, &is_whole)) {
            return false;
        }
        if (!is_whole) {
            continue;
        }
        close_containers(scan);
        if (scan->depth > 0) {
            if (peek(scan) != ',') {
                return refuse(scan, is_in_object(scan) ? "a ',' or '}' is missing" : "a ',' or ']' is missing");
            }
            scan->at++;
            if (is_in_object(scan) && !read_key(scan)) {
                return false;
            }
        }
    } while (scan->depth > 0);
    return peek(scan) == '\0' && scan->at == scan->end ? true : refuse(scan, "something stands behind its end");
}

static size_t line_of(const struct scan *scan)
{
    size_t line = 1;
    for (const char *c = scan->begin; c < scan->at; c++) {
        line += *c == '\n';
    }
    return line;
}

enum json_outcome base_json_read(struct str text, struct json *out_json, struct json_flaw *out_flaw)
{
    static const char nothing[] = "";
    const char *begin = text.len > 0 ? text.ptr : nothing;
    struct scan scan = {.begin = begin, .at = begin, .end = begin + text.len};
    if (text.len > BASE_JSON_MAX_BYTES) {
        *out_flaw = (struct json_flaw){1, "it is too large"};
        return JSON_BAD_TEXT;
    }
    if (!read_all(&scan)) {
        *out_flaw = (struct json_flaw){line_of(&scan), scan.flaw};
        free(scan.nodes);
        return scan.lacks_memory ? JSON_NO_MEMORY : JSON_BAD_TEXT;
    }
    *out_json = (struct json){text, scan.nodes, scan.count};
    return JSON_READ;
}

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

enum json_type base_json_type(struct json_value value)
{
    if (!value.json) {
        return JSON_IS_ABSENT;
    }
    switch (*start_of(value)) {
    case '{': return JSON_IS_OBJECT;
    case '[': return JSON_IS_ARRAY;
    case '"': return JSON_IS_STRING;
    case 't':
    case 'f': return JSON_IS_BOOL;
    case 'n': return JSON_IS_NULL;
    default: return JSON_IS_NUMBER;
    }
}

/* The value at a node, none behind the last of its container. */
static struct json_value value_at(struct json_value container, uint32_t node)
{
    bool there = node < container.json->nodes[container.node].next;
    return there ? (struct json_value){container.json, node} : (struct json_value){NULL, 0};
}

struct json_value base_json_first(struct json_value container)
{
    enum json_type type = base_json_type(container);
    if (type != JSON_IS_OBJECT && type != JSON_IS_ARRAY) {
        return (struct json_value){NULL, 0};
    }
    return value_at(container, container.node + (type == JSON_IS_OBJECT ? 2 : 1)); /* behind the key */
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
    if (base_json_type(object) != JSON_IS_OBJECT) {
        return (struct json_value){NULL, 0};
    }
    const struct json_node *nodes = object.json->nodes;
    uint32_t end = nodes[object.node].next, found = end;
    for (uint32_t at = object.node + 1; at < end; at = nodes[at + 1].next) { /* from key to key */
        char first = object.json->text.ptr[nodes[at].at + 1];
        if ((first == *key || first == '"' || first == '\\') && /* else it is another, as nearly every one is */
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
    unsigned code = (unsigned)read_hex4(*text, end);
    *text += 4;
    if (code >= 0xD800 && code <= 0xDBFF && (*text)[0] == '\\' && (*text)[1] == 'u') {
        unsigned low = (unsigned)read_hex4(*text + 2, end);
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
    if (base_json_type(value) == JSON_IS_STRING) {
        const char *end = value.json->text.ptr + value.json->text.len;
        for (const char *c = start_of(value) + 1; *c != '"';) {
            char bytes[4];
            if (len + 1 >= size && end - c >= 8 && count_plain(c) == 8) { /* only counted */
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

/* The end of a string, from behind its opening quote. */
static const char *behind_string(const char *at)
{
    for (; *at != '"'; at++) {
        at += *at == '\\'; /* and what it escapes */
    }
    return at + 1;
}

struct str base_json_raw(struct json_value value)
{
    enum json_type type = base_json_type(value);
    if (type == JSON_IS_ABSENT) {
        return (struct str){NULL, 0};
    }
    const char *start = start_of(value), *at = start;
    if (type == JSON_IS_OBJECT || type == JSON_IS_ARRAY) {
        int depth = 0;
        do {
            char c = *at++;
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
            at = c == '"' ? behind_string(at) : at;
        } while (depth > 0);
    } else if (type == JSON_IS_STRING) {
        at = behind_string(at + 1);
    } else {
        while (!strchr(",]} \n\r\t", *at)) {
            at++;
        }
    }
    return (struct str){start, (size_t)(at - start)};
}

bool base_json_equals(struct json_value value, const char *text)
{
    if (base_json_type(value) != JSON_IS_STRING) {
        return false;
    }
    const char *c = start_of(value) + 1, *end = value.json->text.ptr + value.json->text.len;
    while (*c != '"' && *c != '\\' && *c == *text) { /* all there is to do for nearly every key */
        c++;
        text++;
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
