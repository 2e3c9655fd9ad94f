// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/query.h"

#include <string.h>

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* RFC 3986, section 2.1; "+" is a blank in a query alone. */
static enum query_outcome decode(struct str text, bool is_query, char out[QUERY_MAX_VALUE_BYTES + 1])
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++, len++) {
        char c = text.ptr[i];
        if (c == '%') {
            int high = i + 2 < text.len ? digit_of(text.ptr[i + 1]) : -1;
            int low = high >= 0 ? digit_of(text.ptr[i + 2]) : -1;
            if (low < 0 || high * 16 + low == 0) {
                return QUERY_BROKEN;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && is_query) {
            c = ' ';
        }
        if (len == QUERY_MAX_VALUE_BYTES) {
            return QUERY_BROKEN;
        }
        out[len] = c;
    }
    out[len] = '\0';
    return QUERY_FOUND;
}

enum query_outcome query_value(const struct request *request, const char *name,
                               char out_value[QUERY_MAX_VALUE_BYTES + 1])
{
    struct str rest;
    (void)base_str_cut((struct str){request->head.ptr ? request->head.ptr : "", request->target_len}, '?', &rest);
    while (rest.ptr) {
        struct str value;
        struct str key = base_str_cut(base_str_cut(rest, '&', &rest), '=', &value);
        if (base_str_equal(key, base_str(name))) {
            return decode(value, true, out_value);
        }
    }
    return QUERY_ABSENT;
}

enum query_outcome query_path_rest(const struct request *request, size_t prefix_len,
                                   char out_value[QUERY_MAX_VALUE_BYTES + 1])
{
    struct str path = request_path(request);
    return decode((struct str){path.ptr + prefix_len, path.len - prefix_len}, false, out_value);
}
