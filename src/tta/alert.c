// SPDX-License-Identifier: MIT
/*
 * Only what fires is noted, by a key of the rule's name and of whom it is about,
 * in the store or here.  Who notes a change first tells of it: the store says to
 * one alone that it is a change.
 */
#include "tta/alert.h"

#include "base/num.h"
#include "tta/alert_figure.h"
#include "tta/fail.h"
#include "tta/metric_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_KEY_BYTES (TTA_MAX_ALERT_NAME_BYTES + 2 * TTA_MAX_ID_BYTES + 4)

/* One that fires, where there is no store. */
struct noted {
    char key[MAX_KEY_BYTES];
    int64_t since_ns;
};

struct tta_alerts {
    struct tta_alert_rule *rules;
    size_t count;
    struct noted *noted;
    size_t noted_count, noted_capacity;
};

struct tta_alert_rule tta_alert_rule_defaults(void)
{
    return (struct tta_alert_rule){.window = TTA_WINDOW_5_MINUTES, .min_requests = 20};
}

static const char *fault_of(const struct tta_alert_rule *rules, size_t index)
{
    const struct tta_alert_rule *rule = &rules[index];
    size_t len = rule->name ? strnlen(rule->name, TTA_MAX_ALERT_NAME_BYTES + 1) : 0;
    if (len == 0 || len > TTA_MAX_ALERT_NAME_BYTES) {
        return "needs a name of at most 100 bytes";
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(rules[i].name, rule->name) == 0) {
            return "has the name of another";
        }
    }
    if ((unsigned)rule->figure >= TTA_ALERT_FIGURES || !tta_alert_limit_is_good(rule->figure, rule->limit)) {
        return "has no limit that its figure can have";
    }
    if ((unsigned)rule->window >= TTA_WINDOW_ALL || (unsigned)rule->each > TTA_ALERT_EACH_MODEL) {
        return "needs a window of 1m, 5m, 1h or 24h";
    }
    return rule->min_requests < 1 ? "needs at least one request" : NULL;
}

/* NULL stays NULL, and is no lack of memory. */
static bool copy_text(const char **text)
{
    if (!*text) {
        return true;
    }
    *text = strdup(*text);
    return *text;
}

static void free_rule(struct tta_alert_rule *rule)
{
    free((char *)rule->name); /* ours: copied */
    free((char *)rule->filter.provider);
    free((char *)rule->filter.model);
}

static bool copy_rule(struct tta_alert_rule *into, const struct tta_alert_rule *rule)
{
    struct tta_alert_rule copy = *rule;
    copy.name = copy.filter.provider = copy.filter.model = NULL;
    const char *name = rule->name, *provider = rule->filter.provider, *model = rule->filter.model;
    copy.name = copy_text(&name) ? name : NULL;
    copy.filter.provider = copy_text(&provider) ? provider : NULL;
    copy.filter.model = copy_text(&model) ? model : NULL;
    *into = copy;
    return copy.name && !copy.filter.provider == !rule->filter.provider && !copy.filter.model == !rule->filter.model;
}

enum tta_status tta_alerts_create(const struct tta_alert_rule *rules, size_t count, struct tta_alerts **out_alerts,
                                  struct tta_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const char *fault = fault_of(rules, i);
        if (fault) {
            return tta_fail(err, TTA_BAD_ARGUMENT, 0, "alert %zu %s", i + 1, fault);
        }
    }
    struct tta_alerts *alerts = base_alloc_array(1, sizeof(*alerts));
    bool is_good = alerts && (alerts->rules = base_alloc_array(count, sizeof(*alerts->rules)));
    for (size_t i = 0; i < count && is_good; i++) {
        is_good = copy_rule(&alerts->rules[i], &rules[i]);
        alerts->count++;
    }
    if (!is_good) {
        tta_alerts_destroy(alerts);
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for alerts");
    }
    *out_alerts = alerts;
    return TTA_OK;
}

void tta_alerts_destroy(struct tta_alerts *alerts)
{
    if (!alerts) {
        return;
    }
    for (size_t i = 0; i < alerts->count; i++) {
        free_rule(&alerts->rules[i]);
    }
    free(alerts->rules);
    free(alerts->noted);
    free(alerts);
}

static struct noted *find_noted(const struct tta_alerts *alerts, const char *key)
{
    for (size_t i = 0; i < alerts->noted_count; i++) {
        if (strcmp(alerts->noted[i].key, key) == 0) {
            return &alerts->noted[i];
        }
    }
    return NULL;
}

/* What a check of all rules is done with. */
struct round {
    struct tta_alerts *alerts;
    struct tta_metrics *metrics;
    struct tta_metric_store *store;
    int64_t now_ns;
    bool only_shows;
    tta_alert_hook *hook;
    void *context;
    struct tta_error *err;
};

static enum tta_status find(const struct round *round, const char *key, struct tta_alert_state *state)
{
    if (round->store) {
        return tta_metric_store_find_alert(round->store, key, &state->is_firing, &state->since_ns, round->err);
    }
    const struct noted *noted = find_noted(round->alerts, key);
    state->is_firing = noted;
    state->since_ns = noted ? noted->since_ns : 0;
    return TTA_OK;
}

/* Here there is nobody else, so what is noted is a change. */
static enum tta_status note_here(const struct round *round, const char *key, bool is_firing)
{
    struct tta_alerts *alerts = round->alerts;
    if (!is_firing) {
        struct noted *noted = find_noted(alerts, key);
        *noted = alerts->noted[--alerts->noted_count];
        return TTA_OK;
    }
    void *array = alerts->noted;
    if (!base_array_make_room(&array, alerts->noted_count, &alerts->noted_capacity, sizeof(*alerts->noted))) {
        return tta_fail(round->err, TTA_NO_MEMORY, 0, "no memory for alerts");
    }
    alerts->noted = array;
    struct noted *next = &alerts->noted[alerts->noted_count++];
    (void)snprintf(next->key, sizeof(next->key), "%s", key); /* fits: it is a key */
    next->since_ns = round->now_ns;
    return TTA_OK;
}

static enum tta_status note(const struct round *round, const char *key, struct tta_alert_state *state, bool is_firing)
{
    bool is_change = true;
    enum tta_status status = round->store ? tta_metric_store_note_alert(round->store, key, is_firing, round->now_ns,
                                                                        &is_change, round->err)
                                          : note_here(round, key, is_firing);
    if (status != TTA_OK || !is_change) {
        return status;
    }
    state->is_firing = is_firing;
    state->since_ns = is_firing ? round->now_ns : 0;
    state->is_new = true;
    round->hook(round->context, state);
    return TTA_OK;
}

static bool was_idle_for_a_day(const struct round *round, const struct tta_series_filter *filter)
{
    struct tta_summary day;
    tta_metrics_sum(round->metrics, filter, TTA_WINDOW_DAY, &day);
    return day.requests == 0;
}

static enum tta_status check_state(const struct round *round, const struct tta_series_filter *filter, const char *key,
                                   struct tta_alert_state *state)
{
    const struct tta_alert_rule *rule = state->rule;
    bool is_enough = state->requests >= rule->min_requests;
    if (!state->is_firing && state->is_beyond) {
        return note(round, key, state, true);
    }
    if (state->is_firing &&
        ((is_enough && tta_alert_is_well(rule, state->value)) || was_idle_for_a_day(round, filter))) {
        return note(round, key, state, false);
    }
    return TTA_OK;
}

/* One rule, for one of what it looks at. */
static enum tta_status check_one(const struct round *round, const struct tta_alert_rule *rule,
                                 const struct tta_series *whom)
{
    char key[MAX_KEY_BYTES];
    struct tta_summary summary;
    struct tta_series_filter filter = rule->filter;
    struct tta_alert_state state = {.rule = rule};
    if (whom && rule->each != TTA_ALERT_ALL) {
        state.provider = filter.provider = whom->provider;
        state.model = filter.model = rule->each == TTA_ALERT_EACH_MODEL ? whom->model : filter.model;
    }
    (void)snprintf(key, sizeof(key), "%s%s%s%s%s", rule->name, state.provider ? ": " : "", /* fits */
                   state.provider ? state.provider : "", state.model ? " " : "", state.model ? state.model : "");
    tta_metrics_sum(round->metrics, &filter, rule->window, &summary);
    state.value = tta_alert_value(rule->figure, &summary, &state.requests);
    state.is_beyond = state.requests >= rule->min_requests && tta_alert_is_beyond(rule, state.value);
    enum tta_status status = find(round, key, &state);
    if (status != TTA_OK) {
        return status;
    }
    if (round->only_shows) {
        round->hook(round->context, &state);
        return TTA_OK;
    }
    return check_state(round, &filter, key, &state);
}

/* Whether no series before this one, that the filter lets through, is of the same provider, or model. */
static bool is_first(const struct series_table *table, const struct tta_alert_rule *rule, uint32_t number)
{
    struct tta_series series = tta_series_table_at(table, number);
    struct tta_series_filter same = rule->filter;
    same.provider = series.provider;
    same.model = rule->each == TTA_ALERT_EACH_MODEL ? series.model : same.model;
    for (uint32_t i = tta_series_table_first(table, &same); i < tta_series_table_count(table);
         i = tta_series_table_next(table, &same, i)) {
        if (i < number) {
            return false;
        }
        if (!same.model) { /* these come in their order */
            return true;
        }
    }
    return true;
}

/* The next series, from `number` on, that stands for one of what a rule looks at; the count if there is none. */
static uint32_t next_whom(const struct round *round, const struct tta_alert_rule *rule, uint32_t number)
{
    tta_metrics_take_turn(round->metrics);
    const struct series_table *table = tta_metrics_series_table(round->metrics);
    size_t count = tta_series_table_count(table);
    while (number < count &&
           (!tta_series_table_lets_through(table, &rule->filter, number) || !is_first(table, rule, number))) {
        number++;
    }
    tta_metrics_end_turn(round->metrics);
    return number;
}

static enum tta_status check_rule(const struct round *round, const struct tta_alert_rule *rule)
{
    if (rule->each == TTA_ALERT_ALL) {
        return check_one(round, rule, NULL);
    }
    enum tta_status status = TTA_OK;
    size_t count = tta_metrics_series_count(round->metrics);
    for (uint32_t i = next_whom(round, rule, 0); i < count && status == TTA_OK; i = next_whom(round, rule, i + 1)) {
        struct tta_series whom = tta_metrics_series_at(round->metrics, i);
        status = check_one(round, rule, &whom);
    }
    return status;
}

static enum tta_status check_all(const struct round *round)
{
    enum tta_status status = TTA_OK;
    for (size_t i = 0; i < round->alerts->count && status == TTA_OK; i++) {
        status = check_rule(round, &round->alerts->rules[i]);
    }
    return status;
}

enum tta_status tta_alerts_check(struct tta_alerts *alerts, struct tta_metrics *metrics,
                                 struct tta_metric_store *store, int64_t now_ns, tta_alert_hook *hook, void *context,
                                 struct tta_error *err)
{
    const struct round round = {alerts, metrics, store, now_ns, false, hook, context, err};
    return check_all(&round);
}

enum tta_status tta_alerts_show(struct tta_alerts *alerts, struct tta_metrics *metrics,
                                struct tta_metric_store *store, tta_alert_hook *hook, void *context,
                                struct tta_error *err)
{
    const struct round round = {alerts, metrics, store, 0, true, hook, context, err};
    return check_all(&round);
}
