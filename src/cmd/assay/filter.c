// SPDX-License-Identifier: MIT
/*
 * A parser by recursive descent that computes while it reads.  A filter that is
 * one word, as most are, has no grammar to go wrong.
 */
#include "cmd/assay/filter.h"

#include <string.h>

#define MAX_DEPTH 50 /* of parentheses and nots */

struct reader {
    struct str rest; /* not read yet */
    struct str word; /* the next one; empty at the end */
    struct str fullname;
    struct str tags;
    int depth;
    bool is_wrong;
};

static bool is_parenthesis(char c)
{
    return c == '(' || c == ')';
}

/* Parentheses are words of their own. */
static void read_word(struct reader *reader)
{
    struct str rest = base_str_trim(reader->rest);
    size_t len = 0;
    while (len < rest.len && rest.ptr[len] != ' ' && rest.ptr[len] != '\t' && !is_parenthesis(rest.ptr[len])) {
        len++;
    }
    len = len == 0 && rest.len > 0 ? 1 : len;
    reader->word = (struct str){rest.ptr, len};
    reader->rest = (struct str){rest.ptr + len, rest.len - len};
}

static bool accept_word(struct reader *reader, struct str wanted)
{
    if (!base_str_equal(reader->word, wanted)) {
        return false;
    }
    read_word(reader);
    return true;
}

static bool has_tag(struct str tags, struct str tag)
{
    while (tags.ptr) {
        struct str each = base_str_cut(tags, ' ', &tags);
        if (base_str_equal(each, tag)) {
            return true;
        }
    }
    return false;
}

static bool word_matches(const struct reader *reader, struct str word)
{
    if (word.ptr[0] == '@') {
        return has_tag(reader->tags, word);
    }
    if (base_str_contains_ignoring_case(reader->fullname, word)) {
        return true; /* also "parse[size=64]", whose brackets are no pattern */
    }
    for (size_t i = 0; i < word.len; i++) {
        if (strchr("*?[", word.ptr[i])) {
            return base_str_matches(reader->fullname, word);
        }
    }
    return false;
}

static bool read_or(struct reader *reader);

static bool read_term(struct reader *reader)
{
    struct str word = reader->word;
    if (word.len == 0 || base_str_equal(word, STR(")")) || base_str_equal(word, STR("and")) ||
        base_str_equal(word, STR("or")) || ++reader->depth > MAX_DEPTH) {
        reader->is_wrong = true;
        return false;
    }
    bool matches;
    if (accept_word(reader, STR("not"))) {
        matches = !read_term(reader);
    } else if (accept_word(reader, STR("("))) {
        matches = read_or(reader);
        reader->is_wrong = !accept_word(reader, STR(")")) || reader->is_wrong;
    } else {
        matches = word_matches(reader, word);
        read_word(reader);
    }
    reader->depth--;
    return matches;
}

static bool read_and(struct reader *reader)
{
    bool matches = read_term(reader);
    while (!reader->is_wrong && accept_word(reader, STR("and"))) {
        matches = read_term(reader) && matches;
    }
    return matches;
}

static bool read_or(struct reader *reader)
{
    bool matches = read_and(reader);
    while (!reader->is_wrong && accept_word(reader, STR("or"))) {
        matches = read_and(reader) || matches;
    }
    return matches;
}

static bool read_filter(const char *filter, struct str fullname, const char *tags, bool *out_matches)
{
    struct reader reader = {.rest = base_str(filter), .fullname = fullname, .tags = base_str(tags)};
    read_word(&reader);
    *out_matches = read_or(&reader);
    return !reader.is_wrong && reader.word.len == 0;
}

bool filter_is_valid(const char *filter)
{
    bool ignored;
    return !filter || read_filter(filter, STR(""), NULL, &ignored);
}

bool filter_matches(const char *filter, struct str fullname, const char *tags)
{
    bool matches = true;
    return !filter || (read_filter(filter, fullname, tags, &matches) && matches);
}
