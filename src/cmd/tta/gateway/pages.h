// SPDX-License-Identifier: MIT
/* gateway/pages.h - what the gateway answers by itself. */
#ifndef CMD_TTA_GATEWAY_PAGES_H
#define CMD_TTA_GATEWAY_PAGES_H

#include "cmd/tta/gateway/reply.h"
#include "cmd/tta/gateway/worker.h"

#define PAGE_MAX_BYTES ((size_t)64 << 20)

struct page {
    int status;
    const char *content_type;
    struct buf headers; /* more lines that each end in CRLF, for whoever asked to release; zero-initialised: none */
};

/* A page of JSON without headers of its own; of an error, which is added to its body. */
struct page page_json(int status);
struct page page_error(struct buf *out, const struct reply_error *error);

/* Writes the body of the answer to a request. */
typedef struct page page_fn(struct worker *worker, const struct request *request, struct buf *out);

page_fn page_models; /* the models that can be asked for */
page_fn page_model;  /* what that list says of the one that the path names */
page_fn page_health; /* the process runs */
page_fn page_ready;  /* and takes requests: some server has models that can be asked, and it is not about to end */

#endif /* CMD_TTA_GATEWAY_PAGES_H */
