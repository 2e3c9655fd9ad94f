// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/fields.h"

#include <string.h>

#include "base/json.h"
#include "base/num.h"

#define MAX_TOKENS INT64_C(1000000000000)

/* What is read of one body. */
struct reading {
    struct str body;
    struct fields *fields;
    struct fields_flaw *flaw;
};

static struct field_place place_of(const struct reading *reading, struct json_value value)
{
    struct str raw = base_json_raw(value);
    return raw.ptr ? (struct field_place){(size_t)(raw.ptr - reading->body.ptr), raw.len} : (struct field_place){0, 0};
}

static bool refuse(const struct reading *reading, const char *param, const char *problem)
{
    *reading->flaw = (struct fields_flaw){.problem = problem, .param = param};
    return false;
}

static bool is_absent(struct json_value value)
{
    enum json_type type = base_json_type(value);
    return type == JSON_IS_ABSENT || type == JSON_IS_NULL;
}

static bool read_model(const struct reading *reading, struct json_value value)
{
    struct fields *fields = reading->fields;
    size_t len = base_json_text(value, fields->model, sizeof(fields->model));
    if (base_json_type(value) != JSON_IS_STRING || len == 0) {
        return refuse(reading, "model", "model must be the name of a model.");
    }
    if (len >= sizeof(fields->model) || strlen(fields->model) != len) {
        return refuse(reading, "model", "model is no name of a model that could be known here.");
    }
    fields->model_place = place_of(reading, value);
    return true;
}

static bool read_flag(const struct reading *reading, const char *param, const char *problem, struct json_value value,
                      bool *out_flag)
{
    if (is_absent(value)) {
        return true;
    }
    *out_flag = base_json_is_true(value);
    return base_json_type(value) == JSON_IS_BOOL || refuse(reading, param, problem);
}

static bool read_stream(const struct reading *reading, struct json_value value)
{
    return read_flag(reading, "stream", "stream must be true or false.", value, &reading->fields->is_stream);
}

static bool read_stream_options(const struct reading *reading, struct json_value value)
{
    reading->fields->options = place_of(reading, value);
    reading->fields->has_options = base_json_type(value) == JSON_IS_OBJECT && base_json_count(value) > 0;
    reading->fields->usage_flag = place_of(reading, base_json_member(value, "include_usage"));
    return read_flag(reading, "stream_options", "include_usage of stream_options must be true or false.",
                     base_json_member(value, "include_usage"), &reading->fields->includes_usage);
}

static bool read_max_tokens(const struct reading *reading, struct json_value value)
{
    struct fields *fields = reading->fields;
    int64_t tokens;
    if (is_absent(value)) {
        return true;
    }
    if (!base_num_parse_int64(base_json_number_text(value), 0, MAX_TOKENS, &tokens)) {
        return refuse(reading, "max_tokens", "The limit on tokens must be a whole number.");
    }
    fields->max_tokens = tokens > fields->max_tokens ? tokens : fields->max_tokens;
    return true;
}

static bool read_tools(const struct reading *reading, struct json_value value)
{
    reading->fields->has_tools = reading->fields->has_tools || base_json_count(value) > 0;
    return true;
}

static bool read_format(const struct reading *reading, struct json_value value)
{
    reading->fields->wants_json = base_json_equals(base_json_member(value, "type"), "json_schema");
    return true;
}

static bool has_image(struct json_value message)
{
    struct json_value content = base_json_member(message, "content");
    if (base_json_type(content) != JSON_IS_ARRAY) {
        return false;
    }
    for (struct json_value part = base_json_first(content); base_json_type(part) != JSON_IS_ABSENT;
         part = base_json_next(content, part)) {
        if (base_json_equals(base_json_member(part, "type"), "image_url")) {
            return true;
        }
    }
    return false;
}

static bool read_messages(const struct reading *reading, struct json_value value)
{
    struct fields *fields = reading->fields;
    if (base_json_type(value) == JSON_IS_ARRAY) {
        for (struct json_value each = base_json_first(value);
             base_json_type(each) != JSON_IS_ABSENT && !fields->has_images; each = base_json_next(value, each)) {
            fields->has_images = has_image(each);
        }
    }
    return true;
}

/* The member is cut out with the comma before it, or, if it is the first one, that behind it. */
static bool read_extras(const struct reading *reading, struct json_value value)
{
    struct fields *fields = reading->fields;
    const char *begin = base_json_raw(base_json_key(value)).ptr, *end;
    if (base_json_type(value) != JSON_IS_OBJECT) {
        return refuse(reading, "x_tta", "x_tta must be an object.");
    }
    fields->extras_value = place_of(reading, value);
    end = reading->body.ptr + fields->extras_value.at + fields->extras_value.len;
    const char *before = begin - 1, *behind = end;
    for (; *before == ' ' || *before == '\t' || *before == '\r' || *before == '\n'; before--) {
    }
    for (; *behind == ' ' || *behind == '\t' || *behind == '\r' || *behind == '\n'; behind++) {
    }
    if (*before == ',') {
        begin = before;
    } else if (*behind == ',') {
        end = behind + 1;
    }
    fields->extras = (struct field_place){(size_t)(begin - reading->body.ptr), (size_t)(end - begin)};
    return true;
}

static const struct known {
    struct str key; /* a literal, so that it is a string, too */
    bool (*read)(const struct reading *reading, struct json_value value);
} known[] = {
    {{"model", 5}, read_model},
    {{"stream", 6}, read_stream},
    {{"stream_options", 14}, read_stream_options},
    {{"max_tokens", 10}, read_max_tokens},
    {{"max_completion_tokens", 21}, read_max_tokens},
    {{"tools", 5}, read_tools},
    {{"functions", 9}, read_tools},
    {{"response_format", 15}, read_format},
    {{"messages", 8}, read_messages},
    {{"x_tta", 5}, read_extras},
};

enum { KNOWN_COUNT = sizeof(known) / sizeof(known[0]) };

/* The place of a key among those; KNOWN_COUNT: it is none of them. */
static size_t place_of_key(struct json_value key)
{
    struct str raw = base_json_raw(key);
    struct str text = {raw.ptr + 1, raw.len - 2};
    bool is_escaped = memchr(text.ptr, '\\', text.len) != NULL;
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (is_escaped ? base_json_equals(key, known[i].key.ptr) : base_str_equal(text, known[i].key)) {
            return i;
        }
    }
    return KNOWN_COUNT;
}

static bool read_members(const struct reading *reading, struct json_value root)
{
    bool is_seen[KNOWN_COUNT] = {false};
    for (struct json_value value = base_json_first(root); base_json_type(value) != JSON_IS_ABSENT;
         value = base_json_next(root, value)) {
        size_t i = place_of_key(base_json_key(value));
        if (i == KNOWN_COUNT) {
            continue;
        }
        if (is_seen[i]) {
            return refuse(reading, known[i].key.ptr, "This stands twice in the request.");
        }
        is_seen[i] = true;
        if (!known[i].read(reading, value)) {
            return false;
        }
    }
    return reading->fields->model_place.len > 0 || refuse(reading, "model", "The request names no model.");
}

enum fields_outcome fields_read(struct str body, struct fields *out_fields, struct fields_flaw *out_flaw)
{
    struct json json;
    struct json_flaw json_flaw = {0, NULL};
    struct fields fields = {.max_tokens = -1};
    *out_flaw = (struct fields_flaw){0};
    const struct reading reading = {body, &fields, out_flaw};
    enum json_outcome outcome = base_json_read(body, &json, &json_flaw);
    if (outcome == JSON_NO_MEMORY) {
        return FIELDS_NO_MEMORY;
    }
    if (outcome == JSON_BAD_TEXT) {
        *out_flaw = (struct fields_flaw){.problem = json_flaw.what, .line = json_flaw.line};
        return FIELDS_NO_JSON;
    }
    struct json_value root = base_json_root(&json);
    bool good = base_json_type(root) == JSON_IS_OBJECT ? read_members(&reading, root)
                                                       : refuse(&reading, NULL, "The request must be an object.");
    base_json_deinit(&json);
    if (good) {
        *out_fields = fields;
    }
    return good ? FIELDS_READ : FIELDS_NOT_FIT;
}

static void move_place(struct field_place *place, size_t at, size_t old_len, size_t new_len)
{
    if (place->len > 0 && place->at > at) {
        place->at = place->at - old_len + new_len;
    }
}

static bool splice(struct fields *fields, struct body *body, struct field_place *place, struct str text)
{
    struct field_place old = *place;
    if (!body_splice(body, old.at, old.len, text)) {
        return false;
    }
    place->len = text.len;
    move_place(&fields->model_place, old.at, old.len, text.len);
    move_place(&fields->extras, old.at, old.len, text.len);
    move_place(&fields->options, old.at, old.len, text.len);
    move_place(&fields->usage_flag, old.at, old.len, text.len);
    move_place(&fields->asked, old.at, old.len, text.len);
    return true;
}

bool fields_set_model(struct fields *fields, struct body *body, const char *model)
{
    if (fields->extras.len > 0 && !splice(fields, body, &fields->extras, (struct str){"", 0})) {
        return false;
    }
    if (strcmp(fields->model, model) == 0) {
        return true;
    }
    struct buf text;
    base_buf_init(&text, 4096);
    base_json_add_text(&text, model);
    bool good = base_buf_ok(&text) && strlen(model) < sizeof(fields->model) &&
                splice(fields, body, &fields->model_place, base_buf_str(&text));
    base_buf_deinit(&text);
    if (good) {
        memcpy(fields->model, model, strlen(model) + 1);
    }
    return good;
}

bool fields_ask_usage(struct fields *fields, struct body *body)
{
    const struct field_place *options = &fields->options, *flag = &fields->usage_flag;
    struct str text = STR(",\"stream_options\":{\"include_usage\":true}");
    struct field_place place = {fields->model_place.at + fields->model_place.len, 0};
    if (!fields->is_stream || fields->includes_usage || fields->asks_usage) {
        return true;
    }
    if (flag->len > 0) { /* false or null */
        text = STR("true");
        place = *flag;
    } else if (options->len > 0 && body->bytes[options->at] == '{') {
        text = fields->has_options ? STR("\"include_usage\":true,") : STR("\"include_usage\":true");
        place = (struct field_place){options->at + 1, 0};
    } else if (options->len > 0 && body->bytes[options->at] == 'n') {
        text = STR("{\"include_usage\":true}");
        place = *options;
    } else if (options->len > 0) {
        return true; /* which is the provider's to refuse */
    }
    struct str old = {body->bytes + place.at, place.len};
    memset(fields->unasked, 0, sizeof(fields->unasked));
    memcpy(fields->unasked, old.ptr, old.len < sizeof(fields->unasked) ? old.len : 0);
    fields->asks_usage = splice(fields, body, &place, text);
    fields->asked = place;
    return fields->asks_usage;
}

bool fields_unask_usage(struct fields *fields, struct body *body)
{
    if (!fields->asks_usage) {
        return true;
    }
    fields->asks_usage = !splice(fields, body, &fields->asked, base_str(fields->unasked));
    return !fields->asks_usage;
}
