// SPDX-License-Identifier: MIT
/*
 * tta/vault_file.h - the vault of the program, in a file.
 *
 * What opens it is a file of 32 bytes that only its owner may read
 * (--key-file), or the passphrase in the variable TTA_PASSPHRASE.  A change is
 * written whole or not at all, by one program at a time.
 */
#ifndef CMD_TTA_VAULT_FILE_H
#define CMD_TTA_VAULT_FILE_H

#include "cmd/tta/options.h"
#include "tta/vault.h"

struct vault_file {
    const char *path; /* borrowed */
    int lock_fd;      /* -1: only to read */
    struct tta_vault *vault;
};

/*
 * Opens the vault that the options name.  With `to_change` no other program
 * may change it until vault_file_close(), and a file that is not there is an
 * empty vault.  False, after a complaint, with the exit status in `*out_status`.
 */
bool vault_file_open(const struct options *options, bool to_change, struct vault_file *out_file, int *out_status);

/* An empty vault for another lock: the key file, or if that is NULL the passphrase in TTA_NEW_PASSPHRASE.  NULL, after
 * a complaint, with the exit status in `*out_status`. */
struct tta_vault *vault_file_create(const char *new_key_file, int *out_status);

/* Writes it.  False after a complaint; the file is then as it was. */
bool vault_file_save(const struct vault_file *file);
/* The same to a file that must not be there yet. */
bool vault_file_save_new(const struct vault_file *file);

/* Complains that the key that was named is not in it; the exit status. */
int vault_file_lacks_key(const struct vault_file *file);

void vault_file_close(struct vault_file *file);

#endif /* CMD_TTA_VAULT_FILE_H */
