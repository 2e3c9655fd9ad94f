// SPDX-License-Identifier: MIT
/* A gateway's day in short: figures that outlive it, and an alert that rings once. */
#include <stdio.h>

#include <tta/alert.h>
#include <tta/metric_store.h>

#define STORE "example_metrics.db"
#define SECOND_NS INT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)
#define MORNING_NS (INT64_C(1786345200) * SECOND_NS) /* 2026-08-10 07:00 UTC */

static void tell(void *context, const struct tta_alert_state *state)
{
    (void)context;
    char value[TTA_ALERT_VALUE_BYTES];
    tta_alert_value_text(state->rule->figure, state->value, value);
    printf("%s %s: %s of %llu requests\n", state->rule->name, state->is_firing ? "fires" : "resolved", value,
           (unsigned long long)state->requests);
}

/* From `now_ns` on, a request a second that takes so long, for ten minutes. */
static enum tta_status live(int64_t now_ns, int64_t latency_ns, struct tta_error *err)
{
    const struct tta_series series = {"openrouter", "openai/gpt-4o-mini", TTA_TASK_GENERAL_CHAT};
    const struct tta_series_filter all = {0};
    struct tta_alert_rule slow = tta_alert_rule_defaults(); /* 5 minutes, at least 20 requests */
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    struct tta_metric_store *store = NULL;
    struct tta_alerts *alerts = NULL;
    struct tta_summary day;
    uint32_t number = 0;
    slow.name = "slow";
    enum tta_status status = tta_alert_condition_parse("p95 > 8 s", &slow, err);
    status = status == TTA_OK ? tta_alerts_create(&slow, 1, &alerts, err) : status;
    status = status == TTA_OK ? tta_metrics_create(1000, now_ns, &metrics) : status;
    status = status == TTA_OK ? tta_metrics_add_recorder(metrics, &recorder) : status;
    status = status == TTA_OK ? tta_metrics_add_series(metrics, &series, &number) : status;
    status = status == TTA_OK ? tta_metric_store_open(STORE, TTA_METRIC_STORE_WRITE, &store, err) : status;
    status = status == TTA_OK ? tta_metric_store_load(store, metrics, now_ns, err) : status;
    if (status == TTA_OK) {
        tta_metrics_sum(metrics, &all, TTA_WINDOW_DAY, &day);
        printf("it starts, and knows of %llu requests\n", (unsigned long long)day.requests);
    }
    for (int second = 1; second <= 600 && status == TTA_OK; second++) {
        const struct tta_observation observation = {
            .series = number, .latency_ns = latency_ns, .first_token_ns = SECOND_NS, .usage = TTA_USAGE_NONE};
        tta_metrics_record(recorder, &observation);
        if (second % 10 == 0) { /* its timer */
            int64_t at_ns = now_ns + second * SECOND_NS;
            status = tta_metrics_tick(metrics, at_ns);
            status = status == TTA_OK ? tta_metric_store_roll(store, metrics, at_ns, err) : status;
            status = status == TTA_OK ? tta_alerts_check(alerts, metrics, store, at_ns, tell, NULL, err) : status;
        }
    }
    tta_metric_store_close(store); /* it is killed: nothing more is written */
    tta_alerts_destroy(alerts);
    tta_metrics_destroy(metrics);
    return status;
}

int main(void)
{
    struct tta_error err = {.message = "no memory"};
    (void)remove(STORE); /* of the last time, if there was one */
    for (int run = 0; run < 4; run++) { /* slow, slow, quick, quick */
        if (live(MORNING_NS + run * 10 * MINUTE_NS, (run < 2 ? 9 : 2) * SECOND_NS, &err) != TTA_OK) {
            fprintf(stderr, STORE ": %s\n", err.message);
            return 1;
        }
    }
    return 0;
}
