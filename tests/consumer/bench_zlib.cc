// SPDX-License-Identifier: MIT
// What a user of the library writes, in C++.
#include <assay/bench.h>

#include <cstdint>
#include <vector>
#include <zlib.h>

namespace {

// Letters of an alphabet of 16, so there is something to compress.
std::vector<unsigned char> make_input()
{
    std::vector<unsigned char> input(65536);
    std::uint32_t random = 1;
    for (auto &byte : input) {
        random = random * 1664525U + 1013904223U;
        byte = static_cast<unsigned char>('a' + (random >> 28));
    }
    return input;
}

uLong crc_of(const std::vector<unsigned char> &data)
{
    return crc32(0, data.data(), static_cast<uInt>(data.size()));
}

} // namespace

BENCH(crc32_of_64_kib)
{
    const auto input = make_input();
    assay_group(bench, "checksums");
    assay_target(bench, "mean < 100 ms");
    uLong crc = 0;
    BENCH_LOOP (bench) {
        crc = crc_of(input);
        BENCH_KEEP(crc);
    }
    BENCH_CHECK(bench, crc == 0x5c5ddb36);
}

BENCH(deflate_of_64_kib)
{
    const auto input = make_input();
    std::vector<unsigned char> compressed(compressBound(static_cast<uLong>(input.size())));
    uLong compressed_bytes = 0;
    int status = Z_OK;
    BENCH_LOOP (bench) {
        compressed_bytes = static_cast<uLong>(compressed.size());
        status |= compress2(compressed.data(), &compressed_bytes, input.data(), static_cast<uLong>(input.size()),
                            Z_BEST_SPEED);
        BENCH_KEEP(compressed.data());
    }
    BENCH_CHECK(bench, status == Z_OK);
    BENCH_CHECK(bench, compressed_bytes < input.size() * 3 / 4);
    std::vector<unsigned char> restored(input.size());
    auto restored_bytes = static_cast<uLong>(restored.size());
    BENCH_CHECK(bench, uncompress(restored.data(), &restored_bytes, compressed.data(), compressed_bytes) == Z_OK);
    BENCH_CHECK(bench, restored == input);
}
