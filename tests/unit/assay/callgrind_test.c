// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/assay/callgrind.h"

static void a_total_is_found_under_either_name(void **state)
{
    (void)state;
    static const struct {
        const char *dump;
        uint64_t total;
    } cases[] = {
        {"version: 1\nevents: Ir\nsummary: 12345\n\nfn=(1) main\n1 12345\n", 12345},
        {"events: Ir\ntotals: 7", 7},
        {"summary:0\n", 0},
        {"summary: x\ntotals: 5\n", 5},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t total = 77;
        assert_true(callgrind_parse_total(base_str(cases[i].dump), &total));
        assert_int_equal(total, cases[i].total);
    }
}

static void what_states_no_total_gives_none(void **state)
{
    (void)state;
    static const char *const dumps[] = {"", "summary", "summary:", "summary: -1", "summary: 1 2", "sum: 5",
                                        "fn=(1) totals: 5", " totals: 5", "summary: 99999999999999999999"};
    for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
        uint64_t total = 77;
        assert_false(callgrind_parse_total(base_str(dumps[i]), &total));
        assert_int_equal(total, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_total_is_found_under_either_name),
        cmocka_unit_test(what_states_no_total_gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
