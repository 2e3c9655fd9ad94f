// SPDX-License-Identifier: MIT
#include "cmd/tta/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* At least cents, and as many digits as there are. */
static void format_usd_per_million(int64_t price_pusd, char out_text[FORMAT_BYTES])
{
    int64_t usd = price_pusd / 1000000;
    int64_t rest = price_pusd % 1000000;
    int decimals = 6;
    while (decimals > 2 && rest % 10 == 0) {
        rest /= 10;
        decimals--;
    }
    (void)snprintf(out_text, FORMAT_BYTES, "%" PRId64 ".%0*" PRId64, usd, decimals, rest); /* 17 bytes at most */
}

void format_price(const struct tta_model *model, int64_t price_pusd, char out_text[FORMAT_BYTES])
{
    if (price_pusd == TTA_UNKNOWN) {
        strcpy(out_text, "?");
    } else if (price_pusd == TTA_DYNAMIC) {
        strcpy(out_text, "varies");
    } else if (model->is_free) {
        strcpy(out_text, "free");
    } else {
        format_usd_per_million(price_pusd, out_text);
    }
}

void format_cost(int64_t cost_pusd, char out_text[FORMAT_BYTES])
{
    int64_t usd = cost_pusd / INT64_C(1000000000000), rest = cost_pusd % INT64_C(1000000000000);
    int decimals = 12;
    while (decimals > 0 && rest % 10 == 0) {
        rest /= 10;
        decimals--;
    }
    if (decimals == 0) {
        (void)snprintf(out_text, FORMAT_BYTES, "%" PRId64, usd); /* 7 bytes at most */
    } else {
        (void)snprintf(out_text, FORMAT_BYTES, "%" PRId64 ".%0*" PRId64, usd, decimals, rest); /* 20 bytes at most */
    }
}

void format_bytes(int64_t bytes, char out_text[FORMAT_BYTES])
{
    double mib = (double)bytes / 1048576;
    if (bytes < 0) {
        strcpy(out_text, "?");
    } else if (mib < 1024) {
        (void)snprintf(out_text, FORMAT_BYTES, "%.0f MiB", mib); /* fits */
    } else {
        (void)snprintf(out_text, FORMAT_BYTES, "%.1f GiB", mib / 1024); /* fits */
    }
}

void format_day(int64_t unix_s, char out_text[FORMAT_BYTES])
{
    time_t seconds = (time_t)unix_s;
    struct tm utc;
    if (!gmtime_r(&seconds, &utc) || strftime(out_text, FORMAT_BYTES, "%Y-%m-%d", &utc) == 0) {
        strcpy(out_text, "?");
    }
}

void format_tokens(int64_t tokens, char out_text[FORMAT_BYTES])
{
    if (tokens == TTA_UNKNOWN) {
        strcpy(out_text, "?");
    } else {
        (void)snprintf(out_text, FORMAT_BYTES, "%" PRId64, tokens); /* 13 bytes at most */
    }
}

void format_capabilities(uint64_t capabilities, const char *separator, struct buf *out)
{
    const char *before = "";
    for (; capabilities != 0; capabilities &= capabilities - 1) {
        const char *word = tta_capability_name(capabilities);
        if (word) {
            base_buf_addf(out, "%s%s", before, word);
            before = separator;
        }
    }
}
