// SPDX-License-Identifier: MIT
/*
 * gateway/management.h - the management API, /api/v1/models, as pages.
 *
 * Paths and parameters are those of the original component's API.  All answers
 * are JSON, and all errors have OpenAI's form.  docs/openapi.json states each.
 */
#ifndef CMD_TTA_GATEWAY_MANAGEMENT_H
#define CMD_TTA_GATEWAY_MANAGEMENT_H

#include "cmd/tta/gateway/pages.h"

/* Models that can be asked, by ?provider, free_only, max_cost_per_token, min_context and capabilities. */
page_fn page_available;
page_fn page_free;            /* those that cost nothing */
page_fn page_affordable;      /* those that cost at most ?max_cost_per_token */
page_fn page_recommendations; /* the best for ?task_type */
page_fn page_select;          /* the best for the requirements of the body, and why not the others */
page_fn page_status;          /* what is served, and how it stands */
page_fn page_performance;     /* metrics of all models, ?timeframe_hours */
page_fn page_performance_of;  /* of the model behind the path */
page_fn page_fallbacks;       /* breakers, and what was retried */
page_fn page_fallback_reset;  /* closes the breakers of the model or server behind the path */
page_fn page_provider_health; /* whether there is somebody to ask */
page_fn page_metrics;         /* Prometheus's text */

/* Reads {"model_id","prompt"} and makes it a request for a chat of a few tokens, in the request's own body.  False
 * with an error page. */
bool management_write_test(struct worker *worker, struct request *request, struct buf *out, struct page *out_page);

/* For these pages. */
struct page management_error(struct buf *out, int status, const char *code, const char *param, const char *message);
/* A query parameter that is a word of true or false, an amount of USD in pico-USD, or a whole number from 0, or
 * ?task_type; as it was where it is absent.  False, with an error page, if it is none. */
bool management_flag(const struct request *request, const char *name, bool *flag, struct buf *out,
                     struct page *out_page);
bool management_usd(const struct request *request, const char *name, int64_t *pusd, struct buf *out,
                    struct page *out_page);
bool management_number(const struct request *request, const char *name, int64_t most, int64_t *number, struct buf *out,
                       struct page *out_page);
bool management_task(const struct request *request, enum tta_task *task, struct buf *out, struct page *out_page);

#endif /* CMD_TTA_GATEWAY_MANAGEMENT_H */
