// SPDX-License-Identifier: MIT
#include "cmd/tta/catalogue_file.h"

#include <string.h>

#include "base/file.h"
#include "cmd/complain.h"

struct tta_catalogue *catalogue_file_read(const char *path)
{
    struct buf json;
    char reason[BASE_FILE_REASON_BYTES];
    struct tta_error err;
    struct tta_catalogue *catalogue = NULL;
    base_buf_init(&json, TTA_MAX_CATALOGUE_BYTES);
    if (!base_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &json, reason)) {
        complain("%s", reason);
    } else if (tta_catalogue_parse_openrouter(json.ptr, json.len, &catalogue, &err) != TTA_OK) {
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
