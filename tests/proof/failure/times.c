// SPDX-License-Identifier: MIT
#include "times.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

struct times times_of(int64_t *took_ns, size_t count)
{
    qsort(took_ns, count, sizeof took_ns[0], compare_times);
    return (struct times){took_ns[count / 2], took_ns[count / 100 * 99]};
}

int times_print_row(const char *what, struct times times, int64_t limit_ns)
{
    bool holds = times.p99_ns < limit_ns;
    printf("| %s | %.2f us | %.2f us | %.1f us | %s |\n", what, (double)times.median_ns / 1e3,
           (double)times.p99_ns / 1e3, (double)limit_ns / 1e3, holds ? "holds" : "**does not hold**");
    return !holds;
}
