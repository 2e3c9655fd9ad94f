// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/body.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE_BYTES = 320 }; /* for a longer name, and for fields that are added */

static void release(struct body *body)
{
    if (body->bytes) {
        sodium_memzero(body->bytes, body->capacity);
    }
    free(body->bytes);
}

bool body_reserve(struct body *body, size_t len)
{
    if (len <= body->capacity && body->bytes) {
        return true;
    }
    if (len > SIZE_MAX / 2 - SPARE_BYTES) {
        return false;
    }
    char *bytes = malloc(len + SPARE_BYTES); /* realloc() would leave the old place as it is */
    if (!bytes) {
        return false;
    }
    if (body->len > 0) {
        memcpy(bytes, body->bytes, body->len);
    }
    release(body);
    body->bytes = bytes;
    body->capacity = len + SPARE_BYTES;
    return true;
}

bool body_add(struct body *body, const char *bytes, size_t len)
{
    if (len > body->capacity - body->len && !body_reserve(body, body->len + len + body->len / 2)) {
        return false;
    }
    if (len > 0) {
        memcpy(body->bytes + body->len, bytes, len);
    }
    body->len += len;
    return true;
}

bool body_splice(struct body *body, size_t at, size_t old_len, struct str text)
{
    if (!body_reserve(body, body->len - old_len + text.len)) {
        return false;
    }
    memmove(body->bytes + at + text.len, body->bytes + at + old_len, body->len - at - old_len);
    if (text.len > 0) {
        memcpy(body->bytes + at, text.ptr, text.len);
    }
    body->len = body->len - old_len + text.len;
    return true;
}

void body_release(struct body *body)
{
    release(body);
    *body = (struct body){0};
}
