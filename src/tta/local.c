// SPDX-License-Identifier: MIT
/* Models within the program or beside it, as its configuration states them: there is nobody to ask. */
#include "tta/listing.h"

const struct tta_provider_kind tta_provider_local = {
    .info = {.name = "local", .auth = TTA_AUTH_NONE},
    .first_listing = TTA_LISTING_COUNT,
};
