// SPDX-License-Identifier: MIT
/*
 * A parser by recursive descent that computes while it reads.  A filter that is
 * one word, as most are, has no grammar to go wrong.
 */
#include "assay/filter.h"

#include <string.h>

#define MAX_DEPTH 50 /* of parentheses and nots */

#define MAX_WORD_BYTES 200 /* of one in quotes */

struct reader {
    struct str rest; /* not read yet */
    struct str word; /* the next one, quotes and all; empty at the end */
    const struct assay_subject *subject;
    int depth;
    bool has_groups;
    bool is_wrong;
};

static bool is_parenthesis(char c)
{
    return c == '(' || c == ')';
}

static bool ends_word(char c)
{
    return c == ' ' || c == '\t' || is_parenthesis(c);
}

/* Parentheses are words of their own. */
static void read_word(struct reader *reader)
{
    struct str rest = base_str_trim(reader->rest);
    size_t len = 0;
    bool is_quoted = false;
    while (len < rest.len && (is_quoted || !ends_word(rest.ptr[len]))) {
        is_quoted = (rest.ptr[len] == '"') != is_quoted;
        len++;
    }
    reader->is_wrong = reader->is_wrong || is_quoted;
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

/* Whether a word is a part of a name, or a pattern over the whole of it. */
static bool name_matches(struct str name, struct str word)
{
    if (base_str_contains_ignoring_case(name, word)) {
        return true; /* also "parse[size=64]", whose brackets are no pattern */
    }
    for (size_t i = 0; i < word.len; i++) {
        if (strchr("*?[", word.ptr[i])) {
            return base_str_matches(name, word);
        }
    }
    return false;
}

static bool word_matches(struct reader *reader, struct str quoted)
{
    static const struct str group = {"group:", 6};
    char unquoted[MAX_WORD_BYTES];
    struct str word = {unquoted, 0};
    for (size_t i = 0; i < quoted.len; i++) {
        if (quoted.ptr[i] != '"' && word.len == sizeof(unquoted)) {
            reader->is_wrong = true;
            return false;
        }
        if (quoted.ptr[i] != '"') {
            unquoted[word.len++] = quoted.ptr[i];
        }
    }
    if (base_str_starts_with(word, group)) {
        word = (struct str){word.ptr + group.len, word.len - group.len};
        reader->has_groups = true;
        return reader->subject->group.len > 0 && name_matches(reader->subject->group, word);
    }
    if (word.len == 0) {
        reader->is_wrong = true;
        return false;
    }
    if (word.ptr[0] == '@') {
        return has_tag(reader->subject->tags, word);
    }
    return name_matches(reader->subject->fullname, word);
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

struct answer {
    bool is_valid, has_groups, matches;
};

static struct answer read_filter(const char *filter, const struct assay_subject *subject)
{
    struct reader reader = {.rest = base_str(filter), .subject = subject};
    read_word(&reader);
    bool matches = read_or(&reader);
    return (struct answer){!reader.is_wrong && reader.word.len == 0, reader.has_groups, matches};
}

static const struct assay_subject nothing = {0};

bool assay_filter_is_valid(const char *filter)
{
    return !filter || read_filter(filter, &nothing).is_valid;
}

bool assay_filter_has_groups(const char *filter)
{
    return filter && read_filter(filter, &nothing).has_groups;
}

bool assay_filter_matches(const char *filter, const struct assay_subject *subject)
{
    if (!filter) {
        return true;
    }
    struct answer answer = read_filter(filter, subject);
    return answer.is_valid && answer.matches;
}
