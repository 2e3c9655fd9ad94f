// SPDX-License-Identifier: MIT
/* The management API: the best models for a task, and why; and a test of one. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cmd/tta/gateway/management.h"
#include "cmd/tta/gateway/model_json.h"
#include "cmd/tta/gateway/query.h"
#include "cmd/tta/json_out.h"

enum { MAX_LISTED = 50, USUAL_LISTED = 5, MAX_PROMPT_BYTES = 4000 };

static void add_scored(struct buf *out, const struct routing *routing, const struct tta_verdict *verdict, size_t rank,
                       int64_t now_ns)
{
    base_buf_addf(out, "%s\n{\"rank\":%zu,\"score\":", rank > 1 ? "," : "", rank);
    json_add_score(out, &verdict->score);
    base_buf_add(out, STR(",\"model\":"));
    model_json_add(out, routing, verdict->row, now_ns);
    base_buf_add_char(out, '}');
}

/* How many are out, by reason. */
static void add_reasons(struct buf *out, const struct tta_verdict *verdicts, size_t count)
{
    size_t by_reason[TTA_REASON_COUNT] = {0};
    for (size_t i = 0; i < count; i++) {
        by_reason[verdicts[i].reason]++;
    }
    base_buf_addf(out, "{\"considered\":%zu,\"fit\":%zu,\"rejected\":{", count, by_reason[TTA_REASON_FITS]);
    for (int reason = TTA_REASON_FITS + 1; reason < TTA_REASON_COUNT; reason++) {
        if (by_reason[reason] > 0) {
            model_json_int(out, tta_reason_name((enum tta_reason)reason), (int64_t)by_reason[reason]);
        }
    }
    base_buf_add(out, STR("}}"));
}

static struct page nothing_fits(struct buf *out, const struct tta_selector *selector,
                                const struct tta_requirements *requirements)
{
    struct tta_relaxation way_out = routing_way_out(selector, requirements);
    struct buf message;
    base_buf_init(&message, 1000);
    base_buf_add_cstr(&message, "No model here meets all requirements.");
    routing_add_way_out(&message, &way_out);
    struct page page = management_error(out, 404, "no_model_fits", NULL, base_buf_cstr(&message));
    base_buf_deinit(&message);
    return page;
}

/* Chooses, and writes the best with their scores, and how many of the others are out and why; without `is_list`, the
 * first of them apart. */
static struct page choose(const struct worker *worker, struct tta_requirements *requirements, size_t limit,
                          bool is_list, struct buf *out)
{
    const struct routing *routing = worker->site->routing;
    const struct tta_selector *selector = routing_selector(routing);
    struct tta_choice choices[MAX_LISTED];
    int64_t now_ns = base_clock_monotonic_ns();
    size_t count = tta_catalogue_count(routing_catalogue(routing));
    struct tta_live live = live_facts_with(worker->site->facts, routing_out(routing));
    requirements->live = &live;
    requirements->now_unix_s = base_clock_unix_s();
    size_t found = tta_rank(selector, requirements, choices, limit);
    struct tta_verdict *verdicts = base_alloc_array(count, sizeof(*verdicts));
    if (!verdicts) {
        return management_error(out, 500, "no_memory", NULL, "There is no memory for the answer.");
    }
    tta_explain(selector, requirements, verdicts);
    if (found == 0 && !is_list) {
        struct page page = nothing_fits(out, selector, requirements);
        free(verdicts);
        return page;
    }
    base_buf_addf(out, "{\"task_type\":\"%s\"", tta_task_name(requirements->task));
    if (!is_list) {
        model_json_key(out, "selected");
        model_json_add(out, routing, choices[0].row, now_ns);
        model_json_key(out, "score");
        json_add_score(out, &verdicts[choices[0].row].score);
    }
    model_json_key(out, is_list ? "recommendations" : "ranking");
    base_buf_add_char(out, '[');
    for (size_t i = 0; i < found; i++) {
        add_scored(out, routing, &verdicts[choices[i].row], i + 1, now_ns);
    }
    base_buf_add(out, STR("\n],\"explanation\":"));
    add_reasons(out, verdicts, count);
    base_buf_add(out, STR("}\n"));
    free(verdicts);
    return page_json(200);
}

struct page page_recommendations(struct worker *worker, const struct request *request, struct buf *out)
{
    struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT};
    struct page page;
    int64_t limit = USUAL_LISTED;
    if (!management_task(request, &requirements.task, out, &page) ||
        !management_flag(request, "free_only", &requirements.free_only, out, &page) ||
        !management_number(request, "limit", MAX_LISTED, &limit, out, &page)) {
        return page;
    }
    return choose(worker, &requirements, (size_t)limit, true, out);
}

/* A member of the body, as the original's ModelRequirements has it.  Each is false if the value is none. */
typedef bool set_fn(struct tta_requirements *requirements, struct json_value value);

static bool set_task(struct tta_requirements *requirements, struct json_value value)
{
    char name[64];
    return base_json_text(value, name, sizeof(name)) > 0 && tta_task_of_name(name, &requirements->task) == TTA_OK;
}

static bool set_latency(struct tta_requirements *requirements, struct json_value value)
{
    requirements->has_max_latency = true;
    return base_num_parse_int64(base_json_number_text(value), 0, INT64_C(86400000), &requirements->max_latency_ms);
}

static bool set_quality(struct tta_requirements *requirements, struct json_value value)
{
    requirements->has_min_quality = true;
    requirements->min_quality = base_json_number(value);
    return requirements->min_quality >= 0 && requirements->min_quality <= 10;
}

static bool set_cost(struct tta_requirements *requirements, struct json_value value)
{
    int64_t pusd;
    if (!base_num_parse_scaled(base_json_number_text(value), 12, 0, TTA_MAX_PRICE_PUSD, &pusd)) {
        return false;
    }
    requirements->has_max_prompt_price = requirements->has_max_completion_price = true;
    requirements->max_prompt_price_pusd = requirements->max_completion_price_pusd = pusd;
    return true;
}

static bool set_capabilities(struct tta_requirements *requirements, struct json_value value)
{
    for (struct json_value each = base_json_first(value); base_json_type(each) != JSON_IS_ABSENT;
         each = base_json_next(value, each)) {
        char word[64];
        uint64_t bit = base_json_text(each, word, sizeof(word)) < sizeof(word) ? tta_capability_bit(word) : 0;
        requirements->capabilities |= bit;
        if (bit == 0) {
            return false;
        }
    }
    return base_json_type(value) == JSON_IS_ARRAY;
}

static bool set_context(struct tta_requirements *requirements, struct json_value value)
{
    return base_num_parse_int64(base_json_number_text(value), 0, INT64_C(1000000000),
                                &requirements->min_context_tokens);
}

static bool set_flag(bool *flag, struct json_value value)
{
    *flag = base_json_is_true(value);
    return base_json_type(value) == JSON_IS_BOOL;
}

static bool set_safe(struct tta_requirements *requirements, struct json_value value)
{
    return set_flag(&requirements->safety_required, value);
}

static bool set_free(struct tta_requirements *requirements, struct json_value value)
{
    return set_flag(&requirements->free_only, value);
}

static bool set_local(struct tta_requirements *requirements, struct json_value value)
{
    return set_flag(&requirements->local_only, value);
}

static bool set_unknown(struct tta_requirements *requirements, struct json_value value)
{
    return set_flag(&requirements->unknown_passes, value);
}

static const struct {
    const char *key;
    set_fn *set;
    const char *wanted;
} members[] = {
    {"task_type", set_task, "task_type must be a task, as in general_chat."},
    {"max_latency_ms", set_latency, "max_latency_ms must be a whole number of milliseconds."},
    {"min_quality_score", set_quality, "min_quality_score must be a number from 0 to 10."},
    {"max_cost_per_token", set_cost, "max_cost_per_token must be a number of USD from 0."},
    {"required_capabilities", set_capabilities, "required_capabilities must be a list of capabilities."},
    {"context_length_needed", set_context, "context_length_needed must be a whole number of tokens."},
    {"therapeutic_safety_required", set_safe, "therapeutic_safety_required must be true or false."},
    {"free_only", set_free, "free_only must be true or false."},
    {"local_only", set_local, "local_only must be true or false."},
    {"unknown_passes", set_unknown, "unknown_passes must be true or false."},
};
enum { MEMBER_COUNT = sizeof(members) / sizeof(members[0]) };

/* False with an error page. */
static bool read_member(struct json_value value, struct tta_requirements *requirements, struct buf *out,
                        struct page *out_page)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (base_json_equals(base_json_key(value), members[i].key)) {
            if (base_json_type(value) == JSON_IS_NULL || members[i].set(requirements, value)) {
                return true;
            }
            *out_page = management_error(out, 400, "invalid_parameter", members[i].key, members[i].wanted);
            return false;
        }
    }
    *out_page = management_error(out, 400, "unknown_parameter", NULL, "The body has a member that is no requirement; "
                                                                      "docs/openapi.json lists them.");
    return false;
}

/* Reads the body, an object or nothing.  False with an error page. */
static bool read_body(const struct request *request, struct json *out_json, struct buf *out, struct page *out_page)
{
    struct json_flaw flaw;
    struct str body = {request->body.bytes, request->body.len};
    enum json_outcome outcome = base_json_read(body.len > 0 ? body : STR("{}"), out_json, &flaw);
    if (outcome == JSON_READ && base_json_type(base_json_root(out_json)) == JSON_IS_OBJECT) {
        return true;
    }
    if (outcome == JSON_READ) {
        base_json_deinit(out_json);
    }
    *out_page = outcome == JSON_NO_MEMORY
                    ? management_error(out, 500, "no_memory", NULL, "There is no memory for the request.")
                    : management_error(out, 400, "invalid_json", NULL, "The body must be a JSON object.");
    return false;
}

struct page page_select(struct worker *worker, const struct request *request, struct buf *out)
{
    struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT};
    struct page page;
    struct json json;
    if (!read_body(request, &json, out, &page)) {
        return page;
    }
    struct json_value root = base_json_root(&json);
    bool good = true;
    for (struct json_value each = base_json_first(root); good && base_json_type(each) != JSON_IS_ABSENT;
         each = base_json_next(root, each)) {
        good = read_member(each, &requirements, out, &page);
    }
    base_json_deinit(&json);
    return good ? choose(worker, &requirements, USUAL_LISTED, false, out) : page;
}

bool management_write_test(struct worker *worker, struct request *request, struct buf *out, struct page *out_page)
{
    char model[QUERY_MAX_VALUE_BYTES + 1], prompt[MAX_PROMPT_BYTES + 1] = "Hello";
    struct json json;
    struct buf body;
    (void)worker;
    if (!read_body(request, &json, out, out_page)) {
        return false;
    }
    struct json_value root = base_json_root(&json), given = base_json_member(root, "prompt");
    size_t model_len = base_json_text(base_json_member(root, "model_id"), model, sizeof(model));
    size_t prompt_len = base_json_type(given) == JSON_IS_ABSENT ? 5 : base_json_text(given, prompt, sizeof(prompt));
    base_json_deinit(&json);
    if (model_len == 0 || model_len >= sizeof(model) || prompt_len == 0 || prompt_len >= sizeof(prompt)) {
        bool is_model = model_len == 0 || model_len >= sizeof(model);
        *out_page = management_error(out, 400, "invalid_parameter", is_model ? "model_id" : "prompt",
                                     is_model ? "model_id must name a model, as GET /v1/models does."
                                              : "prompt must be a text of at most 4000 bytes.");
        return false;
    }
    base_buf_init_wiping(&body, 65536); /* somebody may have put a key there */
    base_buf_add(&body, STR("{\"model\":"));
    base_json_add_text(&body, model);
    base_buf_add(&body, STR(",\"max_tokens\":16,\"messages\":[{\"role\":\"user\",\"content\":"));
    base_json_add_text(&body, prompt);
    base_buf_add(&body, STR("}]}"));
    bool good = base_buf_ok(&body) && body_splice(&request->body, 0, request->body.len, base_buf_str(&body));
    base_buf_deinit(&body);
    if (!good) {
        *out_page = management_error(out, 500, "no_memory", NULL, "There is no memory for the request.");
    }
    return good;
}
