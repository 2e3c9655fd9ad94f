// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/lists.h"
#include "cmd/tta/server_keys.h"
#include "cmd/tta/table.h"
#include "tta/diff.h"
#include "tta/refresh.h"

#define MAX_TEXT_BYTES 1000

/* What is known before, and what will be kept. */
struct refresh {
    const struct options *options;
    const struct config *config;
    const struct tta_store *store;  /* NULL: nothing was kept yet */
    struct tta_fetched **fetched;   /* by server */
    struct tta_list *kept;          /* as many as `kept_count` */
    size_t kept_count, failed;
};

/* "2 new, 1 gone, 3 at another price". */
static void describe_changes(const struct tta_catalogue *before, const struct tta_catalogue *after, struct buf *out)
{
    struct tta_change *changes;
    size_t count, added = 0, removed = 0, prices = 0;
    if (tta_catalogue_diff(before, after, &changes, &count) != TTA_OK) {
        base_buf_add_cstr(out, "out of memory");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        added += changes[i].what == TTA_CHANGE_ADDED;
        removed += changes[i].what == TTA_CHANGE_REMOVED;
        prices += (changes[i].what & TTA_CHANGE_PRICE) != 0;
    }
    free(changes);
    if (count == 0) {
        base_buf_add_cstr(out, "as before");
    } else {
        base_buf_addf(out, "%zu new, %zu gone, %zu changed (%zu in price)", added, removed, count - added - removed,
                      prices);
    }
}

/* Whether to take an answer rather than what is kept. */
static enum tta_refresh_outcome judge(const struct refresh *refresh, const struct tta_catalogue *before,
                                      const struct tta_catalogue *after)
{
    const struct tta_refresh_policy policy = tta_refresh_defaults();
    struct tta_refresh_state state = {.has_list = before != NULL && !refresh->options->force,
                                      .model_count = before ? tta_catalogue_count(before) : 0};
    const struct tta_refresh_answer answer = {
        .is_list = after != NULL, .model_count = after ? tta_catalogue_count(after) : 0, .content_hash = 1};
    return tta_refresh_judge(&policy, &state, &answer, 0, 0);
}

static void keep_one(struct refresh *refresh, const struct tta_server *server, const struct tta_fetched *fetched,
                     struct table *table)
{
    const struct tta_list *old_list = lists_find(refresh->store, server);
    const struct tta_catalogue *after = tta_fetched_catalogue(fetched);
    struct tta_catalogue *before = NULL;
    struct buf text;
    base_buf_init(&text, MAX_TEXT_BYTES);
    if (old_list && tta_list_read(old_list, &before, NULL) != TTA_OK) {
        before = NULL; /* of what cannot be read nothing is lost */
    }
    enum tta_refresh_outcome outcome = judge(refresh, before, after);
    bool is_taken = outcome == TTA_REFRESH_TAKEN || outcome == TTA_REFRESH_UNCHANGED;
    if (is_taken) {
        refresh->kept[refresh->kept_count++] = *tta_fetched_list(fetched);
        if (before) {
            describe_changes(before, after, &text);
        } else {
            base_buf_add_cstr(&text, "new");
        }
    } else {
        if (old_list) {
            refresh->kept[refresh->kept_count++] = *old_list;
        }
        if (after) {
            base_buf_addf(&text, "only %zu of %zu models: the old list is kept, --force takes the new one",
                          tta_catalogue_count(after), tta_catalogue_count(before));
        } else {
            base_buf_addf(&text, "%s%s", tta_fetched_sentence(fetched), before ? " The old list is kept." : "");
        }
        refresh->failed++;
    }
    table_add(table, config_server_name(server));
    table_add(table, is_taken ? "good" : after ? tta_refresh_outcome_name(outcome)
                                               : tta_fetch_outcome_name(tta_fetched_outcome(fetched)));
    table_addf(table, "%zu", is_taken ? tta_catalogue_count(after) : before ? tta_catalogue_count(before) : 0);
    table_add_buf(table, &text);
    base_buf_deinit(&text);
    tta_catalogue_destroy(before);
}

static bool make_folder_of(const char *path)
{
    char folder[4096], reason[BASE_FILE_REASON_BYTES];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len == 0 || len >= sizeof(folder)) {
        return true; /* here, or writing will say */
    }
    memcpy(folder, path, len);
    folder[len] = '\0';
    if (!base_file_make_directories(folder, reason)) {
        complain("%s", reason);
        return false;
    }
    return true;
}

static int store_lists(const struct refresh *refresh)
{
    struct tta_error err;
    const char *path = config_store(refresh->config);
    if (!make_folder_of(path)) {
        return EXIT_BROKEN;
    }
    if (tta_store_write(path, refresh->kept, refresh->kept_count, &err) != TTA_OK) {
        complain("%s", err.message);
        return EXIT_BROKEN;
    }
    return refresh->failed > 0 ? EXIT_REFUSED : EXIT_FINE;
}

/* Asks one after the other; each has its own time. */
static int ask_all(struct refresh *refresh, const struct tta_server *servers, size_t count)
{
    static const struct table_column columns[] = {
        {"Server", TABLE_LEFT}, {"Answer", TABLE_LEFT}, {"Models", TABLE_RIGHT}, {"Change", TABLE_LEFT}};
    const struct tta_fetch_options options = tta_fetch_defaults();
    struct table table;
    int status = EXIT_FINE;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count && status == EXIT_FINE; i++) {
        struct tta_error err;
        enum tta_status asked = tta_fetch(&servers[i], &options, &refresh->fetched[i], &err);
        if (asked != TTA_OK) {
            complain("%s", err.message);
            status = asked == TTA_BAD_ARGUMENT ? EXIT_BAD_USAGE : EXIT_BROKEN;
        } else {
            keep_one(refresh, &servers[i], refresh->fetched[i], &table);
        }
    }
    if (status == EXIT_FINE && !table_print(&table, stdout)) {
        complain("out of memory");
        status = EXIT_BROKEN;
    }
    table_deinit(&table);
    return status == EXIT_FINE ? store_lists(refresh) : status;
}

static int refresh_from(const struct options *options, const struct config *config)
{
    struct server_keys keys;
    struct tta_store *store = NULL;
    struct tta_error err;
    enum tta_status status = tta_store_read(config_store(config), &store, &err);
    if (status == TTA_BAD_SYNTAX && !options->force) {
        complain("%s: %s; --force replaces it", config_store(config), err.message);
        return EXIT_BAD_USAGE;
    }
    int exit_status = server_keys_take(options, config, &keys);
    struct refresh refresh = {.options = options,
                              .config = config,
                              .store = status == TTA_OK ? store : NULL,
                              .fetched = base_alloc_array(keys.count, sizeof(struct tta_fetched *)),
                              .kept = base_alloc_array(keys.count, sizeof(*refresh.kept))};
    if (keys.count == 0) {
        complain("the configuration names no servers to ask");
        exit_status = EXIT_BAD_USAGE;
    } else if (!refresh.fetched || !refresh.kept) {
        complain("out of memory");
        exit_status = EXIT_BROKEN;
    } else if (exit_status == EXIT_FINE) {
        exit_status = ask_all(&refresh, keys.servers, keys.count);
    }
    for (size_t i = 0; refresh.fetched && i < keys.count; i++) {
        tta_fetched_destroy(refresh.fetched[i]);
    }
    server_keys_release(&keys);
    free(refresh.fetched);
    free(refresh.kept);
    tta_store_destroy(refresh.store ? store : NULL);
    return exit_status;
}

int command_models_refresh(const struct options *options)
{
    struct config *config;
    struct buf reason;
    int status = EXIT_BAD_USAGE;
    base_buf_init(&reason, 4000);
    if (config_read(options->config_path, &config, &reason)) {
        config_wipe_variables(config);
        status = refresh_from(options, config);
        config_destroy(config);
    } else {
        complain("%s", base_buf_cstr(&reason));
    }
    base_buf_deinit(&reason);
    return status;
}
