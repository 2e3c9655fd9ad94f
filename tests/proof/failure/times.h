// SPDX-License-Identifier: MIT
/* times.h - what many measured times say, as rows of the one table of them in docs/failure.md. */
#ifndef TESTS_FAILURE_TIMES_H
#define TESTS_FAILURE_TIMES_H

#include <stddef.h>
#include <stdint.h>

struct times {
    int64_t median_ns, p99_ns;
};

/* Sorts them. */
struct times times_of(int64_t *took_ns, size_t count);

/* Prints a row; 1 if the p99 is not below the limit, else 0. */
int times_print_row(const char *what, struct times times, int64_t limit_ns);

#endif /* TESTS_FAILURE_TIMES_H */
