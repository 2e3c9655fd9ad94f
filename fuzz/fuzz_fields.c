// SPDX-License-Identifier: MIT
/* Bodies of requests: what is read of them is what jansson reads, and a model that is exchanged is the only change. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tta/gateway/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* As jansson reads it, which knows no NaN, and takes less depth; NULL: it does not. */
static json_t *load(const char *bytes, size_t len)
{
    return json_loadb(bytes, len, JSON_ALLOW_NUL, NULL);
}

static void check_fields(const struct fields *fields, const json_t *root)
{
    require(json_is_object(root));
    const char *model = json_string_value(json_object_get(root, "model"));
    require(model && strcmp(model, fields->model) == 0);
    require(json_is_true(json_object_get(root, "stream")) == fields->is_stream);
}

/* The question for the usage leaves what is JSON, and goes out without a trace. */
static void check_question(struct fields *fields, struct body *body)
{
    size_t len = body->len;
    char *plain = malloc(len + 1);
    require(plain && len > 0);
    memcpy(plain, body->bytes, len);
    require(fields_ask_usage(fields, body));
    json_t *asked = load(body->bytes, body->len);
    if (asked && fields->asks_usage) {
        require(json_is_true(json_object_get(json_object_get(asked, "stream_options"), "include_usage")));
    }
    require(fields_unask_usage(fields, body));
    require(body->len == len && memcmp(body->bytes, plain, len) == 0);
    json_decref(asked);
    free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fields fields;
    struct fields_flaw flaw;
    struct body body = {0};
    enum fields_outcome outcome = fields_read((struct str){(const char *)data, size}, &fields, &flaw);
    require(outcome == FIELDS_READ || flaw.problem);
    if (outcome != FIELDS_READ) {
        return 0;
    }
    json_t *before = load((const char *)data, size);
    if (before) {
        check_fields(&fields, before);
    }
    require(body_add(&body, (const char *)data, size) && fields_set_model(&fields, &body, "another \"name\""));
    json_t *after = load(body.bytes, body.len);
    require(!before || after);
    if (before && after) {
        check_fields(&fields, after);
        require(json_object_set_new(before, "model", json_string("another \"name\"")) == 0);
        (void)json_object_del(before, "x_tta"); /* it may not be there */
        require(json_equal(before, after));
    }
    check_question(&fields, &body);
    json_decref(before);
    json_decref(after);
    body_release(&body);
    return 0;
}
