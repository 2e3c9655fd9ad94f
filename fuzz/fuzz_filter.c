// SPDX-License-Identifier: MIT
/* Filters and labels of groups: read or refused; what is refused matches nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/assay/filter.h"
#include "cmd/assay/group.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void try_group(struct str labels)
{
    static char name[] = "parse[size=64,kind=a]", fullname[] = "bench.c::parse[size=64,kind=a]";
    const struct assay_run run = {.name = name, .fullname = fullname};
    if (group_is_valid(labels)) {
        struct buf key;
        base_buf_init(&key, 1 << 20);
        group_add_key(&run, labels, &key);
        base_buf_deinit(&key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *filter = calloc(size + 1, 1);
    if (!filter) {
        return 0;
    }
    memcpy(filter, data, size);
    bool matches = filter_matches(filter, STR("bench.c::parse[size=64]"), "@slow @io");
    require(filter_is_valid(filter) || !matches);
    try_group(base_str(filter));
    free(filter);
    return 0;
}
