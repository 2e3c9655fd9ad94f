// SPDX-License-Identifier: MIT
/*
 * Reading goes from token to token, and what comes next is a stage of it.  Where a
 * text of which more will come ends within a token, that one is read again from
 * its first byte when there is more; but a string goes on where it was.
 */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_parts.h"
#include "base/num.h"
#include "base/plain.h"
#include "base/utf8.h"

enum { LONGEST_WORD = 9, LONGEST_ESCAPE = 6, LONGEST_CODE_POINT = 4 };
enum { FIRST_NODES = 64 }; /* more than a small text has, such as an answer of a model */

enum stage {
    STAGE_VALUE,  /* a value begins; the first one of all, for it is 0 */
    STAGE_OPENED, /* a container has: its first key or value, or its end */
    STAGE_KEY,
    STAGE_IN_KEY,
    STAGE_COLON,
    STAGE_IN_STRING,
    STAGE_BEHIND, /* a value is over: a comma, or the end of its container */
    STAGE_OVER    /* all is closed */
};

/* A text that is being read. */
struct scan {
    const char *begin, *at, *end;
    struct json_node *nodes;
    size_t count, capacity;
    uint32_t open; /* the innermost container that is not closed */
    int depth;
    enum stage stage;
    bool is_last; /* nothing comes behind the end */
    bool lacks_memory;
    const char *flaw; /* NULL: none yet */
};

/* Always false: for a flaw, or because more has to come. */
static bool refuse(struct scan *scan, const char *flaw)
{
    bool has_begun = scan->count > 0, is_at_end = scan->at == scan->end;
    if (!is_at_end || scan->is_last) {
        scan->flaw = has_begun && is_at_end ? "it ends too early" : flaw;
    }
    return false;
}

/* Whether a token that has so many bytes at most may end beyond what is there. */
static bool may_go_on(const struct scan *scan, ptrdiff_t longest)
{
    return !scan->is_last && scan->end - scan->at < longest;
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
    if (scan->at < scan->end && *scan->at > ' ') { /* as nearly always where nothing is indented */
        return *scan->at;
    }
    skip_blanks(scan);
    return scan->at < scan->end ? *scan->at : '\0';
}

static bool make_room(struct scan *scan)
{
    void *nodes = scan->nodes;
    size_t capacity = scan->capacity > 0 ? scan->capacity : FIRST_NODES / 2; /* which is doubled */
    if (!base_array_make_room(&nodes, capacity, &capacity, sizeof(*scan->nodes))) {
        scan->lacks_memory = true;
        return false;
    }
    scan->nodes = nodes;
    scan->capacity = capacity;
    return true;
}

static bool add_node(struct scan *scan)
{
    if (scan->count == scan->capacity && !make_room(scan)) {
        return false;
    }
    scan->nodes[scan->count] = (struct json_node){(uint32_t)(scan->at - scan->begin), (uint32_t)scan->count + 1};
    scan->count++;
    return true;
}

static bool skip_escape(struct scan *scan)
{
    if (may_go_on(scan, LONGEST_ESCAPE)) {
        return false;
    }
    char c = scan->at + 1 < scan->end ? scan->at[1] : '\0';
    if (c == 'u' && base_json_hex4(scan->at + 2, scan->end) >= 0) {
        scan->at += 6;
        return true;
    }
    if (c == '\0' || !strchr("\"\\/bfnrt", c)) {
        return refuse(scan, "a \\ in a string escapes nothing");
    }
    scan->at += 2;
    return true;
}

/* The rest of a string, from behind its opening quote or where it was left. */
static bool skip_string(struct scan *scan)
{
    for (;;) {
        scan->at = base_plain_end(scan->at, scan->end);
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
        do { /* words of other scripts, too */
            size_t len = base_utf8_len((struct str){scan->at, (size_t)(scan->end - scan->at)});
            if (len < 2 && may_go_on(scan, LONGEST_CODE_POINT)) {
                return false;
            }
            if (len < 2) {
                return refuse(scan, len == 1 ? "a control character stands in a string" : "a string is not UTF-8");
            }
            scan->at += len;
        } while (scan->at < scan->end && (unsigned char)*scan->at >= 0x80);
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

static bool read_scalar(struct scan *scan)
{
    const char *first = scan->at;
    bool is_short = may_go_on(scan, LONGEST_WORD);
    bool is_good = skip_scalar(scan);
    if (!scan->is_last && (scan->at == scan->end || (!is_good && is_short))) {
        scan->at = first;
        scan->flaw = NULL;
        return false;
    }
    const char *behind = scan->at;
    scan->at = first;
    is_good = is_good && add_node(scan);
    scan->at = behind;
    scan->stage = STAGE_BEHIND;
    return is_good;
}

static bool open_container(struct scan *scan)
{
    uint32_t parent = scan->open;
    if (scan->depth == BASE_JSON_MAX_DEPTH) {
        return refuse(scan, "too many brackets stand within each other");
    }
    if (!add_node(scan)) {
        return false;
    }
    scan->open = (uint32_t)scan->count - 1;
    scan->nodes[scan->open].next = parent;
    scan->depth++;
    scan->at++;
    scan->stage = STAGE_OPENED;
    return true;
}

static bool is_in_object(const struct scan *scan)
{
    return scan->begin[scan->nodes[scan->open].at] == '{';
}

/* With its closing bracket. */
static bool close_container(struct scan *scan)
{
    uint32_t parent = scan->nodes[scan->open].next;
    scan->nodes[scan->open].next = (uint32_t)scan->count;
    scan->open = parent;
    scan->depth--;
    scan->at++;
    scan->stage = scan->depth > 0 ? STAGE_BEHIND : STAGE_OVER;
    return true;
}

static bool read_string(struct scan *scan, enum stage behind)
{
    if (!skip_string(scan)) {
        return false;
    }
    scan->stage = behind;
    return true;
}

/* Of a string as much as there is; `within` and `behind` are the stages then. */
static bool open_string(struct scan *scan, enum stage within, enum stage behind)
{
    if (!add_node(scan)) {
        return false;
    }
    scan->at++;
    scan->stage = within;
    return read_string(scan, behind);
}

static bool read_value(struct scan *scan)
{
    char first = peek(scan);
    if (first == '{' || first == '[') {
        return open_container(scan);
    }
    if (scan->depth == 0) {
        return refuse(scan, "it begins with no { or [");
    }
    return first == '"' ? open_string(scan, STAGE_IN_STRING, STAGE_BEHIND) : read_scalar(scan);
}

static bool read_colon(struct scan *scan)
{
    if (peek(scan) != ':') {
        return refuse(scan, "a ':' is missing");
    }
    scan->at++;
    scan->stage = STAGE_VALUE;
    return read_value(scan);
}

/* And what follows it. */
static bool read_key(struct scan *scan)
{
    if (peek(scan) != '"') {
        return refuse(scan, "a key is missing");
    }
    return open_string(scan, STAGE_IN_KEY, STAGE_COLON) && read_colon(scan);
}

static bool read_first(struct scan *scan)
{
    bool in_object = is_in_object(scan);
    if (peek(scan) == (in_object ? '}' : ']')) {
        return close_container(scan);
    }
    if (may_go_on(scan, 1)) {
        return false;
    }
    scan->stage = in_object ? STAGE_KEY : STAGE_VALUE;
    return true;
}

static bool read_behind(struct scan *scan)
{
    bool in_object = is_in_object(scan);
    char next = peek(scan);
    if (next == (in_object ? '}' : ']')) {
        return close_container(scan);
    }
    if (next != ',') {
        return refuse(scan, in_object ? "a ',' or '}' is missing" : "a ',' or ']' is missing");
    }
    scan->at++;
    scan->stage = in_object ? STAGE_KEY : STAGE_VALUE;
    return true;
}

static bool read_token(struct scan *scan)
{
    switch (scan->stage) {
    case STAGE_VALUE: return read_value(scan);
    case STAGE_OPENED: return read_first(scan);
    case STAGE_KEY: return read_key(scan);
    case STAGE_IN_KEY: return read_string(scan, STAGE_COLON);
    case STAGE_COLON: return read_colon(scan);
    case STAGE_IN_STRING: return read_string(scan, STAGE_BEHIND);
    case STAGE_BEHIND: return read_behind(scan);
    case STAGE_OVER: break;
    }
    return false;
}

/* Up to the end, or to a flaw; true if all is closed there. */
static bool read_all(struct scan *scan)
{
    while (scan->stage != STAGE_OVER) {
        if (!read_token(scan)) {
            return false;
        }
    }
    skip_blanks(scan);
    return scan->at == scan->end || refuse(scan, "something stands behind its end");
}

static size_t line_of(const struct scan *scan)
{
    size_t line = 1;
    for (const char *c = scan->begin; c < scan->at; c++) {
        line += *c == '\n';
    }
    return line;
}

static struct scan scan_of(const struct json_reader *reader, struct str text)
{
    static const char nothing[] = "";
    const char *begin = text.len > 0 ? text.ptr : nothing;
    return (struct scan){.begin = begin,
                         .at = begin + (reader->at < text.len ? reader->at : text.len),
                         .end = begin + text.len,
                         .nodes = reader->nodes,
                         .count = reader->node_count,
                         .capacity = reader->node_capacity,
                         .open = reader->open,
                         .depth = reader->depth,
                         .stage = (enum stage)reader->stage};
}

void base_json_reader_deinit(struct json_reader *reader)
{
    free(reader->nodes);
    *reader = (struct json_reader){0};
}

bool base_json_feed(struct json_reader *reader, struct str text)
{
    if (reader->has_failed || text.len > BASE_JSON_MAX_BYTES) {
        return false;
    }
    struct scan scan = scan_of(reader, text);
    (void)read_all(&scan);
    reader->nodes = scan.nodes;
    if (scan.flaw || scan.lacks_memory) {
        base_json_reader_deinit(reader);
        reader->has_failed = true;
        return false;
    }
    reader->at = (size_t)(scan.at - scan.begin);
    reader->node_count = scan.count;
    reader->node_capacity = scan.capacity;
    reader->open = scan.open;
    reader->depth = scan.depth;
    reader->stage = (int)scan.stage;
    return true;
}

enum json_outcome base_json_finish(struct json_reader *reader, struct str text, struct json *out_json,
                                   struct json_flaw *out_flaw)
{
    struct scan scan = scan_of(reader, text);
    scan.is_last = true;
    *reader = (struct json_reader){0};
    if (text.len > BASE_JSON_MAX_BYTES) {
        *out_flaw = (struct json_flaw){1, "it is too large"};
        free(scan.nodes);
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

enum json_outcome base_json_read(struct str text, struct json *out_json, struct json_flaw *out_flaw)
{
    struct json_reader reader = {0};
    return base_json_finish(&reader, text, out_json, out_flaw);
}
