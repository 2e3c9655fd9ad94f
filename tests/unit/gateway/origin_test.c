// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "cmd/tta/gateway/origin.h"

static const struct request_limits limits = {1000, 2000, 1000, NULL};

/* As a request with such a Host, or without any. */
static bool is_renamed(const char *host)
{
    static const char *const names[] = {"models.example.org", "other.example.org"};
    char text[1500];
    struct request request;
    int len = host ? snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", host)
                   : snprintf(text, sizeof(text), "GET / HTTP/1.0\r\n\r\n");
    request_init(&request, &limits);
    assert_int_equal(request_feed(&request, text, (size_t)len), len);
    assert_int_equal(request.state, REQUEST_WHOLE);
    bool found = origin_is_renamed(&request, names, sizeof(names) / sizeof(names[0]));
    request_deinit(&request);
    return found;
}

static void names_that_anybody_may_give_are_told_from_those_of_this_machine(void **state)
{
    static const char *const own[] = {"127.0.0.1", "127.0.0.1:8484", "10.1.2.3:80", "[::1]:8484", "[::1]", "localhost",
                                      "LocalHost:8484", "tta.localhost:8484", "localhost.:8484", "gateway:8484", "a",
                                      "models.example.org", "MODELS.example.org:443", "other.example.org."};
    static const char *const others[] = {"evil.example", "evil.example:8484", "localhost.evil.example",
                                         "127.0.0.1.evil.example:8484", "models.example.org.evil.example",
                                         "x.models.example.org", "notlocalhost.example", "example.notlocalhost",
                                         "evil.example.:8484", "1.x2"};
    (void)state;
    assert_false(is_renamed(NULL));
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (is_renamed(own[i])) {
            fail_msg("%s is refused", own[i]);
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (!is_renamed(others[i])) {
            fail_msg("%s is let in", others[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_anybody_may_give_are_told_from_those_of_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
