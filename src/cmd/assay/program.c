// SPDX-License-Identifier: MIT
#include "cmd/assay/program.h"

void program_look(const char *path, struct program_identity *out_identity)
{
    struct stat found;
    *out_identity = (struct program_identity){0};
    if (stat(path, &found) == 0) {
        *out_identity = (struct program_identity){
            .is_known = true,
            .device = found.st_dev,
            .file = found.st_ino,
            .bytes = found.st_size,
            .modified = found.st_mtim,
        };
    }
}

bool program_is_same(const char *path, const struct program_identity *identity)
{
    struct program_identity now;
    program_look(path, &now);
    return now.is_known == identity->is_known && now.device == identity->device && now.file == identity->file &&
           now.bytes == identity->bytes && now.modified.tv_sec == identity->modified.tv_sec &&
           now.modified.tv_nsec == identity->modified.tv_nsec;
}
