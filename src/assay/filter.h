// SPDX-License-Identifier: MIT
/*
 * assay/filter.h - which benchmarks a filter means.  Pure.
 *
 * A word is a part of the fullname, letters in either case, or a shell pattern
 * with * ? or [ over the whole of it; "@WORD" is a tag; "group:WORD" is a part of
 * the group's name, or a pattern over the whole of it.  A word in double quotes,
 * or a part of it, may have blanks and parentheses.  Words are combined with not,
 * and, or, and parentheses, in this order of precedence, blanks between:
 * "parse and not (@slow or group:"json files")".
 */
#ifndef ASSAY_FILTER_H
#define ASSAY_FILTER_H

#include "base/text.h"

/* What is known of a benchmark; empty where it has none. */
struct assay_subject {
    struct str fullname;
    struct str tags; /* with blanks between, each after "@" */
    struct str group;
};

/* Whether a filter can be read; NULL is fine, and means all. */
bool assay_filter_is_valid(const char *filter);

/* Whether a valid filter asks for groups, which a benchmark states only when it runs. */
bool assay_filter_has_groups(const char *filter);

/* Whether a valid filter means a benchmark. */
bool assay_filter_matches(const char *filter, const struct assay_subject *subject);

#endif /* ASSAY_FILTER_H */
