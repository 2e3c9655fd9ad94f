// SPDX-License-Identifier: MIT
/* One request finds its way: a limit, a refused connection, an answer. */
#include <stdio.h>

#include <tta/failover.h>

#define MS_NS INT64_C(1000000)

/* Two keys for a model at one provider, and the same model elsewhere. */
static const char *const providers[] = {"openrouter", "openai"};
static const char *const rows[] = {"openrouter/gpt", "openai/gpt"};
static const char *const keys[] = {"main", "spare", "work"};
static const struct tta_target targets[] = {
    {.provider = 0, .row = 0, .key = 0, .context_tokens = 128000},
    {.provider = 0, .row = 0, .key = 1, .context_tokens = 128000},
    {.provider = 1, .row = 1, .key = 2, .context_tokens = 128000},
};
static const char *const names[] = {"openrouter/gpt main", "openrouter/gpt spare", "openai/gpt"};

/* What the provider would do; a program sends the request here and asks tta_reply_classify(). */
static struct tta_finding ask(uint32_t target)
{
    switch (target) {
    case 0:
        return (struct tta_finding){.failure = TTA_FAILURE_RATE_LIMIT, .http_status = 429,
                                    .retry_after_ns = 20000 * MS_NS};
    case 1:
        return (struct tta_finding){.failure = TTA_FAILURE_CONNECT};
    default:
        return (struct tta_finding){.failure = TTA_FAILURE_NONE, .http_status = 200};
    }
}

static void run_request(struct tta_health *health, int64_t now_ns)
{
    const struct tta_failover_options options = tta_failover_defaults();
    struct tta_failover failover;
    struct tta_step step;
    if (tta_failover_begin(&failover, health, &options, targets, 3, now_ns, 42) != TTA_OK) {
        return;
    }
    while ((step = tta_failover_next(&failover, now_ns)).kind != TTA_STEP_STOP) {
        if (step.kind == TTA_STEP_WAIT) {
            now_ns = step.until_ns; /* a program sleeps here */
            continue;
        }
        struct tta_finding finding = ask(step.target);
        now_ns += 12 * MS_NS;
        tta_failover_report(&failover, &finding, false, now_ns);
    }
    char text[256];
    (void)tta_failover_text(&failover, names, text, sizeof text);
    printf("%d: %s\n", tta_failover_outcome(&failover).client_status, text);
}

int main(void)
{
    const struct tta_part_names parts[TTA_PART_COUNT] = {{providers, 2}, {rows, 2}, {keys, 3}};
    const struct tta_health_options options = tta_health_defaults();
    struct tta_health *health;
    struct tta_error err;
    if (tta_health_create(&options, parts, &health, &err) != TTA_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    run_request(health, 0);
    run_request(health, 1000 * MS_NS); /* the first key still rests */
    struct tta_part_health key = tta_health_of(health, TTA_PART_KEY, 0, 1000 * MS_NS);
    printf("key main is %s after %s\n", tta_breaker_state_name(key.state), tta_failure_name(key.last));
    tta_health_destroy(health);
    return 0;
}
