// SPDX-License-Identifier: MIT
#include "assay/timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define MAX_READINGS 4000
#define ENOUGH_NS 1000000 /* a clock that is slow to read gets fewer readings */
#define MAX_READINGS_TO_MOVE 2000000
#define COMMON_SHARE 20 /* a difference seen in a twentieth of the readings is no accident */

static const struct {
    const char *name, *file_name;
    clockid_t clock;
} kinds[ASSAY_TIMER_COUNT] = {
    [ASSAY_TIMER_MONOTONIC] = {"monotonic", "clock_gettime", CLOCK_MONOTONIC},
    [ASSAY_TIMER_PROCESS] = {"process", "process_time", CLOCK_PROCESS_CPUTIME_ID},
    [ASSAY_TIMER_THREAD] = {"thread", "thread_time", CLOCK_THREAD_CPUTIME_ID},
};

const char *assay_timer_name(enum assay_timer_kind kind)
{
    return kinds[kind].name;
}

const char *assay_timer_file_name(enum assay_timer_kind kind)
{
    return kinds[kind].file_name;
}

static struct str without(struct str text, struct str prefix)
{
    return base_str_starts_with(text, prefix) ? (struct str){text.ptr + prefix.len, text.len - prefix.len} : text;
}

bool assay_timer_of_name(struct str name, enum assay_timer_kind *out_kind)
{
    static const struct str others[] = {{"perf_counter", 12}, {"time", 4}}; /* the wall's as well */
    name = without(without(name, STR("time.")), STR("pep418."));
    for (int kind = 0; kind < ASSAY_TIMER_COUNT; kind++) {
        if (base_str_equal(name, base_str(kinds[kind].name)) || base_str_equal(name, base_str(kinds[kind].file_name))) {
            *out_kind = (enum assay_timer_kind)kind;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (base_str_equal(name, others[i])) {
            *out_kind = ASSAY_TIMER_MONOTONIC;
            return true;
        }
    }
    return false;
}

clockid_t assay_timer_clock(enum assay_timer_kind kind)
{
    return kinds[kind].clock;
}

static int by_length(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* The smallest gap between two differences that are common, or between one and
 * 0.  Two readings in a row of a clock that takes longer to read than it takes to
 * step are apart by 20 ns or by 30, say: then it steps by 10. */
static int64_t smallest_gap(const int64_t *sorted_ns, size_t count)
{
    int64_t common_ns = 0, gap_ns = 0;
    for (size_t i = 0; i < count;) {
        size_t end = i;
        while (end < count && sorted_ns[end] == sorted_ns[i]) {
            end++;
        }
        bool is_common = end - i >= count / COMMON_SHARE;
        if (sorted_ns[i] > common_ns && (is_common || gap_ns == 0)) {
            int64_t this_ns = sorted_ns[i] - common_ns;
            gap_ns = gap_ns == 0 || this_ns < gap_ns ? this_ns : gap_ns;
            common_ns = sorted_ns[i];
        }
        i = end;
    }
    return gap_ns;
}

/* Of the lower nine tenths: the rest were interrupted. */
static double mean_of_undisturbed(const int64_t *sorted_ns, size_t count)
{
    size_t kept = count - count / 10;
    double sum_ns = 0;
    for (size_t i = 0; i < kept; i++) {
        sum_ns += (double)sorted_ns[i];
    }
    return sum_ns / (double)kept;
}

/* A clock so coarse that all readings were one: its next step, and what the
 * readings up to it cost. */
static struct assay_timer wait_for_a_step(assay_clock_fn *clock, void *context)
{
    int64_t from_ns = clock(context), edge_ns = from_ns;
    uint64_t readings = 0;
    for (size_t i = 0; i < MAX_READINGS_TO_MOVE; i++) {
        int64_t now_ns = clock(context);
        readings++;
        if (now_ns == edge_ns) {
            continue;
        }
        if (edge_ns != from_ns) { /* from one edge to the next: a whole step */
            return (struct assay_timer){now_ns - edge_ns, (double)(now_ns - edge_ns) / (double)readings};
        }
        edge_ns = now_ns;
        readings = 0;
    }
    return (struct assay_timer){edge_ns - from_ns, 0};
}

struct assay_timer assay_timer_measure(assay_clock_fn *clock, void *context)
{
    int64_t differences_ns[MAX_READINGS];
    size_t count = 0;
    int64_t first_ns = clock(context), last_ns = first_ns;
    while (count < MAX_READINGS && last_ns - first_ns < ENOUGH_NS) {
        int64_t now_ns = clock(context);
        differences_ns[count++] = now_ns - last_ns;
        last_ns = now_ns;
    }
    if (last_ns == first_ns) {
        return wait_for_a_step(clock, context);
    }
    qsort(differences_ns, count, sizeof(differences_ns[0]), by_length);
    bool is_coarse = differences_ns[count / 2] == 0; /* most readings see no step at all */
    return (struct assay_timer){
        .step_ns = smallest_gap(differences_ns, count),
        .cost_ns =
            is_coarse ? (double)(last_ns - first_ns) / (double)count : mean_of_undisturbed(differences_ns, count),
    };
}

int64_t assay_timer_least_round_ns(const struct assay_timer *timer, uint64_t steps)
{
    return timer->step_ns * (int64_t)steps;
}
