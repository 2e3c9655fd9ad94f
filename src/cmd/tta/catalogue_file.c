// SPDX-License-Identifier: MIT
#include "cmd/tta/catalogue_file.h"

#include <string.h>

#include "base/file.h"
#include "cmd/complain.h"
#include "tta/provider.h"

/* What has no form that is known is read as OpenRouter's list, for the reason that gives. */
static enum tta_status parse(const struct buf *json, struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    enum tta_listing listing = TTA_LISTING_OPENROUTER;
    enum tta_status status = tta_listing_detect(json->ptr, json->len, &listing, err);
    if (status != TTA_OK && status != TTA_NOT_FOUND) {
        return status;
    }
    return tta_catalogue_parse(listing, json->ptr, json->len, out_catalogue, err);
}

struct tta_catalogue *catalogue_file_read(const char *path)
{
    struct buf json;
    char reason[BASE_FILE_REASON_BYTES];
    struct tta_error err;
    struct tta_catalogue *catalogue = NULL;
    base_buf_init(&json, TTA_MAX_CATALOGUE_BYTES);
    if (!base_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &json, reason)) {
        complain("%s", reason);
    } else if (parse(&json, &catalogue, &err) != TTA_OK) {
        if (err.line > 0) {
            complain("%s:%zu: %s", path, err.line, err.message);
        } else {
            complain("%s: %s", path, err.message);
        }
        catalogue = NULL;
    }
    base_buf_deinit(&json);
    return catalogue;
}
