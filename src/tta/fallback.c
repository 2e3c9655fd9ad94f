// SPDX-License-Identifier: MIT
/*
 * When a fallback is made, rows are put in the strategy's order by the part of
 * the key that cannot change; a row's index in that order is its *place*.  A
 * key compares as
 *
 *     group, failures not forgotten, place
 *
 * where rows share a group if all that the strategy ranks before failures is
 * equal.  A decision walks the places and keeps the best; it is over when the
 * best has no failures, or the walk leaves its group: usually at the first row
 * that fits, whatever the number of models.  Where fits are rare, the selector
 * lists them all instead.
 *
 * Failures of a row are two words, each atomic:
 *
 *     series   upper half: time of the newest >> 32; lower half: how many
 *     last_ns  time of the newest, written after the series
 *
 * Their order is chosen so that what was forgiven or forgotten never comes
 * back.  The count alone decides whether there is anything to know, so one
 * store forgives.  A failure that begins a new series replaces the count and
 * the coarse time in one step; until it has written last_ns too, the later of
 * the two times counts, which is at most 4.3 s early.  A reader takes last_ns
 * only if the series did not change meanwhile.
 */
#include "tta/fallback.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/num.h"
#include "tta/fail.h"

#define SECOND_NS INT64_C(1000000000)
#define UNKNOWN_SCORE 5.0

/* To ask of one row whether it fits costs about as much as a word of 64 rows
 * costs the selector, so after some misses it is asked for all that fit. */
#define PATIENCE 16
#define SHORT_LIST 256

struct place {
    uint32_t row;
    uint32_t group;
    uint32_t next_other; /* the next place of another provider, or the count of places */
    enum tta_provider provider;
};

struct failures {
    _Atomic uint64_t series;
    _Atomic int64_t last_ns;
};

struct tta_fallback {
    const struct tta_selector *selector;
    struct tta_fallback_options options;
    size_t count;
    struct place *places;
    uint32_t *place_of_row;
    struct failures *failures; /* by place */
};

const char *tta_strategy_name(enum tta_strategy strategy)
{
    switch (strategy) {
    case TTA_STRATEGY_PERFORMANCE:
        return "performance_based";
    case TTA_STRATEGY_COST:
        return "cost_based";
    case TTA_STRATEGY_AVAILABILITY:
        return "availability_based";
    }
    return "unknown";
}

struct tta_fallback_options tta_fallback_defaults(void)
{
    return (struct tta_fallback_options){
        .strategy = TTA_STRATEGY_PERFORMANCE,
        .max_failures = 3,
        .exclusion_ns = 30 * 60 * SECOND_NS,
        .memory_ns = 24 * 3600 * SECOND_NS,
        .prefer_different_provider = true,
    };
}

static enum tta_status check_options(const struct tta_fallback_options *options, struct tta_error *err)
{
    if (options->strategy != TTA_STRATEGY_PERFORMANCE && options->strategy != TTA_STRATEGY_COST &&
        options->strategy != TTA_STRATEGY_AVAILABILITY) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "there is no strategy of number %d", (int)options->strategy);
    }
    if (options->max_failures == 0) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "the maximum of failures must be at least 1");
    }
    if (options->exclusion_ns < 0) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "the time of exclusion must not be negative");
    }
    if (options->memory_ns < options->exclusion_ns) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "failures must be remembered for at least the time of exclusion");
    }
    return TTA_OK;
}

/* The unchanging part of a row's key, ascending: less is better. */
struct sort_key {
    double before_failures[2];
    double after_failures[2];
    uint32_t row;
};

static double score_or_unknown(double score)
{
    return score < 0 ? UNKNOWN_SCORE : score;
}

/* Three prompt tokens to one completion token; unknown and dynamic alike last. */
static double expected_price(const struct tta_model *model)
{
    if (model->prompt_price_pusd < 0 || model->completion_price_pusd < 0) {
        return (double)INFINITY;
    }
    return 3.0 * (double)model->prompt_price_pusd + (double)model->completion_price_pusd;
}

static struct sort_key key_of(enum tta_strategy strategy, const struct tta_model *model, uint32_t row)
{
    double performance = score_or_unknown(model->performance_score);
    double safety = score_or_unknown(model->safety_score);
    double price = expected_price(model);
    switch (strategy) {
    case TTA_STRATEGY_PERFORMANCE:
        return (struct sort_key){.before_failures = {-performance}, .after_failures = {-safety}, .row = row};
    case TTA_STRATEGY_COST:
        return (struct sort_key){.before_failures = {price, -performance}, .row = row};
    case TTA_STRATEGY_AVAILABILITY:
        break;
    }
    return (struct sort_key){.after_failures = {-performance, price}, .row = row};
}

static int compare_pairs(const double a[2], const double b[2])
{
    for (int i = 0; i < 2; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}

static int compare_keys(const void *a, const void *b)
{
    const struct sort_key *left = a;
    const struct sort_key *right = b;
    int order = compare_pairs(left->before_failures, right->before_failures);
    if (order == 0) {
        order = compare_pairs(left->after_failures, right->after_failures);
    }
    if (order == 0) {
        order = left->row < right->row ? -1 : left->row > right->row;
    }
    return order;
}

static void fill_places(struct tta_fallback *fallback, const struct sort_key *keys)
{
    const struct tta_catalogue *catalogue = tta_selector_catalogue(fallback->selector);
    uint32_t group = 0;
    for (size_t i = 0; i < fallback->count; i++) {
        if (i > 0 && compare_pairs(keys[i].before_failures, keys[i - 1].before_failures) != 0) {
            group++;
        }
        fallback->places[i].row = keys[i].row;
        fallback->places[i].group = group;
        fallback->places[i].provider = tta_catalogue_model(catalogue, keys[i].row).provider;
        fallback->place_of_row[keys[i].row] = (uint32_t)i;
    }
}

static void link_providers(struct tta_fallback *fallback)
{
    struct place *places = fallback->places;
    for (size_t i = fallback->count; i-- > 0;) {
        bool is_same = i + 1 < fallback->count && places[i + 1].provider == places[i].provider;
        places[i].next_other = is_same ? places[i + 1].next_other : (uint32_t)(i + 1);
    }
}

static bool sort_places(struct tta_fallback *fallback)
{
    const struct tta_catalogue *catalogue = tta_selector_catalogue(fallback->selector);
    struct sort_key *keys = base_alloc_array(fallback->count, sizeof(*keys));
    if (!keys) {
        return false;
    }
    for (uint32_t row = 0; row < fallback->count; row++) {
        struct tta_model model = tta_catalogue_model(catalogue, row);
        keys[row] = key_of(fallback->options.strategy, &model, row);
    }
    qsort(keys, fallback->count, sizeof(*keys), compare_keys);
    fill_places(fallback, keys);
    link_providers(fallback);
    free(keys);
    return true;
}

static bool build(struct tta_fallback *fallback)
{
    fallback->places = base_alloc_array(fallback->count, sizeof(*fallback->places));
    fallback->place_of_row = base_alloc_array(fallback->count, sizeof(*fallback->place_of_row));
    fallback->failures = base_alloc_array(fallback->count, sizeof(*fallback->failures));
    return fallback->places && fallback->place_of_row && fallback->failures && sort_places(fallback);
}

enum tta_status tta_fallback_create(const struct tta_selector *selector, const struct tta_fallback_options *options,
                                    struct tta_fallback **out_fallback, struct tta_error *err)
{
    enum tta_status status = check_options(options, err);
    if (status != TTA_OK) {
        return status;
    }
    size_t count = tta_catalogue_count(tta_selector_catalogue(selector));
    struct tta_fallback *fallback = base_alloc_array(1, sizeof(*fallback));
    if (fallback) {
        fallback->selector = selector;
        fallback->options = *options;
        fallback->count = count;
    }
    if (!fallback || !build(fallback)) {
        tta_fallback_destroy(fallback);
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a fallback among %zu models", count);
    }
    *out_fallback = fallback;
    return TTA_OK;
}

void tta_fallback_destroy(struct tta_fallback *fallback)
{
    if (!fallback) {
        return;
    }
    free(fallback->failures);
    free(fallback->place_of_row);
    free(fallback->places);
    free(fallback);
}

static uint32_t count_of(uint64_t series)
{
    return (uint32_t)series;
}

static int64_t coarse_time_of(uint64_t series)
{
    return (int64_t)(series >> 32 << 32);
}

static uint64_t series_of(int64_t time_ns, uint32_t count)
{
    return (uint64_t)time_ns >> 32 << 32 | count;
}

static int64_t later(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

static int64_t age_of(int64_t last_ns, int64_t now_ns)
{
    return now_ns > last_ns ? now_ns - last_ns : 0;
}

/* The failures that a series and a time, read together, stand for. */
static struct tta_failures known_failures(const struct tta_fallback_options *options, uint64_t series, int64_t last_ns,
                                          int64_t now_ns)
{
    last_ns = later(last_ns, coarse_time_of(series));
    int64_t age_ns = age_of(last_ns, now_ns);
    if (count_of(series) == 0 || age_ns > options->memory_ns) {
        return (struct tta_failures){0};
    }
    return (struct tta_failures){
        .count = count_of(series),
        .last_ns = last_ns,
        .is_excluded = age_ns < options->exclusion_ns || count_of(series) >= options->max_failures,
    };
}

static struct tta_failures failures_at(const struct tta_fallback *fallback, size_t place, int64_t now_ns)
{
    const struct failures *failures = &fallback->failures[place];
    uint64_t series = atomic_load_explicit(&failures->series, memory_order_acquire);
    while (count_of(series) > 0) {
        int64_t last_ns = atomic_load_explicit(&failures->last_ns, memory_order_acquire);
        uint64_t again = atomic_load_explicit(&failures->series, memory_order_acquire);
        if (again == series) {
            return known_failures(&fallback->options, series, last_ns, now_ns);
        }
        series = again;
    }
    return (struct tta_failures){0};
}

static void raise_to(_Atomic int64_t *time_ns, int64_t now_ns)
{
    int64_t old_ns = atomic_load_explicit(time_ns, memory_order_relaxed);
    while (old_ns < now_ns && !atomic_compare_exchange_weak_explicit(time_ns, &old_ns, now_ns, memory_order_release,
                                                                      memory_order_relaxed)) {
    }
}

void tta_fallback_record_failure(struct tta_fallback *fallback, size_t row, int64_t now_ns)
{
    assert(row < fallback->count && now_ns >= 0);
    struct failures *failures = &fallback->failures[fallback->place_of_row[row]];
    uint64_t series = atomic_load_explicit(&failures->series, memory_order_acquire);
    struct tta_failures known;
    int64_t last_ns;
    uint64_t next;
    do {
        last_ns = atomic_load_explicit(&failures->last_ns, memory_order_acquire);
        known = known_failures(&fallback->options, series, last_ns, now_ns);
        uint32_t count = known.count < UINT32_MAX ? known.count + 1 : known.count;
        next = series_of(known.count > 0 ? later(known.last_ns, now_ns) : now_ns, count);
    } while (!atomic_compare_exchange_weak_explicit(&failures->series, &series, next, memory_order_acq_rel,
                                                    memory_order_acquire));
    /* A new series has nothing to do with the old time, even a later one. */
    bool is_done = known.count == 0 && atomic_compare_exchange_strong_explicit(
                                           &failures->last_ns, &last_ns, now_ns, memory_order_release,
                                           memory_order_relaxed);
    if (!is_done) {
        raise_to(&failures->last_ns, now_ns);
    }
}

void tta_fallback_record_success(struct tta_fallback *fallback, size_t row)
{
    assert(row < fallback->count);
    struct failures *failures = &fallback->failures[fallback->place_of_row[row]];
    atomic_store_explicit(&failures->series, 0, memory_order_release);
}

struct tta_failures tta_fallback_failures(const struct tta_fallback *fallback, size_t row, int64_t now_ns)
{
    assert(row < fallback->count);
    return failures_at(fallback, fallback->place_of_row[row], now_ns);
}

/* What is asked for.  Rows of `provider` count if `same`, those of others if `others`. */
struct question {
    const struct tta_requirements *requirements;
    size_t failed_row;
    int64_t now_ns;
    enum tta_provider provider;
    bool same;
    bool others;
};

/* The best place so far, or the count of places. */
struct best {
    size_t place;
    uint32_t failures;
};

static bool is_wanted(const struct question *question, enum tta_provider provider)
{
    return provider == question->provider ? question->same : question->others;
}

static bool is_better(const struct tta_fallback *fallback, struct best left, struct best right)
{
    if (right.place == fallback->count) {
        return true;
    }
    uint32_t left_group = fallback->places[left.place].group;
    uint32_t right_group = fallback->places[right.place].group;
    if (left_group != right_group) {
        return left_group < right_group;
    }
    return left.failures != right.failures ? left.failures < right.failures : left.place < right.place;
}

/* Whether a place, should its row fit, beats the best so far. */
static bool would_win(const struct tta_fallback *fallback, const struct question *question, size_t place,
                      const struct best *best, struct best *out_better)
{
    if (fallback->places[place].row == question->failed_row) {
        return false;
    }
    struct tta_failures failures = failures_at(fallback, place, question->now_ns);
    struct best candidate = {.place = place, .failures = failures.count};
    if (failures.is_excluded || !is_better(fallback, candidate, *best)) {
        return false;
    }
    *out_better = candidate;
    return true;
}

/* The best of all rows that fit, if they are few enough to be listed. */
static bool choose_from_list(const struct tta_fallback *fallback, const struct question *question,
                             struct best *out_best)
{
    struct tta_choice fitting[SHORT_LIST];
    size_t count = tta_rank(fallback->selector, question->requirements, fitting, SHORT_LIST);
    if (count == SHORT_LIST) {
        return false;
    }
    struct best best = {.place = fallback->count};
    struct best better;
    for (size_t i = 0; i < count; i++) {
        size_t place = fallback->place_of_row[fitting[i].row];
        bool wanted = is_wanted(question, fallback->places[place].provider);
        if (wanted && would_win(fallback, question, place, &best, &better)) {
            best = better;
        }
    }
    *out_best = best;
    return true;
}

static bool is_final(const struct tta_fallback *fallback, const struct best *best, const struct place *next)
{
    return best->place < fallback->count &&
           (best->failures == 0 || next->group != fallback->places[best->place].group);
}

/* The place of the best row, or the count of places if there is none. */
static size_t best_place(const struct tta_fallback *fallback, const struct question *question)
{
    struct best best = {.place = fallback->count};
    struct best better;
    size_t misses = 0;
    for (size_t i = 0; i < fallback->count && !is_final(fallback, &best, &fallback->places[i]);) {
        const struct place *place = &fallback->places[i];
        if (!is_wanted(question, place->provider)) {
            i = place->next_other;
            continue;
        }
        if (would_win(fallback, question, i, &best, &better)) {
            if (tta_fits(fallback->selector, question->requirements, place->row)) {
                best = better;
            } else if (++misses == PATIENCE && choose_from_list(fallback, question, &best)) {
                break;
            }
        }
        i++;
    }
    return best.place;
}

enum tta_status tta_fallback_next(const struct tta_fallback *fallback, size_t failed_row,
                                  const struct tta_requirements *requirements, int64_t now_ns,
                                  struct tta_choice *out_choice)
{
    assert(failed_row <= fallback->count);
    struct question question = {
        .requirements = requirements, .failed_row = failed_row, .now_ns = now_ns, .same = true, .others = true};
    if (fallback->options.prefer_different_provider && failed_row < fallback->count) {
        question.provider = fallback->places[fallback->place_of_row[failed_row]].provider;
        question.same = false;
    }
    size_t best = best_place(fallback, &question);
    if (best == fallback->count && !question.same) {
        question.same = true;
        question.others = false;
        best = best_place(fallback, &question);
    }
    if (best == fallback->count) {
        return TTA_NO_MODEL;
    }
    size_t row = fallback->places[best].row;
    double score = tta_selector_score(fallback->selector, requirements->task, row);
    *out_choice = (struct tta_choice){.row = row, .score = score};
    return TTA_OK;
}
