// SPDX-License-Identifier: MIT
#include "cmd/assay/layout.h"

#include <limits.h>

/* Names are not cut below this, or two fifths of the width, while there are columns to leave out. */
#define READABLE_NAME 20
#define LEAST_NAME 8

static size_t width_of(const struct layout_column *columns, size_t count)
{
    size_t width = 0;
    for (size_t i = 0; i < count; i++) {
        width += columns[i].is_left_out ? 0 : LAYOUT_GAP + columns[i].width;
    }
    return width;
}

/* Leaves columns worth less than `below` out, of equals the last first, until the rest fits. */
static bool leave_out(struct layout_column *columns, size_t count, int below, size_t beside, size_t limit)
{
    while (beside + width_of(columns, count) > limit) {
        size_t least = count;
        int worth = below;
        for (size_t i = 0; i < count; i++) {
            if (!columns[i].is_left_out && columns[i].worth < below && columns[i].worth <= worth) {
                least = i;
                worth = columns[i].worth;
            }
        }
        if (least == count) {
            return false;
        }
        columns[least].is_left_out = true;
    }
    return true;
}

static void restore(struct layout_column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        columns[i].is_left_out = false;
    }
}

static size_t min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t max_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

struct layout layout_fit(struct layout_column *columns, size_t count, size_t name_width, size_t remark_width,
                         size_t limit)
{
    struct layout layout = {.name_width = name_width};
    size_t remarks = remark_width > 0 ? LAYOUT_GAP + remark_width : 0;
    restore(columns, count);
    if (limit == 0 || leave_out(columns, count, LAYOUT_LITTLE, name_width + remarks, limit)) {
        return layout;
    }
    restore(columns, count);
    layout.has_remarks_below = remark_width > 0;
    if (leave_out(columns, count, LAYOUT_LITTLE, name_width, limit)) {
        return layout;
    }
    size_t readable = min_of(name_width, max_of(READABLE_NAME, limit * 2 / 5));
    (void)leave_out(columns, count, LAYOUT_KEEP, readable, limit); /* if that does not do, names are cut further */
    size_t taken = width_of(columns, count);
    size_t left = limit > taken ? limit - taken : 0;
    layout.name_width = min_of(name_width, max_of(left, LEAST_NAME));
    return layout;
}
