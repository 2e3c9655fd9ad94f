// SPDX-License-Identifier: MIT
#include "cmd/assay/group.h"

#include <string.h>


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

struct group_params group_params_of(const struct assay_run *run)
{
    struct group_params params = {.run = run};
    if (run->param_count == 0) {
        (void)cut_params(run->name, &params.rest);
    }
    return params;
}

bool group_next_param(struct group_params *params, struct group_param *out)
{
    if (params->at < params->run->param_count) {
        const struct assay_param *param = &params->run->params[params->at++];
        *out = (struct group_param){base_str(param->name), base_str(param->value)};
        return true;
    }
    while (params->rest.ptr) {
        out->name = base_str_cut(base_str_cut(params->rest, ',', &params->rest), '=', &out->value);
        if (out->value.ptr && out->name.len > 0) {
            return true;
        }
    }
    return false;
}

struct str group_param_value(const struct assay_run *run, struct str name)
{
    struct group_params params = group_params_of(run);
    struct group_param param;
    while (group_next_param(&params, &param)) {
        if (base_str_equal(param.name, name)) {
            return param.value;
        }
    }
    return (struct str){0};
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
        struct str value = group_param_value(run, name);
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
