// SPDX-License-Identifier: MIT
/* gateway/routing_catalogue.h - the models of the configuration, and those that only its chains name. */
#ifndef CMD_TTA_GATEWAY_ROUTING_CATALOGUE_H
#define CMD_TTA_GATEWAY_ROUTING_CATALOGUE_H

#include "cmd/tta/config.h"

/*
 * The catalogue of the configuration, see lists_read(), and beside it a model of
 * which nothing is known for each target "SERVER/MODEL" of a chain that is not in
 * it.  NULL after a complaint.
 */
struct tta_catalogue *routing_catalogue_read(const struct config *config);

/* The server that a target "SERVER/MODEL" begins with, and its model; false if there is none. */
bool routing_split(const struct tta_server *servers, size_t count, const char *target, size_t *out_server,
                   const char **out_model);

#endif /* CMD_TTA_GATEWAY_ROUTING_CATALOGUE_H */
