// SPDX-License-Identifier: MIT
/* cmd/complain.h - what a program says when it cannot go on. */
#ifndef CMD_COMPLAIN_H
#define CMD_COMPLAIN_H

/* Each program defines its own. */
extern const char program_name[];

/* Takes out of a sentence what must not be shown, where a program defines it. */
__attribute__((weak)) void program_scrub(char *sentence);

/* The program's name and one sentence, on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* CMD_COMPLAIN_H */
