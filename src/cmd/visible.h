// SPDX-License-Identifier: MIT
/* cmd/visible.h - text of others on a terminal. */
#ifndef CMD_VISIBLE_H
#define CMD_VISIBLE_H

#include <stdio.h>

/* Prints UTF-8 text with "?" for each control character, line breaks too, so
 * that no terminal obeys a name in a file. */
void visible_print(FILE *out, const char *text);

/* Puts the "?" into the text itself, which never grows. */
void visible_make(char *text);

#endif /* CMD_VISIBLE_H */
