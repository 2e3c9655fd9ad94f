// SPDX-License-Identifier: MIT
#include "tta/metric_blob.h"

static void add_number(struct buf *out, uint64_t number)
{
    char bytes[10];
    size_t len = 0;
    do {
        unsigned char low = number & 127;
        number >>= 7;
        bytes[len++] = (char)(low | (number != 0 ? 128 : 0));
    } while (number != 0);
    base_buf_add(out, (struct str){bytes, len});
}

static uint64_t count_buckets(const struct spread *spread)
{
    uint64_t used = 0;
    for (uint64_t stretches = spread->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            used += spread->counts[bucket] != 0;
        }
    }
    return used;
}

static void add_buckets(struct buf *out, const struct spread *spread)
{
    size_t last = 0;
    add_number(out, count_buckets(spread));
    for (uint64_t stretches = spread->stretches; stretches != 0;) {
        size_t first = tta_stretch_take(&stretches);
        for (size_t bucket = first; bucket < first + STRETCH_BUCKETS; bucket++) {
            if (spread->counts[bucket] != 0) {
                add_number(out, bucket - last);
                add_number(out, spread->counts[bucket]);
                last = bucket;
            }
        }
    }
}

void tta_blob_write(const struct totals *totals, struct buf *out)
{
    add_number(out, TALLY_STORED);
    for (size_t i = 0; i < TALLY_STORED; i++) {
        add_number(out, totals->tally.counters[i]);
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        add_buckets(out, &totals->times[time]);
    }
}

static bool take_number(struct str *bytes, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes->len && i < 10; i++) {
        unsigned char byte = (unsigned char)bytes->ptr[i];
        number |= (uint64_t)(byte & 127) << (7 * i);
        if (byte < 128) {
            *out = number;
            *bytes = (struct str){bytes->ptr + i + 1, bytes->len - i - 1};
            return (byte != 0 || i == 0) && (i < 9 || byte == 1); /* as few bytes as it needs, and 64 bits */
        }
    }
    return false;
}

static bool take_buckets(struct str *bytes, struct spread *spread, uint64_t *samples)
{
    uint64_t used, step, count;
    size_t bucket = 0;
    if (!take_number(bytes, &used) || used > HISTOGRAM_BUCKETS) {
        return false;
    }
    for (uint64_t i = 0; i < used; i++) {
        if (!take_number(bytes, &step) || !take_number(bytes, &count) || count == 0 || (step == 0 && i > 0) ||
            step >= HISTOGRAM_BUCKETS - bucket) {
            return false;
        }
        bucket += step;
        spread->counts[bucket] += count;
        spread->stretches |= tta_stretch_bit(bucket);
        *samples += count;
    }
    return true;
}

bool tta_blob_add(struct str bytes, struct totals *totals)
{
    uint64_t count, value;
    if (!take_number(&bytes, &count) || count != TALLY_STORED) {
        return false;
    }
    for (size_t i = 0; i < TALLY_STORED; i++) {
        if (!take_number(&bytes, &value)) {
            return false;
        }
        totals->tally.counters[i] += value;
    }
    for (size_t time = 0; time < METRIC_TIMES; time++) {
        if (!take_buckets(&bytes, &totals->times[time], &totals->tally.samples[time])) {
            return false;
        }
    }
    return bytes.len == 0;
}
