// SPDX-License-Identifier: MIT
/* tta/config_source.h - a configuration file that is being read: its values, set as those of the command line are. */
#ifndef CMD_TTA_CONFIG_SOURCE_H
#define CMD_TTA_CONFIG_SOURCE_H

#include "cmd/arguments.h"

struct config_source {
    const char *path;
    struct str text;
    struct buf *reason; /* gets one sentence when something is refused */
};

/* Sets a field from the value of a key; NULL, where it is absent, leaves the field alone.  False with the line of the
 * first such value. */
bool config_set(const struct config_source *source, const char *key, const char *value, argument_set_fn *setter,
                void *field);

/* Refuses the entry of a number, from 1, of a list; is false. */
bool config_refuse(const struct config_source *source, const char *list, size_t number, const char *what);

/* A field of text that may be absent, for libcyaml. */
#define CONFIG_TEXT(type_, name_)                                                                                      \
    CYAML_FIELD_STRING_PTR(#name_, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct type_, name_, 0, CYAML_UNLIMITED),

#endif /* CMD_TTA_CONFIG_SOURCE_H */
