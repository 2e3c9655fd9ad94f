// SPDX-License-Identifier: MIT
/*
 * The validator against a scripted server on loopback.  MARK is a part of
 * every secret here and must never be seen in what a person may read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "alloc_fault.h"
#include "loopback_server.h"
#include "tta/keys.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_SEC)
#define START_NS (1000 * NS_PER_SEC)

#define MARK "5ec2e7c0de5ec2e7"
#define KEY "sk-or-v1-" MARK MARK MARK MARK
#define JSON "Content-Type: application/json\r\n"
#define HTML "Content-Type: text/html; charset=utf-8\r\n"
#define MODELS "{\"object\":\"list\",\"data\":[{\"id\":\"m\"}]}"
#define KEY_INFO "{\"data\":{\"label\":\"" KEY "\",\"limit\":null,\"limit_remaining\":null}}"
#define REFUSAL "{\"error\":{\"message\":\"Incorrect API key provided: " KEY "\",\"code\":\"invalid_api_key\"}}"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct loopback_answer good_key = {.headers = JSON, .body = KEY_INFO};
static const struct loopback_answer refused = {.status = 401, .headers = JSON, .body = REFUSAL};
static const struct loopback_answer models = {.headers = JSON, .body = MODELS};

static struct tta_secret *secret_of(const char *text)
{
    struct tta_secret *secret = NULL;
    assert_int_equal(tta_secret_create(text, strlen(text), &secret), TTA_OK);
    return secret;
}

static struct tta_key_validator *new_validator(int64_t timeout_ns, size_t cache_entries)
{
    struct tta_key_validator_options options = tta_key_validator_defaults();
    options.timeout_ns = timeout_ns;
    options.cache_entries = cache_entries;
    struct tta_key_validator *validator = NULL;
    assert_int_equal(tta_key_validator_create(&options, &validator, NULL), TTA_OK);
    return validator;
}

/* A server, a validator and a secret: what nearly every test needs. */
struct bench {
    struct loopback_server *server;
    struct tta_key_validator *validator;
    struct tta_secret *secret;
    enum tta_provider provider;
    int64_t now_ns;
};

static struct bench set_up(enum tta_provider provider, const struct loopback_answer *script, size_t answer_count)
{
    struct bench bench = {.provider = provider, .now_ns = START_NS};
    bench.server = loopback_server_start(script, answer_count);
    assert_non_null(bench.server);
    bench.validator = new_validator(5 * NS_PER_SEC, 16);
    bench.secret = secret_of(KEY);
    return bench;
}

static void tear_down(struct bench *bench)
{
    tta_key_validator_destroy(bench->validator);
    tta_secret_destroy(bench->secret);
    loopback_server_stop(bench->server);
}

static void assert_tells_nothing(const char *text)
{
    assert_non_null(text);
    assert_null(strstr(text, MARK));
    assert_null(strstr(text, "Incorrect"));
}

static struct tta_key_result validate(struct bench *bench)
{
    struct tta_key_result result;
    memset(&result, 0xee, sizeof result);
    assert_int_equal(tta_key_validate(bench->validator, bench->provider, loopback_server_url(bench->server),
                                      bench->secret, bench->now_ns, &result),
                     TTA_OK);
    assert_tells_nothing(result.sentence);
    return result;
}

static void assert_answer(struct bench *bench, enum tta_key_verdict verdict, bool from_cache)
{
    struct tta_key_result result = validate(bench);
    if (result.verdict != verdict) {
        fail_msg("wanted %s, got %s: %s", tta_key_verdict_name(verdict), tta_key_verdict_name(result.verdict),
                 result.sentence);
    }
    assert_int_equal(result.from_cache, from_cache);
}

static void judges_the_answers_of_a_server(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        struct loopback_answer answer;
        enum tta_key_verdict verdict;
        int http_status;
        int64_t retry_ns;
    } cases[] = {
        {TTA_PROVIDER_OPENROUTER, good_key, TTA_KEY_VALID, 200, 0},
        {TTA_PROVIDER_OPENAI, models, TTA_KEY_VALID, 200, 0},
        {TTA_PROVIDER_ANTHROPIC, models, TTA_KEY_VALID, 200, 0},
        {TTA_PROVIDER_OPENROUTER, refused, TTA_KEY_INVALID, 401, 0},
        {TTA_PROVIDER_CUSTOM, refused, TTA_KEY_INVALID, 401, 0},
        {TTA_PROVIDER_OPENROUTER, {.status = 402, .headers = JSON, .body = REFUSAL}, TTA_KEY_NO_CREDIT, 402, 0},
        {TTA_PROVIDER_OPENAI, {.status = 403, .headers = JSON, .body = REFUSAL}, TTA_KEY_FORBIDDEN, 403, 0},
        {TTA_PROVIDER_OPENAI, {.status = 403, .headers = HTML, .body = "<p>" KEY}, TTA_KEY_UNKNOWN, 403, 0},
        {TTA_PROVIDER_OPENROUTER, {.status = 429}, TTA_KEY_RATE_LIMITED, 429, 0},
        {TTA_PROVIDER_OPENROUTER,
         {.status = 429, .headers = "Retry-After: 20\r\n"},
         TTA_KEY_RATE_LIMITED,
         429,
         20 * NS_PER_SEC},
        {TTA_PROVIDER_OPENAI,
         {.status = 429, .headers = "Retry-After: 20\r\nretry-after-ms: 1500.5\r\n"},
         TTA_KEY_RATE_LIMITED,
         429,
         1500 * NS_PER_MS + NS_PER_MS / 2},
        {TTA_PROVIDER_OPENAI,
         {.status = 429, .headers = "Retry-After: 99999999999\r\n"},
         TTA_KEY_RATE_LIMITED,
         429,
         24 * 60 * NS_PER_MIN},
        {TTA_PROVIDER_OPENAI, {.status = 429, .headers = "Retry-After: later\r\n"}, TTA_KEY_RATE_LIMITED, 429, 0},
        {TTA_PROVIDER_OPENAI, {.status = 500, .headers = JSON, .body = REFUSAL}, TTA_KEY_UNKNOWN, 500, 0},
        {TTA_PROVIDER_OPENAI, {.status = 404, .headers = HTML, .body = "<p>"}, TTA_KEY_UNKNOWN, 404, 0},
        {TTA_PROVIDER_OPENAI, {.headers = HTML, .body = "<p>Sign in!"}, TTA_KEY_UNKNOWN, 200, 0},
        {TTA_PROVIDER_OPENAI, {.headers = JSON}, TTA_KEY_UNKNOWN, 200, 0},
        {TTA_PROVIDER_OPENAI, {.fault = LOOPBACK_CLOSE}, TTA_KEY_UNKNOWN, 0, 0},
        {TTA_PROVIDER_OPENAI, {.body = MODELS, .fault = LOOPBACK_TRUNCATE}, TTA_KEY_UNKNOWN, 0, 0},
        {TTA_PROVIDER_OPENAI, {.status = 401, .body = "{", .fault = LOOPBACK_TRUNCATE}, TTA_KEY_UNKNOWN, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bench bench = set_up(cases[i].provider, &cases[i].answer, 1);
        struct tta_key_result result = validate(&bench);
        if (result.verdict != cases[i].verdict || result.http_status != cases[i].http_status) {
            fail_msg("case %zu: wanted %s %d, got %s %d: %s", i, tta_key_verdict_name(cases[i].verdict),
                     cases[i].http_status, tta_key_verdict_name(result.verdict), result.http_status, result.sentence);
        }
        assert_int_equal(result.retry_ns, cases[i].retry_ns);
        assert_false(result.from_cache);
        tear_down(&bench);
    }
}

static void understands_a_date_in_retry_after(void **state)
{
    (void)state;
    char headers[64];
    struct tm utc;
    time_t then = time(NULL) + 30;
    assert_non_null(gmtime_r(&then, &utc));
    assert_true(strftime(headers, sizeof headers, "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc) > 0);
    const struct loopback_answer answer = {.status = 429, .headers = headers};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &answer, 1);
    struct tta_key_result result = validate(&bench);
    assert_int_equal(result.verdict, TTA_KEY_RATE_LIMITED);
    assert_in_range(result.retry_ns, 20 * NS_PER_SEC, 31 * NS_PER_SEC);
    tear_down(&bench);
}

static void a_list_beyond_64_kib_is_read(void **state)
{
    (void)state;
    static char body[200 * 1024];
    memset(body, ' ', sizeof body - 1);
    memcpy(body + sizeof body - sizeof MODELS, MODELS, sizeof MODELS);
    const struct loopback_answer answer = {.body = body};
    struct bench bench = set_up(TTA_PROVIDER_OPENAI, &answer, 1);
    assert_answer(&bench, TTA_KEY_VALID, false);
    tear_down(&bench);
}

static void an_answer_beyond_all_measure_is_not_read(void **state)
{
    (void)state;
    static char huge[2 * 1024 * 1024];
    memset(huge, ' ', sizeof huge);
    const struct {
        enum tta_provider provider;
        size_t body_len;
    } cases[] = {{TTA_PROVIDER_OPENAI, sizeof huge}, {TTA_PROVIDER_OPENROUTER, 65537}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct loopback_answer answer = {.body = huge, .body_len = cases[i].body_len};
        struct bench bench = set_up(cases[i].provider, &answer, 1);
        struct tta_key_result result = validate(&bench);
        assert_int_equal(result.verdict, TTA_KEY_UNKNOWN);
        assert_int_equal(result.http_status, 0);
        assert_non_null(strstr(result.sentence, "too large"));
        tear_down(&bench);
    }
}

static void a_silent_server_says_nothing_about_the_key(void **state)
{
    (void)state;
    const struct loopback_answer silent = {.fault = LOOPBACK_SILENT};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &silent, 1);
    tta_key_validator_destroy(bench.validator);
    bench.validator = new_validator(50 * NS_PER_MS, 16);
    struct tta_key_result result = validate(&bench);
    assert_int_equal(result.verdict, TTA_KEY_UNKNOWN);
    assert_int_equal(result.http_status, 0);
    assert_non_null(strstr(result.sentence, "in time"));
    tear_down(&bench);
}

static void a_refused_connection_says_nothing_about_the_key(void **state)
{
    (void)state;
    char url[LOOPBACK_URL_BYTES];
    int nobody = loopback_nobody_at(url);
    assert_true(nobody >= 0);
    struct tta_key_validator *validator = new_validator(5 * NS_PER_SEC, 16);
    struct tta_secret *secret = secret_of(KEY);
    struct tta_key_result result;
    assert_int_equal(tta_key_validate(validator, TTA_PROVIDER_OPENROUTER, url, secret, START_NS, &result), TTA_OK);
    assert_int_equal(result.verdict, TTA_KEY_UNKNOWN);
    assert_int_equal(result.http_status, 0);
    assert_tells_nothing(result.sentence);
    assert_false(tta_key_verdict_blocks(result.verdict));
    tta_secret_destroy(secret);
    tta_key_validator_destroy(validator);
    (void)close(nobody);
}

static void a_server_without_tls_never_sees_the_key(void **state)
{
    (void)state;
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &good_key, 1);
    char url[40];
    (void)snprintf(url, sizeof url, "https%s", loopback_server_url(bench.server) + strlen("http"));
    struct tta_key_result result;
    assert_int_equal(tta_key_validate(bench.validator, TTA_PROVIDER_OPENROUTER, url, bench.secret, 0, &result), TTA_OK);
    assert_int_equal(result.verdict, TTA_KEY_UNKNOWN);
    assert_int_equal(loopback_server_request_count(bench.server), 0);
    tear_down(&bench);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    struct loopback_server *elsewhere = loopback_server_start(&good_key, 1);
    assert_non_null(elsewhere);
    for (int status = 301; status <= 308; status++) {
        char headers[64];
        (void)snprintf(headers, sizeof headers, "Location: %s/key\r\n", loopback_server_url(elsewhere));
        const struct loopback_answer redirect = {.status = status, .headers = headers};
        struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &redirect, 1);
        assert_answer(&bench, TTA_KEY_UNKNOWN, false);
        tear_down(&bench);
    }
    assert_int_equal(loopback_server_connection_count(elsewhere), 0);
    loopback_server_stop(elsewhere);
}

static void proxies_of_the_environment_are_not_used(void **state)
{
    (void)state;
    struct loopback_server *proxy = loopback_server_start(&good_key, 1);
    assert_non_null(proxy);
    static const char *const names[] = {"http_proxy", "ALL_PROXY", "all_proxy"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(setenv(names[i], loopback_server_url(proxy), 1), 0);
    }
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &good_key, 1);
    assert_answer(&bench, TTA_KEY_VALID, false);
    assert_int_equal(loopback_server_request_count(bench.server), 1);
    assert_int_equal(loopback_server_connection_count(proxy), 0);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_int_equal(unsetenv(names[i]), 0);
    }
    tear_down(&bench);
    loopback_server_stop(proxy);
}

static void each_provider_gets_the_key_in_its_own_header(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        struct loopback_answer answer;
        const char *wanted[3];
        const char *unwanted;
    } cases[] = {
        {TTA_PROVIDER_OPENROUTER,
         good_key,
         {"GET /key HTTP/1.1\r\n", "\r\nAuthorization: Bearer " KEY "\r\n", "\r\nAccept: application/json\r\n"},
         "x-api-key"},
        {TTA_PROVIDER_OPENAI,
         models,
         {"GET /models HTTP/1.1\r\n", "\r\nAuthorization: Bearer " KEY "\r\n", "\r\nAccept: application/json\r\n"},
         "anthropic"},
        {TTA_PROVIDER_ANTHROPIC,
         models,
         {"GET /v1/models?limit=1 HTTP/1.1\r\n", "\r\nx-api-key: " KEY "\r\n",
          "\r\nanthropic-version: 2023-06-01\r\n"},
         "Authorization"},
        {TTA_PROVIDER_CUSTOM,
         refused,
         {"GET /models HTTP/1.1\r\n", "\r\nAuthorization: Bearer " KEY "\r\n", "\r\nAccept: application/json\r\n"},
         "x-api-key"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bench bench = set_up(cases[i].provider, &cases[i].answer, 1);
        char request[4096];
        loopback_server_last_request(bench.server, request, sizeof request);
        assert_string_equal(request, "");
        (void)validate(&bench);
        loopback_server_last_request(bench.server, request, sizeof request);
        for (size_t j = 0; j < COUNT_OF(cases[i].wanted); j++) {
            if (!strstr(request, cases[i].wanted[j])) {
                fail_msg("no %s in %s", cases[i].wanted[j], request);
            }
        }
        assert_null(strstr(request, cases[i].unwanted));
        tear_down(&bench);
    }
}

static void a_list_that_anybody_gets_proves_nothing(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        struct loopback_answer for_random;
        enum tta_key_verdict verdict;
    } cases[] = {
        {TTA_PROVIDER_CUSTOM, refused, TTA_KEY_VALID},
        {TTA_PROVIDER_CUSTOM, models, TTA_KEY_UNVERIFIABLE},
        {TTA_PROVIDER_CUSTOM, {.status = 500}, TTA_KEY_UNKNOWN},
        {TTA_PROVIDER_LM_STUDIO, models, TTA_KEY_UNVERIFIABLE},
        {TTA_PROVIDER_LM_STUDIO, refused, TTA_KEY_VALID},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct loopback_answer script[] = {models, cases[i].for_random};
        struct bench bench = set_up(cases[i].provider, script, COUNT_OF(script));
        assert_answer(&bench, cases[i].verdict, false);
        assert_int_equal(loopback_server_request_count(bench.server), 2);
        char request[4096];
        loopback_server_last_request(bench.server, request, sizeof request);
        assert_non_null(strstr(request, "\r\nAuthorization: Bearer sk-"));
        assert_null(strstr(request, MARK));
        assert_answer(&bench, cases[i].verdict, true);
        tear_down(&bench);
    }
}

static void nobody_is_asked_where_nobody_could_tell(void **state)
{
    (void)state;
    const struct {
        enum tta_provider provider;
        const char *key;
    } cases[] = {
        {TTA_PROVIDER_LOCAL, KEY},
        {TTA_PROVIDER_OLLAMA, KEY},
        {TTA_PROVIDER_LM_STUDIO, KEY},
        {TTA_PROVIDER_OPENAI, KEY}, /* it is OpenRouter's by its form */
        {TTA_PROVIDER_OPENROUTER, "sk-ant-api03-" MARK},
    };
    struct tta_key_validator *validator = new_validator(NS_PER_SEC, 16);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_secret *secret = secret_of(cases[i].key);
        struct tta_key_result result;
        assert_int_equal(tta_key_validate(validator, cases[i].provider, NULL, secret, START_NS, &result), TTA_OK);
        assert_int_equal(result.verdict, TTA_KEY_UNVERIFIABLE);
        assert_int_equal(result.http_status, 0);
        assert_false(result.from_cache);
        assert_tells_nothing(result.sentence);
        tta_secret_destroy(secret);
    }
    tta_key_validator_destroy(validator);
}

static void rejects_questions_without_a_place(void **state)
{
    (void)state;
    const struct {
        int provider;
        const char *base_url;
    } cases[] = {
        {TTA_PROVIDER_CUSTOM, NULL},
        {TTA_PROVIDER_OPENAI, "ftp://127.0.0.1/v1"},
        {TTA_PROVIDER_OPENAI, "127.0.0.1/v1"},
        {TTA_PROVIDER_LOCAL, ""},
        {TTA_PROVIDER_COUNT, "http://127.0.0.1/v1"},
        {-1, NULL},
    };
    struct tta_key_validator *validator = new_validator(NS_PER_SEC, 16);
    struct tta_secret *secret = secret_of(KEY);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_key_result result = {.http_status = 77};
        assert_int_equal(tta_key_validate(validator, (enum tta_provider)cases[i].provider, cases[i].base_url, secret,
                                          START_NS, &result),
                         TTA_BAD_ARGUMENT);
        assert_int_equal(result.http_status, 77);
        tta_key_forget(validator, (enum tta_provider)cases[i].provider, cases[i].base_url, secret);
    }
    tta_secret_destroy(secret);
    tta_key_validator_destroy(validator);
}

static void a_verdict_is_kept_for_its_time(void **state)
{
    (void)state;
    const struct {
        struct loopback_answer answer;
        enum tta_key_verdict verdict;
        int64_t fresh_ns;
        int64_t stale_ns;
    } cases[] = {
        {good_key, TTA_KEY_VALID, 9 * NS_PER_MIN - NS_PER_SEC, 11 * NS_PER_MIN + NS_PER_SEC},
        {refused, TTA_KEY_INVALID, 59 * NS_PER_SEC, 61 * NS_PER_SEC},
        {{.status = 402}, TTA_KEY_NO_CREDIT, 59 * NS_PER_SEC, 61 * NS_PER_SEC},
        {{.status = 403}, TTA_KEY_FORBIDDEN, 59 * NS_PER_SEC, 61 * NS_PER_SEC},
        {{.status = 429}, TTA_KEY_RATE_LIMITED, 59 * NS_PER_SEC, 61 * NS_PER_SEC},
        {{.status = 429, .headers = "Retry-After: 300\r\n"},
         TTA_KEY_RATE_LIMITED,
         299 * NS_PER_SEC,
         301 * NS_PER_SEC},
        {{.status = 500}, TTA_KEY_UNKNOWN, 4 * NS_PER_SEC, 6 * NS_PER_SEC},
        {{.fault = LOOPBACK_CLOSE}, TTA_KEY_UNKNOWN, 4 * NS_PER_SEC, 6 * NS_PER_SEC},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &cases[i].answer, 1);
        assert_answer(&bench, cases[i].verdict, false);
        bench.now_ns = START_NS + cases[i].fresh_ns;
        assert_answer(&bench, cases[i].verdict, true);
        assert_int_equal(loopback_server_request_count(bench.server), 1);
        bench.now_ns = START_NS + cases[i].stale_ns;
        assert_answer(&bench, cases[i].verdict, false);
        assert_int_equal(loopback_server_request_count(bench.server), 2);
        tear_down(&bench);
    }
}

static void the_wait_of_a_rate_limit_shrinks_with_time(void **state)
{
    (void)state;
    const struct loopback_answer limited = {.status = 429, .headers = "Retry-After: 30\r\n"};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &limited, 1);
    assert_int_equal(validate(&bench).retry_ns, 30 * NS_PER_SEC);
    bench.now_ns += 20 * NS_PER_SEC;
    struct tta_key_result result = validate(&bench);
    assert_true(result.from_cache);
    assert_in_range(result.retry_ns, 10 * NS_PER_SEC, 16 * NS_PER_SEC); /* and what the request took */
    tear_down(&bench);
}

static void a_good_verdict_does_not_outlive_its_key(void **state)
{
    (void)state;
    char body[128];
    struct tm utc;
    time_t then = time(NULL) + 120;
    assert_non_null(gmtime_r(&then, &utc));
    assert_true(strftime(body, sizeof body, "{\"data\":{\"expires_at\":\"%Y-%m-%dT%H:%M:%SZ\"}}", &utc) > 0);
    const struct loopback_answer short_lived = {.headers = JSON, .body = body};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &short_lived, 1);
    assert_answer(&bench, TTA_KEY_VALID, false);
    bench.now_ns = START_NS + 100 * NS_PER_SEC;
    assert_answer(&bench, TTA_KEY_VALID, true);
    bench.now_ns = START_NS + 130 * NS_PER_SEC;
    assert_answer(&bench, TTA_KEY_VALID, false);
    tear_down(&bench);
}

static void a_forgotten_verdict_is_asked_for_again(void **state)
{
    (void)state;
    const struct loopback_answer script[] = {refused, good_key};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, script, COUNT_OF(script));
    assert_answer(&bench, TTA_KEY_INVALID, false);
    tta_key_forget(bench.validator, bench.provider, loopback_server_url(bench.server), bench.secret);
    assert_answer(&bench, TTA_KEY_VALID, false);
    tear_down(&bench);
}

static void other_questions_are_asked_on_their_own(void **state)
{
    (void)state;
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &good_key, 1);
    assert_answer(&bench, TTA_KEY_VALID, false);

    struct tta_secret *own_secret = bench.secret;
    bench.secret = secret_of(KEY "0");
    assert_answer(&bench, TTA_KEY_VALID, false);
    tta_secret_destroy(bench.secret);
    bench.secret = own_secret;

    bench.provider = TTA_PROVIDER_OPENAI;
    assert_answer(&bench, TTA_KEY_UNKNOWN, false); /* no list of models */
    bench.provider = TTA_PROVIDER_OPENROUTER;

    char url[40];
    (void)snprintf(url, sizeof url, "%s/v2", loopback_server_url(bench.server));
    struct tta_key_result result;
    assert_int_equal(tta_key_validate(bench.validator, bench.provider, url, bench.secret, START_NS, &result), TTA_OK);
    assert_false(result.from_cache);

    assert_answer(&bench, TTA_KEY_VALID, true);
    assert_int_equal(loopback_server_request_count(bench.server), 4);
    tear_down(&bench);
}

static void a_full_cache_drops_the_oldest_verdict(void **state)
{
    (void)state;
    enum { ENTRIES = 2 };
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &good_key, 1);
    tta_key_validator_destroy(bench.validator);
    bench.validator = new_validator(5 * NS_PER_SEC, ENTRIES);
    struct tta_secret *secrets[ENTRIES + 1] = {bench.secret, secret_of(KEY "1"), secret_of(KEY "2")};
    for (size_t i = 0; i < COUNT_OF(secrets); i++) {
        bench.secret = secrets[i];
        assert_answer(&bench, TTA_KEY_VALID, false);
    }
    bench.secret = secrets[1];
    assert_answer(&bench, TTA_KEY_VALID, true);
    bench.secret = secrets[0];
    assert_answer(&bench, TTA_KEY_VALID, false);
    tta_secret_destroy(secrets[1]);
    tta_secret_destroy(secrets[2]);
    tear_down(&bench);
}

static void requests_use_one_warm_connection(void **state)
{
    (void)state;
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &good_key, 1);
    for (int i = 0; i < 5; i++) {
        bench.now_ns += 20 * NS_PER_MIN;
        assert_answer(&bench, TTA_KEY_VALID, false);
    }
    assert_int_equal(loopback_server_request_count(bench.server), 5);
    assert_int_equal(loopback_server_connection_count(bench.server), 1);
    tear_down(&bench);
}

struct asker {
    struct bench *bench;
    struct tta_secret *secret;
    pthread_barrier_t *start;
    enum tta_status status;
    struct tta_key_result result;
};

static void *ask(void *context)
{
    struct asker *asker = context;
    (void)pthread_barrier_wait(asker->start);
    asker->status =
        tta_key_validate(asker->bench->validator, asker->bench->provider, loopback_server_url(asker->bench->server),
                         asker->secret, START_NS, &asker->result);
    return NULL;
}

enum { THREADS = 8 };

/* Up to twenty seconds, so that what hangs fails. */
static void wait_for_requests(struct loopback_server *server, size_t count)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < 20000 && loopback_server_request_count(server) < count; i++) {
        (void)nanosleep(&pause, NULL);
    }
    assert_int_equal(loopback_server_request_count(server), count);
}

/* Lets THREADS threads ask at once, each for its own secret.  Held answers come when there are so many requests. */
static void ask_together(struct bench *bench, struct tta_secret *const *secrets, struct asker *askers, size_t requests)
{
    pthread_t threads[THREADS];
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        askers[i] = (struct asker){.bench = bench, .secret = secrets[i], .start = &start};
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    wait_for_requests(bench->server, requests);
    loopback_server_go_on(bench->server);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(pthread_barrier_destroy(&start), 0);
}

static void threads_with_one_question_make_one_request(void **state)
{
    (void)state;
    struct loopback_answer slow = good_key;
    slow.delay_ns = 50 * NS_PER_MS; /* in which most of them ask; who is late finds the verdict kept */
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &slow, 1);
    struct tta_secret *secrets[THREADS];
    struct asker askers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        secrets[i] = bench.secret;
    }
    ask_together(&bench, secrets, askers, 1);
    int asked_count = 0;
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(askers[i].status, TTA_OK);
        assert_int_equal(askers[i].result.verdict, TTA_KEY_VALID);
        asked_count += !askers[i].result.from_cache;
    }
    assert_int_equal(asked_count, 1);
    assert_int_equal(loopback_server_request_count(bench.server), 1);
    tear_down(&bench);
}

static void threads_with_different_questions_do_not_wait_for_one_another(void **state)
{
    (void)state;
    struct loopback_answer held = good_key;
    held.is_held = true;
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &held, 1);
    struct tta_secret *secrets[THREADS];
    struct asker askers[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        char key[sizeof KEY + 1];
        (void)snprintf(key, sizeof key, "%s%zu", KEY, i);
        secrets[i] = secret_of(key);
    }
    ask_together(&bench, secrets, askers, THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(askers[i].status, TTA_OK);
        assert_int_equal(askers[i].result.verdict, TTA_KEY_VALID);
        tta_secret_destroy(secrets[i]);
    }
    assert_int_equal(loopback_server_request_count(bench.server), THREADS);
    assert_int_equal(loopback_server_connection_count(bench.server), THREADS);
    tear_down(&bench);
}

static void a_verdict_forgotten_in_the_air_is_not_kept(void **state)
{
    (void)state;
    struct loopback_answer held = refused;
    held.is_held = true;
    const struct loopback_answer script[] = {held, good_key};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, script, COUNT_OF(script));
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, 1), 0);
    struct asker asker = {.bench = &bench, .secret = bench.secret, .start = &start};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ask, &asker), 0);
    wait_for_requests(bench.server, 1);
    tta_key_forget(bench.validator, bench.provider, loopback_server_url(bench.server), bench.secret);
    assert_answer(&bench, TTA_KEY_VALID, false);
    loopback_server_go_on(bench.server);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(asker.result.verdict, TTA_KEY_INVALID);
    assert_answer(&bench, TTA_KEY_VALID, true);
    assert_int_equal(pthread_barrier_destroy(&start), 0);
    tear_down(&bench);
}

static void a_good_key_is_told_while_another_thread_asks_again(void **state)
{
    (void)state;
    struct loopback_answer held = refused;
    held.is_held = true;
    const struct loopback_answer script[] = {good_key, held};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, script, COUNT_OF(script));
    bench.now_ns = START_NS - 20 * NS_PER_MIN;
    assert_answer(&bench, TTA_KEY_VALID, false);
    bench.now_ns = START_NS;
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, 1), 0);
    struct asker asker = {.bench = &bench, .secret = bench.secret, .start = &start};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, ask, &asker), 0);
    wait_for_requests(bench.server, 2);
    assert_answer(&bench, TTA_KEY_VALID, true); /* had it waited, it would be invalid */
    loopback_server_go_on(bench.server);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(asker.result.verdict, TTA_KEY_INVALID);
    bench.now_ns += 2 * NS_PER_SEC;
    assert_answer(&bench, TTA_KEY_INVALID, true);
    assert_int_equal(pthread_barrier_destroy(&start), 0);
    tear_down(&bench);
}

static void an_outage_takes_nothing_from_a_good_key(void **state)
{
    (void)state;
    const struct loopback_answer script[] = {good_key, {.status = 500}, {.status = 503}, refused};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, script, COUNT_OF(script));
    assert_answer(&bench, TTA_KEY_VALID, false);
    bench.now_ns += 20 * NS_PER_MIN;
    assert_answer(&bench, TTA_KEY_VALID, true);
    assert_int_equal(loopback_server_request_count(bench.server), 2);
    bench.now_ns += 4 * NS_PER_SEC;
    assert_answer(&bench, TTA_KEY_VALID, true);
    assert_int_equal(loopback_server_request_count(bench.server), 2); /* which was put off */
    bench.now_ns += 2 * NS_PER_SEC;
    struct tta_key_result result = validate(&bench);
    assert_int_equal(result.verdict, TTA_KEY_VALID);
    assert_non_null(strstr(result.sentence, "no answer"));
    assert_int_equal(loopback_server_request_count(bench.server), 3);
    bench.now_ns += 12 * NS_PER_SEC;
    assert_answer(&bench, TTA_KEY_INVALID, false);
    tear_down(&bench);
}

static struct tta_key_result validate_text(struct bench *bench, const char *text)
{
    struct tta_secret *own = bench->secret;
    bench->secret = secret_of(text);
    struct tta_key_result result = validate(bench);
    tta_secret_destroy(bench->secret);
    bench->secret = own;
    return result;
}

static void a_flood_of_bad_keys_costs_the_provider_next_to_nothing(void **state)
{
    (void)state;
    enum { KEYS = 600 };
    const struct loopback_answer script[] = {good_key, refused};
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, script, COUNT_OF(script));
    tta_key_validator_destroy(bench.validator);
    bench.validator = new_validator(5 * NS_PER_SEC, 64);
    assert_answer(&bench, TTA_KEY_VALID, false);
    size_t put_off_count = 0;
    for (int i = 0; i < 2 * KEYS; i++) { /* each once and once more */
        char key[128];
        (void)snprintf(key, sizeof key, i % 3 == 0 ? "rubbish-%d" : "sk-or-v1-%064d", i % KEYS);
        struct tta_key_result result = validate_text(&bench, key);
        bool is_put_off = result.retry_ns > 0;
        assert_int_equal(result.verdict, is_put_off ? TTA_KEY_UNKNOWN : TTA_KEY_INVALID);
        assert_int_equal(result.http_status, is_put_off ? 0 : 401);
        assert_false(is_put_off && tta_key_verdict_blocks(result.verdict));
        put_off_count += is_put_off;
        bench.now_ns += 5 * NS_PER_MS;
    }
    size_t allowed = 1 + 16 + 2 * KEYS * 5 / 1000; /* the good one, the burst, and one a second */
    assert_in_range(loopback_server_request_count(bench.server), 16, allowed);
    assert_true(put_off_count > KEYS);
    assert_answer(&bench, TTA_KEY_VALID, true);
    size_t requests = loopback_server_request_count(bench.server);
    bench.now_ns += 12 * NS_PER_MIN;
    for (int i = 0; i < 100; i++) {
        char key[128];
        (void)snprintf(key, sizeof key, "sk-or-v1-%064d", KEYS + i);
        (void)validate_text(&bench, key);
    }
    assert_answer(&bench, TTA_KEY_INVALID, false); /* a key that was accepted is asked about all the same */
    assert_int_equal(loopback_server_request_count(bench.server), requests + 16 + 1);
    tear_down(&bench);
}

static void survives_every_allocation_failure(void **state)
{
    (void)state;
    struct bench bench = set_up(TTA_PROVIDER_OPENROUTER, &good_key, 1);
    for (size_t n = 1;; n++) {
        struct tta_key_result result = {.http_status = 77};
        alloc_fault_after(n);
        enum tta_status status =
            tta_key_validate(bench.validator, bench.provider, loopback_server_url(bench.server), bench.secret,
                             bench.now_ns, &result);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, TTA_OK);
            break;
        }
        assert_int_equal(status, TTA_NO_MEMORY);
        assert_int_equal(result.http_status, 77);
    }
    const struct tta_key_validator_options options = tta_key_validator_defaults();
    for (size_t n = 1;; n++) {
        struct tta_key_validator *validator = NULL;
        struct tta_error err;
        alloc_fault_after(n);
        enum tta_status status = tta_key_validator_create(&options, &validator, &err);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, TTA_OK);
            tta_key_validator_destroy(validator);
            break;
        }
        assert_int_equal(status, TTA_NO_MEMORY);
        assert_int_equal(err.status, TTA_NO_MEMORY);
        assert_null(validator);
    }
    tear_down(&bench);
}

static struct tta_key_result verdict_after(struct tta_key_validator *validator, enum tta_provider provider,
                                           const struct tta_finding *finding, bool *out_is_learnt)
{
    struct tta_secret *secret;
    struct tta_key_result result;
    static const char url[] = "http://127.0.0.1:1/v1"; /* where nobody listens: what is asked for is unknown */
    assert_int_equal(tta_secret_create("sk-traffic-0123456789", 21, &secret), TTA_OK);
    tta_key_forget(validator, provider, url, secret);
    *out_is_learnt = tta_key_learn(validator, provider, url, secret, finding, 1000);
    assert_int_equal(tta_key_validate(validator, provider, url, secret, 2000, &result), TTA_OK);
    tta_secret_destroy(secret);
    return result;
}

static void traffic_confirms_and_revokes_without_a_probe(void **state)
{
    (void)state;
    static const struct {
        enum tta_provider provider;
        struct tta_finding finding;
        enum tta_key_verdict verdict; /* UNKNOWN: nothing was learnt */
    } cases[] = {
        {TTA_PROVIDER_OPENAI, {.failure = TTA_FAILURE_NONE, .http_status = 200}, TTA_KEY_VALID},
        {TTA_PROVIDER_OPENAI, {.failure = TTA_FAILURE_AUTH, .http_status = 401}, TTA_KEY_INVALID},
        {TTA_PROVIDER_OPENAI, {.failure = TTA_FAILURE_AUTH, .http_status = 403}, TTA_KEY_FORBIDDEN},
        {TTA_PROVIDER_OPENAI, {.failure = TTA_FAILURE_QUOTA, .http_status = 429}, TTA_KEY_NO_CREDIT},
        {TTA_PROVIDER_OPENAI, {.failure = TTA_FAILURE_RATE_LIMIT, .retry_after_ns = 9000}, TTA_KEY_RATE_LIMITED},
        {TTA_PROVIDER_OPENROUTER, {.failure = TTA_FAILURE_RATE_LIMIT, .is_upstream = true}, TTA_KEY_UNKNOWN},
        {TTA_PROVIDER_OPENAI, {.failure = TTA_FAILURE_SERVER, .http_status = 500}, TTA_KEY_UNKNOWN},
        {TTA_PROVIDER_OPENAI, {.failure = TTA_FAILURE_CONNECT}, TTA_KEY_UNKNOWN},
        {TTA_PROVIDER_CUSTOM, {.failure = TTA_FAILURE_NONE, .http_status = 200}, TTA_KEY_UNKNOWN},
        {TTA_PROVIDER_CUSTOM, {.failure = TTA_FAILURE_AUTH, .http_status = 401}, TTA_KEY_INVALID},
    };
    const struct tta_key_validator_options options = tta_key_validator_defaults();
    struct tta_key_validator *validator;
    assert_int_equal(tta_key_validator_create(&options, &validator, NULL), TTA_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool is_learnt;
        struct tta_key_result result = verdict_after(validator, cases[i].provider, &cases[i].finding, &is_learnt);
        assert_string_equal(tta_key_verdict_name(result.verdict), tta_key_verdict_name(cases[i].verdict));
        assert_int_equal(is_learnt, cases[i].verdict != TTA_KEY_UNKNOWN);
        assert_int_equal(result.from_cache, is_learnt);
    }
    tta_key_validator_destroy(validator);
}

static void rejects_options_out_of_range(void **state)
{
    (void)state;
    const struct {
        struct tta_key_validator_options options;
        const char *named;
    } bad[] = {
        {{.timeout_ns = 0}, "timeout_ns"},
        {{.timeout_ns = -1}, "timeout_ns"},
        {{.timeout_ns = INT64_MAX}, "timeout_ns"},
        {{.timeout_ns = 1, .connect_timeout_ns = 0}, "connect_timeout_ns"},
        {{.timeout_ns = 1, .connect_timeout_ns = INT64_MAX}, "connect_timeout_ns"},
        {{.timeout_ns = 1, .connect_timeout_ns = 1, .cache_entries = 0}, "cache_entries"},
        {{.timeout_ns = 1, .connect_timeout_ns = 1, .cache_entries = SIZE_MAX}, "cache_entries"},
        {{1, 1, 1, 0, 1, NULL}, "probes_per_sec"},
        {{1, 1, 1, -1, 1, NULL}, "probes_per_sec"},
        {{1, 1, 1, NAN, 1, NULL}, "probes_per_sec"},
        {{1, 1, 1, INFINITY, 1, NULL}, "probes_per_sec"},
        {{1, 1, 1, 1, 0.5, NULL}, "probe_burst"},
        {{1, 1, 1, 1, NAN, NULL}, "probe_burst"},
        {{1, 1, 1, 1, 1e9, NULL}, "probe_burst"},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct tta_key_validator *validator = NULL;
        struct tta_error err;
        memset(&err, 0xee, sizeof err);
        assert_int_equal(tta_key_validator_create(&bad[i].options, &validator, &err), TTA_BAD_ARGUMENT);
        assert_null(validator);
        assert_int_equal(err.status, TTA_BAD_ARGUMENT);
        assert_int_equal(err.line, 0);
        assert_non_null(strstr(err.message, bad[i].named));
        assert_int_equal(tta_key_validator_create(&bad[i].options, &validator, NULL), TTA_BAD_ARGUMENT);
    }
    tta_key_validator_destroy(NULL);
}

static void verdicts_have_names_and_only_two_block(void **state)
{
    (void)state;
    static const char *const names[] = {"valid",     "invalid",      "expired",      "forbidden",
                                        "no_credit", "rate_limited", "unverifiable", "unknown"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        enum tta_key_verdict verdict = (enum tta_key_verdict)i;
        assert_string_equal(tta_key_verdict_name(verdict), names[i]);
        assert_int_equal(tta_key_verdict_blocks(verdict), verdict == TTA_KEY_INVALID || verdict == TTA_KEY_EXPIRED);
    }
    assert_string_equal(tta_key_verdict_name((enum tta_key_verdict)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_the_answers_of_a_server),
        cmocka_unit_test(understands_a_date_in_retry_after),
        cmocka_unit_test(a_list_beyond_64_kib_is_read),
        cmocka_unit_test(an_answer_beyond_all_measure_is_not_read),
        cmocka_unit_test(a_silent_server_says_nothing_about_the_key),
        cmocka_unit_test(a_refused_connection_says_nothing_about_the_key),
        cmocka_unit_test(a_server_without_tls_never_sees_the_key),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(proxies_of_the_environment_are_not_used),
        cmocka_unit_test(each_provider_gets_the_key_in_its_own_header),
        cmocka_unit_test(a_list_that_anybody_gets_proves_nothing),
        cmocka_unit_test(nobody_is_asked_where_nobody_could_tell),
        cmocka_unit_test(rejects_questions_without_a_place),
        cmocka_unit_test(a_verdict_is_kept_for_its_time),
        cmocka_unit_test(the_wait_of_a_rate_limit_shrinks_with_time),
        cmocka_unit_test(a_good_verdict_does_not_outlive_its_key),
        cmocka_unit_test(a_forgotten_verdict_is_asked_for_again),
        cmocka_unit_test(other_questions_are_asked_on_their_own),
        cmocka_unit_test(a_full_cache_drops_the_oldest_verdict),
        cmocka_unit_test(requests_use_one_warm_connection),
        cmocka_unit_test(threads_with_one_question_make_one_request),
        cmocka_unit_test(threads_with_different_questions_do_not_wait_for_one_another),
        cmocka_unit_test(a_verdict_forgotten_in_the_air_is_not_kept),
        cmocka_unit_test(a_good_key_is_told_while_another_thread_asks_again),
        cmocka_unit_test(an_outage_takes_nothing_from_a_good_key),
        cmocka_unit_test(a_flood_of_bad_keys_costs_the_provider_next_to_nothing),
        cmocka_unit_test(survives_every_allocation_failure),
        cmocka_unit_test(traffic_confirms_and_revokes_without_a_probe),
        cmocka_unit_test(rejects_options_out_of_range),
        cmocka_unit_test(verdicts_have_names_and_only_two_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
