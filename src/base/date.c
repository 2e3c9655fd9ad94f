// SPDX-License-Identifier: MIT
#include "base/date.h"

#include "base/num.h"

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool base_date_parse(struct str text, int64_t *out_unix_s)
{
    static const int days_before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t year, month, day;
    if (text.len < 10 || (text.len > 10 && text.ptr[10] != 'T') || text.ptr[4] != '-' || text.ptr[7] != '-' ||
        !base_num_parse_int64((struct str){text.ptr, 4}, 1970, 9999, &year) ||
        !base_num_parse_int64((struct str){text.ptr + 5, 2}, 1, 12, &month) ||
        !base_num_parse_int64((struct str){text.ptr + 8, 2}, 1, 31, &day)) {
        return false;
    }
    int64_t in_month = days_before[month] - days_before[month - 1] + (month == 2 && is_leap(year));
    if (day > in_month) {
        return false;
    }
    int64_t past = year - 1; /* leap years up to its end, less those before 1970 */
    int64_t days = 365 * (year - 1970) + (past / 4 - past / 100 + past / 400) - 477;
    days += days_before[month - 1] + (month > 2 && is_leap(year)) + day - 1;
    if (days < 1) {
        return false;
    }
    *out_unix_s = days * 86400;
    return true;
}
