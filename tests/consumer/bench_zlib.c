// SPDX-License-Identifier: MIT
/* What a user of the library writes: benchmarks of zlib. */
#include <assay/bench.h>
#include <stdlib.h>
#include <zlib.h>

#define INPUT_BYTES 65536u

/* Letters of an alphabet of 16, so there is something to compress. */
static unsigned char *make_input(void)
{
    unsigned char *input = malloc(INPUT_BYTES);
    if (input) {
        uint32_t random = 1;
        for (size_t i = 0; i < INPUT_BYTES; i++) {
            random = random * 1664525u + 1013904223u;
            input[i] = (unsigned char)('a' + (random >> 28));
        }
    }
    return input;
}

BENCH(crc32_of_64_kib)
{
    unsigned char *input = make_input();
    if (!input) {
        assay_fail_because(bench, "no memory");
        return;
    }
    assay_group(bench, "checksums");
    assay_target(bench, "mean < 100 ms");
    uLong crc = 0;
    BENCH_LOOP (bench) {
        crc = crc32(0, input, INPUT_BYTES);
        BENCH_KEEP(crc);
    }
    BENCH_CHECK(bench, crc == 0x5c5ddb36);
    free(input);
}

BENCH(deflate_of_64_kib)
{
    unsigned char *input = make_input(), *restored = malloc(INPUT_BYTES);
    uLong room = compressBound(INPUT_BYTES), compressed_bytes = 0, restored_bytes = INPUT_BYTES;
    unsigned char *compressed = malloc(room);
    if (!input || !restored || !compressed) {
        assay_fail_because(bench, "no memory");
        return;
    }
    int status = Z_OK;
    BENCH_LOOP (bench) {
        compressed_bytes = room;
        status |= compress2(compressed, &compressed_bytes, input, INPUT_BYTES, Z_BEST_SPEED);
        BENCH_KEEP(compressed);
    }
    BENCH_CHECK(bench, status == Z_OK);
    BENCH_CHECK(bench, compressed_bytes < INPUT_BYTES * 3 / 4);
    BENCH_CHECK(bench, uncompress(restored, &restored_bytes, compressed, compressed_bytes) == Z_OK);
    BENCH_CHECK(bench, restored_bytes == INPUT_BYTES && crc32(0, restored, INPUT_BYTES) == 0x5c5ddb36);
    free(compressed);
    free(restored);
    free(input);
}
