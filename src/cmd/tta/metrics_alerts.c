// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "base/date.h"
#include "cmd/tta/alert_hook.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/config.h"
#include "cmd/tta/metrics_views.h"
#include "cmd/tta/table.h"

/* What the list of states is made with. */
struct listing {
    struct table table;
    size_t firing;
};

static void add_state(void *context, const struct tta_alert_state *state)
{
    struct listing *listing = context;
    char condition[ALERT_CONDITION_BYTES], value[TTA_ALERT_VALUE_BYTES], since[BASE_DATE_BYTES];
    alert_condition_text(state->rule, condition);
    tta_alert_value_text(state->rule->figure, state->value, value);
    base_date_format(state->since_ns, since);
    table_add(&listing->table, state->rule->name);
    const char *provider = state->provider ? state->provider : state->rule->filter.provider;
    const char *model = state->model ? state->model : state->rule->filter.model;
    table_addf(&listing->table, "%s%s%s", provider ? provider : model ? "" : "all", provider && model ? " " : "",
               model ? model : "");
    table_addf(&listing->table, "%s in %s", condition, tta_window_name(state->rule->window));
    table_add(&listing->table, state->requests > 0 ? value : "-");
    table_addf(&listing->table, "%" PRIu64, state->requests);
    listing->firing += state->is_firing || state->is_beyond;
    if (state->is_firing) {
        table_addf(&listing->table, "fires since %.10s %.8s UTC", since, since + 11);
    } else if (state->is_beyond) {
        table_add(&listing->table, "beyond, and nobody was told yet");
    } else {
        table_add(&listing->table, state->requests < state->rule->min_requests ? "too few requests" : "well");
    }
}

/* Whom to tell. */
struct telling {
    const char *hook;
    bool has_failed;
};

static void tell(void *context, const struct tta_alert_state *state)
{
    struct telling *telling = context;
    pid_t pid;
    if (!telling->hook) {
        return;
    }
    if (!alert_hook_start(telling->hook, state, &pid) || !alert_hook_wait(pid, ALERT_HOOK_SECONDS)) {
        complain("alert_hook failed, or took more than %d seconds, for '%s'", ALERT_HOOK_SECONDS, state->rule->name);
        telling->has_failed = true;
    }
}

static int complain_of_store(const struct tta_error *err)
{
    complain("alerts: %s", err->message);
    return err->status == TTA_BAD_SYNTAX ? EXIT_BAD_USAGE : EXIT_BROKEN;
}

static int show(struct tta_alerts *alerts, struct tta_metrics *metrics, struct tta_metric_store *store)
{
    static const struct table_column columns[] = {{"Alert", TABLE_LEFT},     {"Of", TABLE_LEFT},
                                                  {"Fires when", TABLE_LEFT}, {"Now", TABLE_RIGHT},
                                                  {"Requests", TABLE_RIGHT}, {"State", TABLE_LEFT}};
    struct listing listing = {.firing = 0};
    struct tta_error err;
    table_init(&listing.table, columns, sizeof(columns) / sizeof(columns[0]));
    int status = EXIT_FINE;
    if (tta_alerts_show(alerts, metrics, store, add_state, &listing, &err) != TTA_OK) {
        status = complain_of_store(&err);
    } else if (!table_print(&listing.table, stdout)) {
        complain("out of memory");
        status = EXIT_BROKEN;
    } else if (listing.firing > 0) {
        status = EXIT_REFUSED;
    }
    table_deinit(&listing.table);
    return status;
}

int metrics_show_alerts(const struct options *options, const struct config *config, struct tta_metrics *metrics,
                        struct tta_metric_store *store, int64_t now_ns)
{
    size_t count = 0;
    const struct tta_alert_rule *rules = config_alerts(config, &count);
    struct telling telling = {.hook = config_alert_hook(config)};
    struct tta_alerts *alerts = NULL;
    struct tta_error err;
    if (count == 0) {
        complain("%s states no alerts", options->config_path);
        return EXIT_BAD_USAGE;
    }
    if (tta_alerts_create(rules, count, &alerts, &err) != TTA_OK) {
        complain("%s: %s", options->config_path, err.message);
        return err.status == TTA_NO_MEMORY ? EXIT_BROKEN : EXIT_BAD_USAGE;
    }
    int status = EXIT_FINE;
    if (options->notifies && tta_alerts_check(alerts, metrics, store, now_ns, tell, &telling, &err) != TTA_OK) {
        status = complain_of_store(&err);
    }
    status = status == EXIT_FINE ? show(alerts, metrics, store) : status;
    tta_alerts_destroy(alerts);
    return telling.has_failed ? EXIT_BROKEN : status;
}
