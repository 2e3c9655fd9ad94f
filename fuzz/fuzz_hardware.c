// SPDX-License-Identifier: MIT
/* Any bytes as what Linux tells of a machine: numbers stay in range, names within the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tta/hardware_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void require_within(struct str part, struct str whole)
{
    require(part.len == 0 || (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str text = {(const char *)data, size};
    require(tta_meminfo_bytes(text, "MemTotal") >= TTA_UNKNOWN);
    require(tta_number_of_file(text) >= TTA_UNKNOWN);
    struct tta_processors processors = tta_read_cpuinfo(text);
    require_within(processors.name, text);
    require(processors.threads >= 0 && processors.cores >= 0 && processors.cores <= processors.threads);
    require_within(tta_cgroup_path(text), text);

    char name[64];
    size_t len = size < sizeof(name) - 1 ? size : sizeof(name) - 1;
    memcpy(name, data, len);
    name[len] = '\0';
    double bits = tta_bits_of_quantization(name);
    require(bits >= 0 && bits <= 32);
    return 0;
}
