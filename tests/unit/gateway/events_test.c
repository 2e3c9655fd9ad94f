// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cmd/tta/gateway/events.h"

/* Where events end, in pieces of `piece` bytes, into `ends`; how many there are. */
static size_t find_ends(const char *text, size_t piece, size_t ends[8])
{
    struct events events = {0};
    size_t count = 0, len = strlen(text);
    for (size_t from = 0; from < len; from += piece) {
        size_t to = len - from < piece ? len : from + piece, at = from, end;
        while (at < to && (end = events_end(&events, text + at, to - at)) > 0) {
            at += end;
            assert_true(count < 8);
            ends[count++] = at;
        }
    }
    return count;
}

static void events_end_with_a_blank_line(void **state)
{
    static const struct {
        const char *text;
        size_t count, ends[3];
    } cases[] = {
        {"data: a\n\ndata: b\n\n", 2, {9, 18}},
        {"data: a\r\n\r\ndata: b\r\n\r\n", 2, {11, 22}},
        {"data: a\r\rdata: b\r\r", 2, {9, 18}},
        {"data: a\ndata: b\n\n: comment\n\n", 2, {17, 28}},
        {"\n\n\ndata: a\n\n", 1, {12}}, /* blank lines alone are no events */
        {"data: a\n", 0, {0}},
        {"data: a", 0, {0}},
        {"", 0, {0}},
    };
    size_t ends[8];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(find_ends(cases[i].text, 1000, ends), cases[i].count);
        for (size_t j = 0; j < cases[i].count; j++) {
            assert_int_equal(ends[j], cases[i].ends[j]);
        }
    }
}

static void pieces_of_any_size_have_the_same_events(void **state)
{
    static const char text[] = "data: a\n\n: c\r\n\r\ndata: b\rdata: c\r\rdata: d\r\n\ndata: e\n\r\n";
    size_t whole[8], parts[8];
    (void)state;
    size_t count = find_ends(text, sizeof(text), whole);
    assert_int_equal(count, 5);
    for (size_t piece = 1; piece < sizeof(text); piece++) {
        assert_int_equal(find_ends(text, piece, parts), count);
        for (size_t i = 0; i < count; i++) { /* an LF behind a CR may come later, and then ends nothing */
            assert_true(parts[i] == whole[i] || (parts[i] + 1 == whole[i] && text[parts[i]] == '\n'));
        }
    }
}

static void the_event_of_the_usage_is_known(void **state)
{
    static const struct {
        const char *event;
        bool is_alone;
    } cases[] = {
        {"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3}}\n\n", true},
        {"data:{\"usage\":{}, \"choices\": [ ]}\r\n\r\n", true},
        {"data: {\"choices\":[],\"usage\":null}\n\n", false},
        {"data: {\"choices\":[]}\n\n", false},
        {"data: {\"choices\":[{}],\"usage\":{}}\n\n", false},
        {"data: {\"usage\":{}}\n\n", false},
        {"data: {\"choices\":[],\"usage\":{}\n\n", false},
        {"data: [DONE]\n\n", false},
        {": data\n\n", false},
        {"data:\n\n", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(events_is_usage_alone(base_str(cases[i].event)), cases[i].is_alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_end_with_a_blank_line),
        cmocka_unit_test(pieces_of_any_size_have_the_same_events),
        cmocka_unit_test(the_event_of_the_usage_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
