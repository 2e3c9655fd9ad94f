// SPDX-License-Identifier: MIT
#include "tta/quality.h"

#include <stdlib.h>

#include "base/num.h"

static int ascending(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* How many of the ascending values are below `value`, or up to it with `and_equal`. */
static size_t count_below(const double *values, size_t count, double value, bool and_equal)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        bool is_below = and_equal ? values[middle] <= value : values[middle] < value;
        low = is_below ? middle + 1 : low;
        high = is_below ? high : middle;
    }
    return low;
}

bool tta_rate_rows(struct tta_row *rows, size_t count)
{
    size_t rated = 0;
    for (size_t row = 0; row < count; row++) {
        rows[row].quality = rows[row].model.performance_score;
        rated += rows[row].model.intelligence_index > 0;
    }
    if (rated == 0) {
        return true;
    }
    double *values = base_alloc_array(rated, sizeof(*values));
    if (!values) {
        return false;
    }
    rated = 0;
    for (size_t row = 0; row < count; row++) {
        if (rows[row].model.intelligence_index > 0) {
            values[rated++] = rows[row].model.intelligence_index;
        }
    }
    qsort(values, rated, sizeof(*values), ascending);
    for (size_t row = 0; row < count; row++) {
        const struct tta_model *model = &rows[row].model;
        double index = model->intelligence_index;
        if (model->performance_score < 0 && index > 0) {
            double below = (double)count_below(values, rated, index, false);
            double up_to = (double)count_below(values, rated, index, true);
            rows[row].quality = 10 * (below + up_to) / 2 / (double)rated;
        }
    }
    free(values);
    return true;
}
