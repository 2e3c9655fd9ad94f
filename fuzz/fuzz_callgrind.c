// SPDX-License-Identifier: MIT
/* Totals of callgrind's dumps: read or refused, never more than the text. */
#include <stdint.h>
#include <stdlib.h>

#include "cmd/assay/callgrind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t total = 77;
    if (callgrind_parse_total((struct str){(const char *)data, size}, &total) ? total > INT64_MAX : total != 77) {
        abort();
    }
    return 0;
}
