// SPDX-License-Identifier: MIT
#include "cmd/complain.h"

#include <stdarg.h>
#include <stdio.h>

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", program_name);
    (void)vfprintf(stderr, format, args); /* if stderr is gone there is nobody to tell */
    fputc('\n', stderr);
    va_end(args);
}
