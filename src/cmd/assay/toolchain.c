// SPDX-License-Identifier: MIT
#include "cmd/assay/toolchain.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define MAX_NAME_BYTES 200      /* what is longer is no name */
#define MAX_NAMES_BYTES 4000000 /* a whole list is not longer */

/* As strcmp(). */
static int order_of(struct str a, struct str b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static void add_name(struct str name, struct buf *out)
{
    base_buf_addf(out, "%s%.*s", out->len > 0 ? " + " : "", STR_ARGS(name));
}

/* Puts the name where it belongs, unless it is there.  False without memory. */
static bool insert(struct str name, char **names)
{
    struct buf grown;
    struct str rest = base_str(*names);
    bool is_in = false;
    if (name.len == 0 || name.len > MAX_NAME_BYTES) {
        return true;
    }
    base_buf_init(&grown, MAX_NAMES_BYTES);
    while (rest.len > 0) {
        const struct str each = base_str_trim(base_str_cut(rest, '+', &rest));
        const int order = order_of(name, each);
        if (!is_in && order < 0) {
            add_name(name, &grown);
        }
        is_in = is_in || order <= 0;
        add_name(each, &grown);
    }
    if (!is_in) {
        add_name(name, &grown);
    }
    char *taken = base_buf_take(&grown);
    base_buf_deinit(&grown);
    if (taken) {
        free(*names);
        *names = taken;
    }
    return taken != NULL;
}

bool toolchain_add(struct toolchain *toolchain, const struct assay_listing *listing)
{
    return insert(listing->compiler, &toolchain->compilers) && insert(listing->flags, &toolchain->flags);
}

void toolchain_deinit(struct toolchain *toolchain)
{
    free(toolchain->compilers);
    free(toolchain->flags);
    *toolchain = (struct toolchain){0};
}
