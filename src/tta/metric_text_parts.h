// SPDX-License-Identifier: MIT
/* tta/metric_text_parts.h - what writers of texts share. */
#ifndef TTA_METRIC_TEXT_PARTS_H
#define TTA_METRIC_TEXT_PARTS_H

#include "base/buf.h"
#include "tta/status.h"

#define METRIC_TEXT_MAX_BYTES ((size_t)1 << 28)

/* Hands what was written to the caller, or says that it could not be: TTA_OK or TTA_NO_MEMORY. */
enum tta_status tta_text_take(struct buf *out, char **out_text, size_t *out_len);

#endif /* TTA_METRIC_TEXT_PARTS_H */
