// SPDX-License-Identifier: MIT
/*
 * Result files: whatever is read must be writable, and what is written must
 * read back to the same text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "assay/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void format(const struct assay_result *result, struct buf *out)
{
    base_buf_init(out, (size_t)64 << 20);
    require(assay_result_format(result, true, out) == ASSAY_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_result result, again;
    struct assay_error err = {0};
    struct str text = {(const char *)data, size};
    if (assay_result_parse(text, "input", &result, &err) != ASSAY_OK) {
        require(err.status != ASSAY_OK && err.message[0] != '\0');
        return 0;
    }
    struct buf first, second;
    format(&result, &first);
    require(assay_result_parse(base_buf_str(&first), "written", &again, &err) == ASSAY_OK);
    format(&again, &second);
    require(base_str_equal(base_buf_str(&first), base_buf_str(&second)));
    base_buf_deinit(&first);
    base_buf_deinit(&second);
    assay_result_deinit(&result);
    assay_result_deinit(&again);
    return 0;
}
