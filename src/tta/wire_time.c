// SPDX-License-Identifier: MIT
#include "tta/wire_time.h"

#include <stddef.h>

#include "base/date.h"
#include "base/num.h"

struct field {
    size_t at;
    size_t len;
    int64_t min;
    int64_t max;
};

static bool read_fields(struct str text, const struct field *fields, size_t count, int64_t *out_values)
{
    for (size_t i = 0; i < count; i++) {
        struct str digits = {text.ptr + fields[i].at, fields[i].len};
        if (!base_num_parse_int64(digits, fields[i].min, fields[i].max, &out_values[i])) {
            return false;
        }
    }
    return true;
}

/* `shape` has 'd' for a digit and 'T' for what may part date and time. */
static bool has_shape(struct str text, struct str shape)
{
    for (size_t i = 0; i < shape.len; i++) {
        char c = i < text.len ? text.ptr[i] : '\0';
        bool fits = shape.ptr[i] == 'd'   ? c >= '0' && c <= '9'
                    : shape.ptr[i] == 'T' ? c == 'T' || c == 't' || c == ' '
                                          : c == shape.ptr[i];
        if (!fits) {
            return false;
        }
    }
    return true;
}

/* The offset from UTC at the end of a time: "Z" or "+02:00". */
static bool parse_offset_sec(struct str text, int64_t *out_sec)
{
    static const struct field fields[] = {{1, 2, 0, 23}, {4, 2, 0, 59}};
    int64_t values[2];
    if (text.len == 1 && (text.ptr[0] == 'Z' || text.ptr[0] == 'z')) {
        *out_sec = 0;
        return true;
    }
    bool is_west = base_str_starts_with(text, STR("-"));
    if (text.len != 6 || !has_shape(text, is_west ? STR("-dd:dd") : STR("+dd:dd")) ||
        !read_fields(text, fields, 2, values)) {
        return false;
    }
    *out_sec = (is_west ? -60 : 60) * (values[0] * 60 + values[1]);
    return true;
}

bool tta_wire_rfc3339_sec(struct str text, int64_t *out_unix_sec)
{
    static const struct field fields[] = {{0, 4, 1, 9999}, {5, 2, 1, 12},  {8, 2, 1, 31},
                                          {11, 2, 0, 23},  {14, 2, 0, 59}, {17, 2, 0, 60}};
    int64_t values[6];
    const struct str shape = STR("dddd-dd-ddTdd:dd:dd");
    if (!has_shape(text, shape) || !read_fields(text, fields, 6, values)) {
        return false;
    }
    size_t end = shape.len;
    if (end < text.len && text.ptr[end] == '.') {
        do {
            end++;
        } while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9');
    }
    int64_t offset_sec;
    if (!parse_offset_sec((struct str){text.ptr + end, text.len - end}, &offset_sec)) {
        return false;
    }
    *out_unix_sec = base_date_days(values[0], values[1], values[2]) * 86400 + values[3] * 3600 + values[4] * 60 +
                    values[5] - offset_sec;
    return true;
}

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* 1 to 12, or 0. */
static int64_t month_of(struct str name)
{
    for (size_t i = 0; i < 12; i++) {
        if (base_str_equal(name, (struct str){months + 3 * i, 3})) {
            return (int64_t)i + 1;
        }
    }
    return 0;
}

/* The day of the week, which says nothing new, is read over; a wrong one passes. */
bool tta_wire_http_date_sec(struct str text, int64_t *out_unix_sec)
{
    static const struct field fields[] = {{5, 2, 1, 31}, {12, 4, 1, 9999}, {17, 2, 0, 23},
                                          {20, 2, 0, 59}, {23, 2, 0, 60}};
    int64_t values[5];
    if (text.len != 29 || !has_shape((struct str){text.ptr + 3, 4}, STR(", dd")) ||
        !has_shape((struct str){text.ptr + 11, 18}, STR(" dddd dd:dd:dd GMT")) || text.ptr[7] != ' ') {
        return false;
    }
    int64_t month = month_of((struct str){text.ptr + 8, 3});
    if (month == 0 || !read_fields(text, fields, 5, values)) {
        return false;
    }
    *out_unix_sec = base_date_days(values[1], month, values[0]) * 86400 + values[2] * 3600 + values[3] * 60 + values[4];
    return true;
}

/* The unit at the start of `text`: its length, 0 for none. */
static size_t unit_len(struct str text, int64_t *out_ns)
{
    static const struct {
        struct str name;
        int64_t ns;
    } units[] = {
        {{"ms", 2}, 1000000}, {{"us", 2}, 1000},        {{"\xc2\xb5s", 3}, 1000},
        {{"h", 1}, INT64_C(3600000000000)}, {{"m", 1}, INT64_C(60000000000)}, {{"s", 1}, 1000000000},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (base_str_starts_with(text, units[i].name)) {
            *out_ns = units[i].ns;
            return units[i].name.len;
        }
    }
    return 0;
}

static size_t number_len(struct str text)
{
    size_t len = 0;
    while (len < text.len && ((text.ptr[len] >= '0' && text.ptr[len] <= '9') || text.ptr[len] == '.')) {
        len++;
    }
    return len;
}

bool tta_wire_duration_ns(struct str text, int64_t *out_ns)
{
    const int64_t most_billionths = INT64_MAX;
    double sum_ns = 0;
    do {
        int64_t billionths, unit_ns;
        size_t len = number_len(text);
        if (!base_num_parse_scaled((struct str){text.ptr, len}, 9, 0, most_billionths, &billionths)) {
            return false;
        }
        text = (struct str){text.ptr + len, text.len - len};
        len = unit_len(text, &unit_ns);
        if (len == 0) {
            return false;
        }
        text = (struct str){text.ptr + len, text.len - len};
        sum_ns += (double)billionths / 1e9 * (double)unit_ns; /* a wait needs no exactness beyond 2^53 ns, 104 days */
    } while (text.len > 0);
    if (sum_ns >= (double)INT64_MAX) {
        return false;
    }
    *out_ns = (int64_t)sum_ns;
    return true;
}
