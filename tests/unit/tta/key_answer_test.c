// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tta/key_answer.h"

#define NS_PER_SEC INT64_C(1000000000)
/* date -u -d 2026-11-23T10:00:00Z +%s */
#define NOW_SEC INT64_C(1795428000)

#define MODELS "{\"object\":\"list\",\"data\":[{\"id\":\"m\"}]}"
#define KEY(fields) "{\"data\":{\"label\":\"sk-or-v1-au7...890\"" fields "}}"
#define ERROR(fields) "{\"error\":{\"message\":\"no: sk-or-secret\"" fields "}}"

static struct tta_key_finding judge(int http_status, enum tta_key_shape shape, const char *body)
{
    const struct tta_key_answer answer = {
        .http_status = http_status,
        .retry_ns = 5 * NS_PER_SEC,
        .body = base_str(body),
    };
    struct tta_key_finding finding;
    memset(&finding, 0xee, sizeof finding);
    assert_int_equal(tta_key_answer_judge(&answer, shape, NOW_SEC * NS_PER_SEC, &finding), TTA_OK);
    assert_non_null(finding.sentence);
    assert_null(strstr(finding.sentence, "secret"));
    assert_int_equal(finding.http_status, http_status);
    assert_int_equal(finding.retry_ns, finding.verdict == TTA_KEY_RATE_LIMITED ? 5 * NS_PER_SEC : 0);
    return finding;
}

static void judges_by_status_and_codes(void **state)
{
    (void)state;
    const struct {
        int status;
        enum tta_key_shape shape;
        const char *body;
        enum tta_key_verdict verdict;
    } cases[] = {
        {200, TTA_SHAPE_MODELS, MODELS, TTA_KEY_VALID},
        {200, TTA_SHAPE_MODELS, "{\"data\":[],\"has_more\":false}", TTA_KEY_VALID},
        {200, TTA_SHAPE_KEY, KEY(",\"limit\":null,\"limit_remaining\":null,\"expires_at\":null"), TTA_KEY_VALID},
        {200, TTA_SHAPE_KEY, KEY(",\"limit\":10,\"limit_remaining\":0.5"), TTA_KEY_VALID},
        {200, TTA_SHAPE_KEY, KEY(",\"limit\":null,\"limit_remaining\":0"), TTA_KEY_VALID},
        {200, TTA_SHAPE_KEY, KEY(",\"limit\":10,\"limit_remaining\":0"), TTA_KEY_NO_CREDIT},
        {200, TTA_SHAPE_KEY, KEY(",\"limit\":10,\"limit_remaining\":-0.25"), TTA_KEY_NO_CREDIT},
        {200, TTA_SHAPE_KEY, KEY(",\"expires_at\":\"2026-11-23T09:59:59Z\""), TTA_KEY_EXPIRED},
        {200, TTA_SHAPE_KEY, KEY(",\"expires_at\":\"2026-11-23T10:00:01Z\""), TTA_KEY_VALID},

        /* 200, but nobody who knows keys said so */
        {200, TTA_SHAPE_MODELS, "", TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_MODELS, "<html>Sign in to the hotel</html>", TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_MODELS, "{}", TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_MODELS, "[]", TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_MODELS, "\"ok\"", TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_MODELS, "{\"data\":{}}", TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_MODELS, MODELS "x", TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_KEY, MODELS, TTA_KEY_UNKNOWN},
        {200, TTA_SHAPE_KEY, "{\"data\":null}", TTA_KEY_UNKNOWN},
        {204, TTA_SHAPE_KEY, "", TTA_KEY_UNKNOWN},

        {401, TTA_SHAPE_KEY, "{\"error\":{\"code\":401,\"message\":\"secret\"}}", TTA_KEY_INVALID},
        {401, TTA_SHAPE_MODELS, ERROR(",\"code\":\"invalid_api_key\""), TTA_KEY_INVALID},
        {401, TTA_SHAPE_MODELS, ERROR(",\"type\":\"authentication_error\""), TTA_KEY_INVALID},
        {401, TTA_SHAPE_MODELS, ERROR(",\"code\":\"expired_api_key\""), TTA_KEY_EXPIRED},
        {401, TTA_SHAPE_MODELS, "{\"error\":\"Unauthorized\"}", TTA_KEY_INVALID},
        {401, TTA_SHAPE_MODELS, "", TTA_KEY_INVALID},
        {400, TTA_SHAPE_MODELS, ERROR(",\"code\":\"API_KEY_INVALID\""), TTA_KEY_INVALID},
        {400, TTA_SHAPE_MODELS, ERROR(",\"code\":\"API_KEY_EXPIRED\""), TTA_KEY_EXPIRED},
        {400, TTA_SHAPE_MODELS, ERROR(",\"type\":\"invalid_request_error\""), TTA_KEY_UNKNOWN},
        {402, TTA_SHAPE_KEY, ERROR(",\"code\":402"), TTA_KEY_NO_CREDIT},
        {403, TTA_SHAPE_MODELS, ERROR(",\"type\":\"permission_error\""), TTA_KEY_FORBIDDEN},
        {429, TTA_SHAPE_MODELS, ERROR(",\"code\":\"rate_limit_exceeded\""), TTA_KEY_RATE_LIMITED},
        {429, TTA_SHAPE_MODELS, ERROR(",\"type\":\"requests\",\"code\":\"insufficient_quota\""), TTA_KEY_NO_CREDIT},
        {429, TTA_SHAPE_MODELS, ERROR(",\"type\":\"insufficient_quota\",\"code\":null"), TTA_KEY_NO_CREDIT},
        {429, TTA_SHAPE_KEY, "", TTA_KEY_RATE_LIMITED},

        {301, TTA_SHAPE_KEY, "", TTA_KEY_UNKNOWN},
        {304, TTA_SHAPE_KEY, "", TTA_KEY_UNKNOWN},
        {404, TTA_SHAPE_KEY, ERROR(",\"code\":\"invalid_api_key\""), TTA_KEY_UNKNOWN},
        {408, TTA_SHAPE_KEY, "", TTA_KEY_UNKNOWN},
        {418, TTA_SHAPE_KEY, "", TTA_KEY_UNKNOWN},
        {500, TTA_SHAPE_KEY, ERROR(",\"code\":\"invalid_api_key\""), TTA_KEY_UNKNOWN},
        {503, TTA_SHAPE_KEY, "", TTA_KEY_UNKNOWN},
        {529, TTA_SHAPE_MODELS, ERROR(",\"type\":\"overloaded_error\""), TTA_KEY_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_key_finding finding = judge(cases[i].status, cases[i].shape, cases[i].body);
        if (finding.verdict != cases[i].verdict) {
            fail_msg("%d %s: wanted %s, got %s", cases[i].status, cases[i].body,
                     tta_key_verdict_name(cases[i].verdict), tta_key_verdict_name(finding.verdict));
        }
    }
}

static void a_web_page_says_nothing_about_the_key(void **state)
{
    (void)state;
    for (int status = 200; status < 600; status++) {
        const struct tta_key_answer answer = {
            .http_status = status,
            .is_web_page = true,
            .body = STR("<!doctype html><title>Blocked</title>"),
        };
        struct tta_key_finding finding;
        assert_int_equal(tta_key_answer_judge(&answer, TTA_SHAPE_MODELS, 0, &finding), TTA_OK);
        assert_int_equal(finding.verdict, TTA_KEY_UNKNOWN);
    }
}

static void json_under_a_wrong_content_type_counts(void **state)
{
    (void)state;
    const struct tta_key_answer answer = {.http_status = 200, .is_web_page = true, .body = STR(MODELS)};
    struct tta_key_finding finding;
    assert_int_equal(tta_key_answer_judge(&answer, TTA_SHAPE_MODELS, 0, &finding), TTA_OK);
    assert_int_equal(finding.verdict, TTA_KEY_VALID);
}

static void a_broken_delivery_says_nothing_about_the_key(void **state)
{
    (void)state;
    const char *last_sentence = "";
    for (enum tta_delivery delivery = TTA_DELIVERY_NOT_CONNECTED; delivery <= TTA_DELIVERY_BROKEN; delivery++) {
        const struct tta_key_answer answer = {.delivery = delivery, .http_status = 401, .body = STR("{}")};
        struct tta_key_finding finding;
        assert_int_equal(tta_key_answer_judge(&answer, TTA_SHAPE_MODELS, 0, &finding), TTA_OK);
        assert_int_equal(finding.verdict, TTA_KEY_UNKNOWN);
        assert_int_equal(finding.http_status, 0);
        assert_string_not_equal(finding.sentence, last_sentence);
        last_sentence = finding.sentence;
    }
}

static void reads_when_a_key_ends(void **state)
{
    (void)state;
    const struct {
        const char *time;
        int64_t left_sec; /* -1: no date that can be read */
    } cases[] = {
        {"2026-11-23T10:02:00Z", 120},
        {"2026-11-23T10:02:00.999Z", 120},
        {"2026-11-23t10:02:00z", 120},
        {"2026-11-23 10:02:00Z", 120},
        {"2026-11-23T12:02:00+02:00", 120},
        {"2026-11-23T04:32:00-05:30", 120},
        {"2026-12-01T00:00:00Z", 655200},      /* date -u -d ... +%s, less NOW_SEC */
        {"2028-03-01T00:00:00Z", 40053600},    /* behind a leap day */
        {"2100-03-01T00:00:00Z", 2312114400},  /* a century without one */
        {"2026-11-23T10:02:00", -1},
        {"2026-11-23T10:02:00.Q", -1},
        {"2026-11-23T10:02:00+0200", -1},
        {"2026-11-23T10:02:00Zx", -1},
        {"2026-13-23T10:02:00Z", -1},
        {"2026-00-23T10:02:00Z", -1},
        {"2026-11-23T24:02:00Z", -1},
        {"2026-11-2", -1},
        {"soon", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[128];
        (void)snprintf(body, sizeof body, "{\"data\":{\"expires_at\":\"%s\"}}", cases[i].time);
        struct tta_key_finding finding = judge(200, TTA_SHAPE_KEY, body);
        assert_int_equal(finding.verdict, TTA_KEY_VALID);
        assert_int_equal(finding.lasts_ns, cases[i].left_sec < 0 ? INT64_MAX : cases[i].left_sec * NS_PER_SEC);
    }
    assert_int_equal(judge(200, TTA_SHAPE_KEY, KEY(",\"expires_at\":\"0001-01-01T00:00:00Z\"")).verdict,
                     TTA_KEY_EXPIRED);
    assert_int_equal(judge(200, TTA_SHAPE_KEY, KEY(",\"expires_at\":\"9999-12-31T23:59:59Z\"")).lasts_ns, INT64_MAX);
    assert_int_equal(judge(200, TTA_SHAPE_KEY, KEY(",\"expires_at\":17")).lasts_ns, INT64_MAX);
}

static void holds_a_good_answer_against_that_to_a_random_key(void **state)
{
    (void)state;
    const struct {
        int status_for_random;
        enum tta_key_verdict verdict;
        int http_status;
    } cases[] = {
        {200, TTA_KEY_UNVERIFIABLE, 200}, {401, TTA_KEY_VALID, 200},   {403, TTA_KEY_VALID, 200},
        {400, TTA_KEY_VALID, 200},        {429, TTA_KEY_UNKNOWN, 429}, {500, TTA_KEY_UNKNOWN, 500},
    };
    const struct tta_key_finding valid = judge(200, TTA_SHAPE_MODELS, MODELS);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_key_finding of_random = judge(cases[i].status_for_random, TTA_SHAPE_MODELS, MODELS);
        struct tta_key_finding finding = tta_key_answer_compare(&valid, &of_random);
        assert_int_equal(finding.verdict, cases[i].verdict);
        assert_int_equal(finding.http_status, cases[i].http_status);
    }
}

static void survives_every_prefix_of_an_answer(void **state)
{
    (void)state;
    static const char body[] = KEY(",\"limit\":10,\"limit_remaining\":1,\"expires_at\":\"2026-11-23T10:02:00Z\"");
    for (size_t len = 0; len < sizeof body - 1; len++) {
        char *cut = malloc(len > 0 ? len : 1); /* of that size, so that a sanitizer sees a read beyond it */
        assert_non_null(cut);
        memcpy(cut, body, len);
        const struct tta_key_answer answer = {.http_status = 200, .body = {cut, len}};
        struct tta_key_finding finding;
        assert_int_equal(tta_key_answer_judge(&answer, TTA_SHAPE_KEY, 0, &finding), TTA_OK);
        assert_int_equal(finding.verdict, TTA_KEY_UNKNOWN);
        free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_by_status_and_codes),
        cmocka_unit_test(a_web_page_says_nothing_about_the_key),
        cmocka_unit_test(json_under_a_wrong_content_type_counts),
        cmocka_unit_test(a_broken_delivery_says_nothing_about_the_key),
        cmocka_unit_test(reads_when_a_key_ends),
        cmocka_unit_test(holds_a_good_answer_against_that_to_a_random_key),
        cmocka_unit_test(survives_every_prefix_of_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
