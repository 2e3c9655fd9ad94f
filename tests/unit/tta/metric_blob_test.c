// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "tta/metric_blob.h"

#include <stdlib.h>
#include <string.h>

static struct totals written, read_back;

static void add(struct totals *totals, size_t time, size_t bucket, uint64_t count)
{
    totals->times[time].counts[bucket] += count;
    totals->times[time].stretches |= tta_stretch_bit(bucket);
    totals->tally.samples[time] += count;
}

static void fill_at_random(uint64_t seed, size_t buckets)
{
    tta_totals_clear(&written);
    for (size_t i = 0; i < TALLY_STORED; i++) {
        written.tally.counters[i] = base_random_next(&seed) >> base_random_below(&seed, 64);
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        for (size_t i = 0; i < buckets; i++) {
            add(&written, time, base_random_below(&seed, HISTOGRAM_BUCKETS),
                1 + (base_random_next(&seed) >> base_random_below(&seed, 63) >> 13));
        }
    }
}

static void write_totals(struct buf *out)
{
    base_buf_init(out, METRIC_BLOB_MAX_BYTES);
    tta_blob_write(&written, out);
    assert_true(base_buf_ok(out));
}

static void assert_same_totals(void)
{
    assert_memory_equal(&read_back.tally, &written.tally, sizeof(written.tally));
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        assert_memory_equal(read_back.times[time].counts, written.times[time].counts,
                            sizeof(written.times[time].counts));
    }
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 50, 3000};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct buf out;
        fill_at_random(seed, sizes[seed % 5]);
        write_totals(&out);
        tta_totals_clear(&read_back);
        assert_true(tta_blob_add(base_buf_str(&out), &read_back));
        assert_same_totals();
        base_buf_deinit(&out);
    }
}

static void the_fullest_fits(void **state)
{
    (void)state;
    struct buf out;
    tta_totals_clear(&written);
    memset(written.tally.counters, 0xff, sizeof(written.tally.counters));
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
            add(&written, time, bucket, UINT64_MAX);
        }
    }
    write_totals(&out);
    tta_totals_clear(&read_back);
    assert_true(tta_blob_add(base_buf_str(&out), &read_back));
    assert_same_totals();
    base_buf_deinit(&out);
}

static void reading_adds(void **state)
{
    (void)state;
    struct buf out;
    fill_at_random(3, 10);
    write_totals(&out);
    tta_totals_clear(&read_back);
    assert_true(tta_blob_add(base_buf_str(&out), &read_back));
    assert_true(tta_blob_add(base_buf_str(&out), &read_back));
    tta_totals_merge(&written, &read_back);
    for (size_t i = 0; i < TALLY_STORED; i++) {
        assert_int_equal(written.tally.counters[i] * 2, read_back.tally.counters[i] * 3);
    }
    base_buf_deinit(&out);
}

/* In memory of its own, so that a read beyond the end is seen. */
static bool is_taken(struct str bytes)
{
    char *copy = malloc(bytes.len + 1);
    assert_non_null(copy);
    memcpy(copy, bytes.ptr, bytes.len);
    tta_totals_clear(&read_back);
    bool is_good = tta_blob_add((struct str){copy, bytes.len}, &read_back);
    free(copy);
    return is_good;
}

static void what_is_cut_or_longer_is_none(void **state)
{
    (void)state;
    struct buf out;
    fill_at_random(7, 30);
    write_totals(&out);
    for (size_t len = 0; len < out.len; len++) {
        assert_false(is_taken((struct str){out.ptr, len}));
    }
    assert_true(is_taken(base_buf_str(&out)));
    base_buf_add_char(&out, 0);
    assert_false(is_taken(base_buf_str(&out)));
    base_buf_deinit(&out);
}

static void numbers_are_written_in_one_way_only(void **state)
{
    (void)state;
    char bytes[TALLY_STORED + 30] = {TALLY_STORED};
    size_t none = 1 + TALLY_STORED + METRIC_TIMES; /* nothing but zeroes */
    assert_true(is_taken((struct str){bytes, none}));
    bytes[0] = TALLY_STORED + 1; /* a counter more */
    assert_false(is_taken((struct str){bytes, none + 1}));
    bytes[0] = TALLY_STORED;
    bytes[1] = (char)0x80; /* zero in two bytes */
    assert_false(is_taken((struct str){bytes, none + 1}));
    memset(bytes + 1, 0xff, 9);
    bytes[10] = 1; /* 2^64 - 1 */
    assert_true(is_taken((struct str){bytes, none + 9}));
    bytes[10] = 2; /* beyond */
    assert_false(is_taken((struct str){bytes, none + 9}));
    memset(bytes + 1, 0, sizeof(bytes) - 1);
    bytes[1 + TALLY_STORED] = 1; /* a bucket, of count 0 */
    assert_false(is_taken((struct str){bytes, none + 2}));
    bytes[3 + TALLY_STORED] = 1;
    assert_true(is_taken((struct str){bytes, none + 2}));
    bytes[2 + TALLY_STORED] = (char)0x80; /* of number HISTOGRAM_BUCKETS */
    bytes[3 + TALLY_STORED] = (char)(HISTOGRAM_BUCKETS >> 7);
    bytes[4 + TALLY_STORED] = 1;
    assert_false(is_taken((struct str){bytes, none + 3}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(the_fullest_fits),
        cmocka_unit_test(reading_adds),
        cmocka_unit_test(what_is_cut_or_longer_is_none),
        cmocka_unit_test(numbers_are_written_in_one_way_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
