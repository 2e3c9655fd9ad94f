// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "tta/metric_totals.h"

#include <stdlib.h>

/* At both ends of the buckets, and where the packed form changes. */
static const struct {
    size_t bucket;
    uint64_t count;
} samples[] = {
    {0, 1},
    {1, (1 << 19) - 2},
    {127, (1 << 19) - 1},
    {128, 1 << 19},
    {129, UINT32_MAX},
    {1000, (uint64_t)UINT32_MAX + 1},
    {1001, 3},
    {2000, UINT64_C(0x123456789abcdef0)},
    {HISTOGRAM_BUCKETS - 1, 7},
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static void fill(struct totals *totals)
{
    tta_totals_clear(totals);
    for (size_t i = 0; i < SAMPLES; i++) {
        totals->counts[samples[i].bucket] = samples[i].count;
        totals->stretches |= tta_stretch_bit(samples[i].bucket);
    }
    totals->tally = (struct tally){1, 2, UINT64_MAX, 4, 5};
    totals->done = 1;
}

static void assert_times(const struct totals *totals, uint64_t factor)
{
    struct totals *want = calloc(1, sizeof(*want));
    assert_non_null(want);
    for (size_t i = 0; i < SAMPLES; i++) {
        want->counts[samples[i].bucket] = factor * samples[i].count;
    }
    assert_memory_equal(totals->counts, want->counts, sizeof(want->counts));
    assert_int_equal(totals->tally.requests, factor);
    assert_int_equal(totals->tally.failures, 2 * factor);
    assert_int_equal(totals->tally.latency_sum_ns, UINT64_MAX * factor);
    assert_int_equal(totals->tally.prompt_tokens, 4 * factor);
    assert_int_equal(totals->tally.completion_tokens, 5 * factor);
    free(want);
}

static void what_was_packed_can_be_added_and_taken_away(void **state)
{
    (void)state;
    static struct totals totals;
    fill(&totals);
    struct slot *slot = tta_totals_pack(&totals);
    assert_non_null(slot);
    assert_int_equal(tta_slot_latency_sum_ns(slot), UINT64_MAX);
    tta_totals_add(&totals, slot);
    assert_times(&totals, 2);
    tta_totals_subtract(&totals, slot);
    tta_totals_subtract(&totals, slot);
    assert_times(&totals, 0);
    tta_totals_clear(&totals);
    tta_totals_add(&totals, slot);
    assert_times(&totals, 1);
    struct slot *again = tta_totals_pack(&totals);
    assert_non_null(again);
    tta_totals_subtract(&totals, again);
    assert_times(&totals, 0);
    free(slot);
    free(again);
}

static void an_absent_slot_is_empty(void **state)
{
    (void)state;
    static struct totals totals;
    fill(&totals);
    tta_totals_add(&totals, NULL);
    tta_totals_subtract(&totals, NULL);
    assert_times(&totals, 1);
    assert_int_equal(tta_slot_latency_sum_ns(NULL), 0);
}

static void empty_totals_pack_to_an_empty_slot(void **state)
{
    (void)state;
    static struct totals totals;
    tta_totals_clear(&totals);
    struct slot *slot = tta_totals_pack(&totals);
    assert_non_null(slot);
    tta_totals_add(&totals, slot);
    assert_times(&totals, 0);
    free(slot);
}

static void merging_adds_everything(void **state)
{
    (void)state;
    static struct totals into;
    static struct totals from;
    fill(&into);
    fill(&from);
    tta_totals_merge(&into, &from);
    assert_times(&into, 2);
    assert_int_equal(into.done, 2);
    assert_times(&from, 1);
}

static void cleared_totals_are_empty(void **state)
{
    (void)state;
    static struct totals totals;
    fill(&totals);
    tta_totals_clear(&totals);
    assert_times(&totals, 0);
    assert_int_equal(totals.done, 0);
    assert_int_equal(totals.stretches, 0);
}

static void packing_without_memory_gives_nothing(void **state)
{
    (void)state;
    static struct totals totals;
    fill(&totals);
    alloc_fault_after(1);
    assert_null(tta_totals_pack(&totals));
    assert_true(alloc_fault_happened());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_can_be_added_and_taken_away),
        cmocka_unit_test(an_absent_slot_is_empty),
        cmocka_unit_test(empty_totals_pack_to_an_empty_slot),
        cmocka_unit_test(merging_adds_everything),
        cmocka_unit_test(cleared_totals_are_empty),
        cmocka_unit_test(packing_without_memory_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
