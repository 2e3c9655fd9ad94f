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
        err->status = status;
    }
    return status;
}
