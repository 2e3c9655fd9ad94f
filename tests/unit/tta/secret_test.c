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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_bytes_as_given),
        cmocka_unit_test(reveals_its_bytes_once_to_a_function),
        cmocka_unit_test(rejects_what_can_be_no_key),
        cmocka_unit_test(says_when_there_is_no_locked_memory),
        cmocka_unit_test(destroys_nothing_without_complaint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
