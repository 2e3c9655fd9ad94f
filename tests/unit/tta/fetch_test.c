// SPDX-License-Identifier: MIT
/* Clients of providers against servers on loopback that answer as they are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alloc_fault.h"
#include "loopback_server.h"
#include "tta/fetch.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SEC (1000 * NS_PER_MS)
#define PATIENCE_NS (20 * NS_PER_SEC) /* so that what hangs fails */
#define JSON "Content-Type: application/json\r\n"
#define HTML "Content-Type: text/html; charset=utf-8\r\n"
#define OPENAI "{\"object\":\"list\",\"data\":[{\"id\":\"one\"},{\"id\":\"two\"}]}"
#define OPENROUTER "{\"data\":[{\"id\":\"a/b\",\"pricing\":{\"prompt\":\"0\",\"completion\":\"0\"}}]}"
#define ENDPOINT_OF_NORTH                                                                                              \
    "{\"tag\":\"north\",\"context_length\":4096,\"pricing\":{\"prompt\":\"0.1\",\"completion\":\"0.2\"}}"
#define ENDPOINTS                                                                                                      \
    "{\"data\":{\"id\":\"a/b\",\"endpoints\":[" ENDPOINT_OF_NORTH ",{\"provider_name\":\"south\"}]}}"
#define TAGS "{\"models\":[{\"name\":\"small\",\"size\":5},{\"name\":\"large\",\"size\":9}]}"
#define SHOW "{\"model_info\":{\"general.architecture\":\"x\",\"x.context_length\":4096},\"capabilities\":[\"tools\"]}"

/* gzip of {"object":"list","data":[{"id":"packed"}]}, and of two hundred thousand blanks in an empty list. */
static const char packed[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\xca\x4f\xca\x4a\x4d\x2e\x51\xb2\x52\xca\xc9\x2c\x2e\x51"
    "\xd2\x51\x4a\x49\x2c\x49\x54\xb2\x8a\xae\x56\xca\x4c\x01\x0a\x16\x24\x26\x67\xa7\xa6\x28\xd5\xc6\xd6\x02"
    "\x00\x0e\x4f\xe4\xd6\x2a\x00\x00\x00";
static const char bomb[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x0d\x00\x20\x0c\x00\x30\x2b\x64\x32\xb0\xb2\x70\x2c"
    "\x41\x02\x1f\x99\x77\x34\xf0\xb7\xbd\xb1\xeb\x54\xcc\x1c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc0"
    "\xb7\xd5\x0f\x60\xfe\xb2\x8b\x4b\x0d\x03\x00";

static struct tta_fetch_options small(void)
{
    struct tta_fetch_options options = tta_fetch_defaults();
    options.max_bytes = 65536;
    return options;
}

static struct tta_fetched *fetch(const struct tta_server *server, const struct tta_fetch_options *options)
{
    struct tta_fetched *fetched = NULL;
    struct tta_error err;
    if (tta_fetch(server, options, &fetched, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
    return fetched;
}

/* What a server of a provider gives that answers as it is told, within a time. */
static struct tta_fetched *fetch_from(enum tta_provider provider, const struct loopback_answer *script, size_t count,
                                      int64_t timeout_ns, struct loopback_server **out_server)
{
    struct tta_fetch_options options = small();
    options.timeout_ns = timeout_ns;
    *out_server = loopback_server_start(script, count);
    assert_non_null(*out_server);
    const struct tta_server server = {.provider = provider, .base_url = loopback_server_url(*out_server)};
    return fetch(&server, &options);
}

static void every_kind_of_answer_ends_in_one_word(void **state)
{
    (void)state;
    static const struct {
        struct loopback_answer answer;
        enum tta_fetch_outcome outcome;
        size_t models;
    } cases[] = {
        {{.headers = JSON, .body = OPENAI}, TTA_FETCH_GOOD, 2},
        {{.body = OPENAI}, TTA_FETCH_GOOD, 2}, /* whatever it says that it is */
        {{.headers = JSON, .body = OPENAI, .delay_ns = 100 * NS_PER_MS}, TTA_FETCH_GOOD, 2},
        {{.headers = JSON, .body = OPENAI, .fault = LOOPBACK_DRIP}, TTA_FETCH_GOOD, 2},
        {{.headers = JSON "Content-Encoding: gzip\r\n", .body = packed, .body_len = sizeof(packed) - 1},
         TTA_FETCH_GOOD, 1},
        {{.headers = JSON "Content-Encoding: gzip\r\n", .body = bomb, .body_len = sizeof(bomb) - 1},
         TTA_FETCH_TOO_LARGE, 0},
        {{.headers = JSON "Content-Encoding: gzip\r\n", .body = OPENAI}, TTA_FETCH_BROKEN, 0},
        {{.status = 401, .headers = JSON, .body = "{\"error\":{\"code\":401}}"}, TTA_FETCH_UNAUTHORIZED, 0},
        {{.status = 403, .headers = JSON, .body = "{}"}, TTA_FETCH_UNAUTHORIZED, 0},
        {{.status = 404, .headers = JSON, .body = "{}"}, TTA_FETCH_REFUSED, 0},
        {{.status = 301, .headers = "Location: http://127.0.0.1:1/\r\n"}, TTA_FETCH_REFUSED, 0},
        {{.status = 429, .headers = JSON "Retry-After: 7\r\n", .body = "{}"}, TTA_FETCH_RATE_LIMITED, 0},
        {{.status = 500, .headers = JSON, .body = OPENAI}, TTA_FETCH_SERVER_ERROR, 0},
        {{.status = 529, .headers = HTML, .body = "<html>"}, TTA_FETCH_SERVER_ERROR, 0},
        {{.headers = HTML, .body = "<html>502 Bad Gateway</html>"}, TTA_FETCH_NO_LIST, 0},
        {{.headers = HTML, .body = OPENAI}, TTA_FETCH_NO_LIST, 0},
        {{.headers = JSON, .body = "{\"error\":\"no\"}"}, TTA_FETCH_NO_LIST, 0},
        {{.headers = JSON, .body = "{\"data\":[{\"id\":"}, TTA_FETCH_NO_LIST, 0},
        {{.headers = JSON, .body = ""}, TTA_FETCH_NO_LIST, 0},
        {{.headers = JSON, .body = OPENAI, .fault = LOOPBACK_TRUNCATE}, TTA_FETCH_BROKEN, 0},
        {{.fault = LOOPBACK_CLOSE}, TTA_FETCH_BROKEN, 0},
        {{.fault = LOOPBACK_SILENT}, TTA_FETCH_TIMED_OUT, 0},
        {{.headers = JSON, .body = OPENAI, .delay_ns = 60 * NS_PER_SEC}, TTA_FETCH_TIMED_OUT, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loopback_server *server;
        int64_t timeout_ns = cases[i].outcome == TTA_FETCH_TIMED_OUT ? 100 * NS_PER_MS : PATIENCE_NS;
        struct tta_fetched *fetched =
            fetch_from(TTA_PROVIDER_OPENAI, &cases[i].answer, 1, timeout_ns, &server);
        const struct tta_catalogue *catalogue = tta_fetched_catalogue(fetched);
        if (tta_fetched_outcome(fetched) != cases[i].outcome || (catalogue != NULL) != (cases[i].models > 0) ||
            (catalogue && tta_catalogue_count(catalogue) != cases[i].models)) {
            fail_msg("case %zu: %s", i, tta_fetched_sentence(fetched));
        }
        assert_int_equal(tta_fetched_list(fetched) != NULL, catalogue != NULL);
        assert_true(tta_fetched_sentence(fetched)[0] != '\0');
        bool is_limited = cases[i].outcome == TTA_FETCH_RATE_LIMITED;
        assert_int_equal(tta_fetched_retry_ns(fetched), is_limited ? 7 * NS_PER_SEC : 0);
        tta_fetched_destroy(fetched);
        loopback_server_stop(server);
    }
}

static void nobody_at_the_address_is_said_to_be_nobody(void **state)
{
    (void)state;
    const struct tta_fetch_options options = small();
    char url[LOOPBACK_URL_BYTES];
    int nobody = loopback_nobody_at(url);
    assert_true(nobody >= 0);
    const struct tta_server server = {.provider = TTA_PROVIDER_OLLAMA, .base_url = url};
    struct tta_fetched *fetched = fetch(&server, &options);
    assert_int_equal(tta_fetched_outcome(fetched), TTA_FETCH_NOT_CONNECTED);
    assert_int_equal(tta_fetched_http_status(fetched), 0);
    tta_fetched_destroy(fetched);
    tta_fetched_destroy(NULL);
    (void)close(nobody);
}

static void ollama_is_asked_about_each_of_its_models(void **state)
{
    (void)state;
    static const struct loopback_answer script[] = {
        {.headers = JSON, .body = TAGS},
        {.headers = JSON, .body = SHOW},
        {.status = 404, .headers = JSON, .body = "{}"},
    };
    struct loopback_server *server;
    char last[4096];
    struct tta_fetched *fetched = fetch_from(TTA_PROVIDER_OLLAMA, script, COUNT_OF(script), PATIENCE_NS, &server);
    assert_int_equal(tta_fetched_outcome(fetched), TTA_FETCH_GOOD);
    assert_int_equal(tta_fetched_http_status(fetched), 200);
    assert_int_equal(loopback_server_request_count(server), 3);
    assert_int_equal(loopback_server_connection_count(server), 1);
    loopback_server_last_request(server, last, sizeof(last));
    assert_non_null(strstr(last, "POST /api/show "));
    assert_non_null(strstr(last, "{\"model\":\"large\"}"));
    const struct tta_catalogue *catalogue = tta_fetched_catalogue(fetched);
    assert_int_equal(tta_catalogue_count(catalogue), 2);
    struct tta_model small = tta_catalogue_model(catalogue, 0), large = tta_catalogue_model(catalogue, 1);
    assert_int_equal(small.longest_context_tokens, 4096);
    assert_int_equal(small.capabilities, TTA_CAN_TOOLS);
    assert_int_equal(small.weight_bytes, 5);
    assert_int_equal(large.capabilities, 0); /* which did not answer, and is in the list all the same */
    assert_string_equal(small.origin, "ollama");
    tta_fetched_destroy(fetched);
    loopback_server_stop(server);
}

static void openrouter_is_asked_who_serves_the_models_that_are_named(void **state)
{
    (void)state;
    static const struct loopback_answer script[] = {
        {.headers = JSON, .body = OPENROUTER},
        {.headers = JSON, .body = ENDPOINTS},
        {.status = 404, .headers = JSON, .body = "{}"},
        {.headers = JSON, .body = OPENROUTER}, /* which are no endpoints */
    };
    const struct tta_fetch_options options = small();
    char last[4096];
    struct loopback_server *upstream = loopback_server_start(script, COUNT_OF(script));
    const struct tta_server server = {.provider = TTA_PROVIDER_OPENROUTER, .base_url = loopback_server_url(upstream),
                                      .endpoints_of = "a/b, a/gone,a/odd:free"};
    struct tta_fetched *fetched = fetch(&server, &options);
    assert_int_equal(tta_fetched_outcome(fetched), TTA_FETCH_GOOD);
    assert_int_equal(tta_fetched_http_status(fetched), 200);
    assert_int_equal(loopback_server_request_count(upstream), 4);
    loopback_server_last_request(upstream, last, sizeof(last));
    assert_non_null(strstr(last, "GET /models/a/odd:free/endpoints "));
    const struct tta_catalogue *catalogue = tta_fetched_catalogue(fetched);
    assert_int_equal(tta_catalogue_count(catalogue), 3);
    struct tta_model model = tta_catalogue_model(catalogue, 0), north = tta_catalogue_model(catalogue, 1);
    assert_string_equal(model.origin, "openrouter");
    assert_string_equal(north.id, "a/b");
    assert_string_equal(north.origin, "north");
    assert_int_equal(north.context_tokens, 4096);
    assert_string_equal(tta_catalogue_model(catalogue, 2).origin, "south");
    tta_fetched_destroy(fetched);
    loopback_server_stop(upstream);
}

static void endpoints_are_asked_for_by_ids_of_openrouter_alone(void **state)
{
    (void)state;
    static const struct {
        enum tta_provider provider;
        const char *endpoints_of;
    } cases[] = {
        {TTA_PROVIDER_OPENAI, "a/b"},          {TTA_PROVIDER_OPENROUTER, "a"},   {TTA_PROVIDER_OPENROUTER, ",a/b"},
        {TTA_PROVIDER_OPENROUTER, "a/b?x=1"},  {TTA_PROVIDER_OPENROUTER, "/b"},  {TTA_PROVIDER_OPENROUTER, "a/b/c"},
        {TTA_PROVIDER_OPENROUTER, "a/b,,a/c"}, {TTA_PROVIDER_OPENROUTER, "a b/c"},
        {TTA_PROVIDER_OPENROUTER, "a/1,a/2,a/3,a/4,a/5,a/6,a/7,a/8,a/9,a/10,a/11,a/12,a/13,a/14,a/15,a/16,a/17,a/18,"
                                  "a/19,a/20,a/21"},
    };
    const struct tta_fetch_options options = small();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct tta_server server = {.provider = cases[i].provider, .base_url = "http://127.0.0.1:1",
                                          .endpoints_of = cases[i].endpoints_of};
        struct tta_fetched *fetched = NULL;
        struct tta_error err;
        if (tta_fetch(&server, &options, &fetched, &err) != TTA_BAD_ARGUMENT || fetched) {
            fail_msg("%s was asked for", cases[i].endpoints_of);
        }
        assert_true(err.message[0] != '\0');
    }
}

static void a_server_that_falls_silent_about_details_has_given_its_list(void **state)
{
    (void)state;
    static const struct loopback_answer script[] = {{.headers = JSON, .body = TAGS}, {.fault = LOOPBACK_SILENT}};
    struct loopback_server *server;
    struct tta_fetched *fetched = fetch_from(TTA_PROVIDER_OLLAMA, script, COUNT_OF(script), 2 * NS_PER_SEC, &server);
    assert_int_equal(tta_fetched_outcome(fetched), TTA_FETCH_GOOD);
    assert_int_equal(loopback_server_request_count(server), 2); /* nobody asks about the next one */
    assert_int_equal(tta_catalogue_count(tta_fetched_catalogue(fetched)), 2);
    tta_fetched_destroy(fetched);
    loopback_server_stop(server);
}

static void lm_studio_is_asked_for_the_best_list_it_knows(void **state)
{
    (void)state;
    static const struct loopback_answer script[] = {
        {.headers = JSON, .body = "{\"error\":\"Unexpected endpoint or method.\"}"},
        {.status = 404, .headers = JSON, .body = "{}"},
        {.headers = JSON, .body = OPENAI},
    };
    struct loopback_server *server = loopback_server_start(script, COUNT_OF(script));
    char url[128], last[4096];
    const struct tta_fetch_options options = small();
    (void)snprintf(url, sizeof(url), "%s/v1/", loopback_server_url(server)); /* as its OpenAI side has it */
    const struct tta_server lm_studio = {.provider = TTA_PROVIDER_LM_STUDIO, .origin = "desk", .base_url = url};
    struct tta_fetched *fetched = fetch(&lm_studio, &options);
    assert_int_equal(tta_fetched_outcome(fetched), TTA_FETCH_GOOD);
    loopback_server_last_request(server, last, sizeof(last));
    assert_non_null(strstr(last, "GET /v1/models "));
    struct tta_model model = tta_catalogue_model(tta_fetched_catalogue(fetched), 0);
    assert_string_equal(model.origin, "desk");
    assert_true(model.is_free);
    tta_fetched_destroy(fetched);
    loopback_server_stop(server);
}

static void anthropics_pages_are_read_to_the_end(void **state)
{
    (void)state;
    static const struct loopback_answer script[] = {
        {.headers = JSON, .body = "{\"data\":[{\"type\":\"model\",\"id\":\"claude-a\",\"display_name\":\"A\"}],"
                                  "\"has_more\":true,\"last_id\":\"claude-a\"}"},
        {.headers = JSON, .body = "{\"data\":[{\"type\":\"model\",\"id\":\"claude-b\"}],\"has_more\":true,"
                                  "\"last_id\":\"not an id&x=y\"}"},
    };
    struct loopback_server *server;
    char last[4096];
    struct tta_fetched *fetched = fetch_from(TTA_PROVIDER_ANTHROPIC, script, COUNT_OF(script), 2 * NS_PER_SEC, &server);
    assert_int_equal(tta_fetched_outcome(fetched), TTA_FETCH_GOOD);
    assert_int_equal(loopback_server_request_count(server), 2); /* what would change the URL is not followed */
    loopback_server_last_request(server, last, sizeof(last));
    assert_non_null(strstr(last, "GET /v1/models?limit=1000&after_id=claude-a "));
    assert_non_null(strstr(last, "anthropic-version: 2023-06-01"));
    assert_int_equal(tta_catalogue_count(tta_fetched_catalogue(fetched)), 2);
    assert_int_equal(tta_fetched_list(fetched)->answer_count, 2);
    tta_fetched_destroy(fetched);
    loopback_server_stop(server);
}

static void a_key_goes_where_it_belongs(void **state)
{
    (void)state;
    static const char key[] = "sk-ant-api03-0123456789012345678901234567890123456789012345678901234567890123456789"
                              "0123456789012345678901234567AA";
    const struct loopback_answer answer = {.headers = JSON, .body = OPENROUTER};
    const struct tta_fetch_options options = small();
    struct tta_secret *secret;
    char last[4096];
    assert_int_equal(tta_secret_create(key, strlen(key), &secret), TTA_OK);
    struct loopback_server *server = loopback_server_start(&answer, 1);
    struct tta_server asked = {
        .provider = TTA_PROVIDER_OPENROUTER, .base_url = loopback_server_url(server), .key = secret};
    struct tta_fetched *fetched = fetch(&asked, &options);
    loopback_server_last_request(server, last, sizeof(last));
    assert_non_null(strstr(last, key)); /* a host of one's own is whose one says it is */
    assert_non_null(strstr(last, "Authorization: Bearer sk-ant-"));
    assert_null(strstr(tta_fetched_sentence(fetched), key));
    tta_fetched_destroy(fetched);
    loopback_server_stop(server);

    asked.base_url = NULL; /* OpenRouter itself, with a key of Anthropic: nothing is sent */
    fetched = fetch(&asked, &options);
    assert_int_equal(tta_fetched_outcome(fetched), TTA_FETCH_KEY_KEPT);
    tta_fetched_destroy(fetched);
    tta_secret_destroy(secret);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct tta_server server;
        const char *reason;
    } cases[] = {
        {{.provider = TTA_PROVIDER_LOCAL}, "nobody to ask"},
        {{.provider = TTA_PROVIDER_COUNT}, "nobody to ask"},
        {{.provider = TTA_PROVIDER_CUSTOM}, "a base URL is needed"},
        {{.provider = TTA_PROVIDER_CUSTOM, .base_url = "ftp://host/v1"}, "must begin with http"},
        {{.provider = TTA_PROVIDER_CUSTOM, .base_url = "http://user@host/v1"}, "must begin with http"},
        {{.provider = TTA_PROVIDER_OLLAMA, .base_url = "http://host/?x"}, "must begin with http"},
    };
    struct tta_fetch_options options = tta_fetch_defaults(); /* which are in range, or the reason would be another */
    struct tta_fetched *fetched = NULL;
    struct tta_error err;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(tta_fetch(&cases[i].server, &options, &fetched, &err), TTA_BAD_ARGUMENT);
        assert_non_null(strstr(err.message, cases[i].reason));
    }
    const struct tta_server server = {.provider = TTA_PROVIDER_OLLAMA};
    options.timeout_ns = 0;
    assert_int_equal(tta_fetch(&server, &options, &fetched, &err), TTA_BAD_ARGUMENT);
    options = small();
    options.max_bytes = (size_t)TTA_MAX_CATALOGUE_BYTES + 1;
    assert_int_equal(tta_fetch(&server, &options, &fetched, &err), TTA_BAD_ARGUMENT);
    assert_null(fetched);
    assert_string_equal(tta_fetch_outcome_name(TTA_FETCH_NO_LIST), "no_list");
    assert_string_equal(tta_fetch_outcome_name((enum tta_fetch_outcome)99), "unknown");
}

static void every_refused_allocation_is_reported(void **state)
{
    (void)state;
    static const struct loopback_answer script[] = {{.headers = JSON, .body = TAGS}, {.headers = JSON, .body = SHOW}};
    const struct tta_fetch_options options = small();
    bool refused = true;
    for (size_t n = 1; refused; n++) {
        struct loopback_server *server = loopback_server_start(script, COUNT_OF(script));
        const struct tta_server ollama = {.provider = TTA_PROVIDER_OLLAMA, .base_url = loopback_server_url(server)};
        struct tta_fetched *fetched = NULL;
        alloc_fault_after(n);
        enum tta_status status = tta_fetch(&ollama, &options, &fetched, NULL);
        refused = alloc_fault_happened();
        assert_int_equal(status, refused ? TTA_NO_MEMORY : TTA_OK);
        tta_fetched_destroy(fetched);
        loopback_server_stop(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_answer_ends_in_one_word),
        cmocka_unit_test(nobody_at_the_address_is_said_to_be_nobody),
        cmocka_unit_test(ollama_is_asked_about_each_of_its_models),
        cmocka_unit_test(openrouter_is_asked_who_serves_the_models_that_are_named),
        cmocka_unit_test(endpoints_are_asked_for_by_ids_of_openrouter_alone),
        cmocka_unit_test(a_server_that_falls_silent_about_details_has_given_its_list),
        cmocka_unit_test(lm_studio_is_asked_for_the_best_list_it_knows),
        cmocka_unit_test(anthropics_pages_are_read_to_the_end),
        cmocka_unit_test(a_key_goes_where_it_belongs),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
