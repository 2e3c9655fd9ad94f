// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tta/fail.h"
#include "tta/status.h"

static void every_status_has_a_word_of_its_own(void **state)
{
    (void)state;
    static const struct {
        enum tta_status status;
        const char *name;
    } cases[] = {
        {TTA_OK, "ok"},
        {TTA_NO_MEMORY, "no_memory"},
        {TTA_BAD_SYNTAX, "bad_syntax"},
        {TTA_TOO_LARGE, "too_large"},
        {TTA_BAD_ARGUMENT, "bad_argument"},
        {TTA_NO_MODEL, "no_model"},
        {TTA_NOT_FOUND, "not_found"},
        {TTA_NO_SERVICE, "no_service"},
        {(enum tta_status)9999, "unknown"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(tta_status_name(cases[i].status), cases[i].name);
    }
}

static void a_failure_carries_status_line_and_sentence(void **state)
{
    (void)state;
    struct tta_error err;
    assert_int_equal(tta_fail(&err, TTA_BAD_SYNTAX, 7, "model %d has no id", 3), TTA_BAD_SYNTAX);
    assert_int_equal(err.status, TTA_BAD_SYNTAX);
    assert_int_equal(err.line, 7);
    assert_string_equal(err.message, "model 3 has no id");
}

static void a_failure_without_a_place_for_the_reason_still_has_its_status(void **state)
{
    (void)state;
    assert_int_equal(tta_fail(NULL, TTA_TOO_LARGE, 0, "never seen"), TTA_TOO_LARGE);
}

static void quoted_control_characters_cannot_break_the_line(void **state)
{
    (void)state;
    struct tta_error err;
    (void)tta_fail(&err, TTA_BAD_SYNTAX, 0, "id %s", "a\nb\x1b\x7f"); /* the status is known */
    assert_string_equal(err.message, "id a?b??");
}

static void a_long_sentence_is_cut_between_characters(void **state)
{
    (void)state;
    struct tta_error err;
    char text[sizeof(err.message) + 40];
    /* By leading with 0, 1, 2 and 3 letters, the cut falls on each byte of a character. */
    static const char *const characters[] = {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (size_t which = 0; which < sizeof(characters) / sizeof(characters[0]); which++) {
        size_t width = strlen(characters[which]);
        for (size_t lead = 0; lead < width; lead++) {
            size_t at = 0;
            for (; at < lead; at++) {
                text[at] = 'x';
            }
            for (; at + width < sizeof(text); at += width) {
                memcpy(text + at, characters[which], width);
            }
            text[at] = '\0';
            (void)tta_fail(&err, TTA_BAD_SYNTAX, 0, "%s", text); /* the status is known */
            size_t len = strlen(err.message);
            assert_int_equal((len - lead) % width, 0);
            assert_true(len + width >= sizeof(err.message));
            assert_memory_equal(err.message, text, len);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_word_of_its_own),
        cmocka_unit_test(a_failure_carries_status_line_and_sentence),
        cmocka_unit_test(a_failure_without_a_place_for_the_reason_still_has_its_status),
        cmocka_unit_test(quoted_control_characters_cannot_break_the_line),
        cmocka_unit_test(a_long_sentence_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
