// SPDX-License-Identifier: MIT
#include "assay/protocol.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/num.h"

static bool parse_count(struct str text, uint64_t min, uint64_t max, uint64_t *out)
{
    int64_t value;
    if (!base_num_parse_int64(text, (int64_t)min, (int64_t)max, &value)) {
        return false;
    }
    *out = (uint64_t)value;
    return true;
}

enum assay_status assay_command_parse(struct str line, struct assay_command *out_command)
{
    struct str rest;
    struct str word = base_str_cut(line, ' ', &rest);
    struct assay_command command = {.count = 1};
    bool good = false;
    bool is_paced = base_str_equal(word, STR("paced"));
    if (is_paced || base_str_equal(word, STR("batch"))) {
        struct str count;
        struct str iterations = base_str_cut(rest, ' ', &count);
        command.kind = is_paced ? ASSAY_COMMAND_PACED : ASSAY_COMMAND_BATCH;
        good = parse_count(iterations, 1, ASSAY_MAX_ITERATIONS, &command.iterations) &&
               parse_count(count, 1, ASSAY_MAX_BATCHES, &command.count);
    } else if (base_str_equal(word, STR("warmed"))) {
        struct str iterations = base_str_cut(rest, ' ', &rest);
        struct str count = base_str_cut(rest, ' ', &rest);
        command.kind = ASSAY_COMMAND_WARMED;
        good = parse_count(iterations, 1, ASSAY_MAX_ITERATIONS, &command.iterations) &&
               parse_count(count, 1, ASSAY_MAX_BATCHES, &command.count) &&
               parse_count(rest, 1, ASSAY_MAX_ITERATIONS, &command.warmup);
    } else if (base_str_equal(word, STR("calls"))) {
        command.kind = ASSAY_COMMAND_CALLS;
        good = parse_count(rest, 1, ASSAY_MAX_ITERATIONS, &command.iterations);
    } else if (base_str_equal(word, STR("count"))) {
        command.kind = ASSAY_COMMAND_COUNT;
        good = parse_count(rest, 1, ASSAY_MAX_ITERATIONS, &command.iterations);
    } else if (base_str_equal(line, STR("end"))) {
        command.kind = ASSAY_COMMAND_END;
        good = true;
    }
    if (!good) {
        return ASSAY_BAD_SYNTAX;
    }
    *out_command = command;
    return ASSAY_OK;
}

void assay_command_format(const struct assay_command *command, struct buf *out_line)
{
    switch (command->kind) {
    case ASSAY_COMMAND_BATCH:
        base_buf_addf(out_line, "batch %" PRIu64 " %" PRIu64, command->iterations, command->count);
        break;
    case ASSAY_COMMAND_PACED:
        base_buf_addf(out_line, "paced %" PRIu64 " %" PRIu64, command->iterations, command->count);
        break;
    case ASSAY_COMMAND_WARMED:
        base_buf_addf(out_line, "warmed %" PRIu64 " %" PRIu64 " %" PRIu64, command->iterations, command->count,
                      command->warmup);
        break;
    case ASSAY_COMMAND_COUNT:
        base_buf_addf(out_line, "count %" PRIu64, command->iterations);
        break;
    case ASSAY_COMMAND_CALLS:
        base_buf_addf(out_line, "calls %" PRIu64, command->iterations);
        break;
    case ASSAY_COMMAND_END:
        base_buf_add_cstr(out_line, "end");
        break;
    }
}

static bool parse_took(struct str rest, struct assay_reply *reply)
{
    while (rest.ptr) {
        struct str field = base_str_cut(rest, ' ', &rest);
        if (reply->number == ASSAY_MAX_BATCHES ||
            !base_num_parse_int64(field, 0, INT64_MAX, &reply->times_ns[reply->number])) {
            return false;
        }
        reply->number++;
    }
    return reply->number > 0;
}

/* CYCLE_NS[:SLOT_NS]. */
static bool parse_pace(struct str text, struct assay_pace *out_pace)
{
    struct str slot;
    struct str cycle = base_str_cut(text, ':', &slot);
    *out_pace = (struct assay_pace){0};
    return base_num_parse_double(cycle, 0, HUGE_VAL, &out_pace->cycle_ns) && out_pace->cycle_ns > 0 &&
           (!slot.ptr || base_num_parse_double(slot, 0, HUGE_VAL, &out_pace->slot_ns));
}

/* NS:PACE. */
static bool parse_paced(struct str rest, struct assay_reply *reply)
{
    while (rest.ptr) {
        struct str pace;
        struct str field = base_str_cut(rest, ' ', &rest);
        struct str time = base_str_cut(field, ':', &pace);
        if (reply->number == ASSAY_MAX_BATCHES ||
            !base_num_parse_int64(time, 0, INT64_MAX, &reply->times_ns[reply->number]) ||
            !parse_pace(pace, &reply->paces_ns[reply->number])) {
            return false;
        }
        reply->number++;
    }
    return reply->number > 0;
}

/* NAME:NUMBER; a later version may count what this one has no name for. */
static bool parse_counted(struct str rest, struct assay_measured *out)
{
    while (rest.ptr) {
        struct str number_text;
        struct str field = base_str_cut(rest, ' ', &rest);
        struct str name = base_str_cut(field, ':', &number_text);
        enum assay_metric metric;
        double number;
        if (name.len == 0 || !base_num_parse_double(number_text, 0, HUGE_VAL, &number)) {
            return false;
        }
        if (assay_metric_of_name(name, &metric) && assay_metric_counted_by(metric) != 0) {
            assay_measured_set(out, metric, number);
        }
    }
    return true;
}

/* BUCKET:COUNT, buckets ascending; checked whole before anything is added. */
static bool for_each_bucket(struct str rest, uint64_t *out_total, struct histogram *into)
{
    int64_t last = -1;
    uint64_t total = 0;
    while (rest.ptr) {
        struct str count_text;
        struct str field = base_str_cut(rest, ' ', &rest);
        struct str bucket_text = base_str_cut(field, ':', &count_text);
        int64_t bucket;
        uint64_t count;
        if (!base_num_parse_int64(bucket_text, last + 1, (int64_t)HISTOGRAM_BUCKETS - 1, &bucket) ||
            !parse_count(count_text, 1, ASSAY_MAX_ITERATIONS, &count)) {
            return false;
        }
        last = bucket;
        total += count;
        if (into) {
            into->counts[bucket] += count;
        }
    }
    *out_total = total;
    return total > 0;
}

static bool parse_called(struct str rest, struct histogram *calls)
{
    uint64_t sum, min, max, total;
    struct str buckets;
    struct str sum_text = base_str_cut(rest, ' ', &rest);
    struct str min_text = base_str_cut(rest, ' ', &rest);
    struct str max_text = base_str_cut(rest, ' ', &buckets);
    if (!parse_count(sum_text, 0, INT64_MAX, &sum) || !parse_count(min_text, 0, INT64_MAX, &min) ||
        !parse_count(max_text, min, INT64_MAX, &max) || !for_each_bucket(buckets, &total, NULL)) {
        return false;
    }
    calls->min = calls->count == 0 || min < calls->min ? min : calls->min;
    calls->max = calls->count == 0 || max > calls->max ? max : calls->max;
    calls->sum += sum;
    calls->count += total;
    return for_each_bucket(buckets, &total, calls);
}

static bool parse_pedantic(struct str rest, struct assay_exact_plan *plan)
{
    struct str rounds = base_str_cut(rest, ' ', &rest);
    struct str iterations = base_str_cut(rest, ' ', &rest);
    return parse_count(rounds, 1, ASSAY_MAX_EXACT_ROUNDS, &plan->rounds) &&
           parse_count(iterations, 1, ASSAY_MAX_ITERATIONS, &plan->iterations) &&
           parse_count(rest, 0, ASSAY_MAX_EXACT_ROUNDS, &plan->warmup_rounds);
}

static const struct {
    struct str word;
    unsigned flag;
} built_words[] = {
    {{"debug", 5}, ASSAY_BUILT_DEBUG},
    {{"asan", 4}, ASSAY_BUILT_ASAN},
    {{"tsan", 4}, ASSAY_BUILT_TSAN},
    {{"library-debug", 13}, ASSAY_BUILT_LIBRARY_DEBUG},
};
#define BUILT_WORD_COUNT (sizeof(built_words) / sizeof(built_words[0]))

static bool parse_built(struct str rest, uint64_t *out_flags)
{
    while (rest.ptr) {
        struct str word = base_str_cut(rest, ',', &rest);
        if (word.len == 0) {
            return false;
        }
        for (size_t i = 0; i < BUILT_WORD_COUNT; i++) {
            *out_flags |= base_str_equal(word, built_words[i].word) ? built_words[i].flag : 0;
        }
    }
    return true;
}

static const char *const counter_kinds[] = {
    [ASSAY_PER_ITERATION] = "per-iteration",
    [ASSAY_RATE] = "rate",
    [ASSAY_AVERAGE] = "average",
    [ASSAY_SUM] = "sum",
};

const char *assay_counter_kind_name(enum assay_counter_kind kind)
{
    return counter_kinds[kind];
}

bool assay_counter_kind_of_name(struct str name, enum assay_counter_kind *out_kind)
{
    for (int i = 0; i <= ASSAY_SUM; i++) {
        if (base_str_equal(name, base_str(counter_kinds[i]))) {
            *out_kind = (enum assay_counter_kind)i;
            return true;
        }
    }
    return false;
}

bool assay_counter_name_is_valid(struct str name)
{
    enum assay_metric metric;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
              c == '.')) {
            return false;
        }
    }
    return name.len >= 1 && name.len <= ASSAY_MAX_COUNTER_BYTES && !assay_metric_of_name(name, &metric);
}

/* KIND NUMBER NAME. */
static bool parse_counter(struct str rest, struct assay_reply *reply)
{
    struct str kind = base_str_cut(rest, ' ', &rest);
    struct str number = base_str_cut(rest, ' ', &reply->text);
    return assay_counter_kind_of_name(kind, &reply->counter_kind) &&
           base_num_parse_double(number, -HUGE_VAL, HUGE_VAL, &reply->amount) && isfinite(reply->amount) &&
           assay_counter_name_is_valid(reply->text);
}

/* What follows the word of a reply. */
static bool parse_rest(struct str rest, struct assay_reply *reply, struct histogram *calls)
{
    switch (reply->kind) {
    case ASSAY_REPLY_HELLO:
    case ASSAY_REPLY_READY:
        return parse_count(rest, 0, INT32_MAX, &reply->number);
    case ASSAY_REPLY_TOGETHER:
        return base_num_parse_double(rest, 0, 1, &reply->amount);
    case ASSAY_REPLY_THREADS:
        return parse_count(rest, 1, INT32_MAX, &reply->number);
    case ASSAY_REPLY_BUILT:
        return rest.len > 0 && parse_built(rest, &reply->number);
    case ASSAY_REPLY_GROUP:
    case ASSAY_REPLY_TARGET:
    case ASSAY_REPLY_COMPLEXITY:
    case ASSAY_REPLY_UNCOUNTABLE:
    case ASSAY_REPLY_FAILED:
    case ASSAY_REPLY_DYING:
        reply->text = rest;
        return rest.len > 0;
    case ASSAY_REPLY_COUNTER:
        return parse_counter(rest, reply);
    case ASSAY_REPLY_ITEMS:
    case ASSAY_REPLY_BYTES:
        return base_num_parse_double(rest, 0, HUGE_VAL, &reply->amount) && reply->amount > 0;
    case ASSAY_REPLY_PEDANTIC:
        return parse_pedantic(rest, &reply->plan);
    case ASSAY_REPLY_TOOK:
        return parse_took(rest, reply);
    case ASSAY_REPLY_COUNTED:
        return parse_counted(rest, &reply->counted);
    case ASSAY_REPLY_PACED:
        return parse_paced(rest, reply);
    case ASSAY_REPLY_CALLED:
        return parse_called(rest, calls);
    case ASSAY_REPLY_WANTS_CALLS:
    case ASSAY_REPLY_PACES:
    case ASSAY_REPLY_WARMS:
    case ASSAY_REPLY_DONE:
        break;
    }
    return !rest.ptr;
}

enum assay_status assay_reply_parse(struct str line, struct assay_reply *out_reply, struct histogram *calls)
{
    static const char *const words[] = {
        [ASSAY_REPLY_HELLO] = "hello",           [ASSAY_REPLY_BUILT] = "built",
        [ASSAY_REPLY_GROUP] = "group",           [ASSAY_REPLY_TARGET] = "target",
        [ASSAY_REPLY_WANTS_CALLS] = "calls",     [ASSAY_REPLY_PEDANTIC] = "pedantic",
        [ASSAY_REPLY_COMPLEXITY] = "complexity", [ASSAY_REPLY_THREADS] = "threads",
        [ASSAY_REPLY_PACES] = "paces",           [ASSAY_REPLY_READY] = "ready",
        [ASSAY_REPLY_TOGETHER] = "together",     [ASSAY_REPLY_TOOK] = "took",
        [ASSAY_REPLY_PACED] = "paced",           [ASSAY_REPLY_CALLED] = "called",
        [ASSAY_REPLY_FAILED] = "failed",         [ASSAY_REPLY_DYING] = "dying",
        [ASSAY_REPLY_ITEMS] = "items",           [ASSAY_REPLY_BYTES] = "bytes",
        [ASSAY_REPLY_COUNTER] = "counter",       [ASSAY_REPLY_UNCOUNTABLE] = "uncountable",
        [ASSAY_REPLY_COUNTED] = "counted",       [ASSAY_REPLY_WARMS] = "warms",
        [ASSAY_REPLY_DONE] = "done",
    };
    struct str rest;
    struct str word = base_str_cut(line, ' ', &rest);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (base_str_equal(word, base_str(words[i]))) {
            struct assay_reply reply = {.kind = (enum assay_reply_kind)i};
            if (!parse_rest(rest, &reply, calls)) {
                return ASSAY_BAD_SYNTAX;
            }
            *out_reply = reply;
            return ASSAY_OK;
        }
    }
    return ASSAY_BAD_SYNTAX;
}

void assay_reply_format_built(unsigned built, struct buf *out_line)
{
    const char *separator = "built ";
    for (size_t i = 0; i < BUILT_WORD_COUNT; i++) {
        if ((built & built_words[i].flag) != 0) {
            base_buf_add_cstr(out_line, separator);
            base_buf_add(out_line, built_words[i].word);
            separator = ",";
        }
    }
}

void assay_reply_format_took(const int64_t *times_ns, size_t count, struct buf *out_line)
{
    base_buf_add_cstr(out_line, "took");
    for (size_t i = 0; i < count; i++) {
        base_buf_addf(out_line, " %" PRId64, times_ns[i]);
    }
}

void assay_reply_format_paced(const int64_t *times_ns, const struct assay_pace *paces_ns, size_t count,
                              struct buf *out_line)
{
    base_buf_add_cstr(out_line, "paced");
    for (size_t i = 0; i < count; i++) {
        base_buf_addf(out_line, " %" PRId64 ":%.6g:%.6g", times_ns[i], paces_ns[i].cycle_ns, paces_ns[i].slot_ns);
    }
}

void assay_reply_format_counted(const struct assay_measured *counted, struct buf *out_line)
{
    base_buf_add_cstr(out_line, "counted");
    for (int metric = ASSAY_METRIC_FIRST_MEASURED; metric < ASSAY_METRIC_COUNT; metric++) {
        double number = assay_measured_get(counted, (enum assay_metric)metric);
        if (!isnan(number)) {
            base_buf_addf(out_line, " %s:%.17g", assay_metric_name((enum assay_metric)metric), number);
        }
    }
}

void assay_reply_format_called(const struct histogram *calls, struct buf *out_line)
{
    base_buf_addf(out_line, "called %" PRIu64 " %" PRIu64 " %" PRIu64, calls->sum, calls->min, calls->max);
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        if (calls->counts[bucket] > 0) {
            base_buf_addf(out_line, " %zu:%" PRIu64, bucket, calls->counts[bucket]);
        }
    }
}
