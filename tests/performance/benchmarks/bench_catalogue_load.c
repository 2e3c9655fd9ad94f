// SPDX-License-Identifier: MIT
/*
 * From the text of a list to a published selector, for lists as long as today's
 * whole ones: OpenRouter's of 529 KB, made of the real one by giving each model
 * a description as long as they are on average, and LiteLLM's of 1.5 MB, made of
 * ten of its models, many times.
 */
#include <assay/bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tta/current.h>
#include <tta/provider.h>

#include "base/file.h"

#define OPENROUTER_BYTES 529000
#define LITELLM_BYTES 1488000
#define DESCRIPTION_BYTES 850

static bool read_text(const char *path, struct buf *out)
{
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(out, TTA_MAX_CATALOGUE_BYTES);
    return base_file_read(path, out, reason);
}

/* Each model stands on a line of its own, which begins with its id. */
static void make_openrouter(struct buf *out)
{
    struct buf text;
    char description[DESCRIPTION_BYTES];
    memset(description, 'd', sizeof(description));
    base_buf_init(out, TTA_MAX_CATALOGUE_BYTES);
    if (read_text(PERFORMANCE_DATA "/openrouter_models.json", &text)) {
        struct str rest = base_buf_str(&text);
        while (rest.ptr && rest.len > 0) {
            struct str line = base_str_cut(rest, '\n', &rest);
            struct str start = STR("{\"id\":");
            if (base_str_starts_with(line, start)) {
                base_buf_addf(out, "{\"description\":\"%.*s\",\"id\":", (int)sizeof(description), description);
                line = (struct str){line.ptr + start.len, line.len - start.len};
            }
            base_buf_add(out, line);
            base_buf_add_char(out, '\n');
        }
    }
    base_buf_deinit(&text);
}

static void make_litellm(struct buf *out)
{
    static const char model[] =
        "%s\"provider/model-%d\": {\"litellm_provider\": \"provider\", \"input_cost_per_token\": %de-08, "
        "\"output_cost_per_token\": 4e-07, \"input_cost_per_token_above_200k_tokens\": 6e-07, \"max_input_tokens\": "
        "200000, \"max_output_tokens\": 64000, \"max_tokens\": 64000, \"mode\": \"chat\", "
        "\"supports_function_calling\": true, "
        "\"supports_vision\": true, \"supports_prompt_caching\": true, \"supports_response_schema\": true, "
        "\"supports_tool_choice\": true, \"source\": \"a page\"}";
    base_buf_init(out, TTA_MAX_CATALOGUE_BYTES);
    base_buf_add_char(out, '{');
    for (int i = 0; out->len < LITELLM_BYTES && base_buf_ok(out); i++) {
        base_buf_addf(out, model, i > 0 ? ",\n" : "", i, i);
    }
    base_buf_add_cstr(out, "}");
}

static void load(struct assay_bench *bench, enum tta_listing listing, const struct buf *text, const char *target)
{
    struct tta_current *current;
    const struct tta_criteria criteria = tta_criteria_defaults();
    assay_group(bench, "catalogue");
    assay_target(bench, target);
    if (!base_buf_ok(text) || tta_current_create(&current) != TTA_OK) {
        assay_fail_because(bench, "the list cannot be made");
        return;
    }
    size_t failures = 0;
    BENCH_LOOP (bench) {
        struct tta_catalogue *catalogue = NULL;
        struct tta_selector *selector = NULL;
        bool is_published = tta_catalogue_parse(listing, text->ptr, text->len, &catalogue, NULL) == TTA_OK &&
                            tta_selector_create(catalogue, &criteria, &selector, NULL) == TTA_OK &&
                            tta_current_publish(current, catalogue, selector) == TTA_OK;
        failures += !is_published;
    }
    BENCH_CHECK(bench, failures == 0);
    tta_current_destroy(current);
}

BENCH(catalogue_load_openrouter_529_kb)
{
    struct buf text;
    make_openrouter(&text);
    BENCH_CHECK(bench, text.len > OPENROUTER_BYTES * 95 / 100 && text.len < OPENROUTER_BYTES * 105 / 100);
    load(bench, TTA_LISTING_OPENROUTER, &text, "mean < 10 ms");
    base_buf_deinit(&text);
}

BENCH(catalogue_load_litellm_1488_kb)
{
    struct buf text;
    make_litellm(&text);
    load(bench, TTA_LISTING_LITELLM, &text, "mean < 25 ms");
    base_buf_deinit(&text);
}
