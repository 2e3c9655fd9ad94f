// SPDX-License-Identifier: MIT
#include "cmd/assay/progress.h"

#include <unistd.h>

#include "base/clock.h"

#define LOG_INTERVAL_NS INT64_C(10000000000)

struct progress progress_to(FILE *out)
{
    return (struct progress){.out = out, .is_terminal = isatty(fileno(out)), .start_ns = base_clock_monotonic_ns()};
}

void progress_clear(struct progress *progress)
{
    if (progress->line_len > 0) {
        fprintf(progress->out, "\r%*s\r", (int)progress->line_len, "");
        (void)fflush(progress->out);
        progress->line_len = 0;
    }
}

void progress_show(struct progress *progress, const char *fullname, size_t done, size_t total)
{
    int64_t now_ns = base_clock_monotonic_ns();
    /* A log gets its first line at once, so that a reader sees what is going on. */
    if (!progress->is_terminal && progress->last_ns != 0 && now_ns - progress->last_ns < LOG_INTERVAL_NS) {
        return;
    }
    progress->last_ns = now_ns;
    char left[40] = "";
    if (done > 0) {
        double left_s = (double)(now_ns - progress->start_ns) / 1e9 / (double)done * (double)(total - done);
        (void)snprintf(left, sizeof(left), ", about %.0f s left", left_s);
    }
    progress_clear(progress);
    int len =
        fprintf(progress->out, "measuring %zu of %zu%s: %.60s%s", done + 1, total, left, fullname, progress->remark);
    if (progress->is_terminal) {
        progress->line_len = len > 0 ? (size_t)len : 0;
    } else {
        fputc('\n', progress->out);
    }
    (void)fflush(progress->out);
}
