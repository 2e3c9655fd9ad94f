// SPDX-License-Identifier: MIT
/*
 * A report turns the class of a failure into marks on the targets, by the table
 * below: some are out for this request, some are not ready before a time.  The
 * next step is then the best target that is ready, or the least wait.
 */
#include "tta/failover.h"

#include <assert.h>
#include <string.h>

#include "base/num.h"
#include "base/random.h"
#include "tta/health_parts.h"

#define NEVER_NS INT64_MAX
#define NS_PER_MS INT64_C(1000000)

/* Which targets share what a failure is about. */
enum scope { SCOPE_NOTHING, SCOPE_ROW, SCOPE_KEY, SCOPE_PROVIDER };

static const struct rule {
    uint32_t again;      /* how often the same target may be tried again */
    bool at_once;        /* the first time without backoff */
    bool other_key;      /* is the first thing to try */
    enum scope scope;    /* rests meanwhile, and is out when that is used up */
    bool goes_elsewhere; /* other targets may answer */
    int client_status;
} rules[TTA_FAILURE_COUNT] = {
    [TTA_FAILURE_NONE] = {.client_status = 200},
    [TTA_FAILURE_CONNECT] = {1, true, false, SCOPE_PROVIDER, true, 502},
    [TTA_FAILURE_TIMEOUT] = {0, false, false, SCOPE_ROW, true, 504},
    [TTA_FAILURE_RATE_LIMIT] = {TTA_MAX_ATTEMPTS, false, true, SCOPE_KEY, true, 429},
    [TTA_FAILURE_OVERLOADED] = {TTA_MAX_ATTEMPTS, false, false, SCOPE_ROW, true, 503},
    [TTA_FAILURE_SERVER] = {1, false, false, SCOPE_ROW, true, 502},
    [TTA_FAILURE_AUTH] = {0, false, true, SCOPE_KEY, true, 502},
    [TTA_FAILURE_QUOTA] = {0, false, true, SCOPE_KEY, true, 402},
    [TTA_FAILURE_NOT_FOUND] = {0, false, false, SCOPE_ROW, true, 404},
    [TTA_FAILURE_CONTEXT] = {0, false, false, SCOPE_ROW, true, 400},
    [TTA_FAILURE_POLICY] = {0, false, false, SCOPE_ROW, true, 400},
    [TTA_FAILURE_BAD_REQUEST] = {0, false, false, SCOPE_ROW, false, 400},
    [TTA_FAILURE_STREAM_BROKEN] = {1, false, true, SCOPE_ROW, true, 502},
    [TTA_FAILURE_CLIENT_GONE] = {0, false, false, SCOPE_NOTHING, false, 499},
};

struct tta_failover_options tta_failover_defaults(void)
{
    return (struct tta_failover_options){
        .time_ns = 60000 * NS_PER_MS,
        .max_attempts = 8,
        .backoff_ns = 250 * NS_PER_MS,
        .max_backoff_ns = 8000 * NS_PER_MS,
        .fails_open = true,
    };
}

static bool are_options(const struct tta_failover_options *options)
{
    return options->time_ns >= 0 && options->max_attempts >= 1 && options->max_attempts <= TTA_MAX_ATTEMPTS &&
           options->backoff_ns >= 0 && options->max_backoff_ns >= options->backoff_ns;
}

enum tta_status tta_failover_begin(struct tta_failover *failover, struct tta_health *health,
                                   const struct tta_failover_options *options, const struct tta_target *targets,
                                   size_t count, int64_t now_ns, uint64_t seed)
{
    if (!are_options(options) || count < 1 || count > TTA_MAX_TARGETS) {
        return TTA_BAD_ARGUMENT;
    }
    for (size_t i = 0; i < count; i++) {
        if (!tta_health_has(health, &targets[i])) {
            return TTA_BAD_ARGUMENT;
        }
    }
    /* All but what of the arrays nobody will look at, which is most of it. */
    memcpy(failover->targets, targets, count * sizeof *targets);
    memset(failover->courses, 0, count * sizeof *failover->courses);
    failover->target_count = (uint32_t)count;
    failover->attempt_count = failover->backoffs = 0;
    failover->health = health;
    failover->options = *options;
    failover->deadline_ns = options->time_ns < INT64_MAX - now_ns ? now_ns + options->time_ns : INT64_MAX;
    failover->random = seed;
    failover->last = (struct tta_finding){.failure = TTA_FAILURE_NONE};
    failover->least_retry_after_ns = 0;
    failover->is_under_way = failover->is_over = failover->has_answered = false;
    failover->has_committed = failover->retries_at_once = false;
    return TTA_OK;
}

static struct tta_attempt *last_attempt(struct tta_failover *failover)
{
    return failover->attempt_count > 0 ? &failover->attempts[failover->attempt_count - 1] : NULL;
}

/* Less is better. */
static int rank(const struct tta_failover *failover, uint32_t index)
{
    if (failover->attempt_count == 0) {
        return 0;
    }
    const struct tta_attempt *last = &failover->attempts[failover->attempt_count - 1];
    const struct tta_target *failed = &failover->targets[last->target], *target = &failover->targets[index];
    if (failover->retries_at_once && index == last->target) {
        return -1;
    }
    if (failover->options.keeps_order) {
        return 0;
    }
    if (target->row == failed->row) {
        return rules[last->failure].other_key && target->key != failed->key ? 0 : 5;
    }
    if (target->model == failed->model) {
        return 1;
    }
    return last->failure == TTA_FAILURE_QUOTA && !target->is_free ? 3 : 2;
}

/* Whether this request has failed at the provider already. */
static bool is_retry(const struct tta_failover *failover, uint32_t provider)
{
    for (uint32_t i = 0; i < failover->attempt_count; i++) {
        if (failover->targets[failover->attempts[i].target].provider == provider) {
            return true;
        }
    }
    return false;
}

/* The best of what is ready now, and of the rest the one that is ready first. */
struct survey {
    uint32_t best;    /* target_count: none */
    int best_rank;
    int64_t ready_ns; /* the least time to wait for; NEVER_NS */
    uint32_t first_to_close; /* of those not tried yet that only breakers keep back; target_count: none */
    int64_t closes_ns;
};

static void look_at(const struct tta_failover *failover, uint32_t index, int64_t now_ns, struct survey *survey)
{
    const struct tta_target *target = &failover->targets[index];
    int order = rank(failover, index);
    if (survey->best != failover->target_count && order >= survey->best_rank) {
        return; /* nothing that it could tell would count */
    }
    bool is_open;
    int64_t ready_ns = tta_health_ready_ns(failover->health, target, now_ns, &is_open);
    int64_t closes_ns = ready_ns;
    if (failover->courses[index].ready_ns > ready_ns) {
        ready_ns = failover->courses[index].ready_ns;
    }
    if (is_retry(failover, target->provider)) {
        int64_t budget_ns = tta_health_retry_ready_ns(failover->health, target->provider, now_ns);
        ready_ns = budget_ns > ready_ns ? budget_ns : ready_ns;
    }
    if (ready_ns <= now_ns) {
        survey->best = index;
        survey->best_rank = order;
    }
    if (ready_ns < survey->ready_ns) {
        survey->ready_ns = ready_ns;
    }
    if (is_open && failover->courses[index].tries == 0 && closes_ns < survey->closes_ns) {
        survey->first_to_close = index;
        survey->closes_ns = closes_ns;
    }
}

static struct survey survey_targets(const struct tta_failover *failover, int64_t now_ns)
{
    uint32_t none = failover->target_count;
    struct survey survey = {.best = none, .ready_ns = NEVER_NS, .first_to_close = none, .closes_ns = NEVER_NS};
    for (uint32_t i = 0; i < failover->target_count; i++) {
        if (!failover->courses[i].is_out) {
            look_at(failover, i, now_ns, &survey);
        }
    }
    return survey;
}

static struct tta_step stop(struct tta_failover *failover)
{
    failover->is_over = true;
    return (struct tta_step){.kind = TTA_STEP_STOP};
}

static struct tta_step begin_attempt(struct tta_failover *failover, uint32_t index, bool costs, int64_t now_ns)
{
    const struct tta_target *target = &failover->targets[index];
    tta_health_enter(failover->health, target, costs, now_ns, failover->deadline_ns);
    failover->attempts[failover->attempt_count++] =
        (struct tta_attempt){.target = index, .failure = TTA_FAILURE_COUNT, .start_ns = now_ns};
    failover->courses[index].tries++;
    failover->is_under_way = true;
    failover->retries_at_once = false;
    return (struct tta_step){.kind = TTA_STEP_TRY, .target = index, .until_ns = failover->deadline_ns};
}

/* With the health locked. */
static struct tta_step choose(struct tta_failover *failover, int64_t now_ns)
{
    uint32_t none = failover->target_count;
    struct survey survey = survey_targets(failover, now_ns);
    if (survey.best != none) {
        bool costs = is_retry(failover, failover->targets[survey.best].provider);
        return begin_attempt(failover, survey.best, costs, now_ns);
    }
    /* The breakers of all that is left are open: to fail without having asked would be to fail blindly. */
    bool is_last_resort = survey.closes_ns <= survey.ready_ns || survey.ready_ns >= failover->deadline_ns;
    if (failover->options.fails_open && survey.first_to_close != none && is_last_resort) {
        uint32_t provider = failover->targets[survey.first_to_close].provider;
        if (tta_health_retry_ready_ns(failover->health, provider, now_ns) <= now_ns) {
            return begin_attempt(failover, survey.first_to_close, true, now_ns);
        }
    }
    if (survey.ready_ns < failover->deadline_ns) {
        return (struct tta_step){.kind = TTA_STEP_WAIT, .until_ns = survey.ready_ns};
    }
    return stop(failover);
}

struct tta_step tta_failover_next(struct tta_failover *failover, int64_t now_ns)
{
    assert(!failover->is_under_way);
    if (failover->is_over || now_ns >= failover->deadline_ns ||
        failover->attempt_count >= failover->options.max_attempts) {
        return stop(failover);
    }
    tta_health_lock(failover->health);
    struct tta_step step = choose(failover, now_ns);
    tta_health_unlock(failover->health);
    return step;
}

/* Full jitter: AWS Architecture Blog, "Exponential Backoff And Jitter", 2015. */
static int64_t draw_backoff_ns(struct tta_failover *failover)
{
    int64_t limit_ns = failover->options.backoff_ns;
    for (uint32_t i = 0; i < failover->backoffs && limit_ns < failover->options.max_backoff_ns; i++) {
        limit_ns = limit_ns > failover->options.max_backoff_ns / 2 ? failover->options.max_backoff_ns : limit_ns * 2;
    }
    failover->backoffs++;
    return limit_ns > 0 ? (int64_t)base_random_below(&failover->random, (uint64_t)limit_ns + 1) : 0;
}

static bool shares(enum scope scope, const struct tta_target *target, const struct tta_target *failed)
{
    switch (scope) {
    case SCOPE_ROW:
        return target->row == failed->row;
    case SCOPE_KEY:
        return target->key == failed->key;
    case SCOPE_PROVIDER:
        return target->provider == failed->provider;
    case SCOPE_NOTHING:
        break;
    }
    return false;
}

static bool may_answer(const struct tta_failover *failover, const struct tta_finding *finding,
                       const struct tta_target *target, const struct tta_target *failed)
{
    switch (finding->failure) {
    case TTA_FAILURE_CONTEXT:
        return failed->context_tokens >= 0 && target->context_tokens > failed->context_tokens;
    case TTA_FAILURE_POLICY:
        return failover->options.policy_falls_back && target->takes_refused;
    case TTA_FAILURE_BAD_REQUEST:
        return failover->options.unsupported_falls_back && finding->is_unsupported && target->model != failed->model;
    case TTA_FAILURE_NONE:
    case TTA_FAILURE_CONNECT:
    case TTA_FAILURE_TIMEOUT:
    case TTA_FAILURE_RATE_LIMIT:
    case TTA_FAILURE_OVERLOADED:
    case TTA_FAILURE_SERVER:
    case TTA_FAILURE_AUTH:
    case TTA_FAILURE_QUOTA:
    case TTA_FAILURE_NOT_FOUND:
    case TTA_FAILURE_STREAM_BROKEN:
    case TTA_FAILURE_CLIENT_GONE:
    case TTA_FAILURE_COUNT:
        break;
    }
    return rules[finding->failure].goes_elsewhere;
}

static void mark_targets(struct tta_failover *failover, const struct tta_finding *finding, int64_t now_ns)
{
    const struct rule *rule = &rules[finding->failure];
    uint32_t index = last_attempt(failover)->target;
    const struct tta_target *failed = &failover->targets[index];
    uint32_t tries = failover->courses[index].tries;
    enum scope scope = finding->is_upstream ? SCOPE_ROW : rule->scope;
    bool is_used_up = tries > rule->again || finding->forbids_retry;
    failover->retries_at_once = rule->at_once && !is_used_up && finding->retry_after_ns == 0;
    int64_t wait_ns = failover->retries_at_once || is_used_up ? 0 : draw_backoff_ns(failover);
    wait_ns = finding->retry_after_ns > wait_ns ? finding->retry_after_ns : wait_ns;
    for (uint32_t i = 0; i < failover->target_count; i++) {
        struct tta_target_course *course = &failover->courses[i];
        if (i != index && !shares(scope, &failover->targets[i], failed)) {
            course->is_out = course->is_out || !may_answer(failover, finding, &failover->targets[i], failed);
        } else if (is_used_up) {
            course->is_out = true;
        } else if (now_ns + wait_ns > course->ready_ns) {
            course->ready_ns = now_ns + wait_ns;
        }
    }
}

void tta_failover_report(struct tta_failover *failover, const struct tta_finding *finding, bool is_committed,
                         int64_t now_ns)
{
    assert(failover->is_under_way && (unsigned)finding->failure < TTA_FAILURE_COUNT);
    struct tta_attempt *attempt = last_attempt(failover);
    attempt->failure = finding->failure;
    attempt->http_status = finding->http_status;
    attempt->end_ns = now_ns;
    failover->is_under_way = false;
    failover->last = *finding;
    failover->has_committed = is_committed;
    failover->has_answered = finding->failure == TTA_FAILURE_NONE;
    if (finding->retry_after_ns > 0 &&
        (failover->least_retry_after_ns == 0 || finding->retry_after_ns < failover->least_retry_after_ns)) {
        failover->least_retry_after_ns = finding->retry_after_ns;
    }
    tta_health_report(failover->health, &failover->targets[attempt->target], finding, now_ns);
    if (failover->has_answered || is_committed || finding->failure == TTA_FAILURE_CLIENT_GONE) {
        failover->is_over = true;
        return;
    }
    mark_targets(failover, finding, now_ns);
}

struct tta_outcome tta_failover_outcome(const struct tta_failover *failover)
{
    struct tta_outcome outcome = {.is_committed = failover->has_committed};
    if (failover->has_answered) {
        outcome.client_status = 200;
        return outcome;
    }
    if (failover->attempt_count == 0) {
        outcome.failure = TTA_FAILURE_OVERLOADED; /* nobody was fit to be asked in time */
    } else if (failover->last.failure == TTA_FAILURE_CLIENT_GONE || failover->has_committed) {
        outcome.failure = failover->last.failure;
    } else {
        outcome.failure = failover->attempts[0].failure;
    }
    outcome.client_status = rules[outcome.failure].client_status;
    if (outcome.client_status == 429 || outcome.client_status == 503) {
        outcome.retry_after_ns = failover->least_retry_after_ns;
    }
    return outcome;
}

/* How long the text is then; what does not fit is only counted. */
static size_t add_text(char *out, size_t size, size_t len, const char *text)
{
    for (; *text; text++, len++) {
        bool is_plain = *text >= ' ' && *text <= '~' && *text != ';';
        if (len + 1 < size) {
            out[len] = is_plain ? *text : '_';
        }
    }
    return len;
}

/* Behind a space. */
static size_t add_number(char *out, size_t size, size_t len, int64_t number)
{
    char scratch[BASE_NUM_MAX_DIGITS], text[BASE_NUM_MAX_DIGITS + 2] = " ";
    struct str digits = base_num_digits((uint64_t)number, scratch);
    memcpy(text + 1, digits.ptr, digits.len);
    text[digits.len + 1] = '\0';
    return add_text(out, size, len, text);
}

static size_t add_attempt(char *out, size_t size, size_t len, const struct tta_attempt *attempt, const char *name)
{
    int64_t took_ns = attempt->end_ns - attempt->start_ns;
    len = add_text(out, size, len, name);
    len = add_text(out, size, len, " ");
    len = add_text(out, size, len, attempt->failure == TTA_FAILURE_NONE ? "ok" : tta_failure_name(attempt->failure));
    if (attempt->http_status > 0 && attempt->failure != TTA_FAILURE_NONE) {
        len = add_number(out, size, len, attempt->http_status);
    }
    len = add_number(out, size, len, took_ns > 0 ? took_ns / NS_PER_MS : 0);
    return add_text(out, size, len, "ms");
}

size_t tta_failover_text(const struct tta_failover *failover, const char *const *names, char *out_text, size_t size)
{
    size_t len = 0;
    for (uint32_t i = 0; i < failover->attempt_count; i++) {
        if (i > 0) {
            for (const char *c = "; "; *c; c++, len++) {
                if (len + 1 < size) {
                    out_text[len] = *c;
                }
            }
        }
        const struct tta_attempt *attempt = &failover->attempts[i];
        len = add_attempt(out_text, size, len, attempt, names[attempt->target]);
    }
    if (size > 0) {
        out_text[len < size ? len : size - 1] = '\0';
    }
    return len;
}
