// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "tta/metric_series.h"

#include <stdio.h>

enum { PROVIDERS = 3, MODELS = 20, TASKS = TTA_TASK_COUNT + 1, ALL = PROVIDERS * MODELS * TASKS };

static const char *const providers[PROVIDERS] = {"a", "b", ""};

static struct tta_series series_of(size_t i, char id[20])
{
    (void)snprintf(id, 20, "m%zu", i / TASKS % MODELS);
    return (struct tta_series){providers[i / TASKS / MODELS], id, (enum tta_task)(i % TASKS)};
}

static struct series_table *fill(void)
{
    struct series_table *table = tta_series_table_create(ALL);
    assert_non_null(table);
    for (size_t i = 0; i < ALL; i++) {
        char id[20];
        uint32_t number;
        struct tta_series series = series_of(i, id);
        assert_int_equal(tta_series_table_find(table, &series, &number), TTA_NOT_FOUND);
        assert_int_equal(tta_series_table_add(table, &series), TTA_OK);
    }
    return table;
}

static void each_series_is_found_by_its_name(void **state)
{
    (void)state;
    struct series_table *table = fill();
    assert_int_equal(tta_series_table_count(table), ALL);
    for (size_t i = 0; i < ALL; i++) {
        char id[20];
        uint32_t number = UINT32_MAX;
        struct tta_series series = series_of(i, id);
        assert_int_equal(tta_series_table_find(table, &series, &number), TTA_OK);
        assert_int_equal(number, i);
        struct tta_series same = tta_series_table_at(table, number);
        assert_string_equal(same.provider, series.provider);
        assert_string_equal(same.model, series.model);
        assert_int_equal(same.task, series.task);
    }
    const struct tta_series other = {"a", "n", TTA_TASK_GENERAL_CHAT};
    assert_int_equal(tta_series_table_add(table, &other), TTA_TOO_LARGE);
    tta_series_table_destroy(table);
}

static size_t count(const struct series_table *table, struct tta_series_filter filter)
{
    size_t found = 0;
    for (uint32_t i = tta_series_table_first(table, &filter); i < ALL; i = tta_series_table_next(table, &filter, i)) {
        found++;
    }
    return found;
}

static void a_filter_finds_each_once(void **state)
{
    (void)state;
    struct series_table *table = fill();
    assert_int_equal(count(table, (struct tta_series_filter){0}), ALL);
    assert_int_equal(count(table, (struct tta_series_filter){.provider = ""}), MODELS * TASKS);
    assert_int_equal(count(table, (struct tta_series_filter){.model = "m7"}), PROVIDERS * TASKS);
    assert_int_equal(count(table, (struct tta_series_filter){.provider = "b", .model = "m7"}), TASKS);
    assert_int_equal(count(table, (struct tta_series_filter){.has_task = true}), PROVIDERS * MODELS);
    assert_int_equal(count(table, (struct tta_series_filter){"b", "m7", true, TTA_TASK_COUNT}), 1);
    assert_int_equal(count(table, (struct tta_series_filter){.provider = "b", .model = "m20"}), 0);
    tta_series_table_destroy(table);
}

static void without_memory_nothing_changes(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 2; n++) {
        alloc_fault_after(n);
        assert_null(tta_series_table_create(3));
        assert_true(alloc_fault_happened());
    }
    struct series_table *table = tta_series_table_create(3);
    const struct tta_series series = {"a", "m", TTA_TASK_GENERAL_CHAT};
    alloc_fault_after(1);
    assert_int_equal(tta_series_table_add(table, &series), TTA_NO_MEMORY);
    assert_true(alloc_fault_happened());
    assert_int_equal(tta_series_table_count(table), 0);
    tta_series_table_destroy(table);
    tta_series_table_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_series_is_found_by_its_name),
        cmocka_unit_test(a_filter_finds_each_once),
        cmocka_unit_test(without_memory_nothing_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
