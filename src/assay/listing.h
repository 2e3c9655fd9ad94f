// SPDX-License-Identifier: MIT
/*
 * assay/listing.h - reads what a program says its benchmarks are: what
 * assay_registry_add_all() has written, and before it the hash.
 *
 *      binary 85944171f73967e8         the hash of what runs (assay/binary.h)
 *      compiler gcc 12.2.0
 *      flags optimised x86-64-v3       words of bench.h and of the reply `built`
 *      defined 12 src/bench_parse.c    line and file, as the compiler was given it
 *     bench_parse.c::parse_small @fast
 *     bench_parse.c::parse_large
 *
 * A line that begins with a blank is of all benchmarks below it, until another of
 * its kind.  Each kind may be missing: older programs have names alone.  Older
 * controllers skip what begins with a blank.
 */
#ifndef ASSAY_LISTING_H
#define ASSAY_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* All borrowed from the text; what was not said is empty, or line 0. */
struct assay_listing {
    struct str rest;           /* what is to be read yet; the whole text at first */
    struct str fullname, tags; /* of the benchmark at hand; tags with blanks between, each after "@" */
    struct str binary, compiler, flags, file;
    uint64_t line;
};

/* Goes to the next benchmark; false if there is none.  What is no such line as above
 * is skipped, whatever it is. */
bool assay_listing_next(struct assay_listing *listing);

#endif /* ASSAY_LISTING_H */
