// SPDX-License-Identifier: MIT
#include "cmd/tta/values.h"

#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/num.h"
#include "cmd/guess.h"

#define NS_PER_MS 1000000
#define NS_PER_SECOND INT64_C(1000000000)
#define MAX_SHOWN 40 /* bytes of a mistyped word */

/* The word of a number below the count of a kind of words. */
typedef const char *word_fn(size_t index);

static const char *task_word(size_t index)
{
    return tta_task_name((enum tta_task)index);
}

static const char *provider_word(size_t index)
{
    return tta_provider_name((enum tta_provider)index);
}

static const char *order_word(size_t index)
{
    static const char *const words[] = {"listed", "price", "context", "id"};
    return words[index];
}

static const char *strategy_word(size_t index)
{
    static const char *const words[] = {"performance", "cost", "availability"};
    return words[index];
}

static const char *taste_word(size_t index)
{
    return tta_taste_name((enum tta_taste)index);
}

static const char *window_word(size_t index)
{
    return tta_window_name((enum tta_window)index);
}

static const char *by_word(size_t index)
{
    static const char *const words[] = {"model", "provider", "task", "series"};
    return words[index];
}

static const char *each_word(size_t index)
{
    static const char *const words[] = {"all", "provider", "model"};
    return words[index];
}

/* NULL for a bit without a word. */
static const char *capability_word(size_t index)
{
    return tta_capability_name(UINT64_C(1) << index);
}

/* The word that was probably meant, or else all of them. */
static void add_hint(struct buf *wanted, struct str mistyped, word_fn *word_of, size_t count)
{
    struct guess guess = {.word = mistyped};
    for (size_t i = 0; i < count; i++) {
        if (word_of(i)) {
            guess_offer(&guess, word_of(i));
        }
    }
    if (guess.best) {
        base_buf_addf(wanted, "did you mean %s?", guess.best);
        return;
    }
    const char *before = "there are ";
    for (size_t i = 0; i < count; i++) {
        if (word_of(i)) {
            base_buf_addf(wanted, "%s%s", before, word_of(i));
            before = ", ";
        }
    }
}

static bool find_word(struct str text, word_fn *word_of, size_t count, size_t *out_index)
{
    for (size_t i = 0; i < count; i++) {
        const char *word = word_of(i);
        if (word && base_str_equal(base_str(word), text)) {
            *out_index = i;
            return true;
        }
    }
    return false;
}

static bool read_word(const char *value, word_fn *word_of, size_t count, size_t *out_index, struct buf *wanted)
{
    if (find_word(base_str(value), word_of, count, out_index)) {
        return true;
    }
    base_buf_add_cstr(wanted, "known; ");
    add_hint(wanted, base_str(value), word_of, count);
    return false;
}

const char *value_word(argument_set_fn *set, size_t index)
{
    static const struct {
        argument_set_fn *set;
        word_fn *word_of;
        size_t count;
    } kinds[] = {
        {value_set_task, task_word, TTA_TASK_COUNT},
        {value_set_provider, provider_word, TTA_PROVIDER_COUNT},
        {value_set_order, order_word, ORDER_ID + 1},
        {value_set_strategy, strategy_word, TTA_STRATEGY_AVAILABILITY + 1},
        {value_set_taste, taste_word, TTA_TASTE_COUNT},
        {value_set_window, window_word, TTA_WINDOW_COUNT},
        {value_set_by, by_word, BY_SERIES + 1},
        {value_set_capabilities, capability_word, 64},
    };
    for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
        for (size_t i = 0; kinds[kind].set == set && i < kinds[kind].count; i++) {
            const char *word = kinds[kind].word_of(i);
            if (word && index-- == 0) {
                return word;
            }
        }
    }
    return NULL;
}

bool value_set_task(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, task_word, TTA_TASK_COUNT, &index, wanted)) {
        return false;
    }
    *(enum tta_task *)field = (enum tta_task)index;
    return true;
}

bool value_set_provider(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, provider_word, TTA_PROVIDER_COUNT, &index, wanted)) {
        return false;
    }
    *(enum tta_provider *)field = (enum tta_provider)index;
    return true;
}

bool value_set_order(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, order_word, ORDER_ID + 1, &index, wanted)) {
        return false;
    }
    *(enum model_order *)field = (enum model_order)index;
    return true;
}

bool value_set_strategy(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, strategy_word, TTA_STRATEGY_AVAILABILITY + 1, &index, wanted)) {
        return false;
    }
    *(struct strategy_value *)field = (struct strategy_value){.strategy = (enum tta_strategy)index, .is_given = true};
    return true;
}

/* "32000", "128k", "1M". */
static bool read_tokens(struct str text, int64_t least, int64_t *out_tokens)
{
    int scale = base_str_ends_with(text, STR("k")) ? 3 : base_str_ends_with(text, STR("M")) ? 6 : 0;
    text.len -= scale > 0 ? 1 : 0;
    return scale > 0 ? base_num_parse_scaled(text, scale, least, TTA_MAX_TOKENS, out_tokens)
                     : base_num_parse_int64(text, least, TTA_MAX_TOKENS, out_tokens);
}

bool value_set_taste(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, taste_word, TTA_TASTE_COUNT, &index, wanted)) {
        return false;
    }
    *(struct taste_value *)field = (struct taste_value){.taste = (enum tta_taste)index, .is_given = true};
    return true;
}

bool value_set_date(void *field, const char *value, struct buf *wanted)
{
    if (strcmp(value, "today") == 0) {
        *(int64_t *)field = base_clock_unix_ns() / NS_PER_SECOND;
        return true;
    }
    if (strlen(value) != 10 || !base_date_parse(base_str(value), field)) {
        return arguments_want(wanted, "a day, as in '2026-08-10', or 'today'");
    }
    return true;
}

bool value_set_size(void *field, const char *value, struct buf *wanted)
{
    struct str completion, prompt = base_str_trim(base_str_cut(base_str(value), ',', &completion));
    int64_t prompt_tokens, completion_tokens;
    completion = base_str_trim(completion);
    if (!read_tokens(prompt, 0, &prompt_tokens) || !read_tokens(completion, 0, &completion_tokens)) {
        return arguments_want(wanted, "two numbers of tokens, of prompt and answer, as in '2k,500'");
    }
    ((struct tta_request_size *)field)->prompt_tokens = prompt_tokens;
    ((struct tta_request_size *)field)->completion_tokens = completion_tokens;
    return true;
}

bool value_set_capabilities(void *field, const char *value, struct buf *wanted)
{
    uint64_t capabilities = 0;
    struct str rest = base_str(value);
    while (rest.ptr) {
        struct str word = base_str_trim(base_str_cut(rest, ',', &rest));
        size_t bit;
        if (!find_word(word, capability_word, 64, &bit)) {
            struct str shown = {word.ptr, word.len < MAX_SHOWN ? word.len : MAX_SHOWN};
            base_buf_addf(wanted, "a list of capabilities: '%.*s' is none; ", STR_ARGS(shown));
            add_hint(wanted, word, capability_word, 64);
            return false;
        }
        capabilities |= UINT64_C(1) << bit;
    }
    *(uint64_t *)field |= capabilities;
    return true;
}

bool value_set_count(void *field, const char *value, struct buf *wanted)
{
    if (!base_num_parse_int64(base_str(value), 1, 1000000, field)) {
        return arguments_want(wanted, "a whole number, 1 to 1000000");
    }
    return true;
}

bool value_set_budget(void *field, const char *value, struct buf *wanted)
{
    if (!base_num_parse_scaled(base_str(value), 12, 0, INT64_C(1000000000000) * 1000000, field)) {
        return arguments_want(wanted, "an amount of USD from 0 to 1000000, as in 2.50");
    }
    return true;
}

bool value_set_tokens(void *field, const char *value, struct buf *wanted)
{
    if (!read_tokens(base_str(value), 1, field)) {
        return arguments_want(wanted, "a number of tokens from 1, as in '32000', '128k' or '1M'");
    }
    return true;
}

bool value_set_rank_count(void *field, const char *value, struct buf *wanted)
{
    int64_t count = 10;
    if (value && !base_num_parse_int64(base_str(value), 1, TTA_MAX_MODELS, &count)) {
        return arguments_want(wanted, "a whole number from 1");
    }
    *(size_t *)field = (size_t)count;
    return true;
}

bool value_set_chain(void *field, const char *value, struct buf *wanted)
{
    (void)wanted; /* any text may be an id */
    *(struct chain_value *)field = (struct chain_value){.is_given = true, .first_id = value};
    return true;
}

bool value_set_window(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, window_word, TTA_WINDOW_COUNT, &index, wanted)) {
        return false;
    }
    *(enum tta_window *)field = (enum tta_window)index;
    return true;
}

bool value_set_by(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, by_word, BY_SERIES + 1, &index, wanted)) {
        return false;
    }
    *(enum metrics_by *)field = (enum metrics_by)index;
    return true;
}

bool value_set_each(void *field, const char *value, struct buf *wanted)
{
    size_t index;
    if (!read_word(value, each_word, TTA_ALERT_EACH_MODEL + 1, &index, wanted)) {
        return false;
    }
    *(enum tta_alert_each *)field = (enum tta_alert_each)index;
    return true;
}

/* Behind a day: "T07:05" or "T07:05:30". */
static bool read_clock(struct str text, int64_t *out_s)
{
    int64_t parts[3] = {0};
    static const int64_t most[3] = {23, 59, 59};
    size_t count = 0;
    for (struct str rest = text; rest.ptr; count++) {
        struct str part = base_str_cut(rest, ':', &rest);
        if (count == 3 || part.len != 2 || !base_num_parse_int64(part, 0, most[count], &parts[count])) {
            return false;
        }
    }
    *out_s = parts[0] * 3600 + parts[1] * 60 + parts[2];
    return count >= 2;
}

bool value_set_moment(void *field, const char *value, struct buf *wanted)
{
    struct str clock, day = base_str_cut(base_str(value), 'T', &clock);
    int64_t moment_s, clock_s;
    if (base_num_parse_int64(base_str(value), 0, INT64_C(9000000000), field)) {
        return true;
    }
    if (day.len != 10 || !base_date_parse(day, &moment_s) || !clock.ptr || !read_clock(clock, &clock_s)) {
        return arguments_want(wanted, "a moment in UTC, as in '2026-08-10T07:05', or seconds since 1970");
    }
    *(int64_t *)field = moment_s + clock_s;
    return true;
}

bool value_set_watch(void *field, const char *value, struct buf *wanted)
{
    int64_t seconds = 2;
    if (value && !base_num_parse_int64(base_str(value), 1, 3600, &seconds)) {
        return arguments_want(wanted, "a whole number of seconds from 1 to 3600");
    }
    *(int64_t *)field = seconds;
    return true;
}

bool value_set_requests(void *field, const char *value, struct buf *wanted)
{
    int64_t count;
    if (!base_num_parse_int64(base_str(value), 1, INT64_C(1000000000), &count)) {
        return arguments_want(wanted, "a whole number from 1");
    }
    *(uint64_t *)field = (uint64_t)count;
    return true;
}

bool value_set_condition(void *field, const char *value, struct buf *wanted)
{
    struct tta_error err;
    if (tta_alert_condition_parse(value, field, &err) != TTA_OK) {
        base_buf_addf(wanted, "a condition: %s", err.message);
        return false;
    }
    return true;
}

bool value_set_weights(void *field, const char *value, struct buf *wanted)
{
    struct tta_criteria *criteria = field;
    double weights[3];
    size_t count = 0;
    struct str rest = base_str(value);
    bool is_good = true;
    for (; rest.ptr && is_good; count++) {
        struct str number = base_str_trim(base_str_cut(rest, ',', &rest));
        is_good = count < 3 && base_num_parse_double(number, 0, 1e6, &weights[count]);
    }
    if (!is_good || count != 3) {
        return arguments_want(wanted, "three numbers from 0, SAFETY,PERFORMANCE,COST as in '0.4,0.3,0.3'");
    }
    criteria->safety_weight = weights[0];
    criteria->performance_weight = weights[1];
    criteria->cost_weight = weights[2];
    return true;
}

bool value_set_max_latency(void *field, const char *value, struct buf *wanted)
{
    struct tta_requirements *requirements = field;
    int64_t ms, ns;
    if (!base_num_parse_int64(base_str(value), 0, INT64_C(1000000000), &ms)) {
        if (!base_num_parse_duration_ns(base_str(value), &ns)) {
            return arguments_want(wanted, "a time in milliseconds, or with a unit as in '1.5s'");
        }
        ms = ns / NS_PER_MS;
    }
    requirements->has_max_latency = true;
    requirements->max_latency_ms = ms;
    return true;
}

bool value_set_min_quality(void *field, const char *value, struct buf *wanted)
{
    struct tta_requirements *requirements = field;
    double quality;
    if (!base_num_parse_double(base_str(value), 0, 10, &quality)) {
        return arguments_want(wanted, "a number from 0 to 10");
    }
    requirements->has_min_quality = true;
    requirements->min_quality = quality;
    return true;
}

/* USD per million tokens is, times 10^6, pico-USD per token. */
static bool read_price(const char *value, int64_t *out_pusd, struct buf *wanted)
{
    if (!base_num_parse_scaled(base_str(value), 6, 0, TTA_MAX_PRICE_PUSD, out_pusd)) {
        return arguments_want(wanted, "a price from 0 in USD per million tokens, as in '0.5'");
    }
    return true;
}

bool value_set_max_prompt_price(void *field, const char *value, struct buf *wanted)
{
    struct tta_requirements *requirements = field;
    requirements->has_max_prompt_price = read_price(value, &requirements->max_prompt_price_pusd, wanted);
    return requirements->has_max_prompt_price;
}

bool value_set_max_completion_price(void *field, const char *value, struct buf *wanted)
{
    struct tta_requirements *requirements = field;
    requirements->has_max_completion_price = read_price(value, &requirements->max_completion_price_pusd, wanted);
    return requirements->has_max_completion_price;
}

bool value_set_min_safety(void *field, const char *value, struct buf *wanted)
{
    struct tta_requirements *requirements = field;
    requirements->has_min_safety = base_num_parse_double(base_str(value), 0, 10, &requirements->min_safety);
    return requirements->has_min_safety || arguments_want(wanted, "a number from 0 to 10");
}

bool value_set_max_request_cost(void *field, const char *value, struct buf *wanted)
{
    struct tta_requirements *requirements = field;
    requirements->has_max_cost =
        base_num_parse_scaled(base_str(value), 12, 0, INT64_MAX, &requirements->max_cost_pusd);
    return requirements->has_max_cost || arguments_want(wanted, "an amount from 0 in USD, as in '0.002'");
}

bool value_set_max_cost(void *field, const char *value, struct buf *wanted)
{
    double usd;
    if (!base_num_parse_double(base_str(value), 0, 1e6, &usd)) {
        return arguments_want(wanted, "an amount from 0 in USD per token, as in '0.001'");
    }
    ((struct tta_requirements *)field)->compat_max_cost_per_token = usd;
    return true;
}
