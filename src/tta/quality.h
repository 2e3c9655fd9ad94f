// SPDX-License-Identifier: MIT
/* tta/quality.h - how good models are, on one scale. */
#ifndef TTA_QUALITY_H
#define TTA_QUALITY_H

#include "tta/snapshot.h"

/* Sets each row's quality: the performance score where it is stated, else ten
 * times the percentile rank of the intelligence index among the rows that state
 * one (what is below counts whole, what is equal half), else TTA_SCORE_UNKNOWN.
 * False without memory. */
bool tta_rate_rows(struct tta_row *rows, size_t count);

#endif /* TTA_QUALITY_H */
