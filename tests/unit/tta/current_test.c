// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "tta/current.h"

#define THREADS 8
#define MODELS 40
#define PUBLICATIONS 1000

/* Catalogue number `edition`: every model has it in its id and as its price, so a torn answer shows. */
static void publish(struct tta_current *current, int64_t edition)
{
    struct tta_model models[MODELS];
    char ids[MODELS][32];
    for (size_t i = 0; i < MODELS; i++) {
        (void)snprintf(ids[i], sizeof(ids[i]), "%lld-%zu", (long long)edition, i); /* fits */
        models[i] = (struct tta_model){.id = ids[i],
                                       .provider = TTA_PROVIDER_CUSTOM,
                                       .prompt_price_pusd = edition,
                                       .completion_price_pusd = edition,
                                       .context_tokens = edition,
                                       .max_completion_tokens = TTA_UNKNOWN,
                                       .safety_score = 8,
                                       .performance_score = (double)(i % 10)};
    }
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    const struct tta_criteria criteria = tta_criteria_defaults();
    assert_int_equal(tta_catalogue_create(models, MODELS, &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
    assert_int_equal(tta_current_publish(current, catalogue, selector), TTA_OK);
}

struct asking {
    struct tta_current_reader *reader;
    atomic_bool *is_over;
    size_t answers, torn, backwards;
};

static void *ask(void *argument)
{
    struct asking *asking = argument;
    int64_t last = 0;
    while (!atomic_load_explicit(asking->is_over, memory_order_relaxed)) {
        const struct tta_selector *selector = tta_current_enter(asking->reader);
        const struct tta_requirements requirements = {.task = TTA_TASK_GENERAL_CHAT, .min_context_tokens = 1};
        struct tta_choice choice;
        if (tta_select(selector, &requirements, &choice) == TTA_OK) {
            struct tta_model model = tta_catalogue_model(tta_selector_catalogue(selector), choice.row);
            long long edition = strtoll(model.id, NULL, 10);
            asking->torn += edition != model.prompt_price_pusd || edition != model.context_tokens;
            asking->backwards += edition < last;
            last = edition;
            asking->answers++;
        }
        tta_current_leave(asking->reader);
    }
    return NULL;
}

static void eight_threads_ask_while_a_thousand_catalogues_are_published(void **state)
{
    (void)state;
    struct tta_current *current;
    struct asking asking[THREADS];
    pthread_t threads[THREADS];
    atomic_bool is_over = false;
    assert_int_equal(tta_current_create(&current), TTA_OK);
    publish(current, 1);
    for (size_t i = 0; i < THREADS; i++) {
        asking[i] = (struct asking){.is_over = &is_over};
        assert_int_equal(tta_current_add_reader(current, &asking[i].reader), TTA_OK);
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &asking[i]), 0);
    }
    size_t answers = 0;
    for (int64_t edition = 2; edition <= PUBLICATIONS; edition++) {
        publish(current, edition);
    }
    atomic_store(&is_over, true);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(asking[i].torn, 0);
        assert_int_equal(asking[i].backwards, 0);
        answers += asking[i].answers;
    }
    assert_true(answers > 0);
    assert_int_equal(tta_current_release_old(current), 0);
    tta_current_destroy(current); /* of what is left a leak checker tells */
}

static void what_a_reader_is_in_stays_until_it_leaves(void **state)
{
    (void)state;
    struct tta_current *current;
    struct tta_current_reader *early, *late;
    assert_int_equal(tta_current_create(&current), TTA_OK);
    assert_int_equal(tta_current_add_reader(current, &early), TTA_OK);
    assert_int_equal(tta_current_add_reader(current, &late), TTA_OK);
    assert_null(tta_current_enter(early));
    tta_current_leave(early);
    publish(current, 1);
    const struct tta_selector *first = tta_current_enter(early);
    publish(current, 2);
    publish(current, 3);
    assert_int_equal(tta_current_release_old(current), 1); /* the first; nobody ever was in the second */
    assert_string_equal(tta_catalogue_model(tta_selector_catalogue(first), 0).id, "1-0");
    const struct tta_selector *third = tta_current_enter(late);
    assert_string_equal(tta_catalogue_model(tta_selector_catalogue(third), 0).id, "3-0");
    tta_current_leave(early);
    assert_int_equal(tta_current_release_old(current), 0);
    tta_current_remove_reader(current, early);
    tta_current_remove_reader(current, NULL);
    tta_current_leave(late);
    tta_current_destroy(current);
    tta_current_destroy(NULL);
}

static void a_publication_that_finds_no_memory_takes_nothing(void **state)
{
    (void)state;
    struct tta_current *current = NULL;
    struct tta_current_reader *reader = NULL;
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    const struct tta_criteria criteria = tta_criteria_defaults();
    alloc_fault_after(1);
    assert_int_equal(tta_current_create(&current), TTA_NO_MEMORY);
    assert_true(alloc_fault_happened());
    assert_int_equal(tta_current_create(&current), TTA_OK);
    assert_int_equal(tta_catalogue_create(NULL, 0, &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
    alloc_fault_after(1);
    assert_int_equal(tta_current_publish(current, catalogue, selector), TTA_NO_MEMORY);
    assert_int_equal(tta_current_add_reader(current, &reader), TTA_NO_MEMORY);
    assert_true(alloc_fault_happened());
    assert_int_equal(tta_current_publish(current, catalogue, selector), TTA_OK);
    tta_current_destroy(current);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_threads_ask_while_a_thousand_catalogues_are_published),
        cmocka_unit_test(what_a_reader_is_in_stays_until_it_leaves),
        cmocka_unit_test(a_publication_that_finds_no_memory_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
