// SPDX-License-Identifier: MIT
/* times.h - what programs that only measure have in common: they end at the first fault, and rank what they found. */
#ifndef PROOF_TIMES_H
#define PROOF_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program `PROOF_NAME`, which is defined before this file is included, unless something holds. */
static inline void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, PROOF_NAME ": %s\n", what);
        exit(1);
    }
}

static inline int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The value at a share of them, 0 to 1; sorts them. */
static inline double percentile(double *values, size_t count, double share)
{
    qsort(values, count, sizeof(*values), ascending);
    return values[(size_t)(share * (double)(count - 1) + 0.5)];
}

#endif /* PROOF_TIMES_H */
