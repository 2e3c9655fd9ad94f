// SPDX-License-Identifier: MIT
/* Any bytes as what Linux tells of a machine: what is read of it lies within them. */
#include <stdint.h>
#include <stdlib.h>

#include "assay/cpu.h"
#include "assay/virtualization.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_within(struct str part, struct str whole)
{
    if (part.len > 0 && (part.ptr < whole.ptr || part.ptr + part.len > whole.ptr + whole.len)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str whole = {(const char *)data, size};
    const struct assay_cpu cpu = assay_cpu_parse(whole);
    require_within(cpu.brand, whole);
    require_within(cpu.vendor, whole);
    require_within(cpu.family, whole);
    require_within(cpu.model, whole);
    if (base_str(cpu.stepping).len >= ASSAY_CPU_STEPPING_BYTES || assay_cpu_cache_bytes(whole) > (UINT64_C(1) << 61)) {
        abort();
    }
    const struct assay_host_traces traces = {.cpuinfo = whole,
                                             .cpuid = whole,
                                             .hypervisor_type = whole,
                                             .device_tree = whole,
                                             .maker = whole,
                                             .product = whole};
    if (base_str(assay_virtualization(&traces)).len == 0 || assay_container(false, false, whole).len == 0) {
        abort();
    }
    return 0;
}
