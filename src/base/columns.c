// SPDX-License-Identifier: MIT
#include "base/columns.h"

#include <stdint.h>

struct range {
    uint32_t first, last;
};

/* Marks that combine, and characters without a width. */
static const struct range narrow[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};

/* Blocks that Unicode's EastAsianWidth.txt has as wide or full-width. */
static const struct range wide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool is_in(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* The columns of the first character of a text that is not empty, and its bytes. */
static size_t first_columns(struct str text, size_t *out_bytes)
{
    unsigned char lead = (unsigned char)text.ptr[0];
    size_t bytes = 1;
    if (lead >= 0xC2 && lead < 0xF8) {
        bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    }
    uint32_t point = bytes == 1 ? lead : lead & (0x7Fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if (i == text.len || ((unsigned char)text.ptr[i] & 0xC0) != 0x80) {
            *out_bytes = 1; /* not UTF-8 */
            return 1;
        }
        point = point << 6 | ((unsigned char)text.ptr[i] & 0x3F);
    }
    *out_bytes = bytes;
    if (is_in(narrow, sizeof(narrow) / sizeof(narrow[0]), point)) {
        return 0;
    }
    return is_in(wide, sizeof(wide) / sizeof(wide[0]), point) ? 2 : 1;
}

size_t base_columns(struct str text)
{
    size_t columns = 0;
    for (size_t at = 0, bytes; at < text.len; at += bytes) {
        columns += first_columns((struct str){text.ptr + at, text.len - at}, &bytes);
    }
    return columns;
}

struct str base_columns_head(struct str text, size_t columns)
{
    size_t at = 0, bytes;
    while (at < text.len) {
        size_t width = first_columns((struct str){text.ptr + at, text.len - at}, &bytes);
        if (width > columns) {
            break;
        }
        columns -= width;
        at += bytes;
    }
    return (struct str){text.ptr, at};
}

struct str base_columns_tail(struct str text, size_t columns)
{
    size_t left = base_columns(text), at = 0, bytes;
    while (at < text.len) {
        size_t width = first_columns((struct str){text.ptr + at, text.len - at}, &bytes);
        if (left <= columns && width > 0) { /* a mark goes with what it was put on */
            break;
        }
        left -= width;
        at += bytes;
    }
    return (struct str){text.len > 0 ? text.ptr + at : text.ptr, text.len - at};
}
