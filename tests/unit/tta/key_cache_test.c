// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "tta/key_cache.h"

static struct tta_key_cache *new_cache(size_t capacity)
{
    struct tta_key_cache *cache = tta_key_cache_create(capacity);
    assert_non_null(cache);
    return cache;
}

/* Few distinct words, so that buckets are shared. */
static struct tta_key_digest digest_of(uint64_t n)
{
    return (struct tta_key_digest){{n % 5, n}};
}

static void store(struct tta_key_cache *cache, uint64_t n, int status)
{
    const struct tta_key_digest digest = digest_of(n);
    const struct tta_key_record record = {.verdict = TTA_KEY_VALID, .http_status = status, .expires_ns = 100};
    tta_key_cache_store(cache, &digest, &record);
}

/* The http_status stored for n, or -1. */
static int find(const struct tta_key_cache *cache, uint64_t n)
{
    const struct tta_key_digest digest = digest_of(n);
    const struct tta_key_record *record = tta_key_cache_find(cache, &digest);
    return record ? record->http_status : -1;
}

static void forget(struct tta_key_cache *cache, uint64_t n)
{
    const struct tta_key_digest digest = digest_of(n);
    tta_key_cache_forget(cache, &digest);
}

static void finds_what_was_stored(void **state)
{
    (void)state;
    struct tta_key_cache *cache = new_cache(4);
    assert_int_equal(find(cache, 1), -1);
    store(cache, 1, 200);
    assert_int_equal(find(cache, 1), 200);
    assert_int_equal(find(cache, 2), -1);
    tta_key_cache_destroy(cache);
}

static void compares_the_whole_digest(void **state)
{
    (void)state;
    struct tta_key_cache *cache = new_cache(8);
    store(cache, 1, 200);
    const struct tta_key_digest close[] = {{{1, 2}}, {{6, 1}}, {{1, UINT64_C(1) << 63 | 1}}};
    for (size_t i = 0; i < sizeof close / sizeof close[0]; i++) {
        assert_null(tta_key_cache_find(cache, &close[i]));
    }
    tta_key_cache_destroy(cache);
}

static void the_least_recently_stored_goes_first(void **state)
{
    (void)state;
    struct tta_key_cache *cache = new_cache(3);
    store(cache, 1, 201);
    store(cache, 2, 202);
    store(cache, 3, 203);
    store(cache, 1, 301); /* stored anew: now 2 is the oldest */
    store(cache, 4, 204);
    assert_int_equal(find(cache, 1), 301);
    assert_int_equal(find(cache, 2), -1);
    assert_int_equal(find(cache, 3), 203);
    assert_int_equal(find(cache, 4), 204);
    tta_key_cache_destroy(cache);
}

static void a_forgotten_record_makes_room(void **state)
{
    (void)state;
    struct tta_key_cache *cache = new_cache(3);
    store(cache, 1, 201);
    store(cache, 2, 202);
    store(cache, 3, 203);
    forget(cache, 3);
    forget(cache, 3);
    forget(cache, 9);
    assert_int_equal(find(cache, 3), -1);
    store(cache, 4, 204);
    assert_int_equal(find(cache, 1), 201);
    assert_int_equal(find(cache, 2), 202);
    assert_int_equal(find(cache, 4), 204);
    tta_key_cache_destroy(cache);
}

static void one_entry_is_a_cache_too(void **state)
{
    (void)state;
    struct tta_key_cache *cache = new_cache(1);
    for (uint64_t n = 0; n < 10; n++) {
        store(cache, n, (int)n);
        assert_int_equal(find(cache, n), (int)n);
        assert_int_equal(find(cache, n + 1), -1);
    }
    tta_key_cache_destroy(cache);
}

/* The same as a list, the oldest first. */
struct model {
    size_t capacity;
    size_t count;
    struct {
        uint64_t n;
        int status;
    } entries[16];
};

static size_t model_find(const struct model *model, uint64_t n)
{
    size_t i = 0;
    while (i < model->count && model->entries[i].n != n) {
        i++;
    }
    return i;
}

static void model_remove(struct model *model, size_t at)
{
    memmove(&model->entries[at], &model->entries[at + 1], (model->count - at - 1) * sizeof model->entries[0]);
    model->count--;
}

static void model_store(struct model *model, uint64_t n, int status)
{
    size_t at = model_find(model, n);
    if (at < model->count) {
        model_remove(model, at);
    } else if (model->count == model->capacity) {
        model_remove(model, 0);
    }
    model->entries[model->count].n = n;
    model->entries[model->count].status = status;
    model->count++;
}

static void behaves_like_a_list_by_age(void **state)
{
    (void)state;
    enum { KEYS = 24 };
    uint32_t random = 1;
    for (size_t capacity = 1; capacity < 16; capacity++) {
        struct tta_key_cache *cache = new_cache(capacity);
        struct model model = {.capacity = capacity};
        for (int step = 0; step < 500; step++) {
            random = random * 1664525 + 1013904223;
            uint64_t n = (random >> 8) % KEYS;
            size_t at = model_find(&model, n);
            assert_int_equal(find(cache, n), at < model.count ? model.entries[at].status : -1);
            if (random >> 30 == 0) {
                forget(cache, n);
                if (at < model.count) {
                    model_remove(&model, at);
                }
            } else {
                store(cache, n, step);
                model_store(&model, n, step);
            }
        }
        tta_key_cache_destroy(cache);
    }
}

static void survives_every_allocation_failure(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        struct tta_key_cache *cache = tta_key_cache_create(100);
        if (!alloc_fault_happened()) {
            tta_key_cache_destroy(cache);
            break;
        }
        assert_null(cache);
    }
    tta_key_cache_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_stored),
        cmocka_unit_test(compares_the_whole_digest),
        cmocka_unit_test(the_least_recently_stored_goes_first),
        cmocka_unit_test(a_forgotten_record_makes_room),
        cmocka_unit_test(one_entry_is_a_cache_too),
        cmocka_unit_test(behaves_like_a_list_by_age),
        cmocka_unit_test(survives_every_allocation_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
