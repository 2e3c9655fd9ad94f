/* SPDX-License-Identifier: MIT */
/*
 * tta/fetch.h - asks a provider for its list.
 *
 * One call asks one server with as many requests as its list takes (pages, a
 * question for each of Ollama's models, or for some of OpenRouter's) and blocks up to a time that is given;
 * what comes is bounded in size, and read before it counts as a list.  Redirects
 * are not followed, proxies of the environment are not used, certificates are
 * checked, and a key is not sent to the hosts of a provider that it does not
 * have the form of.
 */
#ifndef TTA_FETCH_H
#define TTA_FETCH_H

#include "tta/keys.h"
#include "tta/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whom to ask.  All is borrowed for the call. */
struct tta_server {
    enum tta_provider provider; /* not TTA_PROVIDER_LOCAL, which is nobody to ask */
    const char *origin;         /* NULL or "": the provider's name */
    const char *base_url;       /* as http://127.0.0.1:8080/v1, without a query; NULL: the provider's own */
    const struct tta_secret *key; /* NULL: none */
    /* PEM certificates of the authorities that one of https must be vouched for by, in place of the system's; NULL:
     * those.  A file that cannot be read vouches for nobody. */
    const char *ca_file;
    /* Of TTA_PROVIDER_OPENROUTER: ids of models, with commas between, of which it is asked who serves them, at what
     * price and with what limits; each of those is an offer of its own.  At most TTA_MAX_ENDPOINTS_OF.  NULL: none. */
    const char *endpoints_of;
};

#define TTA_MAX_ENDPOINTS_OF 20

struct tta_fetch_options {
    int64_t timeout_ns;         /* 30 s: for the whole, above 0 */
    int64_t connect_timeout_ns; /* 5 s, above 0 */
    size_t max_bytes;           /* 32 MiB, which is the most: of all answers together, unpacked */
    size_t max_details;         /* 200: models that Ollama is asked about one by one; 0: none */
};
TTA_API struct tta_fetch_options tta_fetch_defaults(void);

/* How asking ended. */
enum tta_fetch_outcome {
    TTA_FETCH_GOOD,          /* there is a list */
    TTA_FETCH_NOT_CONNECTED, /* no such host, or it refuses */
    TTA_FETCH_NOT_TRUSTED,   /* no TLS connection with whom it should be */
    TTA_FETCH_TIMED_OUT,
    TTA_FETCH_TOO_LARGE,
    TTA_FETCH_BROKEN,       /* closed or garbled before the end */
    TTA_FETCH_UNAUTHORIZED, /* HTTP 401 or 403: a key is needed, or another one */
    TTA_FETCH_RATE_LIMITED, /* HTTP 429 */
    TTA_FETCH_SERVER_ERROR, /* HTTP 500 and above */
    TTA_FETCH_REFUSED,      /* another HTTP status but 200 */
    TTA_FETCH_NO_LIST,      /* HTTP 200 with something else: a web page, an error, a form not known */
    TTA_FETCH_KEY_KEPT      /* not asked: the key has the form of another provider's */
};
/* "good", "not_connected", ... Never NULL. */
TTA_API const char *tta_fetch_outcome_name(enum tta_fetch_outcome outcome);

struct tta_fetched;

/*
 * Asks a server.  TTA_OK, whatever it answered: `*out_fetched` is owned by the
 * caller, for tta_fetched_destroy().  TTA_BAD_ARGUMENT: a base URL is missing or
 * none, an option out of range, `endpoints_of` not as it says, or nobody to ask; `err` says which.
 * TTA_NO_MEMORY.  TTA_NO_SERVICE: libcurl could not start.  The first call of a
 * program starts libcurl, which no other thread may do at the same time; then
 * any thread.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_fetch(const struct tta_server *server,
                                                 const struct tta_fetch_options *options,
                                                 struct tta_fetched **out_fetched, struct tta_error *err);
/* NULL does nothing. */
TTA_API void tta_fetched_destroy(struct tta_fetched *fetched);

TTA_API enum tta_fetch_outcome tta_fetched_outcome(const struct tta_fetched *fetched);
/* Of the last answer; 0 if there was none. */
TTA_API int tta_fetched_http_status(const struct tta_fetched *fetched);
/* How long the server asks to be left alone; 0 if it does not say. */
TTA_API int64_t tta_fetched_retry_ns(const struct tta_fetched *fetched);
/* One sentence for a person, without a key and without the server's own words. */
TTA_API const char *tta_fetched_sentence(const struct tta_fetched *fetched);
/* The answers, as of now, and what is read from them: NULL without TTA_FETCH_GOOD.  Borrowed until it is destroyed. */
TTA_API const struct tta_list *tta_fetched_list(const struct tta_fetched *fetched);
TTA_API const struct tta_catalogue *tta_fetched_catalogue(const struct tta_fetched *fetched);

#ifdef __cplusplus
}
#endif

#endif /* TTA_FETCH_H */
