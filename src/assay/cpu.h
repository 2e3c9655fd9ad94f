// SPDX-License-Identifier: MIT
/* assay/cpu.h - which processor it is, as Linux tells. */
#ifndef ASSAY_CPU_H
#define ASSAY_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define ASSAY_CPU_STEPPING_BYTES 24

/* The first processor.  What is not told is empty. */
struct assay_cpu {
    struct str brand;
    /* x86: as "AuthenticAMD", "25", "17"; arm: implementer, architecture, part, as "0x41", "8", "0xd0c" */
    struct str vendor, family, model;
    char stepping[ASSAY_CPU_STEPPING_BYTES]; /* x86: as "1"; arm: variant and revision, as "r3p1" */
};

/* Reads the text of /proc/cpuinfo, from which the texts are borrowed. */
struct assay_cpu assay_cpu_parse(struct str cpuinfo);
/* Whether the first processor has a flag, as "hypervisor"; on arm they are called features. */
bool assay_cpu_has_flag(struct str cpuinfo, struct str flag);

/* Bytes of "32K" or "1024 KB", as the kernel and older tools write the size of a cache; 0 for what is none. */
uint64_t assay_cpu_cache_bytes(struct str size);

#endif /* ASSAY_CPU_H */
