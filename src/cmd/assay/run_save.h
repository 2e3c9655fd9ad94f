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
    const char *baseline_path; /* that it was compared with; NULL: with nothing */
    const char *baseline_name; /* of the saved run that it becomes if it was compared with nothing; or NULL */
    bool keeps_last;           /* it is kept as the last run (assay/store.h), whatever came of it */
    bool is_interrupted;
    bool may_be_saved; /* where later runs look for a baseline; else the result says why not */
};

/* EXIT_FINE if all that the options ask for can be written, as far as can be known before it
 * is measured; else EXIT_BAD_USAGE, and a sentence on stderr. */
int run_check_paths(const struct options *options, const char *baseline_name);

/* Writes it where --json, --save, --autosave and a --baseline that is not there yet
 * ask for, and says where, or why not.  A regression and failures keep it out of
 * the storage and from replacing its own baseline, an interruption from becoming the
 * baseline.  EXIT_FINE, also where it may not be saved, or EXIT_BAD_USAGE or
 * EXIT_UNMEASURED. */
int run_save(const struct run_to_save *run);

#endif /* CMD_ASSAY_RUN_SAVE_H */
