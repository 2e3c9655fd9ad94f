// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "assay/describe.h"
#include "unit/assay/assert_double.h"

static void assert_same_stats(const struct assay_stats *got, const struct assay_stats *wanted)
{
    assert_double_is(got->min, wanted->min);
    assert_double_is(got->max, wanted->max);
    assert_double_is(got->mean, wanted->mean);
    assert_double_is(got->stddev, wanted->stddev);
    assert_double_is(got->median, wanted->median);
    assert_double_is(got->mad, wanted->mad);
    assert_double_is(got->q1, wanted->q1);
    assert_double_is(got->q3, wanted->q3);
    assert_double_is(got->iqr, wanted->iqr);
    assert_double_is(got->ld15iqr, wanted->ld15iqr);
    assert_double_is(got->hd15iqr, wanted->hd15iqr);
    assert_double_is(got->total, wanted->total);
    assert_double_is(got->ops, wanted->ops);
    assert_int_equal(got->rounds, wanted->rounds);
    assert_int_equal(got->iqr_outliers, wanted->iqr_outliers);
    assert_int_equal(got->stddev_outliers, wanted->stddev_outliers);
}

/* tests/interop/statistics_check.py compares many more; these run without Python.  Made by
 *   from pytest_benchmark.stats import Stats; s = Stats(); s.data = [...]; print(s.as_dict())
 * with pytest-benchmark 3.2.2 and Python 3.11.2; mad is
 *   statistics.median(abs(x - statistics.median(data)) for x in data) */
static void gives_the_digits_of_pytest_benchmark(void **state)
{
    (void)state;
    static const struct {
        double samples[8];
        size_t n;
        struct assay_stats wanted;
    } cases[] = {
        {{4e-07}, 1,
         {.min = 4e-07, .max = 4e-07, .mean = 4e-07, .median = 4e-07, .q1 = 4e-07, .q3 = 4e-07, .ld15iqr = 4e-07,
          .hd15iqr = 4e-07, .total = 4e-07, .ops = 2500000.0, .rounds = 1}},
        {{1e-06, 3e-06}, 2,
         {.min = 1e-06, .max = 3e-06, .mean = 2e-06, .stddev = 1.4142135623730952e-06, .median = 2e-06,
          .mad = 1.0000000000000002e-06, .q1 = 1e-06, .q3 = 3e-06, .iqr = 2.0000000000000003e-06, .ld15iqr = 1e-06,
          .hd15iqr = 3e-06, .total = 4e-06, .ops = 500000.0, .rounds = 2}},
        {{3e-06, 1e-06, 2e-06}, 3,
         {.min = 1e-06, .max = 3e-06, .mean = 2e-06, .stddev = 1.0000000000000002e-06, .median = 2e-06, .mad = 1e-06,
          .q1 = 1.2499999999999999e-06, .q3 = 2.75e-06, .iqr = 1.5e-06, .ld15iqr = 1e-06, .hd15iqr = 3e-06,
          .total = 6e-06, .ops = 500000.0, .rounds = 3}},
        {{5e-06, 1e-06, 2e-06, 4e-06}, 4,
         {.min = 1e-06, .max = 5e-06, .mean = 3e-06, .stddev = 1.8257418583505539e-06, .median = 3e-06,
          .mad = 1.5000000000000002e-06, .q1 = 1.5e-06, .q3 = 4.5e-06, .iqr = 3e-06, .ld15iqr = 1e-06, .hd15iqr = 5e-06,
          .total = 1.2e-05, .ops = 333333.3333333333, .rounds = 4, .stddev_outliers = 2}},
        {{0.1, 0.7, 0.2, 0.4, 0.3}, 5,
         {.min = 0.1, .max = 0.7, .mean = 0.33999999999999997, .stddev = 0.23021728866442676, .median = 0.3,
          .mad = 0.10000000000000003, .q1 = 0.17500000000000002, .q3 = 0.47500000000000003,
          .iqr = 0.30000000000000004, .ld15iqr = 0.1, .hd15iqr = 0.7, .total = 1.7, .ops = 2.9411764705882355,
          .rounds = 5, .stddev_outliers = 2}},
        /* pytest-benchmark before 5.3.1 has 0.0002856 as hd15iqr, the datum above the fence */
        {{0.0002105, 0.00023, 0.000222, 0.000221, 0.0002856, 0.000219}, 6,
         {.min = 0.0002105, .max = 0.0002856, .mean = 0.00023135, .stddev = 2.7300824163383786e-05,
          .median = 0.00022150000000000002, .mad = 5.499999999999998e-06, .q1 = 0.000219, .q3 = 0.00023,
          .iqr = 1.0999999999999996e-05, .ld15iqr = 0.0002105, .hd15iqr = 0.00023, .total = 0.0013881,
          .ops = 4322.455154527772, .rounds = 6, .iqr_outliers = 1, .stddev_outliers = 1}},
        {{1.1, 2.2, 3.3, 4.4, 5.5, 6.6, 77.7}, 7,
         {.min = 1.1, .max = 77.7, .mean = 14.4, .stddev = 27.975822895254872, .median = 4.4,
          .mad = 2.1999999999999993, .q1 = 2.475, .q3 = 6.324999999999999, .iqr = 3.849999999999999, .ld15iqr = 1.1,
          .hd15iqr = 6.6, .total = 100.80000000000001, .ops = 0.06944444444444443, .rounds = 7, .iqr_outliers = 1,
          .stddev_outliers = 1}},
        {{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, 8,
         {.min = 0.1, .max = 0.1, .mean = 0.1, .median = 0.1, .q1 = 0.1, .q3 = 0.1, .ld15iqr = 0.1, .hd15iqr = 0.1,
          .total = 0.7999999999999999, .ops = 10.0, .rounds = 8}},
        {{0, 0}, 2, {.rounds = 2}},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_stats stats;
        assert_int_equal(assay_describe(cases[i].samples, cases[i].n, &stats), ASSAY_OK);
        assert_same_stats(&stats, &cases[i].wanted);
    }
}

static void the_mean_and_deviation_survive_what_plain_sums_do_not(void **state)
{
    (void)state;
    /* statistics.mean and stdev of the same; a sum of squares would give 0 or overflow */
    static const double offset[] = {1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4};
    static const double largest[] = {DBL_MAX, DBL_MAX};
    static const double smallest[] = {1e-200, 3e-200};
    struct assay_stats stats;
    assert_int_equal(assay_describe(offset, 4, &stats), ASSAY_OK);
    assert_double_is(stats.mean, 1000000002.5);
    assert_double_is(stats.stddev, 1.2909944487358056);
    assert_int_equal(assay_describe(largest, 2, &stats), ASSAY_OK);
    assert_double_is(stats.mean, DBL_MAX);
    assert_double_is(stats.stddev, 0);
    assert_int_equal(assay_describe(smallest, 2, &stats), ASSAY_OK);
    assert_double_is(stats.mean, 2e-200);
    assert_double_is(stats.stddev, 1.414213562373095e-200);
}

/* A fixed sequence, for samples that look random (Knuth's MMIX generator). */
static double next_sample(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return 1e-6 * (1 + (double)(*seed >> 40) / (1 << 24));
}

static void order_and_a_power_of_two_change_nothing(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        double samples[40], backwards[40], doubled[40];
        uint64_t seed = n;
        for (size_t i = 0; i < n; i++) {
            samples[i] = backwards[n - 1 - i] = next_sample(&seed);
            doubled[i] = 2 * samples[i];
        }
        struct assay_stats stats, other;
        assert_int_equal(assay_describe(samples, n, &stats), ASSAY_OK);
        assert_int_equal(assay_describe(backwards, n, &other), ASSAY_OK);
        assert_double_near(other.total, stats.total, 1e-15);
        other.total = stats.total; /* the plain sum, the only one that depends on the order */
        other.ops = stats.ops;
        assert_same_stats(&other, &stats);
        assert_int_equal(assay_describe(doubled, n, &other), ASSAY_OK);
        assert_double_is(other.mean, 2 * stats.mean);
        assert_double_is(other.stddev, 2 * stats.stddev);
        assert_double_is(other.mad, 2 * stats.mad);
        assert_double_is(other.hd15iqr, 2 * stats.hd15iqr);
        assert_int_equal(other.iqr_outliers, stats.iqr_outliers);
        assert_int_equal(other.stddev_outliers, stats.stddev_outliers);
        assert_true(stats.min <= stats.q1 && stats.q1 <= stats.median && stats.median <= stats.q3);
        assert_true(stats.q3 <= stats.max && stats.min <= stats.mean && stats.mean <= stats.max);
    }
}

static void says_when_memory_is_lacking_and_touches_nothing(void **state)
{
    (void)state;
    static const double samples[] = {1, 2};
    struct assay_stats stats = {.rounds = 77};
    alloc_fault_after(1);
    assert_int_equal(assay_describe(samples, 2, &stats), ASSAY_NO_MEMORY);
    assert_true(alloc_fault_happened());
    assert_int_equal(stats.rounds, 77);
}

static struct histogram *make_histogram(void)
{
    struct histogram *calls = calloc(1, sizeof(*calls));
    assert_non_null(calls);
    return calls;
}

static void fill(struct histogram *calls, uint64_t value, uint64_t count)
{
    if (count > 0) {
        base_histogram_record(calls, value);
        calls->counts[base_histogram_bucket(value)] += count - 1;
        calls->count += count - 1;
    }
}

/* Ranks whose bounds are exact.  Made with SciPy 1.17.1:
 *   lower = n - int(binom.ppf(c, n, 1 - q)); upper = int(binom.ppf(c, n, q)) + 1   (above n: none, here 0) */
static void bounds_lie_at_the_ranks_of_the_binomial_distribution(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        double q, confidence;
        uint64_t lower, upper;
    } cases[] = {
        {1, 0.95, 0.95, 1, 0},
        {58, 0.95, 0.95, 52, 0},
        {59, 0.95, 0.95, 53, 59},
        {100, 0.95, 0.95, 91, 99},
        {298, 0.99, 0.95, 292, 0},
        {299, 0.99, 0.95, 293, 299},
        {1000, 0.5, 0.95, 474, 527},
        {1000, 0.95, 0.95, 938, 962},
        {1000, 0.99, 0.99, 982, 998},
        {2995, 0.999, 0.95, 2989, 2995},
        {100000, 0.95, 0.95, 94886, 95114},
        {100000, 0.999, 0.999, 99868, 99930},
        {1000000, 0.5, 0.95, 499178, 500823},
        {10000000, 0.95, 0.95, 9498866, 9501134},
        {10000000, 0.5, 0.99, 4996322, 5003679},
    };
    struct histogram *calls = make_histogram();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t upper = cases[i].upper > 0 ? cases[i].upper : cases[i].n + 1;
        *calls = (struct histogram){0};
        fill(calls, 10, cases[i].lower - 1);
        fill(calls, 20, 1);
        fill(calls, 30, upper - cases[i].lower - 1);
        fill(calls, 40, upper <= cases[i].n ? 1 : 0);
        fill(calls, 50, upper < cases[i].n ? cases[i].n - upper : 0);
        assert_int_equal(calls->count, cases[i].n);
        struct assay_quantile quantile = assay_describe_quantile(calls, cases[i].q, cases[i].confidence);
        assert_double_is(quantile.lower_ns, 20);
        assert_double_is(quantile.upper_ns, cases[i].upper > 0 ? 40 : INFINITY);
        assert_double_is(quantile.estimate_ns, cases[i].n == 1 ? 20 : 30);
        assert_int_equal(quantile.n, cases[i].n);
        assert_double_is(quantile.confidence, cases[i].confidence);
    }
    free(calls);
}

static void no_calls_bound_nothing(void **state)
{
    (void)state;
    struct histogram *calls = make_histogram();
    struct assay_quantile quantile = assay_describe_quantile(calls, 0.95, 0.95);
    assert_double_is(quantile.estimate_ns, 0);
    assert_double_is(quantile.lower_ns, 0);
    assert_double_is(quantile.upper_ns, INFINITY);
    assert_int_equal(quantile.n, 0);
    free(calls);
}

static void bounds_take_in_the_whole_bucket_but_not_more_than_was_seen(void **state)
{
    (void)state;
    struct histogram *calls = make_histogram();
    /* one bucket has 99,840 to 100,351 */
    fill(calls, 100000, 500);
    fill(calls, 100100, 500);
    fill(calls, 5000000, 1);
    struct assay_quantile quantile = assay_describe_quantile(calls, 0.5, 0.95);
    assert_double_is(quantile.lower_ns, 100000); /* the least of all, though its bucket begins lower */
    assert_double_is(quantile.upper_ns, (double)base_histogram_bucket_high(base_histogram_bucket(100000)));
    assert_true(quantile.upper_ns > 100100);
    *calls = (struct histogram){0};
    fill(calls, HISTOGRAM_MAX_VALUE * 4, 100); /* beyond the last bucket */
    assert_double_is(assay_describe_quantile(calls, 0.5, 0.95).upper_ns, (double)(HISTOGRAM_MAX_VALUE * 4));
    free(calls);
}

static void knows_how_many_samples_a_percentile_takes(void **state)
{
    (void)state;
    static const struct {
        double q, confidence;
        uint64_t needed; /* the least n with q^n <= 1 - confidence, from exact fractions */
    } cases[] = {{0.95, 0.95, 59}, {0.99, 0.95, 299}, {0.999, 0.95, 2995}, {0.5, 0.95, 5},
                 {0.9, 0.95, 29},  {0.95, 0.99, 90},  {0.5, 0.5, 1},       {0.5, 0.75, 2}};
    struct histogram *calls = make_histogram();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t needed = assay_describe_samples_needed(cases[i].q, cases[i].confidence);
        assert_int_equal(needed, cases[i].needed);
        *calls = (struct histogram){0};
        fill(calls, 10, needed);
        assert_double_is(assay_describe_quantile(calls, cases[i].q, cases[i].confidence).upper_ns, 10);
        *calls = (struct histogram){0};
        fill(calls, 10, needed - 1);
        assert_double_is(assay_describe_quantile(calls, cases[i].q, cases[i].confidence).upper_ns, INFINITY);
    }
    free(calls);
}

/* The share of seeded draws whose bound is on the right side of the true
 * quantile must not be below the confidence by more than chance allows. */
static void bounds_hold_as_often_as_they_claim(void **state)
{
    (void)state;
    struct histogram *calls = make_histogram();
    uint64_t seed = 1;
    int trials = 2000, lower_held = 0, upper_held = 0;
    for (int trial = 0; trial < trials; trial++) {
        *calls = (struct histogram){0};
        for (int i = 0; i < 100; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            base_histogram_record(calls, (seed >> 33) % 200); /* 0 to 199: the true p95 is 189 */
        }
        struct assay_quantile quantile = assay_describe_quantile(calls, 0.95, 0.95);
        lower_held += quantile.lower_ns <= 189;
        upper_held += quantile.upper_ns >= 189;
    }
    free(calls);
    /* 0.95 - 4 standard errors of 0.0049 */
    assert_true(lower_held >= 0.93 * trials);
    assert_true(upper_held >= 0.93 * trials);
}

/* scipy.stats.t.ppf((1 + confidence) / 2, n - 1), SciPy 1.17.1 */
static void the_interval_of_the_mean_is_students(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        double confidence, t;
    } cases[] = {
        {2, 0.9, 6.313751514675037},       {3, 0.9, 2.9199855803537242},      {4, 0.9, 2.3533634348018233},
        {11, 0.9, 1.8124611228116756},     {1001, 0.9, 1.6463788172854643},   {1002, 0.9, 1.646377292199468},
        {100000, 0.9, 1.6448688649373502}, {2, 0.95, 12.706204736174694},     {5, 0.95, 2.7764451051977934},
        {10, 0.95, 2.262157162798205},     {30, 0.95, 2.045229642132703},     {101, 0.95, 1.9839715185235518},
        {1000, 0.95, 1.9623414611334493},  {5001, 0.95, 1.9604385517065073},  {3, 0.99, 9.924843200918287},
        {31, 0.99, 2.7499956535672254},    {1002, 0.99, 2.5807497687505245},  {2, 0.999, 636.6192487687897},
        {6, 0.999, 6.868826625881276},     {1001, 0.999, 3.300282648423944},  {1002, 0.999, 3.3002728760660403},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_stats stats = {.mean = 5, .stddev = 2, .rounds = cases[i].n};
        struct assay_interval interval = assay_describe_mean_interval(&stats, cases[i].confidence);
        double reach = cases[i].t * 2 / sqrt((double)cases[i].n);
        assert_double_near(interval.upper - 5, reach, 1e-11);
        assert_double_near(5 - interval.lower, reach, 1e-11);
    }
    struct assay_stats one = {.mean = 5, .rounds = 1};
    assert_double_is(assay_describe_mean_interval(&one, 0.95).lower, -INFINITY);
    assert_double_is(assay_describe_mean_interval(&one, 0.95).upper, INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_digits_of_pytest_benchmark),
        cmocka_unit_test(the_mean_and_deviation_survive_what_plain_sums_do_not),
        cmocka_unit_test(order_and_a_power_of_two_change_nothing),
        cmocka_unit_test(says_when_memory_is_lacking_and_touches_nothing),
        cmocka_unit_test(bounds_lie_at_the_ranks_of_the_binomial_distribution),
        cmocka_unit_test(no_calls_bound_nothing),
        cmocka_unit_test(bounds_take_in_the_whole_bucket_but_not_more_than_was_seen),
        cmocka_unit_test(knows_how_many_samples_a_percentile_takes),
        cmocka_unit_test(bounds_hold_as_often_as_they_claim),
        cmocka_unit_test(the_interval_of_the_mean_is_students),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
