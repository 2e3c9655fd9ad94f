// SPDX-License-Identifier: MIT
#include "cmd/xml.h"

#include <string.h>

#include "base/utf8.h"

/* XML 1.0 has no control characters but blank, tab and line breaks, not even
 * escaped, nor U+FFFE and U+FFFF (2.2 of its specification). */
static bool is_in_xml(struct str character)
{
    unsigned char first = (unsigned char)character.ptr[0];
    bool is_noncharacter = character.len == 3 && (memcmp(character.ptr, "\xEF\xBF\xBE", 3) == 0 ||
                                                  memcmp(character.ptr, "\xEF\xBF\xBF", 3) == 0);
    return (first >= ' ' || first == '\t' || first == '\n' || first == '\r') && !is_noncharacter;
}

void xml_add_text(struct buf *out, struct str text)
{
    while (text.len > 0) {
        size_t len = base_utf8_len(text);
        struct str character = {text.ptr, len > 0 ? len : 1};
        switch (text.ptr[0]) {
        case '&': base_buf_add(out, STR("&amp;")); break;
        case '<': base_buf_add(out, STR("&lt;")); break;
        case '>': base_buf_add(out, STR("&gt;")); break;
        case '"': base_buf_add(out, STR("&quot;")); break;
        case '\n': base_buf_add(out, STR("&#10;")); break;
        default:
            base_buf_add(out, len > 0 && is_in_xml(character) ? character : STR("?"));
            break;
        }
        text.ptr += character.len;
        text.len -= character.len;
    }
}

void xml_add_attribute(struct buf *out, const char *name, const char *value)
{
    base_buf_addf(out, " %s=\"", name);
    xml_add_text(out, base_str(value));
    base_buf_add_char(out, '"');
}
