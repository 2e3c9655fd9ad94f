// SPDX-License-Identifier: MIT
#include "tta/retry_after.h"

#include "base/num.h"
#include "tta/wire_time.h"

#define NS_PER_SEC INT64_C(1000000000)
#define MAX_VALUE_BYTES 64
/* Numbers from here on are seconds, or milliseconds, since 1970, not a time to wait. */
#define LEAST_EPOCH_SEC 1e9
#define LEAST_EPOCH_MS 1e11

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_name(struct str name, const char *other, size_t other_len)
{
    if (name.len != other_len) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (lower(other[i]) != name.ptr[i]) {
            return false;
        }
    }
    return true;
}

struct str tta_header_value(const struct tta_header *headers, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (is_name(name, headers[i].name, headers[i].name_len)) {
            return base_str_trim((struct str){headers[i].value, headers[i].value_len});
        }
    }
    return (struct str){0};
}

static int64_t longer(int64_t a_ns, int64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

/* From seconds; 0 for what is over or is no number. */
static int64_t wait_of_sec(double seconds)
{
    if (!(seconds > 0)) {
        return 0;
    }
    double most_sec = (double)(TTA_MAX_RETRY_AFTER_NS / NS_PER_SEC);
    return seconds < most_sec ? (int64_t)(seconds * (double)NS_PER_SEC) : TTA_MAX_RETRY_AFTER_NS;
}

static int64_t wait_until_sec(double unix_sec, int64_t unix_now_ns)
{
    return wait_of_sec(unix_sec - (double)unix_now_ns / (double)NS_PER_SEC);
}

/* A number of seconds, or a point in time if it is too large for that. */
static int64_t wait_of_number(double number, int64_t unix_now_ns)
{
    if (number >= LEAST_EPOCH_MS) {
        return wait_until_sec(number / 1000, unix_now_ns);
    }
    return number >= LEAST_EPOCH_SEC ? wait_until_sec(number, unix_now_ns) : wait_of_sec(number);
}

/* A number, a duration with units or a date. */
static int64_t wait_of_text(struct str text, int64_t unix_now_ns)
{
    double number;
    int64_t value;
    if (base_num_parse_double(text, 0, 1e18, &number)) {
        return wait_of_number(number, unix_now_ns);
    }
    if (tta_wire_duration_ns(text, &value)) {
        return value < TTA_MAX_RETRY_AFTER_NS ? value : TTA_MAX_RETRY_AFTER_NS;
    }
    if (tta_wire_rfc3339_sec(text, &value) || tta_wire_http_date_sec(text, &value)) {
        return wait_until_sec((double)value, unix_now_ns);
    }
    return 0;
}

/* Names of a limit's remainder and of when it is full again. */
static const struct limit {
    struct str remaining;
    struct str reset;
} limits[] = {
    {{"x-ratelimit-remaining", 21}, {"x-ratelimit-reset", 17}},
    {{"x-ratelimit-remaining-requests", 30}, {"x-ratelimit-reset-requests", 26}},
    {{"x-ratelimit-remaining-tokens", 28}, {"x-ratelimit-reset-tokens", 24}},
    {{"anthropic-ratelimit-requests-remaining", 38}, {"anthropic-ratelimit-requests-reset", 34}},
    {{"anthropic-ratelimit-tokens-remaining", 36}, {"anthropic-ratelimit-tokens-reset", 32}},
    {{"anthropic-ratelimit-input-tokens-remaining", 42}, {"anthropic-ratelimit-input-tokens-reset", 38}},
    {{"anthropic-ratelimit-output-tokens-remaining", 43}, {"anthropic-ratelimit-output-tokens-reset", 39}},
};

static int64_t wait_of_limits(const struct tta_header *headers, size_t count, int64_t unix_now_ns)
{
    int64_t wait_ns = 0;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (base_str_equal(tta_header_value(headers, count, limits[i].remaining), STR("0"))) {
            struct str reset = tta_header_value(headers, count, limits[i].reset);
            wait_ns = longer(wait_ns, wait_of_text(reset, unix_now_ns));
        }
    }
    return wait_ns;
}

/* As text, whether it is a string or a number. */
static int64_t wait_of_value(struct json_value value, int64_t unix_now_ns)
{
    char text[MAX_VALUE_BYTES];
    if (base_json_type(value) == JSON_IS_NUMBER) {
        return wait_of_number(base_json_number(value), unix_now_ns);
    }
    size_t len = base_json_text(value, text, sizeof text);
    return len < sizeof text ? wait_of_text((struct str){text, len}, unix_now_ns) : 0;
}

/* OpenRouter sends the headers of its daily limits within the error. */
static int64_t wait_of_metadata(struct json_value error, int64_t unix_now_ns)
{
    struct json_value headers = base_json_member(base_json_member(error, "metadata"), "headers");
    struct json_value remaining = base_json_member(headers, "X-RateLimit-Remaining");
    bool is_used_up = base_json_equals(remaining, "0") || base_json_number(remaining) <= 0;
    return is_used_up ? wait_of_value(base_json_member(headers, "X-RateLimit-Reset"), unix_now_ns) : 0;
}

static int64_t wait_of_details(struct json_value error, int64_t unix_now_ns)
{
    struct json_value details = base_json_member(error, "details");
    int64_t wait_ns = 0;
    for (struct json_value detail = base_json_first(details); base_json_type(detail) != JSON_IS_ABSENT;
         detail = base_json_next(details, detail)) {
        wait_ns = longer(wait_ns, wait_of_value(base_json_member(detail, "retryDelay"), unix_now_ns));
    }
    return wait_ns;
}

int64_t tta_retry_after_ns(const struct tta_header *headers, size_t count, struct json_value error,
                           int64_t unix_now_ns)
{
    double ms;
    int64_t date_sec;
    if (base_num_parse_double(tta_header_value(headers, count, STR("retry-after-ms")), 0, 1e18, &ms)) {
        return wait_of_sec(ms / 1000);
    }
    if (tta_wire_http_date_sec(tta_header_value(headers, count, STR("date")), &date_sec)) {
        unix_now_ns = date_sec * NS_PER_SEC;
    }
    struct str retry_after = tta_header_value(headers, count, STR("retry-after"));
    if (retry_after.len > 0) {
        int64_t wait_ns = wait_of_text(retry_after, unix_now_ns);
        if (wait_ns > 0) {
            return wait_ns;
        }
    }
    int64_t wait_ns = wait_of_limits(headers, count, unix_now_ns);
    wait_ns = longer(wait_ns, wait_of_metadata(error, unix_now_ns));
    return longer(wait_ns, wait_of_details(error, unix_now_ns));
}
