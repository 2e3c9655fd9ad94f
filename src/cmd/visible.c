// SPDX-License-Identifier: MIT
#include "cmd/visible.h"

#include <stdbool.h>

/* U+0080 to U+009F: bytes C2 80 to C2 9F. */
static bool is_c1(const char *at)
{
    unsigned char second = (unsigned char)at[1];
    return (unsigned char)at[0] == 0xC2 && second >= 0x80 && second <= 0x9F;
}

void visible_print(FILE *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        bool is_control = (unsigned char)*at < 0x20 || *at == 0x7F || is_c1(at);
        fputc(is_control ? '?' : *at, out);
        at += is_c1(at);
    }
}
