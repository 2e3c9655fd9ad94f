// SPDX-License-Identifier: MIT
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void base_buf_init(struct buf *buf, size_t max_len)
{
    *buf = (struct buf){.max_len = max_len < SIZE_MAX / 2 ? max_len : SIZE_MAX / 2};
}

void base_buf_init_wiping(struct buf *buf, size_t max_len)
{
    base_buf_init(buf, max_len);
    buf->wipes = true;
}

static void wipe(struct buf *buf)
{
    if (buf->wipes && buf->ptr) {
        explicit_bzero(buf->ptr, buf->written); /* memory that was never touched costs nothing this way */
    }
    buf->written = 0;
}

void base_buf_deinit(struct buf *buf)
{
    wipe(buf);
    free(buf->ptr);
    *buf = (struct buf){.max_len = buf->max_len, .wipes = buf->wipes};
}

void base_buf_reset(struct buf *buf)
{
    wipe(buf);
    buf->len = 0;
    buf->failed = false;
    if (buf->ptr) {
        buf->ptr[0] = '\0';
        buf->written = 1;
    }
}

static void fail(struct buf *buf)
{
    base_buf_deinit(buf);
    buf->failed = true;
}

/* As realloc(), which would leave the old place as it is.  False without memory. */
static bool grow(struct buf *buf, size_t capacity)
{
    char *grown = buf->wipes ? malloc(capacity) : realloc(buf->ptr, capacity);
    if (!grown) {
        return false;
    }
    if (buf->wipes && buf->ptr) {
        memcpy(grown, buf->ptr, buf->len + 1);
        wipe(buf);
        free(buf->ptr);
        buf->written = buf->len + 1;
    }
    buf->ptr = grown;
    buf->capacity = capacity;
    return true;
}

static void note_written(struct buf *buf, size_t bytes)
{
    buf->written = bytes > buf->written ? bytes : buf->written;
}

void base_buf_expect(struct buf *buf, size_t len)
{
    size_t most = len < buf->max_len ? len : buf->max_len;
    if (buf->failed || most < buf->capacity || !grow(buf, most + 1)) {
        return;
    }
    buf->ptr[buf->len] = '\0';
    note_written(buf, buf->len + 1);
}

/* Makes room for `more` bytes and the NUL; false once the buf has failed. */
static bool reserve(struct buf *buf, size_t more)
{
    if (buf->failed || more > buf->max_len - buf->len) {
        fail(buf);
        return false;
    }
    size_t needed = buf->len + more + 1;
    if (needed <= buf->capacity) {
        note_written(buf, needed);
        return true;
    }
    size_t capacity = buf->capacity < 32 ? 64 : buf->capacity * 2;
    if (capacity < needed) {
        capacity = needed;
    }
    if (!grow(buf, capacity)) {
        fail(buf);
        return false;
    }
    note_written(buf, needed);
    return true;
}

void base_buf_add(struct buf *buf, struct str text)
{
    if (!reserve(buf, text.len)) {
        return;
    }
    if (text.len > 0) {
        memcpy(buf->ptr + buf->len, text.ptr, text.len);
    }
    buf->len += text.len;
    buf->ptr[buf->len] = '\0';
}

void base_buf_add_cstr(struct buf *buf, const char *text)
{
    base_buf_add(buf, base_str(text));
}

void base_buf_add_char(struct buf *buf, char c)
{
    base_buf_add(buf, (struct str){&c, 1});
}

void base_buf_addv(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0) {
        fail(buf);
    } else if (reserve(buf, (size_t)len)) {
        (void)vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, again); /* measured just above */
        buf->len += (size_t)len;
    }
    va_end(again);
}

void base_buf_addf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    base_buf_addv(buf, format, args);
    va_end(args);
}

bool base_buf_ok(const struct buf *buf)
{
    return !buf->failed;
}

struct str base_buf_str(const struct buf *buf)
{
    return (struct str){buf->ptr, buf->len};
}

const char *base_buf_cstr(const struct buf *buf)
{
    return buf->ptr ? buf->ptr : "";
}

char *base_buf_take(struct buf *buf)
{
    if (!buf->ptr && !reserve(buf, 0)) {
        return NULL;
    }
    if (buf->failed) {
        return NULL;
    }
    buf->ptr[buf->len] = '\0';
    char *taken = buf->ptr;
    buf->ptr = NULL;
    base_buf_deinit(buf);
    return taken;
}
