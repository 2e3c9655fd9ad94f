// SPDX-License-Identifier: MIT
/*
 * The forms of errors, from the recorded answers (tests/data/wire) and the
 * providers' published descriptions of their interfaces:
 *
 *   OpenAI, Groq, compatible  {"error":{"message","type","param","code"}}
 *   OpenRouter                {"error":{"code":429,"message","metadata":{"error_type","provider_name",...}}}
 *   Anthropic                 {"type":"error","error":{"type","message"},"request_id"}
 *   Ollama                    {"error":"..."}
 *   Google                    [{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[...]}}]
 *   vLLM                      {"object":"error","message","type","code":400}
 */
#include "tta/answer_error.h"

#include <string.h>

#define MAX_WORD_BYTES 64

static const struct {
    const char *word;
    enum tta_failure failure;
} words[] = {
    {"API_KEY_EXPIRED", TTA_FAILURE_AUTH},
    {"API_KEY_INVALID", TTA_FAILURE_AUTH},
    {"PERMISSION_DENIED", TTA_FAILURE_AUTH},
    {"UNAUTHENTICATED", TTA_FAILURE_AUTH},
    {"account_deactivated", TTA_FAILURE_AUTH},
    {"api_key_expired", TTA_FAILURE_AUTH},
    {"authentication", TTA_FAILURE_AUTH},
    {"authentication_error", TTA_FAILURE_AUTH},
    {"expired_api_key", TTA_FAILURE_AUTH},
    {"invalid_api_key", TTA_FAILURE_AUTH},
    {"key_expired", TTA_FAILURE_AUTH},
    {"permission_denied", TTA_FAILURE_AUTH},
    {"permission_error", TTA_FAILURE_AUTH},
    {"billing_error", TTA_FAILURE_QUOTA},
    {"billing_hard_limit_reached", TTA_FAILURE_QUOTA},
    {"billing_not_active", TTA_FAILURE_QUOTA},
    {"insufficient_credits", TTA_FAILURE_QUOTA},
    {"insufficient_quota", TTA_FAILURE_QUOTA},
    {"payment_required", TTA_FAILURE_QUOTA},
    {"RESOURCE_EXHAUSTED", TTA_FAILURE_RATE_LIMIT},
    {"rate_limit_error", TTA_FAILURE_RATE_LIMIT},
    {"rate_limit_exceeded", TTA_FAILURE_RATE_LIMIT},
    {"UNAVAILABLE", TTA_FAILURE_OVERLOADED},
    {"engine_overloaded", TTA_FAILURE_OVERLOADED},
    {"overloaded_error", TTA_FAILURE_OVERLOADED},
    {"provider_overloaded", TTA_FAILURE_OVERLOADED},
    {"provider_unavailable", TTA_FAILURE_OVERLOADED},
    {"service_unavailable", TTA_FAILURE_OVERLOADED},
    {"INTERNAL", TTA_FAILURE_SERVER},
    {"api_error", TTA_FAILURE_SERVER},
    {"internal_error", TTA_FAILURE_SERVER},
    {"internal_server_error", TTA_FAILURE_SERVER},
    {"server", TTA_FAILURE_SERVER},
    {"server_error", TTA_FAILURE_SERVER},
    {"DEADLINE_EXCEEDED", TTA_FAILURE_TIMEOUT},
    {"timeout", TTA_FAILURE_TIMEOUT},
    {"timeout_error", TTA_FAILURE_TIMEOUT},
    {"model_decommissioned", TTA_FAILURE_NOT_FOUND},
    {"model_not_found", TTA_FAILURE_NOT_FOUND},
    {"not_found", TTA_FAILURE_NOT_FOUND},
    {"not_found_error", TTA_FAILURE_NOT_FOUND},
    {"context_length_exceeded", TTA_FAILURE_CONTEXT},
    {"payload_too_large", TTA_FAILURE_CONTEXT},
    {"request_too_large", TTA_FAILURE_CONTEXT},
    {"content_filter", TTA_FAILURE_POLICY},
    {"content_policy_violation", TTA_FAILURE_POLICY},
    {"moderation_blocked", TTA_FAILURE_POLICY},
    {"unsupported_parameter", TTA_FAILURE_BAD_REQUEST},
    {"unsupported_value", TTA_FAILURE_BAD_REQUEST},
};

static const struct {
    int first, last;
    enum tta_failure failure;
} statuses[] = {
    {300, 399, TTA_FAILURE_SERVER},     {401, 401, TTA_FAILURE_AUTH},       {402, 402, TTA_FAILURE_QUOTA},
    {403, 403, TTA_FAILURE_AUTH},       {404, 405, TTA_FAILURE_NOT_FOUND},  {408, 408, TTA_FAILURE_TIMEOUT},
    {409, 409, TTA_FAILURE_SERVER},     {410, 410, TTA_FAILURE_NOT_FOUND},  {413, 413, TTA_FAILURE_CONTEXT},
    {425, 425, TTA_FAILURE_SERVER},     {429, 429, TTA_FAILURE_RATE_LIMIT}, {451, 451, TTA_FAILURE_POLICY},
    {400, 499, TTA_FAILURE_BAD_REQUEST}, /* the rest of them */
    {502, 503, TTA_FAILURE_OVERLOADED}, {504, 504, TTA_FAILURE_TIMEOUT},    {529, 529, TTA_FAILURE_OVERLOADED},
};

static enum tta_failure class_of_status(int status)
{
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (status >= statuses[i].first && status <= statuses[i].last) {
            return statuses[i].failure;
        }
    }
    return TTA_FAILURE_SERVER;
}

/* TTA_FAILURE_NONE if the value is no such word. */
static enum tta_failure class_of_word(struct json_value value)
{
    char word[MAX_WORD_BYTES];
    size_t len = base_json_text(value, word, sizeof word);
    for (size_t i = 0; len > 0 && len < sizeof word && i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].word, word) == 0) {
            return words[i].failure;
        }
    }
    return TTA_FAILURE_NONE;
}

/* The code first: it is the most precise. */
static enum tta_failure class_of_words(struct json_value error)
{
    const struct json_value places[] = {
        base_json_member(error, "code"),
        base_json_member(base_json_member(error, "metadata"), "error_type"),
        base_json_member(error, "type"),
        base_json_member(error, "status"),
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        enum tta_failure failure = class_of_word(places[i]);
        if (failure != TTA_FAILURE_NONE) {
            return failure;
        }
    }
    return TTA_FAILURE_NONE;
}

/* What OpenRouter adds when its moderation turned a request away. */
static bool is_moderated(struct json_value error)
{
    return base_json_type(base_json_member(base_json_member(error, "metadata"), "reasons")) == JSON_IS_ARRAY;
}

static int status_within(struct json_value error)
{
    double code = base_json_number(base_json_member(error, "code"));
    return code >= 300 && code <= 599 ? (int)code : 0;
}

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

static enum tta_failure classify(struct json_value error, int status, enum tta_failure otherwise)
{
    enum tta_failure by_word = class_of_words(error);
    if (is_success(status)) {
        return by_word != TTA_FAILURE_NONE ? by_word : otherwise;
    }
    if (by_word == TTA_FAILURE_NONE || by_word == TTA_FAILURE_SERVER) {
        return class_of_status(status); /* "api_error" is what some call all that has no word of its own */
    }
    return by_word;
}

struct tta_finding tta_error_classify(struct json_value error, int http_status, enum tta_failure otherwise)
{
    int within = status_within(error);
    int status = is_success(http_status) && within ? within : http_status;
    struct tta_finding finding = {.failure = classify(error, status, otherwise), .http_status = status};
    if (finding.failure == TTA_FAILURE_AUTH && is_moderated(error)) {
        finding.failure = TTA_FAILURE_POLICY;
    }
    struct json_value provider = base_json_member(base_json_member(error, "metadata"), "provider_name");
    finding.is_upstream =
        finding.failure == TTA_FAILURE_RATE_LIMIT && base_json_type(provider) == JSON_IS_STRING;
    struct json_value code = base_json_member(error, "code");
    finding.is_unsupported = finding.failure == TTA_FAILURE_BAD_REQUEST &&
                             (base_json_equals(code, "unsupported_parameter") ||
                              base_json_equals(code, "unsupported_value"));
    return finding;
}

static bool is_stated(struct json_value error)
{
    enum json_type type = base_json_type(error);
    return type != JSON_IS_ABSENT && type != JSON_IS_NULL;
}

struct json_value tta_error_of_body(struct json_value root)
{
    enum { ERROR, CHOICES, RESPONSE, OBJECT, TYPE, COUNT };
    static const struct str keys[COUNT] = {{"error", 5}, {"choices", 7}, {"response", 8}, {"object", 6}, {"type", 4}};
    struct json_value members[COUNT];
    if (base_json_type(root) == JSON_IS_ARRAY) {
        root = base_json_first(root);
    }
    base_json_members(root, keys, COUNT, members);
    const struct json_value places[] = {
        members[ERROR],
        base_json_member(base_json_first(members[CHOICES]), "error"), /* OpenRouter's, of one of several choices */
        base_json_member(members[RESPONSE], "error"),                 /* of OpenAI's response.failed */
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (is_stated(places[i])) {
            return places[i];
        }
    }
    if (base_json_equals(members[OBJECT], "error") || base_json_equals(members[TYPE], "error")) {
        return root;
    }
    return (struct json_value){0};
}
