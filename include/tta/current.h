/* SPDX-License-Identifier: MIT */
/*
 * tta/current.h - the catalogue of the moment, replaced while others read it.
 *
 * A *selector* with its catalogue is published whole; each thread that asks has
 * a *reader* of its own, enters, asks the selector it is given as often as it
 * likes, and leaves.  Entering and leaving take no lock and wait for nobody, a
 * publication waits for no reader: what was replaced is released once nobody
 * is left in it, by the next publication or by tta_current_release_old().
 */
#ifndef TTA_CURRENT_H
#define TTA_CURRENT_H

#include "tta/selection.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tta_current;
struct tta_current_reader;

/* With nothing published yet.  TTA_OK: `*out_current` is owned by the caller.  TTA_NO_MEMORY. */
TTA_API TTA_MUST_CHECK enum tta_status tta_current_create(struct tta_current **out_current);

/* Releases it, its readers and all that was published.  Nobody may be in it.  NULL does nothing. */
TTA_API void tta_current_destroy(struct tta_current *current);

/*
 * Makes a selector, and the catalogue it was made from, what readers that enter
 * from now on are given.  TTA_OK: both are consumed.  TTA_NO_MEMORY: they are
 * still the caller's.  Any thread.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_current_publish(struct tta_current *current,
                                                           struct tta_catalogue *catalogue,
                                                           struct tta_selector *selector);

/* Releases what was replaced and nobody is in any more; how many there are still.  Any thread. */
TTA_API size_t tta_current_release_old(struct tta_current *current);

/* A reader, for one thread at a time.  TTA_OK: `*out_reader` lives until
 * tta_current_remove_reader() or tta_current_destroy().  TTA_NO_MEMORY.  Any thread. */
TTA_API TTA_MUST_CHECK enum tta_status tta_current_add_reader(struct tta_current *current,
                                                              struct tta_current_reader **out_reader);
/* It must have left.  NULL does nothing.  Any thread. */
TTA_API void tta_current_remove_reader(struct tta_current *current, struct tta_current_reader *reader);

/* The selector of the moment, borrowed until the reader leaves; NULL before the
 * first publication.  A reader that has entered must leave before it enters again. */
TTA_API const struct tta_selector *tta_current_enter(struct tta_current_reader *reader);
TTA_API void tta_current_leave(struct tta_current_reader *reader);

#ifdef __cplusplus
}
#endif

#endif /* TTA_CURRENT_H */
