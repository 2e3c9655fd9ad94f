// SPDX-License-Identifier: MIT
#include "cmd/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/num.h"
#include "base/text.h"

#define MAX_COLUMNS 10000

bool terminal_is(FILE *out)
{
    return isatty(fileno(out));
}

size_t terminal_columns(FILE *out)
{
    struct winsize size;
    int64_t columns;
    if (terminal_is(out) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    const char *text = getenv("COLUMNS");
    return text && base_num_parse_int64(base_str(text), 1, MAX_COLUMNS, &columns) ? (size_t)columns : 0;
}

bool terminal_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *locale = getenv(names[i]);
        if (locale && locale[0] != '\0') {
            return base_str_contains_ignoring_case(base_str(locale), STR("UTF-8")) ||
                   base_str_contains_ignoring_case(base_str(locale), STR("UTF8"));
        }
    }
    return false;
}
