// SPDX-License-Identifier: MIT
/*
 * Hazard pointers (Michael, "Hazard pointers: safe memory reclamation for
 * lock-free objects", IEEE TPDS 2004): a reader writes down the edition it is
 * about to use and looks again whether that is still the current one.  Whoever
 * replaces an edition looks, afterwards, at what the readers have written down,
 * so of the two at least one sees the other: all four steps are sequentially
 * consistent, which is what this needs.  An edition at the address of one that
 * was released is no trap: what is compared is what is current now.
 *
 * Publishers and whoever adds or removes readers share a lock; readers do not.
 */
#include "tta/current.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct edition {
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct edition *next; /* of those that were replaced */
};

struct tta_current_reader {
    struct tta_current *current;
    _Atomic(struct edition *) held; /* NULL: it is not in any */
    struct tta_current_reader *next;
};

struct tta_current {
    _Atomic(struct edition *) edition;
    pthread_mutex_t lock; /* of what follows */
    struct edition *old;
    struct tta_current_reader *readers;
};

static void destroy_edition(struct edition *edition)
{
    if (edition) {
        tta_selector_destroy(edition->selector);
        tta_catalogue_destroy(edition->catalogue);
        free(edition);
    }
}

enum tta_status tta_current_create(struct tta_current **out_current)
{
    struct tta_current *current = calloc(1, sizeof(*current));
    if (!current) {
        return TTA_NO_MEMORY;
    }
    if (pthread_mutex_init(&current->lock, NULL) != 0) {
        free(current);
        return TTA_NO_MEMORY;
    }
    atomic_init(&current->edition, NULL);
    *out_current = current;
    return TTA_OK;
}

void tta_current_destroy(struct tta_current *current)
{
    if (!current) {
        return;
    }
    while (current->old) {
        struct edition *next = current->old->next;
        destroy_edition(current->old);
        current->old = next;
    }
    destroy_edition(atomic_load(&current->edition));
    while (current->readers) {
        struct tta_current_reader *next = current->readers->next;
        free(current->readers);
        current->readers = next;
    }
    pthread_mutex_destroy(&current->lock);
    free(current);
}

static bool is_held(const struct tta_current *current, const struct edition *edition)
{
    for (struct tta_current_reader *reader = current->readers; reader; reader = reader->next) {
        if (atomic_load(&reader->held) == edition) {
            return true;
        }
    }
    return false;
}

/* With the lock.  How many are left. */
static size_t release_old(struct tta_current *current)
{
    size_t left = 0;
    struct edition **at = &current->old;
    while (*at) {
        struct edition *edition = *at;
        if (is_held(current, edition)) {
            left++;
            at = &edition->next;
        } else {
            *at = edition->next;
            destroy_edition(edition);
        }
    }
    return left;
}

enum tta_status tta_current_publish(struct tta_current *current, struct tta_catalogue *catalogue,
                                    struct tta_selector *selector)
{
    struct edition *edition = malloc(sizeof(*edition));
    if (!edition) {
        return TTA_NO_MEMORY;
    }
    *edition = (struct edition){.catalogue = catalogue, .selector = selector};
    pthread_mutex_lock(&current->lock);
    struct edition *replaced = atomic_exchange(&current->edition, edition);
    if (replaced) {
        replaced->next = current->old;
        current->old = replaced;
    }
    (void)release_old(current); /* those that are held go next time */
    pthread_mutex_unlock(&current->lock);
    return TTA_OK;
}

size_t tta_current_release_old(struct tta_current *current)
{
    pthread_mutex_lock(&current->lock);
    size_t left = release_old(current);
    pthread_mutex_unlock(&current->lock);
    return left;
}

enum tta_status tta_current_add_reader(struct tta_current *current, struct tta_current_reader **out_reader)
{
    struct tta_current_reader *reader = malloc(sizeof(*reader));
    if (!reader) {
        return TTA_NO_MEMORY;
    }
    reader->current = current;
    atomic_init(&reader->held, NULL);
    pthread_mutex_lock(&current->lock);
    reader->next = current->readers;
    current->readers = reader;
    pthread_mutex_unlock(&current->lock);
    *out_reader = reader;
    return TTA_OK;
}

void tta_current_remove_reader(struct tta_current *current, struct tta_current_reader *reader)
{
    pthread_mutex_lock(&current->lock);
    for (struct tta_current_reader **at = &current->readers; *at; at = &(*at)->next) {
        if (*at == reader) {
            *at = reader->next;
            break;
        }
    }
    pthread_mutex_unlock(&current->lock);
    free(reader);
}

const struct tta_selector *tta_current_enter(struct tta_current_reader *reader)
{
    struct edition *edition, *again = atomic_load(&reader->current->edition);
    do {
        edition = again;
        atomic_store(&reader->held, edition);
        again = atomic_load(&reader->current->edition);
    } while (again != edition);
    return edition ? edition->selector : NULL;
}

void tta_current_leave(struct tta_current_reader *reader)
{
    atomic_store_explicit(&reader->held, NULL, memory_order_release);
}
