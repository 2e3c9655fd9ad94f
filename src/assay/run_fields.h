// SPDX-License-Identifier: MIT
/*
 * assay/run_fields.h - fields of a run that result files and files of baselines
 * have alike, read and written by one code.
 */
#ifndef ASSAY_RUN_FIELDS_H
#define ASSAY_RUN_FIELDS_H

#include "assay/reader.h"
#include "assay/result.h"
#include "assay/writer.h"

/* Each reads a field of `own`, the object that it lies in, into what is zeroed; absent, it stays so. */
void assay_read_calls(const struct object *own, struct assay_calls *out);
void assay_read_measured(const struct object *own, struct assay_measured *out);
void assay_read_tags(const struct object *own, struct assay_run *run);
/* One number a launch, 0 or more, the caller's; NULL if it is absent. */
double *assay_read_launches(const struct object *own, const char *key, size_t *out_count);
/* What the rulers of each launch said; nothing if absent. */
void assay_read_rulers(const struct object *own, struct assay_rulers *out_rulers);
/* The parameters that a benchmark states; what cannot be one is left out. */
void assay_read_params(const struct object *benchmark, struct assay_run *run);
/* Refuses what no samples can give. */
void assay_check_stats(struct reader *reader, const struct assay_stats *stats);

void assay_write_calls(struct writer *writer, const struct assay_calls *calls);
void assay_write_measured(struct writer *writer, const struct assay_measured *measured);
void assay_write_tags(struct writer *writer, const char *tags);

#endif /* ASSAY_RUN_FIELDS_H */
