// SPDX-License-Identifier: MIT
/*
 * tta/variable_keys.h - keys that were taken out of the environment, by the names of their variables.
 *
 * For a program that reads its configuration again: the environment of a
 * process stands in its core images, so a key leaves it when it is first read.
 * For one thread; what is found may be used by any while this is there.
 */
#ifndef CMD_TTA_VARIABLE_KEYS_H
#define CMD_TTA_VARIABLE_KEYS_H

#include <stdbool.h>

#include "tta/keys.h"

struct variable_keys;

/* NULL without memory. */
struct variable_keys *variable_keys_create(void);
/* With the keys.  NULL does nothing. */
void variable_keys_destroy(struct variable_keys *kept);

/* The key of a variable, borrowed; NULL: there is none. */
const struct tta_secret *variable_keys_find(const struct variable_keys *kept, const char *variable);

/* Takes over the key of a variable that has none here.  False without memory: the key is still the caller's. */
bool variable_keys_add(struct variable_keys *kept, const char *variable, struct tta_secret *key);

#endif /* CMD_TTA_VARIABLE_KEYS_H */
