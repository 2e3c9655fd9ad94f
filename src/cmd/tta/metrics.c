// SPDX-License-Identifier: MIT
/*
 * What is shown is what the store knew a moment ago: it is opened, read and closed
 * again for each look, so whoever writes to it is never held up.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cmd/terminal.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/config.h"
#include "cmd/tta/metrics_views.h"
#include "tta/metric_text.h"

#define SECOND_NS INT64_C(1000000000)
#define MAX_REASON_BYTES 4000
#define CLEAR_SCREEN "\033[H\033[2J"

static int print_text(const struct options *options, struct tta_metrics *metrics, int64_t now_ns)
{
    char *text = NULL;
    size_t len = 0;
    enum tta_status status = options->as_prometheus ? tta_metrics_prometheus(metrics, &text, &len)
                                                    : tta_metrics_json(metrics, now_ns, &text, &len);
    if (status != TTA_OK) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    (void)fwrite(text, 1, len, stdout); /* what fails shows when the program ends */
    free(text);
    return EXIT_FINE;
}

static int show(const struct options *options, const struct config *config, struct tta_metrics *metrics,
                struct tta_metric_store *store, int64_t now_ns)
{
    if (options->as_json || options->as_prometheus) {
        return print_text(options, metrics, now_ns);
    }
    return options->shows_alerts ? metrics_show_alerts(options, config, metrics, store, now_ns)
                                 : metrics_show_table(options, metrics, now_ns);
}

static int complain_of(const char *path, const struct tta_error *err)
{
    complain("%s: %s", path, err->message);
    bool is_there = err->status == TTA_NOT_FOUND || err->status == TTA_BAD_SYNTAX || err->status == TTA_TOO_LARGE;
    return is_there ? EXIT_BAD_USAGE : EXIT_BROKEN;
}

/* One look. */
static int look(const struct options *options, const struct config *config, const char *path)
{
    enum tta_metric_store_mode mode = options->notifies ? TTA_METRIC_STORE_WRITE : TTA_METRIC_STORE_READ;
    int64_t now_ns = options->at_unix_s >= 0 ? options->at_unix_s * SECOND_NS : base_clock_unix_ns();
    struct tta_metrics *metrics = NULL;
    struct tta_metric_store *store = NULL;
    struct tta_error err;
    int status = EXIT_FINE;
    if (tta_metrics_create(TTA_MAX_SERIES, now_ns, &metrics) != TTA_OK) {
        complain("out of memory");
        return EXIT_BROKEN;
    }
    if (tta_metric_store_open(path, mode, &store, &err) != TTA_OK ||
        tta_metric_store_load(store, metrics, now_ns, &err) != TTA_OK) {
        status = complain_of(path, &err);
    } else {
        status = show(options, config, metrics, store, now_ns);
    }
    tta_metric_store_close(store);
    tta_metrics_destroy(metrics);
    return status;
}

static int look_again_and_again(const struct options *options, const struct config *config, const char *path)
{
    const struct timespec pause = {.tv_sec = (time_t)options->watch_seconds};
    for (;;) {
        if (terminal_is(stdout)) {
            fputs(CLEAR_SCREEN, stdout);
        }
        int status = look(options, config, path);
        if (status == EXIT_BAD_USAGE || status == EXIT_BROKEN || fflush(stdout) != 0) {
            return status;
        }
        (void)nanosleep(&pause, NULL); /* a signal would end it sooner: no harm */
    }
}

int command_metrics(const struct options *options)
{
    struct buf reason;
    struct config *config = NULL;
    int status = EXIT_BAD_USAGE;
    base_buf_init(&reason, MAX_REASON_BYTES);
    if (options->config_path && !config_read(options->config_path, &config, &reason)) {
        complain("%s", base_buf_cstr(&reason));
    } else {
        const char *path = options->path_count > 0 ? options->paths[0] : config_metrics(config);
        if (!path) {
            complain("which store? %s names none; add 'metrics: FILE' to it", options->config_path);
        } else {
            status = options->watch_seconds > 0 ? look_again_and_again(options, config, path)
                                                : look(options, config, path);
        }
    }
    config_destroy(config);
    base_buf_deinit(&reason);
    return status;
}
