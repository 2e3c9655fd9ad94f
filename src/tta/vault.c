// SPDX-License-Identifier: MIT
/*
 * The bytes, numbers little-endian:
 *
 *     12  "tta-vault 1\n"
 *      1  1: Argon2id of a passphrase, 0: a key
 *      8  Argon2id's operations    8  its bytes of memory    16  its salt
 *     24  nonce                    8  bytes that follow
 *      n  the records, and 16 bytes by which a change is found
 *
 * All that stands before the records is authenticated with them.  A record is
 * provider (1), time (8), and name, URL and secret, each a length (2) and bytes.
 *
 * Argon2id with libsodium's interactive limits (2 passes, 64 MiB, RFC 9106).
 */
#include "tta/vault.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/text.h"
#include "tta/fail.h"
#include "tta/secret.h"

#define MAGIC "tta-vault 1\n"
#define MAGIC_PREFIX "tta-vault "

enum {
    MAGIC_BYTES = sizeof MAGIC - 1,
    SALT_BYTES = crypto_pwhash_SALTBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    HEAD_BYTES = MAGIC_BYTES + 1 + 8 + 8 + SALT_BYTES + NONCE_BYTES + 8,
    MAX_PASSPHRASE_BYTES = 1024,
    RECORD_BYTES = 1 + 8 + 3 * 2
};
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == TTA_VAULT_KEY_BYTES, "the cipher's keys have that size");

/* Limits on what a file may ask for: a forged one must not take the machine. */
#define MOST_OPERATIONS 16
#define MOST_MEMORY ((uint64_t)1 << 30)
#define MOST_BYTES ((size_t)TTA_VAULT_MAX_KEYS * 2048)

struct record {
    char name[TTA_VAULT_MAX_NAME_BYTES + 1];
    char base_url[TTA_VAULT_MAX_URL_BYTES + 1];
    enum tta_provider provider;
    int64_t added_unix_s;
    struct tta_secret *secret;
};

struct tta_vault {
    unsigned char *key; /* locked memory */
    bool has_passphrase;
    uint64_t operations, memory;
    unsigned char salt[SALT_BYTES];
    struct record *records;
    size_t count, capacity;
};

static void put_number(unsigned char *at, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(number >> (8 * i));
    }
}

static uint64_t get_number(const unsigned char *at, size_t bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++) {
        number |= (uint64_t)at[i] << (8 * i);
    }
    return number;
}

static enum tta_status check_lock(const struct tta_vault_lock *lock, struct tta_error *err)
{
    if (!lock->passphrase == !lock->key) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "a vault has either a passphrase or a key");
    }
    if (lock->passphrase && (lock->passphrase_len == 0 || lock->passphrase_len > MAX_PASSPHRASE_BYTES)) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "the passphrase must have 1 to %d bytes", MAX_PASSPHRASE_BYTES);
    }
    return TTA_OK;
}

static bool derive(struct tta_vault *vault, const struct tta_vault_lock *lock)
{
    if (lock->key) {
        memcpy(vault->key, lock->key, TTA_VAULT_KEY_BYTES);
        return true;
    }
    return crypto_pwhash(vault->key, TTA_VAULT_KEY_BYTES, lock->passphrase, lock->passphrase_len, vault->salt,
                         vault->operations, (size_t)vault->memory, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

/* An empty one, with nothing derived yet. */
static enum tta_status new_vault(struct tta_vault **out_vault, struct tta_error *err)
{
    if (sodium_init() < 0) {
        return tta_fail(err, TTA_NO_SERVICE, 0, "libsodium could not start");
    }
    struct tta_vault *vault = calloc(1, sizeof *vault);
    if (!vault || !(vault->key = sodium_malloc(TTA_VAULT_KEY_BYTES))) {
        free(vault);
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a vault");
    }
    *out_vault = vault;
    return TTA_OK;
}

enum tta_status tta_vault_create(const struct tta_vault_lock *lock, struct tta_vault **out_vault,
                                 struct tta_error *err)
{
    enum tta_status status = check_lock(lock, err);
    struct tta_vault *vault = NULL;
    if (status == TTA_OK) {
        status = new_vault(&vault, err);
    }
    if (status != TTA_OK) {
        return status;
    }
    vault->has_passphrase = lock->passphrase != NULL;
    vault->operations = crypto_pwhash_OPSLIMIT_INTERACTIVE;
    vault->memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;
    randombytes_buf(vault->salt, sizeof vault->salt);
    if (!derive(vault, lock)) {
        tta_vault_destroy(vault);
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory to make a key of the passphrase");
    }
    *out_vault = vault;
    return TTA_OK;
}

void tta_vault_destroy(struct tta_vault *vault)
{
    if (!vault) {
        return;
    }
    for (size_t i = 0; i < vault->count; i++) {
        tta_secret_destroy(vault->records[i].secret);
    }
    free(vault->records);
    sodium_free(vault->key); /* zeroes */
    free(vault);
}

static size_t record_bytes(const struct record *record)
{
    return RECORD_BYTES + strlen(record->name) + strlen(record->base_url) + tta_secret_bytes(record->secret).len;
}

static unsigned char *write_text(unsigned char *at, struct str text)
{
    put_number(at, text.len, 2);
    memcpy(at + 2, text.ptr, text.len);
    return at + 2 + text.len;
}

static void write_records(const struct tta_vault *vault, unsigned char *at)
{
    for (size_t i = 0; i < vault->count; i++) {
        const struct record *record = &vault->records[i];
        at[0] = (unsigned char)record->provider;
        put_number(at + 1, (uint64_t)record->added_unix_s, 8);
        at = write_text(at + 9, base_str(record->name));
        at = write_text(at, base_str(record->base_url));
        at = write_text(at, tta_secret_bytes(record->secret));
    }
}

static void write_head(const struct tta_vault *vault, size_t sealed_len, unsigned char head[HEAD_BYTES])
{
    unsigned char *at = head;
    memcpy(at, MAGIC, MAGIC_BYTES);
    at += MAGIC_BYTES;
    *at++ = vault->has_passphrase;
    put_number(at, vault->operations, 8);
    put_number(at + 8, vault->memory, 8);
    memcpy(at + 16, vault->salt, SALT_BYTES);
    randombytes_buf(at + 16 + SALT_BYTES, NONCE_BYTES);
    put_number(at + 16 + SALT_BYTES + NONCE_BYTES, sealed_len, 8);
}

static const unsigned char *nonce_of(const unsigned char *head)
{
    return head + HEAD_BYTES - 8 - NONCE_BYTES;
}

enum tta_status tta_vault_seal(const struct tta_vault *vault, unsigned char **out_bytes, size_t *out_len)
{
    size_t len = 0;
    for (size_t i = 0; i < vault->count; i++) {
        len += record_bytes(&vault->records[i]);
    }
    unsigned char *bytes = malloc(HEAD_BYTES + len + TAG_BYTES);
    unsigned char *open = sodium_malloc(len + 1);
    if (!bytes || !open) {
        sodium_free(open);
        free(bytes);
        return TTA_NO_MEMORY;
    }
    write_head(vault, len + TAG_BYTES, bytes);
    write_records(vault, open);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + HEAD_BYTES, NULL, open, len, bytes, HEAD_BYTES, NULL,
                                                     nonce_of(bytes), vault->key); /* always 0 */
    sodium_free(open);
    *out_bytes = bytes;
    *out_len = HEAD_BYTES + len + TAG_BYTES;
    return TTA_OK;
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        bool is_letter = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z');
        if (!is_letter && !(name[i] >= '0' && name[i] <= '9') && !strchr("._-", name[i])) {
            return false;
        }
    }
    return len >= 1 && len <= TTA_VAULT_MAX_NAME_BYTES;
}

static struct record *find(const struct tta_vault *vault, const char *name)
{
    for (size_t i = 0; i < vault->count; i++) {
        if (strcmp(vault->records[i].name, name) == 0) {
            return &vault->records[i];
        }
    }
    return NULL;
}

static enum tta_status check_key(const struct tta_vault *vault, const struct tta_vault_key *key, bool replaces,
                                 struct tta_error *err)
{
    if (!is_name(key->name)) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0,
                        "a key's name has 1 to %d letters, digits, dots, dashes or underscores",
                        TTA_VAULT_MAX_NAME_BYTES);
    }
    if ((unsigned)key->provider >= TTA_PROVIDER_COUNT || strlen(key->base_url) > TTA_VAULT_MAX_URL_BYTES) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "there is no such provider, or its address is longer than %d bytes",
                        TTA_VAULT_MAX_URL_BYTES);
    }
    bool is_there = find(vault, key->name) != NULL;
    if (is_there && !replaces) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "there is a key '%s' already", key->name);
    }
    if (!is_there && replaces) {
        return tta_fail(err, TTA_NOT_FOUND, 0, "there is no key '%s'", key->name);
    }
    if (!is_there && vault->count == TTA_VAULT_MAX_KEYS) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "a vault holds at most %d keys", TTA_VAULT_MAX_KEYS);
    }
    return TTA_OK;
}

enum tta_status tta_vault_put(struct tta_vault *vault, const struct tta_vault_key *key, bool replaces,
                              struct tta_error *err)
{
    enum tta_status status = check_key(vault, key, replaces, err);
    if (status != TTA_OK) {
        return status;
    }
    struct str bytes = tta_secret_bytes(key->secret);
    struct tta_secret *secret = NULL;
    status = tta_secret_create(bytes.ptr, bytes.len, &secret);
    if (status != TTA_OK ||
        !base_array_make_room((void **)&vault->records, vault->count, &vault->capacity, sizeof *vault->records)) {
        tta_secret_destroy(secret);
        return tta_fail(err, status != TTA_OK ? status : TTA_NO_MEMORY, 0, "no memory for a key");
    }
    struct record *record = replaces ? find(vault, key->name) : &vault->records[vault->count];
    if (replaces) {
        tta_secret_destroy(record->secret);
    } else {
        vault->count++;
    }
    (void)snprintf(record->name, sizeof record->name, "%s", key->name); /* fit, as was checked */
    (void)snprintf(record->base_url, sizeof record->base_url, "%s", key->base_url);
    record->provider = key->provider;
    record->added_unix_s = key->added_unix_s;
    record->secret = secret;
    return TTA_OK;
}

enum tta_status tta_vault_remove(struct tta_vault *vault, const char *name)
{
    struct record *record = find(vault, name);
    if (!record) {
        return TTA_NOT_FOUND;
    }
    tta_secret_destroy(record->secret);
    size_t after = vault->count - (size_t)(record - vault->records) - 1;
    memmove(record, record + 1, after * sizeof *record);
    vault->count--;
    return TTA_OK;
}

size_t tta_vault_count(const struct tta_vault *vault)
{
    return vault->count;
}

static struct tta_vault_key key_of(const struct record *record)
{
    return (struct tta_vault_key){.name = record->name,
                                  .provider = record->provider,
                                  .base_url = record->base_url,
                                  .added_unix_s = record->added_unix_s,
                                  .secret = record->secret};
}

struct tta_vault_key tta_vault_key_at(const struct tta_vault *vault, size_t index)
{
    assert(index < vault->count);
    return key_of(&vault->records[index]);
}

enum tta_status tta_vault_find(const struct tta_vault *vault, const char *name, struct tta_vault_key *out_key)
{
    const struct record *record = find(vault, name);
    if (!record) {
        return TTA_NOT_FOUND;
    }
    *out_key = key_of(record);
    return TTA_OK;
}

/* What is still to be read. */
struct reader {
    const unsigned char *at;
    size_t left;
};

static bool read_text(struct reader *reader, struct str *out_text)
{
    if (reader->left < 2) {
        return false;
    }
    size_t len = (size_t)get_number(reader->at, 2);
    if (reader->left - 2 < len) {
        return false;
    }
    *out_text = (struct str){(const char *)reader->at + 2, len};
    reader->at += 2 + len;
    reader->left -= 2 + len;
    return true;
}

static bool copy_text(char *out, size_t size, struct str text)
{
    if (text.len >= size || memchr(text.ptr, '\0', text.len)) {
        return false;
    }
    memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

/* BAD_SYNTAX cannot be had without the key of the vault, or by a mistake of ours. */
static enum tta_status read_record(struct tta_vault *vault, struct reader *reader)
{
    char name[TTA_VAULT_MAX_NAME_BYTES + 1], base_url[TTA_VAULT_MAX_URL_BYTES + 1];
    struct str texts[3];
    if (reader->left < RECORD_BYTES) {
        return TTA_BAD_SYNTAX;
    }
    const unsigned char *start = reader->at;
    reader->at += 9;
    reader->left -= 9;
    for (size_t i = 0; i < 3; i++) {
        if (!read_text(reader, &texts[i])) {
            return TTA_BAD_SYNTAX;
        }
    }
    struct tta_secret *secret = NULL;
    if (!copy_text(name, sizeof name, texts[0]) || !copy_text(base_url, sizeof base_url, texts[1])) {
        return TTA_BAD_SYNTAX;
    }
    enum tta_status status = tta_secret_create(texts[2].ptr, texts[2].len, &secret);
    if (status == TTA_OK) {
        const struct tta_vault_key key = {.name = name,
                                          .provider = (enum tta_provider)start[0],
                                          .base_url = base_url,
                                          .added_unix_s = (int64_t)get_number(start + 1, 8),
                                          .secret = secret};
        status = tta_vault_put(vault, &key, false, NULL);
    }
    tta_secret_destroy(secret);
    return status == TTA_OK || status == TTA_NO_MEMORY ? status : TTA_BAD_SYNTAX;
}

static enum tta_status read_records(struct tta_vault *vault, const unsigned char *open, size_t len)
{
    struct reader reader = {open, len};
    enum tta_status status = TTA_OK;
    while (reader.left > 0 && status == TTA_OK) {
        status = read_record(vault, &reader);
    }
    return status;
}

static enum tta_status unseal(struct tta_vault *vault, const unsigned char *bytes, size_t sealed_len,
                              struct tta_error *err)
{
    unsigned char *open = sodium_malloc(sealed_len);
    if (!open) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the keys of the vault");
    }
    unsigned long long len = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(open, &len, NULL, bytes + HEAD_BYTES, sealed_len, bytes, HEAD_BYTES,
                                                   nonce_of(bytes), vault->key) != 0) {
        sodium_free(open);
        return tta_fail(err, TTA_NOT_FOUND, 0, "the %s does not fit this vault, or the vault was changed",
                        vault->has_passphrase ? "passphrase" : "key");
    }
    enum tta_status status = read_records(vault, open, (size_t)len);
    sodium_free(open);
    return status == TTA_OK ? TTA_OK : tta_fail(err, status, 0, "the keys of the vault cannot be read");
}

static enum tta_status check_bytes(const unsigned char *bytes, size_t len, struct tta_error *err)
{
    struct str text = {(const char *)bytes, len};
    if (len >= MAGIC_BYTES && memcmp(bytes, MAGIC, MAGIC_BYTES) != 0 &&
        base_str_starts_with(text, STR(MAGIC_PREFIX))) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "the vault is of another version than 1, the only one known here");
    }
    if (len < MAGIC_BYTES ? memcmp(bytes, MAGIC, len) != 0 : memcmp(bytes, MAGIC, MAGIC_BYTES) != 0) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "this is no vault");
    }
    if (len < HEAD_BYTES + TAG_BYTES || get_number(bytes + HEAD_BYTES - 8, 8) != len - HEAD_BYTES) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "the vault is cut, or something was added to it");
    }
    if (len > MOST_BYTES) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "the vault is larger than any can be");
    }
    return TTA_OK;
}

static enum tta_status read_head(struct tta_vault *vault, const unsigned char *bytes,
                                 const struct tta_vault_lock *lock, struct tta_error *err)
{
    const unsigned char *at = bytes + MAGIC_BYTES;
    vault->has_passphrase = at[0] != 0;
    vault->operations = get_number(at + 1, 8);
    vault->memory = get_number(at + 9, 8);
    memcpy(vault->salt, at + 17, SALT_BYTES);
    if (vault->has_passphrase != (lock->passphrase != NULL)) {
        return tta_fail(err, TTA_NOT_FOUND, 0, "this vault is opened with a %s",
                        vault->has_passphrase ? "passphrase" : "key");
    }
    if (vault->has_passphrase &&
        (vault->operations < crypto_pwhash_OPSLIMIT_MIN || vault->operations > MOST_OPERATIONS ||
         vault->memory < crypto_pwhash_MEMLIMIT_MIN || vault->memory > MOST_MEMORY)) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "the vault was changed: it asks for more work than any does");
    }
    return TTA_OK;
}

static enum tta_status open_vault(struct tta_vault *vault, const unsigned char *bytes, size_t len,
                                  const struct tta_vault_lock *lock, struct tta_error *err)
{
    enum tta_status status = read_head(vault, bytes, lock, err);
    if (status != TTA_OK) {
        return status;
    }
    if (!derive(vault, lock)) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory to make a key of the passphrase");
    }
    return unseal(vault, bytes, len - HEAD_BYTES, err);
}

enum tta_status tta_vault_open(const void *bytes, size_t len, const struct tta_vault_lock *lock,
                               struct tta_vault **out_vault, struct tta_error *err)
{
    enum tta_status status = check_lock(lock, err);
    if (status == TTA_OK) {
        status = check_bytes(bytes, len, err);
    }
    struct tta_vault *vault = NULL;
    if (status == TTA_OK) {
        status = new_vault(&vault, err);
    }
    if (status != TTA_OK) {
        return status;
    }
    status = open_vault(vault, bytes, len, lock, err);
    if (status != TTA_OK) {
        tta_vault_destroy(vault);
        return status;
    }
    *out_vault = vault;
    return TTA_OK;
}
