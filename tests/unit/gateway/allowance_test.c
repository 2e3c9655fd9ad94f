// SPDX-License-Identifier: MIT
/* Limits of clients: by hand, by thousands of random histories beside a list of all that was let in, and by threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/date.h"
#include "base/random.h"
#include "cmd/tta/gateway/allowance.h"

#define SEC INT64_C(1000000000)
#define MINUTE (60 * SEC)
#define DAY (86400 * SEC)
#define NONE ALLOWANCE_NO_LIMIT

static const struct allowance_limits unlimited = {NONE, NONE, NONE, NONE};

/* 2026-08-10T12:00:00 */
static int64_t noon_ns(void)
{
    return base_date_days(2026, 8, 10) * DAY + 12 * 3600 * SEC;
}

static enum allowance_verdict ask(struct allowance *allowance, const struct allowance_limits *limits, int64_t tokens,
                                  int64_t cost, int64_t now_ns, int64_t *out_wait_ns)
{
    struct allowance_hold hold;
    const struct allowance_use need = {tokens, cost};
    return allowance_reserve(allowance, limits, &need, now_ns, &hold, out_wait_ns);
}

static void without_limits_everything_is_granted(void **state)
{
    struct allowance allowance;
    int64_t wait_ns;
    (void)state;
    assert_true(allowance_init(&allowance, 0));
    for (int i = 0; i < 100; i++) {
        assert_int_equal(ask(&allowance, &unlimited, INT64_MAX, INT64_MAX, noon_ns(), &wait_ns), ALLOWANCE_GRANTED);
    }
    struct allowance_report report = allowance_read(&allowance, noon_ns());
    assert_int_equal(report.requests, 100);
    assert_int_equal(report.tokens, INT64_MAX); /* where sums stop */
    assert_int_equal(report.spending.day_pusd, INT64_MAX);
    allowance_deinit(&allowance);
}

static void a_limit_a_minute_says_when_it_is_over(void **state)
{
    const struct allowance_limits limits = {2, 100, NONE, NONE};
    struct allowance allowance;
    int64_t wait_ns = -1, now = noon_ns() + SEC / 2;
    (void)state;
    assert_true(allowance_init(&allowance, now));
    assert_int_equal(ask(&allowance, &limits, 101, 0, now, &wait_ns), ALLOWANCE_TOO_LARGE);
    assert_int_equal(wait_ns, 0); /* however long one waits */
    assert_int_equal(ask(&allowance, &limits, 60, 0, now, &wait_ns), ALLOWANCE_GRANTED);
    assert_int_equal(ask(&allowance, &limits, 41, 0, now, &wait_ns), ALLOWANCE_TOO_MANY_TOKENS);
    assert_int_equal(wait_ns, 61 * SEC - SEC / 2); /* the second that it was in has to be over, and 60 more */
    assert_int_equal(ask(&allowance, &limits, 40, 0, now + 10 * SEC, &wait_ns), ALLOWANCE_GRANTED);
    assert_int_equal(ask(&allowance, &limits, 0, 0, now + 11 * SEC, &wait_ns), ALLOWANCE_TOO_MANY_REQUESTS);
    assert_int_equal(wait_ns, 50 * SEC - SEC / 2);
    assert_int_equal(ask(&allowance, &limits, 0, 0, now + 11 * SEC + wait_ns - 1, &wait_ns),
                     ALLOWANCE_TOO_MANY_REQUESTS);
    assert_int_equal(ask(&allowance, &limits, 0, 0, now + 11 * SEC + 50 * SEC - SEC / 2, &wait_ns), ALLOWANCE_GRANTED);
    allowance_deinit(&allowance);
}

static void a_limit_of_nothing_lets_nothing_in(void **state)
{
    const struct allowance_limits limits = {0, NONE, NONE, NONE}, no_money = {NONE, NONE, NONE, 0};
    struct allowance allowance;
    int64_t wait_ns;
    (void)state;
    assert_true(allowance_init(&allowance, noon_ns()));
    assert_int_equal(ask(&allowance, &limits, 0, 0, noon_ns(), &wait_ns), ALLOWANCE_TOO_MANY_REQUESTS);
    assert_int_equal(wait_ns, 0);
    assert_int_equal(ask(&allowance, &no_money, 5, 1, noon_ns(), &wait_ns), ALLOWANCE_MONTH_SPENT);
    assert_int_equal(wait_ns, 0);
    assert_int_equal(ask(&allowance, &no_money, 5, 0, noon_ns(), &wait_ns), ALLOWANCE_GRANTED); /* what is free */
    allowance_deinit(&allowance);
}

static void budgets_are_of_days_and_months_of_the_calendar(void **state)
{
    const struct allowance_limits limits = {NONE, NONE, 60, 100};
    struct allowance allowance;
    int64_t wait_ns;
    (void)state;
    assert_true(allowance_init(&allowance, noon_ns()));
    assert_int_equal(ask(&allowance, &limits, 0, 60, noon_ns(), &wait_ns), ALLOWANCE_GRANTED);
    assert_int_equal(ask(&allowance, &limits, 0, 1, noon_ns(), &wait_ns), ALLOWANCE_DAY_SPENT);
    assert_int_equal(wait_ns, DAY / 2);
    assert_int_equal(ask(&allowance, &limits, 0, 41, noon_ns() + DAY, &wait_ns), ALLOWANCE_MONTH_SPENT);
    assert_int_equal(wait_ns, base_date_days(2026, 9, 1) * DAY - noon_ns() - DAY);
    assert_int_equal(ask(&allowance, &limits, 0, 40, noon_ns() + DAY, &wait_ns), ALLOWANCE_GRANTED);
    assert_int_equal(ask(&allowance, &limits, 0, 60, base_date_days(2026, 9, 1) * DAY - 1, &wait_ns),
                     ALLOWANCE_MONTH_SPENT);
    assert_int_equal(ask(&allowance, &limits, 0, 60, base_date_days(2026, 9, 1) * DAY, &wait_ns), ALLOWANCE_GRANTED);
    assert_int_equal(allowance_month(base_date_days(2026, 12, 31) * DAY) + 1,
                     allowance_month(base_date_days(2027, 1, 1) * DAY));
    allowance_deinit(&allowance);
}

static void what_was_used_takes_the_place_of_what_was_reserved(void **state)
{
    const struct allowance_limits limits = {NONE, 100, 100, NONE};
    const struct allowance_use need = {100, 100}, little = {10, 20}, much = {0, 130};
    struct allowance allowance;
    struct allowance_hold hold;
    int64_t wait_ns, now = noon_ns();
    (void)state;
    assert_true(allowance_init(&allowance, now));
    assert_int_equal(allowance_reserve(&allowance, &limits, &need, now, &hold, &wait_ns), ALLOWANCE_GRANTED);
    assert_int_equal(ask(&allowance, &limits, 0, 1, now, &wait_ns), ALLOWANCE_DAY_SPENT);
    allowance_settle(&allowance, &hold, &little, true, now + 30 * SEC);
    struct allowance_report report = allowance_read(&allowance, now + 30 * SEC);
    assert_int_equal(report.tokens, 10);
    assert_int_equal(report.spending.day_pusd, 20);
    assert_int_equal(report.spending.unpriced, 0);
    const struct allowance_use rest = {90, 80};
    assert_int_equal(allowance_reserve(&allowance, &limits, &rest, now + 30 * SEC, &hold, &wait_ns),
                     ALLOWANCE_GRANTED);
    allowance_settle(&allowance, &hold, &much, false, now + 31 * SEC); /* more than was reserved: nothing is let in */
    report = allowance_read(&allowance, now + 31 * SEC);
    assert_int_equal(report.spending.day_pusd, 150);
    assert_int_equal(report.spending.unpriced, 1);
    assert_int_equal(ask(&allowance, &limits, 0, 1, now + 31 * SEC, &wait_ns), ALLOWANCE_DAY_SPENT);
    allowance_deinit(&allowance);
}

static void what_ends_after_midnight_is_of_the_day_before(void **state)
{
    const struct allowance_limits limits = {NONE, NONE, 100, NONE};
    const struct allowance_use need = {0, 100}, used = {0, 40};
    struct allowance allowance;
    struct allowance_hold hold;
    int64_t wait_ns, next_day = noon_ns() + DAY;
    (void)state;
    assert_true(allowance_init(&allowance, noon_ns()));
    assert_int_equal(allowance_reserve(&allowance, &limits, &need, noon_ns(), &hold, &wait_ns), ALLOWANCE_GRANTED);
    assert_int_equal(ask(&allowance, &limits, 0, 100, next_day, &wait_ns), ALLOWANCE_GRANTED);
    allowance_settle(&allowance, &hold, &used, true, next_day);
    assert_int_equal(allowance_read(&allowance, next_day).spending.day_pusd, 100);
    assert_int_equal(allowance_read(&allowance, next_day).spending.month_pusd, 140);
    allowance_deinit(&allowance);
}

static void spending_outlives_the_process_within_its_periods(void **state)
{
    struct allowance allowance;
    struct allowance_spending spent = {allowance_day(noon_ns()), allowance_month(noon_ns()), 30, 70, 2};
    (void)state;
    assert_true(allowance_init(&allowance, noon_ns()));
    allowance_restore(&allowance, &spent, noon_ns() + 1);
    assert_int_equal(allowance_read(&allowance, noon_ns()).spending.day_pusd, 30);
    assert_int_equal(allowance_read(&allowance, noon_ns()).spending.month_pusd, 70);
    allowance_deinit(&allowance);
    assert_true(allowance_init(&allowance, noon_ns() + DAY));
    allowance_restore(&allowance, &spent, noon_ns() + DAY);
    assert_int_equal(allowance_read(&allowance, noon_ns() + DAY).spending.day_pusd, 0);
    assert_int_equal(allowance_read(&allowance, noon_ns() + DAY).spending.month_pusd, 70);
    assert_int_equal(allowance_read(&allowance, noon_ns() + DAY).spending.unpriced, 2);
    allowance_deinit(&allowance);
}

/* All that was let in, as a list. */
enum { MAX_EVENTS = 400 };
struct event {
    int64_t at_ns;
    struct allowance_hold hold;
    struct allowance_use counted; /* reserved, and then used */
    bool is_settled;
};
struct history {
    struct allowance allowance;
    struct allowance_limits limits;
    struct event events[MAX_EVENTS];
    size_t count;
    int64_t now_ns; /* the latest */
};

/* With `from` to now: no limit is exceeded, whatever minute and period one looks at. */
static void check_history(const struct history *history)
{
    const struct allowance_limits *limits = &history->limits;
    int64_t requests = 0, tokens = 0, day_pusd = 0, month_pusd = 0;
    for (size_t i = 0; i < history->count; i++) {
        const struct event *event = &history->events[i];
        if (event->at_ns > history->now_ns - MINUTE) {
            requests++;
            tokens += event->counted.tokens;
        }
        if (allowance_day(event->at_ns) == allowance_day(history->now_ns)) {
            day_pusd += event->counted.cost_pusd;
        }
        if (allowance_month(event->at_ns) == allowance_month(history->now_ns)) {
            month_pusd += event->counted.cost_pusd;
        }
    }
    assert_true(limits->requests_a_minute == NONE || requests <= limits->requests_a_minute);
    assert_true(limits->tokens_a_minute == NONE || tokens <= limits->tokens_a_minute);
    assert_true(limits->pusd_a_day == NONE || day_pusd <= limits->pusd_a_day);
    assert_true(limits->pusd_a_month == NONE || month_pusd <= limits->pusd_a_month);
}

static int64_t limit_below(uint64_t *random, uint64_t most)
{
    return base_random_below(random, 4) == 0 ? NONE : (int64_t)base_random_below(random, most);
}

/* Mostly seconds; sometimes hours, weeks, or back. */
static int64_t next_moment(uint64_t *random, int64_t now_ns)
{
    switch (base_random_below(random, 20)) {
    case 0:
        return now_ns + (int64_t)base_random_below(random, 3 * 3600) * SEC;
    case 1:
        return now_ns + (int64_t)base_random_below(random, 20) * DAY;
    case 2:
        return now_ns - (int64_t)base_random_below(random, (uint64_t)(100 * SEC));
    default:
        return now_ns + (int64_t)base_random_below(random, (uint64_t)(8 * SEC));
    }
}

static void let_in(struct history *history, const struct allowance_hold *hold, const struct allowance_use *need)
{
    assert_true(history->count < MAX_EVENTS);
    history->events[history->count++] = (struct event){history->now_ns, *hold, *need, false};
}

static void reserve_one(struct history *history, uint64_t *random, int64_t clock_ns)
{
    const struct allowance_use need = {(int64_t)base_random_below(random, 60), (int64_t)base_random_below(random, 60)};
    struct allowance_hold hold;
    int64_t wait_ns = 0;
    enum allowance_verdict verdict =
        allowance_reserve(&history->allowance, &history->limits, &need, clock_ns, &hold, &wait_ns);
    if (verdict == ALLOWANCE_GRANTED) {
        let_in(history, &hold, &need);
    } else if (wait_ns > 0 && base_random_below(random, 4) == 0 &&
               (verdict == ALLOWANCE_TOO_MANY_REQUESTS || verdict == ALLOWANCE_TOO_MANY_TOKENS)) {
        int64_t before = wait_ns; /* the wait that was told is the shortest that is long enough */
        assert_int_not_equal(allowance_reserve(&history->allowance, &history->limits, &need,
                                               history->now_ns + before - 1, &hold, &wait_ns), ALLOWANCE_GRANTED);
        history->now_ns += before;
        assert_int_equal(allowance_reserve(&history->allowance, &history->limits, &need, history->now_ns, &hold,
                                           &wait_ns), ALLOWANCE_GRANTED);
        let_in(history, &hold, &need);
    }
}

static void settle_one(struct history *history, uint64_t *random, int64_t clock_ns)
{
    if (history->count == 0) {
        return;
    }
    struct event *event = &history->events[base_random_below(random, history->count)];
    if (!event->is_settled) { /* for at most what was reserved */
        event->counted.tokens = (int64_t)base_random_below(random, (uint64_t)event->hold.use.tokens + 1);
        event->counted.cost_pusd = (int64_t)base_random_below(random, (uint64_t)event->hold.use.cost_pusd + 1);
        event->is_settled = true;
        allowance_settle(&history->allowance, &event->hold, &event->counted, true, clock_ns);
    }
}

static void no_history_exceeds_a_limit(void **state)
{
    static struct history history;
    uint64_t random = 20260810;
    size_t granted = 0;
    (void)state;
    for (int round = 0; round < 1500; round++) {
        history.now_ns = noon_ns() + (int64_t)base_random_below(&random, 60 * 86400) * SEC;
        history.count = 0;
        history.limits = (struct allowance_limits){limit_below(&random, 20), limit_below(&random, 400),
                                                   limit_below(&random, 1000), limit_below(&random, 3000)};
        assert_true(allowance_init(&history.allowance, history.now_ns));
        for (int step = 0; step < 150; step++) {
            int64_t clock_ns = next_moment(&random, history.now_ns);
            history.now_ns = clock_ns > history.now_ns ? clock_ns : history.now_ns;
            (void)allowance_read(&history.allowance, clock_ns);
            if (base_random_below(&random, 3) > 0) {
                reserve_one(&history, &random, clock_ns);
            } else {
                settle_one(&history, &random, clock_ns);
            }
            check_history(&history);
        }
        granted += history.count;
        allowance_deinit(&history.allowance);
    }
    assert_true(granted > 30000); /* it was not for lack of anything let in */
}

struct crowd {
    struct allowance allowance;
    struct allowance_limits limits;
    atomic_int granted;
    atomic_int_fast64_t spent;
    bool settles;
};

static void *press(void *context)
{
    struct crowd *crowd = context;
    const struct allowance_use need = {3, 7}, used = {1, 2};
    struct allowance_hold hold;
    int64_t wait_ns;
    for (int i = 0; i < 2000; i++) {
        if (allowance_reserve(&crowd->allowance, &crowd->limits, &need, noon_ns(), &hold, &wait_ns) !=
            ALLOWANCE_GRANTED) {
            continue;
        }
        atomic_fetch_add(&crowd->granted, 1);
        if (crowd->settles) {
            allowance_settle(&crowd->allowance, &hold, &used, true, noon_ns());
            atomic_fetch_add(&crowd->spent, used.cost_pusd);
        }
    }
    return NULL;
}

static void run_crowd(struct crowd *crowd)
{
    pthread_t threads[4];
    assert_true(allowance_init(&crowd->allowance, noon_ns()));
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, press, crowd), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
}

static void threads_together_get_exactly_what_there_is(void **state)
{
    static struct crowd by_number = {.limits = {1000, NONE, NONE, NONE}}, by_day = {.limits = {NONE, NONE, 7000, NONE}},
                        settling = {.limits = {NONE, NONE, 7001, NONE}, .settles = true};
    (void)state;
    run_crowd(&by_number);
    assert_int_equal(atomic_load(&by_number.granted), 1000);
    run_crowd(&by_day);
    assert_int_equal(atomic_load(&by_day.granted), 1000);
    assert_int_equal(allowance_read(&by_day.allowance, noon_ns()).spending.day_pusd, 7000);
    run_crowd(&settling);
    assert_int_equal(allowance_read(&settling.allowance, noon_ns()).spending.day_pusd, atomic_load(&settling.spent));
    assert_in_range(atomic_load(&settling.spent), 7001 - 4 * 7, 7001); /* all of it but what was held side by side */
    allowance_deinit(&by_number.allowance);
    allowance_deinit(&by_day.allowance);
    allowance_deinit(&settling.allowance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_limits_everything_is_granted),
        cmocka_unit_test(a_limit_a_minute_says_when_it_is_over),
        cmocka_unit_test(a_limit_of_nothing_lets_nothing_in),
        cmocka_unit_test(budgets_are_of_days_and_months_of_the_calendar),
        cmocka_unit_test(what_was_used_takes_the_place_of_what_was_reserved),
        cmocka_unit_test(what_ends_after_midnight_is_of_the_day_before),
        cmocka_unit_test(spending_outlives_the_process_within_its_periods),
        cmocka_unit_test(no_history_exceeds_a_limit),
        cmocka_unit_test(threads_together_get_exactly_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
