// SPDX-License-Identifier: MIT
#include "cmd/assay/lineup_csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/compare.h"
#include "assay/writer.h"
#include "base/num.h"
#include "cmd/assay/group.h"

/* The parameters of all rows, each once, sorted. */
struct param_names {
    struct str *names;
    size_t count, capacity;
};

static int by_text(const void *a, const void *b)
{
    const struct str *left = a, *right = b;
    size_t common = left->len < right->len ? left->len : right->len;
    int order = memcmp(left->ptr, right->ptr, common);
    return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

static bool has_name(const struct param_names *params, struct str name)
{
    for (size_t i = 0; i < params->count; i++) {
        if (base_str_equal(params->names[i], name)) {
            return true;
        }
    }
    return false;
}

/* False without memory. */
static bool add_names(struct param_names *params, const struct assay_run *run)
{
    struct group_params all = group_params_of(run);
    struct group_param param;
    while (group_next_param(&all, &param)) {
        if (has_name(params, param.name)) {
            continue;
        }
        void *names = params->names;
        if (!base_array_make_room(&names, params->count, &params->capacity, sizeof(*params->names))) {
            return false;
        }
        params->names = names;
        params->names[params->count++] = param.name;
    }
    return true;
}

static bool collect_names(const struct lineup *lineup, struct param_names *params)
{
    for (size_t i = 0; i < lineup->count; i++) {
        if (!add_names(params, lineup->rows[i].run)) {
            return false;
        }
    }
    if (params->count > 0) {
        qsort(params->names, params->count, sizeof(*params->names), by_text);
    }
    return true;
}

static bool needs_quotes(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == ',' || text.ptr[i] == '\n' || text.ptr[i] == '\r') {
            return true;
        }
    }
    return false;
}

static void add_text(struct buf *out, struct str text)
{
    if (!needs_quotes(text)) {
        base_buf_add(out, text);
        return;
    }
    base_buf_add_char(out, '"');
    while (text.ptr) {
        base_buf_add(out, base_str_cut(text, '"', &text));
        base_buf_add_cstr(out, text.ptr ? "\"\"" : "");
    }
    base_buf_add_char(out, '"');
}

static void add_value(struct buf *out, const struct assay_run *run, enum assay_metric metric)
{
    double value = assay_run_value(run, metric);
    if (metric == ASSAY_METRIC_OUTLIERS) {
        base_buf_addf(out, "%llu;%llu", (unsigned long long)run->stats.stddev_outliers,
                      (unsigned long long)run->stats.iqr_outliers);
    } else if (isfinite(value) && assay_metric_unit(metric) == ASSAY_UNIT_COUNT) {
        base_buf_addf(out, "%.0f", value);
    } else if (isfinite(value)) {
        writer_double(&(struct writer){.out = out}, value);
    }
}

static void add_row(const struct lineup *lineup, const struct lineup_row *row, const struct param_names *params,
                    const enum assay_metric *columns, size_t count, struct buf *out)
{
    add_text(out, base_str(row->run->fullname));
    for (size_t i = 0; i < params->count; i++) {
        base_buf_add_char(out, ',');
        add_text(out, group_param_value(row->run, params->names[i]));
    }
    for (size_t i = 0; i < count; i++) {
        base_buf_add_char(out, ',');
        add_value(out, row->run, columns[i]);
    }
    base_buf_add_char(out, ',');
    add_text(out, base_str(lineup->sources[row->source].path));
    base_buf_add_char(out, '\n');
}

void lineup_csv(const struct lineup *lineup, const enum assay_metric *columns, size_t count, struct buf *out)
{
    struct param_names params = {0};
    out->failed = !collect_names(lineup, &params) || out->failed;
    base_buf_add_cstr(out, "name");
    for (size_t i = 0; i < params.count; i++) {
        struct buf name;
        base_buf_init(&name, params.names[i].len + 6);
        base_buf_addf(&name, "param:%.*s", STR_ARGS(params.names[i]));
        base_buf_add_char(out, ',');
        add_text(out, base_buf_str(&name));
        base_buf_deinit(&name);
    }
    for (size_t i = 0; i < count; i++) {
        base_buf_addf(out, ",%s", assay_metric_name(columns[i]));
    }
    base_buf_add_cstr(out, ",source\n");
    for (size_t i = 0; i < lineup->count; i++) {
        add_row(lineup, &lineup->rows[i], &params, columns, count, out);
    }
    free(params.names);
}
