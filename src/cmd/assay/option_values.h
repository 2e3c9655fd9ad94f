// SPDX-License-Identifier: MIT
/*
 * assay/option_values.h - what may be said for an option, and what it sets.
 *
 * Setters as cmd/arguments.h has them: each says in its comment what `field`
 * points to.  Text is borrowed from the command line or the configuration.  Those
 * of how tables look are in option_tables.h.
 */
#ifndef CMD_ASSAY_OPTION_VALUES_H
#define CMD_ASSAY_OPTION_VALUES_H

#include "cmd/arguments.h"

/* int64_t of nanoseconds: seconds, as pytest-benchmark takes them, or with a unit; from 0, and from a millisecond. */
argument_set_fn option_set_time, option_set_positive_time;
/* uint64_t: a whole number from 0, and from 1. */
argument_set_fn option_set_count, option_set_positive_count;
/* bool: on without a value, or as a word says. */
argument_set_fn option_set_switch;
/* const char *: a path, a name of a saved run, a folder, a revision of git, a filter; a reason, which is not blank. */
argument_set_fn option_set_path, option_set_name, option_set_storage, option_set_revision, option_set_filter,
    option_set_reason;

/* uint64_t of iterations: 0 for "off"; "on" keeps a number that was given. */
argument_set_fn option_set_warmup;
/* enum assay_timer_kind, by assay's word or Python's. */
argument_set_fn option_set_timer;
/* unsigned of ASSAY_COUNT_...: adds those of a list; adds or takes out the instructions. */
argument_set_fn option_set_counts, option_set_instructions;
/* double: a share above 0 and below 1. */
argument_set_fn option_set_slowed;

/* struct assay_limits: each adds a rule; or says which benchmarks may be gone. */
argument_set_fn option_set_margin, option_set_gate_margin, option_set_regression, option_set_improvement,
    option_set_tolerance, option_set_compare_fail, option_set_allow_gone;
/* enum assay_metric: one that verdicts can be on. */
argument_set_fn option_set_statistic;

/* struct options: several fields at once. */
argument_set_fn option_set_memory, option_set_seed;
/* The same of what is compared with: these are ways to name one thing, so the later one wins, and the command line
 * overrides assay.yaml. */
argument_set_fn option_set_baseline, option_set_no_baseline, option_set_compare;

/* What can be no program where it stands behind an option: a word for a switch, the number of a saved run, a check. */
argument_follows_fn option_is_switch_word, option_is_run_number, option_is_check;

#endif /* CMD_ASSAY_OPTION_VALUES_H */
