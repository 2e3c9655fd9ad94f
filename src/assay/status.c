// SPDX-License-Identifier: MIT
#include "assay/status.h"

#include <stdarg.h>
#include <stdio.h>

enum assay_status assay_fail(struct assay_error *err, enum assay_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(err->message, sizeof(err->message), format, args); /* cut if longer, as promised */
        va_end(args);
        for (char *c = err->message; *c; c++) {
            *c = (unsigned char)*c < ' ' || *c == 0x7F ? '?' : *c;
        }
        err->status = status;
    }
    return status;
}
