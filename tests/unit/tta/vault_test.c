// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "tta/secret.h"
#include "tta/vault.h"

#define MARKED "sk-or-v1-marked0123456789"

static const unsigned char raw_key[TTA_VAULT_KEY_BYTES] = "thirty-two bytes of a key, or so";
static const struct tta_vault_lock by_key = {.key = raw_key};
static const struct tta_vault_lock by_words = {.passphrase = "correct horse", .passphrase_len = 13};

static struct tta_secret *secret_of(const char *text)
{
    struct tta_secret *secret = NULL;
    assert_int_equal(tta_secret_create(text, strlen(text), &secret), TTA_OK);
    return secret;
}

static enum tta_status put(struct tta_vault *vault, const char *name, const char *text, bool replaces)
{
    struct tta_secret *secret = secret_of(text);
    const struct tta_vault_key key = {.name = name,
                                      .provider = TTA_PROVIDER_OPENROUTER,
                                      .base_url = "http://127.0.0.1:8080/v1",
                                      .added_unix_s = 1795428000,
                                      .secret = secret};
    enum tta_status status = tta_vault_put(vault, &key, replaces, NULL);
    tta_secret_destroy(secret);
    return status;
}

static struct tta_vault *vault_with_two(const struct tta_vault_lock *lock)
{
    struct tta_vault *vault = NULL;
    assert_int_equal(tta_vault_create(lock, &vault, NULL), TTA_OK);
    assert_int_equal(put(vault, "main", MARKED, false), TTA_OK);
    assert_int_equal(put(vault, "spare", "sk-other", false), TTA_OK);
    return vault;
}

static void must_hold(const struct tta_vault *vault, const char *name, const char *text)
{
    struct tta_vault_key key;
    assert_int_equal(tta_vault_find(vault, name, &key), TTA_OK);
    struct str bytes = tta_secret_bytes(key.secret);
    assert_int_equal(bytes.len, strlen(text));
    assert_memory_equal(bytes.ptr, text, bytes.len);
}

static void seal_two(const struct tta_vault_lock *lock, unsigned char **out_bytes, size_t *out_len)
{
    struct tta_vault *vault = vault_with_two(lock);
    assert_int_equal(tta_vault_seal(vault, out_bytes, out_len), TTA_OK);
    tta_vault_destroy(vault);
}

static bool holds_text(const unsigned char *bytes, size_t len, const char *text)
{
    for (size_t i = 0; i + strlen(text) <= len; i++) {
        if (memcmp(bytes + i, text, strlen(text)) == 0) {
            return true;
        }
    }
    return false;
}

static void what_was_sealed_is_there_again(void **state)
{
    (void)state;
    const struct tta_vault_lock *const locks[] = {&by_key, &by_words};
    for (size_t i = 0; i < 2; i++) {
        unsigned char *bytes;
        size_t len;
        seal_two(locks[i], &bytes, &len);
        assert_false(holds_text(bytes, len, "marked"));
        assert_false(holds_text(bytes, len, "main"));
        struct tta_vault *vault = NULL;
        assert_int_equal(tta_vault_open(bytes, len, locks[i], &vault, NULL), TTA_OK);
        assert_int_equal(tta_vault_count(vault), 2);
        must_hold(vault, "main", MARKED);
        must_hold(vault, "spare", "sk-other");
        struct tta_vault_key key = tta_vault_key_at(vault, 0);
        assert_string_equal(key.name, "main");
        assert_string_equal(key.base_url, "http://127.0.0.1:8080/v1");
        assert_int_equal(key.provider, TTA_PROVIDER_OPENROUTER);
        assert_int_equal(key.added_unix_s, 1795428000);
        tta_vault_destroy(vault);
        free(bytes);
    }
}

static enum tta_status open_with(const unsigned char *bytes, size_t len, const struct tta_vault_lock *lock)
{
    struct tta_vault *vault = NULL;
    struct tta_error err = {0};
    enum tta_status status = tta_vault_open(bytes, len, lock, &vault, &err);
    if (status != TTA_OK) {
        assert_null(vault);
        assert_true(err.message[0] != '\0');
        assert_null(strstr(err.message, "marked"));
    }
    tta_vault_destroy(vault);
    return status;
}

static void another_lock_does_not_open_it(void **state)
{
    (void)state;
    static const unsigned char other_key[TTA_VAULT_KEY_BYTES] = "another key";
    const struct tta_vault_lock by_other_key = {.key = other_key};
    const struct tta_vault_lock by_other_words = {.passphrase = "Correct horse", .passphrase_len = 13};
    unsigned char *bytes;
    size_t len;
    seal_two(&by_key, &bytes, &len);
    assert_int_equal(open_with(bytes, len, &by_other_key), TTA_NOT_FOUND);
    assert_int_equal(open_with(bytes, len, &by_words), TTA_NOT_FOUND);
    free(bytes);
    seal_two(&by_words, &bytes, &len);
    assert_int_equal(open_with(bytes, len, &by_other_words), TTA_NOT_FOUND);
    assert_int_equal(open_with(bytes, len, &by_key), TTA_NOT_FOUND);
    free(bytes);
}

static void every_cut_and_every_changed_bit_is_found(void **state)
{
    (void)state;
    unsigned char *bytes;
    size_t len;
    seal_two(&by_key, &bytes, &len);
    for (size_t cut = 0; cut < len; cut++) {
        assert_int_equal(open_with(bytes, cut, &by_key), TTA_BAD_SYNTAX);
    }
    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_int_not_equal(open_with(bytes, len, &by_key), TTA_OK);
        bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    assert_int_equal(open_with(bytes, len, &by_key), TTA_OK);
    bytes[10] = '0'; /* the version */
    assert_int_equal(open_with(bytes, len, &by_key), TTA_BAD_SYNTAX);
    assert_int_equal(open_with((const unsigned char *)"{\"keys\":[]}", 11, &by_key), TTA_BAD_SYNTAX);
    free(bytes);
}

static void a_forged_file_cannot_ask_for_all_memory(void **state)
{
    (void)state;
    unsigned char *bytes;
    size_t len;
    seal_two(&by_words, &bytes, &len);
    memset(bytes + 12 + 1 + 8, 0xff, 7);
    assert_int_equal(open_with(bytes, len, &by_words), TTA_BAD_SYNTAX);
    free(bytes);
}

static void keys_are_replaced_and_removed_by_name(void **state)
{
    (void)state;
    struct tta_vault *vault = vault_with_two(&by_key);
    assert_int_equal(put(vault, "main", "sk-new", false), TTA_BAD_ARGUMENT);
    assert_int_equal(put(vault, "none", "sk-new", true), TTA_NOT_FOUND);
    assert_int_equal(put(vault, "main", "sk-new", true), TTA_OK);
    must_hold(vault, "main", "sk-new");
    assert_int_equal(tta_vault_count(vault), 2);
    assert_int_equal(tta_vault_remove(vault, "main"), TTA_OK);
    assert_int_equal(tta_vault_remove(vault, "main"), TTA_NOT_FOUND);
    assert_int_equal(tta_vault_count(vault), 1);
    must_hold(vault, "spare", "sk-other");
    tta_vault_destroy(vault);
}

static void refuses_what_is_no_name_and_no_lock(void **state)
{
    (void)state;
    static const char *const names[] = {"", "with blank", "slash/", "new\nline",
                                        "0123456789012345678901234567890123456789012345678901234567890123456789"};
    struct tta_vault *vault = vault_with_two(&by_key);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(put(vault, names[i], "sk-x", false), TTA_BAD_ARGUMENT);
    }
    tta_vault_destroy(vault);
    vault = NULL;
    const struct tta_vault_lock none = {0}, both = {.passphrase = "x", .passphrase_len = 1, .key = raw_key};
    const struct tta_vault_lock empty = {.passphrase = ""};
    assert_int_equal(tta_vault_create(&none, &vault, NULL), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_vault_create(&both, &vault, NULL), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_vault_create(&empty, &vault, NULL), TTA_BAD_ARGUMENT);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    unsigned char *bytes;
    size_t len;
    seal_two(&by_key, &bytes, &len);
    for (size_t n = 1;; n++) {
        struct tta_vault *vault = NULL;
        unsigned char *again = NULL;
        size_t again_len;
        alloc_fault_after(n);
        enum tta_status status = tta_vault_open(bytes, len, &by_key, &vault, NULL);
        status = status == TTA_OK ? tta_vault_seal(vault, &again, &again_len) : status;
        bool happened = alloc_fault_happened();
        assert_int_equal(status, happened ? TTA_NO_MEMORY : TTA_OK);
        tta_vault_destroy(vault);
        free(again);
        if (!happened) {
            assert_true(n > 2);
            break;
        }
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_is_there_again),
        cmocka_unit_test(another_lock_does_not_open_it),
        cmocka_unit_test(every_cut_and_every_changed_bit_is_found),
        cmocka_unit_test(a_forged_file_cannot_ask_for_all_memory),
        cmocka_unit_test(keys_are_replaced_and_removed_by_name),
        cmocka_unit_test(refuses_what_is_no_name_and_no_lock),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
