// SPDX-License-Identifier: MIT
/*
 * base/file.h - whole files in, whole files out.
 *
 * Reasons are given as one English sentence in a caller's buffer, because
 * errno alone does not tell a person what was tried.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define BASE_FILE_REASON_BYTES 512

/*
 * Reads the file at `path` into `out` (set up by the caller; its max_len is
 * the limit on the file's size).  True on success.  On false `out` is empty
 * and `reason` says what failed, on which file, and why.
 */
bool base_file_read(const char *path, struct buf *out, char reason[BASE_FILE_REASON_BYTES]);

/* The same into an `out` that it sets up, where a file that cannot be read is as good as an
 * empty one: what the system tells in /proc and /sys, say. */
void base_file_read_or_empty(const char *path, size_t max_len, struct buf *out);

/*
 * Writes `contents` to `path` so that a reader, or a power cut, sees either
 * the old file or the whole new one: temporary file beside it, fsync, rename.
 * With `exclusive` an existing file is left alone: false.  (Where the file system
 * has no hard links, writers of one path then need base_file_lock_folder().)  On
 * false nothing is left behind, `reason` says why, and `*out_exists` (may be
 * NULL) says whether it was for that existing file.
 *
 * The temporary file is "PATH.PID-N.new".  What a writer that was killed has left
 * of it goes with the next write of that path.
 */
bool base_file_write_atomic(const char *path, struct str contents, bool exclusive, bool *out_exists,
                            char reason[BASE_FILE_REASON_BYTES]);

/* Removes what writers of any file in the folder have left who were killed; those of writers at work stay. */
void base_file_remove_litter(const char *folder);

/* Writes all of `contents` to an open descriptor, however many calls that takes.
 * False, with errno set, if it could not be written whole. */
bool base_file_write_all(int fd, struct str contents);

/* Makes the directory and those above it; one that exists is fine. */
bool base_file_make_directories(const char *path, char reason[BASE_FILE_REASON_BYTES]);

/*
 * Keeps other programs that ask for the same from going on until it is given up.
 * The lock, or -1 where the folder cannot be opened; on a file system without
 * such locks nobody waits.  What crashes gives its locks up.
 */
int base_file_lock_folder(const char *folder);
void base_file_unlock_folder(int lock);

#endif /* BASE_FILE_H */
