// SPDX-License-Identifier: MIT
/* tta/fetch_outcome.h - what an answer to the question for a list of models comes to, before the list is read. */
#ifndef TTA_FETCH_OUTCOME_H
#define TTA_FETCH_OUTCOME_H

#include "tta/fetch.h"
#include "tta/http.h"

enum { TTA_FETCH_SENTENCE_BYTES = 160 };

/* TTA_FETCH_GOOD: it may be a list. */
enum tta_fetch_outcome tta_fetch_outcome_of(const struct tta_http_answer *answer);

/* One sentence for a person, with the status if there was one (above 0). */
void tta_fetch_outcome_say(enum tta_fetch_outcome outcome, int http_status,
                           char out_sentence[TTA_FETCH_SENTENCE_BYTES]);

#endif /* TTA_FETCH_OUTCOME_H */
