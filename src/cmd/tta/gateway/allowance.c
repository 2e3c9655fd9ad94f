// SPDX-License-Identifier: MIT
/*
 * The last minute is a ring with a place for each second.  A place counts as long
 * as its second may lie within the last 60, so an event counts for 60 to 61
 * seconds and never for less.  A token bucket would let twice the limit through
 * in some minutes, and windows that begin at full minutes would, too.
 */
#include "cmd/tta/gateway/allowance.h"

#include <string.h>
#include <time.h>

#include "base/date.h"

#define NS_PER_SEC INT64_C(1000000000)
#define SECONDS_PER_DAY INT64_C(86400)

bool allowance_init(struct allowance *allowance, int64_t now_ns)
{
    memset(allowance, 0, sizeof(*allowance));
    for (int i = 0; i < ALLOWANCE_SECONDS; i++) {
        allowance->seconds[i].second = -1;
    }
    allowance->now_ns = now_ns;
    allowance->spending.day = allowance_day(now_ns);
    allowance->spending.month = allowance_month(now_ns);
    return pthread_mutex_init(&allowance->lock, NULL) == 0;
}

void allowance_deinit(struct allowance *allowance)
{
    (void)pthread_mutex_destroy(&allowance->lock); /* nobody has it */
}

int64_t allowance_day(int64_t now_ns)
{
    return now_ns / NS_PER_SEC / SECONDS_PER_DAY;
}

int64_t allowance_month(int64_t now_ns)
{
    time_t now = (time_t)(now_ns / NS_PER_SEC);
    struct tm utc = {0};
    (void)gmtime_r(&now, &utc); /* fails for years that no int holds only */
    return (utc.tm_year + INT64_C(1900)) * 12 + utc.tm_mon;
}

static int64_t sum_of(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static bool is_over(int64_t used, int64_t more, int64_t limit)
{
    return limit != ALLOWANCE_NO_LIMIT && sum_of(used, more) > limit;
}

/* Moves on to a moment, and into its periods. */
static void move_to(struct allowance *allowance, int64_t now_ns)
{
    struct allowance_spending *spending = &allowance->spending;
    if (now_ns <= allowance->now_ns) {
        return;
    }
    allowance->now_ns = now_ns;
    if (spending->day != allowance_day(now_ns)) {
        spending->day = allowance_day(now_ns);
        spending->day_pusd = 0;
    }
    if (spending->month != allowance_month(now_ns)) {
        spending->month = allowance_month(now_ns);
        spending->month_pusd = spending->unpriced = 0;
    }
}

static int64_t second_of(const struct allowance *allowance)
{
    return allowance->now_ns / NS_PER_SEC;
}

/* The place of a second; NULL if it is not, or no longer, of the last minute. */
static struct allowance_second *place_of(struct allowance *allowance, int64_t second)
{
    struct allowance_second *place = &allowance->seconds[second % ALLOWANCE_SECONDS];
    return place->second == second && second > second_of(allowance) - ALLOWANCE_SECONDS ? place : NULL;
}

static struct allowance_second sum_from(struct allowance *allowance, int64_t second)
{
    struct allowance_second sum = {.second = second};
    for (; second <= second_of(allowance); second++) {
        const struct allowance_second *place = place_of(allowance, second);
        sum.requests = sum_of(sum.requests, place ? place->requests : 0);
        sum.tokens = sum_of(sum.tokens, place ? place->tokens : 0);
    }
    return sum;
}

static int64_t oldest_second(const struct allowance *allowance)
{
    return second_of(allowance) - ALLOWANCE_SECONDS + 1;
}

/* Whether the limits of a minute hold with a need, if only what is of `second` and later counts. */
static enum allowance_verdict check_minute(struct allowance *allowance, const struct allowance_limits *limits,
                                           const struct allowance_use *need, int64_t second)
{
    struct allowance_second used = sum_from(allowance, second);
    if (is_over(used.requests, 1, limits->requests_a_minute)) {
        return ALLOWANCE_TOO_MANY_REQUESTS;
    }
    return is_over(used.tokens, need->tokens, limits->tokens_a_minute) ? ALLOWANCE_TOO_MANY_TOKENS : ALLOWANCE_GRANTED;
}

/* Until enough of the minute has gone by. */
static int64_t minute_wait_ns(struct allowance *allowance, const struct allowance_limits *limits,
                              const struct allowance_use *need)
{
    for (int64_t second = oldest_second(allowance); second <= second_of(allowance); second++) {
        if (check_minute(allowance, limits, need, second + 1) == ALLOWANCE_GRANTED) {
            return (second + ALLOWANCE_SECONDS) * NS_PER_SEC - allowance->now_ns;
        }
    }
    return 0;
}

static int64_t day_wait_ns(const struct allowance *allowance)
{
    return (allowance->spending.day + 1) * SECONDS_PER_DAY * NS_PER_SEC - allowance->now_ns;
}

static int64_t month_wait_ns(const struct allowance *allowance)
{
    int64_t next = allowance->spending.month + 1;
    return base_date_days(next / 12, next % 12 + 1, 1) * SECONDS_PER_DAY * NS_PER_SEC - allowance->now_ns;
}

static enum allowance_verdict check(struct allowance *allowance, const struct allowance_limits *limits,
                                    const struct allowance_use *need, int64_t *out_wait_ns)
{
    const struct allowance_spending *spending = &allowance->spending;
    enum allowance_verdict verdict = check_minute(allowance, limits, need, oldest_second(allowance));
    *out_wait_ns = 0;
    if (is_over(0, need->tokens, limits->tokens_a_minute)) {
        return ALLOWANCE_TOO_LARGE;
    }
    if (is_over(spending->month_pusd, need->cost_pusd, limits->pusd_a_month)) {
        *out_wait_ns = is_over(0, need->cost_pusd, limits->pusd_a_month) ? 0 : month_wait_ns(allowance);
        return ALLOWANCE_MONTH_SPENT;
    }
    if (is_over(spending->day_pusd, need->cost_pusd, limits->pusd_a_day)) {
        *out_wait_ns = is_over(0, need->cost_pusd, limits->pusd_a_day) ? 0 : day_wait_ns(allowance);
        return ALLOWANCE_DAY_SPENT;
    }
    if (verdict != ALLOWANCE_GRANTED) {
        *out_wait_ns = minute_wait_ns(allowance, limits, need);
    }
    return verdict;
}

static void take(struct allowance *allowance, const struct allowance_use *need, struct allowance_hold *out_hold)
{
    struct allowance_spending *spending = &allowance->spending;
    int64_t second = second_of(allowance);
    struct allowance_second *place = &allowance->seconds[second % ALLOWANCE_SECONDS];
    if (place->second != second) {
        *place = (struct allowance_second){.second = second};
    }
    place->requests++;
    place->tokens = sum_of(place->tokens, need->tokens);
    spending->day_pusd = sum_of(spending->day_pusd, need->cost_pusd);
    spending->month_pusd = sum_of(spending->month_pusd, need->cost_pusd);
    *out_hold = (struct allowance_hold){*need, second, spending->day, spending->month};
}

enum allowance_verdict allowance_reserve(struct allowance *allowance, const struct allowance_limits *limits,
                                         const struct allowance_use *need, int64_t now_ns,
                                         struct allowance_hold *out_hold, int64_t *out_wait_ns)
{
    int64_t wait_ns;
    (void)pthread_mutex_lock(&allowance->lock); /* of a lock that is one it cannot fail */
    move_to(allowance, now_ns);
    enum allowance_verdict verdict = check(allowance, limits, need, &wait_ns);
    if (verdict == ALLOWANCE_GRANTED) {
        take(allowance, need, out_hold);
    }
    (void)pthread_mutex_unlock(&allowance->lock);
    if (verdict != ALLOWANCE_GRANTED) {
        *out_wait_ns = wait_ns;
    }
    return verdict;
}

/* What is left of `sum` when `used` takes the place of `held` in it. */
static int64_t exchanged(int64_t sum, int64_t held, int64_t used)
{
    int64_t rest = sum > held ? sum - held : 0; /* less only where a sum has stopped at the largest number */
    return sum_of(rest, used);
}

void allowance_settle(struct allowance *allowance, const struct allowance_hold *hold,
                      const struct allowance_use *used, bool is_priced, int64_t now_ns)
{
    struct allowance_spending *spending = &allowance->spending;
    (void)pthread_mutex_lock(&allowance->lock);
    move_to(allowance, now_ns);
    struct allowance_second *place = place_of(allowance, hold->second);
    if (place) {
        place->tokens = exchanged(place->tokens, hold->use.tokens, used->tokens);
    }
    if (spending->day == hold->day) {
        spending->day_pusd = exchanged(spending->day_pusd, hold->use.cost_pusd, used->cost_pusd);
    }
    if (spending->month == hold->month) {
        spending->month_pusd = exchanged(spending->month_pusd, hold->use.cost_pusd, used->cost_pusd);
        spending->unpriced += is_priced ? 0 : 1;
    }
    (void)pthread_mutex_unlock(&allowance->lock);
}

struct allowance_report allowance_read(struct allowance *allowance, int64_t now_ns)
{
    (void)pthread_mutex_lock(&allowance->lock);
    move_to(allowance, now_ns);
    struct allowance_second used = sum_from(allowance, oldest_second(allowance));
    struct allowance_report report = {used.requests, used.tokens, allowance->spending};
    (void)pthread_mutex_unlock(&allowance->lock);
    return report;
}

void allowance_restore(struct allowance *allowance, const struct allowance_spending *spending, int64_t now_ns)
{
    (void)pthread_mutex_lock(&allowance->lock);
    move_to(allowance, now_ns);
    if (spending->day == allowance->spending.day) {
        allowance->spending.day_pusd = sum_of(allowance->spending.day_pusd, spending->day_pusd);
    }
    if (spending->month == allowance->spending.month) {
        allowance->spending.month_pusd = sum_of(allowance->spending.month_pusd, spending->month_pusd);
        allowance->spending.unpriced += spending->unpriced;
    }
    (void)pthread_mutex_unlock(&allowance->lock);
}
