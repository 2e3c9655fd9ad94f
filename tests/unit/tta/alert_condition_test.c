// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tta/alert_figure.h"

#include <math.h>
#include <string.h>

static void assert_near(double got, double want)
{
    if (!(fabs(got - want) <= 1e-9 * fabs(want))) {
        fail_msg("got %.17g, want %.17g", got, want);
    }
}

static void reads_what_people_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum tta_alert_figure figure;
        double limit;
        const char *shown;
    } cases[] = {
        {"p95 > 8 s", TTA_ALERT_P95, 8e9, "8 s"},
        {"p50>250ms", TTA_ALERT_P50, 250e6, "250 ms"},
        {"  p90  >  1.5 s ", TTA_ALERT_P90, 1.5e9, "1.5 s"},
        {"p99 > 2 min", TTA_ALERT_P99, 120e9, "120 s"},
        {"p99.9 > 1h", TTA_ALERT_P999, 3600e9, "3600 s"},
        {"first_token_p95 > 900 us", TTA_ALERT_FIRST_TOKEN_P95, 900e3, "900 us"},
        {"gap_p95 > 0 s", TTA_ALERT_GAP_P95, 0, "0 us"},
        {"error_rate > 5%", TTA_ALERT_ERROR_RATE, 0.05, "5%"},
        {"error_rate > 0.125", TTA_ALERT_ERROR_RATE, 0.125, "12.5%"},
        {"availability < 99.5 %", TTA_ALERT_AVAILABILITY, 0.995, "99.5%"},
        {"availability < 1", TTA_ALERT_AVAILABILITY, 1, "100%"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char shown[TTA_ALERT_VALUE_BYTES];
        struct tta_alert_rule rule = tta_alert_rule_defaults();
        assert_int_equal(tta_alert_condition_parse(cases[i].text, &rule, NULL), TTA_OK);
        assert_int_equal(rule.figure, cases[i].figure);
        assert_near(rule.limit, cases[i].limit);
        tta_alert_value_text(rule.figure, rule.limit, shown);
        assert_string_equal(shown, cases[i].shown);
    }
}

static void says_what_it_wants(void **state)
{
    (void)state;
    static const char figures[] = "a condition begins with p50, p90, p95, p99, p99.9, first_token_p95, gap_p95 or "
                                  "error_rate and '>', or with availability and '<'";
    static const char time[] = "behind '>' stands a time with its unit, as in 8 s or 250 ms";
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"", figures},
        {"p95", figures},
        {"p96 > 8 s", figures},
        {"> 8 s", figures},
        {"p95 < 8 s", "behind p95 stands '>'"},
        {"availability > 5%", "behind availability stands '<'"},
        {"p95 > 8", time},
        {"p95 > 5%", time},
        {"p95 > -1 s", time},
        {"p95 >", time},
        {"p95 > 300 h", time},
        {"error_rate > 8 s", "behind '>' stands a share, as in 5% or 0.05"},
        {"error_rate > 101%", "behind '>' stands a share, as in 5% or 0.05"},
        {"error_rate > 5", "behind '>' stands a share, as in 5% or 0.05"},
        {"availability < %", "behind '<' stands a share, as in 5% or 0.05"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tta_alert_rule rule = {.limit = 77, .figure = TTA_ALERT_P99};
        struct tta_error err = {0};
        assert_int_equal(tta_alert_condition_parse(cases[i].text, &rule, &err), TTA_BAD_SYNTAX);
        assert_string_equal(err.message, cases[i].sentence);
        assert_true(rule.limit == 77 && rule.figure == TTA_ALERT_P99);
    }
}

static void figures_are_those_of_the_summary(void **state)
{
    (void)state;
    static const struct tta_summary summary = {
        .requests = 100,
        .success_rate = 0.75,
        .availability = 0.875,
        .latency = {100, 1, 2, 3, 4, 5, 6},
        .first_token = {90, 1, 12, 13, 14, 15, 16},
        .gap = {1000, 1, 22, 23, 24, 25, 26},
    };
    static const struct {
        double value;
        uint64_t samples;
    } want[TTA_ALERT_FIGURES] = {{2, 100}, {3, 100}, {4, 100}, {5, 100},     {6, 100},
                                 {14, 90}, {24, 1000}, {0.25, 100}, {0.875, 100}};
    for (unsigned i = 0; i < TTA_ALERT_FIGURES; i++) {
        uint64_t samples;
        assert_near(tta_alert_value((enum tta_alert_figure)i, &summary, &samples), want[i].value);
        assert_int_equal(samples, want[i].samples);
        assert_true(strlen(tta_alert_figure_name((enum tta_alert_figure)i)) > 0);
    }
    assert_string_equal(tta_alert_figure_name(TTA_ALERT_FIGURES), "unknown");
}

static void between_beyond_and_well_is_room(void **state)
{
    (void)state;
    struct tta_alert_rule slow = {.figure = TTA_ALERT_P95, .limit = 100};
    assert_false(tta_alert_is_beyond(&slow, 100));
    assert_true(tta_alert_is_beyond(&slow, 100.1));
    assert_false(tta_alert_is_well(&slow, 90.1));
    assert_true(tta_alert_is_well(&slow, 90));
    struct tta_alert_rule rare = {.figure = TTA_ALERT_AVAILABILITY, .limit = 0.9};
    assert_false(tta_alert_is_beyond(&rare, 0.9));
    assert_true(tta_alert_is_beyond(&rare, 0.899));
    assert_false(tta_alert_is_well(&rare, 0.909));
    assert_true(tta_alert_is_well(&rare, 0.9101));
    struct tta_alert_rule strict = {.figure = TTA_ALERT_ERROR_RATE, .limit = 0};
    assert_true(tta_alert_is_beyond(&strict, 0.001) && tta_alert_is_well(&strict, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_people_write),
        cmocka_unit_test(says_what_it_wants),
        cmocka_unit_test(figures_are_those_of_the_summary),
        cmocka_unit_test(between_beyond_and_well_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
