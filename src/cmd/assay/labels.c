// SPDX-License-Identifier: MIT
#include "cmd/assay/labels.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/columns.h"
#include "base/num.h"
#include "cmd/visible.h"

#define MAX_LABEL_BYTES 100000
/* Of a name before its parameters so much stays, or the parameters are cut too. */
#define LEAST_STEM_COLUMNS 4

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts && i < count; i++) {
        free(texts[i]);
    }
    free(texts);
}

static size_t widest(char *const *texts, size_t count)
{
    size_t columns = 0;
    for (size_t i = 0; i < count; i++) {
        size_t each = base_columns(base_str(texts[i]));
        columns = each > columns ? each : columns;
    }
    return columns;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* How many of the texts differ; false without memory. */
static bool count_distinct(char *const *texts, size_t count, size_t *out_distinct)
{
    char **sorted = base_alloc_array(count, sizeof(*sorted));
    if (!sorted) {
        return false;
    }
    memcpy(sorted, texts, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_name);
    *out_distinct = count > 0;
    for (size_t i = 1; i < count; i++) {
        *out_distinct += strcmp(sorted[i - 1], sorted[i]) != 0;
    }
    free(sorted);
    return true;
}

static int by_name_of_row(const void *a, const void *b)
{
    const struct label_name *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

/* Fills `texts`: a name that other rows have as well is given in full. */
static bool choose_texts(const struct label_name *names, size_t count, char **texts)
{
    const struct label_name **sorted = base_alloc_array(count, sizeof(*sorted));
    bool good = sorted != NULL;
    for (size_t i = 0; good && i < count; i++) {
        sorted[i] = &names[i];
    }
    if (good) {
        qsort(sorted, count, sizeof(*sorted), by_name_of_row);
    }
    for (size_t i = 0; good && i < count; i++) {
        bool has_twin = (i > 0 && strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) ||
                        (i + 1 < count && strcmp(sorted[i + 1]->name, sorted[i]->name) == 0);
        char *text = strdup(has_twin ? sorted[i]->fullname : sorted[i]->name);
        texts[sorted[i] - names] = text;
        good = text != NULL;
        if (good) {
            visible_make(text);
        }
    }
    free(sorted);
    return good;
}

bool labels_create(const struct label_name *names, size_t count, struct labels *out_labels)
{
    struct labels labels = {.texts = base_alloc_array(count, sizeof(char *)), .count = count};
    if (!labels.texts) {
        return false;
    }
    memset(labels.texts, 0, count * sizeof(char *));
    if (!choose_texts(names, count, labels.texts)) {
        labels_deinit(&labels);
        return false;
    }
    labels.columns = widest(labels.texts, count);
    *out_labels = labels;
    return true;
}

void labels_deinit(struct labels *labels)
{
    free_texts(labels->texts, labels->count);
    free_texts(labels->cuts, labels->count);
    *labels = (struct labels){0};
}

const char *labels_text(const struct labels *labels, size_t row)
{
    return labels->cuts ? labels->cuts[row] : labels->texts[row];
}

/* Beginning and end of `text` around an ellipsis, `columns` together. */
static void cut_text(struct str text, size_t columns, const char *ellipsis, struct buf *out)
{
    size_t dots = base_columns(base_str(ellipsis));
    if (base_columns(text) <= columns || columns <= dots + 1) {
        base_buf_add(out, text);
        return;
    }
    size_t room = columns - dots;
    const char *bracket = memchr(text.ptr, '[', text.len);
    struct str stem = {text.ptr, bracket ? (size_t)(bracket - text.ptr) : text.len};
    struct str parameters = {text.ptr + stem.len, text.len - stem.len};
    size_t fixed = base_columns(parameters);
    if (fixed + LEAST_STEM_COLUMNS > room) { /* then the end, where the values are, is worth more than the stem */
        stem = text;
        parameters.len = fixed = 0;
    }
    size_t head = bracket && fixed == 0 ? room / 3 : (room - fixed + 1) / 2;
    base_buf_add(out, base_columns_head(stem, head));
    base_buf_add_cstr(out, ellipsis);
    base_buf_add(out, base_columns_tail(stem, room - fixed - head));
    base_buf_add(out, parameters);
}

/* All of them at most so wide; NULL without memory. */
static char **cut_all(const struct labels *labels, size_t columns, const char *ellipsis)
{
    char **cuts = base_alloc_array(labels->count, sizeof(*cuts));
    for (size_t i = 0; cuts && i < labels->count; i++) {
        struct buf text;
        base_buf_init(&text, MAX_LABEL_BYTES);
        cut_text(base_str(labels->texts[i]), columns, ellipsis, &text);
        cuts[i] = base_buf_take(&text);
        base_buf_deinit(&text);
        if (!cuts[i]) {
            free_texts(cuts, i);
            return NULL;
        }
    }
    return cuts;
}

bool labels_cut(struct labels *labels, size_t columns, const char *ellipsis)
{
    size_t natural = widest(labels->texts, labels->count), all, distinct = 0;
    char **cuts = NULL;
    if (!count_distinct(labels->texts, labels->count, &all)) {
        return false;
    }
    for (; columns < natural; columns++) {
        cuts = cut_all(labels, columns, ellipsis);
        if (!cuts || !count_distinct(cuts, labels->count, &distinct)) {
            free_texts(cuts, cuts ? labels->count : 0);
            return false;
        }
        if (distinct == all) {
            break;
        }
        free_texts(cuts, labels->count);
        cuts = NULL;
    }
    free_texts(labels->cuts, labels->count);
    labels->cuts = cuts;
    labels->columns = widest(cuts ? cuts : labels->texts, labels->count);
    return true;
}
