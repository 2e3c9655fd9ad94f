// SPDX-License-Identifier: MIT
#include "cmd/assay/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/columns.h"
#include "cmd/terminal.h"
#include "cmd/visible.h"

#define LOG_INTERVAL_NS INT64_C(10000000000)
#define DRAW_INTERVAL_NS INT64_C(100000000)
#define BAR_COLUMNS 24
#define LEAST_BAR_COLUMNS 8
#define LEAST_NAME_COLUMNS 12
#define MAX_LINE_BYTES 1000
#define MOST_SHARE 0.99 /* it is not over yet */

struct progress progress_to(FILE *out, double launch_s)
{
    const char *term = getenv("TERM");
    bool can_redraw = term && term[0] != '\0' && strcmp(term, "dumb") != 0;
    return (struct progress){
        .out = out,
        .is_terminal = terminal_is(out) && can_redraw,
        .is_utf8 = terminal_is_utf8(),
        .start_ns = base_clock_monotonic_ns(),
        .time_left = {.expected_s = launch_s},
    };
}

static void add_bar(double share, size_t columns, bool is_utf8, struct buf *out)
{
    size_t full = (size_t)(share * (double)columns + 0.5);
    base_buf_add_char(out, '[');
    for (size_t i = 0; i < columns; i++) {
        base_buf_add_cstr(out, i < full ? (is_utf8 ? "\xE2\x96\x88" : "#") : (is_utf8 ? "\xE2\x96\x91" : "-"));
    }
    base_buf_add_cstr(out, "] ");
}

/* The name, cut in its beginning, since the end tells more. */
static void add_name(const char *name, size_t columns, bool is_utf8, struct buf *out)
{
    struct str text = base_str(name), dots = base_str(is_utf8 ? "\xE2\x80\xA6" : "...");
    if (base_columns(text) > columns) {
        base_buf_add(out, dots);
        text = base_columns_tail(text, columns - base_columns(dots));
    }
    base_buf_add(out, text);
}

void progress_compose(const struct progress_view *view, size_t columns, bool is_utf8, struct buf *out_line)
{
    char spent[TIME_LEFT_TEXT_BYTES], left[TIME_LEFT_TEXT_BYTES], facts[120];
    time_left_format(view->spent_s, spent);
    time_left_format(view->left_s, left);
    double share = view->share < 0 ? 0 : view->share > 1 ? 1 : view->share;
    int len = snprintf(facts, sizeof(facts), "%3.0f%%  %s, %s left  %zu of %zu", share * 100, spent, left, view->number,
                       view->total); /* fits */
    size_t taken = len > 0 ? (size_t)len : 0;
    size_t name = base_columns(base_str(view->name)), remark = base_columns(base_str(view->remark));
    size_t least_name = name < LEAST_NAME_COLUMNS ? name : LEAST_NAME_COLUMNS;
    size_t bar = columns / 4 < BAR_COLUMNS ? columns / 4 : BAR_COLUMNS;
    bool has_bar = bar >= LEAST_BAR_COLUMNS && taken + bar + 3 + 2 + least_name <= columns;
    taken += has_bar ? bar + 3 : 0;
    if (has_bar) {
        add_bar(share, bar, is_utf8, out_line);
    }
    base_buf_add(out_line, base_columns_head(base_str(facts), columns));
    if (taken + 2 + least_name > columns) {
        return;
    }
    size_t room = columns - taken - 2;
    base_buf_add_cstr(out_line, ": ");
    add_name(view->name, room, is_utf8, out_line);
    if (name + remark <= room) {
        base_buf_add_cstr(out_line, view->remark);
    }
}

/* What clears what was drawn, from its first column on, once the cursor is there.  A
 * terminal that has become narrower since may have wrapped it over several lines;
 * where it has not, only the line is cleared, since some keep a cleared screen. */
static const char *return_to_start(struct progress *progress)
{
    size_t columns = terminal_columns(progress->out), drawn = base_columns(base_str(progress->drawn));
    size_t above = columns > 0 && drawn > 0 ? (drawn - 1) / columns : 0;
    if (above > 0) {
        fprintf(progress->out, "\033[%zuA", above);
    }
    fputc('\r', progress->out);
    return above > 0 ? "\033[J" : "\033[K";
}

void progress_clear(struct progress *progress)
{
    if (progress->drawn[0] != '\0') {
        fputs(return_to_start(progress), progress->out);
        (void)fflush(progress->out);
        progress->drawn[0] = '\0';
    }
}

static double left_at(const struct progress *progress, int64_t now_ns)
{
    size_t after = progress->total > progress->done ? progress->total - progress->done - 1 : 0;
    return time_left_of_run(&progress->time_left, (double)(now_ns - progress->launch_ns) / 1e9, after);
}

static void draw(struct progress *progress, int64_t now_ns)
{
    double spent_s = (double)(now_ns - progress->start_ns) / 1e9, left_s = left_at(progress, now_ns);
    const struct progress_view view = {
        .share = fmin(spent_s / (spent_s + left_s), MOST_SHARE),
        .spent_s = spent_s,
        .left_s = left_s,
        .number = progress->done + 1,
        .total = progress->total,
        .name = progress->name,
        .remark = progress->remark,
    };
    size_t columns = terminal_columns(progress->out);
    struct buf line;
    base_buf_init(&line, MAX_LINE_BYTES);
    /* Room for the cursor and for the ^C that a terminal shows; behind it they would be in the next line. */
    columns = columns == 0 ? 80 : columns;
    progress_compose(&view, columns > 3 ? columns - 3 : 0, progress->is_utf8, &line);
    progress->last_ns = now_ns;
    if (base_buf_ok(&line) && line.len < sizeof(progress->drawn) &&
        !base_str_equal(base_buf_str(&line), base_str(progress->drawn))) {
        const char *clear = return_to_start(progress);
        fprintf(progress->out, "%s%s", base_buf_cstr(&line), clear);
        (void)fflush(progress->out);
        memcpy(progress->drawn, base_buf_cstr(&line), line.len + 1);
    }
    base_buf_deinit(&line);
}

/* A log gets its first line at once, so that a reader sees what is going on. */
static void print_line(struct progress *progress, int64_t now_ns)
{
    if (progress->last_ns != 0 && now_ns - progress->last_ns < LOG_INTERVAL_NS) {
        return;
    }
    progress->last_ns = now_ns;
    char left[40] = "";
    if (progress->done > 0) {
        (void)snprintf(left, sizeof(left), ", about %.0f s left", left_at(progress, now_ns));
    }
    fprintf(progress->out, "measuring %zu of %zu%s: %.60s%s\n", progress->done + 1, progress->total, left,
            progress->name, progress->remark);
    (void)fflush(progress->out);
}

void progress_show(struct progress *progress, const char *fullname, size_t done, size_t total)
{
    int64_t now_ns = base_clock_monotonic_ns();
    if (progress->launch_ns != 0) {
        progress->time_left.spent_s += (double)(now_ns - progress->launch_ns) / 1e9;
        progress->time_left.launches++;
    }
    progress->launch_ns = now_ns;
    progress->done = done;
    progress->total = total;
    (void)snprintf(progress->name, sizeof(progress->name), "%s", fullname); /* cut if it is longer */
    visible_make(progress->name);
    if (!progress->is_terminal) {
        print_line(progress, now_ns);
    } else if (now_ns - progress->last_ns >= DRAW_INTERVAL_NS) {
        draw(progress, now_ns);
    }
}

void progress_tick(struct progress *progress)
{
    int64_t now_ns = base_clock_monotonic_ns();
    if (progress->is_terminal && progress->launch_ns != 0 && now_ns - progress->last_ns >= DRAW_INTERVAL_NS) {
        draw(progress, now_ns);
    }
}
