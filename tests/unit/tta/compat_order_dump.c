// SPDX-License-Identifier: MIT
/*
 * The library's side of tests/oracle/compat_order_test.py: reads the catalogue
 * and the cases that compat_order.py reads, and prints in its form.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "tta/provider.h"
#include "tta/selection.h"

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", what, why); /* nothing to do if that fails */
    exit(1);
}

static struct buf read_whole(const char *path)
{
    struct buf text;
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(&text, TTA_MAX_CATALOGUE_BYTES);
    if (!base_file_read(path, &text, reason)) {
        die("compat_order_dump", reason);
    }
    return text;
}

static struct tta_catalogue *load_openrouter(const char *path)
{
    struct buf text = read_whole(path);
    struct tta_catalogue *catalogue;
    struct tta_error err;
    if (tta_catalogue_parse(TTA_LISTING_OPENROUTER, text.ptr, text.len, &catalogue, &err) != TTA_OK) {
        die(path, err.message);
    }
    base_buf_deinit(&text);
    return catalogue;
}

static int64_t price_of(const json_t *value)
{
    return json_is_null(value) ? TTA_UNKNOWN : json_is_string(value) ? TTA_DYNAMIC : json_integer_value(value);
}

static double score_of(const json_t *value)
{
    return json_is_null(value) ? TTA_SCORE_UNKNOWN : json_number_value(value);
}

static enum tta_provider provider_of(const char *name)
{
    for (int provider = 0; provider < TTA_PROVIDER_COUNT; provider++) {
        if (strcmp(tta_provider_name((enum tta_provider)provider), name) == 0) {
            return (enum tta_provider)provider;
        }
    }
    die("no such provider", name);
    return TTA_PROVIDER_COUNT;
}

static uint64_t bit_of(const char *word)
{
    uint64_t bit = tta_capability_bit(word);
    return bit ? bit : UINT64_C(1) << 63; /* a capability that no model has */
}

static struct tta_model model_of(const json_t *json)
{
    const json_t *context = json_object_get(json, "context");
    const json_t *words = json_object_get(json, "capabilities");
    struct tta_model model = {
        .id = json_string_value(json_object_get(json, "id")),
        .provider = provider_of(json_string_value(json_object_get(json, "provider"))),
        .prompt_price_pusd = price_of(json_object_get(json, "prompt")),
        .completion_price_pusd = price_of(json_object_get(json, "completion")),
        .context_tokens = json_is_null(context) ? TTA_UNKNOWN : json_integer_value(context),
        .max_completion_tokens = TTA_UNKNOWN,
        .safety_score = score_of(json_object_get(json, "safety")),
        .performance_score = score_of(json_object_get(json, "performance")),
    };
    for (size_t i = 0; i < json_array_size(words); i++) {
        model.capabilities |= bit_of(json_string_value(json_array_get(words, i)));
    }
    return model;
}

static struct tta_catalogue *load_models(const char *path)
{
    struct buf text = read_whole(path);
    json_error_t problem;
    json_t *list = json_loadb(text.ptr, text.len, 0, &problem);
    size_t count = json_array_size(list);
    struct tta_model *models = base_alloc_array(count, sizeof(*models));
    if (!list || !models) {
        die(path, "cannot be read");
    }
    for (size_t i = 0; i < count; i++) {
        models[i] = model_of(json_array_get(list, i));
    }
    struct tta_catalogue *catalogue;
    struct tta_error err;
    if (tta_catalogue_create(models, count, &catalogue, &err) != TTA_OK) {
        die(path, err.message);
    }
    free(models);
    json_decref(list);
    base_buf_deinit(&text);
    return catalogue;
}

struct request {
    struct tta_requirements requirements;
    struct tta_criteria criteria;
};

static uint64_t bits_of(struct str words)
{
    uint64_t bits = 0;
    while (words.ptr) {
        char word[64];
        struct str part = base_str_cut(words, '+', &words);
        (void)snprintf(word, sizeof(word), "%.*s", STR_ARGS(part)); /* a cut word is no capability either */
        bits |= bit_of(word);
    }
    return bits;
}

static void apply(struct request *request, struct str key, struct str text)
{
    struct tta_requirements *requirements = &request->requirements;
    struct tta_criteria *criteria = &request->criteria;
    double number = 0;
    if (base_str_equal(key, STR("capabilities"))) {
        requirements->capabilities = bits_of(text);
    } else if (!base_num_parse_double(text, -1e18, 1e18, &number)) {
        die("not a number", text.ptr);
    } else if (base_str_equal(key, STR("max_latency_ms"))) {
        requirements->has_max_latency = true;
        requirements->max_latency_ms = (int64_t)number;
    } else if (base_str_equal(key, STR("min_quality"))) {
        requirements->has_min_quality = true;
        requirements->min_quality = number;
    } else if (base_str_equal(key, STR("max_cost"))) {
        requirements->compat_max_cost_per_token = number;
    } else if (base_str_equal(key, STR("safety"))) {
        requirements->safety_required = number != 0;
    } else if (base_str_equal(key, STR("context"))) {
        requirements->min_context_tokens = (int64_t)number;
    } else if (base_str_equal(key, STR("free_only"))) {
        requirements->free_only = number != 0;
    } else if (base_str_equal(key, STR("prefer_free"))) {
        criteria->prefer_free = number != 0;
    } else if (base_str_equal(key, STR("prefer_local"))) {
        criteria->prefer_local = number != 0;
    } else if (base_str_equal(key, STR("safety_weight"))) {
        criteria->safety_weight = number;
    } else if (base_str_equal(key, STR("performance_weight"))) {
        criteria->performance_weight = number;
    } else if (base_str_equal(key, STR("cost_weight"))) {
        criteria->cost_weight = number;
    } else if (base_str_equal(key, STR("min_safety"))) {
        criteria->min_safety_score = number;
    } else {
        die("no such key", key.ptr);
    }
}

/* `line` loses its newline. */
static struct request parse_case(char *line)
{
    struct request request = {.criteria = tta_criteria_defaults(), .requirements = {.safety_required = true}};
    request.criteria.rules = TTA_RULES_COMPAT;
    line[strcspn(line, "\n")] = '\0';
    char *settings = strchr(line, ' ');
    if (settings) {
        *settings++ = '\0';
    }
    if (tta_task_of_name(line, &request.requirements.task) != TTA_OK) {
        die("no such task", line);
    }
    struct str rest = base_str(settings);
    while (rest.ptr) {
        struct str value;
        struct str key = base_str_cut(base_str_cut(rest, ' ', &rest), '=', &value);
        apply(&request, key, value);
    }
    return request;
}

static void print_order(const struct tta_catalogue *catalogue, const struct request *request)
{
    struct tta_selector *selector;
    struct tta_error err;
    if (tta_selector_create(catalogue, &request->criteria, &selector, &err) != TTA_OK) {
        die("no selector", err.message);
    }
    size_t count = tta_catalogue_count(catalogue);
    struct tta_choice *choices = base_alloc_array(count, sizeof(*choices));
    if (!choices) {
        die("no order", "no memory");
    }
    size_t ranked = tta_rank(selector, &request->requirements, choices, count);
    for (size_t i = 0; i < ranked; i++) {
        (void)printf("%s %.17g\n", tta_catalogue_model(catalogue, choices[i].row).id, choices[i].score);
    }
    free(choices);
    tta_selector_destroy(selector);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        die("usage", "compat_order_dump openrouter|models CATALOGUE.json < cases");
    }
    bool is_openrouter = strcmp(argv[1], "openrouter") == 0;
    struct tta_catalogue *catalogue = is_openrouter ? load_openrouter(argv[2]) : load_models(argv[2]);
    char line[1024];
    for (int number = 1; fgets(line, sizeof(line), stdin); number++) {
        struct request request = parse_case(line);
        (void)printf("case %d\n", number); /* the test compares what arrived */
        print_order(catalogue, &request);
    }
    tta_catalogue_destroy(catalogue);
    return 0;
}
