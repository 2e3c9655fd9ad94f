// SPDX-License-Identifier: MIT
/*
 * tta/metric_blob.h - totals as bytes, for a store.
 *
 * Numbers are in LEB128: seven bits a byte, low ones first, in as few bytes as
 * they need.  First how many counters there are, and the counters; then for each
 * time how many buckets are in use, and for each of these how far it is behind
 * the last one and its count.  There is one way to write each: what is read is
 * written again to the byte.
 */
#ifndef TTA_METRIC_BLOB_H
#define TTA_METRIC_BLOB_H

#include "base/buf.h"
#include "tta/metric_totals.h"

#include <stdbool.h>

#define METRIC_BLOB_MAX_BYTES ((size_t)1 << 18) /* every bucket in use, and counts of 64 bits, take less */

void tta_blob_write(const struct totals *totals, struct buf *out);

/* Adds what the bytes hold to totals.  False if they are none, and then some of it may have been added. */
bool tta_blob_add(struct str bytes, struct totals *totals);

#endif /* TTA_METRIC_BLOB_H */
