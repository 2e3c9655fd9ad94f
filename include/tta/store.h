/* SPDX-License-Identifier: MIT */
/*
 * tta/store.h - the last good answers, on disk.
 *
 * The next start works from them without a network.  One JSON file holds, for
 * each server that was asked, the texts of its answers as they came and when:
 *
 *   {"version": 1, "lists": [{"provider": "ollama", "origin": "ollama",
 *     "fetched_unix_s": 1786320000,
 *     "answers": [{"listing": "ollama_tags", "answer": {...}}, ...]}, ...]}
 *
 * Texts and not rows: a later version reads from them what an earlier one did
 * not yet look at, and a person can look at them.
 */
#ifndef TTA_STORE_H
#define TTA_STORE_H

#include "tta/provider.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_MAX_ANSWERS 1000 /* of one list */

struct tta_answer {
    enum tta_listing listing;
    const char *json; /* `len` bytes, a JSON object or array */
    size_t len;
};

/* What one server answered. */
struct tta_list {
    enum tta_provider provider;
    const char *origin; /* NULL or "": the provider's name */
    int64_t fetched_unix_s;
    const struct tta_answer *answers; /* the most trusted one first */
    size_t answer_count;              /* to TTA_MAX_ANSWERS */
};

/*
 * Reads all answers of a list into one catalogue, as tta_catalogue_parse() and
 * tta_catalogue_merge() do; its models are of the list's origin.  Statuses of
 * both; `err` says in which listing.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_list_read(const struct tta_list *list, struct tta_catalogue **out_catalogue,
                                                     struct tta_error *err);

/*
 * Writes lists to a file, whole: a reader, or a power cut, sees the old file or
 * the new one.  TTA_OK.  TTA_BAD_ARGUMENT: an answer that is no JSON, or there
 * are too many.  TTA_TOO_LARGE.  TTA_NO_MEMORY.  TTA_NO_SERVICE: the file cannot
 * be written; `err` says why.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_store_write(const char *path, const struct tta_list *lists, size_t count,
                                                       struct tta_error *err);

/* Lists that were read from a file, immutable. */
struct tta_store;

/*
 * TTA_OK: `*out_store` is owned by the caller, for tta_store_destroy().
 * TTA_NOT_FOUND: there is no such file.  TTA_NO_SERVICE: it cannot be read.
 * TTA_BAD_SYNTAX: it is no such file, or of a later version.  TTA_TOO_LARGE.
 * TTA_NO_MEMORY.  A list of a provider, or an answer of a listing, that this
 * version does not know is left out.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_store_read(const char *path, struct tta_store **out_store,
                                                      struct tta_error *err);

/* NULL does nothing. */
TTA_API void tta_store_destroy(struct tta_store *store);

/* Its lists, borrowed until it is destroyed. */
TTA_API const struct tta_list *tta_store_lists(const struct tta_store *store, size_t *out_count);

#ifdef __cplusplus
}
#endif

#endif /* TTA_STORE_H */
