// SPDX-License-Identifier: MIT
/*
 * The commands that take keys elsewhere.  A sealed copy needs no key in the
 * open: its keys go from one vault's locked memory to another's.  With --reveal
 * they leave by tta_secret_reveal() and one write(), so that neither stdio nor a
 * terminal keeps them.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/vault_file.h"
#include "tta/provider.h"

enum { VARIABLE_BYTES = 1 + TTA_VAULT_MAX_NAME_BYTES + sizeof "_API_KEY" };

static bool is_meant(const struct options *options, const struct tta_vault_key *key)
{
    return !options->key_name || strcmp(options->key_name, key->name) == 0;
}

/* The keys that are meant, in a vault that the new lock opens; NULL after a complaint. */
static struct tta_vault *copy_vault(const struct vault_file *file, const struct options *options, int *out_status)
{
    struct tta_vault *copy = vault_file_create(options->new_key_file, out_status);
    bool is_found = !options->key_name;
    enum tta_status status = TTA_OK;
    for (size_t i = 0; copy && i < tta_vault_count(file->vault) && status == TTA_OK; i++) {
        struct tta_vault_key key = tta_vault_key_at(file->vault, i);
        if (is_meant(options, &key)) {
            status = tta_vault_put(copy, &key, false, NULL);
            is_found = true;
        }
    }
    if (copy && (status != TTA_OK || !is_found)) {
        tta_vault_destroy(copy);
        if (is_found) {
            complain("no memory for a copy of the keys");
            *out_status = EXIT_BROKEN;
        } else {
            *out_status = vault_file_lacks_key(file);
        }
        return NULL;
    }
    return copy;
}

static int seal_copy(const struct vault_file *file, const struct options *options)
{
    int status;
    struct vault_file to = {.path = options->export_path, .lock_fd = -1};
    to.vault = copy_vault(file, options, &status);
    if (!to.vault) {
        return status;
    }
    status = vault_file_save_new(&to) ? EXIT_FINE : EXIT_BROKEN;
    if (status == EXIT_FINE) {
        size_t count = tta_vault_count(to.vault);
        printf("%s has %zu %s\n", to.path, count, count == 1 ? "key" : "keys");
    }
    vault_file_close(&to);
    return status;
}

/* The variable in which programs look for the key. */
static void name_variable(const struct tta_vault_key *key, char out_name[VARIABLE_BYTES])
{
    const char *usual = tta_provider_info_of(key->provider)->key_variable;
    if (usual) {
        (void)snprintf(out_name, VARIABLE_BYTES, "%s", usual);
        return;
    }
    size_t len = 0;
    if (isdigit((unsigned char)key->name[0])) { /* no variable begins so */
        out_name[len++] = '_';
    }
    for (const char *at = key->name; *at != '\0'; at++) {
        out_name[len++] = (char)(isalnum((unsigned char)*at) ? toupper((unsigned char)*at) : '_');
    }
    (void)snprintf(out_name + len, VARIABLE_BYTES - len, "_API_KEY");
}

/* Two keys in one variable: whoever reads them would have the last one. */
static bool each_has_its_variable(const struct vault_file *file)
{
    size_t count = tta_vault_count(file->vault);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            char name[VARIABLE_BYTES], other[VARIABLE_BYTES];
            struct tta_vault_key key = tta_vault_key_at(file->vault, i), before = tta_vault_key_at(file->vault, j);
            name_variable(&key, name);
            name_variable(&before, other);
            if (strcmp(name, other) == 0) {
                complain("%s and %s would both be %s; --name=NAME says which is meant", before.name, key.name, name);
                return false;
            }
        }
    }
    return true;
}

/* Only where nobody else reads what comes; before the vault is opened. */
static bool stdout_is_private(void)
{
    struct stat info;
    if (fstat(STDOUT_FILENO, &info) != 0) {
        complain("cannot see what standard output is: %s", strerror(errno));
        return false;
    }
    bool is_own_file = S_ISREG(info.st_mode) && (info.st_mode & 077) == 0 && info.st_uid == geteuid();
    if (S_ISFIFO(info.st_mode) || is_own_file) {
        return true;
    }
    if (S_ISREG(info.st_mode)) {
        complain("others may read the file that the keys would go to: (umask 077; tta keys export ... > FILE)");
    } else {
        complain("keys are shown on no terminal and sent to no socket: let a pipe or a file of your own have them");
    }
    return false;
}

/* A line of the environment's form as it is written. */
struct revealing {
    const char *variable;
    bool is_written;
};

static bool is_plain(char c)
{
    return isalnum((unsigned char)c) || strchr("-._~+/=:@%,", c);
}

/* As a shell reads it: between quotes where it must be. */
static void write_line(const char *bytes, size_t len, void *context)
{
    struct revealing *revealing = context;
    bool is_quoted = false;
    for (size_t i = 0; i < len; i++) {
        is_quoted = is_quoted || !is_plain(bytes[i]);
    }
    struct str quote = is_quoted ? STR("'") : STR("");
    bool good = base_file_write_all(STDOUT_FILENO, base_str(revealing->variable)) &&
                base_file_write_all(STDOUT_FILENO, STR("=")) && base_file_write_all(STDOUT_FILENO, quote);
    while (len > 0 && good) {
        const char *mark = memchr(bytes, '\'', len);
        size_t up_to = mark ? (size_t)(mark - bytes) : len;
        good = base_file_write_all(STDOUT_FILENO, (struct str){bytes, up_to}) &&
               (!mark || base_file_write_all(STDOUT_FILENO, STR("'\\''")));
        bytes += up_to + (mark != NULL);
        len -= up_to + (mark != NULL);
    }
    revealing->is_written = good && base_file_write_all(STDOUT_FILENO, quote) &&
                            base_file_write_all(STDOUT_FILENO, STR("\n"));
}

static int reveal(const struct vault_file *file, const struct options *options)
{
    bool is_found = false;
    if (!options->key_name && !each_has_its_variable(file)) {
        return EXIT_BAD_USAGE;
    }
    for (size_t i = 0; i < tta_vault_count(file->vault); i++) {
        struct tta_vault_key key = tta_vault_key_at(file->vault, i);
        if (!is_meant(options, &key)) {
            continue;
        }
        char variable[VARIABLE_BYTES];
        name_variable(&key, variable);
        struct revealing revealing = {.variable = variable};
        tta_secret_reveal(key.secret, write_line, &revealing);
        if (!revealing.is_written) {
            complain("cannot write to standard output: %s", strerror(errno));
            return EXIT_BROKEN;
        }
        is_found = true;
    }
    return is_found || !options->key_name ? EXIT_FINE : vault_file_lacks_key(file);
}

int command_keys_export(const struct options *options)
{
    struct vault_file file;
    int status = EXIT_BAD_USAGE;
    if ((options->reveals && !stdout_is_private()) || !vault_file_open(options, false, &file, &status)) {
        return status;
    }
    status = options->reveals ? reveal(&file, options) : seal_copy(&file, options);
    vault_file_close(&file);
    return status;
}

int command_keys_rekey(const struct options *options)
{
    struct vault_file file;
    int status;
    if (access(options->vault, F_OK) != 0) { /* opened for a change, it would be an empty one */
        complain("cannot read '%s': %s", options->vault, strerror(errno));
        return EXIT_BAD_USAGE;
    }
    if (!vault_file_open(options, true, &file, &status)) {
        return status;
    }
    struct tta_vault *copy = copy_vault(&file, options, &status);
    if (copy) {
        tta_vault_destroy(file.vault);
        file.vault = copy;
        status = vault_file_save(&file) ? EXIT_FINE : EXIT_BROKEN;
    }
    vault_file_close(&file);
    return status;
}
