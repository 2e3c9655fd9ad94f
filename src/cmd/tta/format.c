// SPDX-License-Identifier: MIT
#include "cmd/tta/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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
