// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tta/keys.h"

/* Keys with the forms that providers issue; the characters are made up. */
#define TEN "0123456789"
#define HEX64 TEN TEN TEN TEN TEN TEN "abcd"
#define WORD20 "Abcdefghi-Abcdefghi_"
#define ALNUM20 "AbcdefghijAbcdefghi0"
#define WORD58 WORD20 WORD20 "Abcdefghijklmnop-_"
#define WORD74 WORD58 "abcdefghijklm012"
#define WORD93 WORD74 "Abcdefghijklmnop-_0"

#define OPENROUTER_KEY "sk-or-v1-" HEX64
#define OPENAI_OLD_KEY "sk-" ALNUM20 "T3BlbkFJ" ALNUM20
#define OPENAI_PROJECT_KEY "sk-proj-" WORD74 "T3BlbkFJ" WORD74
#define OPENAI_SERVICE_KEY "sk-svcacct-" WORD58 "T3BlbkFJ" WORD58
#define OPENAI_ADMIN_KEY "sk-admin-" WORD58 "T3BlbkFJ" WORD74
#define ANTHROPIC_KEY "sk-ant-api03-" WORD93 "AA"
#define ANTHROPIC_ADMIN_KEY "sk-ant-admin01-" WORD93 "AA"
#define GOOGLE_KEY "AIza" WORD20 "Abcdefghijk-_12"
#define HUGGING_FACE_KEY "hf_" ALNUM20 "Abcdefghijklmn"
#define PERPLEXITY_KEY "pplx-" ALNUM20 ALNUM20 "Abcdefgh"

static struct tta_secret *secret_of(const char *text)
{
    struct tta_secret *secret = NULL;
    assert_int_equal(tta_secret_create(text, strlen(text), &secret), TTA_OK);
    return secret;
}

static void scrubs_keys_out_of_a_text(void **state)
{
    (void)state;
    const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", ""},
        {"no key", "no key"},
        {OPENROUTER_KEY, "sk-or-...abcd"},
        {"'" OPENROUTER_KEY "' is not known", "'sk-or-...abcd' is not known"},
        {"http://" ANTHROPIC_KEY "@host/v1?key=" GOOGLE_KEY "&x", "http://sk-ant-..._0AA@host/v1?key=AIza...-_12&x"},
        {HUGGING_FACE_KEY "," OPENAI_OLD_KEY, "hf_...klmn,sk-...ghi0"},
        {"sk-or-...abcd stays", "sk-or-...abcd stays"},
        {"sk-short", "sk-short"},
        {"task-0123456789-0123456789", "task-0123456789-0123456789"},
        {"meta-llama/llama-3.1-70b-instruct", "meta-llama/llama-3.1-70b-instruct"},
        {"\xc3\xa4 " PERPLEXITY_KEY " \xc3\xa4", "\xc3\xa4 pplx-...efgh \xc3\xa4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "%s", cases[i].text);
        tta_scrub_keys(text);
        assert_string_equal(text, cases[i].wanted);
    }
}

static void advises_on_the_form(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        const char *key;
        enum tta_key_form form;
        enum tta_provider looks_like;
    } cases[] = {
        {TTA_PROVIDER_OPENROUTER, OPENROUTER_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_OPENAI, OPENAI_OLD_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_OPENAI, OPENAI_PROJECT_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_OPENAI, OPENAI_SERVICE_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_OPENAI, OPENAI_ADMIN_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_ANTHROPIC, ANTHROPIC_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_ANTHROPIC, ANTHROPIC_ADMIN_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_CUSTOM, GOOGLE_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_CUSTOM, HUGGING_FACE_KEY, TTA_FORM_EXPECTED, 0},
        {TTA_PROVIDER_CUSTOM, PERPLEXITY_KEY, TTA_FORM_EXPECTED, 0},

        {TTA_PROVIDER_OPENROUTER, ANTHROPIC_KEY, TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_ANTHROPIC},
        {TTA_PROVIDER_OPENROUTER, OPENAI_OLD_KEY, TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_OPENAI},
        {TTA_PROVIDER_OPENAI, OPENROUTER_KEY, TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_OPENROUTER},
        {TTA_PROVIDER_OPENAI, GOOGLE_KEY, TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_CUSTOM},
        {TTA_PROVIDER_ANTHROPIC, OPENAI_PROJECT_KEY, TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_OPENAI},
        {TTA_PROVIDER_CUSTOM, OPENROUTER_KEY, TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_OPENROUTER},
        {TTA_PROVIDER_OLLAMA, ANTHROPIC_KEY, TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_ANTHROPIC},
        /* cut in pasting, but whose it is can still be told */
        {TTA_PROVIDER_OPENROUTER, "sk-ant-api03-cut", TTA_FORM_OTHER_PROVIDER, TTA_PROVIDER_ANTHROPIC},

        {TTA_PROVIDER_OPENROUTER, "sk-or-v1-" HEX64 "0", TTA_FORM_UNUSUAL, 0},
        {TTA_PROVIDER_OPENROUTER, "sk-or-v1-" TEN TEN TEN TEN TEN TEN "ABCD", TTA_FORM_UNUSUAL, 0},
        {TTA_PROVIDER_OPENROUTER, "sk-or-", TTA_FORM_UNUSUAL, 0},
        {TTA_PROVIDER_OPENROUTER, "a-key-of-2030", TTA_FORM_UNUSUAL, 0},
        {TTA_PROVIDER_OPENAI, "sk-" ALNUM20 ALNUM20, TTA_FORM_UNUSUAL, 0},
        {TTA_PROVIDER_ANTHROPIC, "sk-" ALNUM20 ALNUM20, TTA_FORM_UNUSUAL, 0},
        {TTA_PROVIDER_CUSTOM, "0", TTA_FORM_UNUSUAL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_secret *secret = secret_of(cases[i].key);
        struct tta_key_advice advice = tta_key_advise(cases[i].provider, secret);
        assert_int_equal(advice.form, cases[i].form);
        if (advice.form == TTA_FORM_OTHER_PROVIDER) {
            assert_int_equal(advice.looks_like, cases[i].looks_like);
        }
        assert_non_null(advice.sentence);
        assert_null(strstr(advice.sentence, cases[i].key));
        tta_secret_destroy(secret);
    }
}

static bool says_it_was_cut(enum tta_provider provider, const char *key)
{
    struct tta_secret *secret = secret_of(key);
    bool says = strstr(tta_key_advise(provider, secret).sentence, "cut") != NULL;
    tta_secret_destroy(secret);
    return says;
}

static void asks_whether_a_key_that_begins_right_was_cut(void **state)
{
    (void)state;
    assert_true(says_it_was_cut(TTA_PROVIDER_OPENROUTER, "sk-or-v1-" TEN));
    assert_true(says_it_was_cut(TTA_PROVIDER_OPENAI, "sk-" TEN TEN));
    assert_false(says_it_was_cut(TTA_PROVIDER_OPENROUTER, OPENROUTER_KEY));
    assert_false(says_it_was_cut(TTA_PROVIDER_OPENROUTER, "anything-else"));
}

static void labels_show_the_kind_and_the_last_four(void **state)
{
    (void)state;
    const struct {
        const char *key;
        const char *label;
    } cases[] = {
        {OPENROUTER_KEY, "sk-or-...abcd"},
        {OPENAI_OLD_KEY, "sk-...ghi0"},
        {OPENAI_PROJECT_KEY, "sk-proj-...m012"},
        {OPENAI_SERVICE_KEY, "sk-svcacct-...op-_"},
        {OPENAI_ADMIN_KEY, "sk-admin-...m012"},
        {ANTHROPIC_KEY, "sk-ant-..._0AA"},
        {GOOGLE_KEY, "AIza...-_12"},
        {HUGGING_FACE_KEY, "hf_...klmn"},
        {PERPLEXITY_KEY, "pplx-...efgh"},
        {"some-token-of-a-server", "...rver"},
        {"sk-or-v1-34567890123", "sk-or-...0123"},
        {"sk-or-v1-3456789012", "..."},
        {"1234", "..."},
        {"x", "..."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tta_secret *secret = secret_of(cases[i].key);
        char label[TTA_LABEL_BYTES];
        memset(label, 'x', sizeof label);
        tta_secret_label(secret, label);
        assert_string_equal(label, cases[i].label);
        tta_secret_destroy(secret);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scrubs_keys_out_of_a_text),
        cmocka_unit_test(advises_on_the_form),
        cmocka_unit_test(asks_whether_a_key_that_begins_right_was_cut),
        cmocka_unit_test(labels_show_the_kind_and_the_last_four),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
