// SPDX-License-Identifier: MIT
#include "base/num.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool base_size_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

void *base_alloc_array(size_t count, size_t size)
{
    size_t bytes;
    if (!base_size_mul(count, size, &bytes)) {
        return NULL;
    }
    return calloc(bytes > 0 ? bytes : 1, 1);
}

bool base_array_make_room(void **array, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    size_t wanted = *capacity < 8 ? 16 : *capacity * 2;
    size_t bytes;
    void *grown = base_size_mul(wanted, size, &bytes) ? realloc(*array, bytes) : NULL;
    if (!grown) {
        return false;
    }
    *array = grown;
    *capacity = wanted;
    return true;
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
    if (text.len == 0) {
        return false;
    }
    if (text.ptr[0] == '-') {
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
    /* strtod() reads the decimal point of the locale, which is the program's to choose. */
    char *point = strchr(copy, '.');
    if (point) {
        *point = localeconv()->decimal_point[0];
    }
    double value = strtod(copy, NULL); /* the form is checked above */
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

/* The digits below `unit` decide the rounding: first one, then whether
 * anything follows it, and in a tie what makes the result even. */
static bool is_rounded_away(const struct decimal *number, int64_t unit, bool is_odd)
{
    int first = digit_at(number, unit - 1);
    if (first != 5) {
        return first > 5;
    }
    for (int64_t power = unit - 2; power >= -(int64_t)number->fraction.len; power--) {
        if (digit_at(number, power) != 0) {
            return true;
        }
    }
    return is_odd;
}

bool base_num_parse_scaled(struct str text, int scale, int64_t min, int64_t max, int64_t *out)
{
    struct decimal number;
    if (!parse_decimal(text, &number)) {
        return false;
    }
    int64_t unit = -(number.exponent + scale); /* the power of ten that counts one in the result */
    int64_t value = 0; /* kept negative: INT64_MIN has no positive twin */
    for (int64_t power = (int64_t)number.whole.len - 1; power >= unit; power--) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit_at(&number, power), &value)) {
            return false;
        }
    }
    bool away_from_zero = is_rounded_away(&number, unit, value % 2 != 0);
    if (away_from_zero && __builtin_sub_overflow(value, 1, &value)) {
        return false;
    }
    if (!number.negative && __builtin_sub_overflow(0, value, &value)) {
        return false;
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
        int scale; /* nanoseconds are number * 10^scale * factor */
        int64_t factor;
    } units[] = {
        /* those that end in "s" before "s" itself */
        {{"ns", 2}, 0, 1},
        {{"us", 2}, 3, 1},
        {{"ms", 2}, 6, 1},
        {{"s", 1}, 9, 1},
        {{"min", 3}, 9, 60},
        {{"h", 1}, 9, 3600},
    };
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!base_str_ends_with(text, units[i].name)) {
            continue;
        }
        struct str number = base_str_trim((struct str){text.ptr, text.len - units[i].name.len});
        int64_t value;
        if (number.ptr != text.ptr ||
            !base_num_parse_scaled(number, units[i].scale, 0, INT64_MAX / units[i].factor, &value)) {
            return false;
        }
        *out_ns = value * units[i].factor;
        return true;
    }
    return false;
}
