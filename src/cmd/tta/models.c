// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/tta/catalogue_file.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/format.h"
#include "cmd/tta/json_out.h"
#include "cmd/tta/table.h"

/* What nearly every model can do tells them apart no better than a blank. */
#define COMMON_CAPABILITIES                                                                                            \
    (TTA_CAN_TOOL_CHOICE | TTA_CAN_RESPONSE_FORMAT | TTA_CAN_LOGPROBS | TTA_CAN_SEED | TTA_CAN_STOP |                  \
     TTA_CAN_WRITE_TEXT)
#define MAX_WORDS_BYTES 1000

struct listed {
    struct tta_model model;
    size_t row;
};

struct counts {
    size_t free, dynamic, unknown;
};

static int by_row(const struct listed *left, const struct listed *right)
{
    return (left->row > right->row) - (left->row < right->row);
}

/* Three prompt tokens to one of completion, as selection has it; what has no
 * price comes last. */
static int64_t price_of(const struct tta_model *model)
{
    if (model->prompt_price_pusd < 0 || model->completion_price_pusd < 0) {
        return INT64_MAX;
    }
    return 3 * model->prompt_price_pusd + model->completion_price_pusd;
}

static int by_price(const void *a, const void *b)
{
    const struct listed *left = a, *right = b;
    int64_t x = price_of(&left->model), y = price_of(&right->model);
    if (x == 0 && y == 0 && left->model.is_free != right->model.is_free) {
        return left->model.is_free ? -1 : 1; /* the other costs something else */
    }
    return x != y ? (x > y) - (x < y) : by_row(left, right);
}

static int by_context(const void *a, const void *b)
{
    const struct listed *left = a, *right = b;
    int64_t x = left->model.context_tokens, y = right->model.context_tokens; /* unknown is below 0 */
    return x != y ? (x < y) - (x > y) : by_row(left, right);
}

static int by_id(const void *a, const void *b)
{
    const struct listed *left = a, *right = b;
    int order = strcmp(left->model.id, right->model.id);
    return order != 0 ? order : by_row(left, right);
}

static void sort(struct listed *models, size_t count, enum model_order order)
{
    switch (order) {
    case ORDER_AS_LISTED:
        break;
    case ORDER_PRICE:
        qsort(models, count, sizeof(*models), by_price);
        break;
    case ORDER_CONTEXT:
        qsort(models, count, sizeof(*models), by_context);
        break;
    case ORDER_ID:
        qsort(models, count, sizeof(*models), by_id);
        break;
    }
}

static bool is_within(int64_t price_pusd, int64_t limit_pusd)
{
    return price_pusd >= 0 && price_pusd <= limit_pusd; /* unknown and dynamic ones are below 0 */
}

static bool is_wanted(const struct tta_model *model, const struct tta_requirements *wanted)
{
    bool has_all = (model->capabilities & wanted->capabilities) == wanted->capabilities;
    bool is_over = wanted->now_unix_s > 0 && model->expires_unix_s > 0 && model->expires_unix_s <= wanted->now_unix_s;
    bool has_room = wanted->min_context_tokens <= 0 || model->context_tokens >= wanted->min_context_tokens;
    bool is_cheap = (!wanted->has_max_prompt_price ||
                     is_within(model->prompt_price_pusd, wanted->max_prompt_price_pusd)) &&
                    (!wanted->has_max_completion_price ||
                     is_within(model->completion_price_pusd, wanted->max_completion_price_pusd));
    return has_all && !is_over && is_cheap && has_room && (model->is_free || !wanted->free_only) &&
           (tta_model_is_local(model) || !wanted->local_only);
}

/* Whether a list of names has the provider or the origin of a model. */
static bool names_origin(const char *names, const struct tta_model *model)
{
    struct str rest = base_str(names);
    while (rest.ptr) {
        struct str name = base_str_trim(base_str_cut(rest, ',', &rest));
        if (base_str_equal(name, base_str(model->origin)) ||
            base_str_equal(name, base_str(tta_provider_name(model->provider)))) {
            return true;
        }
    }
    return false;
}

static size_t collect(const struct tta_catalogue *catalogue, const struct options *options, struct listed *out_models)
{
    size_t count = 0;
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        struct tta_model model = tta_catalogue_model(catalogue, row);
        bool is_of_origin = (!options->only || names_origin(options->only, &model)) &&
                            !(options->excluded && names_origin(options->excluded, &model));
        if (is_of_origin && is_wanted(&model, &options->requirements)) {
            out_models[count++] = (struct listed){model, row};
        }
    }
    return count;
}

static struct counts count_prices(const struct listed *models, size_t count)
{
    struct counts counts = {0};
    for (size_t i = 0; i < count; i++) {
        int64_t prompt = models[i].model.prompt_price_pusd, completion = models[i].model.completion_price_pusd;
        if (models[i].model.is_free) {
            counts.free++;
        } else if (prompt == TTA_DYNAMIC || completion == TTA_DYNAMIC) {
            counts.dynamic++;
        } else if (prompt == TTA_UNKNOWN || completion == TTA_UNKNOWN) {
            counts.unknown++;
        }
    }
    return counts;
}

/* Whether the models come from more than one place, so that a column says from which. */
static bool have_origins(const struct listed *models, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (strcmp(models[i].model.origin, models[0].model.origin) != 0) {
            return true;
        }
    }
    return false;
}

static void add_row(struct table *table, const struct tta_model *model, bool has_origin)
{
    char text[FORMAT_BYTES];
    struct buf words;
    if (has_origin) {
        table_add(table, model->origin);
    }
    table_add(table, model->id);
    format_price(model, model->prompt_price_pusd, text);
    table_add(table, text);
    format_price(model, model->completion_price_pusd, text);
    table_add(table, text);
    format_tokens(model->context_tokens, text);
    table_add(table, text);
    base_buf_init(&words, MAX_WORDS_BYTES);
    format_capabilities(model->capabilities & ~COMMON_CAPABILITIES, ", ", &words);
    table_add_buf(table, &words);
    base_buf_deinit(&words);
}

static bool print_models(const struct listed *models, size_t count)
{
    static const struct table_column columns[] = {
        {"Of", TABLE_LEFT},           {"Model", TABLE_LEFT},    {"Prompt", TABLE_POINT},
        {"Completion", TABLE_POINT}, {"Context", TABLE_RIGHT}, {"Can", TABLE_LEFT},
    };
    bool has_origin = have_origins(models, count);
    struct table table;
    table_init(&table, columns + !has_origin, sizeof(columns) / sizeof(columns[0]) - !has_origin);
    for (size_t i = 0; i < count; i++) {
        add_row(&table, &models[i].model, has_origin);
    }
    bool complete = table_print(&table, stdout);
    table_deinit(&table);
    return complete;
}

static bool print_json(const struct tta_catalogue *catalogue, const struct listed *models, size_t count)
{
    struct buf out;
    base_buf_init(&out, MAX_JSON_BYTES);
    base_buf_add_cstr(&out, "{\"models\":[");
    for (size_t i = 0; i < count; i++) {
        base_buf_add_cstr(&out, i > 0 ? ",\n" : "\n");
        json_add_model(&out, catalogue, models[i].row);
    }
    base_buf_add_cstr(&out, "\n]}");
    return json_print(&out);
}

static int list(const struct tta_catalogue *catalogue, const struct options *options)
{
    size_t total = tta_catalogue_count(catalogue);
    struct listed *models = base_alloc_array(total, sizeof(*models));
    size_t count = models ? collect(catalogue, options, models) : 0;
    if (models) {
        sort(models, count, options->order);
    }
    bool complete = models && (options->as_json ? print_json(catalogue, models, count) : print_models(models, count));
    if (complete && !options->as_json) {
        struct counts counts = count_prices(models, count);
        printf("\n%zu of %zu models: %zu free, %zu of a price that varies, %zu of an unknown price\n", count, total,
               counts.free, counts.dynamic, counts.unknown);
    } else if (!complete) {
        complain("out of memory");
    }
    free(models);
    return complete ? EXIT_FINE : EXIT_BROKEN;
}

int command_models(const struct options *options)
{
    struct tta_catalogue *catalogue = catalogue_files_read(options);
    if (!catalogue) {
        return EXIT_BAD_USAGE;
    }
    struct tta_origin_set named = {{0}};
    bool are_known = catalogue_add_origins(catalogue, options->only, &named) &&
                     catalogue_add_origins(catalogue, options->excluded, &named);
    int status = are_known ? list(catalogue, options) : EXIT_BAD_USAGE;
    tta_catalogue_destroy(catalogue);
    return status;
}
