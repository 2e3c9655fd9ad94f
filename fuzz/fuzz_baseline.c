// SPDX-License-Identifier: MIT
/*
 * Files of baselines: what is read is sorted and sound, is written as it was read,
 * and becomes a result to compare with, which can be put back and dropped.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "assay/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void format(const struct assay_baselines *baselines, struct buf *out)
{
    base_buf_init(out, ASSAY_MAX_BASELINE_BYTES);
    require(assay_baselines_format(baselines, out) == ASSAY_OK);
    require(assay_baselines_is(base_buf_str(out)));
}

static void check_order(const struct assay_baselines *baselines)
{
    require(baselines->block_count > 0 && baselines->class_count > 0);
    for (size_t i = 0; i < baselines->block_count; i++) {
        const struct assay_block *block = &baselines->blocks[i];
        require(assay_baselines_find(baselines, block->run.fullname, block->class_id) == i);
    }
}

/* Takes a class out as a result and puts its runs back into the file. */
static void take_and_put(struct assay_baselines *taken, struct assay_baselines *kept)
{
    struct assay_result result;
    struct assay_error err;
    size_t latest = assay_baselines_latest_class(taken);
    require(latest < taken->class_count);
    require(assay_baselines_take(taken, latest, &result) == ASSAY_OK);
    require(result.run_count > 0);
    for (size_t i = 0; i < result.run_count; i++) {
        enum assay_status status = assay_baselines_put(kept, &result, &result.runs[i], &err);
        require(status == ASSAY_OK || (status == ASSAY_BAD_SYNTAX && err.message[0] != '\0'));
    }
    assay_result_deinit(&result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_baselines baselines, again;
    struct assay_error err = {0};
    struct str text = {(const char *)data, size};
    (void)assay_baselines_is(text); /* no over-read is all there is to see */
    if (assay_baselines_parse(text, "input", &baselines, &err) != ASSAY_OK) {
        require(err.status != ASSAY_OK && err.message[0] != '\0');
        return 0;
    }
    struct buf first, second;
    check_order(&baselines);
    format(&baselines, &first);
    require(assay_baselines_parse(base_buf_str(&first), "written", &again, &err) == ASSAY_OK);
    format(&again, &second);
    require(base_str_equal(base_buf_str(&first), base_buf_str(&second)));
    take_and_put(&again, &baselines);
    check_order(&baselines);
    while (baselines.block_count > 0) {
        assay_baselines_drop(&baselines, baselines.block_count / 2);
    }
    require(baselines.class_count == 0);
    base_buf_deinit(&first);
    base_buf_deinit(&second);
    assay_baselines_deinit(&baselines);
    return 0;
}
