// SPDX-License-Identifier: MIT
/* The management API: lists of models. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/tta/gateway/management.h"
#include "cmd/tta/gateway/model_json.h"
#include "cmd/tta/gateway/query.h"
#include "cmd/tta/gateway/reply.h"

#define USUAL_MAX_PUSD INT64_C(10000000) /* 10 USD per million tokens */
#define MAX_TOKENS INT64_C(1000000000)

struct page management_error(struct buf *out, int status, const char *code, const char *param, const char *message)
{
    base_buf_reset(out);
    return page_error(out, &(struct reply_error){.status = status, .message = message, .param = param, .code = code});
}

static bool refuse(struct buf *out, const char *name, const char *wanted, struct page *out_page)
{
    struct buf message;
    base_buf_init(&message, 400);
    base_buf_addf(&message, "%s must be %s.", name, wanted);
    *out_page = management_error(out, 400, "invalid_parameter", name, base_buf_cstr(&message));
    base_buf_deinit(&message);
    return false;
}

bool management_flag(const struct request *request, const char *name, bool *flag, struct buf *out,
                     struct page *out_page)
{
    char value[QUERY_MAX_VALUE_BYTES + 1] = "";
    enum query_outcome outcome = query_value(request, name, value);
    bool is_true = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
    if (outcome == QUERY_ABSENT) {
        return true;
    }
    if (outcome == QUERY_BROKEN || (!is_true && strcmp(value, "false") != 0 && strcmp(value, "0") != 0)) {
        return refuse(out, name, "true or false", out_page);
    }
    *flag = is_true;
    return true;
}

bool management_usd(const struct request *request, const char *name, int64_t *pusd, struct buf *out,
                    struct page *out_page)
{
    char value[QUERY_MAX_VALUE_BYTES + 1];
    enum query_outcome outcome = query_value(request, name, value);
    return outcome == QUERY_ABSENT ||
           (outcome == QUERY_FOUND && base_num_parse_scaled(base_str(value), 12, 0, TTA_MAX_PRICE_PUSD, pusd)) ||
           refuse(out, name, "an amount of USD from 0, as in 0.000001", out_page);
}

bool management_number(const struct request *request, const char *name, int64_t most, int64_t *number, struct buf *out,
                       struct page *out_page)
{
    char value[QUERY_MAX_VALUE_BYTES + 1];
    enum query_outcome outcome = query_value(request, name, value);
    return outcome == QUERY_ABSENT ||
           (outcome == QUERY_FOUND && base_num_parse_int64(base_str(value), 1, most, number)) ||
           refuse(out, name, "a whole number from 1", out_page);
}

bool management_task(const struct request *request, enum tta_task *task, struct buf *out, struct page *out_page)
{
    char value[QUERY_MAX_VALUE_BYTES + 1];
    enum query_outcome outcome = query_value(request, "task_type", value);
    if (outcome == QUERY_ABSENT || (outcome == QUERY_FOUND && tta_task_of_name(value, task) == TTA_OK)) {
        return true;
    }
    *out_page = management_error(out, 400, "invalid_parameter", "task_type",
                                 "There is no such task_type; general_chat and narrative_generation are two.");
    return false;
}

/* What a list is to hold; zero-initialised but for max_pusd: everything. */
struct filter {
    char provider[QUERY_MAX_VALUE_BYTES + 1]; /* or server; "": any */
    bool free_only;
    int64_t max_pusd; /* blended; below 0: any, known or not */
    int64_t min_context;
    uint64_t capabilities;
};

static bool lets_through(const struct filter *filter, const struct routing *routing, size_t row)
{
    const struct tta_model *model = tta_catalogue_peek(routing_catalogue(routing), row);
    int64_t server = routing_row_server(routing, row), blended = model_blended_pusd(model);
    return server >= 0 && (!filter->free_only || model->is_free) &&
           (filter->provider[0] == '\0' || strcmp(filter->provider, tta_provider_name(model->provider)) == 0 ||
            strcmp(filter->provider, routing_server_name(routing, (size_t)server)) == 0) &&
           (filter->max_pusd < 0 || (blended >= 0 && blended <= filter->max_pusd)) &&
           (filter->min_context <= 0 || model->context_tokens >= filter->min_context) &&
           (model->capabilities & filter->capabilities) == filter->capabilities;
}

static struct page list(const struct worker *worker, const struct filter *filter, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    int64_t now_ns = base_clock_monotonic_ns();
    size_t count = 0;
    base_buf_add(out, STR("{\"models\":[\n"));
    for (size_t row = 0; row < tta_catalogue_count(routing_catalogue(routing)); row++) {
        if (lets_through(filter, routing, row)) {
            base_buf_add(out, count++ > 0 ? STR(",\n") : STR(""));
            model_json_add(out, routing, row, now_ns);
        }
    }
    base_buf_addf(out, "\n],\"total_count\":%zu}\n", count);
    return page_json(200);
}

static bool read_provider(const struct routing *routing, const struct request *request, char *provider,
                          struct buf *out, struct page *out_page)
{
    enum query_outcome outcome = query_value(request, "provider", provider);
    bool is_known = outcome == QUERY_ABSENT;
    for (size_t i = 0; outcome == QUERY_FOUND && i < routing_server_count(routing); i++) {
        is_known = is_known || strcmp(provider, routing_server_name(routing, i)) == 0 ||
                   strcmp(provider, tta_provider_name(routing_server(routing, i)->provider)) == 0;
    }
    return is_known || refuse(out, "provider", "a server of the configuration, or the kind of one", out_page);
}

static bool read_capabilities(const struct request *request, uint64_t *capabilities, struct buf *out,
                              struct page *out_page)
{
    char value[QUERY_MAX_VALUE_BYTES + 1], word[QUERY_MAX_VALUE_BYTES + 1];
    enum query_outcome outcome = query_value(request, "capabilities", value);
    struct str rest = base_str(outcome == QUERY_FOUND ? value : NULL);
    bool good = outcome != QUERY_BROKEN;
    while (rest.ptr && good) {
        struct str each = base_str_trim(base_str_cut(rest, ',', &rest));
        memcpy(word, each.ptr, each.len);
        word[each.len] = '\0';
        uint64_t bit = tta_capability_bit(word);
        *capabilities |= bit;
        good = bit != 0;
    }
    return good || refuse(out, "capabilities", "a list of capabilities, as in tools,see_images", out_page);
}

struct page page_available(struct worker *worker, const struct request *request, struct buf *out)
{
    struct filter filter = {.max_pusd = -1};
    struct page page;
    if (!read_provider(worker->site->routing, request, filter.provider, out, &page) ||
        !management_flag(request, "free_only", &filter.free_only, out, &page) ||
        !management_usd(request, "max_cost_per_token", &filter.max_pusd, out, &page) ||
        !management_number(request, "min_context", MAX_TOKENS, &filter.min_context, out, &page) ||
        !read_capabilities(request, &filter.capabilities, out, &page)) {
        return page;
    }
    return list(worker, &filter, out);
}

struct page page_free(struct worker *worker, const struct request *request, struct buf *out)
{
    const struct filter filter = {.free_only = true, .max_pusd = -1};
    (void)request;
    return list(worker, &filter, out);
}

struct page page_affordable(struct worker *worker, const struct request *request, struct buf *out)
{
    struct filter filter = {.max_pusd = USUAL_MAX_PUSD};
    struct page page;
    if (!management_usd(request, "max_cost_per_token", &filter.max_pusd, out, &page)) {
        return page;
    }
    return list(worker, &filter, out);
}
