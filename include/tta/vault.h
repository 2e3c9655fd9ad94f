/* SPDX-License-Identifier: MIT */
/*
 * tta/vault.h - API keys, sealed.
 *
 * A vault holds named keys in locked memory and becomes bytes that may lie in
 * a file: sealed with XChaCha20-Poly1305 under a key that Argon2id makes of a
 * passphrase, or that the caller has from a file or elsewhere.  Whoever has the
 * bytes alone learns how many bytes the keys take, and nothing else; a changed
 * bit is found when they are opened.  To move keys, or to lock them with another
 * lock, put them into a vault that was made with that lock: what was sealed is
 * never opened outside of locked memory.
 *
 * The library reads and writes no files: keep the bytes with a write that is
 * whole or not at all.  A vault is for one thread at a time.
 */
#ifndef TTA_VAULT_H
#define TTA_VAULT_H

#include "tta/keys.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_VAULT_KEY_BYTES 32
#define TTA_VAULT_MAX_KEYS 4096
#define TTA_VAULT_MAX_NAME_BYTES 64
#define TTA_VAULT_MAX_URL_BYTES 1024

/* What opens a vault: one of the two, borrowed for the call. */
struct tta_vault_lock {
    const char *passphrase; /* 1 to 1024 bytes; NULL: there is none */
    size_t passphrase_len;
    const unsigned char *key; /* TTA_VAULT_KEY_BYTES random bytes; NULL: there is none */
};

struct tta_vault;

/*
 * An empty vault, to be opened with `lock`.  With a passphrase this takes some
 * tenths of a second and 64 MiB, which is its purpose.  TTA_OK: `*out_vault` is
 * owned by the caller.  TTA_BAD_ARGUMENT: none or both in the lock, or an empty
 * or too long passphrase; TTA_NO_MEMORY; TTA_NO_SERVICE: libsodium could not
 * start.  `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_vault_create(const struct tta_vault_lock *lock, struct tta_vault **out_vault, struct tta_error *err);

/*
 * Opens what tta_vault_seal() gave.  As tta_vault_create(), and
 * TTA_BAD_SYNTAX: not a vault, cut, or of another version; TTA_NOT_FOUND: the
 * lock does not fit, or a bit was changed (the two cannot be told apart), or a
 * passphrase was given for a vault with a key, or the reverse.  `err` says which.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_vault_open(const void *bytes, size_t len, const struct tta_vault_lock *lock, struct tta_vault **out_vault,
               struct tta_error *err);

/* Zeroes and releases it.  NULL does nothing. */
TTA_API void tta_vault_destroy(struct tta_vault *vault);

/* The vault as bytes, of a new nonce each time.  TTA_OK: `*out_bytes` is the caller's, for free().  TTA_NO_MEMORY. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_vault_seal(const struct tta_vault *vault, unsigned char **out_bytes, size_t *out_len);

/* A key's record, borrowed until the vault changes. */
struct tta_vault_key {
    const char *name;     /* 1 to TTA_VAULT_MAX_NAME_BYTES of a-z A-Z 0-9 . _ - */
    enum tta_provider provider;
    const char *base_url; /* "": the provider's own */
    int64_t added_unix_s;
    const struct tta_secret *secret;
};

/*
 * Adds a key of a new name, or with `replaces` takes the place of that one,
 * which must be there.  All is copied.  TTA_OK.  TTA_BAD_ARGUMENT: a name or
 * URL that is none, or no such provider, or the name is taken.  TTA_NOT_FOUND:
 * nothing to replace.  TTA_TOO_LARGE: TTA_VAULT_MAX_KEYS.  TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_vault_put(struct tta_vault *vault, const struct tta_vault_key *key, bool replaces, struct tta_error *err);

/* Removes a key and zeroes its secret.  TTA_OK or TTA_NOT_FOUND. */
TTA_API TTA_MUST_CHECK enum tta_status tta_vault_remove(struct tta_vault *vault, const char *name);

TTA_API size_t tta_vault_count(const struct tta_vault *vault);
/* The key of an index below the count, in the order in which they were added. */
TTA_API struct tta_vault_key tta_vault_key_at(const struct tta_vault *vault, size_t index);
/* The key of a name: TTA_OK or TTA_NOT_FOUND. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_vault_find(const struct tta_vault *vault, const char *name, struct tta_vault_key *out_key);

#ifdef __cplusplus
}
#endif

#endif /* TTA_VAULT_H */
