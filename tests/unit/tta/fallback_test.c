// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "tta/fallback.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW (1000 * HOUR)

static const struct tta_requirements anything = {.task = TTA_TASK_GENERAL_CHAT};

/* A catalogue with a selector and a fallback of it. */
struct bed {
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct tta_fallback *fallback;
};

static struct bed make_bed(const struct tta_model *models, size_t count, const struct tta_fallback_options *options)
{
    struct bed bed = {0};
    struct tta_criteria criteria = tta_criteria_defaults();
    assert_int_equal(tta_catalogue_create(models, count, &bed.catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(bed.catalogue, &criteria, &bed.selector, NULL), TTA_OK);
    assert_int_equal(tta_fallback_create(bed.selector, options, &bed.fallback, NULL), TTA_OK);
    return bed;
}

static void clear_bed(struct bed *bed)
{
    tta_fallback_destroy(bed->fallback);
    tta_selector_destroy(bed->selector);
    tta_catalogue_destroy(bed->catalogue);
}

static struct tta_model model(const char *id, double performance, double safety, int64_t prompt_price,
                              int64_t completion_price)
{
    return (struct tta_model){
        .id = id,
        .provider = TTA_PROVIDER_OPENROUTER,
        .prompt_price_pusd = prompt_price,
        .completion_price_pusd = completion_price,
        .context_tokens = 8192,
        .max_completion_tokens = TTA_UNKNOWN,
        .safety_score = safety,
        .performance_score = performance,
    };
}

static struct tta_fallback_options options_for(enum tta_strategy strategy)
{
    struct tta_fallback_options options = tta_fallback_defaults();
    options.strategy = strategy;
    return options;
}

static void assert_next_for(const struct bed *bed, const struct tta_requirements *requirements, size_t failed_row,
                            int64_t now_ns, size_t want_row)
{
    struct tta_choice choice = {0};
    assert_int_equal(tta_fallback_next(bed->fallback, failed_row, requirements, now_ns, &choice), TTA_OK);
    assert_int_equal(choice.row, want_row);
}

static void assert_next(const struct bed *bed, size_t failed_row, int64_t now_ns, size_t want_row)
{
    assert_next_for(bed, &anything, failed_row, now_ns, want_row);
}

static void assert_none(const struct bed *bed, const struct tta_requirements *requirements, size_t failed_row,
                        int64_t now_ns)
{
    struct tta_choice choice = {.row = 77, .score = 7};
    assert_int_equal(tta_fallback_next(bed->fallback, failed_row, requirements, now_ns, &choice), TTA_NO_MODEL);
    assert_int_equal(choice.row, 77);
    assert_true(choice.score == 7);
}

static void fail_times(const struct bed *bed, size_t row, size_t times, int64_t now_ns)
{
    for (size_t i = 0; i < times; i++) {
        tta_fallback_record_failure(bed->fallback, row, now_ns);
    }
}

static void assert_failures(const struct bed *bed, size_t row, int64_t now_ns, struct tta_failures want)
{
    struct tta_failures got = tta_fallback_failures(bed->fallback, row, now_ns);
    assert_int_equal(got.count, want.count);
    assert_int_equal(got.is_excluded, want.is_excluded);
    if (want.count > 0) {
        assert_int_equal(got.last_ns, want.last_ns);
    }
}

static void strategies_have_the_names_of_the_original(void **state)
{
    (void)state;
    assert_string_equal(tta_strategy_name(TTA_STRATEGY_PERFORMANCE), "performance_based");
    assert_string_equal(tta_strategy_name(TTA_STRATEGY_COST), "cost_based");
    assert_string_equal(tta_strategy_name(TTA_STRATEGY_AVAILABILITY), "availability_based");
    assert_non_null(tta_strategy_name((enum tta_strategy)99));
}

static void defaults_are_those_of_the_original(void **state)
{
    (void)state;
    struct tta_fallback_options options = tta_fallback_defaults();
    assert_int_equal(options.strategy, TTA_STRATEGY_PERFORMANCE);
    assert_int_equal(options.max_failures, 3);
    assert_int_equal(options.exclusion_ns, 30 * MINUTE);
    assert_int_equal(options.memory_ns, 24 * HOUR);
    assert_true(options.prefer_different_provider);
}

static void refuses_options_out_of_range(void **state)
{
    (void)state;
    static const struct tta_fallback_options refused[] = {
        {.max_failures = 0, .exclusion_ns = 1, .memory_ns = 1},
        {.max_failures = 1, .exclusion_ns = -1, .memory_ns = 1},
        {.max_failures = 1, .exclusion_ns = 0, .memory_ns = -1},
        {.max_failures = 1, .exclusion_ns = 2, .memory_ns = 1},
        {.strategy = (enum tta_strategy)3, .max_failures = 1, .exclusion_ns = 1, .memory_ns = 1},
    };
    struct tta_model only = model("a", 5, 5, 1, 1);
    struct tta_fallback_options fine = {.max_failures = 1};
    struct bed bed = make_bed(&only, 1, &fine);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct tta_fallback *untouched = NULL;
        struct tta_error error = {.status = TTA_OK};
        assert_int_equal(tta_fallback_create(bed.selector, &refused[i], &untouched, &error), TTA_BAD_ARGUMENT);
        assert_int_equal(error.status, TTA_BAD_ARGUMENT);
        assert_true(error.message[0] != '\0');
        assert_int_equal(tta_fallback_create(bed.selector, &refused[i], &untouched, NULL), TTA_BAD_ARGUMENT);
        assert_null(untouched);
    }
    tta_fallback_destroy(NULL);
    clear_bed(&bed);
}

static void an_empty_catalogue_has_no_next_model(void **state)
{
    (void)state;
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(NULL, 0, &options);
    assert_none(&bed, &anything, 0, NOW);
    clear_bed(&bed);
}

static void the_failed_model_is_never_next(void **state)
{
    (void)state;
    struct tta_model models[] = {model("best", 9, 9, 1, 1), model("other", 1, 1, 9, 9)};
    for (int strategy = 0; strategy < 3; strategy++) {
        struct tta_fallback_options options = options_for((enum tta_strategy)strategy);
        struct bed one = make_bed(models, 1, &options);
        struct bed two = make_bed(models, 2, &options);
        assert_none(&one, &anything, 0, NOW);
        assert_next(&one, 1, NOW, 0);
        assert_next(&two, 0, NOW, 1);
        assert_next(&two, 1, NOW, 0);
        assert_next(&two, 2, NOW, 0);
        clear_bed(&one);
        clear_bed(&two);
    }
}

/* The order in which a strategy offers rows, by failing each one offered. */
static void assert_order(const struct tta_model *models, size_t count, enum tta_strategy strategy, const size_t *want)
{
    struct tta_fallback_options options = options_for(strategy);
    struct bed bed = make_bed(models, count, &options);
    for (size_t i = 0; i < count; i++) {
        assert_next(&bed, count, NOW, want[i]);
        tta_fallback_record_failure(bed.fallback, want[i], NOW);
    }
    assert_none(&bed, &anything, count, NOW);
    clear_bed(&bed);
}

static void performance_puts_the_best_first_then_the_safest(void **state)
{
    (void)state;
    const struct tta_model models[] = {
        model("good", 6, 1, 1, 1),
        model("unknown counts 5", TTA_SCORE_UNKNOWN, 9, 1, 1),
        model("best", 9.5, 0, 100, 100),
        model("five", 5, 9.5, 1, 1),
        model("five of unknown safety", 5, TTA_SCORE_UNKNOWN, 1, 1),
        model("five, unsafe", 5, 4, 0, 0),
        model("five as the one before", 5, 4, 0, 0),
        model("bad", 0, 10, 0, 0),
    };
    static const size_t want[] = {2, 0, 3, 1, 4, 5, 6, 7};
    assert_order(models, 8, TTA_STRATEGY_PERFORMANCE, want);
}

static void cost_puts_the_cheapest_first_and_unstated_prices_last(void **state)
{
    (void)state;
    const struct tta_model models[] = {
        model("unknown", 10, 5, TTA_UNKNOWN, TTA_UNKNOWN),
        model("dynamic", 10, 5, TTA_DYNAMIC, TTA_DYNAMIC),
        model("half known", 9, 5, 0, TTA_UNKNOWN),
        model("dear completion", 1, 5, 10, 40), /* 70 */
        model("dear prompt", 9, 5, 20, 10),     /* 70, better */
        model("free", 1, 5, 0, 0),
        model("cheap", 1, 5, 1, 1),
        model("dearest", 10, 5, TTA_MAX_PRICE_PUSD, TTA_MAX_PRICE_PUSD),
    };
    static const size_t want[] = {5, 6, 4, 3, 7, 0, 1, 2};
    assert_order(models, 8, TTA_STRATEGY_COST, want);
}

static void availability_puts_performance_before_price(void **state)
{
    (void)state;
    const struct tta_model models[] = {
        model("good", 8, 5, 9, 9),
        model("good and cheap", 8, 5, 1, 1),
        model("best", 9, 5, TTA_UNKNOWN, TTA_UNKNOWN),
        model("good and unknown", 8, 5, TTA_UNKNOWN, 1),
    };
    static const size_t want[] = {2, 1, 0, 3};
    assert_order(models, 4, TTA_STRATEGY_AVAILABILITY, want);
}

static void past_failures_count_where_the_strategy_says(void **state)
{
    (void)state;
    const struct tta_model models[] = {
        model("a", 8, 9, 1, 1), model("b", 8, 1, 1, 1), model("worse", 7, 9, 1, 1), model("dearer", 8, 9, 2, 2)};
    static const size_t want[] = {
        [TTA_STRATEGY_PERFORMANCE] = 1, [TTA_STRATEGY_COST] = 1, [TTA_STRATEGY_AVAILABILITY] = 2};
    for (int strategy = 0; strategy < 3; strategy++) {
        struct tta_fallback_options options = options_for((enum tta_strategy)strategy);
        struct bed bed = make_bed(models, 4, &options);
        fail_times(&bed, 0, 2, NOW);
        fail_times(&bed, 1, 1, NOW);
        fail_times(&bed, 3, 2, NOW);
        assert_next(&bed, 4, NOW + HOUR, want[strategy]);
        clear_bed(&bed);
    }
}

static void nothing_fits_an_impossible_context(void **state)
{
    (void)state;
    struct tta_model models[] = {model("a", 5, 5, 1, 1), model("b", 5, 5, 1, 1)};
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 2, &options);
    struct tta_requirements requirements = {.min_context_tokens = 8193};
    assert_none(&bed, &requirements, 0, NOW);
    assert_none(&bed, &requirements, 2, NOW);
    requirements.min_context_tokens = 8192;
    assert_next_for(&bed, &requirements, 0, NOW, 1);
    clear_bed(&bed);
}

static void a_failure_keeps_a_model_out_for_the_time_of_exclusion(void **state)
{
    (void)state;
    struct tta_model models[] = {model("best", 9, 5, 1, 1), model("other", 5, 5, 1, 1)};
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 2, &options);
    assert_next(&bed, 2, NOW, 0);
    tta_fallback_record_failure(bed.fallback, 0, NOW);
    assert_failures(&bed, 0, NOW, (struct tta_failures){1, NOW, true});
    assert_next(&bed, 2, NOW, 1);
    assert_next(&bed, 2, NOW + 30 * MINUTE - 1, 1);
    assert_failures(&bed, 0, NOW + 30 * MINUTE - 1, (struct tta_failures){1, NOW, true});
    assert_failures(&bed, 0, NOW + 30 * MINUTE, (struct tta_failures){1, NOW, false});
    assert_next(&bed, 2, NOW + 30 * MINUTE, 0);
    assert_failures(&bed, 1, NOW, (struct tta_failures){0});
    clear_bed(&bed);
}

static void three_strikes_keep_a_model_out_until_they_are_forgotten(void **state)
{
    (void)state;
    struct tta_model models[] = {model("best", 9, 5, 1, 1), model("other", 5, 5, 1, 1)};
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 2, &options);
    tta_fallback_record_failure(bed.fallback, 0, NOW);
    tta_fallback_record_failure(bed.fallback, 0, NOW + HOUR);
    assert_next(&bed, 2, NOW + 2 * HOUR, 0);
    tta_fallback_record_failure(bed.fallback, 0, NOW + 2 * HOUR);
    assert_failures(&bed, 0, NOW + 3 * HOUR, (struct tta_failures){3, NOW + 2 * HOUR, true});
    assert_next(&bed, 2, NOW + 26 * HOUR, 1);
    assert_failures(&bed, 0, NOW + 26 * HOUR + 1, (struct tta_failures){0});
    assert_next(&bed, 2, NOW + 26 * HOUR + 1, 0);
    tta_fallback_record_failure(bed.fallback, 0, NOW + 27 * HOUR);
    assert_failures(&bed, 0, NOW + 28 * HOUR, (struct tta_failures){1, NOW + 27 * HOUR, false});
    clear_bed(&bed);
}

static void a_success_forgives(void **state)
{
    (void)state;
    struct tta_model models[] = {model("best", 9, 5, 1, 1), model("other", 5, 5, 1, 1)};
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 2, &options);
    tta_fallback_record_success(bed.fallback, 0);
    fail_times(&bed, 0, 5, NOW);
    assert_next(&bed, 2, NOW, 1);
    tta_fallback_record_success(bed.fallback, 0);
    assert_failures(&bed, 0, NOW, (struct tta_failures){0});
    assert_next(&bed, 2, NOW, 0);
    tta_fallback_record_failure(bed.fallback, 0, NOW + 1);
    assert_failures(&bed, 0, NOW + HOUR, (struct tta_failures){1, NOW + 1, false});
    clear_bed(&bed);
}

static void a_failure_reported_late_does_not_turn_back_time(void **state)
{
    (void)state;
    struct tta_model only = model("a", 9, 5, 1, 1);
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(&only, 1, &options);
    tta_fallback_record_failure(bed.fallback, 0, NOW);
    tta_fallback_record_failure(bed.fallback, 0, NOW - HOUR);
    assert_failures(&bed, 0, NOW + HOUR, (struct tta_failures){2, NOW, false});
    assert_failures(&bed, 0, NOW - 2 * HOUR, (struct tta_failures){2, NOW, true});
    tta_fallback_record_success(bed.fallback, 0);
    tta_fallback_record_failure(bed.fallback, 0, NOW - 3 * HOUR);
    assert_failures(&bed, 0, NOW, (struct tta_failures){1, NOW - 3 * HOUR, false});
    clear_bed(&bed);
}

static void extreme_times_are_times(void **state)
{
    (void)state;
    struct tta_model only = model("a", 9, 5, 1, 1);
    struct tta_fallback_options options = tta_fallback_defaults();
    options.memory_ns = INT64_MAX;
    struct bed bed = make_bed(&only, 1, &options);
    tta_fallback_record_failure(bed.fallback, 0, 0);
    assert_failures(&bed, 0, 0, (struct tta_failures){1, 0, true});
    assert_failures(&bed, 0, INT64_MAX, (struct tta_failures){1, 0, false});
    tta_fallback_record_failure(bed.fallback, 0, INT64_MAX);
    assert_failures(&bed, 0, INT64_MAX, (struct tta_failures){2, INT64_MAX, true});
    clear_bed(&bed);
}

static void no_exclusion_leaves_only_the_strikes(void **state)
{
    (void)state;
    struct tta_model models[] = {model("best", 9, 5, 1, 1), model("other", 5, 5, 1, 1)};
    struct tta_fallback_options options = tta_fallback_defaults();
    options.exclusion_ns = 0;
    options.memory_ns = 0;
    options.max_failures = 2;
    struct bed bed = make_bed(models, 2, &options);
    fail_times(&bed, 0, 1, NOW);
    assert_next(&bed, 2, NOW, 0);
    fail_times(&bed, 0, 1, NOW);
    assert_next(&bed, 2, NOW, 1);
    assert_next(&bed, 2, NOW + 1, 0);
    clear_bed(&bed);
}

static void another_provider_comes_first_if_it_has_a_candidate(void **state)
{
    (void)state;
    struct tta_model models[] = {model("failed", 9, 5, 1, 1), model("sibling", 8, 5, 1, 1),
                                 model("elsewhere", 2, 5, 9, 9)};
    models[2].provider = TTA_PROVIDER_OLLAMA;
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 3, &options);
    assert_next(&bed, 0, NOW, 2);
    assert_next(&bed, 2, NOW, 0);
    assert_next(&bed, 3, NOW, 0);
    tta_fallback_record_failure(bed.fallback, 2, NOW);
    assert_next(&bed, 0, NOW, 1);
    clear_bed(&bed);
    options.prefer_different_provider = false;
    bed = make_bed(models, 3, &options);
    assert_next(&bed, 0, NOW, 1);
    clear_bed(&bed);
}

/* The cheapest that fits comes after misses enough to list what fits, and so
 * late in the selector's order that no short list would hold it. */
static void the_last_of_the_selector_can_be_the_first_of_the_strategy(void **state)
{
    (void)state;
    enum { UNFIT = 40, FIT = 1000, COUNT = UNFIT + FIT };
    static struct tta_model models[COUNT];
    static char ids[COUNT][32];
    for (size_t row = 0; row < COUNT; row++) {
        (void)snprintf(ids[row], sizeof(ids[row]), "model-%zu", row);
        double score = 10.0 * (double)row / COUNT;
        models[row] = model(ids[row], score, score, row < UNFIT ? 1 : (int64_t)(1000 + row), 0);
        models[row].capabilities = row < UNFIT ? 0 : TTA_CAN_TOOLS;
    }
    struct tta_fallback_options options = options_for(TTA_STRATEGY_COST);
    struct tta_requirements requirements = {.capabilities = TTA_CAN_TOOLS};
    struct bed bed = make_bed(models, COUNT, &options);
    assert_next_for(&bed, &requirements, COUNT, NOW, UNFIT);
    assert_next_for(&bed, &requirements, UNFIT, NOW, UNFIT + 1);
    clear_bed(&bed);
}

static void the_score_is_the_selectors(void **state)
{
    (void)state;
    struct tta_model models[] = {model("a", 9, 5, 1, 1), model("b", 8, 5, 3, 1)};
    models[0].capabilities = TTA_CAN_STORYTELLING;
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 2, &options);
    for (int task = 0; task < TTA_TASK_COUNT; task++) {
        struct tta_requirements requirements = {.task = (enum tta_task)task};
        struct tta_verdict verdicts[2];
        struct tta_choice choice = {0};
        tta_explain(bed.selector, &requirements, verdicts);
        assert_int_equal(tta_fallback_next(bed.fallback, 1, &requirements, NOW, &choice), TTA_OK);
        assert_true(choice.score == verdicts[0].score.total);
    }
    clear_bed(&bed);
}

/* xorshift64, Marsaglia 2003. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t below(uint64_t *random, uint64_t limit)
{
    return next_random(random) % limit;
}

enum { ROWS_MAX = 700 };

/* The naive counterpart: all candidates, sorted by their whole keys. */
struct naive {
    const struct bed *bed;
    struct tta_fallback_options options;
    size_t count;
    struct tta_failures failures[ROWS_MAX]; /* is_excluded unused */
};

static struct tta_failures naive_failures(const struct naive *naive, size_t row, int64_t now_ns)
{
    struct tta_failures failures = naive->failures[row];
    int64_t age_ns = now_ns > failures.last_ns ? now_ns - failures.last_ns : 0;
    if (failures.count == 0 || age_ns > naive->options.memory_ns) {
        return (struct tta_failures){0};
    }
    failures.is_excluded = age_ns < naive->options.exclusion_ns || failures.count >= naive->options.max_failures;
    return failures;
}

static void naive_record_failure(struct naive *naive, size_t row, int64_t now_ns)
{
    struct tta_failures failures = naive_failures(naive, row, now_ns);
    if (failures.count == 0 || failures.last_ns < now_ns) {
        failures.last_ns = now_ns;
    }
    failures.count++;
    naive->failures[row] = failures;
}

struct naive_key {
    double parts[5];
    size_t row;
};

static int compare_naive_keys(const void *a, const void *b)
{
    const struct naive_key *left = a;
    const struct naive_key *right = b;
    for (size_t i = 0; i < 5; i++) {
        if (left->parts[i] != right->parts[i]) {
            return left->parts[i] < right->parts[i] ? -1 : 1;
        }
    }
    return left->row < right->row ? -1 : 1;
}

static struct naive_key naive_key_of(const struct naive *naive, size_t row, size_t failed_row, double failures)
{
    struct tta_model candidate = tta_catalogue_model(naive->bed->catalogue, row);
    bool is_sibling = failed_row < naive->count && naive->options.prefer_different_provider &&
                      candidate.provider == tta_catalogue_model(naive->bed->catalogue, failed_row).provider;
    double worse = -(candidate.performance_score < 0 ? 5 : candidate.performance_score);
    double unsafe = -(candidate.safety_score < 0 ? 5 : candidate.safety_score);
    double price = (double)(3 * candidate.prompt_price_pusd + candidate.completion_price_pusd);
    if (candidate.prompt_price_pusd < 0 || candidate.completion_price_pusd < 0) {
        price = 1e300;
    }
    switch (naive->options.strategy) {
    case TTA_STRATEGY_PERFORMANCE:
        return (struct naive_key){{is_sibling, worse, failures, unsafe}, row};
    case TTA_STRATEGY_COST:
        return (struct naive_key){{is_sibling, price, worse, failures}, row};
    case TTA_STRATEGY_AVAILABILITY:
        break;
    }
    return (struct naive_key){{is_sibling, failures, worse, price}, row};
}

/* The row, or the count if there is none. */
static size_t naive_next(const struct naive *naive, size_t failed_row, const struct tta_requirements *requirements,
                         int64_t now_ns)
{
    struct naive_key keys[ROWS_MAX];
    size_t candidates = 0;
    for (size_t row = 0; row < naive->count; row++) {
        struct tta_failures failures = naive_failures(naive, row, now_ns);
        if (row != failed_row && !failures.is_excluded && tta_fits(naive->bed->selector, requirements, row)) {
            keys[candidates++] = naive_key_of(naive, row, failed_row, failures.count);
        }
    }
    qsort(keys, candidates, sizeof(keys[0]), compare_naive_keys);
    return candidates > 0 ? keys[0].row : naive->count;
}

/* Few different values, so that there are many ties. */
static struct tta_model random_model(uint64_t *random, char *id, size_t id_size, size_t row)
{
    static const int64_t prices[] = {0, 0, 100, 200, 300, TTA_UNKNOWN, TTA_DYNAMIC};
    (void)snprintf(id, id_size, "model-%zu", row);
    struct tta_model made = model(id, TTA_SCORE_UNKNOWN, TTA_SCORE_UNKNOWN, prices[below(random, 7)],
                                  prices[below(random, 7)]);
    if (below(random, 3) != 0) {
        made.performance_score = (double)below(random, 6);
    }
    if (below(random, 3) != 0) {
        made.safety_score = (double)below(random, 10);
    }
    made.provider = (enum tta_provider)(below(random, 2) == 0 ? below(random, TTA_PROVIDER_COUNT) : 1);
    made.context_tokens = (int64_t)(1000 * below(random, 10));
    made.capabilities = next_random(random) & next_random(random) & 0xff;
    return made;
}

static struct tta_requirements random_requirements(uint64_t *random)
{
    struct tta_requirements requirements = {
        .task = (enum tta_task)below(random, TTA_TASK_COUNT),
        .unknown_passes = below(random, 2) == 0,
        .safety_required = below(random, 8) == 0,
        .has_max_prompt_price = below(random, 4) == 0,
        .max_prompt_price_pusd = (int64_t)(100 * below(random, 4)),
    };
    if (below(random, 2) == 0) {
        requirements.min_context_tokens = (int64_t)(1000 * below(random, 11));
    }
    if (below(random, 3) == 0) {
        requirements.capabilities = next_random(random) & next_random(random) & 0xff;
    }
    return requirements;
}

static struct tta_fallback_options random_options(uint64_t *random)
{
    static const int64_t times[] = {0, 1, 7 * SECOND, 30 * MINUTE, HOUR, 24 * HOUR, INT64_MAX};
    size_t exclusion = below(random, 7);
    return (struct tta_fallback_options){
        .strategy = (enum tta_strategy)below(random, 3),
        .max_failures = (uint32_t)(1 + below(random, 4)),
        .exclusion_ns = times[exclusion],
        .memory_ns = times[exclusion + below(random, 7 - exclusion)],
        .prefer_different_provider = below(random, 2) == 0,
    };
}

static void compare_with_naive(const struct naive *naive, uint64_t *random, int64_t now_ns)
{
    struct tta_requirements requirements = random_requirements(random);
    size_t failed_row = below(random, naive->count + 1);
    size_t want = naive_next(naive, failed_row, &requirements, now_ns);
    if (want == naive->count) {
        assert_none(naive->bed, &requirements, failed_row, now_ns);
    } else {
        assert_next_for(naive->bed, &requirements, failed_row, now_ns, want);
        assert_next_for(naive->bed, &requirements, failed_row, now_ns, want); /* and the same again */
    }
    if (naive->count > 0) {
        size_t row = below(random, naive->count);
        assert_failures(naive->bed, row, now_ns, naive_failures(naive, row, now_ns));
    }
}

/* Failures cluster on a few rows; now and then one is reported late. */
static void record_something(struct naive *naive, uint64_t *random, int64_t now_ns)
{
    size_t row = below(random, naive->count);
    if (below(random, 4) == 0) {
        row = below(random, 1 + naive->count / 8);
    }
    if (below(random, 5) == 0) {
        tta_fallback_record_success(naive->bed->fallback, row);
        naive->failures[row].count = 0;
        return;
    }
    int64_t when_ns = below(random, 10) == 0 ? (int64_t)below(random, (uint64_t)now_ns + 1) : now_ns;
    tta_fallback_record_failure(naive->bed->fallback, row, when_ns);
    naive_record_failure(naive, row, when_ns);
}

static int64_t random_gap(uint64_t *random)
{
    static const int64_t scales[] = {1, SECOND, 10 * SECOND, MINUTE, 20 * MINUTE, 12 * HOUR};
    int64_t scale = scales[below(random, 6)];
    return below(random, 3) == 0 ? scale : (int64_t)below(random, (uint64_t)scale);
}

static void run_beside_naive(uint64_t seed, size_t count, int steps)
{
    static struct tta_model models[ROWS_MAX];
    static char ids[ROWS_MAX][32];
    static struct naive naive;
    uint64_t random = seed * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t row = 0; row < count; row++) {
        models[row] = random_model(&random, ids[row], sizeof(ids[row]), row);
    }
    naive = (struct naive){.options = random_options(&random), .count = count};
    struct bed bed = make_bed(models, count, &naive.options);
    naive.bed = &bed;
    int64_t now_ns = 0;
    for (int step = 0; step < steps; step++) {
        now_ns += random_gap(&random);
        for (uint64_t i = below(&random, 1 + count / 4); i > 0; i--) {
            record_something(&naive, &random, now_ns);
        }
        compare_with_naive(&naive, &random, now_ns);
    }
    clear_bed(&bed);
}

static void agrees_with_a_sort_of_all_candidates(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 8, 30, 100, ROWS_MAX};
    for (uint64_t seed = 1; seed <= 84; seed++) {
        size_t count = counts[seed % 7];
        run_beside_naive(seed, count, count > 100 ? 20 : 60);
    }
}

static void creation_survives_every_allocation_failure(void **state)
{
    (void)state;
    struct tta_model models[] = {model("a", 9, 5, 1, 1), model("b", 8, 5, 3, 1)};
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 2, &options);
    size_t refused = 0;
    for (size_t n = 1;; n++) {
        struct tta_fallback *fallback = NULL;
        struct tta_error error = {.status = TTA_OK};
        alloc_fault_after(n);
        enum tta_status status = tta_fallback_create(bed.selector, &options, &fallback, &error);
        bool happened = alloc_fault_happened();
        assert_int_equal(status, happened ? TTA_NO_MEMORY : TTA_OK);
        assert_int_equal(error.status, status);
        assert_true(happened == !fallback);
        tta_fallback_destroy(fallback);
        if (!happened) {
            break;
        }
        refused++;
    }
    assert_true(refused >= 4);
    clear_bed(&bed);
}

static void recording_and_asking_allocate_nothing(void **state)
{
    (void)state;
    struct tta_model models[] = {model("a", 9, 5, 1, 1), model("b", 8, 5, 3, 1)};
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, 2, &options);
    alloc_fault_after(1);
    tta_fallback_record_failure(bed.fallback, 0, NOW);
    assert_next(&bed, 2, NOW, 1);
    tta_fallback_record_success(bed.fallback, 0);
    assert_next(&bed, 2, NOW, 0);
    assert_false(alloc_fault_happened());
    clear_bed(&bed);
}

enum { THREADS = 4, ROUNDS = 3000, SHARED_ROWS = 6 };

/* Rows by what threads do to them. */
enum { ROW_OUT, ROW_COUNTED, ROW_TORN, ROW_FORGIVEN, ROW_SPARE, ROW_OTHER };

struct crowd {
    const struct bed *bed;
    size_t wrong; /* observations that cannot be */
};

/* Cmocka's assertions belong to the main thread, so these count. */
static void *record_and_ask(void *argument)
{
    struct crowd *crowd = argument;
    struct tta_fallback *fallback = crowd->bed->fallback;
    for (int64_t i = 0; i < ROUNDS; i++) {
        int64_t now_ns = NOW + i * SECOND;
        tta_fallback_record_failure(fallback, ROW_COUNTED, now_ns);
        tta_fallback_record_failure(fallback, ROW_TORN, now_ns);
        if (i % 3 == 0) {
            tta_fallback_record_success(fallback, ROW_TORN);
        }
        /* Never the time that was forgiven; one being recorded may seem a little early. */
        struct tta_failures torn = tta_fallback_failures(fallback, ROW_TORN, now_ns);
        crowd->wrong += torn.count > 0 && torn.last_ns < NOW - 5 * SECOND;
        crowd->wrong += tta_fallback_failures(fallback, ROW_FORGIVEN, now_ns).count != 0;
        struct tta_choice choice = {.row = SHARED_ROWS};
        enum tta_status status = tta_fallback_next(fallback, ROW_OTHER, &anything, now_ns, &choice);
        crowd->wrong += status != TTA_OK || choice.row != ROW_FORGIVEN;
        status = tta_fallback_next(fallback, ROW_FORGIVEN, &anything, now_ns, &choice);
        crowd->wrong += status != TTA_OK || choice.row == ROW_OUT || choice.row == ROW_FORGIVEN;
    }
    return NULL;
}

static void threads_may_record_and_ask_at_once(void **state)
{
    (void)state;
    struct tta_model models[SHARED_ROWS] = {
        [ROW_OUT] = model("out", 9, 5, 1, 1),         [ROW_COUNTED] = model("counted", 5, 5, 1, 1),
        [ROW_TORN] = model("torn", 5, 5, 1, 1),       [ROW_FORGIVEN] = model("forgiven", 8, 5, 1, 1),
        [ROW_SPARE] = model("spare", 4, 5, 1, 1),     [ROW_OTHER] = model("other", 3, 5, 1, 1),
    };
    struct tta_fallback_options options = tta_fallback_defaults();
    struct bed bed = make_bed(models, SHARED_ROWS, &options);
    fail_times(&bed, ROW_OUT, 3, NOW);
    fail_times(&bed, ROW_FORGIVEN, 3, NOW);
    tta_fallback_record_success(bed.fallback, ROW_FORGIVEN);
    fail_times(&bed, ROW_TORN, 3, NOW - 20 * MINUTE);
    tta_fallback_record_success(bed.fallback, ROW_TORN);
    pthread_t threads[THREADS];
    struct crowd crowds[THREADS];
    for (size_t t = 0; t < THREADS; t++) {
        crowds[t] = (struct crowd){.bed = &bed};
        assert_int_equal(pthread_create(&threads[t], NULL, record_and_ask, &crowds[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        assert_int_equal(pthread_join(threads[t], NULL), 0);
        assert_int_equal(crowds[t].wrong, 0);
    }
    int64_t last_ns = NOW + (ROUNDS - 1) * SECOND;
    assert_failures(&bed, ROW_COUNTED, last_ns, (struct tta_failures){THREADS * ROUNDS, last_ns, true});
    clear_bed(&bed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strategies_have_the_names_of_the_original),
        cmocka_unit_test(defaults_are_those_of_the_original),
        cmocka_unit_test(refuses_options_out_of_range),
        cmocka_unit_test(an_empty_catalogue_has_no_next_model),
        cmocka_unit_test(the_failed_model_is_never_next),
        cmocka_unit_test(performance_puts_the_best_first_then_the_safest),
        cmocka_unit_test(cost_puts_the_cheapest_first_and_unstated_prices_last),
        cmocka_unit_test(availability_puts_performance_before_price),
        cmocka_unit_test(past_failures_count_where_the_strategy_says),
        cmocka_unit_test(nothing_fits_an_impossible_context),
        cmocka_unit_test(a_failure_keeps_a_model_out_for_the_time_of_exclusion),
        cmocka_unit_test(three_strikes_keep_a_model_out_until_they_are_forgotten),
        cmocka_unit_test(a_success_forgives),
        cmocka_unit_test(a_failure_reported_late_does_not_turn_back_time),
        cmocka_unit_test(extreme_times_are_times),
        cmocka_unit_test(no_exclusion_leaves_only_the_strikes),
        cmocka_unit_test(another_provider_comes_first_if_it_has_a_candidate),
        cmocka_unit_test(the_last_of_the_selector_can_be_the_first_of_the_strategy),
        cmocka_unit_test(the_score_is_the_selectors),
        cmocka_unit_test(agrees_with_a_sort_of_all_candidates),
        cmocka_unit_test(creation_survives_every_allocation_failure),
        cmocka_unit_test(recording_and_asking_allocate_nothing),
        cmocka_unit_test(threads_may_record_and_ask_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
