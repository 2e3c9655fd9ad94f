// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cmd/tta/gateway/query.h"

static const struct request_limits limits = {1000, 2000, 1000, NULL};

static void read_target(struct request *request, const char *target)
{
    char text[1500];
    int len = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", target);
    request_init(request, &limits);
    assert_int_equal(request_feed(request, text, (size_t)len), len);
    assert_int_equal(request->state, REQUEST_WHOLE);
}

static void values_are_found_by_their_whole_name_and_decoded(void **state)
{
    static const struct {
        const char *target;
        enum query_outcome outcome;
        const char *value;
    } cases[] = {
        {"/p?name=a", QUERY_FOUND, "a"},
        {"/p?x=1&name=a%2Fb+c%20d&name=other", QUERY_FOUND, "a/b c d"},
        {"/p?name=", QUERY_FOUND, ""},
        {"/p?name", QUERY_FOUND, ""},
        {"/p?name=%c3%A9=", QUERY_FOUND, "\xc3\xa9="},
        {"/p", QUERY_ABSENT, NULL},
        {"/p?", QUERY_ABSENT, NULL},
        {"/p?surname=a&names=b", QUERY_ABSENT, NULL},
        {"/name=a", QUERY_ABSENT, NULL},
        {"/p?name=%", QUERY_BROKEN, NULL},
        {"/p?name=%4", QUERY_BROKEN, NULL},
        {"/p?name=%4g", QUERY_BROKEN, NULL},
        {"/p?name=%00", QUERY_BROKEN, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct request request;
        char value[QUERY_MAX_VALUE_BYTES + 1];
        read_target(&request, cases[i].target);
        assert_int_equal(query_value(&request, "name", value), cases[i].outcome);
        if (cases[i].value) {
            assert_string_equal(value, cases[i].value);
        }
        request_deinit(&request);
    }
}

static void a_value_has_a_longest_length(void **state)
{
    char target[400] = "/p?name=", value[QUERY_MAX_VALUE_BYTES + 1];
    struct request request;
    (void)state;
    memset(target + 8, 'x', QUERY_MAX_VALUE_BYTES);
    read_target(&request, target);
    assert_int_equal(query_value(&request, "name", value), QUERY_FOUND);
    assert_int_equal(strlen(value), QUERY_MAX_VALUE_BYTES);
    request_deinit(&request);
    target[8 + QUERY_MAX_VALUE_BYTES] = 'x';
    read_target(&request, target);
    assert_int_equal(query_value(&request, "name", value), QUERY_BROKEN);
    request_deinit(&request);
}

static void the_rest_of_a_path_may_have_slashes(void **state)
{
    struct request request;
    char value[QUERY_MAX_VALUE_BYTES + 1];
    (void)state;
    read_target(&request, "/reset/meta%2Fllama/70b+:free?x=1");
    assert_int_equal(query_path_rest(&request, strlen("/reset/"), value), QUERY_FOUND);
    assert_string_equal(value, "meta/llama/70b+:free");
    request_deinit(&request);
    read_target(&request, "/reset/");
    assert_int_equal(query_path_rest(&request, strlen("/reset/"), value), QUERY_FOUND);
    assert_string_equal(value, "");
    request_deinit(&request);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_their_whole_name_and_decoded),
        cmocka_unit_test(a_value_has_a_longest_length),
        cmocka_unit_test(the_rest_of_a_path_may_have_slashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
