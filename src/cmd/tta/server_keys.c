// SPDX-License-Identifier: MIT
#include "cmd/tta/server_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/tta/commands.h"

/* The keys that lie in the vault take the place of those of the environment. */
static int take_from_vault(const struct config *config, struct server_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        const char *name = config_vault_key(config, i);
        struct tta_vault_key key;
        if (name && tta_vault_find(keys->vault.vault, name, &key) != TTA_OK) {
            complain("%s: there is no key '%.*s' of the configuration; tta keys list names them", config_vault(config),
                     TTA_VAULT_MAX_NAME_BYTES, name);
            return EXIT_BAD_USAGE;
        }
        if (name && key.provider != keys->servers[i].provider) {
            complain("%s: the key '%s' is of %s, and would go to %s", config_vault(config), name,
                     tta_provider_name(key.provider), tta_provider_name(keys->servers[i].provider));
            return EXIT_BAD_USAGE;
        }
        keys->servers[i].key = name ? key.secret : keys->servers[i].key;
    }
    return EXIT_FINE;
}

static bool needs_vault(const struct config *config, size_t count)
{
    bool is_needed = false;
    for (size_t i = 0; i < count; i++) {
        is_needed = is_needed || config_vault_key(config, i);
    }
    return is_needed;
}

int server_keys_take(const struct options *options, const struct config *config, struct server_keys *out_keys)
{
    const struct tta_server *servers = config_servers(config, &out_keys->count);
    out_keys->vault = (struct vault_file){.lock_fd = -1};
    out_keys->servers = base_alloc_array(out_keys->count, sizeof(*servers));
    if (!out_keys->servers) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    if (out_keys->count > 0) {
        memcpy(out_keys->servers, servers, out_keys->count * sizeof(*servers));
    }
    if (!needs_vault(config, out_keys->count)) {
        return EXIT_FINE;
    }
    struct options of_vault = *options;
    int status;
    of_vault.vault = config_vault(config);
    of_vault.key_file = config_key_file(config);
    if (!vault_file_open(&of_vault, false, &out_keys->vault, &status)) {
        return status;
    }
    return take_from_vault(config, out_keys);
}

void server_keys_release(struct server_keys *keys)
{
    vault_file_close(&keys->vault);
    free(keys->servers);
    keys->servers = NULL;
}
