// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/budget.h"

bool budget_has_room(const struct budget *budget, size_t bytes)
{
    if (!budget) {
        return true;
    }
    size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
    return used <= budget->most && bytes <= budget->most - used;
}

bool budget_grow(struct budget *budget, size_t *held, size_t bytes)
{
    if (!budget || bytes <= *held) {
        return true;
    }
    size_t more = bytes - *held;
    size_t used = atomic_fetch_add_explicit(&budget->used, more, memory_order_relaxed);
    if (used > budget->most || more > budget->most - used) {
        atomic_fetch_sub_explicit(&budget->used, more, memory_order_relaxed);
        return false;
    }
    *held = bytes;
    return true;
}

void budget_set(struct budget *budget, size_t *held, size_t bytes)
{
    if (!budget || bytes == *held) {
        return;
    }
    if (bytes > *held) {
        atomic_fetch_add_explicit(&budget->used, bytes - *held, memory_order_relaxed);
    } else {
        atomic_fetch_sub_explicit(&budget->used, *held - bytes, memory_order_relaxed);
    }
    *held = bytes;
}
