// SPDX-License-Identifier: MIT
#include "assay/params.h"

#include <inttypes.h>

#include "base/num.h"

/* An axis: a list of values, or a range. */
struct axis {
    struct str name;
    struct str values; /* of a list; empty for a range */
    int64_t first, last, step;
    bool multiplies;
    size_t count;
};

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                     c == '-' || c == '.' || c == '/';
        if (!plain) {
            return false;
        }
    }
    return text.len > 0;
}

/* Cuts the next word of blank-separated ones; an empty word at the end. */
static struct str next_word(struct str *rest)
{
    *rest = base_str_trim(*rest);
    size_t len = 0;
    while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '\t' && rest->ptr[len] != '\n') {
        len++;
    }
    struct str word = {rest->ptr, len};
    rest->ptr += len;
    rest->len -= len;
    return word;
}

/* The position of `..`, or the length if there is none. */
static size_t find_dots(struct str text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] == '.' && text.ptr[i + 1] == '.') {
            return i;
        }
    }
    return text.len;
}

/* FIRST..LAST*FACTOR or FIRST..LAST+STEP.  Counts stop beyond the maximum: more is refused anyway. */
static bool parse_range(struct str text, size_t dots, struct axis *axis)
{
    struct str after = {text.ptr + dots + 2, text.len - dots - 2};
    struct str step;
    struct str last = base_str_cut(after, '*', &step);
    axis->multiplies = step.ptr != NULL;
    if (!step.ptr) {
        last = base_str_cut(after, '+', &step);
    }
    if (!base_num_parse_int64((struct str){text.ptr, dots}, INT64_MIN / 4, INT64_MAX / 4, &axis->first) ||
        !base_num_parse_int64(last, INT64_MIN / 4, INT64_MAX / 4, &axis->last) ||
        !base_num_parse_int64(step, axis->multiplies ? 2 : 1, INT64_MAX / 4, &axis->step)) {
        return false;
    }
    if (axis->first > axis->last || (axis->multiplies && axis->first < 1)) {
        return false;
    }
    int64_t value = axis->first;
    for (axis->count = 1; axis->count <= ASSAY_MAX_COMBINATIONS; axis->count++) {
        bool beyond = axis->multiplies ? value > axis->last / axis->step : axis->step > axis->last - value;
        if (beyond) {
            break;
        }
        value = axis->multiplies ? value * axis->step : value + axis->step;
    }
    return true;
}

static bool parse_list(struct str text, struct axis *axis)
{
    axis->values = text;
    while (text.ptr) {
        if (!is_plain(base_str_cut(text, ',', &text))) {
            return false;
        }
        axis->count++;
    }
    return true;
}

static bool parse_axis(struct str word, struct axis *axis)
{
    struct str values;
    *axis = (struct axis){.name = base_str_cut(word, '=', &values)};
    if (!is_plain(axis->name) || values.len == 0) {
        return false;
    }
    size_t dots = find_dots(values);
    return dots < values.len ? parse_range(values, dots, axis) : parse_list(values, axis);
}

static void add_value(const struct axis *axis, size_t index, struct buf *out)
{
    if (axis->values.len > 0) {
        struct str rest = axis->values, value;
        do {
            value = base_str_cut(rest, ',', &rest);
        } while (index-- > 0);
        base_buf_add(out, value);
        return;
    }
    int64_t value = axis->first;
    for (; index > 0; index--) {
        value = axis->multiplies ? value * axis->step : value + axis->step;
    }
    base_buf_addf(out, "%" PRId64, value);
}

static bool is_tag(struct str word)
{
    return word.len > 1 && word.ptr[0] == '@' && is_plain((struct str){word.ptr + 1, word.len - 1});
}

/* Parses all axes; the number of them, or SIZE_MAX with `*out_bad` the word that is wrong. */
static size_t parse_all(struct str specification, struct axis axes[ASSAY_MAX_PARAMS], struct str *out_bad)
{
    size_t count = 0;
    for (;;) {
        struct str word = next_word(&specification);
        if (word.len == 0) {
            return count;
        }
        *out_bad = word;
        if (is_tag(word)) {
            continue;
        }
        if (count == ASSAY_MAX_PARAMS || !parse_axis(word, &axes[count])) {
            return SIZE_MAX;
        }
        for (size_t i = 0; i < count; i++) {
            if (base_str_equal(axes[i].name, axes[count].name)) {
                return SIZE_MAX;
            }
        }
        count++;
    }
}

/* The longest label a specification can give. */
static size_t longest_label(const struct axis *axes, size_t axis_count)
{
    size_t len = 0;
    for (size_t i = 0; i < axis_count; i++) {
        size_t longest = 20; /* of a range: digits and a sign */
        struct str rest = axes[i].values;
        if (rest.len > 0) {
            longest = 0;
        }
        while (rest.len > 0) {
            struct str value = base_str_cut(rest, ',', &rest);
            longest = value.len > longest ? value.len : longest;
        }
        len += axes[i].name.len + longest + 2;
    }
    return len;
}

enum assay_status assay_params_check(struct str specification, size_t *out_count, struct assay_error *err)
{
    struct axis axes[ASSAY_MAX_PARAMS];
    struct str bad = specification;
    size_t axis_count = parse_all(specification, axes, &bad);
    bool has_tags = axis_count == 0 && is_tag(bad);
    if (axis_count == SIZE_MAX || (axis_count == 0 && !has_tags)) {
        return assay_fail(err, ASSAY_BAD_SYNTAX,
                          "'%.*s' is no parameter: write NAME=VALUE,VALUE or NAME=FIRST..LAST*FACTOR or "
                          "NAME=FIRST..LAST+STEP, each name once, at most %d of them, or a tag as @slow",
                          STR_ARGS(bad), ASSAY_MAX_PARAMS);
    }
    size_t combinations = 1;
    for (size_t i = 0; i < axis_count; i++) {
        if (!base_size_mul(combinations, axes[i].count, &combinations) || combinations > ASSAY_MAX_COMBINATIONS) {
            return assay_fail(err, ASSAY_BAD_SYNTAX, "the parameters have more than %d combinations",
                              ASSAY_MAX_COMBINATIONS);
        }
    }
    if (longest_label(axes, axis_count) > ASSAY_MAX_LABEL_BYTES) {
        return assay_fail(err, ASSAY_BAD_SYNTAX, "the parameters make names of more than %d bytes",
                          ASSAY_MAX_LABEL_BYTES);
    }
    *out_count = combinations;
    return ASSAY_OK;
}

void assay_params_add_label(struct str specification, size_t index, struct buf *out_label)
{
    struct axis axes[ASSAY_MAX_PARAMS];
    struct str bad;
    size_t axis_count = parse_all(specification, axes, &bad);
    size_t below = 1; /* combinations of the axes behind the one at hand */
    for (size_t i = 1; i < axis_count; i++) {
        below *= axes[i].count;
    }
    for (size_t i = 0; i < axis_count; i++) {
        base_buf_addf(out_label, "%s%.*s=", i == 0 ? "" : ",", STR_ARGS(axes[i].name));
        add_value(&axes[i], index / below % axes[i].count, out_label);
        below /= i + 1 < axis_count ? axes[i + 1].count : 1;
    }
}

void assay_params_add_tags(struct str specification, struct buf *out_tags)
{
    for (struct str word = next_word(&specification); word.len > 0; word = next_word(&specification)) {
        if (is_tag(word)) {
            base_buf_addf(out_tags, " %.*s", STR_ARGS(word));
        }
    }
}

bool assay_params_find(struct str specification, struct str label, size_t *out_index)
{
    size_t count;
    bool found = false;
    struct buf candidate;
    base_buf_init(&candidate, ASSAY_MAX_LABEL_BYTES);
    if (assay_params_check(specification, &count, NULL) == ASSAY_OK) {
        for (size_t i = 0; i < count && !found; i++) {
            base_buf_reset(&candidate);
            assay_params_add_label(specification, i, &candidate);
            found = base_buf_ok(&candidate) && base_str_equal(base_buf_str(&candidate), label);
            if (found) {
                *out_index = i;
            }
        }
    }
    base_buf_deinit(&candidate);
    return found;
}

struct str assay_params_value(struct str label, struct str name)
{
    while (label.ptr) {
        struct str value;
        struct str pair = base_str_cut(label, ',', &label);
        struct str key = base_str_cut(pair, '=', &value);
        if (base_str_equal(key, name)) {
            return value;
        }
    }
    return (struct str){0};
}
