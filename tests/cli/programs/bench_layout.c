// SPDX-License-Identifier: MIT
/* Tells by how much its environment was padded, in the only words a benchmark has. */
#include <assay/bench.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

BENCH(padding)
{
    char text[40];
    const char *padding = getenv("ASSAY_PADDING");
    (void)snprintf(text, sizeof(text), "padded by %d", padding ? (int)strlen(padding) : -1);
    assay_fail_because(bench, text);
}
