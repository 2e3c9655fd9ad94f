// SPDX-License-Identifier: MIT
/* cmd/yaml.h - what a program says of a YAML file that libcyaml refuses. */
#ifndef CMD_YAML_H
#define CMD_YAML_H

#include <cyaml/cyaml.h>

#include "base/buf.h"

/* How to load: errors alone are logged, into the struct buf that log_ctx points to. */
extern const cyaml_config_t yaml_loader;

/* The line, from 1, of a key with a ':' behind it; 0 if it is not found. */
int yaml_line_of_key(struct str text, struct str key);

/* If the log is about a key that is not known: that key; else empty. */
struct str yaml_unknown_key(cyaml_err_t error, struct str log);

/* Adds what the log says first, and where: "PATH:LINE: WHAT". */
void yaml_explain(const char *path, cyaml_err_t error, struct str log, struct buf *reason);

#endif /* CMD_YAML_H */
