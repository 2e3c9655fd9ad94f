// SPDX-License-Identifier: MIT
/* random_models.h - catalogues, requirements and criteria by a seed, for tests of properties. */
#ifndef TESTS_RANDOM_MODELS_H
#define TESTS_RANDOM_MODELS_H

#include <stdio.h>
#include <string.h>

#include "tta/selection.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_ROWS 300

struct random {
    uint64_t state;
};

static inline uint64_t next_random(struct random *random) /* splitmix64, Steele, Lea and Flood 2014 */
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline int64_t below(struct random *random, int64_t end)
{
    return (int64_t)(next_random(random) % (uint64_t)end);
}

static inline bool one_in(struct random *random, int64_t n)
{
    return below(random, n) == 0;
}

/* Few different values in half of the cases, so that limits hit them exactly. */
static inline int64_t random_number(struct random *random)
{
    return one_in(random, 2) ? below(random, 8) * 1000 : below(random, 8000);
}

static inline double random_score(struct random *random)
{
    return one_in(random, 4) ? TTA_SCORE_UNKNOWN
                             : one_in(random, 2) ? (double)below(random, 11) : (double)below(random, 1000) / 100;
}

static inline int64_t random_price(struct random *random)
{
    return one_in(random, 6) ? TTA_UNKNOWN : one_in(random, 8) ? TTA_DYNAMIC : random_number(random);
}

static inline uint64_t random_capabilities(struct random *random, int64_t rarity)
{
    uint64_t capabilities = 0;
    for (unsigned bit = 0; bit < 64; bit += 3) { /* named ones and others */
        capabilities |= (uint64_t)one_in(random, rarity) << bit;
    }
    return capabilities;
}

static const struct tta_price_rule some_rules[] = {
    {.above_prompt_tokens = 3, .prompt_price_pusd = 4000, .completion_price_pusd = TTA_UNKNOWN},
    {.utc_from_minute = 600, .utc_to_minute = 700, .prompt_price_pusd = 0, .completion_price_pusd = 1000},
};

static inline size_t random_models(struct random *random, struct tta_model *models, char ids[][32])
{
    static const char *const origins[] = {NULL, "here", "there", "everywhere"};
    static const char *const families[] = {"m", "anthropic/claude", "qwen/qwen2.5", "openai/gpt-4", "chat"};
    size_t count = one_in(random, 3) ? (size_t)(62 + below(random, 5)) : (size_t)below(random, MAX_ROWS);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(ids[i], 32, "%s-%zu", families[below(random, COUNT_OF(families))], i); /* has room */
        models[i] = (struct tta_model){
            .id = ids[i],
            .provider = (enum tta_provider)below(random, TTA_PROVIDER_COUNT),
            .prompt_price_pusd = random_price(random),
            .completion_price_pusd = random_price(random),
            .context_tokens = one_in(random, 5) ? TTA_UNKNOWN : random_number(random),
            .max_completion_tokens = TTA_UNKNOWN,
            .capabilities = random_capabilities(random, 2),
            .safety_score = random_score(random),
            .performance_score = random_score(random),
            .origin = origins[below(random, COUNT_OF(origins))],
            .is_remote = one_in(random, 3),
            .request_price_pusd = one_in(random, 3) ? random_price(random) : 0,
            .expires_unix_s = one_in(random, 4) ? below(random, 10) : 0,
            .intelligence_index = one_in(random, 2) ? (double)below(random, 20) : 0,
        };
        if (one_in(random, 3)) {
            models[i].price_rules = some_rules;
            models[i].price_rule_count = (size_t)below(random, 3);
        }
        models[i].is_free = models[i].prompt_price_pusd == 0 && models[i].completion_price_pusd == 0 &&
                            models[i].request_price_pusd == 0 && models[i].price_rule_count == 0 && one_in(random, 2);
    }
    return count;
}

static inline struct tta_live random_live(struct random *random)
{
    static uint64_t out[MAX_ROWS / 64 + 1];
    static int32_t latency_ms[MAX_ROWS];
    static float success_ratio[MAX_ROWS];
    static uint32_t in_flight[MAX_ROWS];
    for (size_t row = 0; row < MAX_ROWS; row++) {
        out[row / 64] = row % 64 == 0 ? next_random(random) & next_random(random) : out[row / 64];
        latency_ms[row] = one_in(random, 3) ? -1 : (int32_t)below(random, 6000);
        success_ratio[row] = one_in(random, 3) ? -1 : (float)below(random, 5) / 4;
        in_flight[row] = (uint32_t)below(random, 4);
    }
    return (struct tta_live){.out = one_in(random, 2) ? out : NULL,
                             .latency_ms = one_in(random, 2) ? latency_ms : NULL,
                             .success_ratio = one_in(random, 2) ? success_ratio : NULL,
                             .in_flight = in_flight};
}

/* Nothing in most cases, so that the rest is not always empty. */
static inline struct tta_origin_set random_origins(struct random *random)
{
    struct tta_origin_set set = {{0}};
    if (one_in(random, 4)) {
        for (size_t i = 0; i < COUNT_OF(set.bits); i++) {
            set.bits[i] = next_random(random) & (one_in(random, 2) ? next_random(random) : UINT64_MAX);
        }
    }
    return set;
}

static inline struct tta_requirements random_requirements(struct random *random)
{
    static struct tta_live live;
    live = random_live(random);
    return (struct tta_requirements){
        .has_min_safety = one_in(random, 6),
        .min_safety = (double)below(random, 11),
        .has_max_cost = one_in(random, 5),
        .max_cost_pusd = random_number(random) * 4,
        .size = {below(random, 6), below(random, 6), (int)below(random, 1440)},
        .any_output = one_in(random, 2),
        .local_only = one_in(random, 6),
        .now_unix_s = one_in(random, 3) ? below(random, 10) : 0,
        .only = random_origins(random),
        .excluded = random_origins(random),
        .live = one_in(random, 3) ? &live : NULL,
        .task = (enum tta_task)below(random, TTA_TASK_COUNT),
        .has_max_latency = one_in(random, 4),
        .has_min_quality = one_in(random, 4),
        .has_max_prompt_price = one_in(random, 4),
        .has_max_completion_price = one_in(random, 4),
        .safety_required = one_in(random, 3),
        .free_only = one_in(random, 6),
        .unknown_passes = one_in(random, 2),
        .max_latency_ms = below(random, 6000),
        .min_quality = (double)below(random, 11) * (one_in(random, 2) ? 1 : 0.73),
        .max_prompt_price_pusd = random_number(random) - 1000,
        .max_completion_price_pusd = random_number(random),
        .min_context_tokens = one_in(random, 3) ? random_number(random) : 0,
        .capabilities = one_in(random, 2) ? random_capabilities(random, 15) : 0,
        .compat_max_cost_per_token = one_in(random, 3) ? (double)below(random, 4000) * 1e-12 : 0,
    };
}

static inline struct tta_criteria random_criteria(struct random *random)
{
    return (struct tta_criteria){
        .rules = one_in(random, 2) ? TTA_RULES_DEFAULT : TTA_RULES_COMPAT,
        .safety_weight = (double)below(random, 3) * 0.4,
        .performance_weight = (double)below(random, 3) * 0.3,
        .cost_weight = (double)below(random, 3) * 0.3,
        .min_safety_score = (double)below(random, 11),
        .prefer_free = one_in(random, 2),
        .prefer_local = one_in(random, 2),
        .preferred = random_origins(random),
        .availability_weight = one_in(random, 3) ? 0.5 : 0,
        .latency_weight = one_in(random, 3) ? 0.3 : 0,
    };
}

#endif /* TESTS_RANDOM_MODELS_H */
