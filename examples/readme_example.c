// SPDX-License-Identifier: MIT
/* The benchmark that the top of assay/bench.h shows, complete. */
#include <assay/bench.h>
#include <stdlib.h>
#include <zlib.h>

static unsigned char *make_data(size_t bytes)
{
    unsigned char *data = malloc(bytes);
    for (size_t i = 0; data && i < bytes; i++) {
        data[i] = (unsigned char)i;
    }
    return data;
}

BENCH(crc_of_4_kib)
{
    unsigned char *data = make_data(4096);             // prepare
    assay_target(bench, "p95 < 500 us");               // optional
    unsigned long crc = 0;
    BENCH_LOOP (bench) {                               // the measured loop
        crc = crc32(0, data, 4096);
        BENCH_KEEP(crc);
    }
    BENCH_CHECK(bench, crc == 0xa2912082);             // a wrong result is a failure, not a fast one
    free(data);                                        // clean up
}
