// SPDX-License-Identifier: MIT
#include "base/utf8.h"

static bool is_continuation(struct str text, size_t at)
{
    return at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80;
}

size_t base_utf8_len(struct str text)
{
    unsigned char first = (unsigned char)text.ptr[0];
    unsigned char second = text.len > 1 ? (unsigned char)text.ptr[1] : 0;
    if (first < 0x80) {
        return 1;
    }
    if (!is_continuation(text, 1) || first < 0xC2 || first > 0xF4) {
        return 0;
    }
    if (first < 0xE0) {
        return 2;
    }
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F) || !is_continuation(text, 2)) {
        return 0;
    }
    if (first < 0xF0) {
        return 3;
    }
    return is_continuation(text, 3) ? 4 : 0;
}

bool base_utf8_is_valid(struct str text)
{
    while (text.len > 0) {
        size_t len = base_utf8_len(text);
        if (len == 0) {
            return false;
        }
        text = (struct str){text.ptr + len, text.len - len};
    }
    return true;
}
