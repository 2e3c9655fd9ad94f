// SPDX-License-Identifier: MIT
/* base/utf8.h - text of others, which may be no UTF-8. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>

#include "base/text.h"

/* Bytes of the UTF-8 character at the start of `text`, which is not empty; 0 if
 * there is none (Unicode 15.0, table 3-7: no overlong forms, surrogates or beyond
 * U+10FFFF). */
size_t base_utf8_len(struct str text);

/* Whether all of a text is such characters; an empty one is. */
bool base_utf8_is_valid(struct str text);

#endif /* BASE_UTF8_H */
