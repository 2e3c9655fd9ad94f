// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

int base_str_print_len(struct str text)
{
    return text.len > INT_MAX ? INT_MAX : (int)text.len;
}

struct str base_str(const char *text)
{
    return (struct str){.ptr = text, .len = text ? strlen(text) : 0};
}

bool base_str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool base_str_starts_with(struct str text, struct str prefix)
{
    return text.len >= prefix.len && base_str_equal((struct str){text.ptr, prefix.len}, prefix);
}

bool base_str_ends_with(struct str text, struct str suffix)
{
    if (text.len < suffix.len) {
        return false;
    }
    if (suffix.len == 0) {
        return true;
    }
    return base_str_equal((struct str){text.ptr + (text.len - suffix.len), suffix.len}, suffix);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool base_str_contains_ignoring_case(struct str text, struct str part)
{
    for (size_t start = 0; start <= text.len && part.len <= text.len - start; start++) {
        size_t same = 0;
        while (same < part.len && lower(text.ptr[start + same]) == lower(part.ptr[same])) {
            same++;
        }
        if (same == part.len) {
            return true;
        }
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str base_str_trim(struct str text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

struct str base_str_cut(struct str text, char separator, struct str *rest)
{
    const char *found = text.len > 0 ? memchr(text.ptr, separator, text.len) : NULL;
    if (!found) {
        *rest = (struct str){0};
        return text;
    }
    size_t before = (size_t)(found - text.ptr);
    *rest = (struct str){found + 1, text.len - before - 1};
    return (struct str){text.ptr, before};
}

/* As bytes: whether a char has a sign depends on the machine. */
static bool is_between(char byte, char low, char high)
{
    return (unsigned char)low <= (unsigned char)byte && (unsigned char)byte <= (unsigned char)high;
}

/* One pattern element at `*at` against one byte; moves `*at` past the element.
 * A `[` without its `]` stands for itself. */
static bool element_matches(struct str pattern, size_t *at, char byte)
{
    char first = pattern.ptr[*at];
    if (first == '?') {
        (*at)++;
        return true;
    }
    if (first == '[') {
        const char *close = memchr(pattern.ptr + *at + 1, ']', pattern.len - *at - 1);
        if (close) {
            size_t end = (size_t)(close - pattern.ptr);
            bool found = false;
            for (size_t i = *at + 1; i < end; i++) {
                if (i + 2 < end && pattern.ptr[i + 1] == '-') {
                    found = found || is_between(byte, pattern.ptr[i], pattern.ptr[i + 2]);
                    i += 2;
                } else {
                    found = found || pattern.ptr[i] == byte;
                }
            }
            *at = end + 1;
            return found;
        }
    }
    (*at)++;
    return first == byte;
}

bool base_str_matches(struct str text, struct str pattern)
{
    size_t t = 0, p = 0;
    size_t star = SIZE_MAX, star_text = 0; /* where to resume when a literal fails behind the last star */
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = ++p;
            star_text = t;
            continue;
        }
        size_t next = p;
        if (p < pattern.len && element_matches(pattern, &next, text.ptr[t])) {
            p = next;
            t++;
        } else if (star != SIZE_MAX) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*') {
        p++;
    }
    return p == pattern.len;
}
