// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "alloc_fault.h"
#include "tta/selection.h"
#include "unit/tta/random_models.h"

static bool is_on(const struct tta_tradeoff *frontier, size_t count, size_t row)
{
    for (size_t i = 0; i < count; i++) {
        if (frontier[i].row == row) {
            return true;
        }
    }
    return false;
}

static double latency_of(const struct tta_requirements *requirements, size_t row)
{
    const int32_t *latency = requirements->live ? requirements->live->latency_ms : NULL;
    return latency && latency[row] >= 0 ? latency[row] : 1e12;
}

/* Whether some other model that fits beats that one, by looking at all of them. */
static bool is_beaten(const struct tta_catalogue *catalogue, const struct tta_requirements *requirements,
                      const struct tta_choice *fitting, size_t count, size_t row)
{
    struct tta_model model = tta_catalogue_model(catalogue, row);
    int64_t cost = tta_model_cost_pusd(&model, &requirements->size);
    for (size_t i = 0; i < count; i++) {
        struct tta_model other = tta_catalogue_model(catalogue, fitting[i].row);
        int64_t its = tta_model_cost_pusd(&other, &requirements->size);
        double fast = latency_of(requirements, fitting[i].row), slow = latency_of(requirements, row);
        bool as_good = its >= 0 && its <= cost && other.performance_score >= model.performance_score && fast <= slow;
        if (as_good && (its < cost || other.performance_score > model.performance_score || fast < slow)) {
            return true;
        }
    }
    return false;
}

static void the_frontier_is_what_nobody_beats(void **state)
{
    (void)state;
    static struct tta_model models[MAX_ROWS];
    static char ids[MAX_ROWS][32];
    static struct tta_choice fitting[MAX_ROWS];
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct random random = {.state = seed};
        size_t count = random_models(&random, models, ids);
        for (size_t row = 0; row < count; row++) {
            models[row].intelligence_index = 0; /* the quality is then the performance score */
        }
        struct tta_criteria criteria = random_criteria(&random);
        struct tta_catalogue *catalogue;
        struct tta_selector *selector;
        assert_int_equal(tta_catalogue_create(models, count, &catalogue, NULL), TTA_OK);
        assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
        struct tta_requirements requirements = random_requirements(&random);
        requirements.size = (struct tta_request_size){1 + below(&random, 5), below(&random, 5), 0};
        size_t fitting_count = tta_rank(selector, &requirements, fitting, MAX_ROWS), frontier_count;
        struct tta_tradeoff *frontier;
        assert_int_equal(tta_tradeoffs(selector, &requirements, &frontier, &frontier_count), TTA_OK);
        for (size_t i = 0; i < fitting_count; i++) {
            struct tta_model model = tta_catalogue_model(catalogue, fitting[i].row);
            bool is_wanted = tta_model_cost_pusd(&model, &requirements.size) >= 0 &&
                             !is_beaten(catalogue, &requirements, fitting, fitting_count, fitting[i].row);
            if (is_on(frontier, frontier_count, fitting[i].row) != is_wanted) {
                fail_msg("seed %llu: row %zu is misplaced", (unsigned long long)seed, fitting[i].row);
            }
        }
        for (size_t i = 1; i < frontier_count; i++) {
            assert_true(frontier[i - 1].cost_pusd <= frontier[i].cost_pusd);
        }
        assert_true(frontier_count <= fitting_count);
        free(frontier);
        tta_selector_destroy(selector);
        tta_catalogue_destroy(catalogue);
    }
}

static void a_refused_allocation_is_reported(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    const struct tta_criteria criteria = tta_criteria_defaults();
    const struct tta_model model = {.id = "m", .prompt_price_pusd = 5, .completion_price_pusd = 7};
    const struct tta_requirements requirements = {0};
    assert_int_equal(tta_catalogue_create(&model, 1, &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_selector_create(catalogue, &criteria, &selector, NULL), TTA_OK);
    struct tta_tradeoff *frontier = NULL;
    size_t count = 0;
    for (size_t n = 1; n <= 2; n++) {
        alloc_fault_after(n);
        assert_int_equal(tta_tradeoffs(selector, &requirements, &frontier, &count), TTA_NO_MEMORY);
        assert_true(alloc_fault_happened());
    }
    assert_int_equal(tta_tradeoffs(selector, &requirements, &frontier, &count), TTA_OK);
    assert_int_equal(count, 1);
    assert_int_equal(frontier[0].cost_pusd, 3 * 5 + 7); /* of no size: three to one */
    free(frontier);
    tta_selector_destroy(selector);
    tta_catalogue_destroy(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_frontier_is_what_nobody_beats),
        cmocka_unit_test(a_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
