// SPDX-License-Identifier: MIT
/*
 * A key must reach nobody but the one it was given for.  So a base URL may not
 * hold credentials or a query of its own, and a key that plainly is of one
 * provider is not sent to the hosts of another, even when the configuration
 * says so: that is a mistake in pasting, and the answer "invalid" would cost
 * the user the key.  Any other host is the choice of whoever configured it.
 */
#include "tta/key_request.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* A thousand fine-tuned models make a list of some 130 KB. */
enum { MAX_KEY_BYTES = 64 * 1024, MAX_MODELS_BYTES = 1024 * 1024 };

/* Ollama has no keys and would answer anybody; so would a model in the process. */
static const struct {
    const char *own_base;
    const char *path; /* NULL: there is nothing to ask */
    enum tta_key_shape shape;
    size_t max_answer_bytes;
    bool uses_x_api_key;
    bool may_be_public;
} requests[TTA_PROVIDER_COUNT] = {
    [TTA_PROVIDER_OPENROUTER] = {"https://openrouter.ai/api/v1", "/key", TTA_SHAPE_KEY, MAX_KEY_BYTES, false, false},
    [TTA_PROVIDER_OPENAI] = {"https://api.openai.com/v1", "/models", TTA_SHAPE_MODELS, MAX_MODELS_BYTES, false, false},
    [TTA_PROVIDER_ANTHROPIC] = {"https://api.anthropic.com", "/v1/models?limit=1", TTA_SHAPE_MODELS, MAX_MODELS_BYTES,
                                true, false},
    [TTA_PROVIDER_LM_STUDIO] = {NULL, "/models", TTA_SHAPE_MODELS, MAX_MODELS_BYTES, false, true},
    [TTA_PROVIDER_CUSTOM] = {NULL, "/models", TTA_SHAPE_MODELS, MAX_MODELS_BYTES, false, true},
};

static const struct {
    const char *domain;
    enum tta_provider provider;
} domains[] = {
    {"openrouter.ai", TTA_PROVIDER_OPENROUTER},
    {"openai.com", TTA_PROVIDER_OPENAI},
    {"anthropic.com", TTA_PROVIDER_ANTHROPIC},
};

static bool is_within_domain(const char *host, const char *domain)
{
    struct str name = base_str(host);
    size_t len = strlen(domain);
    if (base_str_ends_with(name, STR("."))) {
        name.len--; /* the root, spelt out */
    }
    if (name.len < len || !curl_strnequal(name.ptr + name.len - len, domain, len)) {
        return false;
    }
    return name.len == len || name.ptr[name.len - len - 1] == '.';
}

/* Whose host that is, or TTA_PROVIDER_COUNT. */
static enum tta_provider host_owner(const char *host)
{
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++) {
        if (is_within_domain(host, domains[i].domain)) {
            return domains[i].provider;
        }
    }
    return TTA_PROVIDER_COUNT;
}

static enum tta_status status_of(CURLUcode code)
{
    if (code == CURLUE_OK) {
        return TTA_OK;
    }
    return code == CURLUE_OUT_OF_MEMORY ? TTA_NO_MEMORY : TTA_BAD_ARGUMENT;
}

static enum tta_status check_scheme(CURLU *url)
{
    char *scheme = NULL;
    enum tta_status status = status_of(curl_url_get(url, CURLUPART_SCHEME, &scheme, 0));
    if (status == TTA_OK && strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) {
        status = TTA_BAD_ARGUMENT;
    }
    curl_free(scheme);
    return status;
}

static enum tta_status read_host_owner(CURLU *url, enum tta_provider *out_owner)
{
    char *host = NULL;
    enum tta_status status = status_of(curl_url_get(url, CURLUPART_HOST, &host, 0));
    if (status == TTA_OK) {
        *out_owner = host_owner(host);
    }
    curl_free(host);
    return status;
}

/* Reads a base URL with the parser that will later be used to send. */
static enum tta_status read_base_url(const char *base_url, enum tta_provider *out_owner)
{
    if (strlen(base_url) > TTA_KEY_MAX_BASE_URL_BYTES || strpbrk(base_url, "?#@")) {
        return TTA_BAD_ARGUMENT;
    }
    CURLU *url = curl_url();
    if (!url) {
        return TTA_NO_MEMORY;
    }
    enum tta_status status = status_of(curl_url_set(url, CURLUPART_URL, base_url, 0));
    if (status == TTA_OK) {
        status = check_scheme(url);
    }
    if (status == TTA_OK) {
        status = read_host_owner(url, out_owner);
    }
    curl_url_cleanup(url);
    return status;
}

static void write_url(const char *base_url, const char *path, struct tta_key_request *request)
{
    struct str base = base_str(base_url);
    while (base_str_ends_with(base, STR("/"))) {
        base.len--;
    }
    /* fits: the base is within its limit and no path is longer than the rest */
    (void)snprintf(request->url, sizeof request->url, "%.*s%s", STR_ARGS(base), path);
}

static bool belongs_to_another(enum tta_provider owner, const struct tta_secret *secret)
{
    return owner != TTA_PROVIDER_COUNT && tta_key_advise(owner, secret).form == TTA_FORM_OTHER_PROVIDER;
}

static struct tta_key_request not_sent(const char *sentence)
{
    return (struct tta_key_request){.not_sent = sentence};
}

enum tta_status tta_key_request_plan(enum tta_provider provider, const char *base_url, const struct tta_secret *secret,
                                     struct tta_key_request *out_request)
{
    const char *base = base_url ? base_url : requests[provider].own_base;
    enum tta_provider owner = TTA_PROVIDER_COUNT;
    if (base) {
        enum tta_status status = read_base_url(base, &owner);
        if (status != TTA_OK) {
            return status;
        }
    } else if (provider == TTA_PROVIDER_CUSTOM) {
        return TTA_BAD_ARGUMENT;
    }
    if (!base || !requests[provider].path) {
        *out_request = not_sent("This provider has no request that would tell a good key from a bad one.");
    } else if (belongs_to_another(owner, secret)) {
        *out_request = not_sent("The key was not sent: it has the form of another provider's keys.");
    } else {
        *out_request = (struct tta_key_request){
            .shape = requests[provider].shape,
            .max_answer_bytes = requests[provider].max_answer_bytes,
            .uses_x_api_key = requests[provider].uses_x_api_key,
            .may_be_public = requests[provider].may_be_public,
        };
        write_url(base, requests[provider].path, out_request);
    }
    return TTA_OK;
}

enum tta_status tta_key_may_go_to(const char *base_url, const struct tta_secret *secret, bool *out_is_kept)
{
    enum tta_provider owner = TTA_PROVIDER_COUNT;
    enum tta_status status = read_base_url(base_url, &owner);
    if (status == TTA_OK) {
        *out_is_kept = secret && belongs_to_another(owner, secret);
    }
    return status;
}
