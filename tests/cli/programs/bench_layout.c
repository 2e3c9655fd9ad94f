// SPDX-License-Identifier: MIT
/* Tells by how much its environment was padded, in the only words a benchmark has. */
#include <assay/bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

BENCH(padding)
{
    char text[60];
    const char *padding = getenv("ASSAY_PADDING"), *heap = getenv("ASSAY_HEAP_PADDING");
    int stack = padding ? (int)strlen(padding) : -1;
    (void)snprintf(text, sizeof(text), "padded by %d and %s", stack, heap ? heap : "none");
    assay_fail_because(bench, text);
}
