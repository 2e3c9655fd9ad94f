// SPDX-License-Identifier: MIT
/*
 * WHATWG HTML, 9.2.6: CR, LF or both end a line, a blank line ends an event.
 * An event ends with the first byte of its last line end; if that is a CR, an
 * LF behind it goes with the next bytes, where it ends nothing.
 */
#include "cmd/tta/gateway/events.h"

#include <string.h>

#include "base/json.h"

static const char *find_line_end(const char *bytes, size_t len)
{
    const char *newline = memchr(bytes, '\n', len);
    size_t before = newline ? (size_t)(newline - bytes) : len;
    const char *carriage_return = memchr(bytes, '\r', before);
    return carriage_return ? carriage_return : newline;
}

size_t events_end(struct events *events, const char *bytes, size_t len)
{
    size_t at = 0;
    while (at < len) {
        if (events->skips_newline && bytes[at] == '\n') {
            events->skips_newline = false;
            at++;
            continue;
        }
        events->skips_newline = false;
        const char *end = find_line_end(bytes + at, len - at);
        if (!end) {
            events->is_in_line = true;
            return 0;
        }
        bool is_blank = end == bytes + at && !events->is_in_line;
        events->skips_newline = *end == '\r';
        events->is_in_line = false;
        at = (size_t)(end - bytes) + 1;
        if (!is_blank) {
            events->has_line = true;
        } else if (events->has_line) {
            events->has_line = false;
            if (events->skips_newline && at < len && bytes[at] == '\n') { /* CRLF in one piece stays together */
                events->skips_newline = false;
                at++;
            }
            return at;
        }
    }
    return 0;
}

bool events_is_usage_alone(struct str event)
{
    const struct str field = STR("data:");
    struct json json;
    struct json_flaw flaw;
    struct str text = base_str_trim(event);
    if (!base_str_starts_with(text, field)) {
        return false;
    }
    text = base_str_trim((struct str){text.ptr + field.len, text.len - field.len});
    if (base_json_read(text, &json, &flaw) != JSON_READ) {
        return false;
    }
    struct json_value root = base_json_root(&json), choices = base_json_member(root, "choices");
    bool is_alone = base_json_type(choices) == JSON_IS_ARRAY && base_json_count(choices) == 0 &&
                    base_json_type(base_json_member(root, "usage")) == JSON_IS_OBJECT;
    base_json_deinit(&json);
    return is_alone;
}
