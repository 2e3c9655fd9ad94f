// SPDX-License-Identifier: MIT
/*
 * gateway/budget.h - how much memory bodies of requests and answers take together.
 *
 * Each body has a limit of its own, but a thousand of them have not: whoever
 * holds one says how many bytes of it there are, and is refused what would go
 * beyond the whole.  What has come counts, not what is announced, or a few heads
 * of requests would keep everybody else out.  Any thread.
 */
#ifndef CMD_TTA_GATEWAY_BUDGET_H
#define CMD_TTA_GATEWAY_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct budget {
    atomic_size_t used;
    size_t most; /* set before it is used */
};

/* Whether so many bytes more would fit just now.  NULL: they always do. */
bool budget_has_room(const struct budget *budget, size_t bytes);
/* Lets one who holds `*held` bytes hold `bytes`, if that is more.  False, with nothing changed, if it does not fit. */
bool budget_grow(struct budget *budget, size_t *held, size_t bytes);
/* The same whether it fits or not, and also for less: for what is there already.  0 gives all back. */
void budget_set(struct budget *budget, size_t *held, size_t bytes);

#endif /* CMD_TTA_GATEWAY_BUDGET_H */
