// SPDX-License-Identifier: MIT
#include "cmd/assay/paced.h"

#include <math.h>
#include <stdlib.h>

#include "base/num.h"

void paced_deinit(struct paced *paced)
{
    free(paced->paces);
    free(paced->launches);
    *paced = (struct paced){0};
}

bool paced_keep(struct paced *paced, const int64_t *times_ns, const struct assay_pace *paces_ns, size_t count,
                uint64_t iterations)
{
    for (size_t i = 0; i < count; i++) {
        void *paces = paced->paces;
        double iteration_ns = (double)times_ns[i] / (double)iterations;
        if (!base_array_make_room(&paces, paced->pace_count, &paced->pace_capacity, sizeof(*paced->paces))) {
            return false;
        }
        paced->paces = paces;
        paced->iteration_ns =
            paced->pace_count == 0 || iteration_ns < paced->iteration_ns ? iteration_ns : paced->iteration_ns;
        paced->paces[paced->pace_count++] = paces_ns[i];
    }
    return true;
}

static int by_cycle(const void *a, const void *b)
{
    const struct assay_pace *left = a, *right = b;
    return (left->cycle_ns > right->cycle_ns) - (left->cycle_ns < right->cycle_ns);
}

static int by_slot(const void *a, const void *b)
{
    const struct assay_pace *left = a, *right = b;
    return (left->slot_ns > right->slot_ns) - (left->slot_ns < right->slot_ns);
}

bool paced_end_launch(struct paced *paced)
{
    struct assay_pace *paces = paced->paces;
    size_t count = paced->pace_count, tenth = count / 10;
    void *launches = paced->launches;
    struct paced_launch launch = {.iteration_ns = paced->iteration_ns};
    if (count == 0) {
        return true;
    }
    if (!base_array_make_room(&launches, paced->launch_count, &paced->launch_capacity, sizeof(*paced->launches))) {
        return false;
    }
    qsort(paces, count, sizeof(*paces), by_cycle);
    launch.least.cycle_ns = paces[0].cycle_ns;
    launch.tenths.cycle_ns = paces[tenth].cycle_ns;
    qsort(paces, count, sizeof(*paces), by_slot);
    launch.least.slot_ns = paces[0].slot_ns;
    launch.tenths.slot_ns = paces[tenth].slot_ns;
    paced->launches = launches;
    paced->launches[paced->launch_count++] = launch;
    paced_forget_launch(paced);
    return true;
}

void paced_forget_launch(struct paced *paced)
{
    paced->pace_count = 0;
}

static struct assay_pace least_pace(const struct paced *paced)
{
    struct assay_pace least = {0};
    for (size_t i = 0; i < paced->launch_count; i++) {
        least = assay_pace_least(least, paced->launches[i].least);
    }
    return least;
}

double paced_cycle_ns(const struct paced *paced)
{
    return least_pace(paced).cycle_ns;
}

enum assay_status paced_describe(const struct paced *paced, struct assay_run *run)
{
    size_t count = paced->launch_count;
    struct assay_pace least = least_pace(paced);
    double iteration_ns = INFINITY;
    if (count == 0) {
        return ASSAY_OK;
    }
    run->launch_cycles = base_alloc_array(count, sizeof(*run->launch_cycles));
    if (!run->launch_cycles) {
        return ASSAY_NO_MEMORY;
    }
    run->launch_cycles_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct paced_launch *each = &paced->launches[i];
        run->launch_cycles[i] = each->iteration_ns / each->least.cycle_ns;
        iteration_ns = fmin(iteration_ns, each->iteration_ns);
    }
    assay_measured_set(&run->measured, ASSAY_METRIC_CYCLES, iteration_ns / least.cycle_ns);
    if (least.slot_ns == 0) { /* an older library */
        return ASSAY_OK;
    }
    if (!assay_rulers_alloc(&run->rulers, count)) {
        return ASSAY_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        run->rulers.cycles[i] = paced->launches[i].tenths.cycle_ns / 1e9;
        run->rulers.slots[i] = paced->launches[i].tenths.slot_ns / 1e9;
    }
    return ASSAY_OK;
}
