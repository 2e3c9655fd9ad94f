// SPDX-License-Identifier: MIT
/*
 * The verdict comes from the status of the answer and from the codes in its
 * body, never from its prose.  What keeps a key from being used needs
 * certainty: whatever could come from something between us and the provider (a
 * captive portal, a proxy, a broken connection) says nothing about the key.
 */
#include "tta/key_answer.h"

#include <jansson.h>

#include "tta/wire_time.h"

#define NS_PER_SEC INT64_C(1000000000)

enum reason {
    ACCEPTED,
    REFUSED,
    TIME_IS_OVER,
    NOT_ALLOWED,
    NO_CREDIT,
    TOO_OFTEN,
    ANYBODY_ACCEPTED,
    CANNOT_COMPARE,
    NO_CONNECTION,
    NO_TRUST,
    NO_ANSWER_IN_TIME,
    ANSWER_TOO_LARGE,
    ANSWER_BROKEN,
    ANSWER_STRANGE,
    REDIRECTED,
    NOT_THERE,
    SERVER_FAULT,
    OTHER_STATUS,
    UNDECIDED /* by the body: the status decides */
};

static const struct {
    enum tta_key_verdict verdict;
    const char *sentence;
} reasons[] = {
    [ACCEPTED] = {TTA_KEY_VALID, "The provider accepts the key."},
    [REFUSED] = {TTA_KEY_INVALID, "The provider does not know the key."},
    [TIME_IS_OVER] = {TTA_KEY_EXPIRED, "The key has expired."},
    [NOT_ALLOWED] = {TTA_KEY_FORBIDDEN, "The provider knows the key but does not allow it this."},
    [NO_CREDIT] = {TTA_KEY_NO_CREDIT, "The credit or the limit of the key is used up."},
    [TOO_OFTEN] = {TTA_KEY_RATE_LIMITED, "The provider was asked too often with the key just now."},
    [ANYBODY_ACCEPTED] = {TTA_KEY_UNVERIFIABLE, "The server accepts any key, so nothing is known about this one."},
    [CANNOT_COMPARE] = {TTA_KEY_UNKNOWN, "It could not be told whether the server looks at keys at all."},
    [NO_CONNECTION] = {TTA_KEY_UNKNOWN, "No connection to the provider; nothing is known about the key."},
    [NO_TRUST] = {TTA_KEY_UNKNOWN, "No trusted connection to the provider; the key was not sent. A server of your "
                                   "own is trusted by its ca_file."},
    [NO_ANSWER_IN_TIME] = {TTA_KEY_UNKNOWN, "The provider did not answer in time; nothing is known about the key."},
    [ANSWER_TOO_LARGE] = {TTA_KEY_UNKNOWN, "The answer was too large to be the provider's."},
    [ANSWER_BROKEN] = {TTA_KEY_UNKNOWN, "The connection broke before the answer was whole."},
    [ANSWER_STRANGE] = {TTA_KEY_UNKNOWN,
                        "The answer was not one of the provider; something in between may have given it."},
    [REDIRECTED] = {TTA_KEY_UNKNOWN, "The address leads elsewhere, where the key is not sent; is the base URL right?"},
    [NOT_THERE] = {TTA_KEY_UNKNOWN, "There is no such service at this address; is the base URL right?"},
    [SERVER_FAULT] = {TTA_KEY_UNKNOWN, "The provider has a fault of its own; nothing is known about the key."},
    [OTHER_STATUS] = {TTA_KEY_UNKNOWN, "The provider gave an answer that says nothing about the key."},
};

/* Values of error.code and error.type that say more than the status. */
static const struct {
    const char *word;
    enum reason reason;
} words[] = {
    {"invalid_api_key", REFUSED},      {"authentication_error", REFUSED},
    {"API_KEY_INVALID", REFUSED},      {"expired_api_key", TIME_IS_OVER},
    {"api_key_expired", TIME_IS_OVER}, {"key_expired", TIME_IS_OVER},
    {"API_KEY_EXPIRED", TIME_IS_OVER}, {"insufficient_quota", NO_CREDIT},
    {"billing_error", NO_CREDIT},      {"billing_hard_limit_reached", NO_CREDIT},
    {"payment_required", NO_CREDIT},   {"insufficient_credits", NO_CREDIT},
};

static struct str json_text(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

static enum reason reason_of_word(struct str word)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (base_str_equal(word, base_str(words[i].word))) {
            return words[i].reason;
        }
    }
    return UNDECIDED;
}

/* Looks at the code first: it is the more precise of the two. */
static enum reason reason_of_error(const json_t *root)
{
    const json_t *error = json_object_get(root, "error");
    enum reason by_code = reason_of_word(json_text(json_object_get(error, "code")));
    return by_code != UNDECIDED ? by_code : reason_of_word(json_text(json_object_get(error, "type")));
}

/* 0 if it is over, INT64_MAX if the key has no date of expiry, or none that
 * can be read. */
static int64_t time_left_ns(const json_t *key, int64_t unix_now_ns)
{
    int64_t expiry_sec;
    if (!tta_wire_rfc3339_sec(json_text(json_object_get(key, "expires_at")), &expiry_sec)) {
        return INT64_MAX;
    }
    int64_t left_sec = expiry_sec - unix_now_ns / NS_PER_SEC;
    if (left_sec <= 0) {
        return 0;
    }
    return left_sec > INT64_MAX / NS_PER_SEC ? INT64_MAX : left_sec * NS_PER_SEC;
}

static bool is_used_up(const json_t *key)
{
    const json_t *remaining = json_object_get(key, "limit_remaining");
    return json_is_number(json_object_get(key, "limit")) && json_is_number(remaining) &&
           json_number_value(remaining) <= 0;
}

static enum reason judge_accepted(const json_t *root, enum tta_key_shape shape, int64_t unix_now_ns,
                                  int64_t *out_lasts_ns)
{
    const json_t *data = json_object_get(root, "data");
    if (shape == TTA_SHAPE_MODELS) {
        return json_is_array(data) ? ACCEPTED : ANSWER_STRANGE;
    }
    if (!json_is_object(data)) {
        return ANSWER_STRANGE;
    }
    int64_t left_ns = time_left_ns(data, unix_now_ns);
    if (left_ns == 0) {
        return TIME_IS_OVER;
    }
    *out_lasts_ns = left_ns;
    return is_used_up(data) ? NO_CREDIT : ACCEPTED;
}

static enum reason judge_refused(int http_status, const json_t *root)
{
    enum reason by_error = reason_of_error(root);
    switch (http_status) {
    case 400: /* some servers name a bad key so */
        return by_error == REFUSED || by_error == TIME_IS_OVER ? by_error : OTHER_STATUS;
    case 401:
        return by_error == TIME_IS_OVER ? TIME_IS_OVER : REFUSED;
    case 402:
        return NO_CREDIT;
    case 403:
        return NOT_ALLOWED;
    case 404:
        return NOT_THERE;
    case 429:
        return by_error == NO_CREDIT ? NO_CREDIT : TOO_OFTEN;
    default:
        break;
    }
    if (http_status >= 300 && http_status < 400) {
        return REDIRECTED;
    }
    return http_status >= 500 ? SERVER_FAULT : OTHER_STATUS;
}

static enum reason reason_of_delivery(enum tta_delivery delivery)
{
    switch (delivery) {
    case TTA_DELIVERY_NOT_CONNECTED:
        return NO_CONNECTION;
    case TTA_DELIVERY_NOT_TRUSTED:
        return NO_TRUST;
    case TTA_DELIVERY_TIMED_OUT:
        return NO_ANSWER_IN_TIME;
    case TTA_DELIVERY_TOO_LARGE:
        return ANSWER_TOO_LARGE;
    case TTA_DELIVERY_BROKEN:
        return ANSWER_BROKEN;
    case TTA_DELIVERY_ANSWERED:
        break;
    }
    return UNDECIDED;
}

static struct tta_key_finding finding_of(enum reason reason, int http_status)
{
    return (struct tta_key_finding){
        .verdict = reasons[reason].verdict,
        .sentence = reasons[reason].sentence,
        .http_status = http_status,
        .lasts_ns = INT64_MAX,
    };
}

/* `*out_root` is the body as JSON, NULL if it is none. */
static enum tta_status parse_body(struct str body, json_t **out_root)
{
    json_error_t error;
    json_t *root = body.len > 0 ? json_loadb(body.ptr, body.len, 0, &error) : NULL;
    if (!root && body.len > 0 && json_error_code(&error) == json_error_out_of_memory) {
        return TTA_NO_MEMORY;
    }
    *out_root = root;
    return TTA_OK;
}

enum tta_status tta_key_answer_judge(const struct tta_key_answer *answer, enum tta_key_shape shape,
                                     int64_t unix_now_ns, struct tta_key_finding *out_finding)
{
    if (answer->delivery != TTA_DELIVERY_ANSWERED) {
        *out_finding = finding_of(reason_of_delivery(answer->delivery), 0);
        return TTA_OK;
    }
    json_t *root = NULL;
    enum tta_status status = parse_body(answer->body, &root);
    if (status != TTA_OK) {
        return status;
    }
    int64_t lasts_ns = INT64_MAX;
    enum reason reason;
    if (answer->http_status == 200) {
        reason = judge_accepted(root, shape, unix_now_ns, &lasts_ns);
    } else {
        reason = judge_refused(answer->http_status, root);
    }
    if (answer->is_web_page && !root && reasons[reason].verdict != TTA_KEY_UNKNOWN) {
        reason = ANSWER_STRANGE; /* a page is for people: no provider has looked at the key */
    }
    json_decref(root);
    *out_finding = finding_of(reason, answer->http_status);
    out_finding->lasts_ns = lasts_ns;
    out_finding->retry_ns = out_finding->verdict == TTA_KEY_RATE_LIMITED ? answer->retry_ns : 0;
    return TTA_OK;
}

struct tta_key_finding tta_key_answer_compare(const struct tta_key_finding *valid,
                                              const struct tta_key_finding *of_random_key)
{
    int status = of_random_key->http_status;
    if (of_random_key->verdict == TTA_KEY_VALID) {
        return finding_of(ANYBODY_ACCEPTED, valid->http_status);
    }
    if (status >= 400 && status < 500 && status != 429) {
        return *valid;
    }
    return finding_of(CANNOT_COMPARE, status);
}
