/* SPDX-License-Identifier: MIT */
/*
 * tta/catalogue.h - which models there are.
 *
 * A catalogue is an immutable snapshot: built once, then read by any number of
 * threads without a lock until it is destroyed.  Its models are its rows,
 * numbered from 0 in the order in which they were added; a row number is valid
 * for that snapshot only.  tta/provider.h makes one of the answer of a
 * provider, tta_catalogue_create() of models given by hand, tta/merge.h one of
 * several.
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
#define TTA_MAX_ORIGINS 256 /* of one catalogue */
/* 1000 USD a token.  Above that the data is wrong; and arithmetic with a few
 * prices, in int64_t or in double, is exact below it. */
#define TTA_MAX_PRICE_PUSD INT64_C(1000000000000000)
#define TTA_MAX_TOKENS INT64_C(1000000000000)
#define TTA_MAX_PARAMETERS INT64_C(1000000000000000)

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
#define TTA_CAN_MAKE_VIDEO (UINT64_C(1) << 16)
#define TTA_CAN_EMBED (UINT64_C(1) << 17)
#define TTA_CAN_RERANK (UINT64_C(1) << 18)
#define TTA_CAN_TRANSCRIBE (UINT64_C(1) << 19)
#define TTA_CAN_MODERATE (UINT64_C(1) << 20)

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

/*
 * Another price in certain cases: from the first prompt token on if there are
 * more than `above_prompt_tokens`, and between two times of the day.  Of the
 * rules that apply the last one counts.
 */
struct tta_price_rule {
    int64_t above_prompt_tokens;   /* 0 to TTA_MAX_TOKENS; 0: for a prompt of any size */
    int16_t utc_from_minute;       /* 0 to 1439, of the day in UTC; the time before utc_to_minute is meant, */
    int16_t utc_to_minute;         /* over midnight if it is the smaller one; equal: at any time */
    int64_t prompt_price_pusd;     /* as in struct tta_model; TTA_UNKNOWN: as without the rule */
    int64_t completion_price_pusd; /* likewise */
};
#define TTA_MAX_PRICE_RULES 64 /* of one model */

/*
 * One model, as read from a catalogue or given to a builder.  Strings and rules
 * are copied by the builder, and borrowed from the catalogue by
 * tta_catalogue_model(), which gives no NULL but where it is said.
 */
struct tta_model {
    const char *id;   /* 1 to TTA_MAX_ID_BYTES bytes of UTF-8, unique within its provider and origin */
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

    /* What follows is good as zero, too: nothing more is known. */
    bool is_remote;                /* of a local server's model: runs somewhere else all the same */
    bool is_moderated;             /* prompts are checked before the model sees them */
    const char *origin;            /* which of several servers, or whose hardware, to TTA_MAX_ID_BYTES; NULL or "": the
                                      provider's name */
    const char *canonical_id;      /* the id that names the same model everywhere; NULL */
    const char *alias_of;          /* the id that this one stands for at the moment; NULL */
    int64_t request_price_pusd;    /* for each request, whatever its size; as prices above, TTA_UNKNOWN counts as 0 */
    const struct tta_price_rule *price_rules;
    size_t price_rule_count;       /* to TTA_MAX_PRICE_RULES */
    int64_t longest_context_tokens; /* what the model was made for, where a server may run it with less: see
                                       context_tokens; 0 or TTA_UNKNOWN: not stated */
    int64_t expires_unix_s;        /* no longer offered from then on; 0: not stated */
    int64_t parameter_count;       /* to TTA_MAX_PARAMETERS; 0: not stated */
    int64_t weight_bytes;          /* of a local model's file; 0: not stated */
    int64_t context_bytes_per_token; /* of memory, while it runs; 0: not stated */
    const char *quantization;      /* "Q4_K_M", "fp8", ...; NULL */
    double intelligence_index;     /* of Artificial Analysis, above 0 to 100; 0: not stated */
};

/* A model of which nothing else is known; `id` is borrowed. */
TTA_API struct tta_model tta_model_unknown(const char *id, enum tta_provider provider);

/* Whether the model runs on hardware of the user's own: served by
 * TTA_PROVIDER_LOCAL, OLLAMA or LM_STUDIO, and not is_remote. */
TTA_API bool tta_model_is_local(const struct tta_model *model);

/* The size of a request, for its price. */
struct tta_request_size {
    int64_t prompt_tokens;     /* 0 to TTA_MAX_TOKENS */
    int64_t completion_tokens; /* expected; likewise */
    int utc_minute;            /* of the day, 0 to 1439 */
};

/* What a request costs, in pico-USD, rules applied: TTA_UNKNOWN or TTA_DYNAMIC if a
 * price that it needs is, INT64_MAX where it would be more. */
TTA_API int64_t tta_model_cost_pusd(const struct tta_model *model, const struct tta_request_size *size);

/*
 * Some of the origins of one catalogue: who offers what, as (provider, origin).
 * A set of zeroes is empty.
 */
struct tta_origin_set {
    uint64_t bits[TTA_MAX_ORIGINS / 64];
};

/* The facts of a model that have a source each. */
enum tta_field {
    TTA_FIELD_NAME,
    TTA_FIELD_PROMPT_PRICE, /* and rules, request_price_pusd and is_free with it */
    TTA_FIELD_COMPLETION_PRICE,
    TTA_FIELD_CONTEXT,
    TTA_FIELD_MAX_COMPLETION,
    TTA_FIELD_CAPABILITIES,
    TTA_FIELD_SAFETY,
    TTA_FIELD_PERFORMANCE,
    TTA_FIELD_INTELLIGENCE,
    TTA_FIELD_EXPIRY,
    TTA_FIELD_SIZE, /* parameters, weights and quantization */
    TTA_FIELD_COUNT /* not a field */
};

/* "name", "prompt_price", ... Never NULL. */
TTA_API const char *tta_field_name(enum tta_field field);

struct tta_catalogue;

/*
 * A catalogue of `count` models given by the caller, copied.  `count` may be 0.
 * TTA_OK.  TTA_BAD_ARGUMENT: a value out of the ranges of struct tta_model, a
 * free model with a price, text that is not UTF-8, or an id twice for one
 * provider and origin; `err` says which model, counted from 1, and why.
 * TTA_TOO_LARGE: beyond TTA_MAX_MODELS, TTA_MAX_ORIGINS, TTA_MAX_ID_BYTES or TTA_MAX_NAME_BYTES.
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

/* The same where it lies, without a copy; borrowed until the catalogue is destroyed. */
TTA_API const struct tta_model *tta_catalogue_peek(const struct tta_catalogue *catalogue, size_t row);

/* Where a fact of the model of a row comes from: the name of a listing
 * (tta_listing_name()), "given" for tta_catalogue_create(), or "nowhere" if it is
 * not known.  `row` must be below tta_catalogue_count(). */
TTA_API const char *tta_catalogue_source(const struct tta_catalogue *catalogue, size_t row, enum tta_field field);

/* The first row of those of the same model, whoever offers it: rows with the same
 * number here are a group.  `row` must be below tta_catalogue_count(). */
TTA_API size_t tta_catalogue_group(const struct tta_catalogue *catalogue, size_t row);

/* Adds to a set the origins that have this name, or whose provider has it; how many
 * those are: 0 if none has.  `name` ends in a NUL. */
TTA_API size_t tta_catalogue_add_origins(const struct tta_catalogue *catalogue, const char *name,
                                         struct tta_origin_set *set);

/* The row of an id in `*out_row`: TTA_OK or TTA_NOT_FOUND.  If several
 * providers or origins have the id, the first of them. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_catalogue_find(const struct tta_catalogue *catalogue, const char *id, size_t *out_row);

#ifdef __cplusplus
}
#endif

#endif /* TTA_CATALOGUE_H */
