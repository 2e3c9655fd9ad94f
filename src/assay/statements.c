// SPDX-License-Identifier: MIT
/*
 * What a body says of itself, and asks of its parameters.  Of several threads,
 * which all run the same body, the first speaks for all; only failures are said
 * by whoever has them.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "assay/running.h"
#include "base/num.h"

void assay_fail_because(struct assay_bench *bench, const char *reason)
{
    char text[ASSAY_MAX_SAID_BYTES];
    if (!assay_is_given(bench, "assay_fail_because") || bench->said_failed) {
        return; /* the first reason is the one to tell */
    }
    bench->said_failed = true;
    reason = reason && reason[0] ? reason : "no reason given";
    if (bench->is_one_of_many) {
        (void)snprintf(text, sizeof(text), "thread %u: %s", bench->thread, reason); /* cut if longer */
        reason = text;
    }
    assay_channel_say(&bench->running->channel, "failed", reason);
}

void assay_fail_check(struct assay_bench *bench, const char *file, int line, const char *expression)
{
    char reason[ASSAY_MAX_SAID_BYTES];
    const char *slash = strrchr(file, '/');
    (void)snprintf(reason, sizeof(reason), "check failed at %s:%d: %s", slash ? slash + 1 : file, line, expression);
    assay_fail_because(bench, reason);
}

/* Settings count only until the loop is reached: the controller has planned by then. */
static bool may_still_state(struct assay_bench *bench, const char *what)
{
    if (!assay_is_given(bench, what)) {
        return false;
    }
    if (bench->phase == PREPARING) {
        return true;
    }
    char reason[ASSAY_MAX_SAID_BYTES];
    (void)snprintf(reason, sizeof(reason), "%s was called after the loop began; move it above BENCH_LOOP", what);
    assay_fail_because(bench, reason);
    return false;
}

static void state(struct assay_bench *bench, const char *word, const char *text)
{
    if (bench->thread == 0) {
        assay_channel_say(&bench->running->channel, word, text);
    }
}

void assay_target(struct assay_bench *bench, const char *limit)
{
    if (may_still_state(bench, "assay_target")) {
        state(bench, "target", limit && limit[0] ? limit : "(empty)");
    }
}

void assay_group(struct assay_bench *bench, const char *group)
{
    if (may_still_state(bench, "assay_group") && group && group[0]) {
        state(bench, "group", group);
    }
}

static void state_amount(struct assay_bench *bench, const char *what, double per_iteration)
{
    char text[ASSAY_MAX_SAID_BYTES];
    (void)snprintf(text, sizeof(text), "assay_%s", what);
    if (!assay_is_given(bench, text)) {
        return;
    }
    if (!(per_iteration > 0) || isinf(per_iteration)) {
        (void)snprintf(text, sizeof(text), "assay_%s: %g an iteration, which must be above 0", what, per_iteration);
        assay_fail_because(bench, text);
        return;
    }
    if (bench->thread == 0) {
        base_buf_addf(assay_channel_begin(&bench->running->channel), "%s %.17g", what, per_iteration);
        assay_channel_end(&bench->running->channel);
    }
}

void assay_items(struct assay_bench *bench, double per_iteration)
{
    state_amount(bench, "items", per_iteration);
}

void assay_bytes(struct assay_bench *bench, double per_iteration)
{
    state_amount(bench, "bytes", per_iteration);
}

/* What the value is of: the reason if there is nothing to divide it by. */
static const char *divide_counter(const struct assay_bench *bench, enum assay_counter_kind kind, double *value)
{
    bool is_divided = kind == ASSAY_PER_ITERATION || kind == ASSAY_RATE;
    if (is_divided && bench->phase != ENDED) {
        return "belongs behind the loop, which says by what it is divided";
    }
    if (kind == ASSAY_PER_ITERATION) {
        *value /= (double)bench->iterations_made;
    } else if (kind == ASSAY_RATE) {
        *value /= (double)bench->looped_ns / 1e9;
    }
    return isfinite(*value) ? NULL : "has a value that is no number";
}

void assay_counter(struct assay_bench *bench, const char *name, double value, enum assay_counter_kind kind)
{
    char text[ASSAY_MAX_SAID_BYTES];
    const char *complaint = NULL;
    if (!assay_is_given(bench, "assay_counter")) {
        return;
    }
    if ((unsigned)kind > ASSAY_SUM) {
        complaint = "is of no kind that there is";
    } else if (!assay_counter_name_is_valid(base_str(name))) {
        complaint = "needs another name: 1 to 40 letters, digits, '_', '-' and '.', and no metric's name";
    } else {
        complaint = divide_counter(bench, kind, &value);
    }
    if (complaint) {
        (void)snprintf(text, sizeof(text), "assay_counter: '%s' %s", name ? name : "", complaint); /* cut if longer */
        assay_fail_because(bench, text);
        return;
    }
    base_buf_addf(assay_channel_begin(&bench->running->channel), "counter %s %.17g %s", assay_counter_kind_name(kind),
                  value, name);
    assay_channel_end(&bench->running->channel);
}

void assay_complexity(struct assay_bench *bench, const char *parameter)
{
    if (may_still_state(bench, "assay_complexity")) {
        (void)assay_param(bench, parameter); /* fails unless it is a whole number */
        if (!bench->said_failed) {
            state(bench, "complexity", parameter);
        }
    }
}

/* A word by itself, or with numbers that are there already. */
static void state_line(struct assay_bench *bench, const char *text)
{
    if (bench->thread == 0) {
        base_buf_add_cstr(assay_channel_begin(&bench->running->channel), text);
        assay_channel_end(&bench->running->channel);
    }
}

void assay_time_calls(struct assay_bench *bench)
{
    if (may_still_state(bench, "assay_time_calls")) {
        state_line(bench, "calls");
    }
}

void assay_pedantic(struct assay_bench *bench, uint64_t rounds, uint64_t iterations, uint64_t warmup_rounds)
{
    char text[100];
    if (!may_still_state(bench, "assay_pedantic")) {
        return;
    }
    if (rounds < 1 || rounds > ASSAY_MAX_EXACT_ROUNDS || iterations < 1 || iterations > ASSAY_MAX_ITERATIONS ||
        warmup_rounds > ASSAY_MAX_EXACT_ROUNDS) {
        assay_fail_because(bench,
                           "assay_pedantic: rounds and iterations must be at least 1, rounds at most 10 million");
        return;
    }
    (void)snprintf(text, sizeof(text), "pedantic %llu %llu %llu", (unsigned long long)rounds,
                   (unsigned long long)iterations, (unsigned long long)warmup_rounds);
    state_line(bench, text);
}

uint64_t assay_iterations(const struct assay_bench *bench)
{
    if (!assay_is_given(bench, "assay_iterations")) {
        return 0;
    }
    if (bench->phase == PREPARING) {
        assay_fail_because(&bench->running->members[bench->thread],
                           "assay_iterations was called outside of BENCH_ROUNDS, where nothing says how many there "
                           "will be");
    }
    return bench->iterations;
}

unsigned assay_thread(const struct assay_bench *bench)
{
    return assay_is_given(bench, "assay_thread") ? bench->thread : 0;
}

unsigned assay_threads(const struct assay_bench *bench)
{
    return assay_is_given(bench, "assay_threads") ? bench->running->crew.count : 0;
}

const char *assay_param_text(struct assay_bench *bench, const char *name)
{
    if (!assay_is_given(bench, "assay_param_text")) {
        return "";
    }
    const struct running *running = bench->running;
    struct str value = assay_params_value(running->label, base_str(name));
    if (!value.ptr) {
        char reason[ASSAY_MAX_SAID_BYTES];
        (void)snprintf(reason, sizeof(reason), "there is no parameter '%s'; BENCH_PARAMS names them", name ? name : "");
        assay_fail_because(bench, reason);
        return "";
    }
    return running->values + (value.ptr - running->label.ptr);
}

int64_t assay_param(struct assay_bench *bench, const char *name)
{
    const char *text = assay_param_text(bench, name);
    int64_t number = 0;
    if (text[0] && !base_num_parse_int64(base_str(text), INT64_MIN, INT64_MAX, &number)) {
        char reason[ASSAY_MAX_SAID_BYTES];
        (void)snprintf(reason, sizeof(reason), "parameter '%s' is '%s', which is no whole number; use assay_param_text",
                       name, text);
        assay_fail_because(bench, reason);
    }
    return number;
}
