// SPDX-License-Identifier: MIT
#include "cmd/tta/vault_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/complain.h"
#include "cmd/tta/closed.h"
#include "cmd/tta/commands.h"

#define PASSPHRASE_VARIABLE "TTA_PASSPHRASE"
#define NEW_PASSPHRASE_VARIABLE "TTA_NEW_PASSPHRASE"

enum { MAX_VAULT_BYTES = 16 << 20 };

/* Not through base/file.h, which would leave copies in memory. */
static bool read_key_file(const char *path, unsigned char key[TTA_VAULT_KEY_BYTES])
{
    struct stat info;
    unsigned char bytes[TTA_VAULT_KEY_BYTES + 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        complain("cannot read the key file %s: %s; head -c 32 /dev/urandom makes one", path, strerror(errno));
        if (fd >= 0) {
            (void)close(fd); /* read-only: nothing to lose */
        }
        return false;
    }
    ssize_t len = read(fd, bytes, sizeof bytes);
    (void)close(fd); /* read-only: nothing to lose */
    bool is_private = (info.st_mode & 077) == 0;
    if (!is_private) {
        complain("others may read the key file %s: chmod 600 it, and make a new key if they could have", path);
    } else if (len != TTA_VAULT_KEY_BYTES) {
        complain("the key file %s has not the %d bytes of a key; head -c 32 /dev/urandom makes one", path,
                 TTA_VAULT_KEY_BYTES);
    } else {
        memcpy(key, bytes, TTA_VAULT_KEY_BYTES);
    }
    sodium_memzero(bytes, sizeof bytes);
    return is_private && len == TTA_VAULT_KEY_BYTES;
}

static bool find_lock(const char *key_file, const char *variable, unsigned char key[TTA_VAULT_KEY_BYTES],
                      struct tta_vault_lock *out_lock)
{
    const char *passphrase = getenv(variable);
    if (key_file) {
        *out_lock = (struct tta_vault_lock){.key = key};
        return read_key_file(key_file, key);
    }
    if (!passphrase || passphrase[0] == '\0') {
        bool is_new = strcmp(variable, NEW_PASSPHRASE_VARIABLE) == 0;
        complain("what opens %s? --%skey-file=FILE or a passphrase in %s is needed",
                 is_new ? "it from then on" : "the vault", is_new ? "new-" : "", variable);
        return false;
    }
    *out_lock = (struct tta_vault_lock){.passphrase = passphrase, .passphrase_len = strlen(passphrase)};
    return true;
}

/* A file beside the vault, which a rename of the vault does not touch; the lock ends with the process. */
static bool take_turn(struct vault_file *file)
{
    struct buf name;
    base_buf_init(&name, 4096);
    base_buf_addf(&name, "%s.lock", file->path);
    file->lock_fd = open(base_buf_cstr(&name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool is_mine = file->lock_fd >= 0 && fcntl(file->lock_fd, F_SETLKW, &whole) == 0;
    if (!is_mine) {
        complain("cannot lock %s: %s", base_buf_cstr(&name), strerror(errno));
    }
    base_buf_deinit(&name);
    return is_mine;
}

static enum tta_status load(struct vault_file *file, const struct tta_vault_lock *lock, bool to_change,
                            struct tta_error *err)
{
    struct buf bytes;
    char reason[BASE_FILE_REASON_BYTES];
    if (to_change && access(file->path, F_OK) != 0 && errno == ENOENT) {
        return tta_vault_create(lock, &file->vault, err);
    }
    base_buf_init(&bytes, MAX_VAULT_BYTES);
    enum tta_status status = TTA_BAD_ARGUMENT;
    if (base_file_read(file->path, &bytes, reason)) {
        struct str text = base_buf_str(&bytes);
        status = tta_vault_open(text.ptr ? text.ptr : "", text.len, lock, &file->vault, err);
    } else {
        complain("%s", reason);
    }
    base_buf_deinit(&bytes);
    return status;
}

bool vault_file_open(const struct options *options, bool to_change, struct vault_file *out_file, int *out_status)
{
    unsigned char key[TTA_VAULT_KEY_BYTES] = {0};
    struct tta_vault_lock lock;
    struct tta_error err = {0};
    *out_status = EXIT_BAD_USAGE;
    *out_file = (struct vault_file){.path = options->vault, .lock_fd = -1};
    if (!find_lock(options->key_file, PASSPHRASE_VARIABLE, key, &lock) || (to_change && !take_turn(out_file))) {
        sodium_memzero(key, sizeof key);
        vault_file_close(out_file);
        return false;
    }
    enum tta_status status = load(out_file, &lock, to_change, &err);
    sodium_memzero(key, sizeof key);
    if (!options->reads_again) {
        wipe_variable(PASSPHRASE_VARIABLE);
    }
    if (status != TTA_OK) {
        if (err.message[0] != '\0') { /* or it was said already */
            complain("%s: %s", options->vault, err.message);
        }
        *out_status = status == TTA_NO_MEMORY || status == TTA_NO_SERVICE ? EXIT_BROKEN : EXIT_BAD_USAGE;
        vault_file_close(out_file);
        return false;
    }
    return true;
}

struct tta_vault *vault_file_create(const char *new_key_file, int *out_status)
{
    unsigned char key[TTA_VAULT_KEY_BYTES] = {0};
    struct tta_vault_lock lock;
    struct tta_error err = {0};
    struct tta_vault *vault = NULL;
    *out_status = EXIT_BAD_USAGE;
    if (find_lock(new_key_file, NEW_PASSPHRASE_VARIABLE, key, &lock)) {
        enum tta_status status = tta_vault_create(&lock, &vault, &err);
        if (status != TTA_OK) {
            complain("%s", err.message);
            *out_status = status == TTA_BAD_ARGUMENT ? EXIT_BAD_USAGE : EXIT_BROKEN;
        }
    }
    sodium_memzero(key, sizeof key);
    wipe_variable(NEW_PASSPHRASE_VARIABLE);
    return vault;
}

static bool save(const struct vault_file *file, bool is_new)
{
    unsigned char *bytes = NULL;
    size_t len = 0;
    char reason[BASE_FILE_REASON_BYTES];
    if (tta_vault_seal(file->vault, &bytes, &len) != TTA_OK) {
        complain("no memory to seal the vault%s", is_new ? "" : "; it is as it was");
        return false;
    }
    (void)umask(077); /* sealed or not, it is nobody else's */
    bool is_written = base_file_write_atomic(file->path, (struct str){(const char *)bytes, len}, is_new, NULL, reason);
    if (!is_written) {
        complain("%s%s", reason, is_new ? "" : "; the vault is as it was");
    }
    free(bytes);
    return is_written;
}

bool vault_file_save(const struct vault_file *file)
{
    return save(file, false);
}

bool vault_file_save_new(const struct vault_file *file)
{
    return save(file, true);
}

int vault_file_lacks_key(const struct vault_file *file)
{
    complain("%s: there is no key of that name; tta keys list names them", file->path);
    return EXIT_BAD_USAGE;
}

void vault_file_close(struct vault_file *file)
{
    tta_vault_destroy(file->vault);
    file->vault = NULL;
    if (file->lock_fd >= 0) {
        (void)close(file->lock_fd); /* nothing was written to it */
        file->lock_fd = -1;
    }
}
