// SPDX-License-Identifier: MIT
/* assay/commit.h - which commit is checked out here. */
#ifndef CMD_ASSAY_COMMIT_H
#define CMD_ASSAY_COMMIT_H

#include "assay/result.h"

/* Asks git about the current directory.  Outside of a checkout, or without git,
 * the id is "unversioned".  Strings are the caller's.  ASSAY_OK or
 * ASSAY_NO_MEMORY. */
ASSAY_MUST_CHECK enum assay_status commit_describe(struct assay_commit *out_commit);

/* The first line that a command of the shell prints; NULL if it failed or printed nothing, or without
 * memory.  The caller's. */
char *commit_ask(const char *command);

/* Who is at work here: git's user.name and user.email as "Name <mail>", else $USER, else "unknown".  The
 * caller's; NULL without memory. */
char *commit_author(void);

#endif /* CMD_ASSAY_COMMIT_H */
