// SPDX-License-Identifier: MIT
/* gateway/provider_api.h - which APIs a kind of provider has: where, and in whose words. */
#ifndef CMD_TTA_GATEWAY_PROVIDER_API_H
#define CMD_TTA_GATEWAY_PROVIDER_API_H

#include "cmd/tta/gateway/api.h"
#include "tta/provider.h"
#include "tta/stream.h"

/* From its base URL on; NULL: it does not have it. */
const char *provider_api_path(enum tta_provider provider, enum api api);

/* What is asked and answered there. */
enum tta_dialect provider_api_dialect(enum tta_provider provider, enum api api);

#endif /* CMD_TTA_GATEWAY_PROVIDER_API_H */
