// SPDX-License-Identifier: MIT
#include "cmd/sparkline.h"

#include <math.h>

#define LEAST_DIFFERENCE 0.01

static const char *bar(int level, bool is_utf8)
{
    static const char *const blocks[SPARKLINE_LEVELS] = {"\xE2\x96\x81", "\xE2\x96\x82", "\xE2\x96\x83",
                                                         "\xE2\x96\x84", "\xE2\x96\x85", "\xE2\x96\x86",
                                                         "\xE2\x96\x87", "\xE2\x96\x88"};
    static const char *const letters[SPARKLINE_LEVELS] = {"_", ".", "-", "~", "=", "+", "*", "#"};
    return is_utf8 ? blocks[level] : letters[level];
}

void sparkline_add(struct buf *out, const double *numbers, size_t count, size_t columns, bool is_utf8)
{
    double least = INFINITY, most = -INFINITY;
    size_t first = count > columns ? count - columns : 0;
    for (size_t i = first; i < count; i++) {
        least = isfinite(numbers[i]) ? fmin(least, numbers[i]) : least;
        most = isfinite(numbers[i]) ? fmax(most, numbers[i]) : most;
    }
    bool is_flat = !(most - least >= LEAST_DIFFERENCE * fabs(least)) || most == least;
    for (size_t i = first; i < count; i++) {
        if (!isfinite(numbers[i])) {
            base_buf_add_char(out, ' ');
            continue;
        }
        double share = is_flat ? 0 : (numbers[i] - least) / (most - least);
        base_buf_add_cstr(out, bar((int)lround(share * (SPARKLINE_LEVELS - 1)), is_utf8));
    }
}
