// SPDX-License-Identifier: MIT
/*
 * assay/program.h - whether a program is still the file that it was: a build while
 * a run goes on would mix the times of two programs.
 */
#ifndef CMD_ASSAY_PROGRAM_H
#define CMD_ASSAY_PROGRAM_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

struct program_identity {
    bool is_known; /* or there was no such file */
    dev_t device;
    ino_t file;
    off_t bytes;
    struct timespec modified;
};

void program_look(const char *path, struct program_identity *out_identity);
/* False if the file is gone, was replaced or written to since. */
bool program_is_same(const char *path, const struct program_identity *identity);

#endif /* CMD_ASSAY_PROGRAM_H */
