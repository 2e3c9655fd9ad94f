// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/histogram.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* xorshift64*: Vigna 2016, "An experimental exploration of Marsaglia's xorshift generators". */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

/* Of every order of magnitude alike. */
static uint64_t next_value(uint64_t *seed)
{
    return next_random(seed) >> (22 + next_random(seed) % 42);
}

static void buckets_cover_all_values_without_gap_or_overlap(void **state)
{
    (void)state;
    uint64_t expected_low = 0;
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        uint64_t low = base_histogram_bucket_low(bucket), high = base_histogram_bucket_high(bucket);
        assert_true(low == expected_low && high >= low);
        assert_int_equal(base_histogram_bucket(low), bucket);
        assert_int_equal(base_histogram_bucket(high), bucket);
        assert_int_equal(base_histogram_bucket(low + (high - low) / 2), bucket);
        expected_low = high + 1;
    }
    assert_true(expected_low == HISTOGRAM_MAX_VALUE + 1);
}

static void small_values_have_buckets_of_their_own(void **state)
{
    (void)state;
    for (uint64_t value = 0; value < 256; value++) {
        assert_int_equal(base_histogram_bucket(value), value);
        assert_int_equal(base_histogram_bucket_low(value), value);
        assert_int_equal(base_histogram_bucket_high(value), value);
    }
}

static void a_bucket_is_at_most_a_128th_of_its_values_wide(void **state)
{
    (void)state;
    for (size_t bucket = 256; bucket < HISTOGRAM_BUCKETS; bucket++) {
        uint64_t low = base_histogram_bucket_low(bucket), high = base_histogram_bucket_high(bucket);
        assert_true((high - low + 1) * 128 <= low);
    }
}

static void every_value_lies_in_its_bucket(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        uint64_t value = next_value(&seed);
        assert_true(value <= HISTOGRAM_MAX_VALUE);
        size_t bucket = base_histogram_bucket(value);
        assert_true(bucket < HISTOGRAM_BUCKETS);
        assert_true(base_histogram_bucket_low(bucket) <= value && value <= base_histogram_bucket_high(bucket));
    }
}

static void values_above_the_greatest_count_as_the_greatest(void **state)
{
    (void)state;
    static const uint64_t values[] = {HISTOGRAM_MAX_VALUE, HISTOGRAM_MAX_VALUE + 1, UINT64_C(1) << 63, UINT64_MAX};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        assert_int_equal(base_histogram_bucket(values[i]), HISTOGRAM_BUCKETS - 1);
    }
}

/* The least rank r with r / n >= q, in whole numbers of percent. */
static void the_rank_of_a_percentile_is_that_of_exact_arithmetic(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 2000; n++) {
        for (uint64_t percent = 0; percent <= 100; percent++) {
            uint64_t rank = (percent * n + 99) / 100;
            rank = rank < 1 ? 1 : rank;
            if (base_histogram_quantile_rank((double)percent / 100, n) != rank) {
                fail_msg("p%u of %u", (unsigned)percent, (unsigned)n);
            }
        }
    }
}

static void a_rank_lies_between_one_and_the_count(void **state)
{
    (void)state;
    static const uint64_t counts[] = {1, 2, 1000000007, UINT64_C(1) << 40};
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        assert_int_equal(base_histogram_quantile_rank(0, counts[i]), 1);
        assert_int_equal(base_histogram_quantile_rank(1e-300, counts[i]), 1);
        assert_true(base_histogram_quantile_rank(1, counts[i]) == counts[i]);
        assert_true(base_histogram_quantile_rank(1.5, counts[i]) == counts[i]);
        assert_int_equal(base_histogram_quantile_rank(-1, counts[i]), 1);
    }
    assert_int_equal(base_histogram_quantile_rank(0.999, 1000), 999);
    assert_int_equal(base_histogram_quantile_rank(0.9991, 1000), 1000);
    assert_int_equal(base_histogram_quantile_rank(0.5, 3), 2);
}

static void an_empty_histogram_has_zero_for_every_quantile(void **state)
{
    (void)state;
    static struct histogram histogram;
    assert_int_equal(base_histogram_quantile(&histogram, 0), 0);
    assert_int_equal(base_histogram_quantile(&histogram, 0.5), 0);
    assert_int_equal(base_histogram_quantile(&histogram, 1), 0);
    assert_int_equal(base_histogram_value_at_rank(histogram.counts, 1), 0);
}

static void a_rank_beyond_the_sum_gives_the_last_bucket_in_use(void **state)
{
    (void)state;
    static uint64_t counts[HISTOGRAM_BUCKETS];
    counts[3] = 2;
    counts[200] = 1;
    assert_int_equal(base_histogram_value_at_rank(counts, 1), 3);
    assert_int_equal(base_histogram_value_at_rank(counts, 2), 3);
    assert_int_equal(base_histogram_value_at_rank(counts, 3), 200);
    assert_int_equal(base_histogram_value_at_rank(counts, 4), 200);
    assert_int_equal(base_histogram_value_at_rank(counts, UINT64_MAX), 200);
}

static void keeps_count_sum_and_extremes_exactly(void **state)
{
    (void)state;
    static struct histogram histogram;
    memset(&histogram, 0, sizeof(histogram));
    base_histogram_record(&histogram, 1000003);
    assert_int_equal(histogram.min, 1000003);
    assert_int_equal(histogram.max, 1000003);
    base_histogram_record(&histogram, 5);
    base_histogram_record(&histogram, 2000007);
    assert_int_equal(histogram.count, 3);
    assert_int_equal(histogram.sum, 3000015);
    assert_int_equal(histogram.min, 5);
    assert_int_equal(histogram.max, 2000007);
}

static void a_single_value_is_every_quantile_exactly(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 255, 256, 257, 999999937, HISTOGRAM_MAX_VALUE, UINT64_C(1) << 50};
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        static struct histogram histogram;
        memset(&histogram, 0, sizeof(histogram));
        base_histogram_record(&histogram, values[i]);
        assert_true(base_histogram_quantile(&histogram, 0) == values[i]);
        assert_true(base_histogram_quantile(&histogram, 0.5) == values[i]);
        assert_true(base_histogram_quantile(&histogram, 1) == values[i]);
    }
}

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void quantiles_are_within_four_thousandths_of_the_sorted_values(void **state)
{
    (void)state;
    static uint64_t values[5000];
    static const double quantiles[] = {0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1};
    for (uint64_t round = 1; round <= 40; round++) {
        static struct histogram histogram;
        memset(&histogram, 0, sizeof(histogram));
        uint64_t seed = round;
        size_t count = 1 + next_random(&seed) % COUNT_OF(values);
        for (size_t i = 0; i < count; i++) {
            values[i] = next_value(&seed);
            base_histogram_record(&histogram, values[i]);
        }
        qsort(values, count, sizeof(values[0]), compare_values);
        for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
            uint64_t exact = values[base_histogram_quantile_rank(quantiles[i], count) - 1];
            uint64_t found = base_histogram_quantile(&histogram, quantiles[i]);
            uint64_t error = found > exact ? found - exact : exact - found;
            assert_true(error * 1000 <= exact * 4);
            assert_true(found >= values[0] && found <= values[count - 1]);
        }
    }
}

static void merging_equals_recording_all_in_one(void **state)
{
    (void)state;
    static struct histogram parts[3], all, merged;
    uint64_t seed = 42;
    for (int i = 0; i < 3000; i++) {
        uint64_t value = next_value(&seed);
        base_histogram_record(&parts[i % 3], value);
        base_histogram_record(&all, value);
    }
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        base_histogram_merge(&merged, &parts[i]);
    }
    assert_memory_equal(&merged, &all, sizeof(all));
}

static void merging_an_empty_histogram_changes_nothing(void **state)
{
    (void)state;
    static struct histogram some, empty, before;
    base_histogram_record(&some, 7);
    before = some;
    base_histogram_merge(&some, &empty);
    assert_memory_equal(&some, &before, sizeof(some));
    base_histogram_merge(&empty, &some); /* its zero minimum is no value */
    assert_memory_equal(&empty, &some, sizeof(some));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_cover_all_values_without_gap_or_overlap),
        cmocka_unit_test(small_values_have_buckets_of_their_own),
        cmocka_unit_test(a_bucket_is_at_most_a_128th_of_its_values_wide),
        cmocka_unit_test(every_value_lies_in_its_bucket),
        cmocka_unit_test(values_above_the_greatest_count_as_the_greatest),
        cmocka_unit_test(the_rank_of_a_percentile_is_that_of_exact_arithmetic),
        cmocka_unit_test(a_rank_lies_between_one_and_the_count),
        cmocka_unit_test(an_empty_histogram_has_zero_for_every_quantile),
        cmocka_unit_test(a_rank_beyond_the_sum_gives_the_last_bucket_in_use),
        cmocka_unit_test(keeps_count_sum_and_extremes_exactly),
        cmocka_unit_test(a_single_value_is_every_quantile_exactly),
        cmocka_unit_test(quantiles_are_within_four_thousandths_of_the_sorted_values),
        cmocka_unit_test(merging_equals_recording_all_in_one),
        cmocka_unit_test(merging_an_empty_histogram_changes_nothing),
    };
    return cmocka_run_group_tests_name("base/histogram", tests, NULL, NULL);
}
