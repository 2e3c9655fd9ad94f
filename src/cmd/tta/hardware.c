// SPDX-License-Identifier: MIT
#include "tta/hardware.h"

#include <inttypes.h>

#include "cmd/tta/catalogue_file.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/format.h"
#include "cmd/tta/json_out.h"
#include "cmd/tta/table.h"
#include "cmd/visible.h"

#define USUAL_CONTEXT INT64_C(8192)

static void print_machine(const struct tta_hardware *hardware)
{
    char all[FORMAT_BYTES], free_text[FORMAT_BYTES];
    format_bytes(hardware->memory_bytes, all);
    format_bytes(hardware->available_bytes, free_text);
    printf("processor  ");
    visible_print(stdout, hardware->processor[0] != '\0' ? hardware->processor : "?");
    printf("\n");
    if (hardware->threads > 0) {
        printf("cores      %" PRId64 " (%" PRId64 " threads)\n", hardware->cores, hardware->threads);
    }
    printf("memory     %s, %s of it available%s\n", all, free_text,
           hardware->is_limited ? "; a control group allows no more" : "");
    for (size_t i = 0; i < hardware->gpu_count; i++) {
        format_bytes(hardware->gpus[i].memory_bytes, all);
        format_bytes(hardware->gpus[i].free_bytes, free_text);
        printf("gpu        ");
        visible_print(stdout, hardware->gpus[i].name);
        printf(", %s, %s of it free\n", all, free_text);
    }
    if (hardware->gpu_count == 0) {
        puts("gpu        none with memory of its own");
    }
}

/* As asked, else what the model runs with, else what it was made for up to the usual. */
static int64_t context_of(const struct options *options, const struct tta_model *model)
{
    int64_t longest = model->longest_context_tokens > 0 ? model->longest_context_tokens : USUAL_CONTEXT;
    if (options->context_tokens > 0) {
        return options->context_tokens;
    }
    return model->context_tokens > 0 ? model->context_tokens : longest < USUAL_CONTEXT ? longest : USUAL_CONTEXT;
}

static void add_model(struct table *table, const struct options *options, const struct tta_hardware *hardware,
                      const struct tta_model *model)
{
    char text[FORMAT_BYTES];
    int64_t context = context_of(options, model);
    struct tta_need need = tta_need_of(model, context);
    bool is_known = need.basis != TTA_NEED_UNKNOWN;
    table_add(table, model->id);
    format_tokens(context, text);
    table_add(table, text);
    format_bytes(is_known ? need.weights_bytes : TTA_UNKNOWN, text);
    table_add(table, text);
    format_bytes(is_known ? need.context_bytes : TTA_UNKNOWN, text);
    table_add(table, text);
    format_bytes(is_known ? need.total_bytes : TTA_UNKNOWN, text);
    table_add(table, text);
    table_add(table, tta_need_basis_name(need.basis));
    table_add(table, tta_fit_name(tta_fit_of(hardware, &need)));
}

static int print_models(const struct options *options, const struct tta_hardware *hardware,
                        const struct tta_catalogue *catalogue)
{
    static const struct table_column columns[] = {
        {"Model", TABLE_LEFT},  {"Context", TABLE_RIGHT},   {"Weights", TABLE_RIGHT}, {"For context", TABLE_RIGHT},
        {"Needs", TABLE_RIGHT}, {"Known from", TABLE_LEFT}, {"Fits", TABLE_LEFT},
    };
    struct table table;
    size_t local = 0;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        struct tta_model model = tta_catalogue_model(catalogue, row);
        if (tta_model_is_local(&model)) {
            add_model(&table, options, hardware, &model);
            local++;
        }
    }
    putchar('\n');
    bool complete = local == 0 || table_print(&table, stdout);
    table_deinit(&table);
    if (local == 0) {
        puts("no model of the catalogue runs on hardware of your own");
    }
    if (!complete) {
        complain("out of memory");
    }
    return complete ? EXIT_FINE : EXIT_BROKEN;
}

static void json_add_bytes(struct buf *out, const char *key, int64_t bytes)
{
    if (bytes >= 0) {
        base_buf_addf(out, ",\"%s\":%" PRId64, key, bytes);
    } else {
        base_buf_addf(out, ",\"%s\":null", key);
    }
}

static void json_add_machine(struct buf *out, const struct tta_hardware *hardware)
{
    base_buf_add_cstr(out, "{\"processor\":");
    json_add_text(out, hardware->processor);
    json_add_bytes(out, "cores", hardware->cores);
    json_add_bytes(out, "threads", hardware->threads);
    json_add_bytes(out, "memory_bytes", hardware->memory_bytes);
    json_add_bytes(out, "available_bytes", hardware->available_bytes);
    base_buf_addf(out, ",\"is_limited\":%s,\"gpus\":[", hardware->is_limited ? "true" : "false");
    for (size_t i = 0; i < hardware->gpu_count; i++) {
        base_buf_add_cstr(out, i > 0 ? ",{\"name\":" : "{\"name\":");
        json_add_text(out, hardware->gpus[i].name);
        json_add_bytes(out, "memory_bytes", hardware->gpus[i].memory_bytes);
        json_add_bytes(out, "free_bytes", hardware->gpus[i].free_bytes);
        base_buf_add_char(out, '}');
    }
    base_buf_add_cstr(out, "]");
}

static void json_add_models(struct buf *out, const struct options *options, const struct tta_hardware *hardware,
                            const struct tta_catalogue *catalogue)
{
    const char *before = "";
    base_buf_add_cstr(out, ",\"models\":[");
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        struct tta_model model = tta_catalogue_model(catalogue, row);
        if (!tta_model_is_local(&model)) {
            continue;
        }
        int64_t context = context_of(options, &model);
        struct tta_need need = tta_need_of(&model, context);
        base_buf_addf(out, "%s\n{\"id\":", before);
        json_add_text(out, model.id);
        base_buf_addf(out, ",\"origin\":");
        json_add_text(out, model.origin);
        json_add_bytes(out, "context_tokens", context);
        json_add_bytes(out, "weights_bytes", need.basis == TTA_NEED_UNKNOWN ? TTA_UNKNOWN : need.weights_bytes);
        json_add_bytes(out, "context_bytes", need.basis == TTA_NEED_UNKNOWN ? TTA_UNKNOWN : need.context_bytes);
        json_add_bytes(out, "total_bytes", need.basis == TTA_NEED_UNKNOWN ? TTA_UNKNOWN : need.total_bytes);
        base_buf_addf(out, ",\"known_from\":\"%s\",\"fits\":\"%s\"}", tta_need_basis_name(need.basis),
                      tta_fit_name(tta_fit_of(hardware, &need)));
        before = ",";
    }
    base_buf_add_cstr(out, "]");
}

static int print_json(const struct options *options, const struct tta_hardware *hardware,
                      const struct tta_catalogue *catalogue)
{
    struct buf out;
    base_buf_init(&out, MAX_JSON_BYTES);
    json_add_machine(&out, hardware);
    if (catalogue) {
        json_add_models(&out, options, hardware, catalogue);
    }
    base_buf_add_char(&out, '}');
    if (!json_print(&out)) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    return EXIT_FINE;
}

int command_hardware(const struct options *options)
{
    struct tta_hardware hardware;
    bool has_catalogue = options->path_count > 0 || options->config_path;
    struct tta_catalogue *catalogue = has_catalogue ? catalogue_files_read(options) : NULL;
    if (has_catalogue && !catalogue) {
        return EXIT_BAD_USAGE;
    }
    int status = EXIT_FINE;
    tta_hardware_detect(&hardware);
    if (options->as_json) {
        status = print_json(options, &hardware, catalogue);
    } else {
        print_machine(&hardware);
        status = catalogue ? print_models(options, &hardware, catalogue) : EXIT_FINE;
    }
    tta_catalogue_destroy(catalogue);
    return status;
}
