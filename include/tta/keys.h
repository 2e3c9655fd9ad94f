/* SPDX-License-Identifier: MIT */
/*
 * tta/keys.h - is this API key good?
 *
 * A secret is a type of its own, in locked memory that is zeroed when it goes,
 * which nothing prints; people see its label ("sk-or-...7890").  The one way to
 * its bytes is tta_secret_reveal(), which is hard to call by mistake and easy to
 * search for.  No message, error or verdict of this library contains a key, nor
 * the text of a provider's answer, which may quote one.
 *
 * Validation asks the provider with the cheapest authenticated request it has
 * (OpenRouter /key, OpenAI-compatible /models, Anthropic /v1/models), never a
 * paid generation, and remembers the verdict under a keyed hash of the key:
 * the key itself is not kept.  A fault of the network is not a bad key.
 */
#ifndef TTA_KEYS_H
#define TTA_KEYS_H

#include "tta/catalogue.h"
#include "tta/failure.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_MAX_KEY_BYTES 512

struct tta_secret;

/*
 * Takes `len` bytes, 1 to TTA_MAX_KEY_BYTES, printable ASCII without blanks
 * (the caller wipes its own copy).  TTA_OK: `*out_secret` is owned by the
 * caller.  TTA_BAD_ARGUMENT: empty, too long, or a byte that no key has.
 * TTA_NO_MEMORY.  TTA_NO_SERVICE: libsodium could not start.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_secret_create(const char *bytes, size_t len, struct tta_secret **out_secret);

/* Zeroes and releases it.  NULL does nothing. */
TTA_API void tta_secret_destroy(struct tta_secret *secret);

#define TTA_LABEL_BYTES 32
/* A label to show: the known prefix of its kind and the last four characters,
 * as in "sk-or-...7890"; of a secret shorter than 20 only "...".  Always ends
 * in a NUL. */
TTA_API void tta_secret_label(const struct tta_secret *secret, char out_label[TTA_LABEL_BYTES]);

/*
 * Replaces by its label whatever in a text has the beginning and the length of
 * an API key, in place, for messages and logs: a key gets into those where somebody
 * has pasted it in place of a name.  `text` ends in a NUL, and so it does
 * afterwards; it grows no longer.  Keys without a prefix that is known are not seen.
 */
TTA_API void tta_scrub_keys(char *text);

/*
 * Calls `use` once with the bytes of the secret, which end in no NUL and are
 * borrowed for that call: whoever copies them wipes the copy.  For a program that
 * sends a request of its own with the key, or hands it to another program.  A
 * function in place of a result, so that no expression has a key for its value:
 * none gets into a printf or a log by an oversight.
 */
TTA_API void tta_secret_reveal(const struct tta_secret *secret,
                               void (*use)(const char *bytes, size_t len, void *context), void *context);

/* What the form of a key says, before anybody is asked.  Keys of Google,
 * Hugging Face and Perplexity count as those of TTA_PROVIDER_CUSTOM. */
enum tta_key_form {
    TTA_FORM_EXPECTED,       /* has the form that this provider's keys have */
    TTA_FORM_OTHER_PROVIDER, /* has the form of another provider's keys */
    TTA_FORM_UNUSUAL         /* none that is known; it may still be good */
};

struct tta_key_advice {
    enum tta_key_form form;
    enum tta_provider looks_like; /* with TTA_FORM_OTHER_PROVIDER: whose */
    const char *sentence;         /* for a person; static text without the key */
};

/* Advice on the form of a key for a provider.  Cannot fail.  Advice only: the
 * provider decides. */
TTA_API struct tta_key_advice tta_key_advise(enum tta_provider provider, const struct tta_secret *secret);

enum tta_key_verdict {
    TTA_KEY_VALID,
    TTA_KEY_INVALID,      /* the provider does not know it (401) */
    TTA_KEY_EXPIRED,      /* known, but its time is over */
    TTA_KEY_FORBIDDEN,    /* known, but not allowed this (403) */
    TTA_KEY_NO_CREDIT,    /* known, but its limit is used up (402, or a limit of which nothing remains) */
    TTA_KEY_RATE_LIMITED, /* known, but asked too often just now (429) */
    TTA_KEY_UNVERIFIABLE, /* no request would tell (see tta_key_validate()); asking again is of no use */
    TTA_KEY_UNKNOWN       /* no usable answer: network, time-out, server error.  Nothing is said about the key */
};

/* "valid", "invalid", ... Never NULL. */
TTA_API const char *tta_key_verdict_name(enum tta_key_verdict verdict);
/* True for those that must keep the key from being used: invalid and expired. */
TTA_API bool tta_key_verdict_blocks(enum tta_key_verdict verdict);

struct tta_key_result {
    enum tta_key_verdict verdict;
    bool from_cache;      /* no request was made for this call; another thread's may just have ended */
    int http_status;      /* of the answer that decided, 0 if there was none */
    int64_t retry_ns;     /* with rate_limited: wait this long, if the provider said so; with unknown: nobody was
                             asked, for too many were, and may be after this; else 0 */
    const char *sentence; /* for a person; static text without the key */
};

struct tta_key_validator;

struct tta_key_validator_options {
    int64_t timeout_ns;         /* 10 s, for the whole request */
    int64_t connect_timeout_ns; /* 5 s */
    size_t cache_entries;       /* 4096: verdicts kept; the least recently stored goes first.  So many of keys that
                                   were accepted, and as many of all others, which cannot push those out */
    double probes_per_sec;      /* 1: how often a provider is asked about keys that it is not known to accept, */
    double probe_burst;         /* 16: and how often at once; of keys without its form, half of that */
    const char *ca_file;        /* NULL: servers of https must be vouched for by the system's authorities; else by those
                                   of this file of PEM certificates alone.  Copied; a file that cannot be read vouches
                                   for nobody.  A validator for each such file, then */
};
TTA_API struct tta_key_validator_options tta_key_validator_defaults(void);

/* TTA_OK: `*out_validator` is owned by the caller.  TTA_BAD_ARGUMENT,
 * TTA_NO_MEMORY, TTA_NO_SERVICE (libsodium or libcurl could not start).  `err`
 * may be NULL.  The first call of a program starts libcurl, which must not
 * happen while other threads start it too. */
TTA_API TTA_MUST_CHECK enum tta_status
tta_key_validator_create(const struct tta_key_validator_options *options, struct tta_key_validator **out_validator,
                         struct tta_error *err);

/* Releases it; no thread may be in it.  NULL does nothing. */
TTA_API void tta_key_validator_destroy(struct tta_key_validator *validator);

/*
 * The verdict on a key of `provider`.  `base_url` overrides where the provider
 * is (a proxy, a compatible server, a test), as "http://127.0.0.1:8080/v1"
 * with neither "?", "#" nor "@"; NULL means the provider's own.  `now_ns` is
 * monotonic time, for the age of the cache.  Answers from the cache while the
 * verdict is fresh: valid 10 min (give or take one, differing from key to key,
 * and not beyond the key's own end), unverifiable 10 min, invalid, expired,
 * forbidden and no_credit 60 s, rate_limited until the provider's time (at
 * most a day) or 60 s, unknown 5 s, and twice as long each time that the answer
 * is unknown again, up to 60 s.  Otherwise it blocks for one request; threads that
 * ask the same at the same time wait for the one.  Any thread.
 *
 * Of a key that was valid within the last hour "valid" is told while another
 * thread asks again, and also after an answer that is unknown: the sentence says
 * so.  A key that the provider is not known to accept is asked about at the pace
 * of the options, per base URL; beyond that the verdict is unknown at once, with
 * retry_ns, and is not remembered.  So a flood of bad keys costs a provider no
 * more than that pace, and keys that were accepted are not kept waiting by it.
 *
 * Unverifiable without any request are: a local model and Ollama, which look
 * at no keys; LM Studio without a base URL; and a key with the form of another
 * provider's where the host is OpenRouter's, OpenAI's or Anthropic's, for the
 * request would give the key away.  LM Studio and custom servers are asked for
 * their /models as OpenAI is; since some give that list to anybody, an answer
 * of 200 is held against that to a random key (a second request), and is
 * unverifiable if both are welcome.
 *
 * TTA_OK: `*out_result` is filled, whatever the verdict.  TTA_BAD_ARGUMENT: no
 * base URL for a custom server, or one that is not as above, not http(s) or
 * above 1024 bytes.  TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status
tta_key_validate(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                 const struct tta_secret *secret, int64_t now_ns, struct tta_key_result *out_result);

/*
 * What an answer to a real request with the key says of it: an answer confirms
 * it, a 401 revokes it at once, and no probe is needed.  Nothing is learnt from
 * what says nothing about keys (a time-out, a bad request, a limit of the model
 * upstream), nor from an answer of a local or custom server, which may give one
 * to anybody.  True if there is a new verdict, which tta_key_validate() now
 * gives from its cache for as long as one that was asked for.  Any thread.
 */
TTA_API bool tta_key_learn(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                           const struct tta_secret *secret, const struct tta_finding *finding, int64_t now_ns);

/* Forgets the verdict on a key, so that the next question asks the provider, at the pace of unknown keys. */
TTA_API void tta_key_forget(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                            const struct tta_secret *secret);

#ifdef __cplusplus
}
#endif

#endif /* TTA_KEYS_H */
