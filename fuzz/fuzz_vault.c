// SPDX-License-Identifier: MIT
/* Vaults: bytes of anybody are refused, and records that were sealed with the right key, whatever they hold, are
 * read or refused. */
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tta/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD_BYTES = 12 + 1 + 8 + 8 + 16 + 24 + 8, TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES };

static const unsigned char key[TTA_VAULT_KEY_BYTES] = "a key for nothing";
static const struct tta_vault_lock by_key = {.key = key};

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Opens, and seals and opens again what could be opened. */
static void check(const unsigned char *bytes, size_t len)
{
    struct tta_vault *vault = NULL, *again = NULL;
    unsigned char *sealed;
    size_t sealed_len;
    struct tta_error err = {0};
    enum tta_status status = tta_vault_open(bytes, len, &by_key, &vault, &err);
    require(status == TTA_OK || err.message[0] != '\0');
    if (status != TTA_OK) {
        return;
    }
    require(tta_vault_seal(vault, &sealed, &sealed_len) == TTA_OK);
    require(tta_vault_open(sealed, sealed_len, &by_key, &again, NULL) == TTA_OK);
    require(tta_vault_count(again) == tta_vault_count(vault));
    free(sealed);
    tta_vault_destroy(again);
    tta_vault_destroy(vault);
}

/* The head of an empty vault, with `data` sealed behind it. */
static void check_records(const uint8_t *data, size_t size)
{
    struct tta_vault *vault;
    unsigned char *empty;
    size_t empty_len;
    require(tta_vault_create(&by_key, &vault, NULL) == TTA_OK);
    require(tta_vault_seal(vault, &empty, &empty_len) == TTA_OK && empty_len == HEAD_BYTES + TAG_BYTES);
    unsigned char *bytes = malloc(HEAD_BYTES + size + TAG_BYTES);
    require(bytes != NULL);
    memcpy(bytes, empty, HEAD_BYTES);
    uint64_t sealed_len = size + TAG_BYTES;
    for (size_t i = 0; i < 8; i++) {
        bytes[HEAD_BYTES - 8 + i] = (unsigned char)(sealed_len >> (8 * i));
    }
    require(crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + HEAD_BYTES, NULL, data, size, bytes, HEAD_BYTES, NULL,
                                                       bytes + HEAD_BYTES - 8 - 24, key) == 0);
    check(bytes, HEAD_BYTES + size + TAG_BYTES);
    free(bytes);
    free(empty);
    tta_vault_destroy(vault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    require(sodium_init() >= 0);
    check(data, size);
    check_records(data, size);
    return 0;
}
