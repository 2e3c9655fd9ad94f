// SPDX-License-Identifier: MIT
/* Filters, limits and labels of groups: read or refused; what is refused matches nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "assay/limits.h"
#include "cmd/assay/group.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void try_rules(const char *text)
{
    for (int kind = ASSAY_RULE_MARGIN; kind <= ASSAY_RULE_CHECK; kind++) {
        struct assay_rule rule;
        struct assay_error err;
        if (assay_rule_parse((enum assay_rule_kind)kind, text, &rule, &err) != ASSAY_OK) {
            require(err.message[0] != '\0');
            continue;
        }
        const struct assay_check *check = &rule.check;
        require(check->limit >= 0 && assay_filter_is_valid(rule.filter));
        require(assay_metric_can_be_limited(check->metric));
        require(check->is_ratio || !assay_metric_is_rate(check->metric));
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
    const struct assay_subject subject = {STR("bench.c::parse[size=64]"), STR("@slow @io"), STR("json files")};
    bool matches = assay_filter_matches(filter, &subject);
    require(assay_filter_is_valid(filter) || !matches);
    try_rules(filter);
    try_group(base_str(filter));
    free(filter);
    return 0;
}
