// SPDX-License-Identifier: MIT
/*
 * failover_world.h - three providers for tests of failing over.
 *
 * Rows: model 0 at providers 0 and 1, model 1 at providers 0 and 2, model 2 at
 * provider 1.  Provider 0 has two keys, the others one each.
 */
#ifndef TESTS_FAILOVER_WORLD_H
#define TESTS_FAILOVER_WORLD_H

#include "tta/failover.h"

#define MS INT64_C(1000000)
#define SEC (1000 * MS)

enum { WORLD_PROVIDERS = 3, WORLD_ROWS = 5, WORLD_KEYS = 4, WORLD_TARGETS = 7 };

static const struct tta_target world_targets[WORLD_TARGETS] = {
    {.provider = 0, .row = 0, .key = 0, .model = 0, .context_tokens = 8000},
    {.provider = 0, .row = 0, .key = 1, .model = 0, .context_tokens = 8000},
    {.provider = 1, .row = 1, .key = 2, .model = 0, .context_tokens = 8000},
    {.provider = 0, .row = 2, .key = 0, .model = 1, .context_tokens = 32000},
    {.provider = 0, .row = 2, .key = 1, .model = 1, .context_tokens = 32000},
    {.provider = 2, .row = 3, .key = 3, .model = 1, .context_tokens = 128000, .takes_refused = true},
    {.provider = 1, .row = 4, .key = 2, .model = 2, .context_tokens = -1, .is_free = true},
};

static inline struct tta_health *world_health(const struct tta_health_options *options)
{
    static const char *const providers[] = {"openrouter", "openai", "local server"};
    static const char *const rows[] = {"openrouter/a", "openai/a", "openrouter/b", "local/b", "openai/c"};
    static const char *const keys[] = {"main", "spare", "work", "none"};
    const struct tta_part_names names[TTA_PART_COUNT] = {
        {providers, WORLD_PROVIDERS}, {rows, WORLD_ROWS}, {keys, WORLD_KEYS}};
    const struct tta_health_options defaults = tta_health_defaults();
    struct tta_health *health = NULL;
    return tta_health_create(options ? options : &defaults, names, &health, NULL) == TTA_OK ? health : NULL;
}

#endif /* TESTS_FAILOVER_WORLD_H */
