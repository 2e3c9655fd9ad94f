// SPDX-License-Identifier: MIT
/*
 * tta/listing.h - what readers of listings have in common.
 *
 * A reader turns a JSON value into rows, one tta_listing_add() a model, and
 * takes each fact with a function below.  These give what they read through
 * their last argument, leave it alone if the field is absent or null, and fail,
 * with the name of the model in the reason, if it is of another type.
 */
#ifndef TTA_LISTING_H
#define TTA_LISTING_H

#include "base/json.h"
#include "tta/provider.h"
#include "tta/snapshot.h"

/* Texts that live as long as the reading. */
struct tta_text_block;

struct tta_listing_reader {
    enum tta_listing listing;
    struct tta_error *err;
    struct tta_row *rows;
    size_t count, capacity;
    struct tta_text_block *blocks;
    struct tta_price_rule *rules; /* each row's first rule is an index until all are read */
    size_t rule_count, rule_capacity;
    const char *id; /* of the model that is being read, NULL before it is known */
};

struct tta_listing_kind {
    const char *name;
    const char *path; /* from the base URL on; NULL: it has no address of its own */
    bool may_be_empty;
    /* Whether a JSON text has this form. */
    bool (*recognises)(struct json_value root);
    enum tta_status (*read)(struct tta_listing_reader *reader, struct json_value root);
};

/* A provider: what is public of it, and its listings; one file each. */
struct tta_provider_kind {
    struct tta_provider_info info;
    const struct tta_listing_kind *listings[4]; /* as many as it has; the best one first */
    enum tta_listing first_listing;             /* they are numbered from here on */
};

extern const struct tta_provider_kind tta_provider_local, tta_provider_openrouter, tta_provider_openai,
    tta_provider_anthropic, tta_provider_ollama, tta_provider_lm_studio, tta_provider_custom;

/* The listings of a JSON value that is already read, as tta_catalogue_parse() does of a text. */
TTA_MUST_CHECK enum tta_status tta_listing_read(enum tta_listing listing, struct json_value root,
                                                struct tta_catalogue **out_catalogue, struct tta_error *err);

const struct tta_provider_kind *tta_provider_kind_of(enum tta_provider provider);

/* NULL if there is no such listing. */
const struct tta_listing_kind *tta_listing_kind_of(enum tta_listing listing);

/* Adds a model of a provider, of which nothing is known but its id: the member of that key, or, for a key of
 * NULL, the key that the model itself stands under.  `*out_row` is good until the next one.
 * TTA_OK, TTA_BAD_SYNTAX (no object, no id), TTA_TOO_LARGE, TTA_NO_MEMORY. */
TTA_MUST_CHECK enum tta_status tta_listing_add(struct tta_listing_reader *reader, enum tta_provider provider,
                                               struct json_value json, const char *key, struct tta_row **out_row);
/* Adds a rule to the row that was added last. */
TTA_MUST_CHECK enum tta_status tta_listing_add_rule(struct tta_listing_reader *reader, struct tta_price_rule rule);

/* "model 3 ("ID"): WHAT PROBLEM: VALUE"; the value may be NULL. */
TTA_MUST_CHECK enum tta_status tta_listing_refuse(const struct tta_listing_reader *reader, const char *what,
                                                  const char *problem, const char *value);
/* That the text is not such a list: `wanted` says what was expected. */
TTA_MUST_CHECK enum tta_status tta_listing_no_list(const struct tta_listing_reader *reader, const char *wanted);

/* Reads each element of the list under `key` of an answer, which is no list of models without it. */
typedef enum tta_status tta_model_reader_fn(struct tta_listing_reader *reader, struct json_value json);
TTA_MUST_CHECK enum tta_status tta_listing_read_each(struct tta_listing_reader *reader, struct json_value root,
                                                     const char *key, tta_model_reader_fn *read);

/* A member that is neither absent nor null; else one that is not there. */
struct json_value tta_json_member(struct json_value object, const char *key);
bool tta_json_is(struct json_value value, enum json_type type);

/* A member that is an object, or not there. */
TTA_MUST_CHECK enum tta_status tta_read_object(struct tta_listing_reader *reader, struct json_value object,
                                               const char *key, struct json_value *out_object);
TTA_MUST_CHECK enum tta_status tta_read_text(struct tta_listing_reader *reader, struct json_value object,
                                             const char *key, const char **out_text);
/* A whole number from 0 to TTA_MAX_TOKENS. */
TTA_MUST_CHECK enum tta_status tta_read_tokens(struct tta_listing_reader *reader, struct json_value object,
                                               const char *key, int64_t *out_tokens);
/* A whole number from 0 to 2^53. */
TTA_MUST_CHECK enum tta_status tta_read_count(struct tta_listing_reader *reader, struct json_value object,
                                              const char *key, int64_t *out_count);
TTA_MUST_CHECK enum tta_status tta_read_bool(struct tta_listing_reader *reader, struct json_value object,
                                             const char *key, bool *out_value);

/* A price as a catalogue states it. */
struct tta_price {
    int64_t pusd;
    double usd; /* as the text says; NAN if unknown */
};
#define TTA_PRICE_UNKNOWN ((struct tta_price){TTA_UNKNOWN, (double)NAN})
/* False if the text is no number, or above TTA_MAX_PRICE_PUSD. */
bool tta_parse_price(struct str text, struct tta_price *out_price);

struct tta_word {
    const char *text;
    uint64_t bit;
};
/* Adds the bits of those strings of the list under `key` that `words`, ended by a NULL, knows. */
TTA_MUST_CHECK enum tta_status tta_read_words(struct tta_listing_reader *reader, struct json_value object,
                                              const char *key, const struct tta_word *words, uint64_t *capabilities);

/* A number of parameters as people write it, "7.6B", "26B-A4B", "137M": of the
 * whole model, 0 if the text is none. */
int64_t tta_parse_parameters(struct str text);

/* Makes a row one of the user's own hardware: it costs nothing. */
void tta_row_set_local(struct tta_row *row);

/* A model of an answer in OpenAI's form. */
TTA_MUST_CHECK enum tta_status tta_read_openai_model(struct tta_listing_reader *reader, struct json_value json,
                                                     enum tta_provider provider);
bool tta_is_openai_list(struct json_value root);

#endif /* TTA_LISTING_H */
