// SPDX-License-Identifier: MIT
/*
 * tta/key_input.h - an API key from standard input.
 *
 * Standard input and not an argument or the environment, which other users and
 * child processes can see.  From a terminal it is read without echo.  No copy
 * is left in memory but the secret.
 */
#ifndef CMD_TTA_KEY_INPUT_H
#define CMD_TTA_KEY_INPUT_H

#include "tta/keys.h"

/* Reads one key, of which a newline at the end is no part.  NULL with one
 * sentence on stderr. */
struct tta_secret *key_input_read(void);

#endif /* CMD_TTA_KEY_INPUT_H */
