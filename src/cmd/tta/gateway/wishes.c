// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/wishes.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "cmd/tta/options.h"

#define HEADER_PREFIX "x-tta-"

enum { MAX_VALUE_BYTES = 256 };

/* The options of `tta select` that say what a model must be, not how to choose. */
static const char *const names[] = {
    "task", "free", "can", "only", "exclude", "local", "min-context", "max-prompt-price", "max-completion-price",
    "tokens", "max-request-cost", "max-latency", "min-quality", "min-safety", "safe", "unknown-passes",
};

enum { NAME_COUNT = sizeof(names) / sizeof(names[0]) };

static const struct argument_option *find_option(const char *name)
{
    const struct argument_table *table = options_table();
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->options[i].name, name) == 0) {
            return &table->options[i];
        }
    }
    return NULL;
}

/* Sets an option; `shown` is what the client calls it. */
static bool set(const char *name, const char *shown, const char *value, struct options *options, struct buf *reason)
{
    const struct argument_option *option = find_option(name);
    struct buf wanted;
    if (option->value == ARGUMENT_NONE) {
        bool is_yes = strcmp(value, "true") == 0 || strcmp(value, "yes") == 0;
        if (!is_yes && strcmp(value, "false") != 0 && strcmp(value, "no") != 0) {
            base_buf_addf(reason, "%s: it is either true or false.", shown);
            return false;
        }
        return !is_yes || option->set((char *)options + option->at, NULL, reason);
    }
    base_buf_init(&wanted, 2000);
    bool good = option->set((char *)options + option->at, value, &wanted);
    if (!good) {
        struct str text = base_buf_str(&wanted);
        bool asks = text.len > 0 && text.ptr[text.len - 1] == '?';
        base_buf_addf(reason, "%s: '%s' is not %.*s%s", shown, value, STR_ARGS(text), asks ? "" : ".");
    }
    base_buf_deinit(&wanted);
    return good;
}

/* The option that a header names behind the prefix, in any case; NAME_COUNT: there is none. */
static size_t name_of_header(struct str name)
{
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (request_header_is(name, base_str(names[i]))) {
            return i;
        }
    }
    return NAME_COUNT;
}

static bool read_header(struct str name, struct str value, struct options *options, struct wishes *wishes,
                        char values[NAME_COUNT][MAX_VALUE_BYTES], struct buf *reason)
{
    const size_t prefix_len = sizeof(HEADER_PREFIX) - 1;
    size_t i = name_of_header((struct str){name.ptr + prefix_len, name.len - prefix_len});
    char shown[64];
    if (i == NAME_COUNT) {
        base_buf_addf(reason, "%.*s: there is no such requirement; they are those of tta select.",
                      (int)(name.len < sizeof(shown) ? name.len : sizeof(shown)), name.ptr);
        return false;
    }
    (void)snprintf(shown, sizeof(shown), HEADER_PREFIX "%s", names[i]); /* fits */
    if (value.len == 0 || value.len >= MAX_VALUE_BYTES || memchr(value.ptr, '\0', value.len)) {
        base_buf_addf(reason, "%s: it is empty or too long.", shown);
        return false;
    }
    memcpy(values[i], value.ptr, value.len);
    values[i][value.len] = '\0';
    wishes->are_any = true;
    wishes->have_task = wishes->have_task || i == 0;
    return set(names[i], shown, values[i], options, reason);
}

static bool read_headers(const struct request *request, struct options *options, struct wishes *wishes,
                         char values[NAME_COUNT][MAX_VALUE_BYTES], struct buf *reason)
{
    const size_t prefix_len = sizeof(HEADER_PREFIX) - 1;
    bool good = true;
    for (size_t i = 0; i < request->line_count && good; i++) {
        struct str name, value;
        request_header_at(request, i, &name, &value);
        if (name.len > prefix_len && strncasecmp(name.ptr, HEADER_PREFIX, prefix_len) == 0) {
            good = read_header(name, value, options, wishes, values, reason);
        }
    }
    return good;
}

/* A member as the text that the option takes: a list has commas between. */
static bool write_value(struct json_value value, char out[MAX_VALUE_BYTES])
{
    struct str raw = base_json_raw(value);
    size_t len = 0;
    switch (base_json_type(value)) {
    case JSON_IS_STRING:
        len = base_json_text(value, out, MAX_VALUE_BYTES);
        return len > 0 && len < MAX_VALUE_BYTES && strlen(out) == len;
    case JSON_IS_NUMBER:
    case JSON_IS_BOOL:
        (void)snprintf(out, MAX_VALUE_BYTES, "%.*s", STR_ARGS(raw)); /* cut, it would not be taken */
        return raw.len < MAX_VALUE_BYTES;
    case JSON_IS_ARRAY:
        for (struct json_value each = base_json_first(value); base_json_type(each) != JSON_IS_ABSENT;
             each = base_json_next(value, each)) {
            if (base_json_type(each) != JSON_IS_STRING || len + 2 >= MAX_VALUE_BYTES) {
                return false;
            }
            len += len > 0 ? (size_t)snprintf(out + len, MAX_VALUE_BYTES - len, ",") : 0;
            size_t part = base_json_text(each, out + len, MAX_VALUE_BYTES - len);
            if (part == 0 || part >= MAX_VALUE_BYTES - len || strlen(out + len) != part) {
                return false;
            }
            len += part;
        }
        return len > 0;
    case JSON_IS_ABSENT:
    case JSON_IS_NULL:
    case JSON_IS_OBJECT:
        break;
    }
    return false;
}

/* The option of a member: "max_prompt_price" is max-prompt-price; NAME_COUNT: there is none. */
static size_t name_of_key(struct json_value key, char shown[64])
{
    size_t len = base_json_text(key, shown, 40);
    for (size_t i = 0; i < NAME_COUNT && len < 40; i++) {
        bool is_it = strlen(names[i]) == len;
        for (size_t j = 0; j < len && is_it; j++) {
            is_it = names[i][j] == (shown[j] == '_' ? '-' : shown[j]);
        }
        if (is_it) {
            return i;
        }
    }
    return NAME_COUNT;
}

static bool read_members(struct json_value root, struct options *options, struct wishes *wishes,
                         char values[NAME_COUNT][MAX_VALUE_BYTES], struct buf *reason)
{
    for (struct json_value value = base_json_first(root); base_json_type(value) != JSON_IS_ABSENT;
         value = base_json_next(root, value)) {
        char key[64], shown[80];
        size_t i = name_of_key(base_json_key(value), key);
        (void)snprintf(shown, sizeof(shown), "x_tta.%s", key); /* fits */
        if (i == NAME_COUNT) {
            base_buf_addf(reason, "%s: there is no such requirement; they are those of tta select.", shown);
            return false;
        }
        if (base_json_type(value) == JSON_IS_NULL) {
            continue;
        }
        if (!write_value(value, values[i])) {
            base_buf_addf(reason, "%s: it must be a text, a number, true, or a list of texts.", shown);
            return false;
        }
        wishes->are_any = true;
        wishes->have_task = wishes->have_task || i == 0;
        if (!set(names[i], shown, values[i], options, reason)) {
            return false;
        }
    }
    return true;
}

static bool read_extras(struct str extras, struct options *options, struct wishes *wishes,
                        char values[NAME_COUNT][MAX_VALUE_BYTES], struct buf *reason)
{
    struct json json;
    struct json_flaw flaw;
    if (extras.len == 0) {
        return true;
    }
    if (base_json_read(extras, &json, &flaw) != JSON_READ) { /* the body was read: memory is lacking */
        base_buf_add_cstr(reason, "x_tta: it cannot be read.");
        return false;
    }
    bool good = read_members(base_json_root(&json), options, wishes, values, reason);
    base_json_deinit(&json);
    return good;
}

static bool copy_list(const char *list, char out[256], const char *shown, struct buf *reason)
{
    size_t len = list ? strlen(list) : 0;
    if (len >= 256) {
        base_buf_addf(reason, "%s: it is too long.", shown);
        return false;
    }
    memcpy(out, list ? list : "", len + 1);
    return true;
}

bool wishes_read(const struct request *request, struct str extras, struct wishes *out_wishes, struct buf *reason)
{
    char values[NAME_COUNT][MAX_VALUE_BYTES]; /* options borrow them */
    struct options options = options_defaults();
    struct wishes *wishes = out_wishes;
    *wishes = (struct wishes){.are_any = false};
    if (!read_headers(request, &options, wishes, values, reason) ||
        !read_extras(extras, &options, wishes, values, reason) ||
        !copy_list(options.only, wishes->only, "only", reason) ||
        !copy_list(options.excluded, wishes->excluded, "exclude", reason)) {
        return false;
    }
    wishes->requirements = options.requirements;
    return true;
}

static bool add_origins(const struct tta_catalogue *catalogue, const char *list, struct tta_origin_set *set,
                        struct buf *reason)
{
    struct str rest = base_str(list);
    while (rest.ptr && list[0] != '\0') {
        char name[256];
        struct str each = base_str_trim(base_str_cut(rest, ',', &rest));
        (void)snprintf(name, sizeof(name), "%.*s", STR_ARGS(each)); /* fits: the list is no longer */
        if (tta_catalogue_add_origins(catalogue, name, set) == 0) {
            base_buf_addf(reason, "There is no provider or server %s here.", name);
            return false;
        }
    }
    return true;
}

bool wishes_settle(const struct wishes *wishes, const struct tta_catalogue *catalogue,
                   struct tta_requirements *out_requirements, struct buf *reason)
{
    *out_requirements = wishes->requirements;
    return add_origins(catalogue, wishes->only, &out_requirements->only, reason) &&
           add_origins(catalogue, wishes->excluded, &out_requirements->excluded, reason);
}
