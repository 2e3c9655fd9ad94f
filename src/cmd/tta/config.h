// SPDX-License-Identifier: MIT
/*
 * tta/config.h - tta.yaml: which servers there are, and models of one's own.
 *
 * Keys of an API never stand in the file: it names the variable of the
 * environment that holds one.
 */
#ifndef CMD_TTA_CONFIG_H
#define CMD_TTA_CONFIG_H

#include "base/buf.h"
#include "tta/fetch.h"

struct config;

/* Reads the file.  False with one sentence in `reason`. */
bool config_read(const char *path, struct config **out_config, struct buf *reason);
/* NULL does nothing. */
void config_destroy(struct config *config);

/* The servers, in the order of trust, with the keys that the environment has for them; borrowed. */
const struct tta_server *config_servers(const struct config *config, size_t *out_count);

/* The models that the file states; borrowed. */
const struct tta_model *config_models(const struct config *config, size_t *out_count);

/* LiteLLM's file with prices and limits; NULL: none is named. */
const char *config_prices(const struct config *config);

/* Where the last good lists are kept. */
const char *config_store(const struct config *config);

#endif /* CMD_TTA_CONFIG_H */
