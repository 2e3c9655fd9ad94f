// SPDX-License-Identifier: MIT
#include "base/date.h"

#include <stdio.h>
#include <time.h>

#include "base/num.h"

/* Counted in years that begin in March, so that the leap day comes last (Hinnant,
 * "chrono-compatible low-level date algorithms"). */
int64_t base_date_days(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

bool base_date_parse(struct str text, int64_t *out_unix_s)
{
    int64_t year, month, day;
    if (text.len < 10 || (text.len > 10 && text.ptr[10] != 'T') || text.ptr[4] != '-' || text.ptr[7] != '-' ||
        !base_num_parse_int64((struct str){text.ptr, 4}, 1970, 9999, &year) ||
        !base_num_parse_int64((struct str){text.ptr + 5, 2}, 1, 12, &month) ||
        !base_num_parse_int64((struct str){text.ptr + 8, 2}, 1, 31, &day)) {
        return false;
    }
    int64_t days = base_date_days(year, month, day);
    int64_t next_month = base_date_days(month == 12 ? year + 1 : year, month % 12 + 1, 1);
    if (days >= next_month || days < 1) {
        return false;
    }
    *out_unix_s = days * 86400;
    return true;
}

void base_date_format(int64_t unix_ns, char out[BASE_DATE_BYTES])
{
    time_t seconds = (time_t)(unix_ns / 1000000000);
    struct tm utc = {.tm_mday = 1};
    (void)gmtime_r(&seconds, &utc); /* fails for years that no int holds only */
    size_t len = strftime(out, BASE_DATE_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(out + len, BASE_DATE_BYTES - len, ".%06d+00:00", (int)(unix_ns % 1000000000 / 1000)); /* fits */
}
