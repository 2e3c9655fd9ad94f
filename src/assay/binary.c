// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* dl_iterate_phdr */
#include "assay/binary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"

#if defined(__linux__)
#include <link.h>

struct hashing {
    uint64_t hash;
    bool complete; /* every file so far was read to its end */
};

static void add_file(const char *path, struct hashing *hashing)
{
    char chunk[65536];
    FILE *file = fopen(path, "rbe");
    if (!file) {
        hashing->complete = false;
        return;
    }
    for (size_t got = sizeof(chunk); got == sizeof(chunk);) {
        got = fread(chunk, 1, sizeof(chunk), file);
        hashing->hash = base_hash_add(hashing->hash, (struct str){chunk, got});
    }
    hashing->complete = hashing->complete && !ferror(file);
    (void)fclose(file); /* it was only read */
}

/* The program itself has no name, and what the kernel maps has no file. */
static int add_object(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    const char *name = object->dlpi_name;
    if (!name || name[0] == '\0') {
        add_file("/proc/self/exe", context);
    } else if (strchr(name, '/')) {
        add_file(name, context);
    }
    return 0;
}

void assay_binary_add_hash(struct buf *out_text)
{
    struct hashing hashing = {.hash = BASE_HASH_START, .complete = true};
    (void)dl_iterate_phdr(add_object, &hashing); /* gives what add_object() does, 0 */
    if (hashing.complete) {
        base_buf_addf(out_text, "%016" PRIx64, hashing.hash);
    }
}
#else
void assay_binary_add_hash(struct buf *out_text)
{
    (void)out_text;
}
#endif
