// SPDX-License-Identifier: MIT
/* tta/server_keys.h - the keys of the configuration's servers, from the environment and the vault. */
#ifndef CMD_TTA_SERVER_KEYS_H
#define CMD_TTA_SERVER_KEYS_H

#include "cmd/tta/config.h"
#include "cmd/tta/vault_file.h"

/* The servers with their keys, which live as long as the configuration and this. */
struct server_keys {
    struct tta_server *servers; /* a copy of the configuration's */
    size_t count;
    struct vault_file vault; /* open if one is needed */
};

/* EXIT_FINE, or another status after a complaint; either way for server_keys_release(). */
int server_keys_take(const struct options *options, const struct config *config, struct server_keys *out_keys);
void server_keys_release(struct server_keys *keys);

#endif /* CMD_TTA_SERVER_KEYS_H */
