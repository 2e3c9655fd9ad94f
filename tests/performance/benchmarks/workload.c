// SPDX-License-Identifier: MIT
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "tta/provider.h"

#define PUSD_PER_USD INT64_C(1000000000000)
#define MAX_ID_BYTES 300

/* Model `i` of the original's test data: contexts of 8,192 tokens, every
 * second one free, the others 0.001 USD a token, safety 7 to 9, performance 6 to 9. */
static struct tta_model original_model(size_t i, const char *id)
{
    int64_t price_pusd = i % 2 == 0 ? 0 : PUSD_PER_USD / 1000;
    return (struct tta_model){
        .id = id,
        .provider = TTA_PROVIDER_OPENROUTER,
        .prompt_price_pusd = price_pusd,
        .completion_price_pusd = price_pusd,
        .context_tokens = 8192,
        .max_completion_tokens = TTA_UNKNOWN,
        .capabilities = TTA_CAN_CHAT | TTA_CAN_COMPLETION,
        .safety_score = 7.0 + (double)(i % 3),
        .performance_score = 6.0 + (double)(i % 4),
        .is_free = price_pusd == 0,
    };
}

static struct tta_catalogue *make_original(size_t count)
{
    struct tta_model models[20];
    char ids[20][32];
    struct tta_catalogue *catalogue;
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "test-model-%zu", i); /* fits */
        models[i] = original_model(i, ids[i]);
    }
    return tta_catalogue_create(models, count, &catalogue, NULL) == TTA_OK ? catalogue : NULL;
}

static struct tta_catalogue *read_real(void)
{
    struct buf json;
    char reason[BASE_FILE_REASON_BYTES];
    struct tta_catalogue *catalogue = NULL;
    base_buf_init(&json, TTA_MAX_CATALOGUE_BYTES);
    if (!base_file_read(PERFORMANCE_DATA "/openrouter_models.json", &json, reason)) {
        fprintf(stderr, "%s\n", reason);
    } else {
        struct tta_error err;
        if (tta_catalogue_parse(TTA_LISTING_OPENROUTER, json.ptr, json.len, &catalogue, &err) != TTA_OK) {
            fprintf(stderr, "%s\n", err.message);
            catalogue = NULL;
        }
    }
    base_buf_deinit(&json);
    return catalogue;
}

/* xorshift64*: the same models on every machine. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

static int64_t vary(int64_t value, uint64_t *state)
{
    return value > 0 ? value / 100 * (int64_t)(50 + next_random(state) % 101) : value;
}

/* The real models again and again, with prices and contexts varied. */
static struct tta_catalogue *make_large(const struct tta_catalogue *real, size_t count)
{
    struct tta_model *models = calloc(count, sizeof(*models));
    char(*ids)[MAX_ID_BYTES] = calloc(count, sizeof(*ids));
    struct tta_catalogue *large = NULL;
    uint64_t state = 20260801;
    for (size_t i = 0; models && ids && i < count; i++) {
        struct tta_model model = tta_catalogue_model(real, i % tta_catalogue_count(real));
        (void)snprintf(ids[i], sizeof(ids[i]), "%s@%zu", model.id, i); /* an id of a catalogue has at most 256 bytes */
        model.id = ids[i];
        model.name = NULL;
        model.prompt_price_pusd = vary(model.prompt_price_pusd, &state);
        model.completion_price_pusd = vary(model.completion_price_pusd, &state);
        model.context_tokens = vary(model.context_tokens, &state);
        models[i] = model;
    }
    if (!models || !ids || tta_catalogue_create(models, count, &large, NULL) != TTA_OK) {
        large = NULL;
    }
    free(models);
    free(ids);
    return large;
}

struct tta_catalogue *workload_catalogue(enum workload_size size)
{
    switch (size) {
    case WORKLOAD_10:
        return make_original(10);
    case WORKLOAD_20:
        return make_original(20);
    case WORKLOAD_REAL:
        return read_real();
    case WORKLOAD_3000:
    case WORKLOAD_10000:
        break;
    }
    struct tta_catalogue *real = read_real();
    struct tta_catalogue *large = real ? make_large(real, size == WORKLOAD_3000 ? 3000 : 10000) : NULL;
    tta_catalogue_destroy(real);
    return large;
}

bool workload_create(struct workload *workload, enum workload_size size)
{
    struct tta_criteria criteria = tta_criteria_defaults();
    struct tta_fallback_options options = tta_fallback_defaults();
    *workload = (struct workload){.catalogue = workload_catalogue(size)};
    if (!workload->catalogue ||
        tta_selector_create(workload->catalogue, &criteria, &workload->selector, NULL) != TTA_OK ||
        tta_fallback_create(workload->selector, &options, &workload->fallback, NULL) != TTA_OK) {
        workload_destroy(workload);
        return false;
    }
    workload->count = tta_catalogue_count(workload->catalogue);
    return true;
}

void workload_destroy(struct workload *workload)
{
    tta_fallback_destroy(workload->fallback);
    tta_selector_destroy(workload->selector);
    tta_catalogue_destroy(workload->catalogue);
    *workload = (struct workload){0};
}

/* unknown_passes: the real catalogue states neither quality nor safety, and
 * what is measured is choosing, not refusing at the first look. */
struct tta_requirements workload_simple(void)
{
    return (struct tta_requirements){
        .task = TTA_TASK_GENERAL_CHAT,
        .has_max_latency = true,
        .max_latency_ms = 5000,
        .has_min_quality = true,
        .min_quality = 7.0,
        .safety_required = true,
        .unknown_passes = true,
    };
}

struct tta_requirements workload_filtering(void)
{
    return (struct tta_requirements){
        .task = TTA_TASK_THERAPEUTIC_RESPONSE,
        .has_max_latency = true,
        .max_latency_ms = 3000,
        .has_min_quality = true,
        .min_quality = 8.0,
        .has_max_prompt_price = true,
        .max_prompt_price_pusd = 0,
        .has_max_completion_price = true,
        .max_completion_price_pusd = 0,
        .capabilities = TTA_CAN_CHAT,
        .safety_required = true,
        .unknown_passes = true,
    };
}

struct tta_requirements workload_filtering_real(void)
{
    struct tta_requirements requirements = workload_filtering();
    requirements.capabilities = TTA_CAN_TOOLS;
    return requirements;
}

struct tta_requirements workload_ranking(void)
{
    return (struct tta_requirements){
        .task = TTA_TASK_NARRATIVE_GENERATION, .safety_required = true, .unknown_passes = true};
}

struct tta_requirements workload_fallback(void)
{
    return (struct tta_requirements){.task = TTA_TASK_GENERAL_CHAT, .safety_required = true, .unknown_passes = true};
}

struct tta_requirements workload_strategy(void)
{
    return (struct tta_requirements){
        .task = TTA_TASK_DIALOGUE_GENERATION,
        .has_max_prompt_price = true,
        .max_prompt_price_pusd = PUSD_PER_USD / 1000,
        .has_max_completion_price = true,
        .max_completion_price_pusd = PUSD_PER_USD / 1000,
        .safety_required = true,
        .unknown_passes = true,
    };
}

struct tta_requirements workload_impossible(void)
{
    return (struct tta_requirements){
        .task = TTA_TASK_GENERAL_CHAT, .min_context_tokens = INT64_C(1) << 40, .unknown_passes = false};
}

struct tta_requirements workload_realistic(void)
{
    return (struct tta_requirements){
        .task = TTA_TASK_NARRATIVE_GENERATION,
        .capabilities = TTA_CAN_TOOLS | TTA_CAN_STRUCTURED_OUTPUTS,
        .min_context_tokens = 100000,
        .has_max_prompt_price = true,
        .max_prompt_price_pusd = 5 * PUSD_PER_USD / 1000000,
        .unknown_passes = true,
    };
}

bool workload_metrics(size_t series_count, struct tta_metrics **out_metrics, struct tta_recorder **out_recorder)
{
    struct tta_metrics *metrics = NULL;
    enum tta_status status = tta_metrics_create(series_count, 0, &metrics);
    status = status == TTA_OK ? tta_metrics_add_recorder(metrics, out_recorder) : status;
    for (size_t i = 0; i < series_count && status == TTA_OK; i++) {
        char id[40];
        uint32_t number;
        (void)snprintf(id, sizeof(id), "vendor/model-%zu", i); /* fits */
        const struct tta_series series = {"openrouter", id, TTA_TASK_GENERAL_CHAT};
        status = tta_metrics_add_series(metrics, &series, &number);
    }
    if (status != TTA_OK) {
        tta_metrics_destroy(metrics);
        return false;
    }
    *out_metrics = metrics;
    return true;
}

struct tta_observation workload_observation(uint32_t series, int64_t latency_ns)
{
    return (struct tta_observation){
        .series = series,
        .latency_ns = latency_ns,
        .first_token_ns = latency_ns / 8,
        .usage = {.prompt_tokens = 300,
                  .completion_tokens = 200,
                  .cached_tokens = 100,
                  .reasoning_tokens = 50,
                  .cost_pusd = 123456789},
    };
}
