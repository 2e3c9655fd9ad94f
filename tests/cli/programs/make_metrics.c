// SPDX-License-Identifier: MIT
/* Writes a store as a gateway would that has run for three hours, up to 2026-08-10 07:00 UTC or now:
 * make_metrics FILE [now] */
#include <stdio.h>
#include <time.h>

#include <tta/metric_store.h>

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)
#define MINUTE_NS (60 * SECOND_NS)
#define END_S INT64_C(1786345200)
#define MINUTES 180

static const struct tta_series series[] = {
    {"openrouter", "anthropic/claude-sonnet-4", TTA_TASK_NARRATIVE_GENERATION},
    {"openrouter", "anthropic/claude-sonnet-4", TTA_TASK_GENERAL_CHAT},
    {"openrouter", "openai/gpt-4o-mini", TTA_TASK_GENERAL_CHAT},
    {"ollama", "llama3.1:8b", TTA_TASK_COUNT},
};
enum { SERIES = sizeof(series) / sizeof(series[0]) };

/* The one that is slow is so in the last ten minutes; the one that fails does so all the time. */
static void work(struct tta_recorder *recorder, int minute)
{
    for (uint32_t i = 0; i < SERIES; i++) {
        int requests = (minute * 7 + (int)i * 13) % 11 + (i == 3 ? 1 : 4);
        for (int n = 0; n < requests; n++) {
            int64_t latency_ns = (800 + 400 * (int64_t)i + (n * 977 + minute * 31) % 1000) * MS_NS;
            if (i == 0 && minute >= MINUTES - 10) {
                latency_ns *= 10;
            }
            struct tta_observation observation = {
                .series = i,
                .latency_ns = latency_ns,
                .first_token_ns = latency_ns / 5,
                .usage = {900, 210, 400, i == 0 ? 60 : 0, i == 3 ? TTA_USAGE_UNKNOWN : 41000000 * (3 - (int64_t)i)},
            };
            if (i == 2 && n % 4 == 0) {
                observation.failure = minute % 3 == 0 ? TTA_FAILURE_TIMEOUT : TTA_FAILURE_RATE_LIMIT;
                observation.first_token_ns = TTA_NOT_TIMED;
                observation.usage = (struct tta_usage)TTA_USAGE_NONE;
            }
            observation.kind = i == 3 && n == 0 ? TTA_ATTEMPT_FALLBACK : TTA_ATTEMPT_FIRST;
            tta_metrics_record(recorder, &observation);
            tta_metrics_record_gap(recorder, i, (12 + n) * MS_NS);
        }
    }
}

static enum tta_status live(const char *path, int64_t end_ns, struct tta_error *err)
{
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    struct tta_metric_store *store = NULL;
    int64_t now_ns = end_ns - MINUTES * MINUTE_NS;
    enum tta_status status = tta_metrics_create(SERIES, now_ns, &metrics);
    status = status == TTA_OK ? tta_metrics_add_recorder(metrics, &recorder) : status;
    for (uint32_t i = 0; i < SERIES && status == TTA_OK; i++) {
        uint32_t number; /* is i */
        status = tta_metrics_add_series(metrics, &series[i], &number);
    }
    status = status == TTA_OK ? tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &store, err) : status;
    status = status == TTA_OK ? tta_metric_store_load(store, metrics, now_ns, err) : status;
    for (int minute = 0; minute < MINUTES && status == TTA_OK; minute++) {
        work(recorder, minute);
        now_ns += MINUTE_NS;
        status = tta_metrics_tick(metrics, now_ns);
        status = status == TTA_OK ? tta_metric_store_roll(store, metrics, now_ns, err) : status;
    }
    tta_metric_store_close(store);
    tta_metrics_destroy(metrics);
    return status;
}

int main(int argc, char **argv)
{
    struct tta_error err = {.message = "no memory"};
    int64_t end_s = argc > 2 ? (int64_t)time(NULL) : END_S;
    if (argc < 2 || live(argv[1], end_s * SECOND_NS, &err) != TTA_OK) {
        fprintf(stderr, "make_metrics: %s\n", err.message);
        return 1;
    }
    return 0;
}
