// SPDX-License-Identifier: MIT
/*
 * tta/json_out.h - models and what is said of them, as JSON for programs.
 *
 * A number that is not known is null, a price that the provider decides is
 * "dynamic"; prices are whole pico-USD, as in the library.
 */
#ifndef CMD_TTA_JSON_OUT_H
#define CMD_TTA_JSON_OUT_H

#include "base/buf.h"
#include "tta/selection.h"

#define MAX_JSON_BYTES ((size_t)1 << 30)

/* A string with its quotes, null of NULL. */
void json_add_text(struct buf *out, const char *text);

/* An amount in USD, exact: 5 or 0.0031. */
void json_add_usd(struct buf *out, int64_t pusd);

/* An array of the words of capabilities. */
void json_add_capabilities(struct buf *out, uint64_t capabilities);

/* An object with all that is known of a model, and where each fact comes from. */
void json_add_model(struct buf *out, const struct tta_catalogue *catalogue, size_t row);

/* An object with the terms of a score. */
void json_add_score(struct buf *out, const struct tta_score *score);

/* Prints it, with a line's end, and releases it.  False if memory was lacking. */
bool json_print(struct buf *out);

#endif /* CMD_TTA_JSON_OUT_H */
