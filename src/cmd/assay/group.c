// SPDX-License-Identifier: MIT
#include "cmd/assay/group.h"

#include <string.h>

#include "assay/params.h"

static const struct str param_prefix = {"param:", 6};

static bool is_label(struct str label)
{
    static const char *const labels[] = {"group", "name", "fullname", "func", "fullfunc", "param"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        if (base_str_equal(label, base_str(labels[i]))) {
            return true;
        }
    }
    return base_str_starts_with(label, param_prefix) && label.len > param_prefix.len;
}

bool group_is_valid(struct str labels)
{
    while (labels.ptr) {
        if (!is_label(base_str_trim(base_str_cut(labels, ',', &labels)))) {
            return false;
        }
    }
    return true;
}

/* The name before its "[", and what stands in the brackets. */
static struct str cut_params(const char *name, struct str *out_params)
{
    struct str rest;
    struct str before = base_str_cut(base_str(name), '[', &rest);
    *out_params = base_str_ends_with(rest, STR("]")) ? (struct str){rest.ptr, rest.len - 1} : (struct str){0};
    return out_params->ptr ? before : base_str(name);
}

struct str group_params(const char *name)
{
    struct str params;
    (void)cut_params(name, &params);
    return params;
}

static void add_part(const struct assay_run *run, struct str label, struct buf *out_part)
{
    struct str params;
    struct str func = cut_params(run->name, &params);
    if (base_str_equal(label, STR("group"))) {
        base_buf_add_cstr(out_part, run->group ? run->group : "");
    } else if (base_str_equal(label, STR("name"))) {
        base_buf_add_cstr(out_part, run->name);
    } else if (base_str_equal(label, STR("fullname"))) {
        base_buf_add_cstr(out_part, run->fullname);
    } else if (base_str_equal(label, STR("func"))) {
        base_buf_add(out_part, func);
    } else if (base_str_equal(label, STR("fullfunc"))) {
        base_buf_add(out_part, cut_params(run->fullname, &params));
    } else if (base_str_equal(label, STR("param"))) {
        base_buf_add(out_part, params);
    } else {
        struct str name = {label.ptr + param_prefix.len, label.len - param_prefix.len};
        struct str value = assay_params_value(params, name);
        if (value.ptr) {
            base_buf_addf(out_part, "%.*s=%.*s", STR_ARGS(name), STR_ARGS(value));
        }
    }
}

void group_add_key(const struct assay_run *run, struct str labels, struct buf *out_key)
{
    size_t begin = out_key->len;
    while (labels.ptr) {
        struct buf part;
        struct str label = base_str_trim(base_str_cut(labels, ',', &labels));
        base_buf_init(&part, out_key->max_len);
        add_part(run, label, &part);
        if (part.len > 0) {
            base_buf_addf(out_key, "%s%s", out_key->len > begin ? " " : "", base_buf_cstr(&part));
        }
        base_buf_deinit(&part);
    }
}
