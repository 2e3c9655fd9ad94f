// SPDX-License-Identifier: MIT
/* wire_file.h - recorded answers, as in data/wire: a status line, header lines, a blank line, the body. */
#ifndef TESTS_WIRE_FILE_H
#define TESTS_WIRE_FILE_H

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tta/failure.h"

#define WIRE_MAX_HEADERS 32

struct wire_answer {
    struct tta_reply answer;
    struct tta_header headers[WIRE_MAX_HEADERS];
};

/* Borrows `text`; `out_wire` must not be moved afterwards. */
static inline void wire_answer_parse(struct str text, struct wire_answer *out_wire)
{
    memset(out_wire, 0, sizeof *out_wire);
    struct str line = base_str_cut(text, '\n', &text);
    struct str status;
    (void)base_str_cut(line, ' ', &status);
    for (size_t i = 0; i < 3 && i < status.len && status.ptr[i] >= '0' && status.ptr[i] <= '9'; i++) {
        out_wire->answer.http_status = 10 * out_wire->answer.http_status + (status.ptr[i] - '0');
    }
    size_t count = 0;
    while (text.ptr && (line = base_str_trim(base_str_cut(text, '\n', &text))).len > 0) {
        struct str value;
        struct str name = base_str_cut(line, ':', &value);
        if (count < WIRE_MAX_HEADERS) {
            out_wire->headers[count++] = (struct tta_header){name.ptr, name.len, value.ptr, value.len};
        }
    }
    out_wire->answer.headers = out_wire->headers;
    out_wire->answer.header_count = count;
    out_wire->answer.body = text.ptr;
    out_wire->answer.body_len = text.len;
}

#endif /* TESTS_WIRE_FILE_H */
