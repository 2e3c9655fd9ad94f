// SPDX-License-Identifier: MIT
/*
 * workload.h - the models that the suite measures with.
 *
 * Five sizes: 10 and 20 models as the original component's benchmarks make
 * them, the 336 of a real catalogue, and 3,000 and 10,000 made from those by
 * varying prices and contexts with a fixed seed.
 */
#ifndef PERFORMANCE_WORKLOAD_H
#define PERFORMANCE_WORKLOAD_H

#include <tta/fallback.h>
#include <tta/metrics.h>

enum workload_size { WORKLOAD_10, WORKLOAD_20, WORKLOAD_REAL, WORKLOAD_3000, WORKLOAD_10000 };

/* What a service holds.  All parts are owned by it. */
struct workload {
    struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct tta_fallback *fallback;
    size_t count; /* models */
};

/* False if it could not be made, with what there was released. */
bool workload_create(struct workload *workload, enum workload_size size);
void workload_destroy(struct workload *workload);

/* Only the models, for benchmarks that build the rest; NULL if impossible. */
struct tta_catalogue *workload_catalogue(enum workload_size size);

/* Metrics with so many series, numbered from 0, and a recorder; false if they cannot be made. */
bool workload_metrics(size_t series_count, struct tta_metrics **out_metrics, struct tta_recorder **out_recorder);
/* A request as a gateway records it: answered, streamed, with its whole usage. */
struct tta_observation workload_observation(uint32_t series, int64_t latency_ns);

/* The requirements of the original's benchmarks. */
struct tta_requirements workload_simple(void);      /* general chat, 5 s, quality 7 */
struct tta_requirements workload_filtering(void);   /* therapeutic, 3 s, quality 8, free, can chat */
/* The same where catalogues do not speak of chat: free, and can call tools. */
struct tta_requirements workload_filtering_real(void);
struct tta_requirements workload_ranking(void);     /* narrative, nothing else */
struct tta_requirements workload_fallback(void);    /* general chat, nothing else */
struct tta_requirements workload_strategy(void);    /* dialogue, at most 0.001 USD a token */
/* What no model can do: the longest way to an answer. */
struct tta_requirements workload_impossible(void);
/* A request as an application makes it on a real catalogue: tools and a JSON
 * schema, 100,000 tokens of context, at most 5 USD a million prompt tokens. */
struct tta_requirements workload_realistic(void);

#endif /* PERFORMANCE_WORKLOAD_H */
