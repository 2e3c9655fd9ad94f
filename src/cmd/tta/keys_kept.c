// SPDX-License-Identifier: MIT
/* The commands that keep keys: add, rotate, list and remove. */
#include "base/clock.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/format.h"
#include "cmd/tta/key_input.h"
#include "cmd/tta/table.h"
#include "cmd/tta/vault_file.h"

#define NS_PER_SECOND INT64_C(1000000000)

static int put(struct vault_file *file, const struct options *options, bool replaces, const struct tta_secret *secret)
{
    struct tta_vault_key key = {
        .name = options->key_name,
        .provider = options->provider,
        .base_url = options->base_url ? options->base_url : "",
        .added_unix_s = base_clock_unix_ns() / NS_PER_SECOND,
        .secret = secret,
    };
    struct tta_vault_key old;
    if (replaces && tta_vault_find(file->vault, options->key_name, &old) != TTA_OK) {
        return vault_file_lacks_key(file);
    }
    if (replaces) {
        key.provider = old.provider;
        key.base_url = old.base_url;
    }
    struct tta_error err = {0};
    enum tta_status status = tta_vault_put(file->vault, &key, replaces, &err);
    if (status != TTA_OK) {
        complain("%s: %s", options->vault, err.message);
        return status == TTA_NO_MEMORY ? EXIT_BROKEN : EXIT_BAD_USAGE;
    }
    if (!vault_file_save(file)) {
        return EXIT_BROKEN;
    }
    char label[TTA_LABEL_BYTES];
    tta_secret_label(secret, label);
    struct tta_key_advice advice = tta_key_advise(key.provider, secret);
    printf("%s is %s of %s. %s\n", options->key_name, label, tta_provider_name(key.provider), advice.sentence);
    return EXIT_FINE;
}

/* The vault first: to type a key for one that cannot be opened is of no use. */
int command_keys_put(const struct options *options, bool replaces)
{
    struct vault_file file;
    int status;
    if (!vault_file_open(options, true, &file, &status)) {
        return status;
    }
    struct tta_secret *secret = key_input_read();
    status = secret ? put(&file, options, replaces, secret) : EXIT_BAD_USAGE;
    tta_secret_destroy(secret);
    vault_file_close(&file);
    return status;
}

static void add_row(struct table *table, const struct tta_vault_key *key)
{
    char label[TTA_LABEL_BYTES], day[FORMAT_BYTES];
    format_day(key->added_unix_s, day);
    tta_secret_label(key->secret, label);
    table_add(table, key->name);
    table_add(table, tta_provider_name(key->provider));
    table_add(table, label);
    table_add(table, day);
    table_add(table, key->base_url[0] != '\0' ? key->base_url : "-");
}

int command_keys_list(const struct options *options)
{
    static const struct table_column columns[] = {
        {"Name", TABLE_LEFT}, {"Provider", TABLE_LEFT}, {"Key", TABLE_LEFT}, {"Added", TABLE_LEFT}, {"At", TABLE_LEFT}};
    struct vault_file file;
    int status;
    if (!vault_file_open(options, false, &file, &status)) {
        return status;
    }
    struct table table;
    table_init(&table, columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < tta_vault_count(file.vault); i++) {
        struct tta_vault_key key = tta_vault_key_at(file.vault, i);
        add_row(&table, &key);
    }
    bool is_whole = table_print(&table, stdout);
    table_deinit(&table);
    vault_file_close(&file);
    if (!is_whole) {
        complain("no memory for the table");
    }
    return is_whole ? EXIT_FINE : EXIT_BROKEN;
}

int command_keys_remove(const struct options *options)
{
    struct vault_file file;
    int status;
    if (!vault_file_open(options, true, &file, &status)) {
        return status;
    }
    if (tta_vault_remove(file.vault, options->key_name) != TTA_OK) {
        status = vault_file_lacks_key(&file);
    } else {
        status = vault_file_save(&file) ? EXIT_FINE : EXIT_BROKEN;
    }
    vault_file_close(&file);
    return status;
}
