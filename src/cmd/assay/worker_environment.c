// SPDX-License-Identifier: MIT
#include "cmd/assay/worker_environment.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/assay/preload.h"

extern char **environ;

/* Variables that are set for a worker, each with its name's "=". */
#define MAX_VARIABLES 5

/* Adds a variable to `strings`, where it begins at `*out_begin`. */
static void begin_variable(struct buf *strings, const char *name, size_t *out_begin)
{
    *out_begin = strings->len;
    base_buf_addf(strings, "%s=", name);
}

/* Adds a variable that is a list with colons between: `entry`, and behind it what this process has there. */
static void put_first(struct buf *strings, const char *name, const char *entry, size_t *out_begin)
{
    const char *own = getenv(name);
    base_buf_add_char(strings, '\0');
    begin_variable(strings, name, out_begin);
    base_buf_addf(strings, "%s%s%s", entry, own ? ":" : "", own ? own : "");
}

/* Whether an entry of the environment is of the same name as a variable. */
static bool is_same_name(const char *entry, const char *variable)
{
    return strncmp(entry, variable, (size_t)(strchr(variable, '=') - variable) + 1) == 0;
}

/* The environment with the variables in `strings` instead of those of the same
 * names; NULL without memory. */
static char **replace_variables(struct buf *strings, const size_t *begins, size_t variable_count)
{
    size_t count = 0, kept = 0;
    while (environ[count]) {
        count++;
    }
    char **environment =
        base_buf_ok(strings) ? base_alloc_array(count + variable_count + 1, sizeof(*environment)) : NULL;
    if (!environment) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_replaced = false;
        for (size_t each = 0; each < variable_count; each++) {
            is_replaced = is_replaced || is_same_name(environ[i], strings->ptr + begins[each]);
        }
        if (!is_replaced) {
            environment[kept++] = environ[i];
        }
    }
    for (size_t each = 0; each < variable_count; each++) {
        environment[kept++] = strings->ptr + begins[each];
    }
    return environment;
}

char **worker_environment(struct worker_layout layout, enum assay_timer_kind timer, bool counts, struct buf *strings)
{
    size_t begins[MAX_VARIABLES], count = 0;
    begin_variable(strings, WORKER_HEAP_PADDING_NAME, &begins[count++]);
    base_buf_addf(strings, "%04zu", layout.heap);
    base_buf_add_char(strings, '\0');
    begin_variable(strings, WORKER_TIMER_NAME, &begins[count++]);
    base_buf_add_cstr(strings, assay_timer_name(timer));
    base_buf_add_char(strings, '\0');
    begin_variable(strings, WORKER_PADDING_NAME, &begins[count++]);
    for (size_t i = 0; i < layout.stack; i++) {
        base_buf_add_char(strings, 'x');
    }
    if (layout.huge_pages) {
        put_first(strings, WORKER_TUNABLES_NAME, WORKER_HUGE_PAGES, &begins[count++]);
    }
    if (counts) {
        put_first(strings, "LD_PRELOAD", PRELOAD_PATH, &begins[count++]);
    }
    return replace_variables(strings, begins, count);
}
