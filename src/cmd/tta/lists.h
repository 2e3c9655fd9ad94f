// SPDX-License-Identifier: MIT
/* tta/lists.h - the catalogue that the configuration stands for, from the lists that were fetched last. */
#ifndef CMD_TTA_LISTS_H
#define CMD_TTA_LISTS_H

#include "cmd/tta/config.h"
#include "tta/store.h"

/* The models of the configuration, those of the stored lists in the order of its
 * servers, and LiteLLM's facts, as one catalogue.  NULL with one sentence on stderr. */
struct tta_catalogue *lists_read(const struct config *config);

/* The stored list of a server, NULL if there is none. */
const struct tta_list *lists_find(const struct tta_store *store, const struct tta_server *server);

#endif /* CMD_TTA_LISTS_H */
