// SPDX-License-Identifier: MIT
/* tta/completion.h - what shells need to complete the command line, made from the table of options. */
#ifndef CMD_TTA_COMPLETION_H
#define CMD_TTA_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

/* Prints the script for "bash" or "zsh".  False if the shell is none of these. */
bool completion_print(FILE *out, const char *shell);

#endif /* CMD_TTA_COMPLETION_H */
