// SPDX-License-Identifier: MIT
/* tta/alert_figure.h - figures that alerts look at.  Pure. */
#ifndef TTA_ALERT_FIGURE_H
#define TTA_ALERT_FIGURE_H

#include "tta/alert.h"

/* A share from 0 to 1, and not a time in ns. */
bool tta_alert_is_share(enum tta_alert_figure figure);

bool tta_alert_limit_is_good(enum tta_alert_figure figure, double limit);

/* The figure of a summary, and how many requests or pauses it is of. */
double tta_alert_value(enum tta_alert_figure figure, const struct tta_summary *summary, uint64_t *out_samples);

/* Whether a value is worse than the limit, or better than it by a tenth. */
bool tta_alert_is_beyond(const struct tta_alert_rule *rule, double value);
bool tta_alert_is_well(const struct tta_alert_rule *rule, double value);

#endif /* TTA_ALERT_FIGURE_H */
