// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "base/file.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/verdict_files.h"
#include "cmd/complain.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)

typedef void verdict_fn(const struct verdict *verdict, struct buf *out);

static int write_file(const struct verdict *verdict, verdict_fn *format, const char *path)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf text;
    int status = EXIT_FINE;
    if (!path) {
        return status;
    }
    base_buf_init(&text, MAX_FILE_BYTES);
    format(verdict, &text);
    if (!base_buf_ok(&text)) {
        complain("out of memory");
        status = EXIT_UNMEASURED;
    } else if (!base_file_write_atomic(path, base_buf_str(&text), false, NULL, reason)) {
        complain("%s", reason);
        status = EXIT_BAD_USAGE;
    } else {
        fprintf(stderr, "wrote %s\n", path);
    }
    base_buf_deinit(&text);
    return status;
}

static int print_annotations(const struct verdict *verdict)
{
    struct buf text;
    base_buf_init(&text, MAX_FILE_BYTES);
    verdict_annotations(verdict, &text);
    bool good = base_buf_ok(&text);
    if (good) {
        fputs(base_buf_cstr(&text), stdout);
    } else {
        complain("out of memory");
    }
    base_buf_deinit(&text);
    return good ? EXIT_FINE : EXIT_UNMEASURED;
}

int verdict_write(const struct verdict *verdict)
{
    const struct options *options = verdict->evidence->options;
    int status = write_file(verdict, verdict_junit, options->junit_path);
    if (status == EXIT_FINE) {
        status = write_file(verdict, verdict_markdown, options->markdown_path);
    }
    if (status == EXIT_FINE) {
        status = write_file(verdict, verdict_json, options->verdict_path);
    }
    if (status == EXIT_FINE && options->annotations) {
        status = print_annotations(verdict);
    }
    return status;
}
