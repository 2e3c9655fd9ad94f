// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "assay/protocol.h"
#include "cmd/assay/environment.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void reads_the_load_of_the_last_minute(void **state)
{
    (void)state;
    double load = 77;
    assert_true(environment_parse_load(STR("1.08 0.71 0.71 1/82 9086\n"), &load));
    assert_true(load == 1.08);
    static const char *const others[] = {"", "\n", " 1.08", "-1 0 0", "load 1", "nan 0 0"};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_false(environment_parse_load(base_str(others[i]), &load));
    }
    assert_true(load == 1.08);
}

static void reads_the_ticks_of_all_processors(void **state)
{
    (void)state;
    struct environment_ticks ticks = {0};
    assert_true(environment_parse_ticks(STR("cpu  100 20 30 400 5 6 7 8 90 9\ncpu0 1 2 3 4 5 6 7 8 9 10\n"), &ticks));
    assert_int_equal(ticks.total, 576); /* without the guests', which are in the first two */
    assert_int_equal(ticks.stolen, 8);
    assert_true(environment_parse_ticks(STR("cpu  1 2 3 4 5 6 7 8"), &ticks)); /* before Linux 2.6.24 */
    assert_int_equal(ticks.total, 36);
    static const char *const others[] = {
        "", "cpu", "cpu  1 2 3 4 5 6 7", "cpu0 1 2 3 4 5 6 7 8 9 10", "cpu  1 2 x 4 5 6 7 8 9 10",
        "cpu  1 2 -3 4 5 6 7 8 9 10", "cpu  99999999999999999999 2 3 4 5 6 7 8 9 10", "intr 1 2 3 4 5 6 7 8 9 10",
    };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_false(environment_parse_ticks(base_str(others[i]), &ticks));
    }
    assert_int_equal(ticks.total, 36);
}

static void knows_turbo_by_either_file(void **state)
{
    (void)state;
    static const struct {
        const char *no_turbo, *boost;
        enum environment_boost wanted;
    } cases[] = {
        {"", "", ENVIRONMENT_BOOST_UNKNOWN},
        {"0\n", "", ENVIRONMENT_BOOST_ON},
        {"1\n", "", ENVIRONMENT_BOOST_OFF},
        {"", "1\n", ENVIRONMENT_BOOST_ON},
        {"", "0\n", ENVIRONMENT_BOOST_OFF},
        {"1\n", "0\n", ENVIRONMENT_BOOST_OFF},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(environment_parse_boost(base_str(cases[i].no_turbo), base_str(cases[i].boost)),
                         cases[i].wanted);
    }
}

static const struct environment quiet_machine = {
    .boost = ENVIRONMENT_BOOST_OFF, .load = 0.5, .cores = 4, .before = {1000, 10}, .after = {11000, 110},
};

static void assert_only_warning(const struct environment *environment, const char *part)
{
    struct assay_result result = {0};
    assert_int_equal(environment_judge(environment, &result), ASSAY_OK);
    assert_int_equal(result.warning_count, 1);
    if (!strstr(result.warnings[0], part)) {
        fail_msg("'%s' does not say '%s'", result.warnings[0], part);
    }
    assert_non_null(strstr(result.warnings[0], ": ")); /* what to do */
    assay_result_deinit(&result);
}

static void a_quiet_machine_has_no_warnings(void **state)
{
    (void)state;
    const struct environment unknown = {.load = NAN, .cores = 1};
    const struct environment at_its_limit = {.load = 2, .cores = 4};
    const struct environment set_back = {.load = 0, .cores = 4, .before = {1000, 500}, .after = {2000, 10}};
    const struct environment *const cases[] = {&quiet_machine, &unknown, &at_its_limit, &set_back};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct assay_result result = {0};
        assert_int_equal(environment_judge(cases[i], &result), ASSAY_OK);
        assert_int_equal(result.warning_count, 0);
        assay_result_deinit(&result);
    }
}

static void warns_of_each_thing(void **state)
{
    (void)state;
    struct environment environment = quiet_machine;
    environment.governor = "powersave";
    assert_only_warning(&environment, "governor 'powersave'");
    environment = quiet_machine;
    environment.boost = ENVIRONMENT_BOOST_ON;
    assert_only_warning(&environment, "turbo is on");
    environment = quiet_machine;
    environment.load = 2.01;
    assert_only_warning(&environment, "the load was 2.01 on 4 cores");
    environment = quiet_machine;
    environment.after.stolen = 260;
    assert_only_warning(&environment, "took 2.5 % of the processors' time");
    environment = quiet_machine;
    environment.is_virtual = true;
    assert_only_warning(&environment, "virtual machine");
}

static void warns_of_each_way_to_build(void **state)
{
    (void)state;
    static const struct {
        unsigned built;
        const char *part;
    } cases[] = {
        {ASSAY_BUILT_DEBUG, "without optimisation"},
        {ASSAY_BUILT_ASAN, "AddressSanitizer"},
        {ASSAY_BUILT_TSAN, "ThreadSanitizer"},
        {ASSAY_BUILT_LIBRARY_DEBUG, "library is a debug build"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct environment environment = quiet_machine;
        environment.built = cases[i].built;
        assert_only_warning(&environment, cases[i].part);
    }
}

static void looks_at_the_machine_it_runs_on(void **state)
{
    (void)state;
    struct environment environment;
    environment_look_before(&environment);
    environment_look_after(&environment);
    assert_true(environment.cores >= 1);
    assert_true(isnan(environment.load) || environment.load >= 0);
    assert_true(environment.after.total >= environment.before.total);
}

static void says_when_memory_is_lacking(void **state)
{
    (void)state;
    struct environment environment = quiet_machine;
    environment.is_virtual = true;
    environment.built = ASSAY_BUILT_DEBUG | ASSAY_BUILT_ASAN;
    for (size_t n = 1;; n++) {
        struct assay_result result = {0};
        alloc_fault_after(n);
        enum assay_status status = environment_judge(&environment, &result);
        bool happened = alloc_fault_happened();
        assert_int_equal(status, happened ? ASSAY_NO_MEMORY : ASSAY_OK);
        assert_true(happened || result.warning_count == 3);
        assay_result_deinit(&result);
        if (!happened) {
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_load_of_the_last_minute),
        cmocka_unit_test(reads_the_ticks_of_all_processors),
        cmocka_unit_test(knows_turbo_by_either_file),
        cmocka_unit_test(a_quiet_machine_has_no_warnings),
        cmocka_unit_test(warns_of_each_thing),
        cmocka_unit_test(warns_of_each_way_to_build),
        cmocka_unit_test(looks_at_the_machine_it_runs_on),
        cmocka_unit_test(says_when_memory_is_lacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
