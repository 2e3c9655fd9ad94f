// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* memfd_create */
#include "cmd/assay/preload.h"

#if defined(__linux__)
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

/* The shared object between two symbols. */
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        ".global assay_preload_begin\n"
        ".hidden assay_preload_begin\n"
        "assay_preload_begin:\n"
        ".incbin \"" PRELOAD_OBJECT "\"\n"
        ".global assay_preload_end\n"
        ".hidden assay_preload_end\n"
        "assay_preload_end:\n"
        ".byte 0\n"
        ".popsection\n");
extern const char assay_preload_begin[] __attribute__((visibility("hidden")));
extern const char assay_preload_end[] __attribute__((visibility("hidden")));

int preload_open(void)
{
    int memory = memfd_create("assay_heap_counter", MFD_CLOEXEC);
    if (memory < 0) {
        return -1;
    }
    int high = fcntl(memory, F_DUPFD_CLOEXEC, 10);
    (void)close(memory);
    struct str object = {assay_preload_begin, (size_t)(assay_preload_end - assay_preload_begin)};
    if (high >= 0 && !base_file_write_all(high, object)) {
        (void)close(high);
        return -1;
    }
    return high;
}

#else

int preload_open(void)
{
    return -1;
}

#endif
