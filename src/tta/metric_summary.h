// SPDX-License-Identifier: MIT
/* tta/metric_summary.h - what totals say, in the form that is asked for. */
#ifndef TTA_METRIC_SUMMARY_H
#define TTA_METRIC_SUMMARY_H

#include "tta/metric_totals.h"
#include "tta/metrics.h"

void tta_summarise(const struct totals *totals, struct tta_summary *out_summary);

struct tta_trend_point tta_summarise_point(const struct totals *totals);

#endif /* TTA_METRIC_SUMMARY_H */
