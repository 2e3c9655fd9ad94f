// SPDX-License-Identifier: MIT
/* tta/values.h - the values that options take, and their setters, see cmd/arguments.h. */
#ifndef CMD_TTA_VALUES_H
#define CMD_TTA_VALUES_H

#include "cmd/arguments.h"
#include "tta/alert.h"
#include "tta/fallback.h"

enum metrics_by { BY_MODEL, BY_PROVIDER, BY_TASK, BY_SERIES };

enum model_order { ORDER_AS_LISTED, ORDER_PRICE, ORDER_CONTEXT, ORDER_ID };

struct taste_value {
    enum tta_taste taste;
    bool is_given;
};

struct strategy_value {
    enum tta_strategy strategy;
    bool is_given;
};

struct chain_value {
    const char *first_id; /* NULL: none was asked for */
    bool is_given;
};

argument_set_fn value_set_task;         /* enum tta_task */
argument_set_fn value_set_provider;     /* enum tta_provider */
argument_set_fn value_set_order;        /* enum model_order */
argument_set_fn value_set_strategy;     /* struct strategy_value */
argument_set_fn value_set_taste;        /* struct taste_value */
argument_set_fn value_set_date;         /* int64_t: the second at which a day begins */
argument_set_fn value_set_size;         /* struct tta_request_size: prompt tokens,completion tokens */
argument_set_fn value_set_capabilities; /* uint64_t: a list of words */
argument_set_fn value_set_tokens;       /* int64_t: "128k" is 128000 */
argument_set_fn value_set_count;        /* int64_t, 1 to a million */
argument_set_fn value_set_budget;       /* int64_t: USD in pico-USD, 0 to a million USD */
argument_set_fn value_set_rank_count;   /* size_t */
argument_set_fn value_set_window;       /* enum tta_window */
argument_set_fn value_set_by;           /* enum metrics_by */
argument_set_fn value_set_each;         /* enum tta_alert_each */
argument_set_fn value_set_moment;       /* int64_t: seconds since 1970 */
argument_set_fn value_set_watch;        /* int64_t: seconds */
argument_set_fn value_set_requests;     /* uint64_t: at least 1 */
argument_set_fn value_set_condition;    /* struct tta_alert_rule: figure and limit */
argument_set_fn value_set_chain;        /* struct chain_value */
argument_set_fn value_set_weights;      /* struct tta_criteria: safety,performance,cost */

/* The words that a setter takes for a value, from 0 on; NULL behind the last, or if it takes anything. */
const char *value_word(argument_set_fn *set, size_t index);

/* Limits, in a struct tta_requirements. */
argument_set_fn value_set_max_latency;
argument_set_fn value_set_min_quality;
argument_set_fn value_set_max_prompt_price;
argument_set_fn value_set_max_completion_price;
argument_set_fn value_set_min_safety;
argument_set_fn value_set_max_request_cost;
argument_set_fn value_set_max_cost;

#endif /* CMD_TTA_VALUES_H */
