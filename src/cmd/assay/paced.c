// SPDX-License-Identifier: MIT
#include "cmd/assay/paced.h"

#include <stdlib.h>

#include "base/num.h"

void paced_deinit(struct paced *paced)
{
    free(paced->rounds);
    free(paced->launches);
    *paced = (struct paced){0};
}

bool paced_keep(struct paced *paced, const int64_t *times_ns, const struct assay_pace *paces_ns, size_t count,
                uint64_t iterations)
{
    for (size_t i = 0; i < count; i++) {
        void *rounds = paced->rounds;
        if (!base_array_make_room(&rounds, paced->round_count, &paced->round_capacity, sizeof(*paced->rounds))) {
            return false;
        }
        paced->rounds = rounds;
        paced->rounds[paced->round_count++] =
            (struct paced_round){(double)times_ns[i] / (double)iterations, paces_ns[i]};
    }
    return true;
}

static int order(double left, double right)
{
    return (left > right) - (left < right);
}

static int by_time(const void *a, const void *b)
{
    const struct paced_round *left = a, *right = b;
    return order(left->iteration_ns, right->iteration_ns);
}

static int by_cycle(const void *a, const void *b)
{
    const struct paced_round *left = a, *right = b;
    return order(left->pace.cycle_ns, right->pace.cycle_ns);
}

static int by_slot(const void *a, const void *b)
{
    const struct paced_round *left = a, *right = b;
    return order(left->pace.slot_ns, right->pace.slot_ns);
}

bool paced_end_launch(struct paced *paced)
{
    struct paced_round *rounds = paced->rounds;
    size_t count = paced->round_count, tenth = count / 10;
    void *launches = paced->launches;
    struct paced_launch launch;
    if (count == 0) {
        return true;
    }
    if (!base_array_make_room(&launches, paced->launch_count, &paced->launch_capacity, sizeof(*paced->launches))) {
        return false;
    }
    qsort(rounds, count, sizeof(*rounds), by_time);
    launch.least.iteration_ns = rounds[0].iteration_ns;
    launch.tenths.iteration_ns = rounds[tenth].iteration_ns;
    qsort(rounds, count, sizeof(*rounds), by_cycle);
    launch.least.pace.cycle_ns = rounds[0].pace.cycle_ns;
    launch.tenths.pace.cycle_ns = rounds[tenth].pace.cycle_ns;
    qsort(rounds, count, sizeof(*rounds), by_slot);
    launch.least.pace.slot_ns = rounds[0].pace.slot_ns;
    launch.tenths.pace.slot_ns = rounds[tenth].pace.slot_ns;
    paced->launches = launches;
    paced->launches[paced->launch_count++] = launch;
    paced->round_count = 0;
    return true;
}

void paced_forget_launch(struct paced *paced)
{
    paced->round_count = 0;
}

/* Each at its least of all launches. */
static struct paced_round least_of(const struct paced *paced)
{
    struct paced_round least = {0};
    for (size_t i = 0; i < paced->launch_count; i++) {
        const struct paced_round *each = &paced->launches[i].least;
        least.iteration_ns = i == 0 || each->iteration_ns < least.iteration_ns ? each->iteration_ns
                                                                              : least.iteration_ns;
        least.pace = assay_pace_least(least.pace, each->pace);
    }
    return least;
}

double paced_cycle_ns(const struct paced *paced)
{
    return least_of(paced).pace.cycle_ns;
}

enum assay_status paced_describe(const struct paced *paced, struct assay_run *run)
{
    size_t count = paced->launch_count;
    struct paced_round least = least_of(paced);
    if (count == 0) {
        return ASSAY_OK;
    }
    run->launch_cycles = base_alloc_array(count, sizeof(*run->launch_cycles));
    if (!run->launch_cycles) {
        return ASSAY_NO_MEMORY;
    }
    run->launch_cycles_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct paced_round *each = &paced->launches[i].least;
        run->launch_cycles[i] = each->iteration_ns / each->pace.cycle_ns;
    }
    assay_measured_set(&run->measured, ASSAY_METRIC_CYCLES, least.iteration_ns / least.pace.cycle_ns);
    if (least.pace.slot_ns == 0) { /* an older library */
        return ASSAY_OK;
    }
    if (!assay_tenths_alloc(&run->tenths, count)) {
        return ASSAY_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const struct paced_round *each = &paced->launches[i].tenths;
        run->tenths.times[i] = each->iteration_ns / 1e9;
        run->tenths.cycles[i] = each->pace.cycle_ns / 1e9;
        run->tenths.slots[i] = each->pace.slot_ns / 1e9;
    }
    return ASSAY_OK;
}
