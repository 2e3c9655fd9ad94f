/* SPDX-License-Identifier: MIT */
/*
 * tta/provider.h - who offers models, and how their lists are read.
 *
 * A provider is a kind of service: where it is found, how it wants to be shown
 * a key, and which *listings* it has, a listing being one form of answer that
 * states models.  Nothing here talks to anybody; tta/fetch.h does.
 */
#ifndef TTA_PROVIDER_H
#define TTA_PROVIDER_H

#include "tta/catalogue.h"

#ifdef __cplusplus
extern "C" {
#endif

enum tta_auth {
    TTA_AUTH_NONE,
    TTA_AUTH_BEARER,   /* Authorization: Bearer KEY */
    TTA_AUTH_X_API_KEY /* x-api-key: KEY, with Anthropic's version header */
};

struct tta_provider_info {
    const char *name;         /* as tta_provider_name() */
    const char *base_url;     /* its own; NULL: each server has another */
    enum tta_auth auth;
    const char *key_variable; /* of the environment, where keys of it are usually kept; NULL: it needs none */
    bool is_public;           /* its list is given to anybody, so a key is not needed for that */
};

/* What is known of a provider, static; `provider` must be one. */
TTA_API const struct tta_provider_info *tta_provider_info_of(enum tta_provider provider);

/* The forms of answers. */
enum tta_listing {
    TTA_LISTING_OPENROUTER,           /* GET /models: prices, limits, capabilities */
    TTA_LISTING_OPENROUTER_ENDPOINTS, /* GET /models/ID/endpoints: one row for each origin */
    TTA_LISTING_OPENAI,               /* GET /models: ids */
    TTA_LISTING_ANTHROPIC,            /* GET /v1/models: ids and names */
    TTA_LISTING_OLLAMA_TAGS,          /* GET /api/tags */
    TTA_LISTING_OLLAMA_SHOW,          /* POST /api/show, as {"NAME": ANSWER}: an answer does not say of which model */
    TTA_LISTING_LM_STUDIO_V1,         /* GET /api/v1/models */
    TTA_LISTING_LM_STUDIO_V0,         /* GET /api/v0/models */
    TTA_LISTING_LM_STUDIO,            /* GET /v1/models: ids */
    TTA_LISTING_COMPATIBLE,           /* GET /models of whoever speaks OpenAI's protocol */
    TTA_LISTING_LITELLM,              /* LiteLLM's file of prices and limits */
    TTA_LISTING_COUNT                 /* not a listing */
};

/* "openrouter", "ollama_tags", ... Never NULL. */
TTA_API const char *tta_listing_name(enum tta_listing listing);
/* The listing of a name: TTA_OK or TTA_NOT_FOUND. */
TTA_API TTA_MUST_CHECK enum tta_status tta_listing_of_name(const char *name, enum tta_listing *out_listing);

/*
 * Reads a list of models, `len` bytes of JSON, borrowed for the call; the
 * models keep their order.  Fields it does not know are ignored.  One that it
 * knows may be absent or null, which means unknown, but not of another type:
 * a form that has changed is better noticed here than when a request is sent
 * to the wrong model. (LiteLLM's file, kept by hand, is forgiven: a number of
 * it that is none is unknown, and so are prices of which every one is zero but for
 * models on hardware of the user's own: that is how it writes what nobody looked
 * up.)  Nothing is read from names but for TTA_RULES_COMPAT.
 *
 * Prices: a positive one is rounded to whole pico-USD, though never to 0; a
 * negative one is TTA_DYNAMIC.  is_free: prompt and completion are stated and
 * zero, and so is every other price that is stated, those of rules included.
 * Models on hardware of the user's own cost nothing.
 *
 * context_tokens is what a request may use as things are.  Ollama and LM Studio
 * run a model with less than it was made for, so it is known of a model that is
 * loaded alone, and longest_context_tokens says what there is to be had.
 *
 * TTA_OK: `*out_catalogue` is owned by the caller, for tta_catalogue_destroy().
 * TTA_BAD_SYNTAX: not JSON, not such an answer, an empty list (but for what a
 * local server has: it may have nothing), a model without an id, a price that
 * is no number or above TTA_MAX_PRICE_PUSD, a token count that is negative or
 * above TTA_MAX_TOKENS, two models of one id and origin; `err` names the model,
 * or the line where the text is not JSON.
 * TTA_TOO_LARGE: beyond TTA_MAX_CATALOGUE_BYTES, TTA_MAX_MODELS,
 * TTA_MAX_ORIGINS, TTA_MAX_ID_BYTES or TTA_MAX_NAME_BYTES.
 * TTA_BAD_ARGUMENT: no such listing.  TTA_NO_MEMORY.  `err` may be NULL.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_catalogue_parse(enum tta_listing listing, const char *json, size_t len, struct tta_catalogue **out_catalogue,
                    struct tta_error *err);

/* The listing that a text has the form of, in `*out_listing`: TTA_OK,
 * TTA_NOT_FOUND (of none), TTA_BAD_SYNTAX (it is not JSON; `err` says where) or
 * TTA_NO_MEMORY.  Two providers may have one form, OpenAI's: the answer is then
 * TTA_LISTING_COMPATIBLE. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_listing_detect(const char *json, size_t len, enum tta_listing *out_listing, struct tta_error *err);

#ifdef __cplusplus
}
#endif

#endif /* TTA_PROVIDER_H */
