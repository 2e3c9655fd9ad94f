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
    {63, UINT8_MAX},
    {127, 2},
    {128, UINT8_MAX + 1},
    {191, UINT16_MAX},
    {192, 3},
    {500, UINT16_MAX + 1},
    {511, UINT32_MAX},
    {1000, (uint64_t)UINT32_MAX + 1},
    {1001, 3},
    {2000, UINT64_C(0x123456789abcdef0)},
    {HISTOGRAM_BUCKETS - 1, 7},
};

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static void fill(struct totals *totals)
{
    tta_totals_clear(totals);
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        for (size_t i = time; i < SAMPLES; i++) {
            totals->times[time].counts[samples[i].bucket] = samples[i].count;
            totals->times[time].stretches |= tta_stretch_bit(samples[i].bucket);
        }
        totals->tally.samples[time] = time + 7;
    }
    for (size_t i = 0; i < TALLY_STORED; i++) {
        totals->tally.counters[i] = UINT64_MAX - i;
    }
    totals->done = 1;
}

static void assert_times(const struct totals *totals, uint64_t factor)
{
    struct totals *want = calloc(1, sizeof(*want));
    assert_non_null(want);
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        struct spread *spread = &want->times[time];
        for (size_t i = time; i < SAMPLES; i++) {
            spread->counts[samples[i].bucket] = factor * samples[i].count;
        }
        assert_memory_equal(totals->times[time].counts, spread->counts, sizeof(spread->counts));
        assert_int_equal(totals->tally.samples[time], factor * (time + 7));
    }
    for (size_t i = 0; i < TALLY_STORED; i++) {
        assert_int_equal(totals->tally.counters[i], factor * (UINT64_MAX - i));
    }
    free(want);
}

static void what_was_packed_can_be_added_and_taken_away(void **state)
{
    (void)state;
    static struct totals totals;
    fill(&totals);
    struct slot *slot = tta_totals_pack(&totals);
    assert_non_null(slot);
    assert_int_equal(tta_slot_tally(slot)->counters[1], UINT64_MAX - 1);
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
    assert_int_equal(tta_slot_tally(NULL)->counters[1], 0);
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

static void a_bucket_in_use_takes_as_few_bytes_as_its_stretch_needs(void **state)
{
    (void)state;
    static const struct {
        uint64_t greatest;
        size_t bytes;
    } cases[] = {{1, 1}, {UINT8_MAX, 1}, {UINT8_MAX + 1, 2}, {UINT16_MAX, 2}, {UINT16_MAX + 1, 4}, {UINT32_MAX, 4},
                 {(uint64_t)UINT32_MAX + 1, 8}, {UINT64_MAX, 8}};
    static struct totals totals;
    tta_totals_clear(&totals);
    struct slot *empty = tta_totals_pack(&totals);
    assert_non_null(empty);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct spread *spread = &totals.times[i % METRIC_TIMES];
        tta_totals_clear(&totals);
        for (size_t bucket = 0; bucket < STRETCH_BUCKETS; bucket++) {
            spread->counts[STRETCH_BUCKETS + bucket] = 1;
        }
        spread->counts[STRETCH_BUCKETS + i] = cases[i].greatest;
        spread->stretches = tta_stretch_bit(STRETCH_BUCKETS);
        struct slot *slot = tta_totals_pack(&totals);
        assert_non_null(slot);
        assert_int_equal(tta_slot_bytes(slot) - tta_slot_bytes(empty),
                         1 + STRETCH_BUCKETS / 8 + STRETCH_BUCKETS * cases[i].bytes);
        free(slot);
    }
    assert_int_equal(tta_slot_bytes(NULL), 0);
    free(empty);
}

static void what_was_taken_away_takes_no_room(void **state)
{
    (void)state;
    static struct totals totals;
    tta_totals_clear(&totals);
    struct slot *empty = tta_totals_pack(&totals);
    fill(&totals);
    struct slot *full = tta_totals_pack(&totals);
    tta_totals_subtract(&totals, full);
    struct slot *rest = tta_totals_pack(&totals);
    assert_int_equal(tta_slot_bytes(rest), tta_slot_bytes(empty));
    assert_true(tta_slot_bytes(full) > tta_slot_bytes(empty));
    free(empty);
    free(full);
    free(rest);
}

static void a_slot_can_be_written_again_where_it_is(void **state)
{
    (void)state;
    static struct totals totals;
    size_t empty_bytes = tta_totals_packed_bytes(&totals);
    fill(&totals);
    size_t needed = tta_totals_packed_bytes(&totals);
    struct slot *slot = tta_slot_create(needed + 100);
    assert_non_null(slot);
    assert_int_equal(tta_slot_needed_bytes(slot), empty_bytes);
    tta_slot_write(slot, &totals);
    assert_int_equal(tta_slot_needed_bytes(slot), needed);
    tta_totals_subtract(&totals, slot);
    assert_times(&totals, 0);
    tta_slot_write(slot, &totals);
    assert_int_equal(tta_slot_needed_bytes(slot), empty_bytes);
    fill(&totals);
    tta_totals_add(&totals, slot);
    assert_times(&totals, 1);
    tta_slot_write(slot, &totals);
    tta_totals_add(&totals, slot);
    assert_times(&totals, 2);
    assert_int_equal(tta_slot_bytes(slot), needed + 100);
    assert_int_equal(tta_slot_needed_bytes(NULL), 0);
    free(slot);
}

static void no_slot_takes_more_than_is_stated(void **state)
{
    (void)state;
    static struct totals totals;
    tta_totals_clear(&totals);
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
            totals.times[time].counts[bucket] = UINT64_MAX - bucket;
            totals.times[time].stretches |= tta_stretch_bit(bucket);
        }
    }
    struct slot *slot = tta_totals_pack(&totals);
    assert_non_null(slot);
    assert_true(tta_slot_bytes(slot) <= METRIC_SLOT_MAX_BYTES);
    tta_totals_subtract(&totals, slot);
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
    assert_int_equal(totals.times[METRIC_GAP].stretches, 0);
}

static int64_t value_at(const struct spread *spread, uint64_t rank)
{
    int64_t value = -1;
    tta_spread_values_at(spread, &rank, 1, &value);
    return value;
}

static void ranks_find_their_values(void **state)
{
    (void)state;
    static struct totals totals;
    fill(&totals);
    const struct spread *spread = &totals.times[METRIC_LATENCY];
    uint64_t before = 0, ranks[2 * SAMPLES + 1];
    int64_t values[2 * SAMPLES + 1];
    for (size_t i = 0; i < SAMPLES; i++) { /* the first and the last of each */
        ranks[2 * i] = before + 1;
        ranks[2 * i + 1] = before += samples[i].count;
    }
    ranks[2 * SAMPLES] = UINT64_MAX;
    tta_spread_values_at(spread, ranks, 2 * SAMPLES + 1, values);
    for (size_t i = 0; i <= 2 * SAMPLES; i++) {
        assert_int_equal(values[i], base_histogram_value_at_rank(spread->counts, ranks[i]));
        assert_int_equal(values[i], value_at(spread, ranks[i]));
        size_t sample = i < 2 * SAMPLES ? i / 2 : SAMPLES - 1;
        assert_int_equal(values[i], base_histogram_bucket_middle(samples[sample].bucket));
    }
    tta_totals_clear(&totals);
    assert_int_equal(value_at(spread, 1), 0);
}

static void packing_without_memory_gives_nothing(void **state)
{
    (void)state;
    static struct totals totals;
    fill(&totals);
    alloc_fault_after(1);
    assert_null(tta_totals_pack(&totals));
    assert_null(tta_slot_create(tta_totals_packed_bytes(&totals)));
    assert_true(alloc_fault_happened());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_can_be_added_and_taken_away),
        cmocka_unit_test(an_absent_slot_is_empty),
        cmocka_unit_test(empty_totals_pack_to_an_empty_slot),
        cmocka_unit_test(a_bucket_in_use_takes_as_few_bytes_as_its_stretch_needs),
        cmocka_unit_test(what_was_taken_away_takes_no_room),
        cmocka_unit_test(a_slot_can_be_written_again_where_it_is),
        cmocka_unit_test(no_slot_takes_more_than_is_stated),
        cmocka_unit_test(merging_adds_everything),
        cmocka_unit_test(cleared_totals_are_empty),
        cmocka_unit_test(ranks_find_their_values),
        cmocka_unit_test(packing_without_memory_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
