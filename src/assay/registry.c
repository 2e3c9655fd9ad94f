// SPDX-License-Identifier: MIT
/*
 * A list that the constructors made by BENCH() extend before main() runs, and
 * nobody changes after.  It is this library's only mutable state.
 */
#include "assay/registry.h"

#include <string.h>

static struct assay_registration *first;
static struct assay_registration **end = &first;

void assay_register(struct assay_registration *registration)
{
    *end = registration;
    end = &registration->next;
}

const struct assay_registration *assay_registry_first(void)
{
    return first;
}

static struct str file_name_of(const struct assay_registration *registration)
{
    const char *slash = strrchr(registration->file, '/');
    return base_str(slash ? slash + 1 : registration->file);
}

void assay_registry_add_fullname(const struct assay_registration *registration, struct buf *out_text)
{
    base_buf_add(out_text, file_name_of(registration));
    base_buf_add_cstr(out_text, "::");
    base_buf_add_cstr(out_text, registration->name);
}

const struct assay_registration *assay_registry_find(struct str fullname)
{
    for (const struct assay_registration *each = first; each; each = each->next) {
        struct str file = file_name_of(each);
        struct str name = base_str(each->name);
        if (fullname.len == file.len + 2 + name.len && base_str_starts_with(fullname, file) &&
            memcmp(fullname.ptr + file.len, "::", 2) == 0 && base_str_ends_with(fullname, name)) {
            return each;
        }
    }
    return NULL;
}

enum assay_status assay_registry_check(struct assay_error *err)
{
    for (const struct assay_registration *a = first; a; a = a->next) {
        for (const struct assay_registration *b = a->next; b; b = b->next) {
            if (base_str_equal(base_str(a->name), base_str(b->name)) &&
                base_str_equal(file_name_of(a), file_name_of(b))) {
                return assay_fail(err, ASSAY_BAD_SYNTAX,
                                  "two benchmarks are called '%s': at %s:%d and at %s:%d; rename one of them", a->name,
                                  a->file, a->line, b->file, b->line);
            }
        }
    }
    return ASSAY_OK;
}
