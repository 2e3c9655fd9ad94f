// SPDX-License-Identifier: MIT
/* Counting the words of a text: a few instructions more show on any machine. */
#include <assay/bench.h>

static const char text[] = "It was the best of times, it was the worst of times, it was the age of wisdom";

BENCH(count_words)
{
    unsigned words = 0;
    assay_target(bench, "instructions <= 5000");
    BENCH_LOOP (bench) {
        const char *at = text;
        BENCH_HIDE(at);
        int is_in_word = 0;
        words = 0;
        for (; *at; at++) {
            int is_letter = *at != ' ' && *at != ',';
            words += is_letter && !is_in_word;
            is_in_word = is_letter;
        }
        BENCH_KEEP(words);
    }
    BENCH_CHECK(bench, words == 18);
}
