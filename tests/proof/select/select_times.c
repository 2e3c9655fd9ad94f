// SPDX-License-Identifier: MIT
/*
 * What selection costs, for proof.py.  Each command prints one line of numbers.
 *
 *   times MODELS KIND FILE     ns a call: p50 and p99 over queries, each the median of many calls; p50 and p99 over
 *                              single calls with the clock's own cost taken off; the share that found a model
 *   count MODELS KIND FILE     the same queries once each, for a counter of instructions
 *   load LISTING FILE          ms from the text to the catalogue, and to the selector: least and median of each
 *   publish FILE               eight threads select while a ninth publishes a thousand catalogues: selections a
 *                              second, ms a publication, torn answers, bytes allocated before, while and after
 *
 * MODELS are those of FILE again and again, with prices and contexts varied; KIND is random (what requests ask for),
 * nothing (that no model meets), cost (a limit on the cost of a request, looked at model by model) or live (which
 * models are out, and measured latency, weighed).
 */
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "base/random.h"
#include "tta/current.h"
#include "tta/provider.h"

#define PROOF_NAME "select_times"
#include "../times.h"

#define QUERIES 2000
#define BATCH 64
#define ROUNDS 9
#define SINGLES 200000
#define THREADS 8
#define PUBLICATIONS 1000
#define MAX_ID_BYTES 300

static const struct tta_live *live;

static struct tta_catalogue *read_catalogue(enum tta_listing listing, const char *path)
{
    struct buf text;
    char reason[BASE_FILE_REASON_BYTES];
    struct tta_error err;
    struct tta_catalogue *catalogue;
    base_buf_init(&text, TTA_MAX_CATALOGUE_BYTES);
    require(base_file_read(path, &text, reason), "the list cannot be read");
    require(tta_catalogue_parse(listing, text.ptr, text.len, &catalogue, &err) == TTA_OK, "it is no such list");
    base_buf_deinit(&text);
    return catalogue;
}

static int64_t vary(int64_t value, uint64_t *random)
{
    return value > 0 ? value / 100 * (int64_t)(50 + base_random_below(random, 101)) : value;
}

static struct tta_catalogue *make_models(const char *path, size_t count)
{
    struct tta_catalogue *real = read_catalogue(TTA_LISTING_OPENROUTER, path), *made;
    struct tta_model *models = calloc(count, sizeof(*models));
    char(*ids)[MAX_ID_BYTES] = calloc(count, sizeof(*ids));
    uint64_t random = 20260801;
    require(models && ids, "no memory");
    for (size_t i = 0; i < count; i++) {
        models[i] = tta_catalogue_model(real, i % tta_catalogue_count(real));
        (void)snprintf(ids[i], sizeof(ids[i]), "%s@%zu", models[i].id, i); /* an id has at most 256 bytes */
        models[i].id = ids[i];
        models[i].name = models[i].canonical_id = models[i].alias_of = NULL;
        models[i].prompt_price_pusd = vary(models[i].prompt_price_pusd, &random);
        models[i].completion_price_pusd = vary(models[i].completion_price_pusd, &random);
        models[i].context_tokens = vary(models[i].context_tokens, &random);
        models[i].safety_score = (double)base_random_below(&random, 11);
        models[i].performance_score = (double)base_random_below(&random, 101) / 10;
    }
    require(tta_catalogue_create(models, count, &made, NULL) == TTA_OK, "the models cannot be made");
    free(models);
    free(ids);
    tta_catalogue_destroy(real);
    return made;
}

static bool one_in(uint64_t *random, uint64_t n)
{
    return base_random_below(random, n) == 0;
}

/* What a request asks for: each limit in one of three or four, tight or not. */
static struct tta_requirements random_query(uint64_t *random)
{
    static const int64_t contexts[] = {8000, 32000, 128000, 200000, 1000000};
    static const uint64_t abilities[] = {TTA_CAN_TOOLS, TTA_CAN_STRUCTURED_OUTPUTS, TTA_CAN_SEE_IMAGES,
                                         TTA_CAN_REASONING, TTA_CAN_HEAR_AUDIO};
    struct tta_requirements query = {
        .task = (enum tta_task)base_random_below(random, TTA_TASK_COUNT),
        .has_max_latency = one_in(random, 4),
        .max_latency_ms = (int64_t)(600 + base_random_below(random, 5000)),
        .has_min_quality = one_in(random, 3),
        .min_quality = (double)base_random_below(random, 10),
        .has_max_prompt_price = one_in(random, 3),
        .max_prompt_price_pusd = (int64_t)base_random_below(random, 5000000),
        .has_max_completion_price = one_in(random, 3),
        .max_completion_price_pusd = (int64_t)base_random_below(random, 15000000),
        .safety_required = one_in(random, 3),
        .free_only = one_in(random, 10),
        .unknown_passes = one_in(random, 2),
        .min_context_tokens = one_in(random, 3) ? contexts[base_random_below(random, 5)] : 0,
    };
    for (size_t i = 0; i < 5; i++) {
        query.capabilities |= one_in(random, 4) ? abilities[i] : 0;
    }
    return query;
}

static void make_queries(struct tta_requirements *queries, const char *kind)
{
    uint64_t random = 7;
    for (size_t i = 0; i < QUERIES; i++) {
        queries[i] = random_query(&random);
        if (strcmp(kind, "nothing") == 0) { /* each limit alone is met by many, all together by none */
            queries[i] = (struct tta_requirements){
                .task = queries[i].task,
                .has_max_prompt_price = true, .max_prompt_price_pusd = 2000000,
                .has_min_quality = true, .min_quality = 3,
                .safety_required = true,
                .capabilities = TTA_CAN_TOOLS,
                .min_context_tokens = INT64_C(1) << 39,
            };
        } else if (strcmp(kind, "cost") == 0) {
            queries[i].has_max_cost = true;
            queries[i].size = (struct tta_request_size){2000, 500, 0};
            queries[i].max_cost_pusd = (int64_t)base_random_below(&random, 5000000000);
        } else if (strcmp(kind, "live") == 0) {
            queries[i].live = live;
            queries[i].now_unix_s = 1785500000;
        }
    }
}

static const struct tta_live *make_live(size_t count)
{
    static struct tta_live made;
    uint64_t random = 11;
    uint64_t *out = calloc(count / 64 + 1, sizeof(*out));
    int32_t *latency_ms = calloc(count, sizeof(*latency_ms));
    float *success = calloc(count, sizeof(*success));
    require(out && latency_ms && success, "no memory");
    for (size_t row = 0; row < count; row++) {
        out[row / 64] |= (uint64_t)one_in(&random, 20) << row % 64;
        latency_ms[row] = one_in(&random, 3) ? -1 : (int32_t)(100 + base_random_below(&random, 5000));
        success[row] = one_in(&random, 3) ? -1 : (float)(90 + base_random_below(&random, 11)) / 100;
    }
    made = (struct tta_live){.out = out, .latency_ms = latency_ms, .success_ratio = success};
    return &made;
}

struct setting {
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct tta_requirements *queries;
};

static struct setting set_up(const char *models, const char *kind, const char *path)
{
    int64_t count;
    struct setting setting;
    require(base_num_parse_int64(base_str(models), 1, TTA_MAX_MODELS, &count), "how many models?");
    setting.catalogue = make_models(path, (size_t)count);
    live = make_live((size_t)count);
    struct tta_criteria criteria =
        strcmp(kind, "live") == 0 ? tta_criteria_of_taste(TTA_TASTE_AVAILABILITY) : tta_criteria_defaults();
    require(tta_selector_create(setting.catalogue, &criteria, &setting.selector, NULL) == TTA_OK, "no selector");
    setting.queries = calloc(QUERIES, sizeof(*setting.queries));
    require(setting.queries != NULL, "no memory");
    make_queries(setting.queries, kind);
    return setting;
}

static void times(const char *models, const char *kind, const char *path)
{
    struct setting setting = set_up(models, kind, path);
    static double by_query[QUERIES], singles[SINGLES], empty[SINGLES];
    size_t found = 0;
    struct tta_choice choice;
    volatile size_t sink = 0;
    for (size_t i = 0; i < QUERIES; i++) {
        double rounds[ROUNDS];
        enum tta_status status = TTA_OK;
        for (size_t round = 0; round < ROUNDS; round++) {
            int64_t begin = base_clock_monotonic_ns();
            for (size_t call = 0; call < BATCH; call++) {
                status = tta_select(setting.selector, &setting.queries[i], &choice);
                sink = sink + (size_t)status;
            }
            rounds[round] = (double)(base_clock_monotonic_ns() - begin) / BATCH;
        }
        by_query[i] = percentile(rounds, ROUNDS, 0.5);
        found += status == TTA_OK;
    }
    for (size_t i = 0; i < SINGLES; i++) {
        int64_t begin = base_clock_monotonic_ns();
        int64_t middle = base_clock_monotonic_ns();
        sink = sink + (size_t)tta_select(setting.selector, &setting.queries[i % QUERIES], &choice);
        singles[i] = (double)(base_clock_monotonic_ns() - middle);
        empty[i] = (double)(middle - begin);
    }
    double clock = percentile(empty, SINGLES, 0.5);
    printf("%.1f %.1f %.1f %.1f %.3f\n", percentile(by_query, QUERIES, 0.5), percentile(by_query, QUERIES, 0.99),
           percentile(singles, SINGLES, 0.5) - clock, percentile(singles, SINGLES, 0.99) - clock,
           (double)found / QUERIES);
}

static void count(const char *models, const char *kind, const char *path)
{
    struct setting setting = set_up(models, kind, path);
    size_t found = 0;
    for (size_t i = 0; i < QUERIES; i++) {
        struct tta_choice choice;
        found += tta_select(setting.selector, &setting.queries[i], &choice) == TTA_OK;
    }
    printf("%d %zu\n", QUERIES, found);
}

static void load(const char *name, const char *path)
{
    enum tta_listing listing;
    struct buf text;
    char reason[BASE_FILE_REASON_BYTES];
    double read_ms[31], publish_ms[31];
    const struct tta_criteria criteria = tta_criteria_defaults();
    base_buf_init(&text, TTA_MAX_CATALOGUE_BYTES);
    require(tta_listing_of_name(name, &listing) == TTA_OK && base_file_read(path, &text, reason), "no such list");
    size_t models = 0;
    struct tta_current *current;
    require(tta_current_create(&current) == TTA_OK, "no memory");
    for (size_t i = 0; i < 31; i++) {
        struct tta_catalogue *catalogue;
        struct tta_selector *selector;
        int64_t begin = base_clock_monotonic_ns();
        require(tta_catalogue_parse(listing, text.ptr, text.len, &catalogue, NULL) == TTA_OK, "it is no such list");
        read_ms[i] = (double)(base_clock_monotonic_ns() - begin) / 1e6;
        models = tta_catalogue_count(catalogue);
        require(tta_selector_create(catalogue, &criteria, &selector, NULL) == TTA_OK, "no memory");
        require(tta_current_publish(current, catalogue, selector) == TTA_OK, "no memory");
        publish_ms[i] = (double)(base_clock_monotonic_ns() - begin) / 1e6;
    }
    tta_current_destroy(current);
    printf("%zu %zu %.3f %.3f %.3f %.3f\n", models, text.len, percentile(read_ms, 31, 0), percentile(read_ms, 31, 0.5),
           percentile(publish_ms, 31, 0), percentile(publish_ms, 31, 0.5));
    base_buf_deinit(&text);
}

struct asking {
    struct tta_current_reader *reader;
    atomic_bool *is_over;
    uint64_t answers, torn;
};

/* Every model's limit on answers is its catalogue's number, so an answer of two catalogues shows. */
static void *ask(void *argument)
{
    struct asking *asking = argument;
    uint64_t random = (uint64_t)(uintptr_t)argument;
    while (!atomic_load_explicit(asking->is_over, memory_order_relaxed)) {
        const struct tta_selector *selector = tta_current_enter(asking->reader);
        const struct tta_catalogue *catalogue = tta_selector_catalogue(selector);
        struct tta_requirements query = random_query(&random);
        struct tta_choice choice;
        if (tta_select(selector, &query, &choice) == TTA_OK) {
            int64_t number = tta_catalogue_model(catalogue, choice.row).max_completion_tokens;
            asking->torn += number != tta_catalogue_model(catalogue, 0).max_completion_tokens;
        }
        tta_current_leave(asking->reader);
        asking->answers++;
    }
    return NULL;
}

static void publish_number(struct tta_current *current, const struct tta_catalogue *from, int64_t number)
{
    size_t models = tta_catalogue_count(from);
    struct tta_model *copies = calloc(models, sizeof(*copies));
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    const struct tta_criteria criteria = tta_criteria_defaults();
    require(copies != NULL, "no memory");
    for (size_t row = 0; row < models; row++) {
        copies[row] = tta_catalogue_model(from, row);
        copies[row].max_completion_tokens = number;
    }
    require(tta_catalogue_create(copies, models, &catalogue, NULL) == TTA_OK &&
                tta_selector_create(catalogue, &criteria, &selector, NULL) == TTA_OK &&
                tta_current_publish(current, catalogue, selector) == TTA_OK,
            "no memory");
    free(copies);
}

static void publish(const char *path)
{
    struct tta_catalogue *from = make_models(path, 336);
    struct asking asking[THREADS];
    pthread_t threads[THREADS];
    atomic_bool is_over = false;
    struct tta_current *current;
    size_t before = mallinfo2().uordblks;
    require(tta_current_create(&current) == TTA_OK, "no memory");
    publish_number(current, from, 1);
    for (size_t i = 0; i < THREADS; i++) {
        asking[i] = (struct asking){.is_over = &is_over};
        require(tta_current_add_reader(current, &asking[i].reader) == TTA_OK, "no memory");
        require(pthread_create(&threads[i], NULL, ask, &asking[i]) == 0, "no threads");
    }
    size_t with_one = mallinfo2().uordblks, most = 0;
    int64_t begin = base_clock_monotonic_ns();
    for (int64_t number = 2; number <= PUBLICATIONS; number++) {
        publish_number(current, from, number);
        size_t now = mallinfo2().uordblks;
        most = now > most ? now : most;
    }
    double seconds = (double)(base_clock_monotonic_ns() - begin) / 1e9;
    atomic_store(&is_over, true);
    uint64_t answers = 0, torn = 0;
    for (size_t i = 0; i < THREADS; i++) {
        require(pthread_join(threads[i], NULL) == 0, "no end");
        answers += asking[i].answers;
        torn += asking[i].torn;
    }
    size_t left = tta_current_release_old(current);
    tta_current_destroy(current);
    size_t after = mallinfo2().uordblks;
    printf("%.0f %.3f %" PRIu64 " %zu %zu %zu %zu %zu\n", (double)answers / seconds, 1000 * seconds / PUBLICATIONS,
           torn, left, before, with_one, most, after);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "times") == 0) {
        times(argv[2], argv[3], argv[4]);
    } else if (argc == 5 && strcmp(argv[1], "count") == 0) {
        count(argv[2], argv[3], argv[4]);
    } else if (argc == 4 && strcmp(argv[1], "load") == 0) {
        load(argv[2], argv[3]);
    } else if (argc == 3 && strcmp(argv[1], "publish") == 0) {
        publish(argv[2]);
    } else {
        fprintf(stderr, "usage: select_times times|count MODELS KIND FILE | load LISTING FILE | publish FILE\n");
        return 2;
    }
    return 0;
}
