// SPDX-License-Identifier: MIT
#include "cmd/tta/catalogue_file.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cmd/complain.h"
#include "cmd/guess.h"
#include "cmd/tta/lists.h"
#include "tta/merge.h"
#include "tta/provider.h"

#define MAX_NAMES_BYTES 4000

/* An argument "NAME=FILE", or a file alone, whose name is then empty. */
struct named_file {
    struct str name;
    const char *path;
};

static struct named_file split_name(const char *argument)
{
    size_t len = strspn(argument, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    bool has_name = len > 0 && argument[len] == '=';
    return has_name ? (struct named_file){{argument, len}, argument + len + 1}
                    : (struct named_file){{NULL, 0}, argument};
}

/* OpenAI's form is that of many: the name says whose a list is. */
static enum tta_listing listing_of(enum tta_listing detected, struct str name)
{
    if (detected == TTA_LISTING_COMPATIBLE && base_str_equal(name, STR("openai"))) {
        return TTA_LISTING_OPENAI;
    }
    return detected == TTA_LISTING_COMPATIBLE && base_str_equal(name, STR("lm_studio")) ? TTA_LISTING_LM_STUDIO
                                                                                       : detected;
}

/* What has no form that is known is read as OpenRouter's list, for the reason that gives. */
static enum tta_status parse(const struct buf *json, struct str name, enum tta_listing *out_listing,
                             struct tta_catalogue **out_catalogue, struct tta_error *err)
{
    *out_listing = TTA_LISTING_OPENROUTER;
    enum tta_status status = tta_listing_detect(json->ptr, json->len, out_listing, err);
    if (status != TTA_OK && status != TTA_NOT_FOUND) {
        return status;
    }
    *out_listing = listing_of(*out_listing, name);
    return tta_catalogue_parse(*out_listing, json->ptr, json->len, out_catalogue, err);
}

static struct tta_catalogue *read_file(const struct named_file *file, enum tta_listing *out_listing)
{
    const char *path = file->path;
    struct buf json;
    char reason[BASE_FILE_REASON_BYTES];
    struct tta_error err;
    struct tta_catalogue *catalogue = NULL;
    base_buf_init(&json, TTA_MAX_CATALOGUE_BYTES);
    if (!base_file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, &json, reason)) {
        complain("%s", reason);
    } else if (parse(&json, file->name, out_listing, &catalogue, &err) != TTA_OK) {
        if (err.line > 0) {
            complain("%s:%zu: %s", path, err.line, err.message);
        } else {
            complain("%s: %s", path, err.message);
        }
        catalogue = NULL;
    }
    base_buf_deinit(&json);
    return catalogue;
}

struct tta_catalogue *catalogue_file_read(const char *path)
{
    enum tta_listing listing;
    const struct named_file file = split_name(path);
    return read_file(&file, &listing);
}

static struct tta_catalogue *read_configured(const char *path)
{
    struct config *config;
    struct buf reason;
    struct tta_catalogue *catalogue = NULL;
    base_buf_init(&reason, MAX_NAMES_BYTES);
    if (config_read(path, &config, &reason)) {
        config_wipe_variables(config);
        catalogue = lists_read(config);
        config_destroy(config);
    } else {
        complain("%s", base_buf_cstr(&reason));
    }
    base_buf_deinit(&reason);
    return catalogue;
}

struct tta_catalogue *catalogue_files_read(const struct options *options)
{
    if (options->path_count == 0) {
        return read_configured(options->config_path);
    }
    struct tta_catalogue *catalogues[MAX_CATALOGUES] = {NULL}, *merged = NULL;
    struct tta_part parts[MAX_CATALOGUES];
    struct tta_error err;
    char names[MAX_CATALOGUES][TTA_MAX_ID_BYTES + 1];
    size_t count = 0;
    for (; count < options->path_count; count++) {
        enum tta_listing listing;
        const struct named_file file = split_name(options->paths[count]);
        catalogues[count] = read_file(&file, &listing);
        if (!catalogues[count]) {
            break;
        }
        (void)snprintf(names[count], sizeof(names[count]), "%.*s", STR_ARGS(file.name)); /* a longer one is cut */
        parts[count] = (struct tta_part){.catalogue = catalogues[count],
                                         .origin = names[count],
                                         .facts_only = listing == TTA_LISTING_LITELLM && options->path_count > 1};
    }
    if (count == options->path_count && tta_catalogue_merge(parts, count, &merged, &err) != TTA_OK) {
        complain("%s", err.message);
        merged = NULL;
    }
    for (size_t i = 0; i < count; i++) {
        tta_catalogue_destroy(catalogues[i]);
    }
    return merged;
}

static void complain_of_origin(const struct tta_catalogue *catalogue, const char *name)
{
    struct guess guess = {.word = base_str(name)};
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        guess_offer(&guess, tta_catalogue_model(catalogue, row).origin);
    }
    if (guess.best) {
        complain("the catalogue has no models of '%s'; did you mean %s?", name, guess.best);
    } else {
        complain("the catalogue has no models of '%s'", name);
    }
}

bool catalogue_add_origins(const struct tta_catalogue *catalogue, const char *names, struct tta_origin_set *set)
{
    struct str rest = base_str(names);
    struct buf name;
    bool good = true;
    base_buf_init(&name, MAX_NAMES_BYTES);
    while (rest.ptr && good) {
        base_buf_reset(&name);
        base_buf_add(&name, base_str_trim(base_str_cut(rest, ',', &rest)));
        good = tta_catalogue_add_origins(catalogue, base_buf_cstr(&name), set) > 0;
        if (!good) {
            complain_of_origin(catalogue, base_buf_cstr(&name));
        }
    }
    base_buf_deinit(&name);
    return good;
}
