// SPDX-License-Identifier: MIT
/*
 * gateway/clients.h - who may use the gateway, and what each has used.
 *
 * Clients are read from their file (tta/clients_file.h) with the configuration
 * and are immutable from then on; a reload reads them again.  What they have
 * used outlives that: accounts go by name, and are shared by all that were made
 * one after the other.  What was spent is kept in a file beside, "FILE.spent", so
 * that budgets outlive the process; a process that is killed forgets what came
 * after the last clients_save().
 */
#ifndef CMD_TTA_GATEWAY_CLIENTS_H
#define CMD_TTA_GATEWAY_CLIENTS_H

#include "cmd/tta/clients_file.h"
#include "cmd/tta/gateway/request.h"

struct clients;

/* Reads the file; takes over the accounts of `previous` (NULL: none) if that is of the same file.  Not by two threads
 * at once.  NULL after a complaint. */
struct clients *clients_create(const char *path, const struct clients *previous);
/* NULL does nothing. */
void clients_destroy(struct clients *clients);

size_t clients_count(const struct clients *clients);
const struct client *clients_at(const struct clients *clients, size_t index);

/* Whose key the request has, as "Authorization: Bearer KEY" or "x-api-key: KEY"; NULL: nobody's. */
const struct client *clients_find(const struct clients *clients, const struct request *request);

/* What a client of these has used. */
struct allowance *clients_allowance(const struct clients *clients, const struct client *client);

/* Whether a client may ask for a model by one of these names; NULL is no name. */
bool client_may_ask(const struct client *client, const char *asked, const char *row_name, const char *id);

/* Writes what was spent, if that has changed since.  False with one sentence in `reason`. */
bool clients_save(const struct clients *clients, int64_t now_ns, struct buf *reason);

#endif /* CMD_TTA_GATEWAY_CLIENTS_H */
