// SPDX-License-Identifier: MIT
#include "tta/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tta/fail.h"

const char *tta_status_name(enum tta_status status)
{
    switch (status) {
    case TTA_OK:
        return "ok";
    case TTA_NO_MEMORY:
        return "no_memory";
    case TTA_BAD_SYNTAX:
        return "bad_syntax";
    case TTA_TOO_LARGE:
        return "too_large";
    case TTA_BAD_ARGUMENT:
        return "bad_argument";
    case TTA_NO_MODEL:
        return "no_model";
    case TTA_NOT_FOUND:
        return "not_found";
    case TTA_NO_SERVICE:
        return "no_service";
    }
    return "unknown"; /* a value of a newer version of the header */
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Takes off the bytes of a character of which the last ones are missing. */
static void drop_cut_character(char *text)
{
    size_t len = strlen(text);
    size_t start = len;
    while (start > 0 && is_continuation(text[start - 1])) {
        start--;
    }
    if (start == 0) {
        return;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - (start - 1) < wanted) {
        text[start - 1] = '\0';
    }
}

enum tta_status tta_fail(struct tta_error *err, enum tta_status status, size_t line, const char *format, ...)
{
    if (!err) {
        return status;
    }
    err->status = status;
    err->line = line;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(err->message, sizeof(err->message), format, args);
    va_end(args);
    if (len < 0) {
        err->message[0] = '\0';
    } else if ((size_t)len >= sizeof(err->message)) {
        drop_cut_character(err->message);
    }
    for (char *c = err->message; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F) {
            *c = '?';
        }
    }
    return status;
}
