// SPDX-License-Identifier: MIT
/*
 * tta/metric_series.h - the names of series, and their numbers.
 *
 * For one thread at a time, but for the texts, which stay where they are.
 */
#ifndef TTA_METRIC_SERIES_H
#define TTA_METRIC_SERIES_H

#include "tta/metrics.h"

struct series_table;

/* NULL without memory; destroying NULL does nothing. */
struct series_table *tta_series_table_create(size_t max_count);
void tta_series_table_destroy(struct series_table *table);

size_t tta_series_table_count(const struct series_table *table);
struct tta_series tta_series_table_at(const struct series_table *table, uint32_t number);

/* TTA_OK or TTA_BAD_ARGUMENT, as tta_metrics_add_series() says. */
enum tta_status tta_series_check(const struct tta_series *series);

/* TTA_OK, or TTA_NOT_FOUND. */
enum tta_status tta_series_table_find(const struct series_table *table, const struct tta_series *series,
                                      uint32_t *out_number);

/* Adds one that is not there, as the last: TTA_OK, TTA_TOO_LARGE or TTA_NO_MEMORY. */
enum tta_status tta_series_table_add(struct series_table *table, const struct tta_series *series);

bool tta_series_table_lets_through(const struct series_table *table, const struct tta_series_filter *filter,
                                   uint32_t number);

/* The first series that a filter lets through, or the next one after `number`; tta_series_table_count() if there is
 * none.  Each once, in no order. */
uint32_t tta_series_table_first(const struct series_table *table, const struct tta_series_filter *filter);
uint32_t tta_series_table_next(const struct series_table *table, const struct tta_series_filter *filter,
                               uint32_t number);

#endif /* TTA_METRIC_SERIES_H */
