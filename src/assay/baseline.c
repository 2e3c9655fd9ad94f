// SPDX-License-Identifier: MIT
#include "assay/baseline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"

static void deinit_class(struct assay_class *class)
{
    free(class->id);
    free(class->key);
}

static void deinit_block(struct assay_block *block)
{
    assay_run_deinit(&block->run);
    free(block->class_id);
    free(block->datetime);
    free(block->commit);
}

void assay_baselines_deinit(struct assay_baselines *baselines)
{
    if (!baselines) {
        return;
    }
    for (size_t i = 0; i < baselines->class_count; i++) {
        deinit_class(&baselines->classes[i]);
    }
    for (size_t i = 0; i < baselines->block_count; i++) {
        deinit_block(&baselines->blocks[i]);
    }
    free(baselines->classes);
    free(baselines->blocks);
    *baselines = (struct assay_baselines){0};
}

/* Where a block is, or would be. */
static size_t place_of(const struct assay_baselines *baselines, const char *fullname, const char *class_id)
{
    size_t low = 0, high = baselines->block_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(baselines->blocks[middle].run.fullname, fullname);
        order = order != 0 ? order : strcmp(baselines->blocks[middle].class_id, class_id);
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct assay_baselines *baselines, size_t at, const char *fullname, const char *class_id)
{
    return at < baselines->block_count && strcmp(baselines->blocks[at].run.fullname, fullname) == 0 &&
           strcmp(baselines->blocks[at].class_id, class_id) == 0;
}

size_t assay_baselines_find(const struct assay_baselines *baselines, const char *fullname, const char *class_id)
{
    size_t at = place_of(baselines, fullname, class_id);
    return is_at(baselines, at, fullname, class_id) ? at : baselines->block_count;
}

/* Six digits, of which a reader sees no more than is there. */
static double rounded(double value)
{
    char digits[32];
    (void)snprintf(digits, sizeof(digits), "%.5e", value); /* fits */
    return isfinite(value) ? strtod(digits, NULL) : value;
}

static double *rounded_copy(const double *values, size_t count)
{
    double *copy = base_alloc_array(count, sizeof(*copy));
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = rounded(values[i]);
    }
    return copy;
}

static void round_stats(struct assay_stats *stats)
{
    double *const all[] = {&stats->min, &stats->max, &stats->mean, &stats->stddev, &stats->median,
                           &stats->iqr, &stats->q1,  &stats->q3,   &stats->mad};
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        *all[i] = rounded(*all[i]);
    }
    /* What follows from the others is not kept. */
    stats->ops = stats->mean != 0 ? 1 / stats->mean : 0;
    stats->total = stats->mean * (double)stats->rounds;
    stats->ld15iqr = stats->hd15iqr = NAN;
    stats->iqr_outliers = stats->stddev_outliers = 0;
}

static struct assay_calls rounded_calls(const struct assay_calls *calls)
{
    return (struct assay_calls){
        .count = calls->count,
        .p50 = rounded(calls->p50),
        .p90 = rounded(calls->p90),
        .p95 = rounded(calls->p95),
        .p99 = rounded(calls->p99),
        .p999 = rounded(calls->p999),
        .clock_cost = rounded(calls->clock_cost),
    };
}

/* What is counted is kept whole: a comparison may allow it no change at all. */
static struct assay_measured rounded_measured(const struct assay_measured *measured)
{
    struct assay_measured copy = {0};
    for (int i = ASSAY_METRIC_FIRST_MEASURED; i < ASSAY_METRIC_COUNT; i++) {
        enum assay_metric metric = (enum assay_metric)i;
        double value = assay_measured_get(measured, metric);
        bool is_whole = assay_metric_tolerance(metric) == 0 || value == floor(value);
        assay_measured_set(&copy, metric, is_whole ? value : rounded(value));
    }
    return copy;
}

/* strdup(), where NULL stays NULL and false means that there was no memory. */
static bool copy_text(const char *text, char **out_copy)
{
    *out_copy = text ? strdup(text) : NULL;
    return !text || *out_copy;
}

static bool copy_numbers(const double *numbers, size_t count, double **out_copy, size_t *out_count)
{
    if (!numbers) {
        return true;
    }
    *out_copy = rounded_copy(numbers, count);
    *out_count = *out_copy ? count : 0;
    return *out_copy != NULL;
}

static bool copy_rulers(const struct assay_rulers *rulers, struct assay_rulers *out)
{
    return copy_numbers(rulers->cycles, rulers->count, &out->cycles, &out->count) &&
           copy_numbers(rulers->slots, rulers->count, &out->slots, &out->count);
}

static uint64_t most_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Files of other tools may say less. */
static uint64_t launches_of(const struct assay_run *run)
{
    uint64_t count = most_of(most_of(run->launches, 1), run->launch_minima_count);
    count = most_of(most_of(count, run->launch_median_count), run->launch_cycles_count);
    return most_of(count, run->rulers.count);
}

/* What a comparison needs of a run; to be released either way. */
static bool copy_run(const struct assay_run *run, struct assay_run *out)
{
    *out = (struct assay_run){
        .launches = launches_of(run),
        .stats = run->stats,
        .calls = rounded_calls(&run->calls),
        .measured = rounded_measured(&run->measured),
    };
    round_stats(&out->stats);
    return copy_text(run->name, &out->name) && copy_text(run->fullname, &out->fullname) &&
           copy_text(run->group, &out->group) && copy_text(run->tags, &out->tags) &&
           copy_text(run->binary, &out->binary) &&
           copy_numbers(run->launch_minima, run->launch_minima_count, &out->launch_minima,
                        &out->launch_minima_count) &&
           copy_numbers(run->launch_medians, run->launch_median_count, &out->launch_medians,
                        &out->launch_median_count) &&
           copy_numbers(run->launch_cycles, run->launch_cycles_count, &out->launch_cycles,
                        &out->launch_cycles_count) &&
           copy_rulers(&run->rulers, &out->rulers);
}

/* "2026-11-23T07:09:55Z" of what a result says, in UTC with microseconds; other forms stay as they are. */
static bool copy_datetime(const char *datetime, char **out_copy)
{
    const size_t to_the_second = strlen("2026-11-23T07:09:55");
    if (!copy_text(datetime, out_copy)) {
        return false;
    }
    size_t len = datetime ? strlen(datetime) : 0;
    if (len > to_the_second && datetime[to_the_second] == '.' &&
        (!strpbrk(datetime + to_the_second, "+-") || base_str_ends_with(base_str(datetime), STR("+00:00")))) {
        memcpy(*out_copy + to_the_second, "Z", 2);
    }
    return true;
}

static bool make_block(const struct assay_result *result, const struct assay_run *run, const char *class_id,
                       struct assay_block *out)
{
    *out = (struct assay_block){.dirty = result->commit.dirty, .cycle = rounded(result->cycle)};
    return copy_run(run, &out->run) && copy_text(class_id, &out->class_id) &&
           copy_datetime(result->datetime, &out->datetime) && copy_text(result->commit.id, &out->commit);
}

/* Where the class of an id is, or would be. */
static size_t place_of_class(const struct assay_baselines *baselines, const char *id)
{
    size_t at = 0;
    while (at < baselines->class_count && strcmp(baselines->classes[at].id, id) < 0) {
        at++;
    }
    return at;
}

static bool has_class_at(const struct assay_baselines *baselines, size_t at, const char *id)
{
    return at < baselines->class_count && strcmp(baselines->classes[at].id, id) == 0;
}

/* Makes room for one more item at an index; the item is then the caller's to fill. */
static bool open_gap(void **array, size_t count, size_t at, size_t size)
{
    size_t bytes;
    unsigned char *grown = base_size_mul(count + 1, size, &bytes) ? realloc(*array, bytes) : NULL;
    if (!grown) {
        return false;
    }
    memmove(grown + (at + 1) * size, grown + at * size, (count - at) * size);
    *array = grown;
    return true;
}

static bool add_class(struct assay_baselines *baselines, size_t at, const char *id, const char *key)
{
    struct assay_class class = {strdup(id), strdup(key)};
    void *classes = baselines->classes;
    if (!class.id || !class.key || !open_gap(&classes, baselines->class_count, at, sizeof(class))) {
        deinit_class(&class);
        return false;
    }
    baselines->classes = classes;
    baselines->classes[at] = class;
    baselines->class_count++;
    return true;
}

static void remove_class(struct assay_baselines *baselines, size_t at)
{
    deinit_class(&baselines->classes[at]);
    baselines->class_count--;
    memmove(&baselines->classes[at], &baselines->classes[at + 1],
            (baselines->class_count - at) * sizeof(*baselines->classes));
}

static bool add_block(struct assay_baselines *baselines, size_t at, const struct assay_block *block)
{
    void *blocks = baselines->blocks;
    if (!open_gap(&blocks, baselines->block_count, at, sizeof(*block))) {
        return false;
    }
    baselines->blocks = blocks;
    baselines->blocks[at] = *block;
    baselines->block_count++;
    return true;
}

enum assay_status assay_baselines_put(struct assay_baselines *baselines, const struct assay_result *result,
                                      const struct assay_run *run, struct assay_error *err)
{
    char id[ASSAY_MACHINE_ID_BYTES];
    struct assay_block block;
    const char *key = result->machine.class_key;
    if (!key || key[0] == '\0') {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "the run does not say what kind of machine it is of");
    }
    if (run->fullname[0] == '\0' || !base_utf8_is_valid(base_str(run->fullname))) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "the name of the benchmark '%s' is empty, or not UTF-8", run->name);
    }
    assay_machine_id(&result->machine, id);
    size_t class_at = place_of_class(baselines, id);
    bool is_new_class = !has_class_at(baselines, class_at, id);
    if (!is_new_class && strcmp(baselines->classes[class_at].key, key) != 0) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "%s already stands for another class of machine", id);
    }
    bool good = make_block(result, run, id, &block) &&
                (!is_new_class || add_class(baselines, class_at, id, key));
    size_t at = good ? place_of(baselines, run->fullname, id) : 0;
    if (good && is_at(baselines, at, run->fullname, id)) {
        deinit_block(&baselines->blocks[at]);
        baselines->blocks[at] = block;
    } else if (good && !add_block(baselines, at, &block)) {
        if (is_new_class) {
            remove_class(baselines, class_at);
        }
        good = false;
    }
    if (!good) {
        deinit_block(&block);
        return assay_fail(err, ASSAY_NO_MEMORY, "out of memory");
    }
    return ASSAY_OK;
}

static bool is_used(const struct assay_baselines *baselines, const char *class_id)
{
    for (size_t i = 0; i < baselines->block_count; i++) {
        if (strcmp(baselines->blocks[i].class_id, class_id) == 0) {
            return true;
        }
    }
    return false;
}

void assay_baselines_drop(struct assay_baselines *baselines, size_t index)
{
    struct assay_block block = baselines->blocks[index];
    baselines->block_count--;
    memmove(&baselines->blocks[index], &baselines->blocks[index + 1],
            (baselines->block_count - index) * sizeof(*baselines->blocks));
    if (!is_used(baselines, block.class_id)) {
        remove_class(baselines, place_of_class(baselines, block.class_id));
    }
    deinit_block(&block);
}

size_t assay_baselines_class(const struct assay_baselines *baselines, const char *class_key)
{
    size_t at = 0;
    while (at < baselines->class_count && strcmp(baselines->classes[at].key, class_key) != 0) {
        at++;
    }
    return at;
}

static bool is_later(const struct assay_block *block, const struct assay_block *than)
{
    return !than || strcmp(block->datetime ? block->datetime : "", than->datetime ? than->datetime : "") > 0;
}

/* The block of the latest run, of one class or of any (NULL); NULL if there is none. */
static const struct assay_block *latest_block(const struct assay_baselines *baselines, const char *class_id)
{
    const struct assay_block *latest = NULL;
    for (size_t i = 0; i < baselines->block_count; i++) {
        const struct assay_block *block = &baselines->blocks[i];
        if ((!class_id || strcmp(block->class_id, class_id) == 0) && is_later(block, latest)) {
            latest = block;
        }
    }
    return latest;
}

size_t assay_baselines_latest_class(const struct assay_baselines *baselines)
{
    const struct assay_block *latest = latest_block(baselines, NULL);
    return latest ? place_of_class(baselines, latest->class_id) : baselines->class_count;
}

/* What of a result is not of one benchmark. */
static bool describe_class(const struct assay_baselines *baselines, const struct assay_class *class,
                           struct assay_result *out)
{
    const struct assay_block *latest = latest_block(baselines, class->id);
    if (assay_machine_of_class(class->key, &out->machine) != ASSAY_OK) {
        return false;
    }
    out->commit.dirty = latest && latest->dirty;
    return copy_text(latest ? latest->datetime : NULL, &out->datetime) &&
           copy_text(latest && latest->commit ? latest->commit : "unversioned", &out->commit.id);
}

enum assay_status assay_baselines_take(struct assay_baselines *baselines, size_t class_index,
                                       struct assay_result *out_result)
{
    const struct assay_class *class = &baselines->classes[class_index];
    struct assay_result result = {0};
    bool good = describe_class(baselines, class, &result);
    for (size_t i = 0; good && i < baselines->block_count; i++) {
        struct assay_block *block = &baselines->blocks[i];
        if (strcmp(block->class_id, class->id) != 0) {
            continue;
        }
        struct assay_run *run = assay_result_add_run(&result);
        good = run != NULL;
        if (run) {
            *run = block->run;
            block->run = (struct assay_run){0};
            result.cycle = result.cycle > 0 && !(block->cycle > 0 && block->cycle < result.cycle) ? result.cycle
                                                                                                  : block->cycle;
        }
    }
    assay_baselines_deinit(baselines);
    if (!good) {
        assay_result_deinit(&result);
        return ASSAY_NO_MEMORY;
    }
    *out_result = result;
    return ASSAY_OK;
}
