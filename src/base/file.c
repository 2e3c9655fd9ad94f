// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool write_all(int fd, struct str contents)
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

/* Puts the finished temporary file in its place; link() refuses to replace. */
static bool publish(const char *temporary, const char *path, bool exclusive)
{
    if (!exclusive) {
        return rename(temporary, path) == 0;
    }
    if (link(temporary, path) != 0) {
        return false;
    }
    (void)unlink(temporary); /* only the second name of a file that is in place */
    return true;
}

bool base_file_write_atomic(const char *path, struct str contents, bool exclusive, bool *out_exists,
                            char reason[BASE_FILE_REASON_BYTES])
{
    struct buf temporary;
    base_buf_init(&temporary, 8192);
    base_buf_addf(&temporary, "%s.XXXXXX", path);
    if (!base_buf_ok(&temporary)) {
        return refuse(reason, "write", path, "out of memory, or the name is too long");
    }
    int fd = mkstemp(temporary.ptr);
    if (fd < 0) {
        base_buf_deinit(&temporary);
        return refuse(reason, "write", path, strerror(errno));
    }
    /* mkstemp makes the file private; results are for everyone the umask lets in. */
    mode_t mask = umask(0);
    (void)umask(mask);
    bool written = fchmod(fd, 0666 & ~mask) == 0 && write_all(fd, contents) && fsync(fd) == 0;
    int error = errno;
    if (close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written && !publish(temporary.ptr, path, exclusive)) {
        written = false;
        error = errno;
    }
    if (!written) {
        (void)unlink(temporary.ptr);
        if (out_exists) {
            *out_exists = error == EEXIST;
        }
        base_buf_deinit(&temporary);
        return refuse(reason, "write", path, strerror(error));
    }
    base_buf_deinit(&temporary);
    sync_directory_of(path);
    return true;
}

bool base_file_make_directories(const char *path, char reason[BASE_FILE_REASON_BYTES])
{
    char *partial = strdup(path);
    if (!partial) {
        return refuse(reason, "make directory", path, "out of memory");
    }
    bool made = true;
    for (char *slash = partial + 1; made; slash++) {
        if (*slash != '/' && *slash != '\0') {
            continue;
        }
        char kept = *slash;
        *slash = '\0';
        struct stat existing;
        if (mkdir(partial, 0777) != 0 && !(errno == EEXIST && stat(partial, &existing) == 0 && S_ISDIR(existing.st_mode))) {
            made = refuse(reason, "make directory", path, errno == EEXIST ? "a file of that name is in the way" : strerror(errno));
        }
        *slash = kept;
        if (kept == '\0') {
            break;
        }
    }
    free(partial);
    return made;
}
