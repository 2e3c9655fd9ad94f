// SPDX-License-Identifier: MIT
/*
 * A listing is asked for where the provider has it; of several the best is tried
 * first, and the next where a server does not know that one.  Every answer is
 * read before it is kept, so that what is kept can be read.
 */
#include "tta/fetch.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "tta/fail.h"
#include "tta/fetch_outcome.h"
#include "tta/http.h"
#include "tta/key_request.h"
#include "tta/listing.h"
#include "tta/secret.h"

#define NS_PER_SEC INT64_C(1000000000)
#define MAX_URL_BYTES (TTA_KEY_MAX_BASE_URL_BYTES + 512)
#define MAX_PAGES 20
#define MAX_ANSWERS (MAX_PAGES + 1 + TTA_MAX_ENDPOINTS_OF)
#define MAX_TIMEOUT_NS (INT64_C(7) * 24 * 3600 * NS_PER_SEC)

struct tta_fetched {
    enum tta_fetch_outcome outcome;
    int http_status;
    int64_t retry_ns;
    char sentence[TTA_FETCH_SENTENCE_BYTES];
    char origin[TTA_MAX_ID_BYTES + 1];
    struct tta_answer answers[MAX_ANSWERS];
    char *texts[MAX_ANSWERS]; /* of the answers */
    size_t answer_count;
    struct tta_list list;
    struct tta_catalogue *catalogue;
};

/* One fetch while it is under way. */
struct session {
    const struct tta_server *server;
    const struct tta_fetch_options *options;
    const struct tta_provider_kind *kind;
    struct tta_fetched *fetched;
    CURL *handle;
    struct curl_slist *headers;
    struct str base;
    int64_t deadline_ns;
    size_t bytes_left;
};

struct tta_fetch_options tta_fetch_defaults(void)
{
    return (struct tta_fetch_options){
        .timeout_ns = 30 * NS_PER_SEC,
        .connect_timeout_ns = 5 * NS_PER_SEC,
        .max_bytes = (size_t)32 << 20,
        .max_details = 200,
    };
}

static void end_with(struct tta_fetched *fetched, enum tta_fetch_outcome outcome)
{
    fetched->outcome = outcome;
    tta_fetch_outcome_say(outcome, fetched->http_status, fetched->sentence);
}

/* Sends one request within what is left of time and size; the body of a good answer is the caller's. */
static enum tta_status request(struct session *session, const char *url, const char *post,
                               enum tta_fetch_outcome *out_outcome, struct buf *out_body)
{
    int64_t left_ns = session->deadline_ns - base_clock_monotonic_ns();
    const struct tta_secret *key = session->server->key;
    struct tta_http_answer answer = {.delivery = TTA_DELIVERY_TIMED_OUT,
                                     .secret = key ? tta_secret_bytes(key) : (struct str){NULL, 0}};
    enum tta_status status = TTA_OK;
    base_buf_init(&answer.body, session->bytes_left);
    if (left_ns > 0) {
        bool is_set = curl_easy_setopt(session->handle, CURLOPT_TIMEOUT_MS, tta_http_whole_ms(left_ns)) == CURLE_OK;
        status = is_set ? tta_http_exchange(session->handle, url, session->headers, post, &answer) : TTA_NO_MEMORY;
    }
    if (status != TTA_OK) {
        base_buf_deinit(&answer.body);
        return status;
    }
    session->fetched->http_status = answer.delivery == TTA_DELIVERY_ANSWERED ? answer.http_status : 0;
    session->fetched->retry_ns = answer.delivery == TTA_DELIVERY_ANSWERED ? answer.retry_ns : 0;
    session->bytes_left -= answer.body.len;
    *out_outcome = tta_fetch_outcome_of(&answer);
    if (*out_outcome == TTA_FETCH_GOOD) {
        *out_body = answer.body;
    } else {
        base_buf_deinit(&answer.body);
    }
    return TTA_OK;
}

/* Keeps a text, which is consumed, if it can be read as that listing.  TTA_BAD_SYNTAX if not. */
static enum tta_status keep(struct session *session, enum tta_listing listing, struct buf *text)
{
    struct tta_fetched *fetched = session->fetched;
    struct tta_catalogue *catalogue = NULL;
    enum tta_status status = tta_catalogue_parse(listing, text->ptr, text->len, &catalogue, NULL);
    tta_catalogue_destroy(catalogue);
    size_t len = text->len;
    char *bytes = status == TTA_OK ? base_buf_take(text) : NULL;
    base_buf_deinit(text);
    if (status != TTA_OK || !bytes) {
        return status != TTA_OK && status != TTA_NO_MEMORY ? TTA_BAD_SYNTAX : TTA_NO_MEMORY;
    }
    fetched->texts[fetched->answer_count] = bytes;
    fetched->answers[fetched->answer_count++] = (struct tta_answer){listing, bytes, len};
    return TTA_OK;
}

/* Asks for one page of a listing; the page is then the last answer. */
static enum tta_status fetch_page(struct session *session, enum tta_listing listing, const char *cursor,
                                  enum tta_fetch_outcome *out_outcome)
{
    char url[MAX_URL_BYTES];
    struct buf body;
    int len = snprintf(url, sizeof(url), "%.*s%s%s%s", STR_ARGS(session->base), tta_listing_kind_of(listing)->path,
                       cursor ? "&after_id=" : "", cursor ? cursor : "");
    if (len < 0 || (size_t)len >= sizeof(url)) {
        *out_outcome = TTA_FETCH_NO_LIST;
        return TTA_OK;
    }
    enum tta_status status = request(session, url, NULL, out_outcome, &body);
    if (status == TTA_OK && *out_outcome == TTA_FETCH_GOOD) {
        status = keep(session, listing, &body);
        if (status == TTA_BAD_SYNTAX) {
            *out_outcome = TTA_FETCH_NO_LIST;
            status = TTA_OK;
        }
    }
    return status;
}

/* Where the page behind the last answer begins, as Anthropic says it; false if there is none.  What is no plain id is
 * none: it goes into a URL. */
static bool next_cursor(const struct tta_fetched *fetched, char *out_cursor, size_t size)
{
    const struct tta_answer *last = &fetched->answers[fetched->answer_count - 1];
    struct json json;
    struct json_flaw flaw;
    bool has_next = false;
    if (base_json_read((struct str){last->json, last->len}, &json, &flaw) == JSON_READ) {
        struct json_value root = base_json_root(&json);
        size_t len = base_json_text(base_json_member(root, "last_id"), out_cursor, size);
        has_next = base_json_is_true(base_json_member(root, "has_more")) && len > 0 && len < size &&
                   strspn(out_cursor, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
        base_json_deinit(&json);
    }
    return has_next;
}

static enum tta_status fetch_pages(struct session *session, enum tta_listing listing,
                                   enum tta_fetch_outcome *out_outcome)
{
    char cursor[TTA_MAX_ID_BYTES + 1];
    enum tta_status status = fetch_page(session, listing, NULL, out_outcome);
    while (status == TTA_OK && *out_outcome == TTA_FETCH_GOOD && listing == TTA_LISTING_ANTHROPIC &&
           session->fetched->answer_count < MAX_PAGES && next_cursor(session->fetched, cursor, sizeof(cursor))) {
        status = fetch_page(session, listing, cursor, out_outcome);
    }
    return status;
}

/* Whether a server that ended so may answer another question. */
static bool is_worth_another(enum tta_fetch_outcome outcome)
{
    return outcome == TTA_FETCH_REFUSED || outcome == TTA_FETCH_NO_LIST;
}

/* The next of ids with commas between; false behind the last one. */
static bool next_id(struct str *rest, struct str *out_id)
{
    if (rest->len == 0) {
        return false;
    }
    const char *comma = memchr(rest->ptr, ',', rest->len);
    size_t len = comma ? (size_t)(comma - rest->ptr) : rest->len;
    *out_id = base_str_trim((struct str){rest->ptr, len});
    *rest = comma ? (struct str){comma + 1, rest->len - len - 1} : (struct str){rest->ptr + len, 0};
    return true;
}

/* AUTHOR/NAME in characters that mean nothing else in a URL. */
static bool is_model_id(struct str id)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-~:/";
    size_t slashes = 0;
    for (size_t i = 0; i < id.len; i++) {
        if (!memchr(plain, id.ptr[i], sizeof(plain) - 1)) {
            return false;
        }
        slashes += id.ptr[i] == '/';
    }
    return slashes == 1 && id.ptr[0] != '/' && id.ptr[id.len - 1] != '/' && id.len <= TTA_MAX_ID_BYTES;
}

/* Who serves the models that were named.  Without it the list is good too. */
static enum tta_status fetch_endpoints(struct session *session)
{
    struct tta_fetched *fetched = session->fetched;
    enum tta_fetch_outcome outcome = TTA_FETCH_GOOD;
    enum tta_status status = TTA_OK;
    struct str rest = base_str(session->server->endpoints_of), id;
    int http_status = fetched->http_status;
    while (status == TTA_OK && (outcome == TTA_FETCH_GOOD || is_worth_another(outcome)) && next_id(&rest, &id)) {
        char url[MAX_URL_BYTES];
        struct buf body;
        (void)snprintf(url, sizeof(url), "%.*s/models/%.*s/endpoints", STR_ARGS(session->base),
                       STR_ARGS(id)); /* fits: both were checked */
        status = request(session, url, NULL, &outcome, &body);
        if (status == TTA_OK && outcome == TTA_FETCH_GOOD) {
            status = keep(session, TTA_LISTING_OPENROUTER_ENDPOINTS, &body);
            status = status == TTA_BAD_SYNTAX ? TTA_OK : status; /* what cannot be read is left out */
        }
    }
    fetched->http_status = http_status; /* of the list */
    fetched->retry_ns = 0;
    return status;
}

/* Adds "NAME":ANSWER of one model to `out`; whether to go on with the next one. */
static enum tta_status fetch_detail(struct session *session, const char *id, struct buf *out, bool *out_goes_on)
{
    char url[MAX_URL_BYTES];
    enum tta_fetch_outcome outcome = TTA_FETCH_NO_LIST;
    struct buf post, body, single;
    base_buf_init(&post, 8 * TTA_MAX_ID_BYTES);
    base_buf_add_cstr(&post, "{\"model\":");
    base_json_add_text(&post, id);
    base_buf_add_cstr(&post, "}");
    (void)snprintf(url, sizeof(url), "%.*s/api/show", STR_ARGS(session->base)); /* fits */
    enum tta_status status =
        base_buf_ok(&post) ? request(session, url, base_buf_cstr(&post), &outcome, &body) : TTA_NO_MEMORY;
    base_buf_deinit(&post);
    *out_goes_on = outcome == TTA_FETCH_GOOD || outcome == TTA_FETCH_REFUSED || outcome == TTA_FETCH_NO_LIST;
    if (status != TTA_OK || outcome != TTA_FETCH_GOOD) {
        return status;
    }
    struct tta_catalogue *catalogue = NULL;
    base_buf_init(&single, out->max_len);
    base_json_add_text(&single, id);
    base_buf_add_char(&single, ':');
    base_buf_add(&single, base_buf_str(&body));
    struct buf whole;
    base_buf_init(&whole, out->max_len);
    base_buf_addf(&whole, "{%s}", base_buf_cstr(&single));
    status = base_buf_ok(&single) && base_buf_ok(&whole)
                 ? tta_catalogue_parse(TTA_LISTING_OLLAMA_SHOW, whole.ptr, whole.len, &catalogue, NULL)
                 : TTA_NO_MEMORY;
    if (status == TTA_OK) {
        base_buf_add_cstr(out, out->len > 1 ? ",\n" : "");
        base_buf_add(out, base_buf_str(&single));
    }
    tta_catalogue_destroy(catalogue);
    base_buf_deinit(&whole);
    base_buf_deinit(&single);
    base_buf_deinit(&body);
    return status == TTA_NO_MEMORY ? status : TTA_OK; /* what cannot be read is left out */
}

/* What Ollama knows of each model.  Without it the list is good too. */
static enum tta_status fetch_details(struct session *session)
{
    struct tta_fetched *fetched = session->fetched;
    struct tta_catalogue *tags = NULL;
    struct buf all;
    bool goes_on = true;
    enum tta_status status =
        tta_catalogue_parse(TTA_LISTING_OLLAMA_TAGS, fetched->answers[0].json, fetched->answers[0].len, &tags, NULL);
    size_t count = status == TTA_OK ? tta_catalogue_count(tags) : 0;
    int http_status = fetched->http_status;
    base_buf_init(&all, 2 * session->options->max_bytes + 2);
    base_buf_add_char(&all, '{');
    for (size_t i = 0; i < count && i < session->options->max_details && goes_on && status == TTA_OK; i++) {
        status = fetch_detail(session, tta_catalogue_model(tags, i).id, &all, &goes_on);
    }
    base_buf_add_char(&all, '}');
    tta_catalogue_destroy(tags);
    fetched->http_status = http_status; /* of the list */
    fetched->retry_ns = 0;
    if (status != TTA_OK || !base_buf_ok(&all) || all.len <= 2) {
        base_buf_deinit(&all);
        return status;
    }
    status = keep(session, TTA_LISTING_OLLAMA_SHOW, &all);
    return status == TTA_BAD_SYNTAX ? TTA_OK : status;
}

static enum tta_status fetch_list(struct session *session)
{
    enum tta_fetch_outcome outcome = TTA_FETCH_NO_LIST;
    enum tta_status status = TTA_OK;
    size_t most = sizeof(session->kind->listings) / sizeof(session->kind->listings[0]);
    for (size_t i = 0; i < most && session->kind->listings[i] && status == TTA_OK && is_worth_another(outcome); i++) {
        if (session->kind->listings[i]->path) {
            status = fetch_pages(session, (enum tta_listing)((int)session->kind->first_listing + (int)i), &outcome);
        }
    }
    if (status == TTA_OK && outcome == TTA_FETCH_GOOD && session->server->provider == TTA_PROVIDER_OLLAMA &&
        session->options->max_details > 0) {
        status = fetch_details(session);
    }
    if (status == TTA_OK && outcome == TTA_FETCH_GOOD && session->server->endpoints_of) {
        status = fetch_endpoints(session);
    }
    if (status == TTA_OK) {
        end_with(session->fetched, outcome);
    }
    return status;
}

/* What is read of the answers, all together. */
static enum tta_status read_list(struct session *session)
{
    struct tta_fetched *fetched = session->fetched;
    const char *origin = session->server->origin;
    (void)snprintf(fetched->origin, sizeof(fetched->origin), "%s", origin ? origin : ""); /* as long as was checked */
    fetched->list = (struct tta_list){
        .provider = session->server->provider,
        .origin = fetched->origin,
        .fetched_unix_s = base_clock_unix_ns() / NS_PER_SEC,
        .answers = fetched->answers,
        .answer_count = fetched->answer_count,
    };
    enum tta_status status = tta_list_read(&fetched->list, &fetched->catalogue, NULL);
    if (status != TTA_OK && status != TTA_NO_MEMORY) {
        fetched->catalogue = NULL;
        end_with(fetched, TTA_FETCH_NO_LIST);
        return TTA_OK;
    }
    return status;
}

/* Lends libcurl the header lines, among them that of the key, which is wiped afterwards. */
static enum tta_status fetch_with_headers(struct session *session)
{
    char accept[] = "Accept: application/json", type[] = "Content-Type: application/json";
    char version[] = "anthropic-version: 2023-06-01", line[TTA_KEY_LINE_BYTES];
    bool uses_x_api_key = session->kind->info.auth == TTA_AUTH_X_API_KEY;
    struct curl_slist type_line = {.data = type};
    struct curl_slist accept_line = {.data = accept, .next = &type_line};
    struct curl_slist version_line = {.data = version, .next = &accept_line};
    struct curl_slist key_line = {.data = line, .next = uses_x_api_key ? &version_line : &accept_line};
    session->headers = session->server->key ? &key_line : key_line.next;
    if (session->server->key) {
        tta_key_line(tta_secret_bytes(session->server->key), uses_x_api_key, line);
    }
    enum tta_status status = fetch_list(session);
    if (session->server->key) {
        sodium_memzero(line, sizeof(line));
    }
    return status == TTA_OK && session->fetched->outcome == TTA_FETCH_GOOD ? read_list(session) : status;
}

/* The base URL without what the paths begin with, checked. */
static enum tta_status find_base(struct session *session, bool *out_key_is_kept, struct tta_error *err)
{
    const struct tta_server *server = session->server;
    const char *base = server->base_url ? server->base_url : session->kind->info.base_url;
    if (!base) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "provider %s has no address of its own: a base URL is needed",
                        session->kind->info.name);
    }
    enum tta_status status = tta_key_may_go_to(base, server->key, out_key_is_kept);
    if (status != TTA_OK) {
        return tta_fail(err, status, 0, "the base URL must begin with http:// or https://, have none of ? # @ and at "
                                        "most %d bytes", TTA_KEY_MAX_BASE_URL_BYTES);
    }
    session->base = base_str(base);
    while (base_str_ends_with(session->base, STR("/"))) {
        session->base.len--;
    }
    bool has_version = server->provider == TTA_PROVIDER_LM_STUDIO || server->provider == TTA_PROVIDER_ANTHROPIC ||
                       server->provider == TTA_PROVIDER_OLLAMA;
    if (has_version && base_str_ends_with(session->base, STR("/v1"))) { /* of its OpenAI side, which others want */
        session->base.len -= 3;
    }
    return TTA_OK;
}

static enum tta_status check(const struct tta_server *server, const struct tta_fetch_options *options,
                             struct tta_error *err)
{
    if ((int)server->provider < 0 || server->provider >= TTA_PROVIDER_COUNT ||
        server->provider == TTA_PROVIDER_LOCAL) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "there is nobody to ask for that provider's list");
    }
    if (server->origin && strlen(server->origin) > TTA_MAX_ID_BYTES) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "the origin is longer than %d bytes", TTA_MAX_ID_BYTES);
    }
    size_t endpoints = 0;
    struct str rest = base_str(server->endpoints_of ? server->endpoints_of : ""), id;
    while (next_id(&rest, &id)) {
        if (!is_model_id(id)) {
            return tta_fail(err, TTA_BAD_ARGUMENT, 0, "'%.*s' is no id of a model, as in 'openai/gpt-4o'",
                            (int)(id.len < 100 ? id.len : 100), id.ptr);
        }
        endpoints++;
    }
    if (endpoints > (server->provider == TTA_PROVIDER_OPENROUTER ? TTA_MAX_ENDPOINTS_OF : 0)) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0,
                        "only OpenRouter is asked for endpoints, of at most %d models", TTA_MAX_ENDPOINTS_OF);
    }
    if (options->timeout_ns <= 0 || options->timeout_ns > MAX_TIMEOUT_NS || options->connect_timeout_ns <= 0 ||
        options->connect_timeout_ns > MAX_TIMEOUT_NS || options->max_bytes == 0 ||
        options->max_bytes > TTA_MAX_CATALOGUE_BYTES / 2) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "a time-out or the limit of size is out of range");
    }
    return TTA_OK;
}

enum tta_status tta_fetch(const struct tta_server *server, const struct tta_fetch_options *options,
                          struct tta_fetched **out_fetched, struct tta_error *err)
{
    struct session session = {.server = server, .options = options, .bytes_left = options->max_bytes};
    bool key_is_kept = false;
    enum tta_status status = check(server, options, err);
    if (status == TTA_OK) {
        session.kind = tta_provider_kind_of(server->provider);
        status = find_base(&session, &key_is_kept, err);
    }
    if (status != TTA_OK) {
        return status;
    }
    if (!tta_http_start()) {
        return tta_fail(err, TTA_NO_SERVICE, 0, "libcurl could not start");
    }
    session.fetched = base_alloc_array(1, sizeof(*session.fetched));
    session.handle =
        tta_http_open(tta_http_whole_ms(options->timeout_ns), tta_http_whole_ms(options->connect_timeout_ns));
    status = session.fetched && session.handle && tta_http_trust(session.handle, server->ca_file) &&
                     curl_easy_setopt(session.handle, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK /* all it can unpack */
                 ? TTA_OK
                 : TTA_NO_MEMORY;
    session.deadline_ns = base_clock_monotonic_ns() + options->timeout_ns;
    if (status == TTA_OK && key_is_kept) {
        end_with(session.fetched, TTA_FETCH_KEY_KEPT);
    } else if (status == TTA_OK) {
        status = fetch_with_headers(&session);
    }
    curl_easy_cleanup(session.handle);
    if (status != TTA_OK) {
        tta_fetched_destroy(session.fetched);
        return tta_fail(err, status, 0, "no memory to ask %s", session.kind->info.name);
    }
    *out_fetched = session.fetched;
    return TTA_OK;
}

void tta_fetched_destroy(struct tta_fetched *fetched)
{
    if (!fetched) {
        return;
    }
    for (size_t i = 0; i < fetched->answer_count; i++) {
        free(fetched->texts[i]);
    }
    tta_catalogue_destroy(fetched->catalogue);
    free(fetched);
}

enum tta_fetch_outcome tta_fetched_outcome(const struct tta_fetched *fetched)
{
    return fetched->outcome;
}

int tta_fetched_http_status(const struct tta_fetched *fetched)
{
    return fetched->http_status;
}

int64_t tta_fetched_retry_ns(const struct tta_fetched *fetched)
{
    return fetched->retry_ns;
}

const char *tta_fetched_sentence(const struct tta_fetched *fetched)
{
    return fetched->sentence;
}

const struct tta_list *tta_fetched_list(const struct tta_fetched *fetched)
{
    return fetched->outcome == TTA_FETCH_GOOD ? &fetched->list : NULL;
}

const struct tta_catalogue *tta_fetched_catalogue(const struct tta_fetched *fetched)
{
    return fetched->outcome == TTA_FETCH_GOOD ? fetched->catalogue : NULL;
}
