// SPDX-License-Identifier: MIT
/*
 * tta/clients_file.h - who may use the gateway: a file of clients.
 *
 * A client has a name and a key, "tta-" and 43 letters and digits that nobody
 * can guess.  The file holds BLAKE2b-256 of the key and not the key itself: it
 * has 256 random bits, so there is nothing that a slow hash would protect.
 * JSON that only its owner may read; a change is written whole or not at all.
 */
#ifndef CMD_TTA_CLIENTS_FILE_H
#define CMD_TTA_CLIENTS_FILE_H

#include "base/buf.h"
#include "cmd/tta/gateway/allowance.h"

#define CLIENT_KEY_BYTES sizeof("tta-0123456789012345678901234567890123456789012")
#define CLIENT_MAX_NAME_BYTES 64

enum { CLIENT_HASH_BYTES = 32, CLIENT_HINT_BYTES = 5, CLIENT_MAX_MODELS = 64, CLIENTS_MAX = 10000 };

struct client {
    char name[CLIENT_MAX_NAME_BYTES + 1];
    unsigned char key_hash[CLIENT_HASH_BYTES];
    char key_end[CLIENT_HINT_BYTES]; /* its last four letters, for people */
    int64_t added_unix_s;
    char **models; /* patterns of names, see base_str_matches(); none: all */
    size_t model_count;
    struct allowance_limits limits;
    bool manages;       /* it may use the management API */
    bool asks_unpriced; /* with a budget, it may still ask models whose price nobody knows */
};

/* Zero-initialised: none. */
struct clients_file {
    struct client *items;
    size_t count, capacity;
};

/* Reads it.  `is_needed`: a file that is not there is a fault, else no clients.  False with one sentence in `reason`,
 * and nothing to release. */
bool clients_file_read(const char *path, bool is_needed, struct clients_file *out_file, struct buf *reason);
/* The same of the text of a file, whose name `path` is in reasons alone. */
bool clients_file_parse(struct str text, const char *path, struct clients_file *out_file, struct buf *reason);
void clients_file_release(struct clients_file *file);

/* Writes it, for its owner alone.  False with one sentence in `reason`; the file is then as it was. */
bool clients_file_write(const char *path, const struct clients_file *file, struct buf *reason);

/* The text that it writes. */
void clients_file_format(const struct clients_file *file, struct buf *out);

/* NULL: there is none of that name. */
struct client *clients_file_find(const struct clients_file *file, const char *name);

/* 1 to 64 letters, digits, dots, dashes and underscores. */
bool client_name_is_good(const char *name);

/* Adds a client without models and limits, borrowed until the next one is added.  NULL without memory. */
struct client *clients_file_add(struct clients_file *file, const char *name);
void clients_file_remove(struct clients_file *file, struct client *client);
/* Adds a pattern; false without memory. */
bool client_add_model(struct client *client, struct str pattern);

/* Makes a new key for a client; the file is told its hash alone.  False if the system gives no random numbers. */
bool client_make_key(struct client *client, char out_key[CLIENT_KEY_BYTES]);
void client_hash_key(struct str key, unsigned char out_hash[CLIENT_HASH_BYTES]);

#endif /* CMD_TTA_CLIENTS_FILE_H */
