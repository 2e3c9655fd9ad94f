// SPDX-License-Identifier: MIT
/* How fast data go through: bytes and items a second. */
#include <assay/bench.h>
#include <stdlib.h>
#include <zlib.h>

BENCH_PARAMS(checksum, "bytes=64..65536*32")
{
    size_t bytes = (size_t)assay_param(bench, "bytes");
    unsigned char *data = calloc(bytes, 1);
    if (!data) {
        assay_fail_because(bench, "out of memory");
        return;
    }
    assay_bytes(bench, (double)bytes);
    assay_target(bench, "bytes_per_second > 1 MB/s");
    BENCH_LOOP (bench) {
        unsigned long sum = crc32(0, data, (unsigned)bytes);
        BENCH_KEEP(sum);
    }
    free(data);
}
