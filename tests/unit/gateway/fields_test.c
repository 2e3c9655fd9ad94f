// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cmd/tta/gateway/fields.h"

static enum fields_outcome read_text(const char *text, struct fields *out_fields)
{
    struct fields_flaw flaw;
    return fields_read(base_str(text), out_fields, &flaw);
}

static void members_are_found_at_their_depth_only(void **state)
{
    struct fields fields;
    (void)state;
    static const char text[] = "{\"x\":{\"model\":\"a\",\"stream\":true},"
                               "\"messages\":[{\"model\":\"b\"},\"}\\\"model\\\":\"],"
                               "\"model\":\"c\\u00e9\\\"\",\"stream\":false,"
                               "\"stream_options\":{\"include_usage\":true},"
                               "\"max_tokens\":7,\"max_completion_tokens\":9,\"tools\":[{}],"
                               "\"response_format\":{\"type\":\"json_schema\"}}";
    assert_int_equal(read_text(text, &fields), FIELDS_READ);
    assert_string_equal(fields.model, "c\xc3\xa9\"");
    assert_memory_equal(text + fields.model_place.at, "\"c\\u00e9\\\"\"", fields.model_place.len);
    assert_false(fields.is_stream);
    assert_true(fields.includes_usage);
    assert_int_equal(fields.max_tokens, 9);
    assert_true(fields.has_tools);
    assert_true(fields.wants_json);
    assert_false(fields.has_images);
}

static void images_are_seen_in_any_message(void **state)
{
    struct fields fields;
    (void)state;
    assert_int_equal(read_text("{\"model\":\"m\",\"messages\":[{\"content\":\"image_url\"},{\"content\":[{\"type\":"
                               "\"text\"},{\"type\":\"image_url\"}]}]}", &fields), FIELDS_READ);
    assert_true(fields.has_images);
}

static void what_is_absent_or_null_is_not_stated(void **state)
{
    struct fields fields;
    (void)state;
    assert_int_equal(read_text("{\"model\":\"m\",\"stream\":null,\"max_tokens\":null,\"tools\":[]}", &fields),
                     FIELDS_READ);
    assert_false(fields.is_stream);
    assert_int_equal(fields.max_tokens, -1);
    assert_false(fields.has_tools);
}

static void what_does_not_fit_is_refused(void **state)
{
    static const char *const texts[] = {
        "{\"model\":\"m\",\"model\":\"m\"}", "{\"model\":null}", "{\"model\":\"\"}", "{\"model\":\"a\\u0000b\"}",
        "{\"model\":\"m\",\"stream\":1}", "{\"model\":\"m\",\"max_tokens\":1.5}", "{\"model\":\"m\",\"x_tta\":7}",
        "{\"model\":\"m\",\"tools\":[],\"tools\":[{}]}", "[]",
    };
    struct fields fields;
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(read_text(texts[i], &fields), FIELDS_NOT_FIT);
    }
    assert_int_equal(read_text("{\"model\":\"m\"", &fields), FIELDS_NO_JSON);
    assert_int_equal(read_text("", &fields), FIELDS_NO_JSON);
}

/* Two models put in, one after the other. */
static void check_exchange(const char *text, const char *first, const char *first_text, const char *second,
                           const char *second_text)
{
    struct fields fields;
    struct body body = {0};
    assert_int_equal(read_text(text, &fields), FIELDS_READ);
    assert_true(body_add(&body, text, strlen(text)));
    assert_true(fields_set_model(&fields, &body, first));
    assert_int_equal(body.len, strlen(first_text));
    assert_memory_equal(body.bytes, first_text, body.len);
    assert_true(fields_set_model(&fields, &body, second));
    assert_int_equal(body.len, strlen(second_text));
    assert_memory_equal(body.bytes, second_text, body.len);
    body_release(&body);
}

static void the_model_is_exchanged_and_nothing_else(void **state)
{
    (void)state;
    check_exchange("{ \"a\":1, \"model\" : \"m\" , \"z\":\"model\"}", "a longer name",
                   "{ \"a\":1, \"model\" : \"a longer name\" , \"z\":\"model\"}", "q\"",
                   "{ \"a\":1, \"model\" : \"q\\\"\" , \"z\":\"model\"}");
    check_exchange("{\"model\":\"m\"}", "m", "{\"model\":\"m\"}", "n", "{\"model\":\"n\"}");
}

static void what_is_for_the_gateway_is_cut_out(void **state)
{
    (void)state;
    check_exchange("{\"x_tta\":{\"a\":[1,\"}\"]} , \"model\":\"m\"}", "n", "{ \"model\":\"n\"}", "o",
                   "{ \"model\":\"o\"}");
    check_exchange("{\"model\":\"m\" , \"x_tta\" : {} ,\"b\":1}", "n", "{\"model\":\"n\"  ,\"b\":1}", "long name",
                   "{\"model\":\"long name\"  ,\"b\":1}");
    check_exchange("{\"model\":\"m\",\"x_tta\":{}}", "n", "{\"model\":\"n\"}", "n", "{\"model\":\"n\"}");
}

static void the_question_for_the_usage_goes_in_and_out(void **state)
{
    static const struct {
        const char *text, *asked; /* NULL: it stays */
    } cases[] = {
        {"{\"stream\":true, \"model\":\"m\" ,\"a\":1}",
         "{\"stream\":true, \"model\":\"other\",\"stream_options\":{\"include_usage\":true} ,\"a\":1}"},
        {"{\"model\":\"m\",\"stream\":true,\"stream_options\": null}",
         "{\"model\":\"other\",\"stream\":true,\"stream_options\": {\"include_usage\":true}}"},
        {"{\"model\":\"m\",\"stream\":true,\"stream_options\":{ }}",
         "{\"model\":\"other\",\"stream\":true,\"stream_options\":{\"include_usage\":true }}"},
        {"{\"stream_options\":{\"x\":1},\"model\":\"m\",\"stream\":true}",
         "{\"stream_options\":{\"include_usage\":true,\"x\":1},\"model\":\"other\",\"stream\":true}"},
        {"{\"stream_options\":{\"include_usage\": false},\"model\":\"m\",\"stream\":true}",
         "{\"stream_options\":{\"include_usage\": true},\"model\":\"other\",\"stream\":true}"},
        {"{\"x_tta\":{},\"stream_options\":{\"include_usage\":null},\"stream\":true,\"model\":\"m\"}",
         "{\"stream_options\":{\"include_usage\":true},\"stream\":true,\"model\":\"other\"}"},
        {"{\"model\":\"m\",\"stream\":true,\"stream_options\":7}", NULL},
        {"{\"model\":\"m\",\"stream_options\":{}}", NULL},
        {"{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fields fields;
        struct body body = {0}, plain = {0};
        assert_int_equal(read_text(cases[i].text, &fields), FIELDS_READ);
        struct fields plain_fields = fields;
        assert_true(body_add(&body, cases[i].text, strlen(cases[i].text)));
        assert_true(body_add(&plain, cases[i].text, strlen(cases[i].text)));
        assert_true(fields_set_model(&fields, &body, "m"));
        assert_true(fields_ask_usage(&fields, &body));
        assert_true(fields_set_model(&fields, &body, "other")); /* in whatever order */
        assert_true(fields_ask_usage(&fields, &body));
        assert_true(fields_set_model(&plain_fields, &plain, "other"));
        assert_int_equal(fields.asks_usage, cases[i].asked != NULL);
        const char *wanted = cases[i].asked ? cases[i].asked : plain.bytes;
        assert_int_equal(body.len, cases[i].asked ? strlen(wanted) : plain.len);
        assert_memory_equal(body.bytes, wanted, body.len);
        assert_true(fields_unask_usage(&fields, &body));
        assert_false(fields.asks_usage);
        assert_int_equal(body.len, plain.len);
        assert_memory_equal(body.bytes, plain.bytes, plain.len);
        body_release(&body);
        body_release(&plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_at_their_depth_only),
        cmocka_unit_test(images_are_seen_in_any_message),
        cmocka_unit_test(what_is_absent_or_null_is_not_stated),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(the_model_is_exchanged_and_nothing_else),
        cmocka_unit_test(what_is_for_the_gateway_is_cut_out),
        cmocka_unit_test(the_question_for_the_usage_goes_in_and_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
