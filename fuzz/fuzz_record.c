// SPDX-License-Identifier: MIT
/* Records of what was done to baselines: what is read is written as it was read. */
#include <stdint.h>
#include <stdlib.h>

#include "assay/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_record record, again;
    struct assay_error err = {0};
    struct buf first, second;
    if (assay_record_parse((struct str){(const char *)data, size}, "input", &record, &err) != ASSAY_OK) {
        require(err.status != ASSAY_OK && err.message[0] != '\0');
        return 0;
    }
    base_buf_init(&first, ASSAY_MAX_RECORD_BYTES);
    base_buf_init(&second, ASSAY_MAX_RECORD_BYTES);
    require(assay_record_format(&record, &first) == ASSAY_OK);
    require(assay_record_parse(base_buf_str(&first), "written", &again, &err) == ASSAY_OK);
    require(again.move_count <= record.move_count); /* of a class that stands there twice the last counts */
    require(assay_record_format(&again, &second) == ASSAY_OK);
    require(base_str_equal(base_buf_str(&first), base_buf_str(&second)));
    base_buf_deinit(&first);
    base_buf_deinit(&second);
    assay_record_deinit(&record);
    assay_record_deinit(&again);
    return 0;
}
