// SPDX-License-Identifier: MIT
/* tta/format.h - numbers of models as a person reads them. */
#ifndef CMD_TTA_FORMAT_H
#define CMD_TTA_FORMAT_H

#include "base/buf.h"
#include "tta/catalogue.h"

#define FORMAT_BYTES 48

/* One of a model's prices in USD per million tokens, exact: "0.14", "0.075";
 * "free" if the whole model is, "?" unknown, "varies" dynamic. */
void format_price(const struct tta_model *model, int64_t price_pusd, char out_text[FORMAT_BYTES]);

/* An amount in USD, exact: "0.0031"; "0" of nothing. */
void format_cost(int64_t cost_pusd, char out_text[FORMAT_BYTES]);

/* "4.3 GiB", "512 MiB"; "?" if unknown. */
void format_bytes(int64_t bytes, char out_text[FORMAT_BYTES]);

/* "2026-08-10", in UTC; "?" if it is no day. */
void format_day(int64_t unix_s, char out_text[FORMAT_BYTES]);

/* "131072", "?" if unknown. */
void format_tokens(int64_t tokens, char out_text[FORMAT_BYTES]);

/* Adds the words of capabilities, with `separator` between. */
void format_capabilities(uint64_t capabilities, const char *separator, struct buf *out);

#endif /* CMD_TTA_FORMAT_H */
