// SPDX-License-Identifier: MIT
#include <string.h>

#include "base/clock.h"
#include "cmd/tta/gateway/routing.h"
#include "cmd/tta/gateway/routing_catalogue.h"
#include "cmd/tta/gateway/routing_parts.h"

enum { MAX_RANKED = 8, BYTES_A_TOKEN = 4, SMALL_PROMPT_TOKENS = 4096 };

static struct tta_target target_of(const struct routing *routing, size_t row)
{
    const struct tta_model *model = tta_catalogue_peek(routing->catalogue, row);
    return (struct tta_target){
        .provider = routing->row_servers[row],
        .row = (uint32_t)row,
        .key = routing->row_servers[row],
        .model = (uint32_t)tta_catalogue_group(routing->catalogue, row),
        .context_tokens = model->context_tokens > 0 ? model->context_tokens : -1,
        .is_free = model->is_free,
    };
}

static size_t add_target(const struct routing *routing, size_t row, struct tta_target *targets, size_t count)
{
    bool is_there = count == TTA_MAX_TARGETS || routing->row_servers[row] == ROUTING_NO_SERVER;
    for (size_t i = 0; i < count; i++) {
        is_there = is_there || targets[i].row == row;
    }
    if (!is_there) {
        targets[count++] = target_of(routing, row);
    }
    return count;
}

/* The model at one server, "SERVER/MODEL"; ROUTING_NO_ROW: there is none. */
static uint32_t row_at_server(const struct routing *routing, const char *name)
{
    size_t server, row;
    const char *id;
    if (!routing_split(routing->keys.servers, routing->keys.count, name, &server, &id) ||
        tta_catalogue_find(routing->catalogue, id, &row) != TTA_OK) {
        return ROUTING_NO_ROW;
    }
    uint32_t each = (uint32_t)row;
    while (each != ROUTING_NO_ROW && routing->row_servers[each] != server) {
        each = routing->next_of_id[each];
    }
    return each;
}

size_t routing_add_model(const struct routing *routing, const char *name, struct tta_target targets[TTA_MAX_TARGETS],
                         size_t count)
{
    uint32_t at_server = row_at_server(routing, name);
    size_t row;
    if (at_server != ROUTING_NO_ROW) {
        return add_target(routing, at_server, targets, count);
    }
    if (tta_catalogue_find(routing->catalogue, name, &row) != TTA_OK) {
        return count;
    }
    for (uint32_t each = (uint32_t)row; each != ROUTING_NO_ROW; each = routing->next_of_id[each]) {
        count = add_target(routing, each, targets, count);
    }
    uint32_t last_group = ROUTING_NO_ROW;
    for (uint32_t each = (uint32_t)row; each != ROUTING_NO_ROW; each = routing->next_of_id[each]) {
        uint32_t group = (uint32_t)tta_catalogue_group(routing->catalogue, each);
        for (uint32_t other = group; other != ROUTING_NO_ROW && group != last_group;
             other = routing->next_in_group[other]) {
            count = add_target(routing, other, targets, count); /* which is there once */
        }
        last_group = group;
    }
    return count;
}

/* What the body says that a model must be able to do, beside what is wished. */
static void add_needs(const struct fields *fields, size_t body_bytes, enum api api,
                      struct tta_requirements *requirements)
{
    int64_t tokens =
        (int64_t)(body_bytes / BYTES_A_TOKEN) + (fields->max_tokens > 0 ? fields->max_tokens : 0);
    requirements->capabilities |= (fields->has_tools ? TTA_CAN_TOOLS : 0) |
                                  (fields->has_images ? TTA_CAN_SEE_IMAGES : 0) |
                                  (fields->wants_json ? TTA_CAN_STRUCTURED_OUTPUTS : 0) |
                                  (api == API_EMBEDDINGS ? TTA_CAN_EMBED : 0);
    requirements->any_output = requirements->any_output || api == API_EMBEDDINGS;
    if (tokens > SMALL_PROMPT_TOKENS && tokens > requirements->min_context_tokens) {
        requirements->min_context_tokens = tokens;
    }
}

/* "auto", "auto:TASK" or "free"; false if it is none of these. */
static bool read_virtual(const char *name, struct tta_requirements *requirements, enum tta_task *out_task)
{
    if (strcmp(name, "free") == 0) {
        requirements->free_only = true;
        return true;
    }
    if (strncmp(name, "auto", 4) != 0 || (name[4] != '\0' && name[4] != ':')) {
        return false;
    }
    if (name[4] == ':' && tta_task_of_name(name + 5, out_task) == TTA_OK) {
        requirements->task = *out_task;
        return true;
    }
    return name[4] == '\0';
}

static size_t add_best(const struct routing *routing, const struct tta_requirements *requirements,
                       struct tta_target *targets)
{
    struct tta_choice choices[MAX_RANKED];
    size_t count = 0, ranked = tta_rank(routing->selector, requirements, choices, MAX_RANKED);
    for (size_t i = 0; i < ranked; i++) {
        count = add_target(routing, choices[i].row, targets, count);
    }
    return count;
}

static size_t add_named(const struct routing *routing, const char *name, struct tta_target *targets)
{
    for (size_t i = 0; i < routing->chain_count; i++) {
        if (strcmp(routing->chains[i].name, name) == 0) {
            memcpy(targets, routing->chains[i].targets, routing->chains[i].count * sizeof(*targets));
            return routing->chains[i].count;
        }
    }
    return 0;
}

/* Only those that meet what is wished. */
static size_t keep_fitting(const struct routing *routing, const struct tta_requirements *requirements,
                           struct tta_target *targets, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (tta_fits(routing->selector, requirements, targets[i].row)) {
            targets[kept++] = targets[i];
        }
    }
    return kept;
}

struct tta_relaxation routing_way_out(const struct tta_selector *selector, const struct tta_requirements *requirements)
{
    struct tta_relaxation ways[TTA_MAX_RELAXATIONS];
    size_t miss_count;
    size_t count = tta_near_misses(selector, requirements, NULL, 0, &miss_count, ways);
    return count > 0 ? ways[0] : (struct tta_relaxation){.lets_in = 0};
}

void routing_add_way_out(struct buf *out, const struct tta_relaxation *way_out)
{
    const char *word = way_out->reason == TTA_REASON_CAPABILITIES ? tta_capability_name(way_out->capability)
                                                                  : tta_reason_name(way_out->reason);
    if (way_out->lets_in > 0) {
        base_buf_addf(out, " Without the requirement on %s, %zu would.", word ? word : "it", way_out->lets_in);
    }
}

size_t routing_resolve(const struct routing *routing, const struct routing_question *question,
                       struct tta_target *out_targets, struct routing_name *out_name)
{
    const char *name = question->fields->model;
    struct tta_live live = question->live;
    struct tta_requirements all = *question->requirements;
    size_t count = add_named(routing, name, out_targets);
    live.out = routing->cannot_be_asked[question->api];
    all.live = &live;
    all.now_unix_s = base_clock_unix_s();
    *out_name = (struct routing_name){.is_known = true, .task = TTA_TASK_COUNT};
    if (count == 0 && read_virtual(name, &all, &out_name->task)) {
        add_needs(question->fields, question->body_bytes, question->api, &all);
        count = add_best(routing, &all, out_targets);
        out_name->way_out = count == 0 ? routing_way_out(routing->selector, &all) : out_name->way_out;
        return count;
    }
    count = count > 0 ? count : routing_add_model(routing, name, out_targets, 0);
    out_name->is_known = count > 0;
    return question->has_wishes ? keep_fitting(routing, &all, out_targets, count) : count;
}
