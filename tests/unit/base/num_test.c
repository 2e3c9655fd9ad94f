// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/num.h"
#include "base/random.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED INT64_C(-77)

static const struct str nothing = {NULL, 0};

static void a_product_of_sizes_overflows_into_no_output(void **state)
{
    (void)state;
    size_t product = 77;
    assert_false(base_size_mul(SIZE_MAX, 2, &product));
    assert_false(base_size_mul(SIZE_MAX / 2 + 1, 2, &product));
    assert_true(base_size_mul(SIZE_MAX / 2, 2, &product));
    assert_true(product == SIZE_MAX - 1);
    assert_true(base_size_mul(0, SIZE_MAX, &product));
    assert_int_equal(product, 0);
    assert_true(base_size_mul(6, 7, &product));
    assert_int_equal(product, 42);
}

static void an_array_is_zeroed_or_not_there(void **state)
{
    (void)state;
    int *items = base_alloc_array(100, sizeof(int));
    assert_non_null(items);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(items[i], 0);
    }
    free(items);

    void *empty = base_alloc_array(0, sizeof(int));
    assert_non_null(empty);
    free(empty);

    alloc_fault_after(1);
    void *refused = base_alloc_array(1, 1);
    assert_true(alloc_fault_happened());
    assert_null(refused);
}

static void an_array_gets_room_for_one_more(void **state)
{
    (void)state;
    void *memory = NULL;
    size_t capacity = 0;
    for (size_t count = 0; count < 100; count++) {
        assert_true(base_array_make_room(&memory, count, &capacity, sizeof(size_t)));
        assert_true(capacity > count);
        ((size_t *)memory)[count] = count;
    }
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(((size_t *)memory)[i], i);
    }
    void *before = memory;
    size_t full = capacity;
    alloc_fault_after(1);
    assert_false(base_array_make_room(&memory, full, &capacity, sizeof(size_t)));
    assert_true(alloc_fault_happened());
    assert_ptr_equal(memory, before);
    assert_int_equal(capacity, full);
    free(memory);
}

static void an_array_whose_size_overflows_is_refused(void **state)
{
    (void)state;
    assert_null(base_alloc_array(SIZE_MAX / 2, 3));
    assert_null(base_alloc_array(3, SIZE_MAX / 2));
    assert_null(base_alloc_array(SIZE_MAX, SIZE_MAX));
}

static void reads_whole_numbers_within_their_bounds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t min, max;
        bool good;
        int64_t value;
    } cases[] = {
        {"0", 0, 0, true, 0},
        {"-0", 0, 0, true, 0},
        {"007", 0, 10, true, 7},
        {"42", INT64_MIN, INT64_MAX, true, 42},
        {"-42", INT64_MIN, INT64_MAX, true, -42},
        {"9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
        {"9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
        {"-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
        {"-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
        {"92233720368547758070", INT64_MIN, INT64_MAX, false, 0},
        {"99999999999999999999999999999999", INT64_MIN, INT64_MAX, false, 0},
        {"00000000000000000000000000000001", INT64_MIN, INT64_MAX, true, 1},
        {"5", 5, 5, true, 5},
        {"4", 5, 6, false, 0},
        {"7", 5, 6, false, 0},
        {"-1", 0, INT64_MAX, false, 0},
        {"", INT64_MIN, INT64_MAX, false, 0},
        {"-", INT64_MIN, INT64_MAX, false, 0},
        {"--1", INT64_MIN, INT64_MAX, false, 0},
        {"+1", INT64_MIN, INT64_MAX, false, 0},
        {" 1", INT64_MIN, INT64_MAX, false, 0},
        {"1 ", INT64_MIN, INT64_MAX, false, 0},
        {"1\n", INT64_MIN, INT64_MAX, false, 0},
        {"1.0", INT64_MIN, INT64_MAX, false, 0},
        {"1e3", INT64_MIN, INT64_MAX, false, 0},
        {"0x10", INT64_MIN, INT64_MAX, false, 0},
        {"1,000", INT64_MIN, INT64_MAX, false, 0},
        {"\xd9\xa1", INT64_MIN, INT64_MAX, false, 0}, /* ARABIC-INDIC DIGIT ONE */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t value = UNTOUCHED;
        bool good = base_num_parse_int64(base_str(cases[i].text), cases[i].min, cases[i].max, &value);
        if (good != cases[i].good || value != (good ? cases[i].value : UNTOUCHED)) {
            fail_msg("'%s' gave %lld", cases[i].text, (long long)value);
        }
    }
    int64_t value = UNTOUCHED;
    assert_false(base_num_parse_int64(nothing, INT64_MIN, INT64_MAX, &value));
    assert_false(base_num_parse_int64(STR("1\0"), INT64_MIN, INT64_MAX, &value));
    assert_true(value == UNTOUCHED);
}

/* What is a number for parse_double and parse_scaled alike. */
static const struct {
    const char *text;
    bool good;
    double value;
} decimals[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"1", true, 1},
    {"2.5", true, 2.5},
    {"-2.5", true, -2.5},
    {".5", true, 0.5},
    {"-.5", true, -0.5},
    {"5.", true, 5},
    {"1e3", true, 1000},
    {"1E3", true, 1000},
    {"1e+3", true, 1000},
    {"1e-3", true, 0.001},
    {"1e007", true, 1e7},
    {"5.e1", true, 50},
    {"1e-400", true, 0},
    {"0e100000", true, 0},
    {"", false, 0},
    {"-", false, 0},
    {".", false, 0},
    {"-.", false, 0},
    {"e5", false, 0},
    {".e5", false, 0},
    {"1e", false, 0},
    {"1e+", false, 0},
    {"1e-", false, 0},
    {"1e+-3", false, 0},
    {"1e--3", false, 0},
    {"1e3.5", false, 0},
    {"1e3e3", false, 0},
    {"1.2.3", false, 0},
    {"+1", false, 0},
    {"--1", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"1,5", false, 0},
    {"1_000", false, 0},
    {"0x1p3", false, 0},
    {"inf", false, 0},
    {"infinity", false, 0},
    {"nan", false, 0},
    {"1f", false, 0},
    {"0e100001", false, 0},  /* beyond the stated exponent */
    {"1e-100001", false, 0},
    {"1e99999999999999999999", false, 0},
};

static void reads_decimal_numbers_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(decimals); i++) {
        double value = 77;
        bool good = base_num_parse_double(base_str(decimals[i].text), -1e9, 1e9, &value);
        if (good != decimals[i].good || fabs(value - (good ? decimals[i].value : 77)) > 0) {
            fail_msg("'%s' gave %g", decimals[i].text, value);
        }
        int64_t scaled = UNTOUCHED;
        good = base_num_parse_scaled(base_str(decimals[i].text), 3, INT64_MIN, INT64_MAX, &scaled);
        if (good != decimals[i].good || (double)scaled != (good ? decimals[i].value * 1000 : (double)UNTOUCHED)) {
            fail_msg("'%s' scaled gave %lld", decimals[i].text, (long long)scaled);
        }
    }
    double value = 77;
    int64_t scaled = UNTOUCHED;
    assert_false(base_num_parse_double(nothing, -1, 1, &value));
    assert_false(base_num_parse_double(STR("1\0"), -1, 1, &value));
    assert_false(base_num_parse_scaled(nothing, 0, INT64_MIN, INT64_MAX, &scaled));
    assert_true(value == 77 && scaled == UNTOUCHED);
}

static void a_double_is_finite_and_within_its_bounds(void **state)
{
    (void)state;
    double value = 77;
    assert_false(base_num_parse_double(STR("1e309"), -DBL_MAX, INFINITY, &value));
    assert_false(base_num_parse_double(STR("-1e309"), -INFINITY, INFINITY, &value));
    assert_false(base_num_parse_double(STR("1e100000"), -INFINITY, INFINITY, &value));
    assert_false(base_num_parse_double(STR("1.0000001"), 0, 1, &value));
    assert_false(base_num_parse_double(STR("-0.0000001"), 0, 1, &value));
    assert_true(value == 77);
    assert_true(base_num_parse_double(STR("1.7976931348623157e308"), -INFINITY, INFINITY, &value));
    assert_true(value == DBL_MAX);
    assert_true(base_num_parse_double(STR("5e-324"), 0, 1, &value));
    assert_true(value > 0);
    assert_true(base_num_parse_double(STR("0.1"), 0.1, 0.1, &value));
    assert_true(base_num_parse_double(STR("9007199254740993"), 0, 1e16, &value)); /* 2^53 + 1, a tie */
    assert_true(value == 9007199254740992);
}

static void assert_nearest(const char *text)
{
    double wanted = strtod(text, NULL), got = base_num_nearest(base_str(text));
    if (memcmp(&wanted, &got, sizeof(got)) != 0) {
        fail_msg("%s gives %.17g, not %.17g", text, got, wanted);
    }
}

/* strtod() of glibc rounds right whatever comes. */
static void the_nearest_double_is_that_of_strtod(void **state)
{
    (void)state;
    static const char *const hard[] = {
        "0", "-0", "0.0", "-0.0e-5", "5e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400", "1e400",
        "-1e999999999999999999999", "1e-999999999999999999999", "9007199254740993", "9007199254740993.0000000000000001",
        "9007199254740992.9999999999999999", "0.500000000000000166533453693773481063544750213623046875",
        "0.5000000000000001665334536937734810635447502136230468750000001", "3.4028234664e+38", "1.7976931348623157e308",
        "1.7976931348623158e308", "1.7976931348623159e308", "18446744073709551615", "9999999999999999999",
        "99999999999999999999", "1e27", "1e-27", "1e-28", "9999999999999999999e-27", "0.000000000000000000000000001",
        "00000000000000000000000000000000000001.5", "2.2250738585072011e-308", "2.2250738585072014e-308",
    };
    for (size_t i = 0; i < sizeof(hard) / sizeof(hard[0]); i++) {
        assert_nearest(hard[i]);
    }
    uint64_t random = 1;
    for (int i = 0; i < 200000; i++) {
        char text[64];
        uint64_t bits = base_random_next(&random);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (isfinite(value)) {
            (void)snprintf(text, sizeof(text), "%.*g", (int)(i % 20) + 1, value);
            assert_nearest(text);
        }
        /* Times of benchmarks, and whole numbers with an exponent that makes them so. */
        (void)snprintf(text, sizeof(text), "%.17g", (double)(bits >> 11) * 0x1p-53 * 1e-6);
        assert_nearest(text);
        (void)snprintf(text, sizeof(text), "%ju.%juE-%d", (uintmax_t)(bits >> (i % 64)), (uintmax_t)(bits % 1000),
                       i % 30);
        assert_nearest(text);
    }
}

/* Halfway between two doubles every digit counts, up to the last of hundreds. */
static void ties_are_broken_by_the_last_of_many_digits(void **state)
{
    (void)state;
    uint64_t random = 2;
    for (int i = 0; i < 20000; i++) {
        char text[1200];
        uint64_t mantissa = (UINT64_C(1) << 53 | base_random_next(&random) >> 11) * 2 + 1; /* the last bit is a half */
        int power = (int)base_random_below(&random, 160) - 80;
        (void)snprintf(text, sizeof(text), "%.1000Lf", ldexpl((long double)mantissa, power)); /* exact */
        assert_nearest(text);
        size_t len = strlen(text);
        text[len - 1] = '1';
        assert_nearest(text);
    }
}

static void a_number_may_have_any_number_of_digits(void **state)
{
    (void)state;
    static char digits[5000];
    memset(digits, '0', sizeof(digits));
    digits[0] = '1';
    digits[1] = '.';
    double value = 77;
    assert_true(base_num_parse_double((struct str){digits, sizeof(digits)}, 0, 2, &value));
    assert_true(value == 1);
    digits[1] = '0';
    assert_false(base_num_parse_double((struct str){digits, sizeof(digits)}, 0, INFINITY, &value));
    assert_true(value == 1);
    memcpy(digits + sizeof(digits) - 6, "e-4993", 6);
    assert_true(base_num_parse_double((struct str){digits, sizeof(digits)}, 0, 2, &value));
    assert_true(value == 1);
}

static void what_follows_a_number_is_left_alone(void **state)
{
    (void)state;
    assert_true(base_num_nearest(STR("1.5,7")) == 1.5);
    assert_true(base_num_nearest(STR("-2]")) == -2);
    assert_true(base_num_nearest(STR("1e2}3")) == 100);
    assert_true(base_num_nearest((struct str){"12345", 2}) == 12);
}

static void scales_exactly_and_rounds_ties_to_even(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int scale;
        int64_t value;
    } cases[] = {
        {"0.00000025", 12, 250000},
        {"0.1", 18, 100000000000000000},
        {"1", 18, 1000000000000000000},
        {"9.223372036854775807", 18, INT64_MAX},
        {"-9.223372036854775808", 18, INT64_MIN},
        {"-9223372036854775808", 0, INT64_MIN},
        {"0.5", 0, 0},
        {"1.5", 0, 2},
        {"2.5", 0, 2},
        {"3.5", 0, 4},
        {"-0.5", 0, 0},
        {"-1.5", 0, -2},
        {"-2.5", 0, -2},
        {"-3.5", 0, -4},
        {"0.50000000000000000000000000000000000001", 0, 1}, /* anything behind it and it is no tie */
        {"2.50000000000000000000000000000000000000", 0, 2},
        {"0.49999999999999999999999999999999999999", 0, 0},
        {"2.4999999999999999999999999999999999999999", 0, 2},
        {"1.9999999999999999999999999", 0, 2},
        {"9.5", 0, 10}, /* a carry */
        {"99.5", 0, 100},
        {"0.05", 1, 0},
        {"0.15", 1, 2},
        {"0.25", 1, 2},
        {"0.06", 1, 1},
        {"5", 0, 5},
        {"5e-1", 0, 0}, /* the tie made by an exponent */
        {"15e-1", 0, 2},
        {"25e-1", 0, 2},
        {"250e-2", 0, 2},
        {"251e-2", 0, 3},
        {"50e-2", 0, 0},
        {"51e-2", 0, 1},
        {"5e-2", 0, 0},
        {"99e-2", 0, 1},
        {"0.0000000000000000000000025", 18, 0},
        {"0.0000002500000000000000000", 12, 250000},  /* 25 digits, as price lists have them */
        {"0.1234567890123456789012345", 12, 123456789012},
        {"0.1234567890125000000000000", 12, 123456789012},
        {"0.1234567890125000000000001", 12, 123456789013},
        {"0.1234567890135000000000000", 12, 123456789014},
        {"1e-13", 12, 0},
        {"5e-13", 12, 0},
        {"6e-13", 12, 1},
        {"2.5e-07", 12, 250000},
        {"2.5E-7", 12, 250000},
        {"12345e-20", 18, 123},
        {"1234500000000000000000000000000e-30", 6, 1234500},
        {"0.000000000000000000000000000001e30", 6, 1000000},
        {"00000000000000000000000000000000000012.50", 1, 125},
        {"0e99999", 18, 0},
        {"0.0e99999", 18, 0},
        {"1e-99999", 18, 0},
        {"922337203685477580.7", 1, INT64_MAX},
        {"9223372036854775807.4", 0, INT64_MAX},
        {"-9223372036854775808.5", 0, INT64_MIN},
        {"9223372036854775807e0", 0, INT64_MAX},
        {"0.9223372036854775807e19", 0, INT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t value = UNTOUCHED;
        bool good = base_num_parse_scaled(base_str(cases[i].text), cases[i].scale, INT64_MIN, INT64_MAX, &value);
        if (!good || value != cases[i].value) {
            fail_msg("'%s' at scale %d gave %lld", cases[i].text, cases[i].scale, (long long)value);
        }
    }
}

static void a_scaled_number_out_of_bounds_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int scale;
        int64_t min, max;
    } cases[] = {
        {"9223372036854775808", 0, INT64_MIN, INT64_MAX},
        {"9223372036854775807.5", 0, INT64_MIN, INT64_MAX}, /* only the rounding overflows */
        {"-9223372036854775809", 0, INT64_MIN, INT64_MAX},
        {"-9223372036854775808.6", 0, INT64_MIN, INT64_MAX},
        {"9.3", 18, INT64_MIN, INT64_MAX},
        {"10", 18, INT64_MIN, INT64_MAX},
        {"1e19", 0, INT64_MIN, INT64_MAX},
        {"1e100000", 0, INT64_MIN, INT64_MAX},
        {"-1e100000", 0, INT64_MIN, INT64_MAX},
        {"99999999999999999999999999999999999999999", 0, INT64_MIN, INT64_MAX},
        {"1", 0, 2, 3},
        {"3.5", 0, 2, 3}, /* rounds out of them */
        {"-1", 0, 0, INT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t value = UNTOUCHED;
        if (base_num_parse_scaled(base_str(cases[i].text), cases[i].scale, cases[i].min, cases[i].max, &value) ||
            value != UNTOUCHED) {
            fail_msg("'%s' at scale %d gave %lld", cases[i].text, cases[i].scale, (long long)value);
        }
    }
    int64_t value = UNTOUCHED;
    assert_true(base_num_parse_scaled(STR("-0.4"), 0, 0, 1, &value)); /* rounds into them */
    assert_int_equal(value, 0);
}

static void reads_durations_with_their_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"0ns", 0},
        {"-0 s", 0},
        {"1ns", 1},
        {"1 ns", 1},
        {"1 us", 1000},
        {"1 ms", 1000000},
        {"500 ms", 500000000},
        {"0.5s", 500000000},
        {"0.1 s", 100000000},
        {".5 s", 500000000},
        {"1e-6s", 1000},
        {"1e3 us", 1000000},
        {"1 \t s", 1000000000},
        {"2 min", INT64_C(120000000000)},
        {"0.25min", INT64_C(15000000000)},
        {"1.5h", INT64_C(5400000000000)},
        {"0.4ns", 0},
        {"0.5ns", 0},
        {"1.5ns", 2},
        {"0.0005us", 0},
        {"0.0006us", 1},
        {"9007199254740993 ns", INT64_C(9007199254740993)}, /* a double would lose the last unit */
        {"9223372036854775807ns", INT64_MAX},
        {"9223372036.854775807s", INT64_MAX},
        {"153722867 min", INT64_C(9223372020000000000)},
        {"2562047 h", INT64_C(9223369200000000000)},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ns = UNTOUCHED;
        if (!base_num_parse_duration_ns(base_str(cases[i].text), &ns) || ns != cases[i].ns) {
            fail_msg("'%s' gave %lld", cases[i].text, (long long)ns);
        }
    }
}

static void a_duration_without_unit_or_out_of_range_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",       "0",     "5",       "ns",     "s",          " s",        "5 ",     "5 m",    "5 sec",
        "5 S",    "5 MS",  "5 s ",    "5s\n",   " 5 s",       "\t5 s",     "-1 s",   "-1e-9s", "5 s s",
        "5 x",    "inf s", "nan s",   "0x5 s",  "5,5 s",      "5 minutes", "5 hour", "1 d",    "5 ms5",
        "1e30 h", "1e19ns", "9223372036854775808ns", "153722868 min", "2562048 h", "9223372036.854775808 s", "5 n s",
        "\xc2\xb5s", "5 \xc2\xb5s",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t ns = UNTOUCHED;
        if (base_num_parse_duration_ns(base_str(cases[i]), &ns) || ns != UNTOUCHED) {
            fail_msg("'%s' gave %lld", cases[i], (long long)ns);
        }
    }
    int64_t ns = UNTOUCHED;
    assert_false(base_num_parse_duration_ns(nothing, &ns));
    assert_true(ns == UNTOUCHED);
}

static void writes_whole_numbers(void **state)
{
    static const struct {
        uint64_t number;
        const char *wanted;
    } cases[] = {{0, "0"}, {7, "7"}, {10, "10"}, {1234567890, "1234567890"}, {UINT64_MAX, "18446744073709551615"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char scratch[BASE_NUM_MAX_DIGITS];
        assert_true(base_str_equal(base_num_digits(cases[i].number, scratch), base_str(cases[i].wanted)));
    }
}

/* Every prefix, in memory that ends with it: the sanitizers see a byte too far. */
static void no_parser_reads_behind_the_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"-123456.789012e-12", "922337203685477580799", "-0.5E+3 min", "500 ms", ".e"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        for (size_t len = 0; len <= strlen(texts[i]); len++) {
            char *own = malloc(len + (len == 0));
            assert_non_null(own);
            memcpy(own, texts[i], len);
            struct str text = {own, len};
            int64_t whole;
            double real;
            (void)base_num_parse_int64(text, INT64_MIN, INT64_MAX, &whole);
            (void)base_num_parse_double(text, -1e300, 1e300, &real);
            (void)base_num_parse_scaled(text, 9, INT64_MIN, INT64_MAX, &whole);
            (void)base_num_parse_duration_ns(text, &whole);
            free(own);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_product_of_sizes_overflows_into_no_output),
        cmocka_unit_test(an_array_is_zeroed_or_not_there),
        cmocka_unit_test(an_array_gets_room_for_one_more),
        cmocka_unit_test(an_array_whose_size_overflows_is_refused),
        cmocka_unit_test(reads_whole_numbers_within_their_bounds),
        cmocka_unit_test(reads_decimal_numbers_and_nothing_else),
        cmocka_unit_test(a_double_is_finite_and_within_its_bounds),
        cmocka_unit_test(the_nearest_double_is_that_of_strtod),
        cmocka_unit_test(ties_are_broken_by_the_last_of_many_digits),
        cmocka_unit_test(a_number_may_have_any_number_of_digits),
        cmocka_unit_test(what_follows_a_number_is_left_alone),
        cmocka_unit_test(scales_exactly_and_rounds_ties_to_even),
        cmocka_unit_test(a_scaled_number_out_of_bounds_is_refused),
        cmocka_unit_test(reads_durations_with_their_unit),
        cmocka_unit_test(a_duration_without_unit_or_out_of_range_is_refused),
        cmocka_unit_test(writes_whole_numbers),
        cmocka_unit_test(no_parser_reads_behind_the_text),
    };
    return cmocka_run_group_tests_name("base/num", tests, NULL, NULL);
}
