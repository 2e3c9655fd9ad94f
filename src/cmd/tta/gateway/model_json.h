// SPDX-License-Identifier: MIT
/* gateway/model_json.h - models, scores and states in the answers of the management API. */
#ifndef CMD_TTA_GATEWAY_MODEL_JSON_H
#define CMD_TTA_GATEWAY_MODEL_JSON_H

#include "cmd/tta/gateway/routing.h"

/* Each writes "key": and a value, behind a comma unless a "{" stands before it. */
void model_json_key(struct buf *out, const char *key);
void model_json_text(struct buf *out, const char *key, const char *text); /* NULL: null */
void model_json_int(struct buf *out, const char *key, int64_t number);
void model_json_double(struct buf *out, const char *key, double number, bool is_known); /* else null */
void model_json_bool(struct buf *out, const char *key, bool value);

/* An object: a model as the management API shows it.  Prices are USD a token: null if they are not known, "dynamic"
 * if the provider decides. */
void model_json_add(struct buf *out, const struct routing *routing, size_t row, int64_t now_ns);

/* The blended price of a token that the API asks for by max_cost_per_token: half prompt and half answer, in pico-USD;
 * below 0: not known. */
int64_t model_blended_pusd(const struct tta_model *model);

/* The worse of a server's own breaker and that of its key. */
enum tta_breaker_state server_state(const struct routing *routing, size_t server, int64_t now_ns);

/* The breaker of a model, or of its server, if that is worse. */
enum tta_breaker_state model_state(const struct routing *routing, size_t row, int64_t now_ns);

#endif /* CMD_TTA_GATEWAY_MODEL_JSON_H */
