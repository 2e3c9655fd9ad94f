// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/columns.h"
#include "cmd/assay/labels.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ELLIPSIS "\xE2\x80\xA6"

static struct labels labels_of(const struct label_name *names, size_t count)
{
    struct labels labels;
    assert_true(labels_create(names, count, &labels));
    return labels;
}

static void cuts_the_middle_and_keeps_the_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t columns;
        const char *ellipsis, *wanted;
    } cases[] = {
        {"short", 5, ELLIPSIS, "short"},
        {"model_selection_latency", 11, ELLIPSIS, "model" ELLIPSIS "tency"},
        {"model_selection_latency", 11, "...", "mode...ency"},
        {"model_selection[size=64]", 15, ELLIPSIS, "mod" ELLIPSIS "on[size=64]"},
        {"sort[count=1024,order=random]", 15, ELLIPSIS, "sort" ELLIPSIS "er=random]"}, /* no room for all of them */
        {"gr\xC3\xB6\xC3\x9F"
         "enordnung",
         5, ELLIPSIS, "gr" ELLIPSIS "ng"},
        {"abcdef", 2, ELLIPSIS, "abcdef"}, /* nothing would be left of it */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct labels labels = labels_of(&(struct label_name){cases[i].name, cases[i].name}, 1);
        assert_true(labels_cut(&labels, cases[i].columns, cases[i].ellipsis));
        assert_string_equal(labels_text(&labels, 0), cases[i].wanted);
        assert_int_equal(labels.columns, base_columns(base_str(cases[i].wanted)));
        labels_deinit(&labels);
    }
}

static void rows_that_differ_look_different(void **state)
{
    (void)state;
    /* What they differ in is what would be cut out first. */
    static const struct label_name names[] = {
        {"model_with_a_long_name_one_of_them", "a.c::1"},
        {"model_with_a_long_name_two_of_them", "a.c::2"},
        {"model", "a.c::3"},
    };
    struct labels labels = labels_of(names, COUNT_OF(names));
    for (size_t columns = 0; columns < 40; columns++) {
        assert_true(labels_cut(&labels, columns, ELLIPSIS));
        assert_string_not_equal(labels_text(&labels, 0), labels_text(&labels, 1));
        assert_string_equal(labels_text(&labels, 2), "model");
    }
    assert_string_equal(labels_text(&labels, 0), names[0].name);
    labels_deinit(&labels);
}

static void one_name_in_two_files_is_given_in_full(void **state)
{
    (void)state;
    static const struct label_name names[] = {
        {"parse", "b.c::parse"}, {"print", "a.c::print"}, {"parse", "a.c::parse"}};
    struct labels labels = labels_of(names, COUNT_OF(names));
    assert_string_equal(labels_text(&labels, 0), "b.c::parse");
    assert_string_equal(labels_text(&labels, 1), "print");
    assert_string_equal(labels_text(&labels, 2), "a.c::parse");
    assert_int_equal(labels.columns, 10);
    labels_deinit(&labels);
}

static void a_terminal_obeys_no_name(void **state)
{
    (void)state;
    struct labels labels = labels_of(&(struct label_name){"a\033[2J\x7F\xC2\x9B"
                                                          "b\xC3\xB6",
                                                          "x"},
                                     1);
    assert_string_equal(labels_text(&labels, 0), "a?[2J??b\xC3\xB6");
    labels_deinit(&labels);
    labels = labels_of(NULL, 0);
    assert_true(labels_cut(&labels, 5, ELLIPSIS));
    assert_int_equal(labels.columns, 0);
    labels_deinit(&labels);
}

static void without_memory_they_stay_as_they_were(void **state)
{
    (void)state;
    static const struct label_name names[] = {{"a_long_name", "a"}, {"another_name_x", "b"}};
    struct labels labels;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        bool created = labels_create(names, COUNT_OF(names), &labels);
        bool happened = alloc_fault_happened();
        alloc_fault_after(0);
        assert_int_equal(created, !happened);
        if (created) {
            break;
        }
    }
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        bool cut = labels_cut(&labels, 8, ELLIPSIS);
        bool happened = alloc_fault_happened();
        alloc_fault_after(0);
        assert_int_equal(cut, !happened);
        if (cut) {
            break;
        }
        assert_string_equal(labels_text(&labels, 1), "another_name_x");
    }
    assert_int_equal(labels.columns, 8);
    labels_deinit(&labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_the_middle_and_keeps_the_parameters), cmocka_unit_test(rows_that_differ_look_different),
        cmocka_unit_test(one_name_in_two_files_is_given_in_full),   cmocka_unit_test(a_terminal_obeys_no_name),
        cmocka_unit_test(without_memory_they_stay_as_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
