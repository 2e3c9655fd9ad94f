// SPDX-License-Identifier: MIT
/*
 * tta/config.h - tta.yaml: which servers there are, models of one's own, metrics and alerts.
 *
 * Keys of an API never stand in the file: it names the variable of the
 * environment that holds one, or one that lies in a vault.
 */
#ifndef CMD_TTA_CONFIG_H
#define CMD_TTA_CONFIG_H

#include "base/buf.h"
#include "cmd/tta/serve_config.h"
#include "cmd/tta/variable_keys.h"
#include "tta/alert.h"
#include "tta/fetch.h"

struct config;

/* Reads the file.  False with one sentence in `reason`. */
bool config_read(const char *path, struct config **out_config, struct buf *reason);
/* NULL does nothing. */
void config_destroy(struct config *config);

/* Takes the keys that were read out of the environment, for who reads no configuration after this one. */
void config_wipe_variables(const struct config *config);
/* The same for who reads more of them: the keys stay in `kept`, which outlives the configuration, and what earlier ones
 * left there is of this one too.  False without memory. */
bool config_keep_keys(struct config *config, struct variable_keys *kept);

/* The servers, in the order of trust, with the keys that the environment has for them; borrowed. */
const struct tta_server *config_servers(const struct config *config, size_t *out_count);

/* The name of a server: its own, or its provider's. */
const char *config_server_name(const struct tta_server *server);
/* The first of that name, borrowed; NULL with one sentence in `reason`: there is none. */
const struct tta_server *config_find_server(const struct config *config, const char *name, struct buf *reason);

/* The models that the file states; borrowed. */
const struct tta_model *config_models(const struct config *config, size_t *out_count);

/* LiteLLM's file with prices and limits; NULL: none is named. */
const char *config_prices(const struct config *config);

/* Where the last good lists are kept. */
const char *config_store(const struct config *config);

/* The file that metrics are kept in; NULL: none is named. */
const char *config_metrics(const struct config *config);

/* The alerts on them, borrowed; and the command that is told of one, NULL: none is. */
const struct tta_alert_rule *config_alerts(const struct config *config, size_t *out_count);
const char *config_alert_hook(const struct config *config);

/* The vault, and the file of the key that opens it; NULL: none is named. */
const char *config_vault(const struct config *config);
const char *config_key_file(const struct config *config);

/* The name in the vault of the key of a server; NULL: it has what the environment has.  With one there is a vault. */
const char *config_vault_key(const struct config *config, size_t index);

/* How to serve; borrowed. */
const struct serve_config *config_serve(const struct config *config);

#endif /* CMD_TTA_CONFIG_H */
