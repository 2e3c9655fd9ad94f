// SPDX-License-Identifier: MIT
/* gateway/query.h - what stands behind the path of a request, and in its last part. */
#ifndef CMD_TTA_GATEWAY_QUERY_H
#define CMD_TTA_GATEWAY_QUERY_H

#include "cmd/tta/gateway/request.h"

enum { QUERY_MAX_VALUE_BYTES = 300 };

enum query_outcome {
    QUERY_ABSENT,
    QUERY_FOUND,
    QUERY_BROKEN /* too long, or a "%" that stands for nothing */
};

/* The first value of a name in the query, decoded, with a NUL. */
enum query_outcome query_value(const struct request *request, const char *name,
                               char out_value[QUERY_MAX_VALUE_BYTES + 1]);

/* What the path has behind a prefix, which it has, decoded. */
enum query_outcome query_path_rest(const struct request *request, size_t prefix_len,
                                   char out_value[QUERY_MAX_VALUE_BYTES + 1]);

#endif /* CMD_TTA_GATEWAY_QUERY_H */
