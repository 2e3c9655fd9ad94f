// SPDX-License-Identifier: MIT
#include "base/num.h"

#include <math.h>
#include <stdio.h>
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

/* digits * 10^exponent. */
struct scientific {
    uint64_t digits; /* the first `count`, without leading zeros; wrong if that is more than 64 bits hold */
    size_t count;
    int64_t exponent;
    bool negative;
    bool has_more; /* behind those are others than zeros */
};

#define DIGITS_IN_64_BITS 19
#define LARGEST_EXPONENT 1000000 /* beyond that it is 0 or infinite, with any number of digits that fits in memory */

static int64_t take_exponent(struct str text)
{
    bool negative = text.len > 0 && text.ptr[0] == '-';
    size_t at = text.len > 0 && (negative || text.ptr[0] == '+');
    int64_t value = 0;
    for (; at < text.len && is_digit(text.ptr[at]); at++) {
        value = value < INT64_MAX / 20 ? value * 10 + (text.ptr[at] - '0') : value;
    }
    return negative ? -value : value;
}

/* Takes a run of digits, no more than `limit` in all, also as text into `out_digits` (NULL: not wanted);
 * the others count in the exponent.  Where the run ends. */
static const char *take_run(const char *at, const char *end, size_t limit, struct scientific *number,
                            char *out_digits)
{
    while (number->count == 0 && at < end && *at == '0') {
        at++;
    }
    const char *start = at, *stop = (size_t)(end - at) > limit - number->count ? at + (limit - number->count) : end;
    uint64_t digits = number->digits;
    for (; at < stop && is_digit(*at); at++) {
        digits = digits * 10 + (uint64_t)(*at - '0');
    }
    if (out_digits) {
        memcpy(out_digits + number->count, start, (size_t)(at - start));
    }
    number->digits = digits;
    number->count += (size_t)(at - start);
    for (; at < end && is_digit(*at); at++) {
        number->has_more = number->has_more || *at != '0';
        number->exponent++;
    }
    return at;
}

static struct scientific take_scientific(struct str text, size_t limit, char *out_digits)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    struct scientific number = {.negative = at < end && *at == '-'};
    at = take_run(at + number.negative, end, limit, &number, out_digits);
    if (at < end && *at == '.') {
        const char *fraction = at + 1;
        at = take_run(fraction, end, limit, &number, out_digits);
        number.exponent -= at - fraction;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        number.exponent += take_exponent((struct str){at + 1, (size_t)(end - at) - 1});
    }
    return number;
}

/* The nearest double of digits / 10^power, 0 <= power <= 27, where 5^power has at most 63 bits: a quotient of
 * whole numbers with ten bits more than a double, the last of which tells whether anything is left, is
 * rounded once. */
static double divide_by_power_of_ten(uint64_t digits, int power)
{
    __extension__ typedef unsigned __int128 wide;
    static const uint64_t powers_of_five[] = {
        UINT64_C(1), UINT64_C(5), UINT64_C(25), UINT64_C(125), UINT64_C(625), UINT64_C(3125), UINT64_C(15625),
        UINT64_C(78125), UINT64_C(390625), UINT64_C(1953125), UINT64_C(9765625), UINT64_C(48828125),
        UINT64_C(244140625), UINT64_C(1220703125), UINT64_C(6103515625), UINT64_C(30517578125),
        UINT64_C(152587890625), UINT64_C(762939453125), UINT64_C(3814697265625), UINT64_C(19073486328125),
        UINT64_C(95367431640625), UINT64_C(476837158203125), UINT64_C(2384185791015625), UINT64_C(11920928955078125),
        UINT64_C(59604644775390625), UINT64_C(298023223876953125), UINT64_C(1490116119384765625),
        UINT64_C(7450580596923828125),
    };
    uint64_t divisor = powers_of_five[power];
    if (digits == 0) {
        return 0;
    }
    int digits_shift = __builtin_clzll(digits), divisor_shift = __builtin_clzll(divisor);
    wide dividend = (wide)(digits << digits_shift) << 63;
    divisor <<= divisor_shift;
    uint64_t quotient = (uint64_t)(dividend / divisor); /* of at least 63 bits */
    quotient |= dividend != (wide)quotient * divisor;
    return ldexp((double)quotient, divisor_shift - digits_shift - 63 - power);
}

/* All the digits that can matter (767, and whether there are more), without a point, which would be the
 * locale's to choose. */
static double nearest_of_many_digits(struct str text)
{
    char copy[767 + 1 + 24];
    struct scientific number = take_scientific(text, 767, copy);
    size_t count = number.count;
    copy[count++] = number.has_more ? '1' : '0';
    int64_t exponent = number.exponent - 1;
    exponent = exponent > LARGEST_EXPONENT ? LARGEST_EXPONENT : exponent;
    exponent = exponent < -LARGEST_EXPONENT ? -LARGEST_EXPONENT : exponent;
    (void)snprintf(copy + count, sizeof(copy) - count, "e%jd", (intmax_t)exponent); /* at most nine characters */
    return strtod(copy, NULL);
}

double base_num_nearest(struct str text)
{
    struct scientific number = take_scientific(text, DIGITS_IN_64_BITS, NULL);
    double value = !number.has_more && number.exponent <= 0 && number.exponent >= -27
                       ? divide_by_power_of_ten(number.digits, (int)-number.exponent)
                       : nearest_of_many_digits(text);
    return number.negative ? -value : value;
}

bool base_num_parse_double(struct str text, double min, double max, double *out)
{
    struct decimal number;
    if (!parse_decimal(text, &number)) {
        return false;
    }
    double value = base_num_nearest(text);
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

struct str base_num_digits(uint64_t number, char scratch[BASE_NUM_MAX_DIGITS])
{
    size_t at = BASE_NUM_MAX_DIGITS;
    do {
        scratch[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (struct str){scratch + at, BASE_NUM_MAX_DIGITS - at};
}
