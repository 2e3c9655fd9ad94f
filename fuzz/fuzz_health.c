// SPDX-License-Identifier: MIT
/* Saved health: what is taken over is saved again as text that is taken over. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tta/health.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static struct tta_health *new_health(void)
{
    static const char *const names[] = {"a", "b c", "openai/gpt"};
    const struct tta_part_names parts[TTA_PART_COUNT] = {{names, 3}, {names, 3}, {names, 3}};
    const struct tta_health_options options = tta_health_defaults();
    struct tta_health *health = NULL;
    require(tta_health_create(&options, parts, &health, NULL) == TTA_OK);
    return health;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tta_health *health = new_health();
    struct tta_error err = {0};
    enum tta_status status = tta_health_restore(health, (const char *)data, size, 1000, INT64_C(5000), &err);
    char *text = NULL;
    require(status == TTA_OK || (status == TTA_BAD_SYNTAX && err.line > 0 && err.message[0] != '\0'));
    require(tta_health_save(health, 1000, 5000, &text) == TTA_OK);
    require(tta_health_restore(health, text, strlen(text), 1000, 5000, NULL) == TTA_OK);
    free(text);
    tta_health_destroy(health);
    return 0;
}
