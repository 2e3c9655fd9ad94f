// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tta/keys.h"
#include "tta/secret.h"

/* The program is linked with -Wl,--wrap=sodium_malloc. */
void *__real_sodium_malloc(size_t size);
void *__wrap_sodium_malloc(size_t size);

static bool memory_is_refused;

void *__wrap_sodium_malloc(size_t size)
{
    return memory_is_refused ? NULL : __real_sodium_malloc(size);
}

static void keeps_the_bytes_as_given(void **state)
{
    (void)state;
    char longest[TTA_MAX_KEY_BYTES + 1];
    memset(longest, '~', sizeof longest);
    const struct str keys[] = {STR("!"), STR("sk-or-v1-0123456789"), {longest, TTA_MAX_KEY_BYTES}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct tta_secret *secret = NULL;
        assert_int_equal(tta_secret_create(keys[i].ptr, keys[i].len, &secret), TTA_OK);
        assert_true(base_str_equal(tta_secret_bytes(secret), keys[i]));
        tta_secret_destroy(secret);
    }
}

struct seen {
    char bytes[TTA_MAX_KEY_BYTES];
    size_t len, times;
};

static void see(const char *bytes, size_t len, void *context)
{
    struct seen *seen = context;
    memcpy(seen->bytes, bytes, len);
    seen->len = len;
    seen->times++;
}

static void reveals_its_bytes_once_to_a_function(void **state)
{
    (void)state;
    struct tta_secret *secret = NULL;
    struct seen seen = {.len = 0};
    assert_int_equal(tta_secret_create("sk-or-v1-0123456789", 19, &secret), TTA_OK);
    tta_secret_reveal(secret, see, &seen);
    assert_int_equal(seen.times, 1);
    assert_int_equal(seen.len, 19);
    assert_memory_equal(seen.bytes, "sk-or-v1-0123456789", 19);
    tta_secret_destroy(secret);
}

static void rejects_what_can_be_no_key(void **state)
{
    (void)state;
    char too_long[TTA_MAX_KEY_BYTES + 1];
    memset(too_long, 'a', sizeof too_long);
    const struct str texts[] = {
        {NULL, 0},      STR(""),         STR("two words"),     STR("key\n"),
        STR("key\r\nX-Injected: 1"),     STR("\xc3\xa4"),      STR("a\0b"),
        STR("tab\there"), STR("del\x7f"), {too_long, sizeof too_long},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct tta_secret *secret = NULL;
        assert_int_equal(tta_secret_create(texts[i].ptr, texts[i].len, &secret), TTA_BAD_ARGUMENT);
        assert_null(secret);
    }
}

static void says_when_there_is_no_locked_memory(void **state)
{
    (void)state;
    struct tta_secret *secret = NULL;
    memory_is_refused = true;
    enum tta_status status = tta_secret_create("abc", 3, &secret);
    memory_is_refused = false;
    assert_int_equal(status, TTA_NO_MEMORY);
    assert_null(secret);
}

static void destroys_nothing_without_complaint(void **state)
{
    (void)state;
    tta_secret_destroy(NULL);
}

/* The same bytes with the secret in its place hidden. */
static void hides_itself_wherever_it_is_quoted(void **state)
{
    static const struct {
        const char *secret, *text, *hidden;
    } cases[] = {
        {"sk-0123456789abc", "", ""},
        {"sk-0123456789abc", "sk-0123456789ab", "sk-0123456789ab"},
        {"sk-0123456789abc", "sk-0123456789abc", "****************"},
        {"sk-0123456789abc", "<sk-0123456789abc>", "<****************>"},
        {"sk-0123456789abc", "sk-0sk-0123456789abcsk-0123456789abcd", "sk-0********************************d"},
        {"aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaa", "****************aaa"}, /* of places that overlap, the first */
        {"sk-0123456789ab", "<sk-0123456789ab>", "<sk-0123456789ab>"}, /* too short to be one */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        size_t len = strlen(cases[i].text);
        memcpy(text, cases[i].text, len + 1);
        tta_secret_hide(base_str(cases[i].secret), text, len);
        assert_string_equal(text, cases[i].hidden);
    }
    tta_secret_hide((struct str){NULL, 0}, NULL, 0);
}

static void tells_whether_it_is_quoted_however_short_it_is(void **state)
{
    (void)state;
    assert_true(tta_secret_is_quoted(STR("abc"), STR("xxabcxx")));
    assert_true(tta_secret_is_quoted(STR("abc"), STR("a\0babc")));
    assert_false(tta_secret_is_quoted(STR("abc"), STR("ab")));
    assert_false(tta_secret_is_quoted(STR("abc"), (struct str){NULL, 0}));
    assert_false(tta_secret_is_quoted((struct str){NULL, 0}, STR("abc")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_bytes_as_given),
        cmocka_unit_test(reveals_its_bytes_once_to_a_function),
        cmocka_unit_test(rejects_what_can_be_no_key),
        cmocka_unit_test(says_when_there_is_no_locked_memory),
        cmocka_unit_test(destroys_nothing_without_complaint),
        cmocka_unit_test(hides_itself_wherever_it_is_quoted),
        cmocka_unit_test(tells_whether_it_is_quoted_however_short_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
