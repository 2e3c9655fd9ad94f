// SPDX-License-Identifier: MIT
#include "base/num.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool base_size_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

void *base_alloc_array(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size > 0 ? size : 1); /* calloc checks the product itself */
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool base_num_parse_int64(struct str text, int64_t min, int64_t max, int64_t *out)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = negative ? 1 : 0;
    if (at == text.len) {
        return false;
    }
    int64_t value = 0; /* kept negative: INT64_MIN has no positive twin */
    for (; at < text.len; at++) {
        if (!is_digit(text.ptr[at]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, text.ptr[at] - '0', &value)) {
            return false;
        }
    }
    if (!negative && __builtin_sub_overflow(0, value, &value)) {
        return false;
    }
    if (value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

/* A number cut into its parts; digits point into the text. */
struct decimal {
    bool negative;
    struct str whole, fraction;
    int64_t exponent;
};

static struct str take_digits(struct str *text)
{
    size_t count = 0;
    while (count < text->len && is_digit(text->ptr[count])) {
        count++;
    }
    struct str digits = {text->ptr, count};
    text->ptr += count;
    text->len -= count;
    return digits;
}

static bool parse_decimal(struct str text, struct decimal *out)
{
    struct decimal number = {0};
    if (text.len > 0 && text.ptr[0] == '-') {
        number.negative = true;
        text.ptr++;
        text.len--;
    }
    number.whole = take_digits(&text);
    if (text.len > 0 && text.ptr[0] == '.') {
        text.ptr++;
        text.len--;
        number.fraction = take_digits(&text);
    }
    if (number.whole.len + number.fraction.len == 0) {
        return false;
    }
    if (text.len > 0 && (text.ptr[0] == 'e' || text.ptr[0] == 'E')) {
        text.ptr++;
        text.len--;
        if (text.len > 0 && text.ptr[0] == '+') {
            text.ptr++;
            text.len--;
            if (text.len > 0 && text.ptr[0] == '-') {
                return false;
            }
        }
        if (!base_num_parse_int64(text, -100000, 100000, &number.exponent)) {
            return false;
        }
        text.len = 0;
    }
    if (text.len > 0) {
        return false;
    }
    *out = number;
    return true;
}

bool base_num_parse_double(struct str text, double min, double max, double *out)
{
    struct decimal number;
    char copy[400];
    if (text.len >= sizeof(copy) || !parse_decimal(text, &number)) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    double value = strtod(copy, NULL); /* the form is checked above; no program here leaves the C locale */
    if (!isfinite(value) || value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

/* The digit of weight 10^power in whole.fraction, 0 outside of both. */
static int digit_at(const struct decimal *number, int64_t power)
{
    if (power >= 0) {
        return power < (int64_t)number->whole.len ? number->whole.ptr[(int64_t)number->whole.len - 1 - power] - '0' : 0;
    }
    return -power <= (int64_t)number->fraction.len ? number->fraction.ptr[-power - 1] - '0' : 0;
}

bool base_num_parse_scaled(struct str text, int scale, int64_t min, int64_t max, int64_t *out)
{
    struct decimal number;
    if (!parse_decimal(text, &number)) {
        return false;
    }
    int64_t shift = number.exponent + scale; /* result = whole.fraction * 10^shift */
    int64_t value = 0;
    for (int64_t power = (int64_t)number.whole.len - 1; power >= -shift; power--) {
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit_at(&number, power), &value)) {
            return false;
        }
    }
    /* The digits below the unit decide the rounding: first one, then whether
     * anything follows it. */
    int64_t first_below = -shift - 1;
    int first = digit_at(&number, first_below);
    bool more = false;
    int64_t highest = (int64_t)number.whole.len - 1;
    for (int64_t power = first_below - 1 < highest ? first_below - 1 : highest;
         !more && power >= -(int64_t)number.fraction.len; power--) {
        more = digit_at(&number, power) != 0;
    }
    bool up = first > 5 || (first == 5 && (more || value % 2 != 0));
    if (up && __builtin_add_overflow(value, 1, &value)) {
        return false;
    }
    if (number.negative) {
        value = -value;
    }
    if (value < min || value > max) {
        return false;
    }
    *out = value;
    return true;
}

bool base_num_parse_duration_ns(struct str text, int64_t *out_ns)
{
    static const struct {
        struct str name;
        double ns;
    } units[] = {
        /* "min", "ms", "us" and "ns" before "s", which ends them too */
        {{"ns", 2}, 1}, {{"us", 2}, 1e3}, {{"ms", 2}, 1e6}, {{"min", 3}, 60e9}, {{"s", 1}, 1e9}, {{"h", 1}, 3600e9},
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!base_str_ends_with(text, units[i].name)) {
            continue;
        }
        struct str number = base_str_trim((struct str){text.ptr, text.len - units[i].name.len});
        double value;
        if (!base_num_parse_double(number, 0, 9.2e18 / units[i].ns, &value)) {
            return false;
        }
        *out_ns = (int64_t)(value * units[i].ns + 0.5);
        return true;
    }
    return false;
}
