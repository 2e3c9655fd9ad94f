// SPDX-License-Identifier: MIT
#include "cmd/tta/variable_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

struct kept_key {
    char *variable;
    struct tta_secret *key;
};

struct variable_keys {
    struct kept_key *items;
    size_t count, capacity;
};

struct variable_keys *variable_keys_create(void)
{
    return calloc(1, sizeof(struct variable_keys));
}

void variable_keys_destroy(struct variable_keys *kept)
{
    for (size_t i = 0; kept && i < kept->count; i++) {
        free(kept->items[i].variable);
        tta_secret_destroy(kept->items[i].key);
    }
    free(kept ? kept->items : NULL);
    free(kept);
}

const struct tta_secret *variable_keys_find(const struct variable_keys *kept, const char *variable)
{
    for (size_t i = 0; i < kept->count; i++) {
        if (strcmp(kept->items[i].variable, variable) == 0) {
            return kept->items[i].key;
        }
    }
    return NULL;
}

bool variable_keys_add(struct variable_keys *kept, const char *variable, struct tta_secret *key)
{
    char *copy = strdup(variable);
    if (!copy || !base_array_make_room((void **)&kept->items, kept->count, &kept->capacity, sizeof(*kept->items))) {
        free(copy);
        return false;
    }
    kept->items[kept->count++] = (struct kept_key){copy, key};
    return true;
}
