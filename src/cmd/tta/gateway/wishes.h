// SPDX-License-Identifier: MIT
/*
 * gateway/wishes.h - what a client asks of the model, beside what its request says by itself.
 *
 * In the words of `tta select`: a header for each, "x-tta-max-prompt-price: 0.5",
 * or members of the object x_tta in the body, {"max_prompt_price": 0.5,
 * "can": ["tools"]}, which count more.
 */
#ifndef CMD_TTA_GATEWAY_WISHES_H
#define CMD_TTA_GATEWAY_WISHES_H

#include "cmd/tta/gateway/request.h"
#include "tta/selection.h"

struct wishes {
    struct tta_requirements requirements; /* without what only a catalogue can say: */
    char only[256], excluded[256];        /* lists of names, "": none */
    bool are_any, have_task;
};

/* `extras` is the text of x_tta, or empty.  False with one sentence in `reason`. */
bool wishes_read(const struct request *request, struct str extras, struct wishes *out_wishes, struct buf *reason);

/* The requirements with the origins as a catalogue has them.  False with one sentence in `reason` if it has none of a
 * name. */
bool wishes_settle(const struct wishes *wishes, const struct tta_catalogue *catalogue,
                   struct tta_requirements *out_requirements, struct buf *reason);

#endif /* CMD_TTA_GATEWAY_WISHES_H */
