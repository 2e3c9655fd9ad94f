// SPDX-License-Identifier: MIT
/* docs/openapi.json against the gateway: the same routes, and answers to its samples as it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/json.h"
#include "gateway_world.h"

#define GOOD_WITH_TOTAL                                                                                                \
    "{\"choices\":[{\"message\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}],"                                 \
    "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}"

static struct world world; /* too large for a stack */
static struct buf text;
static struct json document;

static int read_document(void **state)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct json_flaw flaw;
    (void)state;
    base_buf_init(&text, 1 << 20);
    assert_true(base_file_read(OPENAPI_PATH, &text, reason));
    assert_int_equal(base_json_read(base_buf_str(&text), &document, &flaw), JSON_READ);
    return 0;
}

static int release_document(void **state)
{
    (void)state;
    base_json_deinit(&document);
    base_buf_deinit(&text);
    return 0;
}

static struct json_value member(struct json_value value, const char *key)
{
    return base_json_member(value, key);
}

static bool is_there(struct json_value value)
{
    return base_json_type(value) != JSON_IS_ABSENT;
}

/* Whether a route, whose path may end in "*", is that of a path of the document, which may end in "{...}". */
static bool is_same_path(const char *route, const char *documented)
{
    size_t len = strlen(route);
    if (route[len - 1] != '*') {
        return strcmp(route, documented) == 0;
    }
    return strncmp(route, documented, len - 1) == 0 && documented[len - 1] == '{' && !strchr(documented + len, '/');
}

static size_t count_operations(const char *method, const char *path)
{
    struct json_value paths = member(base_json_root(&document), "paths");
    size_t count = 0;
    for (struct json_value each = base_json_first(paths); is_there(each); each = base_json_next(paths, each)) {
        char documented[200];
        (void)base_json_text(base_json_key(each), documented, sizeof(documented));
        for (struct json_value op = base_json_first(each); is_there(op); op = base_json_next(each, op)) {
            char verb[20];
            (void)base_json_text(base_json_key(op), verb, sizeof(verb));
            count += (!method || (strcasecmp(verb, method) == 0 && is_same_path(path, documented)));
        }
    }
    return count;
}

static void the_document_has_the_routes_and_no_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count(); i++) {
        const char *path, *method = route_at(i, &path);
        if (count_operations(method, path) != 1) {
            fail_msg("%s %s is not in docs/openapi.json, or twice", method, path);
        }
    }
    assert_int_equal(count_operations(NULL, NULL), route_count());
}

static bool is_type(struct json_value value, const char *type)
{
    switch (base_json_type(value)) {
    case JSON_IS_ABSENT:
        return false;
    case JSON_IS_NULL:
        return strcmp(type, "null") == 0;
    case JSON_IS_BOOL:
        return strcmp(type, "boolean") == 0;
    case JSON_IS_STRING:
        return strcmp(type, "string") == 0;
    case JSON_IS_ARRAY:
        return strcmp(type, "array") == 0;
    case JSON_IS_OBJECT:
        return strcmp(type, "object") == 0;
    case JSON_IS_NUMBER:
        return strcmp(type, "number") == 0 ||
               (strcmp(type, "integer") == 0 && !memchr(base_json_raw(value).ptr, '.', base_json_raw(value).len));
    }
    return false;
}

/* The schema, or what it refers to. */
static struct json_value resolve(struct json_value schema)
{
    char ref[200];
    if (base_json_text(member(schema, "$ref"), ref, sizeof(ref)) == 0) {
        return schema;
    }
    struct json_value schemas = member(member(base_json_root(&document), "components"), "schemas");
    struct json_value found = member(schemas, strrchr(ref, '/') + 1);
    if (!is_there(found)) {
        fail_msg("there is no schema %s", ref);
    }
    return found;
}

static void check_type(struct json_value schema, struct json_value value, const char *where)
{
    struct json_value types = member(schema, "type");
    char type[20];
    bool good = !is_there(types);
    if (base_json_text(types, type, sizeof(type)) > 0) {
        good = is_type(value, type);
    }
    for (struct json_value each = base_json_first(types); base_json_type(types) == JSON_IS_ARRAY && is_there(each);
         each = base_json_next(types, each)) {
        (void)base_json_text(each, type, sizeof(type));
        good = good || is_type(value, type);
    }
    if (!good) {
        fail_msg("%s is not of its type: %.*s", where, STR_ARGS(base_json_raw(value)));
    }
}

static void check_word(struct json_value schema, struct json_value value, const char *where)
{
    struct json_value words = member(schema, "enum");
    bool good = !is_there(words);
    for (struct json_value each = base_json_first(words); is_there(each); each = base_json_next(words, each)) {
        char word[64];
        (void)base_json_text(each, word, sizeof(word));
        good = good || base_json_equals(value, word);
    }
    if (!good) {
        fail_msg("%s is none of its words: %.*s", where, STR_ARGS(base_json_raw(value)));
    }
}

/* Types, words, required members, and all that is within; a member that the schema does not know is a fault unless
 * it says that there may be others. */
static void check(struct json_value schema_or_ref, struct json_value value, const char *where)
{
    struct json_value schema = resolve(schema_or_ref), required = member(schema, "required");
    struct json_value properties = member(schema, "properties"), others = member(schema, "additionalProperties");
    check_type(schema, value, where);
    check_word(schema, value, where);
    for (struct json_value each = base_json_first(required); is_there(each); each = base_json_next(required, each)) {
        char key[64];
        (void)base_json_text(each, key, sizeof(key));
        if (!is_there(member(value, key))) {
            fail_msg("%s has no %s: %.*s", where, key, STR_ARGS(base_json_raw(value)));
        }
    }
    bool is_array = base_json_type(value) == JSON_IS_ARRAY;
    for (struct json_value each = base_json_first(value); is_there(each); each = base_json_next(value, each)) {
        char key[64], inner[300];
        (void)base_json_text(base_json_key(each), key, sizeof(key));
        struct json_value of = is_array ? member(schema, "items") : member(properties, key);
        (void)snprintf(inner, sizeof(inner), "%s.%s", where, is_array ? "[]" : key);
        of = !is_there(of) && base_json_type(others) == JSON_IS_OBJECT ? others : of;
        if (is_there(of)) {
            check(of, each, inner);
        } else if (is_there(properties) && !base_json_is_true(others)) {
            fail_msg("%s is not in the document", inner);
        }
    }
}

static int status_of(const char *answer)
{
    return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
}

static void check_answer(struct json_value operation, const char *where, int wanted_status, const char *answer)
{
    char status[16];
    int got = status_of(answer);
    if (got != wanted_status) {
        fail_msg("%s: %d instead of %d: %s", where, got, wanted_status, answer);
    }
    (void)snprintf(status, sizeof(status), "%d", got);
    struct json_value response = member(member(operation, "responses"), status);
    if (!is_there(response)) {
        fail_msg("%s: %d is not documented", where, got);
    }
    struct json_value content = base_json_first(member(response, "content"));
    char type[100], line[130];
    (void)base_json_text(base_json_key(content), type, sizeof(type));
    (void)snprintf(line, sizeof(line), "Content-Type: %s\r\n", type);
    if (!strstr(answer, line)) {
        fail_msg("%s: it is not %s: %s", where, type, answer);
    }
    if (strcmp(type, "application/json") == 0) {
        struct json json;
        struct json_flaw flaw;
        const char *body = strstr(answer, "\r\n\r\n") + 4;
        if (base_json_read(base_str(body), &json, &flaw) != JSON_READ) {
            fail_msg("%s: no JSON: %s", where, body);
        }
        check(member(content, "schema"), base_json_root(&json), where);
        base_json_deinit(&json);
    }
}

static const char *send_sample(const char *method, const char *path, struct json_value body)
{
    static char request[8192];
    struct str bytes = base_json_raw(body);
    (void)snprintf(request, sizeof(request),
                   "%s %s HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%.*s", method, path,
                   bytes.len, STR_ARGS(bytes));
    return world_ask(&world, request);
}

static struct loopback_server *good(void)
{
    const struct loopback_answer answer = {.headers = "Content-Type: application/json\r\n", .body = GOOD_WITH_TOTAL};
    return loopback_server_start(&answer, 1);
}

static size_t run_samples(struct json_value operation, const char *method)
{
    struct json_value samples = member(operation, "x-samples");
    size_t count = 0;
    for (struct json_value each = base_json_first(samples); is_there(each); each = base_json_next(samples, each)) {
        char path[300], where[340];
        (void)base_json_text(member(each, "path"), path, sizeof(path));
        (void)snprintf(where, sizeof(where), "%s %s", method, path);
        check_answer(operation, where, (int)base_json_number(member(each, "status")),
                     send_sample(method, path, member(each, "body")));
        count++;
    }
    return count;
}

static void each_route_answers_its_samples_as_the_document_says(void **state)
{
    (void)state;
    struct json_value paths = member(base_json_root(&document), "paths");
    world_start(&world, good(), good(), "");
    for (int round = 0; round < 2; round++) { /* in the second one there are figures */
        for (struct json_value each = base_json_first(paths); is_there(each); each = base_json_next(paths, each)) {
            for (struct json_value op = base_json_first(each); is_there(op); op = base_json_next(each, op)) {
                char method[20];
                (void)base_json_text(base_json_key(op), method, sizeof(method));
                for (char *c = method; *c; c++) {
                    *c = (char)toupper((unsigned char)*c);
                }
                assert_true(run_samples(op, method) > 0);
            }
        }
    }
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_document_has_the_routes_and_no_others),
        WORLD_TEST(each_route_answers_its_samples_as_the_document_says),
    };
    return cmocka_run_group_tests(tests, read_document, release_document);
}
