// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_PATH_BYTES 8192 /* twice what Linux takes */
#define MAX_TEMPORARY_NAMES 1000 /* tried: as many threads may write one path at once, or crashed while doing so */

static bool refuse(char reason[BASE_FILE_REASON_BYTES], const char *tried, const char *path, const char *why)
{
    (void)snprintf(reason, BASE_FILE_REASON_BYTES, "cannot %s '%s': %s", tried, path, why); /* cut if longer */
    return false;
}

static bool read_all(int fd, struct buf *out, const char **out_why)
{
    char chunk[65536];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            *out_why = strerror(errno);
            return false;
        }
        if (got == 0) {
            return true;
        }
        bool too_large = (size_t)got > out->max_len - out->len;
        base_buf_add(out, (struct str){chunk, (size_t)got});
        if (!base_buf_ok(out)) {
            *out_why = too_large ? "the file is larger than any that belongs here" : "out of memory";
            return false;
        }
    }
}

bool base_file_read(const char *path, struct buf *out, char reason[BASE_FILE_REASON_BYTES])
{
    base_buf_reset(out);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return refuse(reason, "read", path, strerror(errno));
    }
    const char *why = NULL;
    bool complete = read_all(fd, out, &why);
    (void)close(fd); /* read-only: nothing to lose */
    if (!complete) {
        base_buf_deinit(out);
        return refuse(reason, "read", path, why);
    }
    return true;
}

void base_file_read_or_empty(const char *path, size_t max_len, struct buf *out)
{
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(out, max_len);
    (void)base_file_read(path, out, reason); /* it is empty then */
}

bool base_file_write_all(int fd, struct str contents)
{
    while (contents.len > 0) {
        ssize_t written = write(fd, contents.ptr, contents.len);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return false;
        }
        contents.ptr += written;
        contents.len -= (size_t)written;
    }
    return true;
}

/* The rename is on disk only once the directory is. Best effort: some file
 * systems refuse to sync a directory, and the file itself is whole anyway. */
static void sync_directory_of(const char *path)
{
    char *copy = strdup(path);
    if (!copy) {
        return;
    }
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(copy);
}

static bool is_all_digits(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

/* The part of `text` behind the last `separator`, which is cut off `text`; false if there is none. */
static bool cut_last(struct str *text, char separator, struct str *out_last)
{
    size_t at = text->len;
    while (at > 0 && text->ptr[at - 1] != separator) {
        at--;
    }
    if (at == 0) {
        return false;
    }
    *out_last = (struct str){text->ptr + at, text->len - at};
    text->len = at - 1;
    return true;
}

/* Whether a file is a temporary one of `name`, or of any if that is empty: "NAME.PID-N.new". */
static bool is_temporary(struct str file, struct str name)
{
    struct str ending, numbers, attempt;
    return cut_last(&file, '.', &ending) && base_str_equal(ending, STR("new")) && cut_last(&file, '.', &numbers) &&
           cut_last(&numbers, '-', &attempt) && is_all_digits(numbers) && is_all_digits(attempt) && file.len > 0 &&
           (name.len == 0 || base_str_equal(file, name));
}

/* Removes a temporary file unless its writer, who holds the lock, is at work. */
static void remove_if_abandoned(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
        (void)unlinkat(folder, name, 0); /* if it cannot be removed it stays */
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

static void remove_litter(const char *folder, struct str name)
{
    DIR *stream = opendir(folder);
    for (const struct dirent *entry; stream && (entry = readdir(stream)) != NULL;) {
        if (is_temporary(base_str(entry->d_name), name)) {
            remove_if_abandoned(dirfd(stream), entry->d_name);
        }
    }
    if (stream) {
        (void)closedir(stream); /* read-only: nothing to lose */
    }
}

void base_file_remove_litter(const char *folder)
{
    remove_litter(folder, (struct str){0});
}

static void remove_litter_of(const char *path)
{
    char *copy = strdup(path);
    const char *slash = strrchr(path, '/');
    if (copy) {
        remove_litter(dirname(copy), base_str(slash ? slash + 1 : path));
    }
    free(copy);
}

/* Locks a new temporary file, which tells others that it is being written; false if one of them has removed it
 * before that. */
static bool claim(int fd)
{
    struct stat found;
    (void)flock(fd, LOCK_EX | LOCK_NB); /* without locks nothing is taken for litter either */
    return fstat(fd, &found) != 0 || found.st_nlink > 0;
}

/* A new file beside `path`, its name into `out_name`; -1 with errno if there
 * can be none.  Not mkstemp(): that makes files private, and the umask that
 * would say what they should be cannot be read without changing it for all
 * threads. */
static int create_beside(const char *path, struct buf *out_name)
{
    for (int attempt = 0; attempt < MAX_TEMPORARY_NAMES; attempt++) {
        base_buf_reset(out_name);
        base_buf_addf(out_name, "%s.%ld-%d.new", path, (long)getpid(), attempt);
        if (!base_buf_ok(out_name)) {
            errno = strlen(path) < MAX_PATH_BYTES ? ENOMEM : ENAMETOOLONG;
            return -1;
        }
        int fd = open(base_buf_cstr(out_name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 && claim(fd)) {
            return fd;
        }
        if (fd >= 0) {
            (void)close(fd); /* nothing was written, and it is gone */
        } else if (errno != EEXIST) {
            return -1;
        }
    }
    return -1;
}

/* Without hard links nothing but a lock of the caller's keeps two writers apart.  A name that is taken by an empty
 * file first would; but who is killed before the rename has then left a file that says nothing. */
static bool rename_if_free(const char *temporary, const char *path)
{
    struct stat existing;
    if (lstat(path, &existing) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(temporary, path) == 0;
}

/* FAT, some network and FUSE file systems, Android. */
static bool has_no_links(int error)
{
    return error == EPERM || error == ENOTSUP || error == EOPNOTSUPP || error == ENOSYS || error == EMLINK ||
           error == EACCES;
}

/* Puts the finished temporary file in its place; link() refuses to replace. */
static bool publish(const char *temporary, const char *path, bool exclusive)
{
    if (!exclusive) {
        return rename(temporary, path) == 0;
    }
    if (link(temporary, path) != 0) {
        return has_no_links(errno) && rename_if_free(temporary, path);
    }
    (void)unlink(temporary); /* only the second name of a file that is in place */
    return true;
}

/* 0, or the errno of what failed; the temporary file is gone either way. */
static int write_and_publish(int fd, const char *temporary, const char *path, struct str contents, bool exclusive)
{
    int error = base_file_write_all(fd, contents) && fsync(fd) == 0 ? 0 : errno;
    if (error == 0 && !publish(temporary, path, exclusive)) {
        error = errno;
    }
    if (error != 0) {
        (void)unlink(temporary); /* the reason to tell is the first failure */
    }
    (void)close(fd); /* late, for the lock on it says that it is no litter; what it could tell fsync() has told */
    return error;
}

bool base_file_write_atomic(const char *path, struct str contents, bool exclusive, bool *out_exists,
                            char reason[BASE_FILE_REASON_BYTES])
{
    struct buf temporary;
    base_buf_init(&temporary, MAX_PATH_BYTES + 64); /* and the ending */
    bool exists = false;
    remove_litter_of(path);
    int fd = create_beside(path, &temporary);
    int error = fd < 0 ? errno : write_and_publish(fd, base_buf_cstr(&temporary), path, contents, exclusive);
    if (fd >= 0 && exclusive) {
        exists = error == EEXIST;
    }
    base_buf_deinit(&temporary);
    if (error == 0) {
        sync_directory_of(path);
        return true;
    }
    if (out_exists) {
        *out_exists = exists;
    }
    return refuse(reason, "write", path, strerror(error));
}

/* One that exists is fine; what else is there says so. */
static const char *make_directory(const char *path)
{
    struct stat existing;
    if (mkdir(path, 0777) == 0) {
        sync_directory_of(path);
        return NULL;
    }
    if (errno != EEXIST) {
        return strerror(errno);
    }
    bool is_directory = stat(path, &existing) == 0 && S_ISDIR(existing.st_mode);
    return is_directory ? NULL : "a file of that name is in the way";
}

bool base_file_make_directories(const char *path, char reason[BASE_FILE_REASON_BYTES])
{
    char *partial = strdup(path);
    if (!partial) {
        return refuse(reason, "make directory", path, "out of memory");
    }
    size_t len = strlen(partial);
    const char *why = NULL;
    for (size_t i = len > 0 ? 1 : 0; i <= len && !why; i++) {
        char kept = partial[i];
        if (kept == '/' || kept == '\0') {
            partial[i] = '\0';
            why = make_directory(partial);
            partial[i] = kept;
        }
    }
    free(partial);
    return !why || refuse(reason, "make directory", path, why);
}

int base_file_lock_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int status;
    do {
        status = fd < 0 ? 0 : flock(fd, LOCK_EX);
    } while (status != 0 && errno == EINTR);
    return fd;
}

void base_file_unlock_folder(int lock)
{
    if (lock >= 0) {
        (void)flock(lock, LOCK_UN); /* not by close() alone: a child that was forked meanwhile has it open as well */
        (void)close(lock);
    }
}
