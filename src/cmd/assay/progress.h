// SPDX-License-Identifier: MIT
/* assay/progress.h - how far a run is, for whoever waits for it. */
#ifndef CMD_ASSAY_PROGRESS_H
#define CMD_ASSAY_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A progress line on a terminal; in a log a line now and then. */
struct progress {
    FILE *out;
    bool is_terminal;
    int64_t start_ns, last_ns;
    size_t line_len;
    char remark[40]; /* behind each line; "" at first, the caller may set it */
};
struct progress progress_to(FILE *out);
void progress_show(struct progress *progress, const char *fullname, size_t done, size_t total);
void progress_clear(struct progress *progress);

#endif /* CMD_ASSAY_PROGRESS_H */
