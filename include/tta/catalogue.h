/* SPDX-License-Identifier: MIT */
/*
 * tta/catalogue.h - which models there are.
 *
 * A catalogue is an immutable snapshot: built once, then read by any number of
 * threads without a lock until it is destroyed.  Its models are its rows,
 * numbered from 0 in the order in which they were added; a row number is valid
 * for that snapshot only.
 *
 * Every number knows three states beside its value.  Prices are whole
 * pico-USD (10^-12 USD) per token, so that a published price of 0.00000025 USD
 * is exactly 250000.  A price of 0 is free; TTA_UNKNOWN was not stated;
 * TTA_DYNAMIC is decided by the provider at run time (OpenRouter's "-1") and
 * is neither cheap nor free.
 */
#ifndef TTA_CATALOGUE_H
#define TTA_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "tta/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_UNKNOWN INT64_C(-1)
#define TTA_DYNAMIC INT64_C(-2)
/* A score that was not stated; known scores are 0 to 10. */
#define TTA_SCORE_UNKNOWN (-1.0)

#define TTA_MAX_MODELS 100000            /* of one catalogue */
#define TTA_MAX_CATALOGUE_BYTES 67108864 /* 64 MiB of JSON */
#define TTA_MAX_ID_BYTES 256
#define TTA_MAX_NAME_BYTES 1024
/* 1000 USD a token.  Above that the data is wrong; and arithmetic with a few
 * prices, in int64_t or in double, is exact below it. */
#define TTA_MAX_PRICE_PUSD INT64_C(1000000000000000)
#define TTA_MAX_TOKENS INT64_C(1000000000000)

enum tta_provider {
    TTA_PROVIDER_LOCAL,
    TTA_PROVIDER_OPENROUTER,
    TTA_PROVIDER_OPENAI,
    TTA_PROVIDER_ANTHROPIC,
    TTA_PROVIDER_OLLAMA,
    TTA_PROVIDER_LM_STUDIO,
    TTA_PROVIDER_CUSTOM,
    TTA_PROVIDER_COUNT /* not a provider */
};

/* "local", "openrouter", "openai", "anthropic", "ollama", "lm_studio", "custom_api". Never NULL. */
TTA_API const char *tta_provider_name(enum tta_provider provider);

/* What a model can do, as a set of bits.  The first group is what catalogues
 * state; the second, words of the TTA component that only configuration
 * states.  tta_capability_name() gives the word of a bit: its name here
 * without TTA_CAN_, in small letters. */
#define TTA_CAN_TOOLS (UINT64_C(1) << 0)
#define TTA_CAN_TOOL_CHOICE (UINT64_C(1) << 1)
#define TTA_CAN_RESPONSE_FORMAT (UINT64_C(1) << 2)
#define TTA_CAN_STRUCTURED_OUTPUTS (UINT64_C(1) << 3)
#define TTA_CAN_REASONING (UINT64_C(1) << 4)
#define TTA_CAN_LOGPROBS (UINT64_C(1) << 5)
#define TTA_CAN_SEED (UINT64_C(1) << 6)
#define TTA_CAN_STOP (UINT64_C(1) << 7)
#define TTA_CAN_WEB_SEARCH (UINT64_C(1) << 8)
#define TTA_CAN_SEE_IMAGES (UINT64_C(1) << 9)
#define TTA_CAN_SEE_VIDEO (UINT64_C(1) << 10)
#define TTA_CAN_HEAR_AUDIO (UINT64_C(1) << 11)
#define TTA_CAN_READ_FILES (UINT64_C(1) << 12)
#define TTA_CAN_WRITE_TEXT (UINT64_C(1) << 13)
#define TTA_CAN_MAKE_IMAGES (UINT64_C(1) << 14)
#define TTA_CAN_SPEAK_AUDIO (UINT64_C(1) << 15)

#define TTA_CAN_CHAT (UINT64_C(1) << 24)
#define TTA_CAN_INSTRUCTION_FOLLOWING (UINT64_C(1) << 25)
#define TTA_CAN_CODE_GENERATION (UINT64_C(1) << 26)
#define TTA_CAN_COMPLETION (UINT64_C(1) << 27)
#define TTA_CAN_CREATIVE_WRITING (UINT64_C(1) << 28)
#define TTA_CAN_STORYTELLING (UINT64_C(1) << 29)
#define TTA_CAN_LONG_FORM (UINT64_C(1) << 30)
#define TTA_CAN_CONVERSATION (UINT64_C(1) << 31)
#define TTA_CAN_DIALOGUE (UINT64_C(1) << 32)
#define TTA_CAN_EMPATHY (UINT64_C(1) << 33)
#define TTA_CAN_SAFETY (UINT64_C(1) << 34)
#define TTA_CAN_THERAPEUTIC (UINT64_C(1) << 35)
#define TTA_CAN_CHARACTER (UINT64_C(1) << 36)
#define TTA_CAN_PERSONALITY (UINT64_C(1) << 37)
#define TTA_CAN_PSYCHOLOGY (UINT64_C(1) << 38)
#define TTA_CAN_WORLD_BUILDING (UINT64_C(1) << 39)
#define TTA_CAN_DESCRIPTION (UINT64_C(1) << 40)
#define TTA_CAN_DECISION_MAKING (UINT64_C(1) << 41)
#define TTA_CAN_OPTIONS (UINT64_C(1) << 42)
#define TTA_CAN_BRANCHING (UINT64_C(1) << 43)
#define TTA_CAN_ANALYSIS (UINT64_C(1) << 44)
#define TTA_CAN_LOGIC (UINT64_C(1) << 45)
#define TTA_CAN_GENERAL (UINT64_C(1) << 46)

/* The word of the lowest bit set ("tools", "creative_writing", ...), NULL if
 * that bit has none or no bit is set. */
TTA_API const char *tta_capability_name(uint64_t capabilities);
/* The bit of a word, 0 if there is none; `word` ends in a NUL. */
TTA_API uint64_t tta_capability_bit(const char *word);

/* One model, as read from a catalogue or given to a builder.  The strings are
 * copied by the builder, and borrowed from the catalogue by tta_catalogue_model(). */
struct tta_model {
    const char *id;   /* 1 to TTA_MAX_ID_BYTES bytes of UTF-8, unique within its provider */
    const char *name; /* for people, at most TTA_MAX_NAME_BYTES of UTF-8; NULL or "" means the id */
    enum tta_provider provider;
    int64_t prompt_price_pusd;     /* per token; 0 to TTA_MAX_PRICE_PUSD, TTA_UNKNOWN or TTA_DYNAMIC */
    int64_t completion_price_pusd; /* likewise */
    int64_t context_tokens;        /* what prompt and answer may hold together, to TTA_MAX_TOKENS, or TTA_UNKNOWN */
    int64_t max_completion_tokens; /* to TTA_MAX_TOKENS, or TTA_UNKNOWN */
    uint64_t capabilities;         /* TTA_CAN_... */
    double safety_score;           /* therapeutic safety 0 to 10, or TTA_SCORE_UNKNOWN */
    double performance_score;      /* quality 0 to 10, or TTA_SCORE_UNKNOWN */
    bool is_free;                  /* costs nothing at all: both prices above are zero, and so is any other */
};

struct tta_catalogue;

/*
 * Reads the answer of OpenRouter's GET /models, `len` bytes of JSON, borrowed
 * for the call; the models keep their order.  Fields it does not know are
 * ignored; one that it knows may be absent or null, which means unknown, but
 * not of another type.  A positive price is rounded to whole pico-USD, though
 * never to 0; a negative one is TTA_DYNAMIC.  is_free: prompt and completion
 * are stated and zero, and so is every other price that is stated, those of
 * `overrides` included.  Capabilities are what the list states, nothing is
 * read from names (TTA_RULES_COMPAT apart); scores are unknown.
 *
 * TTA_OK: `*out_catalogue` is owned by the caller, for tta_catalogue_destroy().
 * TTA_BAD_SYNTAX: not JSON, not such an answer, an empty list, a model without
 * an id, a price that is no number or above TTA_MAX_PRICE_PUSD, a token count
 * that is negative or above TTA_MAX_TOKENS, two models of one id; `err` names
 * the model, or the line where the text is not JSON.
 * TTA_TOO_LARGE: beyond TTA_MAX_CATALOGUE_BYTES, TTA_MAX_MODELS,
 * TTA_MAX_ID_BYTES or TTA_MAX_NAME_BYTES.
 * TTA_NO_MEMORY; the JSON reader may take a lack of memory for bad syntax.
 * `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_catalogue_parse_openrouter(const char *json, size_t len, struct tta_catalogue **out_catalogue,
                               struct tta_error *err);

/*
 * The same from `count` models given by the caller, copied.  `count` may be 0.
 * TTA_OK.  TTA_BAD_ARGUMENT: a value out of the ranges of struct tta_model, a
 * free model with a price, text that is not UTF-8, or an id twice for one
 * provider; `err` says which model, counted from 1, and why.
 * TTA_TOO_LARGE: beyond TTA_MAX_MODELS, TTA_MAX_ID_BYTES or TTA_MAX_NAME_BYTES.
 * TTA_NO_MEMORY.  `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_catalogue_create(const struct tta_model *models, size_t count, struct tta_catalogue **out_catalogue,
                     struct tta_error *err);

/* Releases a catalogue.  NULL is allowed and does nothing. */
TTA_API void tta_catalogue_destroy(struct tta_catalogue *catalogue);

TTA_API size_t tta_catalogue_count(const struct tta_catalogue *catalogue);

/* The model of a row; strings are borrowed until the catalogue is destroyed.
 * `row` must be below tta_catalogue_count(). */
TTA_API struct tta_model tta_catalogue_model(const struct tta_catalogue *catalogue, size_t row);

/* The row of an id in `*out_row`: TTA_OK or TTA_NOT_FOUND.  If several
 * providers have the id, the first of them. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_catalogue_find(const struct tta_catalogue *catalogue, const char *id, size_t *out_row);

#ifdef __cplusplus
}
#endif

#endif /* TTA_CATALOGUE_H */
