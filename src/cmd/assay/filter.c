// SPDX-License-Identifier: MIT
#include "cmd/assay/filter.h"

#include <string.h>

bool filter_matches(const char *filter, struct str fullname)
{
    if (!filter) {
        return true;
    }
    if (strpbrk(filter, "*?[")) {
        return base_str_matches(fullname, base_str(filter));
    }
    return base_str_contains_ignoring_case(fullname, base_str(filter));
}
