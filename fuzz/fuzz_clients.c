// SPDX-License-Identifier: MIT
/* Files of clients: what is read is written so that it reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tta/clients_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct clients_file file, again;
    struct buf reason, text, second;
    base_buf_init(&reason, 1000);
    base_buf_init(&text, 1 << 24);
    base_buf_init(&second, 1 << 24);
    if (clients_file_parse((struct str){(const char *)data, size}, "-", &file, &reason)) {
        clients_file_format(&file, &text);
        require(clients_file_parse(base_buf_str(&text), "-", &again, &reason));
        clients_file_format(&again, &second);
        require(base_str_equal(base_buf_str(&text), base_buf_str(&second)) && again.count == file.count);
        clients_file_release(&again);
        clients_file_release(&file);
    } else {
        require(reason.len > 0);
    }
    base_buf_deinit(&second);
    base_buf_deinit(&text);
    base_buf_deinit(&reason);
    return 0;
}
