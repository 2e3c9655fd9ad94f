// SPDX-License-Identifier: MIT
#include <stdlib.h>

#include "cmd/tta/catalogue_file.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/format.h"
#include "cmd/tta/json_out.h"
#include "cmd/tta/table.h"
#include "tta/diff.h"

#define MAX_TEXT_BYTES 2000

struct comparison {
    const struct tta_catalogue *before, *after;
    const struct tta_change *changes;
    size_t count;
};

/* "0.15 -> 0.20". */
static void add_prices(struct buf *out, const char *what, const struct tta_model *old_model, int64_t old_price,
                       const struct tta_model *new_model, int64_t new_price)
{
    char from[FORMAT_BYTES], to[FORMAT_BYTES];
    if (old_price != new_price) {
        format_price(old_model, old_price, from);
        format_price(new_model, new_price, to);
        base_buf_addf(out, "%s%s %s -> %s", out->len > 0 ? ", " : "", what, from, to);
    }
}

static void add_tokens(struct buf *out, const char *what, int64_t old_tokens, int64_t new_tokens)
{
    char from[FORMAT_BYTES], to[FORMAT_BYTES];
    if (old_tokens != new_tokens) {
        format_tokens(old_tokens, from);
        format_tokens(new_tokens, to);
        base_buf_addf(out, "%s%s %s -> %s", out->len > 0 ? ", " : "", what, from, to);
    }
}

static void add_capabilities(struct buf *out, const char *sign, uint64_t capabilities)
{
    for (; capabilities != 0; capabilities &= capabilities - 1) {
        base_buf_addf(out, "%s%s%s", out->len > 0 ? ", " : "", sign, tta_capability_name(capabilities));
    }
}

/* What is not said by a number is named. */
static void describe(const struct tta_change *change, const struct tta_model *old_model,
                     const struct tta_model *new_model, struct buf *out)
{
    add_prices(out, "prompt", old_model, old_model->prompt_price_pusd, new_model, new_model->prompt_price_pusd);
    add_prices(out, "completion", old_model, old_model->completion_price_pusd, new_model,
               new_model->completion_price_pusd);
    if ((change->what & TTA_CHANGE_PRICE) && out->len == 0) {
        base_buf_add_cstr(out, "other rules for its price");
    }
    add_tokens(out, "context", old_model->context_tokens, new_model->context_tokens);
    add_tokens(out, "answer", old_model->max_completion_tokens, new_model->max_completion_tokens);
    add_capabilities(out, "+", new_model->capabilities & ~old_model->capabilities);
    add_capabilities(out, "-", old_model->capabilities & ~new_model->capabilities);
    if (change->what & TTA_CHANGE_EXPIRY) {
        base_buf_addf(out, "%sanother end of the offer", out->len > 0 ? ", " : "");
    }
    if (change->what & TTA_CHANGE_ALIAS) {
        base_buf_addf(out, "%sstands for %s", out->len > 0 ? ", " : "",
                      new_model->alias_of ? new_model->alias_of : "nothing else");
    }
}

static bool print_table(const struct comparison *comparison)
{
    static const struct table_column columns[] = {{"", TABLE_LEFT}, {"Model", TABLE_LEFT}, {"Change", TABLE_LEFT}};
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < comparison->count; i++) {
        const struct tta_change *change = &comparison->changes[i];
        bool is_gone = change->what == TTA_CHANGE_REMOVED, is_new = change->what == TTA_CHANGE_ADDED;
        struct buf text;
        base_buf_init(&text, MAX_TEXT_BYTES);
        if (is_gone || is_new) {
            base_buf_add_cstr(&text, tta_change_name(change->what));
        } else {
            struct tta_model old_model = tta_catalogue_model(comparison->before, change->old_row);
            struct tta_model new_model = tta_catalogue_model(comparison->after, change->new_row);
            describe(change, &old_model, &new_model, &text);
        }
        table_add(&table, is_gone ? "-" : is_new ? "+" : "~");
        table_add(&table, is_gone ? tta_catalogue_model(comparison->before, change->old_row).id
                                  : tta_catalogue_model(comparison->after, change->new_row).id);
        table_add_buf(&table, &text);
        base_buf_deinit(&text);
    }
    bool complete = comparison->count == 0 || table_print(&table, stdout);
    table_deinit(&table);
    return complete;
}

static bool print_json(const struct comparison *comparison)
{
    struct buf out;
    base_buf_init(&out, MAX_JSON_BYTES);
    base_buf_add_cstr(&out, "{\"changes\":[");
    for (size_t i = 0; i < comparison->count; i++) {
        const struct tta_change *change = &comparison->changes[i];
        const char *before = "";
        base_buf_addf(&out, "%s\n{\"what\":[", i > 0 ? "," : "");
        for (unsigned rest = change->what; rest != 0; rest &= rest - 1) {
            base_buf_addf(&out, "%s\"%s\"", before, tta_change_name(rest));
            before = ",";
        }
        base_buf_add_cstr(&out, "],\"old\":");
        if (change->what == TTA_CHANGE_ADDED) {
            base_buf_add_cstr(&out, "null");
        } else {
            json_add_model(&out, comparison->before, change->old_row);
        }
        base_buf_add_cstr(&out, ",\"new\":");
        if (change->what == TTA_CHANGE_REMOVED) {
            base_buf_add_cstr(&out, "null");
        } else {
            json_add_model(&out, comparison->after, change->new_row);
        }
        base_buf_add_char(&out, '}');
    }
    base_buf_add_cstr(&out, "\n]}");
    return json_print(&out);
}

static void print_counts(const struct comparison *comparison)
{
    size_t removed = 0, added = 0, prices = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        removed += comparison->changes[i].what == TTA_CHANGE_REMOVED;
        added += comparison->changes[i].what == TTA_CHANGE_ADDED;
        prices += (comparison->changes[i].what & TTA_CHANGE_PRICE) != 0;
    }
    printf("%s%zu removed, %zu added, %zu changed (%zu in price), %zu as before\n", comparison->count > 0 ? "\n" : "",
           removed, added, comparison->count - removed - added, prices,
           tta_catalogue_count(comparison->after) - (comparison->count - removed));
}

static int compare(const struct tta_catalogue *before, const struct tta_catalogue *after, bool as_json)
{
    struct tta_change *changes;
    struct comparison comparison = {.before = before, .after = after};
    if (tta_catalogue_diff(before, after, &changes, &comparison.count) != TTA_OK) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    comparison.changes = changes;
    bool complete = as_json ? print_json(&comparison) : print_table(&comparison);
    if (!complete) {
        complain("out of memory");
    } else if (!as_json) {
        print_counts(&comparison);
    }
    free(changes);
    return !complete ? EXIT_BROKEN : comparison.count > 0 ? EXIT_REFUSED : EXIT_FINE;
}

int command_models_diff(const struct options *options)
{
    struct tta_catalogue *before = catalogue_file_read(options->paths[0]);
    struct tta_catalogue *after = before ? catalogue_file_read(options->paths[1]) : NULL;
    int status = after ? compare(before, after, options->as_json) : EXIT_BAD_USAGE;
    tta_catalogue_destroy(after);
    tta_catalogue_destroy(before);
    return status;
}
