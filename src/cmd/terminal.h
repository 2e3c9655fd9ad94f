// SPDX-License-Identifier: MIT
/* cmd/terminal.h - what text is written on. */
#ifndef CMD_TERMINAL_H
#define CMD_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

bool terminal_is(FILE *out);

/* Columns of the terminal that `out` is, as of now; where it is none, or does not
 * say, what COLUMNS says; 0: as many as are wanted. */
size_t terminal_columns(FILE *out);

/* Whether text may have characters beyond ASCII: the first of LC_ALL, LC_CTYPE
 * and LANG that is set names UTF-8. */
bool terminal_is_utf8(void);

#endif /* CMD_TERMINAL_H */
