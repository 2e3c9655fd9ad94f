// SPDX-License-Identifier: MIT
/*
 * The file is written at its end, wherever that is, so that the writer goes on at
 * the beginning of a file that was emptied.
 */
#include "cmd/assay/worker_output.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool worker_output_open(struct worker_output *output)
{
    *output = (struct worker_output){.file = tmpfile()};
    return output->file && fcntl(fileno(output->file), F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(fileno(output->file), F_SETFL, O_APPEND) == 0;
}

void worker_output_close(struct worker_output *output)
{
    if (output->file) {
        (void)fclose(output->file); /* unnamed and temporary */
    }
    output->file = NULL;
}

static off_t size_of(const struct worker_output *output)
{
    struct stat now;
    return output->file && fstat(fileno(output->file), &now) == 0 ? now.st_size : 0;
}

/* The end of the file, at most `size` bytes; how many they are. */
static size_t read_end(const struct worker_output *output, char *into, size_t size)
{
    off_t len = size_of(output);
    off_t from = len > (off_t)size ? len - (off_t)size : 0;
    ssize_t got = len > 0 ? pread(fileno(output->file), into, size, from) : 0;
    return got > 0 ? (size_t)got : 0;
}

void worker_output_limit(struct worker_output *output)
{
    if (size_of(output) > WORKER_OUTPUT_MAX_BYTES) {
        output->kept_len = read_end(output, output->kept, sizeof(output->kept));
        int ignored = ftruncate(fileno(output->file), 0); /* it stays as large as it is */
        (void)ignored;
    }
}

void worker_output_add_tail(const struct worker_output *output, struct buf *out_text)
{
    char tail[2 * WORKER_OUTPUT_TAIL_BYTES];
    memcpy(tail, output->kept, output->kept_len);
    size_t len = output->kept_len + read_end(output, tail + output->kept_len, WORKER_OUTPUT_TAIL_BYTES);
    struct str text = {tail, len};
    if (len > WORKER_OUTPUT_TAIL_BYTES) {
        text = (struct str){tail + len - WORKER_OUTPUT_TAIL_BYTES, WORKER_OUTPUT_TAIL_BYTES};
    }
    if (len >= WORKER_OUTPUT_TAIL_BYTES) { /* begin with a whole line */
        struct str rest;
        (void)base_str_cut(text, '\n', &rest);
        text = rest.len > 0 ? rest : text;
    }
    base_buf_add(out_text, text);
}
