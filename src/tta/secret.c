// SPDX-License-Identifier: MIT
/*
 * A secret lies at the end of a page of its own between two guard pages, kept
 * out of swap and core dumps as far as the limits of the process allow, read
 * only from its creation to its end, and zeroed then.
 *
 * libcurl's copies are zeroed by its allocator (wiping.h); what this cannot reach
 * is what a TLS library keeps while it sends a request.
 */
#define _GNU_SOURCE /* memmem */
#include "tta/secret.h"

#include <assert.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

struct tta_secret {
    size_t len;
    char bytes[TTA_MAX_KEY_BYTES];
};

/* sodium_malloc() aligns only what is a multiple of its own alignment. */
_Static_assert(sizeof(struct tta_secret) % _Alignof(struct tta_secret) == 0, "a secret would lie unaligned");

static bool is_key_byte(char c)
{
    return c > ' ' && c <= '~';
}

static bool is_key_text(const char *bytes, size_t len)
{
    if (len == 0 || len > TTA_MAX_KEY_BYTES) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_key_byte(bytes[i])) {
            return false;
        }
    }
    return true;
}

enum tta_status tta_secret_create(const char *bytes, size_t len, struct tta_secret **out_secret)
{
    assert(bytes || len == 0);
    if (!is_key_text(bytes, len)) {
        return TTA_BAD_ARGUMENT;
    }
    if (sodium_init() < 0) {
        return TTA_NO_SERVICE;
    }
    struct tta_secret *secret = sodium_malloc(sizeof *secret);
    if (!secret) {
        return TTA_NO_MEMORY;
    }
    secret->len = len;
    memcpy(secret->bytes, bytes, len);
    (void)sodium_mprotect_readonly(secret); /* a further guard; the secret is as usable without */
    *out_secret = secret;
    return TTA_OK;
}

void tta_secret_destroy(struct tta_secret *secret)
{
    sodium_free(secret); /* zeroes; NULL is allowed */
}

void tta_secret_reveal(const struct tta_secret *secret, void (*use)(const char *bytes, size_t len, void *context),
                       void *context)
{
    use(secret->bytes, secret->len, context);
}

struct str tta_secret_bytes(const struct tta_secret *secret)
{
    return (struct str){secret->bytes, secret->len};
}

/* The first place; NULL: there is none. */
static char *find(struct str secret, char *bytes, size_t len)
{
    return secret.len > 0 && len >= secret.len ? memmem(bytes, len, secret.ptr, secret.len) : NULL;
}

bool tta_secret_is_quoted(struct str secret, struct str text)
{
    return find(secret, (char *)(uintptr_t)text.ptr, text.len) != NULL;
}

void tta_secret_hide(struct str secret, char *bytes, size_t len)
{
    char *at = secret.len >= TTA_LEAST_HIDDEN_BYTES ? find(secret, bytes, len) : NULL;
    while (at) {
        memset(at, '*', secret.len);
        at = find(secret, at, len - (size_t)(at - bytes));
    }
}

void tta_key_line(struct str key, bool uses_x_api_key, char out_line[TTA_KEY_LINE_BYTES])
{
    struct str name = uses_x_api_key ? STR("x-api-key: ") : STR("Authorization: Bearer ");
    memcpy(out_line, name.ptr, name.len);
    memcpy(out_line + name.len, key.ptr, key.len);
    out_line[name.len + key.len] = '\0';
}
