// SPDX-License-Identifier: MIT
/*
 * base/plain.h - how far the plain bytes of a JSON string go: ASCII that is no control character, quote or backslash.
 *
 * Nearly all of a large text is such bytes, and whoever reads it does nothing
 * else with them, so they are looked at by eight, and from there on by sixty-four.
 */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool base_is_plain(char c)
{
    return (unsigned char)c >= ' ' && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* How many of eight bytes come before the first that is not plain, found by arithmetic on all at once ("Determine if a
 * word has a byte less than n", Anderson, Bit Twiddling Hacks): a borrow marks bytes behind that one alone. */
static inline size_t base_count_plain(const char *bytes)
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

typedef signed char base_bytes16 __attribute__((vector_size(16))); /* gcc and clang have such on every machine */

/* Which of sixteen bytes are not plain; as signed, those that are not ASCII are less than a blank, too. */
static inline base_bytes16 base_mark16(const char *bytes)
{
    const signed char blank = ' ', quote = '"', slash = '\\';
    base_bytes16 at;
    memcpy(&at, bytes, sizeof(at));
    return (base_bytes16)((at < blank) | (at == quote) | (at == slash));
}

static inline bool base_are_plain64(const char *bytes)
{
    base_bytes16 marks = base_mark16(bytes) | base_mark16(bytes + 16) | base_mark16(bytes + 32) |
                         base_mark16(bytes + 48);
    uint64_t halves[2];
    memcpy(halves, &marks, sizeof(halves));
    return (halves[0] | halves[1]) == 0;
}

/* The first of those bytes that is not plain; `end` if all are. */
static inline const char *base_plain_end(const char *at, const char *end)
{
    size_t count = 8;
    if (end - at >= 8) { /* most strings end here */
        count = base_count_plain(at);
        at += count;
    }
    while (count == 8 && end - at >= 64 && base_are_plain64(at)) {
        at += 64;
    }
    for (; count == 8 && end - at >= 8; at += count) {
        count = base_count_plain(at);
    }
    while (at < end && base_is_plain(*at)) {
        at++;
    }
    return at;
}

#endif /* BASE_PLAIN_H */
