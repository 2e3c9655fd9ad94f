// SPDX-License-Identifier: MIT
/* Any bytes as a program's list of benchmarks: each one read lies within them. */
#include <stdint.h>
#include <stdlib.h>

#include "assay/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_within(struct str part, struct str whole)
{
    if (part.len > 0 && (part.ptr < whole.ptr || part.ptr + part.len > whole.ptr + whole.len)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str whole = {(const char *)data, size};
    struct assay_listing listing = {.rest = whole};
    size_t count = 0;
    while (assay_listing_next(&listing)) {
        const struct str parts[] = {listing.fullname, listing.tags, listing.binary, listing.compiler,
                                    listing.flags,    listing.file, listing.rest};
        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            require_within(parts[i], whole);
        }
        if ((listing.line == 0) != (listing.file.len == 0) || ++count > size) {
            abort();
        }
    }
    return 0;
}
