// SPDX-License-Identifier: MIT
#include "assay/listing.h"

#include "base/num.h"

/* A later version may say what this one has no word for. */
static void read_fact(struct str line, struct assay_listing *listing)
{
    struct str value;
    const struct str word = base_str_cut(line, ' ', &value);
    if (base_str_equal(word, STR("binary"))) {
        listing->binary = value;
    } else if (base_str_equal(word, STR("compiler"))) {
        listing->compiler = value;
    } else if (base_str_equal(word, STR("flags"))) {
        listing->flags = value;
    } else if (base_str_equal(word, STR("defined"))) {
        struct str file;
        int64_t number;
        const struct str line_number = base_str_cut(value, ' ', &file);
        bool good = file.len > 0 && base_num_parse_int64(line_number, 1, INT32_MAX, &number);
        listing->file = good ? file : (struct str){0};
        listing->line = good ? (uint64_t)number : 0;
    }
}

bool assay_listing_next(struct assay_listing *listing)
{
    while (listing->rest.len > 0) {
        const struct str line = base_str_cut(listing->rest, '\n', &listing->rest);
        if (base_str_starts_with(line, STR(" "))) {
            read_fact((struct str){line.ptr + 1, line.len - 1}, listing);
        } else if (line.len > 0) {
            listing->fullname = base_str_cut(line, ' ', &listing->tags);
            return true;
        }
    }
    return false;
}
