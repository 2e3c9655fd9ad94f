// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/random.h"
#include "failover_world.h"

static void begin_at(struct tta_failover *failover, struct tta_health *health,
                     const struct tta_failover_options *options, int64_t now_ns)
{
    const struct tta_failover_options defaults = tta_failover_defaults();
    assert_non_null(health);
    assert_int_equal(tta_failover_begin(failover, health, options ? options : &defaults, world_targets, WORLD_TARGETS,
                                        now_ns, 1),
                     TTA_OK);
}

static void begin(struct tta_failover *failover, struct tta_health *health,
                  const struct tta_failover_options *options)
{
    begin_at(failover, health, options, 0);
}

static void report(struct tta_failover *failover, enum tta_failure failure, int64_t now_ns)
{
    const struct tta_finding finding = {.failure = failure};
    tta_failover_report(failover, &finding, false, now_ns);
}

static uint32_t must_try(struct tta_failover *failover, int64_t now_ns)
{
    struct tta_step step = tta_failover_next(failover, now_ns);
    assert_int_equal(step.kind, TTA_STEP_TRY);
    return step.target;
}

/* The target after a first failure of the class at target 0; -1: it is over. */
static int next_after(enum tta_failure failure, const struct tta_failover_options *options)
{
    struct tta_failover failover;
    struct tta_health *health = world_health(NULL);
    begin(&failover, health, options);
    assert_int_equal(must_try(&failover, 0), 0);
    report(&failover, failure, 0);
    struct tta_step step = tta_failover_next(&failover, 0);
    assert_int_not_equal(step.kind, TTA_STEP_WAIT); /* for there is a healthy target */
    tta_health_destroy(health);
    return step.kind == TTA_STEP_TRY ? (int)step.target : -1;
}

static void the_class_decides_what_is_tried_next(void **state)
{
    (void)state;
    assert_int_equal(next_after(TTA_FAILURE_NONE, NULL), -1);
    assert_int_equal(next_after(TTA_FAILURE_CONNECT, NULL), 0);       /* the same, at once */
    assert_int_equal(next_after(TTA_FAILURE_TIMEOUT, NULL), 2);       /* the same model elsewhere */
    assert_int_equal(next_after(TTA_FAILURE_RATE_LIMIT, NULL), 1);    /* the other key */
    assert_int_equal(next_after(TTA_FAILURE_OVERLOADED, NULL), 2);
    assert_int_equal(next_after(TTA_FAILURE_SERVER, NULL), 2);
    assert_int_equal(next_after(TTA_FAILURE_AUTH, NULL), 1);
    assert_int_equal(next_after(TTA_FAILURE_QUOTA, NULL), 1);
    assert_int_equal(next_after(TTA_FAILURE_NOT_FOUND, NULL), 2);
    assert_int_equal(next_after(TTA_FAILURE_CONTEXT, NULL), 3);       /* a larger context */
    assert_int_equal(next_after(TTA_FAILURE_POLICY, NULL), -1);
    assert_int_equal(next_after(TTA_FAILURE_BAD_REQUEST, NULL), -1);
    assert_int_equal(next_after(TTA_FAILURE_STREAM_BROKEN, NULL), 2); /* its row rests */
    assert_int_equal(next_after(TTA_FAILURE_CLIENT_GONE, NULL), -1);
    struct tta_failover_options options = tta_failover_defaults();
    options.policy_falls_back = true;
    assert_int_equal(next_after(TTA_FAILURE_POLICY, &options), 5); /* the one that takes it */
    options.keeps_order = true;
    assert_int_equal(next_after(TTA_FAILURE_TIMEOUT, &options), 2);
    assert_int_equal(next_after(TTA_FAILURE_CONTEXT, &options), 3);
}

static void a_connection_refused_twice_leads_to_another_provider(void **state)
{
    (void)state;
    struct tta_failover failover;
    struct tta_health *health = world_health(NULL);
    begin(&failover, health, NULL);
    assert_int_equal(must_try(&failover, 0), 0);
    report(&failover, TTA_FAILURE_CONNECT, 0);
    assert_int_equal(must_try(&failover, 0), 0);
    report(&failover, TTA_FAILURE_CONNECT, 0);
    assert_int_equal(must_try(&failover, 0), 2);
    report(&failover, TTA_FAILURE_NONE, 5 * MS);
    assert_int_equal(tta_failover_next(&failover, 5 * MS).kind, TTA_STEP_STOP);
    static const char *const names[WORLD_TARGETS] = {"openrouter/a", "", "openai/a;\n", "", "", "", ""};
    char text[200];
    size_t len = tta_failover_text(&failover, names, text, sizeof text);
    assert_string_equal(text, "openrouter/a connect 0ms; openrouter/a connect 0ms; openai/a__ ok 5ms");
    assert_int_equal(len, strlen(text));
    assert_int_equal(tta_failover_text(&failover, names, text, 10), len);
    assert_string_equal(text, "openroute");
    assert_int_equal(tta_failover_outcome(&failover).client_status, 200);
    tta_health_destroy(health);
}

/* One target only, which is asked until the answer is not this any more. */
static void begin_alone(struct tta_failover *failover, struct tta_health *health, int64_t time_ns)
{
    struct tta_failover_options options = tta_failover_defaults();
    options.time_ns = time_ns;
    assert_int_equal(tta_failover_begin(failover, health, &options, world_targets, 1, 0, 1), TTA_OK);
}

static void retry_after_is_kept_or_the_request_is_over(void **state)
{
    (void)state;
    const struct tta_finding finding = {.failure = TTA_FAILURE_RATE_LIMIT, .http_status = 429,
                                        .retry_after_ns = 7 * SEC};
    for (int long_enough = 0; long_enough < 2; long_enough++) {
        struct tta_failover failover;
        struct tta_health *health = world_health(NULL);
        begin_alone(&failover, health, long_enough ? 10 * SEC : 5 * SEC);
        assert_int_equal(must_try(&failover, 0), 0);
        tta_failover_report(&failover, &finding, false, 0);
        struct tta_step step = tta_failover_next(&failover, 0);
        if (long_enough) {
            assert_int_equal(step.kind, TTA_STEP_WAIT);
            assert_int_equal(step.until_ns, 7 * SEC);
            assert_int_equal(must_try(&failover, step.until_ns), 0);
        } else {
            assert_int_equal(step.kind, TTA_STEP_STOP);
            struct tta_outcome outcome = tta_failover_outcome(&failover);
            assert_int_equal(outcome.client_status, 429);
            assert_int_equal(outcome.retry_after_ns, 7 * SEC);
        }
        tta_health_destroy(health);
    }
}

static void a_limit_upstream_leaves_the_key_alone(void **state)
{
    (void)state;
    struct tta_failover failover;
    struct tta_health *health = world_health(NULL);
    begin(&failover, health, NULL);
    assert_int_equal(must_try(&failover, 0), 0);
    const struct tta_finding finding = {.failure = TTA_FAILURE_RATE_LIMIT, .is_upstream = true};
    tta_failover_report(&failover, &finding, false, 0);
    assert_int_equal(tta_health_of(health, TTA_PART_KEY, 0, 0).state, TTA_BREAKER_CLOSED);
    assert_int_equal(tta_health_of(health, TTA_PART_ROW, 0, 0).state, TTA_BREAKER_OPEN);
    assert_int_equal(must_try(&failover, 0), 2);
    tta_health_destroy(health);
}

static void a_bad_key_is_off_until_it_is_healed(void **state)
{
    (void)state;
    struct tta_failover failover;
    struct tta_health *health = world_health(NULL);
    begin_alone(&failover, health, 60 * SEC);
    assert_int_equal(must_try(&failover, 0), 0);
    report(&failover, TTA_FAILURE_AUTH, 0);
    assert_int_equal(tta_failover_next(&failover, 0).kind, TTA_STEP_STOP);
    assert_int_equal(tta_failover_outcome(&failover).client_status, 502);
    begin_alone(&failover, health, 60 * SEC);
    assert_int_equal(tta_failover_next(&failover, 0).kind, TTA_STEP_STOP); /* not even fail-open */
    tta_health_heal(health, TTA_PART_KEY, 0);
    begin_alone(&failover, health, 60 * SEC);
    assert_int_equal(must_try(&failover, 0), 0);
    tta_health_destroy(health);
}

static void from_the_first_content_on_there_is_no_way_back(void **state)
{
    (void)state;
    struct tta_failover failover;
    struct tta_health *health = world_health(NULL);
    begin(&failover, health, NULL);
    assert_int_equal(must_try(&failover, 0), 0);
    const struct tta_finding finding = {.failure = TTA_FAILURE_STREAM_BROKEN, .http_status = 200};
    tta_failover_report(&failover, &finding, true, 0);
    assert_int_equal(tta_failover_next(&failover, 0).kind, TTA_STEP_STOP);
    struct tta_outcome outcome = tta_failover_outcome(&failover);
    assert_true(outcome.is_committed);
    assert_int_equal(outcome.failure, TTA_FAILURE_STREAM_BROKEN);
    tta_health_destroy(health);
}

static void with_all_open_one_is_tried_within_the_budget(void **state)
{
    (void)state;
    struct tta_health *health = world_health(NULL);
    struct tta_failover failover;
    struct tta_failover_options options = tta_failover_defaults();
    options.time_ns = SEC;
    int tries = 0;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(tta_failover_begin(&failover, health, &options, world_targets, 1, 0, 1), TTA_OK);
        struct tta_step step;
        while ((step = tta_failover_next(&failover, 0)).kind == TTA_STEP_TRY) {
            report(&failover, TTA_FAILURE_TIMEOUT, 0);
            tries++;
        }
    }
    assert_in_range(tries, 4, 15); /* three open it; ten of the budget follow, and what a few requests add */
    tta_health_destroy(health);
}

static void refuses_what_makes_no_sense(void **state)
{
    (void)state;
    struct tta_health *health = world_health(NULL);
    struct tta_failover failover;
    struct tta_failover_options options = tta_failover_defaults();
    struct tta_target target = world_targets[0];
    assert_int_equal(tta_failover_begin(&failover, health, &options, &target, 0, 0, 1), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_failover_begin(&failover, health, &options, &target, TTA_MAX_TARGETS + 1, 0, 1),
                     TTA_BAD_ARGUMENT);
    target.key = WORLD_KEYS;
    assert_int_equal(tta_failover_begin(&failover, health, &options, &target, 1, 0, 1), TTA_BAD_ARGUMENT);
    target.key = 0;
    options.max_attempts = TTA_MAX_ATTEMPTS + 1;
    assert_int_equal(tta_failover_begin(&failover, health, &options, &target, 1, 0, 1), TTA_BAD_ARGUMENT);
    tta_health_destroy(health);
}

/* One random request in a random world; what must hold whatever fails. */
static void check_one(struct tta_health *health, uint64_t *random, int64_t *now_ns, uint32_t *retries,
                      uint32_t *firsts)
{
    struct tta_failover failover;
    struct tta_failover_options options = tta_failover_defaults();
    options.time_ns = (int64_t)base_random_below(random, 20) * SEC + 1;
    options.keeps_order = base_random_below(random, 2);
    options.policy_falls_back = base_random_below(random, 2);
    begin_at(&failover, health, &options, *now_ns);
    int64_t floors_ns[WORLD_TARGETS] = {0};
    bool is_out[WORLD_TARGETS] = {false}, was_asked[WORLD_PROVIDERS] = {false};
    struct tta_step step;
    while ((step = tta_failover_next(&failover, *now_ns)).kind != TTA_STEP_STOP) {
        if (step.kind == TTA_STEP_WAIT) {
            assert_true(step.until_ns > *now_ns && step.until_ns < failover.deadline_ns);
            assert_true(failover.attempt_count < options.max_attempts); /* no sleep after the last try */
            *now_ns = step.until_ns;
            continue;
        }
        const struct tta_target *target = &world_targets[step.target];
        assert_true(*now_ns < failover.deadline_ns);
        assert_false(is_out[step.target]);
        assert_true(*now_ns >= floors_ns[step.target]);
        *(was_asked[target->provider] ? retries : firsts) += 1;
        was_asked[target->provider] = true;
        struct tta_finding finding = {.failure = (enum tta_failure)base_random_below(random, TTA_FAILURE_COUNT)};
        finding.retry_after_ns = base_random_below(random, 3) ? 0 : (int64_t)base_random_below(random, 9) * SEC;
        *now_ns += (int64_t)base_random_below(random, 2000) * MS;
        tta_failover_report(&failover, &finding, false, *now_ns);
        floors_ns[step.target] = *now_ns + finding.retry_after_ns;
        bool is_final = finding.failure == TTA_FAILURE_AUTH || finding.failure == TTA_FAILURE_QUOTA ||
                        finding.failure == TTA_FAILURE_NOT_FOUND || finding.failure == TTA_FAILURE_TIMEOUT ||
                        finding.failure == TTA_FAILURE_CONTEXT || finding.failure == TTA_FAILURE_POLICY;
        is_out[step.target] = is_final;
    }
    struct tta_outcome outcome = tta_failover_outcome(&failover);
    assert_true(outcome.client_status >= 200 && outcome.client_status < 600);
    assert_true((outcome.failure == TTA_FAILURE_NONE) == (outcome.client_status == 200));
}

static void holds_for_thousands_of_random_faults(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct tta_health_options options = tta_health_defaults();
        options.seed = seed;
        struct tta_health *health = world_health(&options);
        uint64_t random = seed;
        int64_t now_ns = 0;
        uint32_t retries = 0, firsts = 0;
        for (int request = 0; request < 25; request++) {
            check_one(health, &random, &now_ns, &retries, &firsts);
            now_ns += (int64_t)base_random_below(&random, 3000) * MS;
            if (base_random_below(&random, 5) == 0) { /* or all keys would be off at last */
                for (size_t key = 0; key < WORLD_KEYS; key++) {
                    tta_health_heal(health, TTA_PART_KEY, key);
                }
            }
        }
        double seconds = (double)now_ns / (double)SEC;
        assert_true(retries <= WORLD_PROVIDERS * (10 + 3 * seconds) + 0.1 * firsts);
        tta_health_destroy(health);
    }
}

enum { THREADS = 4, REQUESTS_EACH = 2000 };

struct worker {
    struct tta_health *health;
    _Atomic int64_t *clock_ns; /* of all: it moves with each request */
    uint64_t random;
    uint32_t tries;
};

static void *run_requests(void *context)
{
    struct worker *worker = context;
    const struct tta_failover_options options = tta_failover_defaults();
    for (int64_t request = 0; request < REQUESTS_EACH; request++) {
        struct tta_failover failover;
        int64_t now_ns = atomic_fetch_add(worker->clock_ns, 100 * MS);
        enum tta_status status =
            tta_failover_begin(&failover, worker->health, &options, world_targets, WORLD_TARGETS, now_ns, 1);
        if (status != TTA_OK) {
            break;
        }
        while (tta_failover_next(&failover, now_ns).kind == TTA_STEP_TRY) {
            bool fails = base_random_below(&worker->random, 2);
            report(&failover, fails ? TTA_FAILURE_SERVER : TTA_FAILURE_NONE, now_ns);
            worker->tries++;
        }
    }
    return NULL;
}

static void threads_share_one_health(void **state)
{
    (void)state;
    struct tta_health *health = world_health(NULL);
    static struct worker workers[THREADS]; /* which the others have, should an assertion end this */
    static _Atomic int64_t clock_ns;
    pthread_t threads[THREADS];
    assert_non_null(health);
    for (uint64_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.health = health, .clock_ns = &clock_ns, .random = i + 1};
        assert_int_equal(pthread_create(&threads[i], NULL, run_requests, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_true(workers[i].tries > 0);
    }
    tta_health_destroy(health);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_class_decides_what_is_tried_next),
        cmocka_unit_test(a_connection_refused_twice_leads_to_another_provider),
        cmocka_unit_test(retry_after_is_kept_or_the_request_is_over),
        cmocka_unit_test(a_limit_upstream_leaves_the_key_alone),
        cmocka_unit_test(a_bad_key_is_off_until_it_is_healed),
        cmocka_unit_test(from_the_first_content_on_there_is_no_way_back),
        cmocka_unit_test(with_all_open_one_is_tried_within_the_budget),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(holds_for_thousands_of_random_faults),
        cmocka_unit_test(threads_share_one_health),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
