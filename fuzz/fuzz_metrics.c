// SPDX-License-Identifier: MIT
/* Figures of a store: what is taken is written again to the byte.  And conditions of alerts. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tta/alert.h"
#include "tta/metric_blob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct totals totals;

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void read_figures(struct str bytes)
{
    struct buf again;
    tta_totals_clear(&totals);
    if (!tta_blob_add(bytes, &totals)) {
        return;
    }
    base_buf_init(&again, METRIC_BLOB_MAX_BYTES);
    tta_blob_write(&totals, &again);
    require(base_buf_ok(&again) && base_str_equal(base_buf_str(&again), bytes));
    base_buf_deinit(&again);
}

static void read_condition(struct str bytes)
{
    struct tta_alert_rule rule = tta_alert_rule_defaults();
    struct tta_error err = {0};
    char *text = malloc(bytes.len + 1);
    require(text);
    memcpy(text, bytes.ptr, bytes.len);
    text[bytes.len] = '\0';
    enum tta_status status = tta_alert_condition_parse(text, &rule, &err);
    require(status == TTA_OK ? rule.limit >= 0 : status == TTA_BAD_SYNTAX && err.message[0] != '\0');
    if (status == TTA_OK) { /* what is shown of it is read as the same, but for digits */
        char value[TTA_ALERT_VALUE_BYTES], shown[2 * TTA_ALERT_VALUE_BYTES];
        double limit = rule.limit;
        tta_alert_value_text(rule.figure, limit, value);
        (void)snprintf(shown, sizeof(shown), "%s %c %s", tta_alert_figure_name(rule.figure),
                       rule.figure == TTA_ALERT_AVAILABILITY ? '<' : '>', value);
        require(tta_alert_condition_parse(shown, &rule, NULL) == TTA_OK);
        require(rule.limit <= 1.001 * limit + 1 && rule.limit >= 0.999 * limit - 1);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str bytes = {(const char *)data, size};
    read_figures(bytes);
    read_condition(bytes);
    return 0;
}
