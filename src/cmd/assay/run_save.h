// SPDX-License-Identifier: MIT
/* assay/run_save.h - where a run is written to, and whether it may be. */
#ifndef CMD_ASSAY_RUN_SAVE_H
#define CMD_ASSAY_RUN_SAVE_H

#include "assay/result.h"
#include "cmd/assay/options.h"

/* All borrowed. */
struct run_to_save {
    const struct options *options;
    const struct assay_result *result;
    const char *machine_id;
    int64_t unix_ns;   /* when it was described */
    bool has_baseline; /* it was compared with one */
    bool is_interrupted;
    bool has_regressed;
    size_t failures; /* benchmarks that failed */
};

/* Writes it where --json, --save, --autosave and a --baseline that is not there yet
 * ask for, and says where, or why not.  A regression and failures keep it out of
 * the storage, an interruption from becoming the baseline.  EXIT_FINE, also where it
 * may not be saved, or EXIT_BAD_USAGE or EXIT_UNMEASURED. */
int run_save(const struct run_to_save *run);

#endif /* CMD_ASSAY_RUN_SAVE_H */
