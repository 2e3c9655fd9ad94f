// SPDX-License-Identifier: MIT
/*
 * assay/environment.h - what about this machine, and about the build, speaks
 * against trusting the times measured on it.
 *
 * Linux tells in /proc and /sys.  What it does not tell is not warned of.
 */
#ifndef CMD_ASSAY_ENVIRONMENT_H
#define CMD_ASSAY_ENVIRONMENT_H

#include "assay/result.h"

/* Since the machine was started, in ticks of all processors. */
struct environment_ticks {
    uint64_t total;  /* 0: unknown */
    uint64_t stolen; /* ready to run, but the host ran another machine */
};

enum environment_boost { ENVIRONMENT_BOOST_UNKNOWN, ENVIRONMENT_BOOST_OFF, ENVIRONMENT_BOOST_ON };

struct environment {
    const char *governor; /* of struct assay_machine, borrowed; or NULL */
    enum environment_boost boost;
    double load;    /* of the minute before; NAN: unknown */
    uint64_t cores; /* online */
    struct environment_ticks before, after;
    bool is_virtual;
    unsigned built; /* ASSAY_BUILT_... */
};

/* Looks at the machine: all but `after`, `governor`, `is_virtual` and `built`. */
void environment_look_before(struct environment *out_environment);
/* Fills `after`. */
void environment_look_after(struct environment *environment);

/* Appends the warnings to `result`, each one sentence with what to do.
 * ASSAY_OK or ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status environment_judge(const struct environment *environment,
                                                     struct assay_result *result);

/* What the files say; false, and `*out` untouched, for what is no such file. */
bool environment_parse_load(struct str loadavg, double *out_load);
bool environment_parse_ticks(struct str stat, struct environment_ticks *out_ticks);
/* Of intel_pstate/no_turbo and of cpufreq/boost; a machine has one of them or none. */
enum environment_boost environment_parse_boost(struct str no_turbo, struct str boost);

#endif /* CMD_ASSAY_ENVIRONMENT_H */
