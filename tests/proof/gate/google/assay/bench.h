// SPDX-License-Identifier: MIT
/*
 * Stands in for assay/bench.h where the bodies of the proof are built for Google
 * Benchmark: the same files, another loop around them.
 */
#ifndef ASSAY_BENCH_H
#define ASSAY_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct assay_bench; /* a benchmark::State */

/* The name is kept as a pointer. */
void google_add(const char *name, void (*body)(struct assay_bench *));
bool google_next(struct assay_bench *bench);
void assay_fail_because(struct assay_bench *bench, const char *reason);

#ifdef __cplusplus
}
#endif

#define BENCH(name_)                                                                                                   \
    static void body_##name_(struct assay_bench *bench);                                                               \
    __attribute__((constructor)) static void add_##name_(void)                                                         \
    {                                                                                                                  \
        google_add(#name_, body_##name_);                                                                              \
    }                                                                                                                  \
    static void body_##name_(struct assay_bench *bench)

#define BENCH_LOOP(bench_) while (google_next(bench_))
#define BENCH_KEEP(value_) __asm__ volatile("" : : "g"(value_) : "memory")
#define BENCH_HIDE(variable_) __asm__ volatile("" : "+r"(variable_))
#define BENCH_CHECK(bench_, expression_) ((expression_) ? (void)0 : assay_fail_because((bench_), #expression_))

#endif /* ASSAY_BENCH_H */
