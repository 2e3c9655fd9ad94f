// SPDX-License-Identifier: MIT
/*
 * assay/filter.h - which benchmarks --filter means.
 *
 * A word is a part of the fullname, letters in either case, or a shell pattern
 * with * ? or [ over the whole of it; "@WORD" is a tag.  Words are combined with
 * not, and, or, and parentheses, in this order of precedence, blanks between:
 * "parse and not (@slow or huge)".
 */
#ifndef CMD_ASSAY_FILTER_H
#define CMD_ASSAY_FILTER_H

#include "base/text.h"

/* Whether a filter can be read; NULL is fine, and means all. */
bool filter_is_valid(const char *filter);

/* Whether a valid filter means a benchmark.  `tags` are its tags with blanks
 * between, each after "@"; NULL or "" if it has none. */
bool filter_matches(const char *filter, struct str fullname, const char *tags);

#endif /* CMD_ASSAY_FILTER_H */
