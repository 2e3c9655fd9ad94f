// SPDX-License-Identifier: MIT
/* Two threads record how a model answers; a third reads. */
#include <pthread.h>
#include <stdio.h>

#include <tta/metrics.h>

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)

/* Answers in 1, 2, ... 500 ms; every hundredth fails. */
static void *record(void *recorder)
{
    for (int request = 1; request <= 500; request++) {
        const struct tta_observation observation = {
            .series = 0,
            .failure = request % 100 == 0 ? TTA_FAILURE_OVERLOADED : TTA_FAILURE_NONE,
            .latency_ns = request * MS_NS,
            .first_token_ns = request * MS_NS / 4,
            .usage = {.prompt_tokens = 1000, .completion_tokens = 50, .cost_pusd = TTA_USAGE_UNKNOWN},
        };
        tta_metrics_record(recorder, &observation);
    }
    return NULL;
}

int main(void)
{
    const struct tta_series series = {"openrouter", "openai/gpt-4o-mini", TTA_TASK_GENERAL_CHAT};
    struct tta_metrics *metrics;
    struct tta_recorder *recorders[2];
    uint32_t number;
    if (tta_metrics_create(100, 0, &metrics) != TTA_OK ||
        tta_metrics_add_series(metrics, &series, &number) != TTA_OK) { /* the first has number 0 */
        return 1;
    }
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) { /* each thread has a recorder of its own */
        if (tta_metrics_add_recorder(metrics, &recorders[i]) != TTA_OK ||
            pthread_create(&threads[i], NULL, record, recorders[i]) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < 2; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    struct tta_summary all, minute;
    tta_metrics_read(metrics, number, TTA_WINDOW_ALL, &all);
    printf("%llu requests, %.1f %% good, p50 %.0f ms, p95 %.0f ms, mean %.1f ms\n", (unsigned long long)all.requests,
           100 * all.success_rate, (double)all.latency.p50_ns / MS_NS, (double)all.latency.p95_ns / MS_NS,
           all.latency.mean_ns / MS_NS);
    printf("%llu were told that there is no capacity; what %llu cost is not known\n",
           (unsigned long long)all.by_class[TTA_FAILURE_OVERLOADED], (unsigned long long)all.cost_pusd.unknown);
    enum tta_status status = TTA_OK;
    for (int64_t now_ns = 0; now_ns <= 80 * SECOND_NS && status == TTA_OK; now_ns += 10 * SECOND_NS) {
        status = tta_metrics_tick(metrics, now_ns); /* a server's timer does this, with the time of day */
    }
    tta_metrics_read(metrics, number, TTA_WINDOW_MINUTE, &minute);
    printf("%llu requests in the last minute\n", (unsigned long long)minute.requests);
    tta_metrics_destroy(metrics);
    return status == TTA_OK ? 0 : 1;
}
