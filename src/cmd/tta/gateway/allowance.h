// SPDX-License-Identifier: MIT
/*
 * gateway/allowance.h - what one client may use, and what it has used.
 *
 * Before a request is sent its need is *reserved*: an estimate, at least what it
 * will come to.  When it is over what it did use takes the place of that.  So
 * requests that run side by side cannot together go over a limit that each of
 * them alone keeps: what is reserved and what is used together never exceed it.
 * Only a request that uses more than was reserved for it can, by that much, and
 * nothing more is let in then.
 *
 * A limit a minute holds in every 60 seconds, wherever they begin.  Budgets are
 * of a day and of a month of UTC; what was begun before midnight is of that day.
 * Time is an argument: nanoseconds since 1970.  If it goes back it stands still
 * here until it has caught up.  Any thread may call anything at any time.
 */
#ifndef CMD_TTA_GATEWAY_ALLOWANCE_H
#define CMD_TTA_GATEWAY_ALLOWANCE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define ALLOWANCE_NO_LIMIT INT64_C(-1)

/* Each is 0 or more, or ALLOWANCE_NO_LIMIT. */
struct allowance_limits {
    int64_t requests_a_minute, tokens_a_minute;
    int64_t pusd_a_day, pusd_a_month;
};

/* What a request takes: 0 or more of each. */
struct allowance_use {
    int64_t tokens, cost_pusd;
};

/* What was reserved, and when; of allowance_reserve() for allowance_settle(). */
struct allowance_hold {
    struct allowance_use use;
    int64_t second, day, month;
};

enum allowance_verdict {
    ALLOWANCE_GRANTED,
    ALLOWANCE_TOO_MANY_REQUESTS, /* in this minute */
    ALLOWANCE_TOO_MANY_TOKENS,   /* in this minute */
    ALLOWANCE_TOO_LARGE,         /* more tokens at once than a minute ever has */
    ALLOWANCE_DAY_SPENT,
    ALLOWANCE_MONTH_SPENT
};

/* What has been spent; it can be kept in a file and given back. */
struct allowance_spending {
    int64_t day, month; /* numbers of the periods, see allowance_day() and allowance_month() */
    int64_t day_pusd, month_pusd; /* in them, with what is reserved */
    int64_t unpriced;             /* requests in that month whose cost nobody knows */
};

enum { ALLOWANCE_SECONDS = 61 }; /* any 60 seconds touch at most so many seconds of the clock */

/* Fields are private. */
struct allowance {
    pthread_mutex_t lock;
    int64_t now_ns;
    struct allowance_second {
        int64_t second, requests, tokens;
    } seconds[ALLOWANCE_SECONDS];
    struct allowance_spending spending;
};

/* Nothing is used yet.  False if the system has no lock for it.  It must stay where it is. */
bool allowance_init(struct allowance *allowance, int64_t now_ns);
void allowance_deinit(struct allowance *allowance);

/*
 * Reserves what a request needs, all of it or nothing.  ALLOWANCE_GRANTED:
 * `*out_hold` is for allowance_settle(), once.  Otherwise `*out_wait_ns` is how
 * long the same would be refused if nobody used anything more; 0 if it always
 * will be.
 */
enum allowance_verdict allowance_reserve(struct allowance *allowance, const struct allowance_limits *limits,
                                         const struct allowance_use *need, int64_t now_ns,
                                         struct allowance_hold *out_hold, int64_t *out_wait_ns);

/* Puts what was used in the place of what was reserved.  `is_priced` is false where nobody knows the cost: `used`
 * is then a guess, and it is counted as one. */
void allowance_settle(struct allowance *allowance, const struct allowance_hold *hold,
                      const struct allowance_use *used, bool is_priced, int64_t now_ns);

/* What has been used in the last 60 seconds and in the periods that `now_ns` is in. */
struct allowance_report {
    int64_t requests, tokens;
    struct allowance_spending spending;
};
struct allowance_report allowance_read(struct allowance *allowance, int64_t now_ns);

/* Takes over what was spent before a restart, if it is of the periods that `now_ns` is in. */
void allowance_restore(struct allowance *allowance, const struct allowance_spending *spending, int64_t now_ns);

/* Days since 1970, and months since year 0, of a moment in UTC. */
int64_t allowance_day(int64_t now_ns);
int64_t allowance_month(int64_t now_ns);

#endif /* CMD_TTA_GATEWAY_ALLOWANCE_H */
