// SPDX-License-Identifier: MIT
/*
 * The texts of rows lie in blocks, which never move, until tta_catalogue_adopt()
 * copies them; rules lie in one array, which moves as it grows, so a row has its
 * first rule as an index until all are read.
 */
#include "tta/listing.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/fail.h"
#include "tta/model.h"

#define BLOCK_BYTES 32768
#define LARGEST_WHOLE INT64_C(9007199254740992) /* up to here doubles are exact */

struct tta_text_block {
    struct tta_text_block *next;
    size_t used, size;
    char text[];
};

static enum tta_status no_memory(const struct tta_listing_reader *reader)
{
    (void)tta_fail(reader->err, TTA_NO_MEMORY, 0, "no memory for a list of models");
    return TTA_NO_MEMORY;
}

enum tta_status tta_listing_refuse(const struct tta_listing_reader *reader, const char *what, const char *problem,
                                   const char *value)
{
    (void)tta_fail(reader->err, TTA_BAD_SYNTAX, 0, "model %zu (\"%s\"): %s %s%s%s", reader->count, reader->id, what,
                   problem, value ? ": " : "", value ? value : "");
    return TTA_BAD_SYNTAX; /* said here, for compilers that watch what is left uninitialised */
}

enum tta_status tta_listing_no_list(const struct tta_listing_reader *reader, const char *wanted)
{
    (void)tta_fail(reader->err, TTA_BAD_SYNTAX, 0, "this is not a list of models: %s is expected", wanted);
    return TTA_BAD_SYNTAX;
}

enum tta_status tta_listing_read_each(struct tta_listing_reader *reader, struct json_value root, const char *key,
                                      tta_model_reader_fn *read)
{
    struct json_value list = tta_json_member(root, key);
    if (!tta_json_is(list, JSON_IS_ARRAY)) {
        (void)tta_fail(reader->err, TTA_BAD_SYNTAX, 0,
                       "this is not a list of models: a JSON object with a list \"%s\" is expected", key);
        return TTA_BAD_SYNTAX;
    }
    enum tta_status status = TTA_OK;
    for (struct json_value at = base_json_first(list); at.json && status == TTA_OK; at = base_json_next(list, at)) {
        status = read(reader, at);
    }
    return status;
}

struct json_value tta_json_member(struct json_value object, const char *key)
{
    struct json_value value = base_json_member(object, key);
    return base_json_type(value) == JSON_IS_NULL ? (struct json_value){NULL, 0} : value;
}

bool tta_json_is(struct json_value value, enum json_type type)
{
    return base_json_type(value) == type;
}

static char *allocate_text(struct tta_listing_reader *reader, size_t size)
{
    struct tta_text_block *block = reader->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        block = malloc(sizeof(*block) + room);
        if (!block) {
            return NULL;
        }
        *block = (struct tta_text_block){.next = reader->blocks, .used = 0, .size = room};
        reader->blocks = block;
    }
    block->used += size;
    return block->text + block->used - size;
}

/* A string's text; TTA_BAD_SYNTAX, without a reason given, if a NUL is in it or it is not UTF-8. */
static enum tta_status copy_text(struct tta_listing_reader *reader, struct json_value value, const char **out_text)
{
    size_t len = base_json_text(value, NULL, 0);
    char *text = allocate_text(reader, len + 1);
    if (!text) {
        return no_memory(reader);
    }
    (void)base_json_text(value, text, len + 1);
    if (strlen(text) != len || !tta_is_utf8(text)) {
        return TTA_BAD_SYNTAX;
    }
    *out_text = text;
    return TTA_OK;
}

enum tta_status tta_listing_add(struct tta_listing_reader *reader, enum tta_provider provider, struct json_value json,
                                const char *key, struct tta_row **out_row)
{
    size_t number = reader->count + 1;
    if (!tta_json_is(json, JSON_IS_OBJECT)) {
        return tta_fail(reader->err, TTA_BAD_SYNTAX, 0, "model %zu is not an object", number);
    }
    struct json_value id = key ? base_json_member(json, key) : base_json_key(json);
    if (reader->count == TTA_MAX_MODELS) {
        return tta_fail(reader->err, TTA_TOO_LARGE, 0, "the models are more than the limit of %d", TTA_MAX_MODELS);
    }
    const char *text = NULL;
    enum tta_status status = tta_json_is(id, JSON_IS_STRING) ? copy_text(reader, id, &text) : TTA_OK;
    if (status == TTA_NO_MEMORY) {
        return status;
    }
    if (status != TTA_OK || !text || text[0] == '\0') {
        return tta_fail(reader->err, TTA_BAD_SYNTAX, 0, "model %zu has no id%s", number,
                        status == TTA_OK ? "" : " that is text");
    }
    void *rows = reader->rows;
    if (!base_array_make_room(&rows, reader->count, &reader->capacity, sizeof(*reader->rows))) {
        return no_memory(reader);
    }
    reader->rows = rows;
    reader->id = text;
    struct tta_row *row = &reader->rows[reader->count++];
    *row = (struct tta_row){
        .model = tta_model_unknown(text, provider),
        .compat_cost_usd = (double)NAN,
    };
    *out_row = row;
    return TTA_OK;
}

enum tta_status tta_listing_add_rule(struct tta_listing_reader *reader, struct tta_price_rule rule)
{
    struct tta_model *model = &reader->rows[reader->count - 1].model;
    if (model->price_rule_count == TTA_MAX_PRICE_RULES) {
        return tta_listing_refuse(reader, "its prices", "have too many rules", NULL);
    }
    void *rules = reader->rules;
    if (!base_array_make_room(&rules, reader->rule_count, &reader->rule_capacity, sizeof(*reader->rules))) {
        return no_memory(reader);
    }
    reader->rules = rules;
    reader->rules[reader->rule_count++] = rule;
    model->price_rule_count++;
    return TTA_OK;
}

enum tta_status tta_read_object(struct tta_listing_reader *reader, struct json_value object, const char *key,
                                struct json_value *out_object)
{
    struct json_value value = tta_json_member(object, key);
    if (value.json && !tta_json_is(value, JSON_IS_OBJECT)) {
        return tta_listing_refuse(reader, key, "is not an object", NULL);
    }
    *out_object = value;
    return TTA_OK;
}

enum tta_status tta_read_text(struct tta_listing_reader *reader, struct json_value object, const char *key,
                              const char **out_text)
{
    struct json_value value = tta_json_member(object, key);
    if (!value.json) {
        return TTA_OK;
    }
    if (!tta_json_is(value, JSON_IS_STRING)) {
        return tta_listing_refuse(reader, key, "is not a string", NULL);
    }
    enum tta_status status = copy_text(reader, value, out_text);
    return status == TTA_BAD_SYNTAX ? tta_listing_refuse(reader, key, "is not text", NULL) : status;
}

static bool read_whole(struct json_value value, int64_t max, int64_t *out)
{
    double number = base_json_number(value); /* NAN of what is none */
    if (!(number >= 0 && number <= (double)max) || number != floor(number)) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

static enum tta_status read_number(struct tta_listing_reader *reader, struct json_value object, const char *key,
                                   int64_t max, const char *problem, int64_t *out)
{
    struct json_value value = tta_json_member(object, key);
    return !value.json || read_whole(value, max, out) ? TTA_OK : tta_listing_refuse(reader, key, problem, NULL);
}

enum tta_status tta_read_tokens(struct tta_listing_reader *reader, struct json_value object, const char *key,
                                int64_t *out_tokens)
{
    return read_number(reader, object, key, TTA_MAX_TOKENS, "is not a number of tokens", out_tokens);
}

enum tta_status tta_read_count(struct tta_listing_reader *reader, struct json_value object, const char *key,
                               int64_t *out_count)
{
    return read_number(reader, object, key, LARGEST_WHOLE, "is not a whole number from 0", out_count);
}

enum tta_status tta_read_bool(struct tta_listing_reader *reader, struct json_value object, const char *key,
                              bool *out_value)
{
    struct json_value value = tta_json_member(object, key);
    if (!value.json) {
        return TTA_OK;
    }
    if (!tta_json_is(value, JSON_IS_BOOL)) {
        return tta_listing_refuse(reader, key, "is neither true nor false", NULL);
    }
    *out_value = base_json_is_true(value);
    return TTA_OK;
}

bool tta_parse_price(struct str text, struct tta_price *out_price)
{
    double usd;
    int64_t pusd;
    if (!base_num_parse_double(text, -DBL_MAX, DBL_MAX, &usd)) {
        return false;
    }
    if (usd < 0) {
        *out_price = (struct tta_price){.pusd = TTA_DYNAMIC, .usd = usd};
        return true;
    }
    if (!base_num_parse_scaled(text, 12, 0, TTA_MAX_PRICE_PUSD, &pusd)) {
        return false;
    }
    if (pusd == 0 && usd > 0) {
        pusd = 1; /* next to nothing is not nothing: free means free */
    }
    *out_price = (struct tta_price){.pusd = pusd, .usd = usd};
    return true;
}

enum tta_status tta_read_words(struct tta_listing_reader *reader, struct json_value object, const char *key,
                               const struct tta_word *words, uint64_t *capabilities)
{
    struct json_value list = tta_json_member(object, key);
    if (list.json && !tta_json_is(list, JSON_IS_ARRAY)) {
        return tta_listing_refuse(reader, key, "is not a list", NULL);
    }
    for (struct json_value at = base_json_first(list); at.json; at = base_json_next(list, at)) {
        if (!tta_json_is(at, JSON_IS_STRING)) {
            return tta_listing_refuse(reader, key, "holds something that is not a string", NULL);
        }
        for (const struct tta_word *word = words; word->text; word++) {
            *capabilities |= base_json_equals(at, word->text) ? word->bit : 0;
        }
    }
    return TTA_OK;
}

int64_t tta_parse_parameters(struct str text)
{
    static const struct {
        char letter;
        int scale;
    } units[] = {{'K', 3}, {'M', 6}, {'B', 9}, {'T', 12}};
    size_t len = 0;
    while (len < text.len && strchr("0123456789.", text.ptr[len])) {
        len++;
    }
    int64_t count = 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && len < text.len; i++) {
        if ((text.ptr[len] & ~0x20) == units[i].letter &&
            !base_num_parse_scaled((struct str){text.ptr, len}, units[i].scale, 0, TTA_MAX_PARAMETERS, &count)) {
            return 0;
        }
    }
    return count;
}

void tta_row_set_local(struct tta_row *row)
{
    row->model.prompt_price_pusd = 0;
    row->model.completion_price_pusd = 0;
    row->model.request_price_pusd = 0;
    row->model.is_free = true;
    row->compat_cost_usd = 0;
}

static enum tta_status adopt_rows(struct tta_listing_reader *reader, struct tta_catalogue **out_catalogue)
{
    size_t first = 0;
    for (size_t i = 0; i < reader->count; i++) {
        struct tta_row *row = &reader->rows[i];
        row->model.price_rules = reader->rules ? reader->rules + first : NULL;
        first += row->model.price_rule_count;
        tta_row_set_sources(row, (uint8_t)(TTA_SOURCE_LISTING + (int)reader->listing));
    }
    struct tta_row *rows = reader->rows;
    reader->rows = NULL; /* consumed */
    enum tta_status status = tta_catalogue_adopt(rows, reader->count, out_catalogue, reader->err);
    if (status == TTA_BAD_ARGUMENT) { /* what is an argument there is input here */
        status = TTA_BAD_SYNTAX;
        if (reader->err) {
            reader->err->status = status;
        }
    }
    return status;
}

enum tta_status tta_listing_read(enum tta_listing listing, struct json_value root,
                                 struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    const struct tta_listing_kind *kind = tta_listing_kind_of(listing);
    if (!kind) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "there is no listing of number %d", (int)listing);
    }
    struct tta_listing_reader reader = {.listing = listing, .err = err};
    enum tta_status status = kind->read(&reader, root);
    if (status == TTA_OK && reader.count == 0 && !kind->may_be_empty) {
        status = tta_fail(err, TTA_BAD_SYNTAX, 0, "this is not a list of models: it names none");
    }
    if (status == TTA_OK) {
        status = adopt_rows(&reader, out_catalogue);
    }
    while (reader.blocks) {
        struct tta_text_block *next = reader.blocks->next;
        free(reader.blocks);
        reader.blocks = next;
    }
    free(reader.rules);
    free(reader.rows);
    return status;
}

static enum tta_status read_json(const char *text, size_t len, struct json *out_json, struct tta_error *err)
{
    if (len > TTA_MAX_CATALOGUE_BYTES) {
        return tta_fail(err, TTA_TOO_LARGE, 0, "%zu bytes are more than the limit of %d", len,
                        TTA_MAX_CATALOGUE_BYTES);
    }
    struct json_flaw flaw;
    switch (base_json_read((struct str){text, len}, out_json, &flaw)) {
    case JSON_READ:
        break;
    case JSON_BAD_TEXT:
        return tta_fail(err, TTA_BAD_SYNTAX, flaw.line, "this is not JSON: %s", flaw.what);
    case JSON_NO_MEMORY:
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory to read %zu bytes of JSON", len);
    }
    return TTA_OK;
}

enum tta_status tta_catalogue_parse(enum tta_listing listing, const char *json, size_t len,
                                    struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    struct json document;
    enum tta_status status = read_json(json, len, &document, err);
    if (status == TTA_OK) {
        status = tta_listing_read(listing, base_json_root(&document), out_catalogue, err);
        base_json_deinit(&document);
    }
    return status;
}

enum tta_status tta_listing_detect(const char *json, size_t len, enum tta_listing *out_listing, struct tta_error *err)
{
    struct json document;
    enum tta_status status = read_json(json, len, &document, err);
    if (status != TTA_OK) {
        return status;
    }
    status = TTA_NOT_FOUND;
    for (int i = 0; i < TTA_LISTING_COUNT && status != TTA_OK; i++) {
        const struct tta_listing_kind *kind = tta_listing_kind_of((enum tta_listing)i);
        if (kind->recognises && kind->recognises(base_json_root(&document))) {
            *out_listing = (enum tta_listing)i;
            status = TTA_OK;
        }
    }
    base_json_deinit(&document);
    return status;
}
