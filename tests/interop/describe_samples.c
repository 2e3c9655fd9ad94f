// SPDX-License-Identifier: MIT
/*
 * Describes the sample sets on stdin, one a line, numbers separated by blanks:
 * a line of NAME=VALUE for each, with all digits, for statistics_check.py.
 */
#include <stdio.h>
#include <stdlib.h>

#include "assay/describe.h"

static size_t read_samples(const char *line, double *out_samples)
{
    size_t count = 0;
    for (;;) {
        char *end;
        double value = strtod(line, &end);
        if (end == line) {
            return count;
        }
        out_samples[count++] = value;
        line = end;
    }
}

static void print_stats(const struct assay_stats *stats)
{
    printf("min=%.17g max=%.17g mean=%.17g stddev=%.17g rounds=%ju median=%.17g mad=%.17g iqr=%.17g q1=%.17g q3=%.17g "
           "iqr_outliers=%ju stddev_outliers=%ju ld15iqr=%.17g hd15iqr=%.17g ops=%.17g total=%.17g\n",
           stats->min, stats->max, stats->mean, stats->stddev, (uintmax_t)stats->rounds, stats->median, stats->mad,
           stats->iqr, stats->q1, stats->q3, (uintmax_t)stats->iqr_outliers, (uintmax_t)stats->stddev_outliers,
           stats->ld15iqr, stats->hd15iqr, stats->ops, stats->total);
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    int failed = 0;
    while (!failed && (len = getline(&line, &capacity, stdin)) > 0) {
        double *samples = malloc((size_t)len * sizeof(*samples)); /* a number takes at least one byte */
        size_t count = samples ? read_samples(line, samples) : 0;
        struct assay_stats stats;
        failed = count == 0 || assay_describe(samples, count, &stats) != ASSAY_OK;
        if (!failed) {
            print_stats(&stats);
        }
        free(samples);
    }
    free(line);
    return failed;
}
