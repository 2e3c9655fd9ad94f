// SPDX-License-Identifier: MIT
#include "cmd/complain.h"

#include <stdarg.h>
#include <stdio.h>

#include "cmd/visible.h"

#define MAX_SENTENCE_BYTES 6000

void complain(const char *format, ...)
{
    char sentence[MAX_SENTENCE_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(sentence, sizeof(sentence), format, args); /* cut if longer */
    va_end(args);
    if (len >= 0 && program_scrub) {
        program_scrub(sentence);
    }
    fprintf(stderr, "%s: ", program_name); /* if stderr is gone there is nobody to tell */
    visible_print(stderr, len >= 0 ? sentence : format);
    fputc('\n', stderr);
}
