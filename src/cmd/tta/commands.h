// SPDX-License-Identifier: MIT
/*
 * tta/commands.h - what the program does, one function a command.
 *
 * Each prints results to stdout and reasons to stderr, and returns the exit
 * status below.
 */
#ifndef CMD_TTA_COMMANDS_H
#define CMD_TTA_COMMANDS_H

#include "cmd/complain.h"
#include "cmd/tta/options.h"

enum exit_status {
    EXIT_FINE = 0,
    EXIT_REFUSED = 1,     /* no model fits, the key is not good, catalogues differ, or an alert fires */
    EXIT_BAD_USAGE = 2,   /* or a bad file */
    EXIT_BROKEN = 3,      /* no memory, or nowhere to print to */
    EXIT_CANNOT_TELL = 4  /* nobody can say now whether the key is good */
};

/* Lists the models of catalogues. */
int command_models(const struct options *options);

/* What is new in the second of two catalogues. */
int command_models_diff(const struct options *options);

/* Asks the servers of the configuration for their lists. */
int command_models_refresh(const struct options *options);

/* What this machine has, and which of the local models fit. */
int command_hardware(const struct options *options);

/* Serves the models of the configuration until it is told to end. */
int command_serve(const struct options *options);

/* What was recorded of models, and how alerts stand. */
int command_metrics(const struct options *options);

/* Who may use the gateway: makes a client and its key, lists clients, removes one. */
int command_clients_add(const struct options *options);
int command_clients_list(const struct options *options);
int command_clients_remove(const struct options *options);

/* Chooses a model, lists the best, explains, or finds the fallback. */
int command_select(const struct options *options);

/* Is the key on standard input good? */
int command_keys_check(const struct options *options);

/* Keeps the key on standard input in the vault, in place of one of the same name with `replaces`. */
int command_keys_put(const struct options *options, bool replaces);

/* Lists the keys of the vault, by their labels, or removes one. */
int command_keys_list(const struct options *options);
int command_keys_remove(const struct options *options);

/* Seals a copy of the vault for another lock, or prints keys for another program; and locks the vault anew. */
int command_keys_export(const struct options *options);
int command_keys_rekey(const struct options *options);

/* Is a key of the vault good? */
int command_keys_validate(const struct options *options);

#endif /* CMD_TTA_COMMANDS_H */
