// SPDX-License-Identifier: MIT
/*
 * base/json_parts.h - JSON as its parts see it: json_read.c reads a text, json.c answers what is asked of it.
 *
 * The nodes stand in the order of the text: a container, then what is in it, each
 * key before its value.  A node knows the index behind itself and all within it, so
 * the next element is found without a look at this one.  While a container is
 * still open that field holds its parent instead: the way back up needs no stack.
 */
#ifndef BASE_JSON_PARTS_H
#define BASE_JSON_PARTS_H

#include <stdint.h>
#include <string.h>

struct json_node {
    uint32_t at;   /* of its first byte in the text */
    uint32_t next; /* the index of the node behind it and all within it */
};

/* The value of the four hexadecimal digits at `text`, -1 if they are none. */
static inline int base_json_hex4(const char *text, const char *end)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text + i < end ? text[i] : '\0';
        const char *digit = c != '\0' ? strchr(digits, c) : NULL;
        if (!digit) {
            return -1;
        }
        value = value * 16 + (int)(digit - digits) % 16;
    }
    return value;
}

#endif /* BASE_JSON_PARTS_H */
