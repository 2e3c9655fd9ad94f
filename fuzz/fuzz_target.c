// SPDX-License-Identifier: MIT
/* Targets: whatever is read has a limit that means something, and a
 * target's normal form reads back equal. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "assay/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void try_target(struct str text)
{
    struct assay_target target, again;
    struct assay_error err = {0};
    if (assay_target_parse(text, &target, &err) != ASSAY_OK) {
        require(err.message[0] != '\0');
        return;
    }
    char normal[ASSAY_TARGET_TEXT_BYTES];
    assay_target_format(&target, normal);
    require(target.limit >= 0 && isfinite(target.limit));
    require(assay_target_parse(base_str(normal), &again, NULL) == ASSAY_OK);
    require(again.metric == target.metric && again.at_least == target.at_least && again.limit == target.limit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    try_target(text);
    return 0;
}
