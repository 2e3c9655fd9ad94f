// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/json.h"
#include "tta/metric_text.h"

#include <stdlib.h>
#include <string.h>

#define MS INT64_C(1000000)

static struct tta_metrics *measure(void)
{
    static const struct tta_series series[] = {{"openrouter", "openai/gpt-4o", TTA_TASK_GENERAL_CHAT},
                                               {"a \"b\"", "c\\d", TTA_TASK_COUNT}};
    struct tta_metrics *metrics = NULL;
    struct tta_recorder *recorder = NULL;
    assert_int_equal(tta_metrics_create(5, 0, &metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(metrics, &recorder), TTA_OK);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t number;
        assert_int_equal(tta_metrics_add_series(metrics, &series[i], &number), TTA_OK);
    }
    const struct tta_observation observations[] = {
        {.latency_ns = 700 * MS, .first_token_ns = 90 * MS, .usage = {100, 20, 7, 3, INT64_C(1500000000001)}},
        {.latency_ns = 3 * MS, .first_token_ns = TTA_NOT_TIMED, .usage = TTA_USAGE_NONE,
         .failure = TTA_FAILURE_RATE_LIMIT},
        {.latency_ns = 70000 * MS, .first_token_ns = 9 * MS, .kind = TTA_ATTEMPT_FALLBACK,
         .usage = {50, 10, TTA_USAGE_UNKNOWN, 0, TTA_USAGE_UNKNOWN}},
    };
    for (size_t i = 0; i < 3; i++) {
        tta_metrics_record(recorder, &observations[i]);
    }
    tta_metrics_record_gap(recorder, 0, 20 * MS);
    return metrics;
}

static void assert_has_line(const char *text, const char *line)
{
    const char *at = strstr(text, line);
    if (!at || (at > text && at[-1] != '\n') || at[strlen(line)] != '\n') {
        fail_msg("no line '%s' in\n%s", line, text);
    }
}

static void prometheus_has_a_line_a_figure(void **state)
{
    (void)state;
    struct tta_metrics *metrics = measure();
    char *text = NULL;
    size_t len = 0;
#define OF_FIRST "{provider=\"openrouter\",model=\"openai/gpt-4o\",task=\"general_chat\""
#define OF_SECOND "{provider=\"a \\\"b\\\"\",model=\"c\\\\d\",task=\"\""
    static const char *const lines[] = {
        "# TYPE tta_requests_total counter",
        "# TYPE tta_latency_seconds histogram",
        "tta_requests_total" OF_FIRST "} 3",
        "tta_requests_total" OF_SECOND "} 0",
        "tta_failures_total" OF_FIRST ",class=\"rate_limit\"} 1",
        "tta_retries_total" OF_FIRST "} 0",
        "tta_fallbacks_total" OF_FIRST "} 1",
        "tta_tokens_total" OF_FIRST ",kind=\"prompt\"} 150",
        "tta_tokens_total" OF_FIRST ",kind=\"completion\"} 30",
        "tta_tokens_total" OF_FIRST ",kind=\"cached\"} 7",
        "tta_tokens_total" OF_FIRST ",kind=\"reasoning\"} 3",
        "tta_tokens_unknown_total" OF_FIRST ",kind=\"prompt\"} 0",
        "tta_tokens_unknown_total" OF_FIRST ",kind=\"cached\"} 1",
        "tta_cost_usd_total" OF_FIRST "} 1.500000000001",
        "tta_cost_unknown_total" OF_FIRST "} 1",
        "tta_latency_seconds_bucket" OF_FIRST ",le=\"0.002\"} 0",
        "tta_latency_seconds_bucket" OF_FIRST ",le=\"0.005\"} 1",
        "tta_latency_seconds_bucket" OF_FIRST ",le=\"0.5\"} 1",
        "tta_latency_seconds_bucket" OF_FIRST ",le=\"1\"} 2",
        "tta_latency_seconds_bucket" OF_FIRST ",le=\"60\"} 2",
        "tta_latency_seconds_bucket" OF_FIRST ",le=\"120\"} 3",
        "tta_latency_seconds_bucket" OF_FIRST ",le=\"+Inf\"} 3",
        "tta_latency_seconds_sum" OF_FIRST "} 70.703",
        "tta_latency_seconds_count" OF_FIRST "} 3",
        "tta_first_token_seconds_count" OF_FIRST "} 2",
        "tta_gap_seconds_bucket" OF_FIRST ",le=\"0.025\"} 1",
    };
    assert_int_equal(tta_metrics_prometheus(metrics, &text, &len), TTA_OK);
    assert_int_equal(strlen(text), len);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_has_line(text, lines[i]);
    }
    assert_null(strstr(text, "tta_latency_seconds_count" OF_SECOND)); /* what has nothing to say says nothing */
    free(text);
    tta_metrics_destroy(metrics);
}

static struct json_value member_at(struct json_value value, const char *path)
{
    struct str rest = base_str(path);
    while (rest.ptr) {
        char key[40] = "";
        struct str part = base_str_cut(rest, '/', &rest);
        memcpy(key, part.ptr, part.len);
        value = base_json_member(value, key);
    }
    return value;
}

static void json_has_each_window(void **state)
{
    (void)state;
    struct tta_metrics *metrics = measure();
    char *text = NULL;
    size_t len = 0;
    struct json json;
    struct json_flaw flaw;
    assert_int_equal(tta_metrics_json(metrics, INT64_C(1728043200123456789), &text, &len), TTA_OK);
    assert_int_equal(base_json_read((struct str){text, len}, &json, &flaw), JSON_READ);
    struct json_value root = base_json_root(&json), list = base_json_member(root, "series");
    assert_true(base_json_number(base_json_member(root, "at_unix_s")) == 1728043200);
    assert_int_equal(base_json_count(list), 2);
    struct json_value first = base_json_first(list), second = base_json_next(list, first);
    assert_true(base_json_equals(base_json_member(first, "model"), "openai/gpt-4o"));
    assert_true(base_json_equals(base_json_member(first, "task"), "general_chat"));
    assert_true(base_json_equals(base_json_member(second, "provider"), "a \"b\""));
    assert_int_equal(base_json_type(base_json_member(second, "task")), JSON_IS_NULL);
    static const struct {
        const char *path;
        double value;
    } numbers[] = {
        {"requests", 3},
        {"failures", 1},
        {"by_class/rate_limit", 1},
        {"retries", 0},
        {"fallbacks", 1},
        {"prompt_tokens/sum", 150},
        {"cached_tokens/unknown", 1},
        {"cost_pusd/sum", 1500000000001},
        {"cost_pusd/unknown", 1},
        {"latency/count", 3},
        {"first_token/count", 2},
        {"gap/count", 1},
    };
    for (unsigned window = 0; window < TTA_WINDOW_COUNT; window++) {
        struct json_value windows = base_json_member(first, "windows");
        struct json_value summary = base_json_member(windows, tta_window_name((enum tta_window)window));
        for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
            if (base_json_number(member_at(summary, numbers[i].path)) != numbers[i].value) {
                fail_msg("%s of window %u", numbers[i].path, window);
            }
        }
        double p50 = base_json_number(member_at(summary, "latency/p50_ns"));
        double p999 = base_json_number(member_at(summary, "latency/p99.9_ns"));
        assert_true(p50 > 0.99 * 7e8 && p50 < 1.01 * 7e8 && p999 > 0.99 * 7e10 && p999 < 1.01 * 7e10);
    }
    base_json_deinit(&json);
    free(text);
    tta_metrics_destroy(metrics);
}

static void without_memory_there_is_no_text(void **state)
{
    (void)state;
    struct tta_metrics *metrics = measure();
    size_t refused[2] = {0};
    for (size_t format = 0; format < 2; format++) {
        for (size_t n = 1; n == refused[format] + 1; n++) {
            char *text = NULL;
            size_t len = 77;
            alloc_fault_after(n);
            enum tta_status status = format == 0 ? tta_metrics_prometheus(metrics, &text, &len)
                                                 : tta_metrics_json(metrics, 0, &text, &len);
            if (alloc_fault_happened()) {
                assert_int_equal(status, TTA_NO_MEMORY);
                assert_null(text);
                assert_int_equal(len, 77);
                refused[format]++;
            }
            free(text);
        }
    }
    assert_true(refused[0] > 3 && refused[1] > 3);
    tta_metrics_destroy(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prometheus_has_a_line_a_figure),
        cmocka_unit_test(json_has_each_window),
        cmocka_unit_test(without_memory_there_is_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
