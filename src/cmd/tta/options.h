// SPDX-License-Identifier: MIT
/* tta/options.h - the command line. */
#ifndef CMD_TTA_OPTIONS_H
#define CMD_TTA_OPTIONS_H

#include "base/buf.h"
#include "cmd/tta/gateway/allowance.h"
#include "cmd/tta/values.h"

enum command {
    COMMAND_MODELS = 1,
    COMMAND_SELECT = 2,
    COMMAND_KEYS_CHECK = 4,
    COMMAND_MODELS_DIFF = 8,
    COMMAND_HARDWARE = 16,
    COMMAND_MODELS_REFRESH = 32,
    COMMAND_KEYS_ADD = 64,
    COMMAND_KEYS_ROTATE = 128,
    COMMAND_KEYS_LIST = 256,
    COMMAND_KEYS_REMOVE = 512,
    COMMAND_KEYS_VALIDATE = 1024,
    COMMAND_SERVE = 2048,
    COMMAND_METRICS = 4096,
    COMMAND_KEYS_EXPORT = 8192,
    COMMAND_KEYS_REKEY = 16384,
    COMMAND_CLIENTS_ADD = 32768,
    COMMAND_CLIENTS_LIST = 65536,
    COMMAND_CLIENTS_REMOVE = 131072
};

#define MAX_CATALOGUES 16

/* Of a client of the gateway, see tta/clients_file.h. */
struct client_options {
    const char *path;   /* of the file; NULL: that of the configuration */
    const char *models; /* a list; NULL: all */
    struct allowance_limits limits;
    bool manages, asks_unpriced;
};

/* All text is borrowed from argv. */
struct options {
    const char *paths[MAX_CATALOGUES]; /* of catalogues; "-": standard input */
    size_t path_count;
    const char *config_path; /* in place of catalogues */
    struct variable_keys *variable_keys; /* of the environment, for configurations to come; NULL: they stay there */
    bool force;
    bool check_only;
    enum model_order order;
    struct tta_requirements requirements; /* of models, only what --free and --can set */
    struct tta_criteria criteria;
    bool compat;
    size_t rank_count; /* 0: no list of the best */
    bool explain;
    bool tradeoffs;
    struct chain_value chain;
    bool as_json;
    const char *only, *excluded; /* lists of providers; NULL: none given */
    struct taste_value taste;
    int64_t context_tokens; /* of a local model, for its need of memory */
    const char *failed_id; /* NULL: nothing has failed */
    struct strategy_value fallback;
    enum tta_provider provider; /* TTA_PROVIDER_COUNT: none given */
    const char *base_url;       /* NULL: the provider's own */
    const char *server;         /* of the configuration, in place of both; NULL: none given */
    bool form_only;
    const char *vault;    /* the file; NULL: none given */
    const char *key_file; /* what opens it; NULL: a passphrase */
    const char *key_name; /* in it */
    enum tta_window window;
    enum metrics_by by;
    int64_t at_unix_s;     /* -1: now */
    int64_t watch_seconds; /* 0: once */
    bool as_prometheus, shows_alerts, notifies;
    const char *export_path;  /* of a sealed copy; NULL: none */
    const char *new_key_file; /* what opens the copy; NULL: another passphrase */
    bool reveals;
    bool reads_again; /* the vault is opened more than once: its passphrase stays where it is */
    struct client_options clients;
    bool wants_help, wants_version;
};

struct options options_defaults(void);

/* Parses argv[1..].  False with one sentence in `reason`. */
bool options_parse(struct options *options, enum command command, int argc, char *const *argv, struct buf *reason);

const struct argument_table *options_table(void);

#endif /* CMD_TTA_OPTIONS_H */
