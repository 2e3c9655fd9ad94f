// SPDX-License-Identifier: MIT
/*
 * A list that the constructors made by BENCH() extend before main() runs, and
 * nobody changes after.
 */
#include "assay/registry.h"

#include <string.h>

#include "assay/params.h"

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

static void add_combinations(const struct assay_registration *registration, struct buf *out_lines)
{
    const struct str params = base_str(registration->params);
    size_t count = 0;
    if (assay_params_check(params, &count, NULL) != ASSAY_OK) {
        return; /* assay_registry_check() has refused it */
    }
    for (size_t i = 0; i < count; i++) {
        assay_registry_add_fullname(registration, out_lines);
        struct buf label;
        base_buf_init(&label, ASSAY_MAX_LABEL_BYTES);
        assay_params_add_label(params, i, &label);
        if (label.len > 0) { /* there may be tags alone */
            base_buf_addf(out_lines, "[%.*s]", STR_ARGS(base_buf_str(&label)));
        }
        base_buf_deinit(&label);
        assay_params_add_tags(params, out_lines);
        base_buf_add_char(out_lines, '\n');
    }
}

static bool is_same_text(const char *a, const char *b)
{
    return base_str_equal(base_str(a), base_str(b));
}

/* How its file was compiled, where that is not so of the one before it. */
static void add_build(const struct assay_registration *registration, const struct assay_registration *before,
                      struct buf *out_lines)
{
    if (registration->compiler && !(before && is_same_text(registration->compiler, before->compiler))) {
        base_buf_addf(out_lines, " compiler %s\n", registration->compiler);
    }
    if (registration->flags && !(before && is_same_text(registration->flags, before->flags) &&
                                 registration->built == before->built)) {
        base_buf_addf(out_lines, " flags %s%s%s\n", registration->flags,
                      (registration->built & ASSAY_BUILT_ASAN) != 0 ? " asan" : "",
                      (registration->built & ASSAY_BUILT_TSAN) != 0 ? " tsan" : "");
    }
}

void assay_registry_add_all(struct buf *out_lines)
{
    const struct assay_registration *before = NULL;
    for (const struct assay_registration *each = first; each; before = each, each = each->next) {
        add_build(each, before, out_lines);
        base_buf_addf(out_lines, " defined %d %s\n", each->line, each->file);
        if (each->params) {
            add_combinations(each, out_lines);
        } else {
            assay_registry_add_fullname(each, out_lines);
            base_buf_add_char(out_lines, '\n');
        }
    }
}

/* Whether a fullname without its label is the registration's. */
static bool is_called(const struct assay_registration *registration, struct str fullname)
{
    struct str file = file_name_of(registration);
    struct str name = base_str(registration->name);
    return fullname.len == file.len + 2 + name.len && base_str_starts_with(fullname, file) &&
           memcmp(fullname.ptr + file.len, "::", 2) == 0 && base_str_ends_with(fullname, name);
}

/* Cuts "[LABEL]" off the end; the label is empty if there is none. */
static struct str cut_label(struct str fullname, struct str *out_label)
{
    struct str rest;
    struct str before = base_str_cut(fullname, '[', &rest);
    if (!rest.ptr || !base_str_ends_with(rest, STR("]"))) {
        *out_label = (struct str){0};
        return fullname;
    }
    *out_label = (struct str){rest.ptr, rest.len - 1};
    return before;
}

const struct assay_registration *assay_registry_find(struct str fullname, struct str *out_label)
{
    struct str label, tags;
    struct str plain = cut_label(base_str_cut(fullname, ' ', &tags), &label);
    if (tags.ptr && !base_str_starts_with(tags, STR("@"))) {
        return NULL; /* what follows a name is its tags, as a list has it, or nothing */
    }
    for (const struct assay_registration *each = first; each; each = each->next) {
        size_t index;
        bool fits = each->params ? assay_params_find(base_str(each->params), label, &index) : label.ptr == NULL;
        if (fits && is_called(each, plain)) {
            *out_label = label;
            return each;
        }
    }
    return NULL;
}

static enum assay_status check_params(const struct assay_registration *registration, struct assay_error *err)
{
    struct assay_error why;
    size_t count;
    if (!registration->params || assay_params_check(base_str(registration->params), &count, &why) == ASSAY_OK) {
        return ASSAY_OK;
    }
    return assay_fail(err, ASSAY_BAD_SYNTAX, "%s:%d: %s: %s", registration->file, registration->line,
                      registration->name, why.message);
}

enum assay_status assay_registry_check(struct assay_error *err)
{
    for (const struct assay_registration *a = first; a; a = a->next) {
        if (check_params(a, err) != ASSAY_OK) {
            return ASSAY_BAD_SYNTAX;
        }
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
