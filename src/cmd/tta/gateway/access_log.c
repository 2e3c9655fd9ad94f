// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/access_log.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"

#define NS_PER_US INT64_C(1000)
#define MAX_LOG_BYTES ((size_t)1 << 20)
#define MAX_LINE_BYTES 16384

void access_log_init(struct access_log *log, int fd)
{
    *log = (struct access_log){.fd = fd};
    base_buf_init(&log->lines, MAX_LOG_BYTES + MAX_LINE_BYTES);
}

void access_log_deinit(struct access_log *log)
{
    access_log_flush(log);
    base_buf_deinit(&log->lines);
}

static void add_time(struct buf *out)
{
    struct timespec now;
    struct tm broken;
    char text[40];
    if (clock_gettime(CLOCK_REALTIME, &now) == 0 && gmtime_r(&now.tv_sec, &broken) &&
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &broken) > 0) {
        base_buf_addf(out, "{\"time\":\"%s.%03ldZ\"", text, now.tv_nsec / 1000000);
    } else {
        base_buf_add(out, STR("{\"time\":null"));
    }
}

static void add_text(struct buf *out, const char *name, const char *text)
{
    if (text) {
        base_buf_addf(out, ",\"%s\":", name);
        base_json_add_text(out, text);
    }
}

static void add_number(struct buf *out, const char *name, int64_t number)
{
    if (number >= 0) {
        base_buf_addf(out, ",\"%s\":%" PRId64, name, number);
    }
}

void access_log_add(struct access_log *log, const struct access_entry *entry)
{
    struct buf line;
    if (log->fd < 0) {
        return;
    }
    base_buf_init(&line, MAX_LINE_BYTES);
    add_time(&line);
    add_text(&line, "id", entry->id);
    add_text(&line, "trace", entry->trace);
    add_text(&line, "method", entry->method);
    add_text(&line, "path", entry->path);
    add_number(&line, "status", entry->status);
    add_text(&line, "error", entry->error);
    base_buf_addf(&line, ",\"stream\":%s", entry->is_stream ? "true" : "false");
    add_number(&line, "duration_us", entry->duration_ns / NS_PER_US);
    add_number(&line, "first_byte_us", entry->first_byte_ns >= 0 ? entry->first_byte_ns / NS_PER_US : -1);
    add_number(&line, "request_bytes", (int64_t)entry->request_bytes);
    add_number(&line, "answer_bytes", (int64_t)entry->answer_bytes);
    add_text(&line, "client", entry->client);
    add_text(&line, "asked", entry->asked_model);
    add_text(&line, "model", entry->model);
    add_text(&line, "provider", entry->provider);
    add_text(&line, "attempts", entry->attempts);
    add_number(&line, "prompt_tokens", entry->usage.prompt_tokens);
    add_number(&line, "completion_tokens", entry->usage.completion_tokens);
    add_number(&line, "cost_pusd", entry->cost_pusd);
    base_buf_add(&line, STR("}\n"));
    if (!base_buf_ok(&line) || line.len > MAX_LOG_BYTES - log->lines.len) {
        log->lost++;
    } else {
        if (log->lost > 0) {
            base_buf_addf(&log->lines, "{\"lost_lines\":%" PRIu64 "}\n", log->lost);
            log->lost = 0;
        }
        base_buf_add(&log->lines, base_buf_str(&line));
    }
    base_buf_deinit(&line);
}

/* A pipe that is ready takes PIPE_BUF bytes without waiting; so no more are written at a time. */
void access_log_flush(struct access_log *log)
{
    size_t at = 0;
    struct pollfd ready = {.fd = log->fd, .events = POLLOUT};
    while (at < log->lines.len && poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT)) {
        size_t len = log->lines.len - at < PIPE_BUF ? log->lines.len - at : PIPE_BUF;
        ssize_t written = write(log->fd, log->lines.ptr + at, len);
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            at = log->lines.len; /* nobody reads it any more */
        }
        at += written > 0 ? (size_t)written : 0;
        if (written <= 0) {
            break;
        }
    }
    if (at == log->lines.len) {
        base_buf_reset(&log->lines);
    } else if (at > 0) {
        memmove(log->lines.ptr, log->lines.ptr + at, log->lines.len - at);
        log->lines.len -= at;
    }
}
