// SPDX-License-Identifier: MIT
/* The commands that say who may use the gateway: clients add, list and remove. */
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/tta/clients_file.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/config.h"
#include "cmd/tta/format.h"
#include "cmd/tta/table.h"

#define NS_PER_SEC INT64_C(1000000000)

struct clients_session {
    char path[4096];
    int lock; /* of its folder; -1: only to read, or there are no locks there */
    struct clients_file file;
};

/* The file that was named, or that of the configuration.  False after a complaint. */
static bool find_path(const struct options *options, struct clients_session *session)
{
    struct config *config = NULL;
    struct buf reason;
    base_buf_init(&reason, 4000);
    const char *path = options->clients.path;
    if (!path && !config_read(options->config_path, &config, &reason)) {
        complain("which clients? --clients=FILE, or a configuration: %s", base_buf_cstr(&reason));
    } else if (!path) {
        path = config_serve(config)->clients;
        if (!path) {
            complain("%s names no file of clients: add 'clients: FILE' to its section serve, or --clients=FILE here",
                     options->config_path);
        }
    }
    int len = path ? snprintf(session->path, sizeof(session->path), "%s", path) : 0;
    bool fits = len >= 0 && (size_t)len < sizeof(session->path);
    if (!fits) {
        complain("the name of the file of clients is too long");
    }
    config_destroy(config);
    base_buf_deinit(&reason);
    return path && fits;
}

static int lock_folder_of(const char *path)
{
    char folder[4096] = ".";
    const char *slash = strrchr(path, '/');
    if (slash) {
        size_t len = slash > path ? (size_t)(slash - path) : 1;
        memcpy(folder, path, len);
        folder[len] = '\0';
    }
    return base_file_lock_folder(folder);
}

/* False after a complaint. */
static bool begin(const struct options *options, bool to_add, bool to_change, struct clients_session *session)
{
    struct buf reason;
    *session = (struct clients_session){.lock = -1};
    if (sodium_init() < 0) {
        complain("libsodium does not start");
        return false;
    }
    if (!find_path(options, session)) {
        return false;
    }
    if (to_change) {
        session->lock = lock_folder_of(session->path);
    }
    base_buf_init(&reason, 4000);
    bool good = clients_file_read(session->path, !to_add, &session->file, &reason);
    if (!good) {
        complain("%s", base_buf_cstr(&reason));
        base_file_unlock_folder(session->lock);
    }
    base_buf_deinit(&reason);
    return good;
}

/* Writes it with EXIT_FINE, and ends. */
static int end(struct clients_session *session, int status, bool has_changed)
{
    struct buf reason;
    base_buf_init(&reason, 4000);
    if (status == EXIT_FINE && has_changed && !clients_file_write(session->path, &session->file, &reason)) {
        complain("%s", base_buf_cstr(&reason));
        status = EXIT_BROKEN;
    }
    base_buf_deinit(&reason);
    clients_file_release(&session->file);
    base_file_unlock_folder(session->lock);
    return status;
}

/* EXIT_FINE, or another one after a complaint. */
static int add_models(struct client *client, const char *list)
{
    struct str rest = base_str(list);
    while (rest.ptr) {
        struct str pattern = base_str_trim(base_str_cut(rest, ',', &rest));
        if (pattern.len == 0 || pattern.len > 300 || client->model_count == CLIENT_MAX_MODELS) {
            complain("--models is a list of at most %d names, as in story,groq/*", CLIENT_MAX_MODELS);
            return EXIT_BAD_USAGE;
        }
        if (!client_add_model(client, pattern)) {
            complain("out of memory");
            return EXIT_BROKEN;
        }
    }
    return EXIT_FINE;
}

static int add(struct clients_session *session, const struct options *options, char key[CLIENT_KEY_BYTES])
{
    const char *name = options->paths[0];
    if (clients_file_find(&session->file, name)) {
        complain("%s: there is a client of the name %s; remove it first, if it is to get another key", session->path,
                 name);
        return EXIT_BAD_USAGE;
    }
    if (session->file.count == CLIENTS_MAX) {
        complain("%s: there are %d clients, and there cannot be more", session->path, CLIENTS_MAX);
        return EXIT_BAD_USAGE;
    }
    struct client *client = clients_file_add(&session->file, name);
    if (!client || !client_make_key(client, key)) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    client->added_unix_s = base_clock_unix_ns() / NS_PER_SEC;
    client->limits = options->clients.limits;
    client->manages = options->clients.manages;
    client->asks_unpriced = options->clients.asks_unpriced;
    return options->clients.models ? add_models(client, options->clients.models) : EXIT_FINE;
}

int command_clients_add(const struct options *options)
{
    struct clients_session session;
    char key[CLIENT_KEY_BYTES];
    if (!client_name_is_good(options->paths[0])) {
        complain("the name of a client has 1 to 64 letters, digits, dots, dashes and underscores");
        return EXIT_BAD_USAGE;
    }
    if (!begin(options, true, true, &session)) {
        return EXIT_BAD_USAGE;
    }
    int status = add(&session, options, key);
    status = end(&session, status, true);
    if (status == EXIT_FINE) {
        printf("%s\n", key);
        complain("this is the key of %s, and it is shown this once; a gateway that runs takes it after SIGHUP",
                 options->paths[0]);
    }
    sodium_memzero(key, sizeof(key));
    return status;
}

int command_clients_remove(const struct options *options)
{
    struct clients_session session;
    if (!begin(options, false, true, &session)) {
        return EXIT_BAD_USAGE;
    }
    struct client *client = clients_file_find(&session.file, options->paths[0]);
    if (!client) {
        complain("%s: there is no client of that name; tta clients list names them", session.path);
        return end(&session, EXIT_BAD_USAGE, false);
    }
    clients_file_remove(&session.file, client);
    return end(&session, EXIT_FINE, true);
}

static void add_limit(struct table *table, int64_t limit)
{
    if (limit == ALLOWANCE_NO_LIMIT) {
        table_add(table, "-");
    } else {
        table_addf(table, "%lld", (long long)limit);
    }
}

static void add_budget(struct table *table, int64_t pusd)
{
    char text[FORMAT_BYTES] = "-";
    if (pusd != ALLOWANCE_NO_LIMIT) {
        format_cost(pusd, text);
    }
    table_add(table, text);
}

static void add_row(struct table *table, const struct client *client)
{
    char day[FORMAT_BYTES];
    struct buf models;
    format_day(client->added_unix_s, day);
    table_add(table, client->name);
    table_addf(table, "tta-...%s", client->key_end);
    table_add(table, day);
    add_limit(table, client->limits.requests_a_minute);
    add_limit(table, client->limits.tokens_a_minute);
    add_budget(table, client->limits.pusd_a_day);
    add_budget(table, client->limits.pusd_a_month);
    table_add(table, client->manages ? "yes" : "no");
    base_buf_init(&models, 65536);
    for (size_t i = 0; i < client->model_count; i++) {
        base_buf_add_cstr(&models, i > 0 ? ", " : "");
        base_buf_add_cstr(&models, client->models[i]);
    }
    base_buf_add_cstr(&models, client->model_count == 0 ? "all" : "");
    table_add_buf(table, &models);
    base_buf_deinit(&models);
}

int command_clients_list(const struct options *options)
{
    static const struct table_column columns[] = {
        {"Name", TABLE_LEFT},          {"Key", TABLE_LEFT},         {"Added", TABLE_LEFT},
        {"Requests/min", TABLE_RIGHT}, {"Tokens/min", TABLE_RIGHT}, {"USD/day", TABLE_POINT},
        {"USD/month", TABLE_POINT},    {"Manages", TABLE_LEFT},     {"Models", TABLE_LEFT}};
    struct clients_session session;
    struct table table;
    if (!begin(options, false, false, &session)) {
        return EXIT_BAD_USAGE;
    }
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < session.file.count; i++) {
        add_row(&table, &session.file.items[i]);
    }
    bool is_whole = table_print(&table, stdout);
    table_deinit(&table);
    if (!is_whole) {
        complain("no memory for the table");
    }
    return end(&session, is_whole ? EXIT_FINE : EXIT_BROKEN, false);
}
