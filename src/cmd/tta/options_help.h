// SPDX-License-Identifier: MIT
/* tta/options_help.h - what a command says of itself when it is asked for --help. */
#ifndef CMD_TTA_OPTIONS_HELP_H
#define CMD_TTA_OPTIONS_HELP_H

#include <stdio.h>

#include "cmd/tta/options.h"

/* How it is called, the options that it has of options_table(), and what its input and its exit status mean. */
void options_print_help(FILE *out, enum command command);

#endif /* CMD_TTA_OPTIONS_HELP_H */
