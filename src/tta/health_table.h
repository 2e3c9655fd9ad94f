// SPDX-License-Identifier: MIT
/* tta/health_table.h - how a health is laid out, for the files that keep it. */
#ifndef TTA_HEALTH_TABLE_H
#define TTA_HEALTH_TABLE_H

#include <pthread.h>

#include "tta/breaker.h"

struct part_list {
    char **names;
    struct breaker *breakers;
    size_t count;
};

/* A bucket of retries. */
struct budget {
    double tokens;
    int64_t filled_ns;
};

struct tta_health {
    struct tta_health_options options;
    pthread_mutex_t lock; /* of what follows */
    struct part_list parts[TTA_PART_COUNT];
    struct budget *budgets;    /* by provider */
    uint32_t *provider_of_row; /* the number plus 1; 0: not known yet */
    uint64_t random;
};

#endif /* TTA_HEALTH_TABLE_H */
