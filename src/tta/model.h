// SPDX-License-Identifier: MIT
/* tta/model.h - one model: whether it is in range, and what a request to it costs. */
#ifndef TTA_MODEL_H
#define TTA_MODEL_H

#include "tta/catalogue.h"

/* What is wrong with a model, the id's and the name's length apart; NULL if nothing. */
const char *tta_model_fault(const struct tta_model *model);

/* Whether all of a NUL-terminated text is UTF-8. */
bool tta_is_utf8(const char *text);

#endif /* TTA_MODEL_H */
