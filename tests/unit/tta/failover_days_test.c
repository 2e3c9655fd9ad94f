// SPDX-License-Identifier: MIT
/*
 * Days of traffic through outages, on a clock that only these tests move: five
 * requests a second for a day, from a seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "failover_world.h"

#define DAY (86400 * SEC)
#define BETWEEN (200 * MS)

enum weather { FINE, PARTIAL, SLOW, DOWN };

struct outage {
    uint32_t provider;
    int64_t from_ns, to_ns;
    enum weather weather;
    int64_t flaps_ns; /* up and down in turns of this length; 0: steady */
};

struct day {
    const struct outage *outages;
    size_t outage_count;
    uint64_t random;
    struct tta_health *health;
    uint64_t requests, lost, given_up, retries, firsts, late;
    uint64_t calls_while_down; /* to a provider that is down */
    int64_t found_after_ns;    /* the end of the last outage, when the provider first answers */
};

static enum weather weather_of(const struct day *day, uint32_t provider, int64_t now_ns)
{
    enum weather weather = FINE;
    for (size_t i = 0; i < day->outage_count; i++) {
        const struct outage *outage = &day->outages[i];
        bool is_on = outage->provider == provider && now_ns >= outage->from_ns && now_ns < outage->to_ns;
        bool is_up = outage->flaps_ns > 0 && (now_ns - outage->from_ns) / outage->flaps_ns % 2 == 1;
        if (is_on && !is_up && outage->weather > weather) {
            weather = outage->weather;
        }
    }
    return weather;
}

/* What a provider does just then, and how long that takes. */
static struct tta_finding call(struct day *day, uint32_t provider, int64_t *now_ns)
{
    struct tta_finding finding = {.failure = TTA_FAILURE_NONE};
    switch (weather_of(day, provider, *now_ns)) {
    case FINE:
        *now_ns += 20 * MS;
        break;
    case PARTIAL:
        *now_ns += 20 * MS;
        finding.failure = base_random_below(&day->random, 10) < 3 ? TTA_FAILURE_SERVER : TTA_FAILURE_NONE;
        break;
    case SLOW:
        *now_ns += 2 * SEC;
        finding.failure = TTA_FAILURE_TIMEOUT;
        break;
    case DOWN:
        *now_ns += MS;
        finding.failure = TTA_FAILURE_CONNECT;
        day->calls_while_down++;
        break;
    }
    return finding;
}

static bool could_be_served(const struct day *day, int64_t now_ns, int64_t until_ns)
{
    for (uint32_t provider = 0; provider < WORLD_PROVIDERS; provider++) {
        if (weather_of(day, provider, now_ns) <= PARTIAL && weather_of(day, provider, until_ns) <= PARTIAL) {
            return true;
        }
    }
    return false;
}

static void run_request(struct day *day, int64_t now_ns)
{
    const struct tta_failover_options options = tta_failover_defaults();
    struct tta_failover failover;
    struct tta_step step;
    bool was_asked[WORLD_PROVIDERS] = {false};
    int64_t start_ns = now_ns;
    assert_int_equal(tta_failover_begin(&failover, day->health, &options, world_targets, WORLD_TARGETS, now_ns,
                                        base_random_next(&day->random)),
                     TTA_OK);
    while ((step = tta_failover_next(&failover, now_ns)).kind != TTA_STEP_STOP) {
        if (step.kind == TTA_STEP_WAIT) {
            now_ns = step.until_ns;
            continue;
        }
        uint32_t provider = world_targets[step.target].provider;
        *(was_asked[provider] ? &day->retries : &day->firsts) += 1;
        was_asked[provider] = true;
        day->late += now_ns >= failover.deadline_ns;
        struct tta_finding finding = call(day, provider, &now_ns);
        tta_failover_report(&failover, &finding, false, now_ns);
        int64_t end_ns = day->outages[day->outage_count - 1].to_ns;
        if (provider == 0 && start_ns >= end_ns && finding.failure == TTA_FAILURE_NONE && day->found_after_ns < 0) {
            day->found_after_ns = now_ns - end_ns;
        }
    }
    day->requests++;
    if (tta_failover_outcome(&failover).failure != TTA_FAILURE_NONE) {
        day->lost++;
        day->given_up += failover.attempt_count < options.max_attempts &&
                         could_be_served(day, start_ns, failover.deadline_ns);
    }
}

static struct day live(const struct outage *outages, size_t count, uint64_t seed)
{
    struct tta_health_options options = tta_health_defaults();
    options.seed = seed;
    struct day day = {.outages = outages, .outage_count = count, .random = seed, .found_after_ns = -1};
    day.health = world_health(&options);
    assert_non_null(day.health);
    for (int64_t now_ns = 0; now_ns < DAY; now_ns += BETWEEN) {
        run_request(&day, now_ns);
    }
    tta_health_destroy(day.health);
    /* what must hold on every day */
    assert_int_equal(day.late, 0);
    assert_true((double)day.retries <= 0.1 * (double)day.firsts + WORLD_PROVIDERS * (10 + 3 * 86400.0));
    return day;
}

#define HOUR (3600 * SEC)

static void a_fine_day_loses_nothing_and_tries_nothing_twice(void **state)
{
    (void)state;
    static const struct outage none[] = {{.provider = 2, .from_ns = 0, .to_ns = 0, .weather = FINE}};
    struct day day = live(none, 1, 1);
    assert_int_equal(day.lost, 0);
    assert_int_equal(day.retries, 0);
    assert_int_equal(day.firsts, day.requests);
}

static void an_outage_of_one_provider_costs_no_request_and_few_calls(void **state)
{
    (void)state;
    static const struct outage down[] = {{0, 6 * HOUR, 8 * HOUR, DOWN, 0}};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct day day = live(down, 1, seed);
        assert_int_equal(day.lost, 0);
        /* three failures open it; then a probe, and its repeat, for each open period of 5 s to 5 min */
        assert_in_range(day.calls_while_down, 3, 120);
        assert_in_range(day.found_after_ns, 0, 360 * SEC); /* within one open period, jitter included */
    }
}

static void slow_and_flapping_providers_cost_no_request(void **state)
{
    (void)state;
    static const struct outage outages[] = {
        {1, 1 * HOUR, 5 * HOUR, SLOW, 0},
        {2, 6 * HOUR, 9 * HOUR, DOWN, 20 * SEC},
        {0, 10 * HOUR, 16 * HOUR, DOWN, 45 * SEC},
    };
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct day day = live(outages, 3, seed);
        assert_int_equal(day.lost, 0);
        assert_in_range(day.found_after_ns, 0, 360 * SEC);
    }
}

/* Three in ten fail everywhere: 8 attempts in a row do in 0.3^8 of 324000 requests, 21 of them. */
static void a_partial_outage_of_all_loses_only_what_failed_eight_times(void **state)
{
    (void)state;
    static const struct outage outages[] = {
        {0, 2 * HOUR, 20 * HOUR, PARTIAL, 0},
        {1, 2 * HOUR, 20 * HOUR, PARTIAL, 0},
        {2, 2 * HOUR, 20 * HOUR, PARTIAL, 0},
    };
    struct day day = live(outages, 3, 5);
    assert_in_range(day.lost, 1, 60);
    assert_int_equal(day.given_up, 0);
    assert_true(day.retries > 0);
}

static void a_total_outage_loses_only_what_nobody_could_serve(void **state)
{
    (void)state;
    static const struct outage outages[] = {
        {1, 5 * HOUR, 6 * HOUR, DOWN, 0},
        {2, 5 * HOUR, 6 * HOUR, DOWN, 0},
        {0, 5 * HOUR, 6 * HOUR, DOWN, 0},
    };
    struct day day = live(outages, 3, 9);
    uint64_t in_outage = (uint64_t)(HOUR / BETWEEN);
    assert_in_range(day.lost, 1, in_outage + (uint64_t)(360 * SEC / BETWEEN));
    assert_in_range(day.found_after_ns, 0, 360 * SEC);
    /* until a probe finds that it is over */
    assert_true(day.given_up <= 1 + (uint64_t)(day.found_after_ns / BETWEEN));
    /* the hour has 18000 requests for three providers: the budget, not the traffic, decides how often they are asked */
    assert_in_range(day.calls_while_down, 3, WORLD_PROVIDERS * (10 + 3 * 3600) + in_outage / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fine_day_loses_nothing_and_tries_nothing_twice),
        cmocka_unit_test(an_outage_of_one_provider_costs_no_request_and_few_calls),
        cmocka_unit_test(slow_and_flapping_providers_cost_no_request),
        cmocka_unit_test(a_partial_outage_of_all_loses_only_what_failed_eight_times),
        cmocka_unit_test(a_total_outage_loses_only_what_nobody_could_serve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
