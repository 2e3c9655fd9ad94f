// SPDX-License-Identifier: MIT
/*
 * Numbers and patterns.  The parsers of numbers must agree with each other; the
 * matcher of patterns with a slow one that can be seen to be right.  The input
 * is a text and, behind its first newline, a pattern.
 */
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

#define MAX_SLOW_LEN 60

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void try_numbers(struct str text)
{
    int64_t whole, scaled;
    double real;
    bool is_whole = base_num_parse_int64(text, INT64_MIN, INT64_MAX, &whole);
    bool is_scaled = base_num_parse_scaled(text, 0, INT64_MIN, INT64_MAX, &scaled);
    if (is_whole) {
        char said[32];
        int64_t again;
        (void)snprintf(said, sizeof(said), "%" PRId64, whole); /* 20 bytes at most */
        require(base_num_parse_int64(base_str(said), whole, whole, &again));
        require(is_scaled && scaled == whole);
    }
    if (!base_num_parse_double(text, -INFINITY, INFINITY, &real)) {
        return;
    }
    require(isfinite(real));
    if (fabs(real) < 1e8) { /* where a double is finer than what is compared */
        require(is_scaled && fabs((double)scaled - real) <= 0.5);
        require(base_num_parse_scaled(text, 6, INT64_MIN, INT64_MAX, &scaled));
        require(fabs((double)scaled - real * 1e6) <= 0.6);
    }
}

static void try_duration(struct str text)
{
    int64_t ns, again;
    if (base_num_parse_duration_ns(text, &ns)) {
        char said[32];
        require(ns >= 0);
        (void)snprintf(said, sizeof(said), "%" PRId64 " ns", ns); /* 22 bytes at most */
        require(base_num_parse_duration_ns(base_str(said), &again) && again == ns);
    }
}

/* Whether the element at the start of `pattern` takes `byte`, and its length. */
static bool takes(struct str pattern, char byte, size_t *out_len)
{
    size_t close = 1;
    while (pattern.ptr[0] == '[' && close < pattern.len && pattern.ptr[close] != ']') {
        close++;
    }
    *out_len = 1;
    if (pattern.ptr[0] != '[' || close == pattern.len) {
        return pattern.ptr[0] == '?' || pattern.ptr[0] == byte;
    }
    *out_len = close + 1;
    bool found = false;
    size_t i = 1;
    while (i < close) {
        bool is_range = i + 2 < close && pattern.ptr[i + 1] == '-';
        unsigned char low = (unsigned char)pattern.ptr[i];
        unsigned char high = is_range ? (unsigned char)pattern.ptr[i + 2] : low;
        found = found || ((unsigned char)byte >= low && (unsigned char)byte <= high);
        i += is_range ? 3 : 1;
    }
    return found;
}

/* By the definition; known[t][p] is 1 for a match of what follows, 0 for none, -1 for not yet known. */
static bool matches_slowly(struct str text, size_t t, struct str pattern, size_t p,
                           signed char known[MAX_SLOW_LEN + 1][MAX_SLOW_LEN + 1])
{
    if (known[t][p] >= 0) {
        return known[t][p] == 1;
    }
    bool found = false;
    if (p == pattern.len) {
        found = t == text.len;
    } else if (pattern.ptr[p] == '*') {
        found = matches_slowly(text, t, pattern, p + 1, known) ||
                (t < text.len && matches_slowly(text, t + 1, pattern, p, known));
    } else if (t < text.len) {
        size_t len;
        bool taken = takes((struct str){pattern.ptr + p, pattern.len - p}, text.ptr[t], &len);
        found = taken && matches_slowly(text, t + 1, pattern, p + len, known);
    }
    known[t][p] = found;
    return found;
}

static void try_pattern(struct str text, struct str pattern)
{
    bool matches = base_str_matches(text, pattern);
    require(base_str_matches(text, STR("*")));
    if (text.len > MAX_SLOW_LEN || pattern.len > MAX_SLOW_LEN) {
        return;
    }
    signed char known[MAX_SLOW_LEN + 1][MAX_SLOW_LEN + 1];
    for (size_t t = 0; t <= MAX_SLOW_LEN; t++) {
        for (size_t p = 0; p <= MAX_SLOW_LEN; p++) {
            known[t][p] = -1;
        }
    }
    require(matches == matches_slowly(text, 0, pattern, 0, known));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str pattern;
    struct str text = base_str_cut((struct str){(const char *)data, size}, '\n', &pattern);
    try_numbers(text);
    try_duration(text);
    try_pattern(text, pattern);
    return 0;
}
