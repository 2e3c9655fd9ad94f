// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_fault.h"
#include "base/file.h"
#include "tta/provider.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static enum tta_status parse(const char *json, struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    return tta_catalogue_parse(TTA_LISTING_OPENROUTER, json, strlen(json), out_catalogue, err);
}

/* The catalogue of one model with these members beside its id "a/b". */
static enum tta_status parse_one(const char *members, struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    char json[4096];
    int len = snprintf(json, sizeof(json), "{\"data\":[{\"id\":\"a/b\"%s%s}]}", members[0] ? "," : "", members);
    assert_true(len > 0 && (size_t)len < sizeof(json));
    return parse(json, out_catalogue, err);
}

static struct tta_model model_of(const char *members)
{
    static struct tta_catalogue *catalogue; /* the last one stays, for the strings of the result */
    tta_catalogue_destroy(catalogue);
    catalogue = NULL;
    struct tta_error err;
    if (parse_one(members, &catalogue, &err) != TTA_OK) {
        fail_msg("%s: %s", members, err.message);
    }
    return tta_catalogue_model(catalogue, 0);
}

static void read_fixture(const char *name, struct buf *out)
{
    char path[1024], reason[BASE_FILE_REASON_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", TEST_DATA, name); /* a cut path is not found below */
    base_buf_init(out, TTA_MAX_CATALOGUE_BYTES);
    if (!base_file_read(path, out, reason)) {
        fail_msg("%s", reason);
    }
}

static struct tta_catalogue *load_fixture(const char *name)
{
    struct buf text;
    struct tta_catalogue *catalogue;
    struct tta_error err;
    read_fixture(name, &text);
    if (tta_catalogue_parse(TTA_LISTING_OPENROUTER, text.ptr, text.len, &catalogue, &err) != TTA_OK) {
        fail_msg("%s: %s", name, err.message);
    }
    base_buf_deinit(&text);
    return catalogue;
}

static void reads_real_catalogues_whole(void **state)
{
    (void)state;
    /* Sums over the raw file in Python with decimal.Decimal: prices x 10^12
     * where not negative, context_length, models with "reasoning" among
     * supported_parameters, with "image" among input_modalities, without
     * max_completion_tokens, with a negative prompt price, with all prices zero. */
    static const struct {
        const char *file;
        size_t count;
        int64_t prompt_sum, completion_sum, context_sum;
        size_t reasoning, images, open_ended, dynamic, free;
    } cases[] = {
        {"openrouter_models.json", 336, 712739110, 3233695510, 145339738, 211, 180, 42, 5, 17},
        {"openrouter_models_2026-02.json", 344, 605918500, 2395418000, 81928437, 145, 131, 97, 2, 29},
        {"openrouter_models_2025-07.json", 147, 296215500, 1082577000, 47271165, 27, 61, 41, 0, 11},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_catalogue *catalogue = load_fixture(cases[i].file);
        assert_int_equal(tta_catalogue_count(catalogue), cases[i].count);
        int64_t prompt_sum = 0, completion_sum = 0, context_sum = 0;
        size_t reasoning = 0, images = 0, open_ended = 0, dynamic = 0, free_count = 0;
        for (size_t row = 0; row < cases[i].count; row++) {
            struct tta_model model = tta_catalogue_model(catalogue, row);
            prompt_sum += model.prompt_price_pusd > 0 ? model.prompt_price_pusd : 0;
            completion_sum += model.completion_price_pusd > 0 ? model.completion_price_pusd : 0;
            context_sum += model.context_tokens;
            reasoning += (model.capabilities & TTA_CAN_REASONING) != 0;
            images += (model.capabilities & TTA_CAN_SEE_IMAGES) != 0;
            open_ended += model.max_completion_tokens == TTA_UNKNOWN;
            dynamic += model.prompt_price_pusd == TTA_DYNAMIC && model.completion_price_pusd == TTA_DYNAMIC;
            free_count += model.is_free;
        }
        assert_int_equal(prompt_sum, cases[i].prompt_sum);
        assert_int_equal(completion_sum, cases[i].completion_sum);
        assert_int_equal(context_sum, cases[i].context_sum);
        assert_int_equal(reasoning, cases[i].reasoning);
        assert_int_equal(images, cases[i].images);
        assert_int_equal(open_ended, cases[i].open_ended);
        assert_int_equal(dynamic, cases[i].dynamic);
        assert_int_equal(free_count, cases[i].free);
        tta_catalogue_destroy(catalogue);
    }
}

static void reads_every_field_of_a_model(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = load_fixture("openrouter_models.json");
    size_t row;
    assert_int_equal(tta_catalogue_find(catalogue, "openai/gpt-4o-mini", &row), TTA_OK);
    assert_int_equal(row, 316);
    struct tta_model model = tta_catalogue_model(catalogue, row);
    assert_string_equal(model.id, "openai/gpt-4o-mini");
    assert_string_equal(model.name, "OpenAI: GPT-4o-mini");
    assert_int_equal(model.provider, TTA_PROVIDER_OPENROUTER);
    assert_int_equal(model.prompt_price_pusd, 150000);
    assert_int_equal(model.completion_price_pusd, 600000);
    assert_int_equal(model.context_tokens, 128000);
    assert_int_equal(model.max_completion_tokens, 16384);
    assert_int_equal(model.capabilities, TTA_CAN_TOOLS | TTA_CAN_TOOL_CHOICE | TTA_CAN_RESPONSE_FORMAT |
                                             TTA_CAN_STRUCTURED_OUTPUTS | TTA_CAN_LOGPROBS | TTA_CAN_SEED |
                                             TTA_CAN_STOP | TTA_CAN_WEB_SEARCH | TTA_CAN_SEE_IMAGES |
                                             TTA_CAN_READ_FILES | TTA_CAN_WRITE_TEXT);
    assert_true(model.safety_score == TTA_SCORE_UNKNOWN && model.performance_score == TTA_SCORE_UNKNOWN);
    assert_false(model.is_free);
    tta_catalogue_destroy(catalogue);
}

static void finds_every_model_by_its_id(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = load_fixture("openrouter_models.json");
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        size_t found = SIZE_MAX;
        assert_int_equal(tta_catalogue_find(catalogue, tta_catalogue_model(catalogue, row).id, &found), TTA_OK);
        assert_int_equal(found, row);
    }
    size_t untouched = 77;
    assert_int_equal(tta_catalogue_find(catalogue, "openai/gpt-4o-min", &untouched), TTA_NOT_FOUND);
    assert_int_equal(tta_catalogue_find(catalogue, "", &untouched), TTA_NOT_FOUND);
    assert_int_equal(untouched, 77);
    tta_catalogue_destroy(catalogue);
}

static void knows_unknown_zero_and_dynamic_prices_apart(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        int64_t prompt, completion;
        bool is_free;
    } cases[] = {
        {"", TTA_UNKNOWN, TTA_UNKNOWN, false},
        {"\"pricing\":null", TTA_UNKNOWN, TTA_UNKNOWN, false},
        {"\"pricing\":{}", TTA_UNKNOWN, TTA_UNKNOWN, false},
        {"\"pricing\":{\"prompt\":null,\"completion\":\"0\"}", TTA_UNKNOWN, 0, false},
        {"\"pricing\":{\"prompt\":\"0\"}", 0, TTA_UNKNOWN, false},
        {"\"pricing\":{\"prompt\":\"-1\",\"completion\":\"-0.5\"}", TTA_DYNAMIC, TTA_DYNAMIC, false},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"-1e-30\"}", 0, TTA_DYNAMIC, false},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0.0\"}", 0, 0, true},
        {"\"pricing\":{\"prompt\":\"-0\",\"completion\":\"0e5\"}", 0, 0, true},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"request\":\"0\",\"image\":\"0.000\"}", 0, 0, true},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"request\":\"0.01\"}", 0, 0, false},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"web_search\":\"-1\"}", 0, 0, false},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"a_price_of_tomorrow\":\"0.1\"}", 0, 0, false},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"unit\":\"token\",\"discount\":0.5}", 0, 0, true},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"overrides\":[{\"min_prompt_tokens\":9,"
         "\"utc_start\":\"0800\",\"prompt\":\"0\"}]}",
         0, 0, true},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"overrides\":[{\"prompt\":\"0\"},{\"prompt\":\"1e-6\"}]}",
         0, 0, false},
        {"\"pricing\":{\"prompt\":\"0.00000025\",\"completion\":\"2.5e-7\"}", 250000, 250000, false},
        {"\"pricing\":{\"prompt\":\"0.00000008333333333333334\",\"completion\":\"1\"}", 83333, 1000000000000, false},
        {"\"pricing\":{\"prompt\":\"1e-15\",\"completion\":\"1000\"}", 1, TTA_MAX_PRICE_PUSD, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_model model = model_of(cases[i].members);
        if (model.prompt_price_pusd != cases[i].prompt || model.completion_price_pusd != cases[i].completion ||
            model.is_free != cases[i].is_free) {
            fail_msg("%s gave %lld, %lld, %s", cases[i].members, (long long)model.prompt_price_pusd,
                     (long long)model.completion_price_pusd, model.is_free ? "free" : "not free");
        }
    }
}

static void takes_absent_and_null_fields_for_unknown(void **state)
{
    (void)state;
    static const char *const members[] = {
        "",
        "\"name\":null,\"context_length\":null,\"top_provider\":null,\"architecture\":null,"
        "\"supported_parameters\":null,\"pricing\":null",
        "\"name\":\"\",\"top_provider\":{},\"architecture\":{},\"supported_parameters\":[]",
        "\"top_provider\":{\"max_completion_tokens\":null},\"architecture\":{\"input_modalities\":null}",
        "\"unheard_of\":{\"x\":[1,2,{}]},\"supported_parameters\":[\"teleportation\"],"
        "\"architecture\":{\"input_modalities\":[\"smell\"]}",
    };
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        struct tta_model model = model_of(members[i]);
        assert_string_equal(model.name, "a/b");
        assert_int_equal(model.context_tokens, TTA_UNKNOWN);
        assert_int_equal(model.max_completion_tokens, TTA_UNKNOWN);
        assert_int_equal(model.capabilities, 0);
        assert_false(model.is_free);
    }
}

static void reads_no_capability_from_a_name(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = NULL;
    assert_int_equal(parse("{\"data\":[{\"id\":\"x/code-chat-instruct\"}]}", &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_catalogue_model(catalogue, 0).capabilities, 0);
    tta_catalogue_destroy(catalogue);
}

static void refuses_what_is_not_a_list_of_models(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        size_t line;
        const char *reason; /* must be part of the message */
    } cases[] = {
        {"", 1, "not JSON"},
        {"\n\n{\"data\":[\n{\"id\":\"a\",}]}", 4, "not JSON"},
        {"{\"data\":[{\"id\":\"a\"}]} x", 1, "not JSON"},
        {"{\"data\":[{\"id\":\"a\"}", 1, "not JSON"},
        {"{\"data\":[{\"id\":\"\xff\xfe\"}]}", 1, "not JSON"},
        {"{\"data\":[{\"id\":\"a\\u0000b\"}]}", 0, "model 1 has no id that is text"},
        {"null", 1, "not JSON"},
        {"7", 1, "not JSON"},
        {"[]", 0, "not a list of models"},
        {"[{\"id\":\"a\"}]", 0, "not a list of models"},
        {"{}", 0, "not a list of models"},
        {"{\"data\":null}", 0, "not a list of models"},
        {"{\"data\":{\"id\":\"a\"}}", 0, "not a list of models"},
        {"{\"data\":[]}", 0, "not a list of models"},
        {"{\"error\":{\"code\":401,\"message\":\"no\"}}", 0, "not a list of models"},
        {"{\"data\":[{\"id\":\"a\"},7]}", 0, "model 2 is not an object"},
        {"{\"data\":[{\"id\":\"a\"},[\"id\"]]}", 0, "model 2 is not an object"},
        {"{\"data\":[null]}", 0, "model 1 is not an object"},
        {"{\"data\":[{\"id\":\"a\"},{\"name\":\"b\"}]}", 0, "model 2 has no id"},
        {"{\"data\":[{\"id\":\"\"}]}", 0, "model 1 has no id"},
        {"{\"data\":[{\"id\":12}]}", 0, "model 1 has no id"},
        {"{\"data\":[{\"id\":null}]}", 0, "model 1 has no id"},
        {"{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}]}", 0, "1 and 3, have the id \"a\""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_catalogue *catalogue = NULL;
        struct tta_error err = {0};
        enum tta_status status = parse(cases[i].json, &catalogue, &err);
        if (status != TTA_BAD_SYNTAX || err.status != status || catalogue || err.line != cases[i].line ||
            !strstr(err.message, cases[i].reason)) {
            fail_msg("%s gave %s, line %zu: %s", cases[i].json, tta_status_name(status), err.line, err.message);
        }
        assert_int_equal(parse(cases[i].json, &catalogue, NULL), TTA_BAD_SYNTAX);
    }
}

static void refuses_fields_of_another_type_and_absurd_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *members;
        const char *reason;
    } cases[] = {
        {"\"name\":5", "name is not a string"},
        {"\"context_length\":\"128000\"", "context_length is not a number of tokens"},
        {"\"context_length\":1.5", "context_length is not a number of tokens"},
        {"\"context_length\":-1", "context_length is not a number of tokens"},
        {"\"context_length\":1000000000001", "context_length is not a number of tokens"},
        {"\"context_length\":123456789012345678901234567890", "context_length is not a number of tokens"},
        {"\"context_length\":NaN", "context_length is not a number of tokens"},
        {"\"context_length\":true", "context_length is not a number of tokens"},
        {"\"top_provider\":[]", "top_provider is not an object"},
        {"\"top_provider\":{\"max_completion_tokens\":-5}", "max_completion_tokens is not a number of tokens"},
        {"\"architecture\":\"text\"", "architecture is not an object"},
        {"\"architecture\":{\"input_modalities\":\"text\"}", "input_modalities is not a list"},
        {"\"architecture\":{\"output_modalities\":[1]}", "output_modalities holds something that is not a string"},
        {"\"supported_parameters\":{\"tools\":true}", "supported_parameters is not a list"},
        {"\"supported_parameters\":[\"tools\",null]", "supported_parameters holds something that is not a string"},
        {"\"pricing\":\"free\"", "pricing is not an object"},
        {"\"pricing\":[\"0\",\"0\"]", "pricing is not an object"},
        {"\"pricing\":{\"prompt\":0}", "prompt price is not a string"},
        {"\"pricing\":{\"completion\":1e-6}", "completion price is not a string"},
        {"\"pricing\":{\"prompt\":\"\"}", "prompt price is not a number"},
        {"\"pricing\":{\"prompt\":\"free\"}", "prompt price is not a number, or not of this world: free"},
        {"\"pricing\":{\"prompt\":\" 0.1\"}", "prompt price is not a number"},
        {"\"pricing\":{\"prompt\":\"0.1 USD\"}", "prompt price is not a number"},
        {"\"pricing\":{\"prompt\":\"nan\"}", "prompt price is not a number"},
        {"\"pricing\":{\"prompt\":\"inf\"}", "prompt price is not a number"},
        {"\"pricing\":{\"prompt\":\"0x1p-20\"}", "prompt price is not a number"},
        {"\"pricing\":{\"prompt\":\"1,5\"}", "prompt price is not a number"},
        {"\"pricing\":{\"prompt\":\"1000.000000000001\"}", "prompt price is not a number, or not of this world"},
        {"\"pricing\":{\"prompt\":\"1e300\"}", "prompt price is not a number, or not of this world"},
        {"\"pricing\":{\"prompt\":\"1e99999999999\"}", "prompt price is not a number, or not of this world"},
        {"\"pricing\":{\"prompt\":\"-1e999\"}", "prompt price is not a number, or not of this world"},
        {"\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\",\"image\":\"?\"}", "image price is not a number"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_catalogue *catalogue = NULL;
        struct tta_error err = {0};
        enum tta_status status = parse_one(cases[i].members, &catalogue, &err);
        if (status != TTA_BAD_SYNTAX || catalogue || !strstr(err.message, cases[i].reason) ||
            !strstr(err.message, "model 1 (\"a/b\")")) {
            fail_msg("%s gave %s: %s", cases[i].members, tta_status_name(status), err.message);
        }
    }
}

static void refuses_every_prefix_of_a_good_answer(void **state)
{
    (void)state;
    struct buf text;
    read_fixture("openrouter_models_2025-07.json", &text);
    size_t len = text.len - 1; /* without the last newline */
    struct tta_catalogue *catalogue = NULL;
    for (size_t cut = 0; cut < len; cut += cut < 4096 ? 1 : 997) {
        char *copy = malloc(cut + 1); /* of its own size, so that a sanitizer sees a byte too far */
        assert_non_null(copy);
        memcpy(copy, text.ptr, cut);
        struct tta_error err = {0};
        assert_int_equal(tta_catalogue_parse(TTA_LISTING_OPENROUTER, copy, cut, &catalogue, &err), TTA_BAD_SYNTAX);
        assert_true(err.line > 0 && err.message[0] != '\0');
        free(copy);
    }
    assert_null(catalogue);
    base_buf_deinit(&text);
}

static void refuses_deep_nesting_without_falling_over(void **state)
{
    (void)state;
    size_t depth = 1000000;
    char *json = malloc(depth + 1);
    assert_non_null(json);
    memset(json, '[', depth);
    json[depth] = '\0';
    struct tta_catalogue *catalogue = NULL;
    assert_int_equal(parse(json, &catalogue, NULL), TTA_BAD_SYNTAX);
    free(json);
}

static void refuses_what_is_too_large(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue = NULL;
    struct tta_error err = {0};
    /* The text is not looked at, so one byte stands for all of them. */
    size_t too_many = (size_t)TTA_MAX_CATALOGUE_BYTES + 1;
    assert_int_equal(tta_catalogue_parse(TTA_LISTING_OPENROUTER, "[", too_many, &catalogue, &err), TTA_TOO_LARGE);
    assert_int_equal(err.status, TTA_TOO_LARGE);

    char id[TTA_MAX_ID_BYTES + 2], json[2 * TTA_MAX_NAME_BYTES];
    memset(id, 'x', sizeof(id));
    id[TTA_MAX_ID_BYTES] = '\0';
    (void)snprintf(json, sizeof(json), "{\"data\":[{\"id\":\"%s\"}]}", id); /* has room */
    assert_int_equal(parse(json, &catalogue, &err), TTA_OK);
    assert_string_equal(tta_catalogue_model(catalogue, 0).id, id);
    tta_catalogue_destroy(catalogue);
    catalogue = NULL;
    (void)snprintf(json, sizeof(json), "{\"data\":[{\"id\":\"%sx\"}]}", id); /* has room */
    assert_int_equal(parse(json, &catalogue, &err), TTA_TOO_LARGE);

    char name[TTA_MAX_NAME_BYTES + 2];
    memset(name, 'n', sizeof(name));
    name[TTA_MAX_NAME_BYTES + 1] = '\0';
    (void)snprintf(json, sizeof(json), "{\"data\":[{\"id\":\"a\",\"name\":\"%s\"}]}", name); /* has room */
    assert_int_equal(parse(json, &catalogue, &err), TTA_TOO_LARGE);
    assert_null(catalogue);
}

static void refuses_too_many_models(void **state)
{
    (void)state;
    struct buf json;
    base_buf_init(&json, TTA_MAX_CATALOGUE_BYTES);
    base_buf_add_cstr(&json, "{\"data\":[");
    for (int i = 0; i < TTA_MAX_MODELS; i++) {
        base_buf_addf(&json, "{\"id\":\"m%d\"},", i);
    }
    base_buf_add_cstr(&json, "{\"id\":\"last\"}]}");
    assert_true(base_buf_ok(&json));
    struct tta_catalogue *catalogue = NULL;
    assert_int_equal(tta_catalogue_parse(TTA_LISTING_OPENROUTER, json.ptr, json.len, &catalogue, NULL), TTA_TOO_LARGE);
    assert_null(catalogue);
    base_buf_deinit(&json);

    struct tta_model model = {.id = "x"};
    assert_int_equal(tta_catalogue_create(&model, (size_t)TTA_MAX_MODELS + 1, &catalogue, NULL), TTA_TOO_LARGE);
}

static struct tta_model plain_model(const char *id)
{
    return (struct tta_model){
        .id = id,
        .provider = TTA_PROVIDER_CUSTOM,
        .prompt_price_pusd = TTA_UNKNOWN,
        .completion_price_pusd = TTA_DYNAMIC,
        .context_tokens = TTA_UNKNOWN,
        .max_completion_tokens = TTA_UNKNOWN,
        .safety_score = TTA_SCORE_UNKNOWN,
        .performance_score = TTA_SCORE_UNKNOWN,
    };
}

static void gives_back_the_models_it_was_made_from(void **state)
{
    (void)state;
    char id[] = "first", name[] = "The first";
    struct tta_model models[] = {
        plain_model(id),
        {.id = "zw\xc3\xb6lf",
         .name = "",
         .provider = TTA_PROVIDER_LOCAL,
         .context_tokens = 1024,
         .max_completion_tokens = TTA_MAX_TOKENS,
         .capabilities = TTA_CAN_LOGIC,
         .safety_score = 10,
         .performance_score = 0,
         .is_free = true},
    };
    models[0].name = name;
    struct tta_catalogue *catalogue;
    assert_int_equal(tta_catalogue_create(models, COUNT_OF(models), &catalogue, NULL), TTA_OK);
    memset(id, '?', sizeof(id) - 1); /* they are copied */
    memset(name, '?', sizeof(name) - 1);
    assert_int_equal(tta_catalogue_count(catalogue), 2);
    struct tta_model first = tta_catalogue_model(catalogue, 0), second = tta_catalogue_model(catalogue, 1);
    assert_string_equal(first.id, "first");
    assert_ptr_equal(tta_catalogue_peek(catalogue, 0)->id, first.id);
    assert_string_equal(first.name, "The first");
    assert_int_equal(first.completion_price_pusd, TTA_DYNAMIC);
    assert_string_equal(second.id, "zw\xc3\xb6lf");
    assert_string_equal(second.name, second.id);
    assert_int_equal(second.capabilities, TTA_CAN_LOGIC);
    assert_int_equal(second.max_completion_tokens, TTA_MAX_TOKENS);
    assert_true(second.is_free && second.safety_score == 10 && second.performance_score == 0);
    tta_catalogue_destroy(catalogue);
}

static void may_be_empty_when_made_by_hand(void **state)
{
    (void)state;
    struct tta_catalogue *catalogue;
    size_t row;
    assert_int_equal(tta_catalogue_create(NULL, 0, &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_catalogue_count(catalogue), 0);
    assert_int_equal(tta_catalogue_find(catalogue, "a", &row), TTA_NOT_FOUND);
    tta_catalogue_destroy(catalogue);
    tta_catalogue_destroy(NULL);
}

static void lets_several_providers_have_one_id(void **state)
{
    (void)state;
    struct tta_model models[] = {plain_model("other"), plain_model("same"), plain_model("same"), plain_model("same")};
    models[1].provider = TTA_PROVIDER_OLLAMA;
    models[2].provider = TTA_PROVIDER_LOCAL;
    struct tta_catalogue *catalogue = NULL;
    assert_int_equal(tta_catalogue_create(models, COUNT_OF(models), &catalogue, NULL), TTA_OK);
    size_t row;
    assert_int_equal(tta_catalogue_find(catalogue, "same", &row), TTA_OK);
    assert_int_equal(row, 1);
    tta_catalogue_destroy(catalogue);

    catalogue = NULL;
    models[3].provider = TTA_PROVIDER_OLLAMA; /* behind one of another provider in the table */
    struct tta_error err = {0};
    assert_int_equal(tta_catalogue_create(models, COUNT_OF(models), &catalogue, &err), TTA_BAD_ARGUMENT);
    assert_string_equal(err.message, "two models of provider ollama, 2 and 4, have the id \"same\"");
    assert_null(catalogue);
}

static void refuses_models_out_of_range(void **state)
{
    (void)state;
    struct tta_model good = plain_model("id");
    struct tta_model cases[32];
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        cases[i] = good;
    }
    cases[count++].id = NULL;
    cases[count++].id = "";
    cases[count++].id = "\x80";             /* a continuation without its start */
    cases[count++].id = "\xc0\xaf";         /* overlong */
    cases[count++].id = "\xe0\x9f\xbf";     /* overlong */
    cases[count++].id = "\xed\xa0\x80";     /* a surrogate */
    cases[count++].id = "\xf4\x90\x80\x80"; /* above U+10FFFF */
    cases[count++].id = "\xe2\x82";         /* cut */
    cases[count++].id = "\xf8\x88\x80\x80\x80";
    cases[count++].name = "\xff";
    cases[count++].provider = TTA_PROVIDER_COUNT;
    cases[count++].provider = (enum tta_provider)(-1);
    cases[count++].prompt_price_pusd = -3;
    cases[count++].completion_price_pusd = TTA_MAX_PRICE_PUSD + 1;
    cases[count++].context_tokens = TTA_DYNAMIC;
    cases[count++].context_tokens = TTA_MAX_TOKENS + 1;
    cases[count++].max_completion_tokens = INT64_MIN;
    cases[count++].safety_score = 10.1;
    cases[count++].safety_score = -0.5;
    cases[count++].performance_score = (double)NAN;
    cases[count++].performance_score = (double)INFINITY;
    cases[count++].is_free = true; /* with prices that are not 0 */
    for (size_t i = 0; i < count; i++) {
        struct tta_catalogue *catalogue = NULL;
        struct tta_error err = {0};
        const struct tta_model models[] = {plain_model("before"), cases[i]};
        if (tta_catalogue_create(models, 2, &catalogue, &err) != TTA_BAD_ARGUMENT || catalogue ||
            err.status != TTA_BAD_ARGUMENT || !strstr(err.message, "model 2")) {
            fail_msg("case %zu: %s", i, err.message);
        }
    }
}

static void every_provider_has_a_name_of_its_own(void **state)
{
    (void)state;
    static const char *const names[] = {"local",  "openrouter", "openai",    "anthropic",
                                        "ollama", "lm_studio",  "custom_api"};
    assert_int_equal(COUNT_OF(names), TTA_PROVIDER_COUNT);
    for (int provider = 0; provider < TTA_PROVIDER_COUNT; provider++) {
        assert_string_equal(tta_provider_name((enum tta_provider)provider), names[provider]);
    }
    assert_string_equal(tta_provider_name(TTA_PROVIDER_COUNT), "unknown");
}

static void capabilities_and_their_words_agree(void **state)
{
    (void)state;
    size_t named = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        const char *word = tta_capability_name(UINT64_C(1) << bit);
        if (word) {
            assert_int_equal(tta_capability_bit(word), UINT64_C(1) << bit);
            named++;
        }
    }
    assert_int_equal(named, 21 + 23);
    assert_string_equal(tta_capability_name(TTA_CAN_TOOLS), "tools");
    assert_string_equal(tta_capability_name(TTA_CAN_CREATIVE_WRITING), "creative_writing");
    assert_string_equal(tta_capability_name(TTA_CAN_GENERAL | TTA_CAN_SPEAK_AUDIO), "speak_audio");
    assert_null(tta_capability_name(0));
    assert_null(tta_capability_name(UINT64_C(1) << 63));
    assert_int_equal(tta_capability_bit("telepathy"), 0);
    assert_int_equal(tta_capability_bit(""), 0);
}

static const char two_models[] = "{\"data\":[{\"id\":\"a\",\"name\":\"A\",\"pricing\":{\"prompt\":\"0\"},"
                                 "\"supported_parameters\":[\"tools\"]},{\"id\":\"b\",\"context_length\":5}]}";

static void survives_every_refused_allocation(void **state)
{
    (void)state;
    const struct tta_model models[] = {plain_model("a"), plain_model("b")};
    for (int by_hand = 0; by_hand <= 1; by_hand++) {
        bool refused = true;
        size_t attempts = 0;
        while (refused) {
            struct tta_catalogue *catalogue = NULL;
            struct tta_error err = {0};
            alloc_fault_after(++attempts);
            enum tta_status status =
                by_hand ? tta_catalogue_create(models, 2, &catalogue, &err) : parse(two_models, &catalogue, &err);
            refused = alloc_fault_happened();
            assert_int_equal(status, refused ? TTA_NO_MEMORY : TTA_OK);
            assert_int_equal(err.status, status);
            assert_int_equal(catalogue != NULL, !refused);
            tta_catalogue_destroy(catalogue);
        }
        assert_true(attempts > 4 + 1); /* rows, the catalogue, strings, rules, slots; and nodes, texts */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_real_catalogues_whole),
        cmocka_unit_test(reads_every_field_of_a_model),
        cmocka_unit_test(finds_every_model_by_its_id),
        cmocka_unit_test(knows_unknown_zero_and_dynamic_prices_apart),
        cmocka_unit_test(takes_absent_and_null_fields_for_unknown),
        cmocka_unit_test(reads_no_capability_from_a_name),
        cmocka_unit_test(refuses_what_is_not_a_list_of_models),
        cmocka_unit_test(refuses_fields_of_another_type_and_absurd_numbers),
        cmocka_unit_test(refuses_every_prefix_of_a_good_answer),
        cmocka_unit_test(refuses_deep_nesting_without_falling_over),
        cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(refuses_too_many_models),
        cmocka_unit_test(gives_back_the_models_it_was_made_from),
        cmocka_unit_test(may_be_empty_when_made_by_hand),
        cmocka_unit_test(lets_several_providers_have_one_id),
        cmocka_unit_test(refuses_models_out_of_range),
        cmocka_unit_test(every_provider_has_a_name_of_its_own),
        cmocka_unit_test(capabilities_and_their_words_agree),
        cmocka_unit_test(survives_every_refused_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
