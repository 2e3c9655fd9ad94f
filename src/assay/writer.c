// SPDX-License-Identifier: MIT
#include "assay/writer.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* Whether elements of the innermost brackets stay on one line. */
static bool is_flat(const struct writer *writer)
{
    return writer->flat_below > 0 && writer->depth > writer->flat_below;
}

void writer_start_line(struct writer *writer)
{
    if (is_flat(writer)) {
        base_buf_add_cstr(writer->out, writer->is_first ? "" : ", ");
    } else {
        base_buf_addf(writer->out, "%s\n%*s", writer->is_first ? "" : ",", 4 * writer->depth, "");
    }
    writer->is_first = false;
}

void writer_open(struct writer *writer, char bracket)
{
    base_buf_add_char(writer->out, bracket);
    writer->depth++;
    writer->is_first = true;
}

void writer_close(struct writer *writer, char bracket)
{
    const bool on_one_line = is_flat(writer);
    writer->depth--;
    if (!writer->is_first && !on_one_line) {
        base_buf_addf(writer->out, "\n%*s", 4 * writer->depth, "");
    }
    base_buf_add_char(writer->out, bracket);
    writer->is_first = false;
}

void writer_key(struct writer *writer, const char *key)
{
    writer_start_line(writer);
    base_buf_addf(writer->out, "\"%s\": ", key);
}

static void write_control(struct buf *out, unsigned char c)
{
    switch (c) {
    case '\b': base_buf_add(out, STR("\\b")); break;
    case '\t': base_buf_add(out, STR("\\t")); break;
    case '\n': base_buf_add(out, STR("\\n")); break;
    case '\f': base_buf_add(out, STR("\\f")); break;
    case '\r': base_buf_add(out, STR("\\r")); break;
    default: base_buf_addf(out, "\\u%04x", c); break;
    }
}

void writer_string(struct writer *writer, const char *text)
{
    struct buf *out = writer->out;
    struct str rest = base_str(text);
    base_buf_add_char(out, '"');
    while (rest.len > 0) {
        size_t len = base_utf8_len(rest);
        char c = rest.ptr[0];
        if (len == 0) {
            base_buf_add(out, STR("\xEF\xBF\xBD"));
            len = 1;
        } else if (c == '"' || c == '\\') {
            base_buf_addf(out, "\\%c", c);
        } else if ((unsigned char)c < ' ') {
            write_control(out, (unsigned char)c);
        } else {
            base_buf_add(out, (struct str){rest.ptr, len});
        }
        rest.ptr += len;
        rest.len -= len;
    }
    base_buf_add_char(out, '"');
}

void writer_double(struct writer *writer, double value)
{
    char digits[32] = "null";
    if (isfinite(value)) {
        for (int precision = 15; precision <= 17; precision++) {
            (void)snprintf(digits, sizeof(digits), "%.*g", precision, value);
            if (strtod(digits, NULL) == value) {
                break;
            }
        }
        if (!strpbrk(digits, ".e")) {
            (void)strcat(digits, ".0"); /* %g writes at most 24 characters */
        }
    }
    base_buf_add_cstr(writer->out, digits);
}

void writer_text(struct writer *writer, const char *key, const char *text)
{
    writer_key(writer, key);
    if (text) {
        writer_string(writer, text);
    } else {
        base_buf_add_cstr(writer->out, "null");
    }
}

void writer_number(struct writer *writer, const char *key, double value)
{
    writer_key(writer, key);
    writer_double(writer, value);
}

void writer_number_if_known(struct writer *writer, const char *key, double value)
{
    if (isfinite(value)) {
        writer_number(writer, key, value);
    }
}

void writer_count(struct writer *writer, const char *key, uint64_t value)
{
    writer_key(writer, key);
    base_buf_addf(writer->out, "%ju", (uintmax_t)value);
}

void writer_bool(struct writer *writer, const char *key, bool value)
{
    writer_key(writer, key);
    base_buf_add_cstr(writer->out, value ? "true" : "false");
}

void writer_open_object(struct writer *writer, const char *key)
{
    writer_key(writer, key);
    writer_open(writer, '{');
}

void writer_numbers(struct writer *writer, const char *key, const double *numbers, uint64_t count)
{
    writer_key(writer, key);
    writer_open(writer, '[');
    for (uint64_t i = 0; i < count; i++) {
        writer_start_line(writer);
        writer_double(writer, numbers[i]);
    }
    writer_close(writer, ']');
}

void writer_counts(struct writer *writer, const char *key, const uint64_t *counts, size_t count)
{
    writer_key(writer, key);
    writer_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        writer_start_line(writer);
        base_buf_addf(writer->out, "%ju", (uintmax_t)counts[i]);
    }
    writer_close(writer, ']');
}

void writer_open_named(struct writer *writer, const char *name)
{
    writer_start_line(writer);
    writer_string(writer, name);
    base_buf_add_cstr(writer->out, ": ");
    writer_open(writer, '{');
}

bool writer_write(writer_fn *write, const void *what, int flat_below, struct buf *out_json)
{
    /* A benchmark may have chosen a locale that writes 0,5: not in here. */
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale) {
        return false;
    }
    locale_t before = uselocale(c_locale);
    struct buf json;
    base_buf_init(&json, out_json->max_len);
    struct writer writer = {.out = &json, .flat_below = flat_below};
    write(&writer, what);
    base_buf_add_char(&json, '\n');
    (void)uselocale(before); /* what was in use cannot be refused */
    freelocale(c_locale);
    if (!base_buf_ok(&json)) {
        base_buf_deinit(&json);
        return false;
    }
    base_buf_deinit(out_json);
    *out_json = json;
    return true;
}
