// SPDX-License-Identifier: MIT
/*
 * assay/signed_rank.h - where the middle of a few numbers lies, by Wilcoxon's signed
 * ranks.  Pure.
 *
 * The one assumption: the numbers are independent, and each is as likely to lie a
 * distance above the middle as below it.  Their scatter may be of any shape, and a
 * few that lie far out move nothing by more than their rank.
 */
#ifndef ASSAY_SIGNED_RANK_H
#define ASSAY_SIGNED_RANK_H

#include <stddef.h>

/* More numbers than this are not looked at. */
#define ASSAY_SIGNED_RANK_MAX 1024

/*
 * The most k with P(T < k) <= error, where T is the sum of the ranks 1 to `count`, each
 * of which is in it or not with equal chances; 0 if there is none, as when 2^-count is
 * above `error`.  Exact up to 100 numbers; beyond by Edgeworth's series to the fourth
 * cumulant, whose error is below 1 % of the probability down to 1e-6.
 */
size_t assay_signed_rank_critical(size_t count, double error);

struct assay_signed_rank {
    double middle;       /* the median of the means of all pairs (Hodges and Lehmann 1963) */
    double lower, upper; /* each beyond the true middle with a probability of at most `error`; -INFINITY and
                            INFINITY where so few numbers cannot say */
};

/* Of 1 to ASSAY_SIGNED_RANK_MAX finite numbers; `error` in (0, 0.5).  The bounds are means of two of the
 * numbers, the k-th from either end (Hollander and Wolfe 1999, 3.2 and 3.3). */
struct assay_signed_rank assay_signed_rank_of(const double *values, size_t count, double error);

#endif /* ASSAY_SIGNED_RANK_H */
