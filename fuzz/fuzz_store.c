// SPDX-License-Identifier: MIT
/* A file of stored answers: what is read of it can be written, and says the same again; and its lists can be read. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tta/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_again(const char *path, const struct tta_list *lists, size_t count)
{
    struct tta_store *again;
    size_t again_count;
    require(tta_store_write(path, lists, count, NULL) == TTA_OK);
    require(tta_store_read(path, &again, NULL) == TTA_OK);
    const struct tta_list *others = tta_store_lists(again, &again_count);
    require(count == again_count);
    for (size_t i = 0; i < count; i++) {
        require(lists[i].provider == others[i].provider && lists[i].answer_count == others[i].answer_count);
        require(lists[i].fetched_unix_s == others[i].fetched_unix_s);
        for (size_t j = 0; j < lists[i].answer_count; j++) {
            require(lists[i].answers[j].len == others[i].answers[j].len);
            require(memcmp(lists[i].answers[j].json, others[i].answers[j].json, lists[i].answers[j].len) == 0);
        }
    }
    tta_store_destroy(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct tta_store *store;
    (void)snprintf(path, sizeof(path), "fuzz_store.%ld.json", (long)getpid()); /* fits */
    FILE *file = fopen(path, "wb"); /* without waiting for the disk, as there are many */
    require(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
    if (tta_store_read(path, &store, NULL) == TTA_OK) {
        size_t count;
        const struct tta_list *lists = tta_store_lists(store, &count);
        check_again(path, lists, count);
        for (size_t i = 0; i < count; i++) {
            struct tta_catalogue *catalogue;
            if (tta_list_read(&lists[i], &catalogue, NULL) == TTA_OK) {
                tta_catalogue_destroy(catalogue);
            }
        }
        tta_store_destroy(store);
    }
    (void)unlink(path); /* there it is */
    return 0;
}
