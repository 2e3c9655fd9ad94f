// SPDX-License-Identifier: MIT
/*
 * assay/commands.h - what the program does, one function a command.
 *
 * Each prints to stdout (results) and stderr (progress, reasons) and returns
 * the exit status below.
 */
#ifndef CMD_ASSAY_COMMANDS_H
#define CMD_ASSAY_COMMANDS_H

#include "cmd/assay/options.h"
#include "cmd/complain.h"

enum exit_status {
    EXIT_FINE = 0,
    EXIT_REGRESSION = 1,  /* or a missed target */
    EXIT_BAD_USAGE = 2,   /* or a bad file */
    EXIT_UNMEASURED = 3,  /* a benchmark failed */
    EXIT_UNDECIDED = 4    /* a target or a check cannot be decided */
};

/* Measures the benchmarks of the programs, reports, compares and saves as the
 * options say. */
int command_run(const struct options *options, const char *const *programs, size_t program_count);

/* Runs the one benchmark of this program that --profile matches, in this process. */
int command_profile_here(const struct options *options);
/* Becomes the program whose benchmark --profile matches, which then does that. */
int command_profile(const struct options *options, const char *const *programs, size_t program_count);

/* Runs the build command of the configuration; its own output tells why it failed. */
int command_build(const char *command);

/* Measures two builds in turns: those that two arguments name, or the programs, built by `build_command`
 * (NULL: none), against what that makes of the commit that --base names. */
int command_gate(const struct options *options, const char *const *programs, size_t program_count,
                 const char *build_command);

/* Gates the programs of the arguments against themselves, many times. */
int command_aa(const struct options *options);

/* Prints the paths of saved runs. */
int command_list(const struct options *options);

/* Compares saved runs: the first is the baseline of each further one. */
int command_compare(const struct options *options);

/* Shows or changes a file of baselines: the first argument is save, show, accept or drop. */
int command_baseline(const struct options *options);

/* Prints what is known of the past of the benchmarks that the arguments name. */
int command_history(const struct options *options);

#endif /* CMD_ASSAY_COMMANDS_H */
