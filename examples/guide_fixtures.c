// SPDX-License-Identifier: MIT
/* Two benchmarks of one text, which is made once for each. */
#include <assay/bench.h>
#include <stdlib.h>
#include <string.h>

struct text {
    size_t len;
    char *characters;
};

BENCH_FIXTURE(struct text *, text)
{
    struct text *made = malloc(sizeof(*made));
    size_t len = (size_t)assay_param(bench, "size");
    char *characters = malloc(len + 1);
    if (!made || !characters) {
        free(made);
        free(characters);
        assay_fail_because(bench, "out of memory");
        return NULL;
    }
    memset(characters, 'x', len);
    characters[len] = '\0';
    *made = (struct text){len, characters};
    return made;
}

BENCH_FIXTURE_END(struct text *, text)
{
    free(text->characters);
    free(text);
}

BENCH_PARAMS(length_of_text, "size=64,4096 @string")
{
    struct text *text = BENCH_USE(bench, text);
    size_t len = 0;
    if (!text) {
        return;
    }
    assay_bytes(bench, (double)text->len);
    BENCH_LOOP (bench) {
        len = strlen(text->characters);
        BENCH_KEEP(len);
    }
    BENCH_CHECK(bench, len == text->len);
}

BENCH_PARAMS(search_in_text, "size=64,4096 @string")
{
    struct text *text = BENCH_USE(bench, text);
    const void *found = NULL;
    if (!text) {
        return;
    }
    assay_bytes(bench, (double)text->len);
    BENCH_LOOP (bench) {
        found = memchr(text->characters, 'y', text->len);
        BENCH_KEEP(found);
    }
    BENCH_CHECK(bench, !found);
}
