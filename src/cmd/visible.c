// SPDX-License-Identifier: MIT
#include "cmd/visible.h"

#include <stdbool.h>

/* U+0080 to U+009F: bytes C2 80 to C2 9F. */
static bool is_c1(const char *at)
{
    unsigned char second = (unsigned char)at[1];
    return (unsigned char)at[0] == 0xC2 && second >= 0x80 && second <= 0x9F;
}

/* The control character that `at` begins with, in bytes; 0: it begins with another. */
static size_t control_bytes(const char *at)
{
    if ((unsigned char)*at < 0x20 || *at == 0x7F) {
        return 1;
    }
    return is_c1(at) ? 2 : 0;
}

void visible_print(FILE *out, const char *text)
{
    while (*text) {
        size_t bytes = control_bytes(text);
        fputc(bytes > 0 ? '?' : *text, out);
        text += bytes > 0 ? bytes : 1;
    }
}

void visible_make(char *text)
{
    char *end = text;
    while (*text) {
        size_t bytes = control_bytes(text);
        *end++ = bytes > 0 ? '?' : *text;
        text += bytes > 0 ? bytes : 1;
    }
    *end = '\0';
}
