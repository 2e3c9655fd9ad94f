// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tta/key_request.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define OPENROUTER_KEY "sk-or-v1-" HEX32 HEX32
#define OTHER_KEY "any-key-of-any-server"

static enum tta_status plan(enum tta_provider provider, const char *base_url, const char *key,
                            struct tta_key_request *out_request)
{
    struct tta_secret *secret = NULL;
    assert_int_equal(tta_secret_create(key, strlen(key), &secret), TTA_OK);
    enum tta_status status = tta_key_request_plan(provider, base_url, secret, out_request);
    tta_secret_destroy(secret);
    return status;
}

static void asks_each_provider_its_own_way(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        const char *base_url;
        const char *url;
        enum tta_key_shape shape;
        bool uses_x_api_key;
        bool may_be_public;
    } cases[] = {
        {TTA_PROVIDER_OPENROUTER, NULL, "https://openrouter.ai/api/v1/key", TTA_SHAPE_KEY, false, false},
        {TTA_PROVIDER_OPENAI, NULL, "https://api.openai.com/v1/models", TTA_SHAPE_MODELS, false, false},
        {TTA_PROVIDER_ANTHROPIC, NULL, "https://api.anthropic.com/v1/models?limit=1", TTA_SHAPE_MODELS, true, false},
        {TTA_PROVIDER_OPENROUTER, "http://127.0.0.1:1/api", "http://127.0.0.1:1/api/key", TTA_SHAPE_KEY, false, false},
        {TTA_PROVIDER_OPENAI, "http://[::1]:80/v1", "http://[::1]:80/v1/models", TTA_SHAPE_MODELS, false, false},
        {TTA_PROVIDER_CUSTOM, "https://models.example/v1", "https://models.example/v1/models", TTA_SHAPE_MODELS, false,
         true},
        {TTA_PROVIDER_LM_STUDIO, "http://localhost:1234/v1", "http://localhost:1234/v1/models", TTA_SHAPE_MODELS,
         false, true},
        {TTA_PROVIDER_CUSTOM, "HTTP://h.example/v1//", "HTTP://h.example/v1/models", TTA_SHAPE_MODELS, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_key_request request;
        assert_int_equal(plan(cases[i].provider, cases[i].base_url, OTHER_KEY, &request), TTA_OK);
        assert_null(request.not_sent);
        assert_string_equal(request.url, cases[i].url);
        assert_int_equal(request.shape, cases[i].shape);
        assert_int_equal(request.uses_x_api_key, cases[i].uses_x_api_key);
        assert_int_equal(request.may_be_public, cases[i].may_be_public);
        assert_true(request.max_answer_bytes >= 65536);
    }
}

static void rejects_a_base_url_that_cannot_serve(void **state)
{
    (void)state;
    static char too_long[1100] = "http://h.example/";
    memset(too_long + 17, 'a', sizeof too_long - 18);
    const char *urls[] = {
        "",
        "h.example/v1",
        "ftp://h.example/v1",
        "file:///etc/passwd",
        "unix:/run/x",
        "http://",
        "http://h.example:99999/",
        "http://h example/",
        "http://h.example/a b",
        "http://h.example/v1?key=1",
        "http://h.example/v1#part",
        "http://user:word@h.example/v1",
        "http://h.example/v1\r\nX-Injected: 1",
        too_long,
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        for (enum tta_provider provider = TTA_PROVIDER_LOCAL; provider < TTA_PROVIDER_COUNT; provider++) {
            struct tta_key_request request;
            assert_int_equal(plan(provider, urls[i], OTHER_KEY, &request), TTA_BAD_ARGUMENT);
        }
    }
}

static void needs_a_base_url_for_a_custom_server(void **state)
{
    (void)state;
    struct tta_key_request request;
    assert_int_equal(plan(TTA_PROVIDER_CUSTOM, NULL, OTHER_KEY, &request), TTA_BAD_ARGUMENT);
}

static void asks_nobody_about_local_models(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        const char *base_url;
    } cases[] = {
        {TTA_PROVIDER_LOCAL, NULL},
        {TTA_PROVIDER_LOCAL, "http://localhost:1"},
        {TTA_PROVIDER_OLLAMA, NULL},
        {TTA_PROVIDER_OLLAMA, "http://localhost:11434"},
        {TTA_PROVIDER_LM_STUDIO, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_key_request request;
        assert_int_equal(plan(cases[i].provider, cases[i].base_url, OTHER_KEY, &request), TTA_OK);
        assert_non_null(request.not_sent);
    }
}

static void keeps_a_key_from_the_hosts_of_another_provider(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        const char *base_url;
        const char *key;
        bool is_sent;
    } cases[] = {
        {TTA_PROVIDER_OPENROUTER, NULL, OPENROUTER_KEY, true},
        {TTA_PROVIDER_OPENROUTER, NULL, OTHER_KEY, true},
        {TTA_PROVIDER_OPENROUTER, NULL, "sk-ant-api03-cut", false},
        {TTA_PROVIDER_OPENROUTER, NULL, "AIza-something", false},
        {TTA_PROVIDER_OPENAI, NULL, OPENROUTER_KEY, false},
        {TTA_PROVIDER_ANTHROPIC, NULL, OPENROUTER_KEY, false},
        /* whoever speaks OpenAI's dialect may still be OpenRouter */
        {TTA_PROVIDER_OPENAI, "https://openrouter.ai/api/v1", OPENROUTER_KEY, true},
        {TTA_PROVIDER_CUSTOM, "https://openrouter.ai/api/v1", OPENROUTER_KEY, true},
        {TTA_PROVIDER_CUSTOM, "https://api.openai.com/v1", OPENROUTER_KEY, false},
        {TTA_PROVIDER_CUSTOM, "https://EU.API.OpenAI.com./v1", OPENROUTER_KEY, false},
        {TTA_PROVIDER_OPENROUTER, "https://api%2eopenai.com/v1", OPENROUTER_KEY, false},
        {TTA_PROVIDER_ANTHROPIC, "https://api.anthropic.com:8443", OPENROUTER_KEY, false},
        /* of other hosts nobody can know whose keys they take */
        {TTA_PROVIDER_OPENAI, "https://gateway.example/v1", OPENROUTER_KEY, true},
        {TTA_PROVIDER_OPENAI, "https://notopenai.com/v1", OPENROUTER_KEY, true},
        {TTA_PROVIDER_OPENAI, "https://ai.com/v1", OPENROUTER_KEY, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_key_request request;
        assert_int_equal(plan(cases[i].provider, cases[i].base_url, cases[i].key, &request), TTA_OK);
        assert_int_equal(request.not_sent == NULL, cases[i].is_sent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_each_provider_its_own_way),
        cmocka_unit_test(rejects_a_base_url_that_cannot_serve),
        cmocka_unit_test(needs_a_base_url_for_a_custom_server),
        cmocka_unit_test(asks_nobody_about_local_models),
        cmocka_unit_test(keeps_a_key_from_the_hosts_of_another_provider),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
