// SPDX-License-Identifier: MIT
#include "tta/health.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "tta/breaker.h"
#include "tta/fail.h"
#include "tta/health_parts.h"
#include "tta/health_table.h"

#define NS_PER_SEC INT64_C(1000000000)
#define OPEN_TOGETHER_NS (10 * NS_PER_SEC)
#define MOST_RATE_LIMIT_NS (60 * NS_PER_SEC)

const char *tta_part_name(enum tta_part part)
{
    static const char *const names[] = {"provider", "row", "key"};
    return (unsigned)part < TTA_PART_COUNT ? names[part] : "unknown";
}

const char *tta_breaker_state_name(enum tta_breaker_state state)
{
    static const char *const names[] = {"closed", "open", "half_open"};
    return (unsigned)state <= TTA_BREAKER_HALF_OPEN ? names[state] : "unknown";
}

struct tta_health_options tta_health_defaults(void)
{
    return (struct tta_health_options){
        .min_failures = 5,
        .min_failure_ratio = 0.5,
        .failures_in_a_row = 3,
        .window_ns = 30 * NS_PER_SEC,
        .open_ns = 5 * NS_PER_SEC,
        .max_open_ns = 300 * NS_PER_SEC,
        .successes_to_close = 2,
        .open_rows = 3,
        .rate_limit_ns = NS_PER_SEC,
        .quota_ns = 15 * 60 * NS_PER_SEC,
        .retry_ratio = 0.1,
        .retries_per_sec = 3,
        .retry_burst = 10,
        .seed = 1,
    };
}

static enum tta_status check_options(const struct tta_health_options *options, struct tta_error *err)
{
    if (!(options->min_failures >= 1 && options->min_failures <= 1e9 && options->min_failure_ratio >= 0 &&
          options->min_failure_ratio <= 1) ||
        options->failures_in_a_row < 1 || options->successes_to_close < 1 || options->open_rows < 1) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "a breaker must need at least 1 failure, 1 row and 1 success");
    }
    if (options->window_ns < 1 || options->open_ns < 1 || options->max_open_ns < options->open_ns ||
        options->rate_limit_ns < 1 || options->quota_ns < 1) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "times must be above 0, and the longest not below the first");
    }
    if (!(options->retry_ratio >= 0 && options->retries_per_sec >= 0 && options->retry_burst >= 0 &&
          isfinite(options->retry_ratio + options->retries_per_sec + options->retry_burst))) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "the budget of retries must not be negative");
    }
    return TTA_OK;
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)name[i] < ' ' || name[i] == 127) {
            return false;
        }
    }
    return len >= 1 && len <= 255;
}

static enum tta_status copy_names(struct part_list *list, const struct tta_part_names *names)
{
    list->names = base_alloc_array(names->count, sizeof *list->names);
    list->breakers = base_alloc_array(names->count, sizeof *list->breakers);
    if (!list->names || !list->breakers) {
        return TTA_NO_MEMORY;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (!is_name(names->names[i])) {
            return TTA_BAD_ARGUMENT;
        }
        list->names[i] = strdup(names->names[i]);
        list->count = i + 1;
        if (!list->names[i]) {
            return TTA_NO_MEMORY;
        }
    }
    return TTA_OK;
}

static enum tta_status fill(struct tta_health *health, const struct tta_part_names names[TTA_PART_COUNT])
{
    enum tta_status status = TTA_OK;
    for (int part = 0; part < TTA_PART_COUNT && status == TTA_OK; part++) {
        status = copy_names(&health->parts[part], &names[part]);
    }
    if (status != TTA_OK) {
        return status;
    }
    health->budgets = base_alloc_array(names[TTA_PART_PROVIDER].count, sizeof *health->budgets);
    health->provider_of_row = base_alloc_array(names[TTA_PART_ROW].count, sizeof *health->provider_of_row);
    if (!health->budgets || !health->provider_of_row) {
        return TTA_NO_MEMORY;
    }
    for (size_t i = 0; i < names[TTA_PART_PROVIDER].count; i++) {
        health->budgets[i].tokens = health->options.retry_burst;
    }
    return TTA_OK;
}

enum tta_status tta_health_create(const struct tta_health_options *options,
                                  const struct tta_part_names names[TTA_PART_COUNT], struct tta_health **out_health,
                                  struct tta_error *err)
{
    enum tta_status status = check_options(options, err);
    if (status != TTA_OK) {
        return status;
    }
    struct tta_health *health = calloc(1, sizeof *health);
    if (!health || pthread_mutex_init(&health->lock, NULL) != 0) {
        free(health);
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the health of providers");
    }
    health->options = *options;
    health->random = options->seed;
    status = fill(health, names);
    if (status != TTA_OK) {
        tta_health_destroy(health);
        return tta_fail(err, status, 0, "%s",
                        status == TTA_NO_MEMORY ? "no memory for the health of providers"
                                                : "a name is empty, too long or has control characters");
    }
    *out_health = health;
    return TTA_OK;
}

void tta_health_destroy(struct tta_health *health)
{
    if (!health) {
        return;
    }
    for (int part = 0; part < TTA_PART_COUNT; part++) {
        struct part_list *list = &health->parts[part];
        for (size_t i = 0; i < list->count; i++) {
            free(list->names[i]);
        }
        free(list->names);
        free(list->breakers);
    }
    free(health->budgets);
    free(health->provider_of_row);
    pthread_mutex_destroy(&health->lock);
    free(health);
}

/* A plain mutex that is used as it should be cannot fail. */
void tta_health_lock(struct tta_health *health)
{
    (void)pthread_mutex_lock(&health->lock);
}

void tta_health_unlock(struct tta_health *health)
{
    (void)pthread_mutex_unlock(&health->lock);
}

bool tta_health_has(const struct tta_health *health, const struct tta_target *target)
{
    return target->provider < health->parts[TTA_PART_PROVIDER].count &&
           target->row < health->parts[TTA_PART_ROW].count && target->key < health->parts[TTA_PART_KEY].count;
}

static struct breaker *breaker_of(const struct tta_health *health, enum tta_part part, size_t index)
{
    assert(index < health->parts[part].count);
    return &health->parts[part].breakers[index];
}

/* Whether a breaker stands in the way for want of health, not for a time that the provider named. */
static bool is_open_for_faults(const struct breaker *breaker)
{
    return breaker->state == TTA_BREAKER_OPEN && !breaker->is_promised;
}

int64_t tta_health_ready_ns(const struct tta_health *health, const struct tta_target *target, int64_t now_ns,
                            bool *out_is_open)
{
    const struct breaker *breakers[] = {
        breaker_of(health, TTA_PART_PROVIDER, target->provider),
        breaker_of(health, TTA_PART_ROW, target->row),
        breaker_of(health, TTA_PART_KEY, target->key),
    };
    int64_t ready_ns = now_ns;
    *out_is_open = true;
    for (size_t i = 0; i < sizeof breakers / sizeof breakers[0]; i++) {
        int64_t each_ns = breaker_ready_ns(breakers[i], now_ns);
        ready_ns = each_ns > ready_ns ? each_ns : ready_ns;
        *out_is_open = *out_is_open && (each_ns <= now_ns || is_open_for_faults(breakers[i]));
    }
    *out_is_open = *out_is_open && ready_ns > now_ns;
    return ready_ns;
}

static void refill(struct tta_health *health, struct budget *budget, int64_t now_ns)
{
    if (now_ns > budget->filled_ns) {
        double more = (double)(now_ns - budget->filled_ns) / (double)NS_PER_SEC * health->options.retries_per_sec;
        budget->tokens = fmin(budget->tokens + more, health->options.retry_burst);
        budget->filled_ns = now_ns;
    }
}

int64_t tta_health_retry_ready_ns(struct tta_health *health, uint32_t provider, int64_t now_ns)
{
    struct budget *budget = &health->budgets[provider];
    refill(health, budget, now_ns);
    if (budget->tokens >= 1) {
        return now_ns;
    }
    if (health->options.retries_per_sec <= 0 || health->options.retry_burst < 1) {
        return TTA_UNTIL_HEALED;
    }
    double wait_ns = ceil((1 - budget->tokens) / health->options.retries_per_sec * (double)NS_PER_SEC);
    return wait_ns < 1e15 ? now_ns + (int64_t)wait_ns + 1 : TTA_UNTIL_HEALED;
}

void tta_health_enter(struct tta_health *health, const struct tta_target *target, bool is_retry, int64_t now_ns,
                      int64_t until_ns)
{
    struct budget *budget = &health->budgets[target->provider];
    refill(health, budget, now_ns);
    if (is_retry) {
        budget->tokens -= 1;
    } else {
        budget->tokens = fmin(budget->tokens + health->options.retry_ratio, health->options.retry_burst);
    }
    breaker_enter(breaker_of(health, TTA_PART_PROVIDER, target->provider), now_ns, until_ns);
    breaker_enter(breaker_of(health, TTA_PART_ROW, target->row), now_ns, until_ns);
    breaker_enter(breaker_of(health, TTA_PART_KEY, target->key), now_ns, until_ns);
}

/* Many models of a provider that fail at once are the provider's failure. */
static void open_provider_of(struct tta_health *health, const struct tta_target *target, enum tta_failure failure,
                             int64_t now_ns)
{
    const struct part_list *rows = &health->parts[TTA_PART_ROW];
    uint32_t count = 0;
    for (size_t row = 0; row < rows->count; row++) {
        const struct breaker *breaker = &rows->breakers[row];
        count += health->provider_of_row[row] == target->provider + 1 && breaker->state == TTA_BREAKER_OPEN &&
                 now_ns - breaker->opened_ns <= OPEN_TOGETHER_NS;
    }
    struct breaker *provider = breaker_of(health, TTA_PART_PROVIDER, target->provider);
    if (count >= health->options.open_rows && provider->state == TTA_BREAKER_CLOSED) {
        breaker_open(provider, &health->options, failure, now_ns, &health->random);
    }
}

static void fail_row(struct tta_health *health, const struct tta_target *target, const struct tta_finding *finding,
                     int64_t now_ns)
{
    enum tta_failure failure = finding->failure;
    struct breaker *row = breaker_of(health, TTA_PART_ROW, target->row);
    health->provider_of_row[target->row] = target->provider + 1;
    bool has_opened = breaker_fail(row, &health->options, failure, now_ns, &health->random);
    if (has_opened && (failure == TTA_FAILURE_SERVER || failure == TTA_FAILURE_TIMEOUT)) {
        open_provider_of(health, target, failure, now_ns);
    }
    int64_t until_ns = now_ns + finding->retry_after_ns;
    if (finding->retry_after_ns > 0 && (row->state != TTA_BREAKER_OPEN || row->until_ns < until_ns)) {
        breaker_open_until(row, failure, now_ns, until_ns);
    }
}

/* As long as the provider says, else longer each time. */
static void rest(struct tta_health *health, struct breaker *breaker, const struct tta_finding *finding,
                 int64_t now_ns)
{
    int64_t wait_ns = finding->retry_after_ns;
    if (wait_ns <= 0) {
        wait_ns = health->options.rate_limit_ns;
        for (uint32_t i = 0; i < breaker->level && wait_ns < MOST_RATE_LIMIT_NS; i++) {
            wait_ns *= 2;
        }
        wait_ns = wait_ns < MOST_RATE_LIMIT_NS ? wait_ns : MOST_RATE_LIMIT_NS;
        breaker->level += breaker->level < 30;
    }
    if (breaker->state != TTA_BREAKER_OPEN || breaker->until_ns < now_ns + wait_ns) {
        breaker_open_until(breaker, TTA_FAILURE_RATE_LIMIT, now_ns, now_ns + wait_ns);
    }
}

static void fail_key(struct tta_health *health, struct breaker *key, const struct tta_finding *finding,
                     int64_t now_ns)
{
    int64_t until_ns = TTA_UNTIL_HEALED;
    if (finding->failure == TTA_FAILURE_QUOTA) {
        until_ns = now_ns + (finding->retry_after_ns > 0 ? finding->retry_after_ns : health->options.quota_ns);
    }
    breaker_open_until(key, finding->failure, now_ns, until_ns);
}

/* What an answer says of the part that it does not blame: the provider is there, at least. */
static void report_others(struct tta_health *health, const struct tta_target *target, enum tta_failure failure,
                          int64_t now_ns)
{
    const struct tta_health_options *options = &health->options;
    struct breaker *provider = breaker_of(health, TTA_PART_PROVIDER, target->provider);
    if (failure == TTA_FAILURE_CLIENT_GONE || failure == TTA_FAILURE_TIMEOUT) {
        breaker_pass(provider);
    } else if (failure != TTA_FAILURE_CONNECT) {
        breaker_succeed(provider, options, options->successes_to_close, now_ns);
    }
    breaker_pass(breaker_of(health, TTA_PART_ROW, target->row));
    breaker_pass(breaker_of(health, TTA_PART_KEY, target->key));
}

static void report(struct tta_health *health, const struct tta_target *target, const struct tta_finding *finding,
                   int64_t now_ns)
{
    const struct tta_health_options *options = &health->options;
    struct breaker *row = breaker_of(health, TTA_PART_ROW, target->row);
    struct breaker *key = breaker_of(health, TTA_PART_KEY, target->key);
    report_others(health, target, finding->failure, now_ns);
    switch (finding->failure) {
    case TTA_FAILURE_NONE:
        breaker_succeed(row, options, options->successes_to_close, now_ns);
        breaker_succeed(key, options, 1, now_ns);
        key->level = 0;
        break;
    case TTA_FAILURE_CONNECT:
        (void)breaker_fail(breaker_of(health, TTA_PART_PROVIDER, target->provider), options, finding->failure, now_ns,
                           &health->random);
        break;
    case TTA_FAILURE_TIMEOUT:
    case TTA_FAILURE_OVERLOADED:
    case TTA_FAILURE_SERVER:
    case TTA_FAILURE_STREAM_BROKEN:
        fail_row(health, target, finding, now_ns);
        break;
    case TTA_FAILURE_RATE_LIMIT:
        rest(health, finding->is_upstream ? row : key, finding, now_ns);
        break;
    case TTA_FAILURE_AUTH:
    case TTA_FAILURE_QUOTA:
        fail_key(health, key, finding, now_ns);
        break;
    case TTA_FAILURE_NOT_FOUND:
        breaker_open_until(row, finding->failure, now_ns, TTA_UNTIL_HEALED);
        break;
    case TTA_FAILURE_CONTEXT:
    case TTA_FAILURE_POLICY:
    case TTA_FAILURE_BAD_REQUEST:
    case TTA_FAILURE_CLIENT_GONE:
    case TTA_FAILURE_COUNT:
        break;
    }
}

void tta_health_report(struct tta_health *health, const struct tta_target *target, const struct tta_finding *finding,
                       int64_t now_ns)
{
    tta_health_lock(health);
    report(health, target, finding, now_ns);
    tta_health_unlock(health);
}

struct tta_part_health tta_health_of(struct tta_health *health, enum tta_part part, size_t index, int64_t now_ns)
{
    tta_health_lock(health);
    const struct breaker *breaker = breaker_of(health, part, index);
    double age = now_ns > breaker->updated_ns ? (double)(now_ns - breaker->updated_ns) : 0;
    double factor = exp(-age / (double)health->options.window_ns);
    const struct tta_part_health found = {
        .state = breaker->state,
        .until_ns = breaker->until_ns,
        .level = breaker->level,
        .failures = breaker->failures * factor,
        .successes = breaker->successes * factor,
        .last = breaker->last,
    };
    tta_health_unlock(health);
    return found;
}

void tta_health_heal(struct tta_health *health, enum tta_part part, size_t index)
{
    tta_health_lock(health);
    *breaker_of(health, part, index) = (struct breaker){0};
    tta_health_unlock(health);
}
