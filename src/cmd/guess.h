// SPDX-License-Identifier: MIT
/* cmd/guess.h - which known word was meant by a mistyped one. */
#ifndef CMD_GUESS_H
#define CMD_GUESS_H

#include "base/text.h"

/* Set up with the word alone, then offered every word that is known. */
struct guess {
    struct str word;
    const char *best; /* borrowed from what was offered; NULL: none is like it */
    size_t unlikeness; /* of the best */
};

/* Keeps `known` if it is more like the word than what was kept before: few
 * letters differ, or they begin alike. */
void guess_offer(struct guess *guess, const char *known);

#endif /* CMD_GUESS_H */
