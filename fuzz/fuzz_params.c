// SPDX-License-Identifier: MIT
/* Any bytes as a benchmark's parameters: what is accepted has labels that are found again. */
#include <stdint.h>
#include <stdlib.h>

#include "assay/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str specification = {(const char *)data, size};
    struct assay_error err;
    size_t count, index;
    if (assay_params_check(specification, &count, &err) != ASSAY_OK) {
        return 0;
    }
    struct buf label;
    base_buf_init(&label, ASSAY_MAX_LABEL_BYTES);
    for (size_t i = 0; i < count; i += count / 4 + 1) {
        base_buf_reset(&label);
        assay_params_add_label(specification, i, &label);
        if (!base_buf_ok(&label) || !assay_params_find(specification, base_buf_str(&label), &index)) {
            abort();
        }
    }
    base_buf_deinit(&label);
    return 0;
}
