// SPDX-License-Identifier: MIT
/* assay/past.h - what is known of benchmarks from saved runs and records, in order of time. */
#ifndef CMD_ASSAY_PAST_H
#define CMD_ASSAY_PAST_H

#include "assay/record.h"

/* What one run took, or what became of the baseline. */
struct past_point {
    char *fullname, *class_id; /* "" for a class: the run does not say it */
    char *datetime;            /* "" if unknown: first of all */
    char *commit;              /* "" if unknown */
    bool dirty;
    double min; /* seconds; NAN: the baseline was dropped */
    char *what; /* "0001_before", or "baseline accepted by Ada: it checks UTF-8 now" */
};

/* Zero-initialised it is empty. */
struct past {
    struct past_point *points;
    size_t count, capacity;
};

void past_deinit(struct past *past);

/* Each adds a point for each benchmark; false without memory, some then being there. */
bool past_add_result(struct past *past, const struct assay_result *result, const char *path);
bool past_add_record(struct past *past, const struct assay_record *record);

/* By fullname, then class, then time. */
void past_sort(struct past *past);

#endif /* CMD_ASSAY_PAST_H */
