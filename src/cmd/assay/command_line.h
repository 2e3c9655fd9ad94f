// SPDX-License-Identifier: MIT
/*
 * assay/command_line.h - the options of each command by their names.
 *
 * Every option is also understood with "benchmark-" before its name, as
 * pytest-benchmark spells it.  An optional value is given with "=", so an option
 * never swallows the argument behind it; a bare number behind --compare, a word as
 * "off" behind --warmup and further checks behind --compare-fail are taken all the
 * same, for they cannot be programs.
 */
#ifndef CMD_ASSAY_COMMAND_LINE_H
#define CMD_ASSAY_COMMAND_LINE_H

#include <stdio.h>

#include "cmd/assay/options.h"

/* Sets one option by its name without dashes, as the configuration does.
 * `value` is NULL where none was given.  False with one sentence in `reason`. */
bool command_line_set(struct options *options, struct str name, const char *value, struct buf *reason);

/* Parses argv[1..]; what was set before stays unless named again (a repeated
 * --compare-fail adds).  False with one sentence in `reason`. */
bool command_line_parse(struct options *options, enum command command, int argc, char *const *argv,
                        struct buf *reason);

/* Tells of each option of pytest-benchmark that was given and means nothing in C what there is instead. */
void command_line_note_counterparts(const struct options *options);

/* The index in argv of the first argument that is no option of any command, nor the value
 * of one; argc if there is none. */
int command_line_first_operand(int argc, char *const *argv);

/* Finds --config in argv before all else, since what it names comes first;
 * NULL if it is not there. */
const char *command_line_find_config(int argc, char *const *argv);

void command_line_print_help(FILE *out, const char *program, enum command command);

#endif /* CMD_ASSAY_COMMAND_LINE_H */
