// SPDX-License-Identifier: MIT
/*
 * Words are alike if at most two letters must be put in, left out, replaced or
 * swapped with their neighbour (the restricted Damerau-Levenshtein distance),
 * and fewer than half of them; failing that, if the first three agree.
 */
#include "cmd/guess.h"

#include <string.h>

enum { LONGEST = 80, MOST_EDITS = 2, LEAST_COMMON = 3, UNLIKE = 1000 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One cell of the table: the distance of the first i letters of a from the first j of b. */
static size_t cell(struct str a, struct str b, size_t i, size_t j, size_t rows[3][LONGEST + 1])
{
    const size_t *above = rows[(i - 1) % 3];
    size_t differs = a.ptr[i - 1] != b.ptr[j - 1];
    size_t least = smaller(above[j - 1] + differs, smaller(above[j], rows[i % 3][j - 1]) + 1);
    bool is_swapped = i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
    return is_swapped ? smaller(least, rows[(i - 2) % 3][j - 2] + 1) : least;
}

static size_t distance(struct str a, struct str b)
{
    size_t rows[3][LONGEST + 1];
    if (a.len > LONGEST || b.len > LONGEST) {
        return UNLIKE;
    }
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        rows[i % 3][0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            rows[i % 3][j] = cell(a, b, i, j, rows);
        }
    }
    return rows[a.len % 3][b.len];
}

static size_t common_letters(struct str a, struct str b)
{
    size_t common = 0;
    while (common < a.len && common < b.len && a.ptr[common] == b.ptr[common]) {
        common++;
    }
    return common;
}

void guess_offer(struct guess *guess, const char *known)
{
    struct str other = base_str(known);
    size_t edits = distance(guess->word, other);
    size_t common = common_letters(guess->word, other);
    size_t unlikeness = UNLIKE;
    if (edits <= MOST_EDITS && 2 * edits < other.len) {
        unlikeness = edits;
    } else if (common >= LEAST_COMMON) {
        unlikeness = UNLIKE - smaller(common, UNLIKE / 2);
    }
    if (unlikeness < UNLIKE && (!guess->best || unlikeness < guess->unlikeness)) {
        guess->best = known;
        guess->unlikeness = unlikeness;
    }
}
