// SPDX-License-Identifier: MIT
/*
 * A family is the runs of one benchmark whose parameters differ only in the one
 * that the time grows with.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/complexity.h"
#include "base/num.h"
#include "cmd/assay/report.h"
#include "cmd/complain.h"

/* "sort[size=64,order=random]" cut around its "size=64"; false if it is not there. */
struct cut_name {
    struct str before, value, after;
};

static bool cut_name(const struct assay_run *run, struct cut_name *out)
{
    struct str name = base_str(run->name), parameter = base_str(run->complexity);
    for (size_t at = 0; run->complexity && at + parameter.len + 1 < name.len; at++) {
        bool starts = at > 0 && (name.ptr[at - 1] == '[' || name.ptr[at - 1] == ',');
        if (!starts || strncmp(name.ptr + at, parameter.ptr, parameter.len) != 0 ||
            name.ptr[at + parameter.len] != '=') {
            continue;
        }
        size_t from = at + parameter.len + 1, to = from;
        while (to < name.len && name.ptr[to] != ',' && name.ptr[to] != ']') {
            to++;
        }
        *out = (struct cut_name){{name.ptr, at}, {name.ptr + from, to - from}, {name.ptr + to, name.len - to}};
        return true;
    }
    return false;
}

static bool is_family(const struct cut_name *a, const struct cut_name *b)
{
    return base_str_equal(a->before, b->before) && base_str_equal(a->after, b->after);
}

static void print_fit(const struct report *report, const struct assay_complexity *growth)
{
    const struct assay_fit *fit = &growth->fits[growth->growth];
    char overhead[REPORT_NUMBER_BYTES], coefficient[REPORT_NUMBER_BYTES];
    report_format_number(ASSAY_METRIC_MEDIAN, fit->overhead, overhead);
    report_format_number(ASSAY_METRIC_MEDIAN, fit->coefficient, coefficient);
    fprintf(report->out, "O(%s): ", assay_growth_name(growth->growth));
    if (growth->growth == ASSAY_GROWTH_CONSTANT) {
        fputs(overhead, report->out);
    } else if (fit->overhead > 0) {
        fprintf(report->out, "%s + %s x %s", overhead, coefficient, assay_growth_name(growth->growth));
    } else {
        fprintf(report->out, "%s x %s", coefficient, assay_growth_name(growth->growth));
    }
    fprintf(report->out, ", off by %.1f%%", fit->error * 100);
}

static void print_family(const struct report *report, const struct assay_run *first, const struct cut_name *name,
                         const double *numbers, const double *times, size_t count)
{
    struct assay_complexity growth;
    fprintf(report->out, "growth: %.*s%s%.*s: ", STR_ARGS(name->before), first->complexity, STR_ARGS(name->after));
    if (!assay_complexity_fit(numbers, times, count, &growth)) {
        fprintf(report->out, "cannot tell: it takes three values of %s, the largest four times the least\n",
                first->complexity);
        return;
    }
    if (!growth.is_clear) {
        fprintf(report->out, "cannot tell O(%s), off by %.1f%%, from O(%s), off by %.1f%%",
                assay_growth_name(growth.growth), growth.fits[growth.growth].error * 100,
                assay_growth_name(growth.rival), growth.fits[growth.rival].error * 100);
    } else {
        print_fit(report, &growth);
    }
    fprintf(report->out, " (least times of %zu benchmarks, n = %.0f to %.0f)\n", count, growth.least_n, growth.most_n);
}

void report_growth(const struct report *report, const struct assay_run *const *runs, size_t count)
{
    double *numbers = base_alloc_array(count, sizeof(*numbers)), *times = base_alloc_array(count, sizeof(*times));
    for (size_t i = 0; numbers && times && i < count; i++) {
        struct cut_name name, other;
        size_t found = 0;
        bool is_first = cut_name(runs[i], &name);
        for (size_t each = 0; is_first && each < count; each++) {
            int64_t number;
            if (!cut_name(runs[each], &other) || !is_family(&name, &other) ||
                !base_num_parse_int64(other.value, INT64_MIN, INT64_MAX, &number)) {
                continue;
            }
            is_first = each >= i;
            numbers[found] = (double)number;
            times[found++] = runs[each]->stats.min;
        }
        if (is_first) {
            print_family(report, runs[i], &name, numbers, times, found);
        }
    }
    if (!numbers || !times) {
        complain("out of memory for how times grow");
    }
    free(numbers);
    free(times);
}
