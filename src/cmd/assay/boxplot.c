// SPDX-License-Identifier: MIT
#include "cmd/assay/boxplot.h"

#include <math.h>
#include <string.h>

#include "base/columns.h"
#include "cmd/assay/axis.h"
#include "cmd/assay/labels.h"
#include "cmd/assay/report_text.h"
#include "cmd/xml.h"

/* Pixels. */
#define MARGIN 16.0
#define CHARACTER 7.23 /* of the font, which is 12 high and of one width */
#define ROW 22.0
#define HEAD 64.0 /* title, and headings of the numbers */
#define PLOT 420.0
#define NUMBER 80.0 /* the width of a number */
#define AXIS 44.0   /* marks and what they are of */
#define KEY 58.0    /* what the parts of a row mean */
#define ARROW 9.0   /* what an arrow at the edge takes */

#define MAX_LABEL_COLUMNS 50
#define MUCH_APART 4.0     /* medians: then no common scale shows both a box and where it lies */
#define TOO_LONG_TAIL 20.0 /* for a linear axis, as in histograms of samples */

#define PAPER "#ffffff" /* its own, for a page may be dark, or a reader paint what is transparent black */
#define INK "#3f3f3f"

static const char *const colours[] = {"#3b82c4", "#d9822b", "#3a9d6e", "#c2538f", "#8a6fd1", "#9c9424"};

/* What is drawn of a row, seconds, ascending.  pytest-benchmark before 5.3.1 wrote as hd15iqr the first round beyond
 * the fence instead of the last within; in a file without the rounds the fence stands for it. */
enum part { PART_MIN, PART_LOW, PART_Q1, PART_MEDIAN, PART_Q3, PART_HIGH, PART_MAX, PART_COUNT };
static const char *const part_names[PART_COUNT] = {"min", "ld15iqr", "q1", "median",
                                                   "q3",  "hd15iqr", "max"};

struct box {
    double parts[PART_COUNT];
    bool high_is_fence;
    double reference; /* what is 1 on a relative axis */
};

static double between(double value, double low, double high)
{
    return fmin(fmax(value, low), high); /* NAN becomes the low end */
}

static struct box box_of(const struct assay_run *run)
{
    const struct assay_stats *stats = &run->stats;
    double fence = stats->q3 + 1.5 * stats->iqr;
    struct box box = {.parts = {stats->min, stats->ld15iqr, stats->q1, stats->median, stats->q3, stats->hd15iqr,
                                stats->max}};
    if (!run->samples && !(box.parts[PART_HIGH] <= fence)) {
        box.parts[PART_HIGH] = fmin(fence, stats->max);
        box.high_is_fence = box.parts[PART_HIGH] < stats->max;
    }
    for (int i = PART_LOW; i < PART_MAX; i++) { /* old files lack some, and any file may lie */
        box.parts[i] = between(box.parts[i], box.parts[i - 1], stats->max);
    }
    return box;
}

struct drawing {
    const struct boxplot *plot;
    struct box boxes[BOXPLOT_MAX_ROWS];
    struct labels labels;
    struct report number; /* how numbers are written */
    bool is_relative;
    struct axis axis;
    double label_width, width, height;
    struct buf *out;
};

static bool starts_benchmark(const struct drawing *drawing, size_t row)
{
    const struct lineup_row *rows = drawing->plot->rows;
    return row == 0 || strcmp(rows[row].run->fullname, rows[row - 1].run->fullname) != 0;
}

static void measure_boxes(struct drawing *drawing)
{
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < drawing->plot->count; i++) {
        struct box *box = &drawing->boxes[i];
        *box = box_of(drawing->plot->rows[i].run);
        double median = box->parts[PART_MEDIAN];
        box->reference = starts_benchmark(drawing, i) ? median : box[-1].reference;
        least = fmin(least, median);
        most = fmax(most, median);
    }
    drawing->is_relative = least > 0 && most / least > MUCH_APART;
}

/* A time as it is on the axis. */
static double on_axis(const struct drawing *drawing, const struct box *box, enum part part)
{
    return drawing->is_relative ? box->parts[part] / box->reference : box->parts[part];
}

static void choose_axis(struct drawing *drawing)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < drawing->plot->count; i++) {
        low = fmin(low, on_axis(drawing, &drawing->boxes[i], PART_LOW));
        high = fmax(high, on_axis(drawing, &drawing->boxes[i], PART_HIGH));
    }
    drawing->axis = axis_make(low, high, TOO_LONG_TAIL);
}

static bool make_labels(struct drawing *drawing)
{
    const struct boxplot *plot = drawing->plot;
    struct label_name names[BOXPLOT_MAX_ROWS];
    for (size_t i = 0; i < plot->count; i++) {
        names[i] = (struct label_name){plot->rows[i].name, plot->rows[i].fullname};
    }
    if (!labels_create(names, plot->count, &drawing->labels)) {
        return false;
    }
    if (!labels_cut(&drawing->labels, MAX_LABEL_COLUMNS, "\u2026")) {
        labels_deinit(&drawing->labels);
        return false;
    }
    return true;
}

static void measure_page(struct drawing *drawing)
{
    size_t sources = drawing->plot->lineup->source_count;
    drawing->label_width = (double)drawing->labels.columns * CHARACTER + 12;
    drawing->width = MARGIN + drawing->label_width + PLOT + PART_COUNT * NUMBER + MARGIN;
    drawing->height = MARGIN + HEAD + (double)drawing->plot->count * ROW + AXIS + KEY +
                      (sources > 1 ? ROW * ceil((double)sources / 4) : 0);
}

static double plot_left(const struct drawing *drawing)
{
    return MARGIN + drawing->label_width;
}

static double row_middle(size_t row)
{
    return MARGIN + HEAD + ((double)row + 0.5) * ROW;
}

/* The arrows for what lies further out have room of their own at both edges. */
static double x_of(const struct drawing *drawing, double value)
{
    return plot_left(drawing) + ARROW + axis_place(&drawing->axis, value) * (PLOT - 2 * ARROW);
}

static double x_of_part(const struct drawing *drawing, const struct box *box, enum part part)
{
    return x_of(drawing, on_axis(drawing, box, part));
}

/* `anchor` is "start", "middle" or "end"; `more` are further attributes. */
static void add_text(const struct drawing *drawing, double x, double y, const char *anchor, const char *more,
                     const char *text)
{
    base_buf_addf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y, anchor, more);
    xml_add_text(drawing->out, base_str(text));
    base_buf_add_cstr(drawing->out, "</text>\n");
}

static void add_line(const struct drawing *drawing, double x1, double y1, double x2, double y2, const char *colour,
                     const char *width)
{
    base_buf_addf(drawing->out,
                  "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%s\"/>\n", x1,
                  y1, x2, y2, colour, width);
}

/* A box with its lines, around the height `y`; `x` has a place for each part. */
static void add_box(const struct drawing *drawing, const double x[PART_COUNT], double y, const char *colour)
{
    const double half = 6;
    add_line(drawing, x[PART_MIN], y, x[PART_MAX], y, colour, "1");
    add_line(drawing, x[PART_LOW], y, x[PART_Q1], y, colour, "3");
    add_line(drawing, x[PART_Q3], y, x[PART_HIGH], y, colour, "3");
    base_buf_addf(drawing->out,
                  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" fill-opacity=\"0.45\" "
                  "stroke=\"%s\"/>\n",
                  x[PART_Q1], y - half, fmax(x[PART_Q3] - x[PART_Q1], 0.5), 2 * half, colour, colour);
    add_line(drawing, x[PART_MEDIAN], y - half - 2, x[PART_MEDIAN], y + half + 2, colour, "2.5");
    add_line(drawing, x[PART_MIN], y - 3, x[PART_MIN], y + 3, colour, "1");
    add_line(drawing, x[PART_MAX], y - 3, x[PART_MAX], y + 3, colour, "1");
}

/* At an edge of the axis, where the outermost round lies beyond it; `towards` is -1 for the left one. */
static void add_arrow(const struct drawing *drawing, double x, double y, double towards, const char *colour)
{
    base_buf_addf(drawing->out, "<path d=\"M%.1f %.1fl%.1f -4v8z\" fill=\"%s\"/>\n", x + towards * ARROW, y,
                  -towards * ARROW, colour);
}

static void format_part(const struct drawing *drawing, const struct box *box, enum part part, char out_text[64])
{
    char number[REPORT_NUMBER_BYTES];
    report_number(&drawing->number, ASSAY_METRIC_MIN, box->parts[part], number);
    bool is_bound = part == PART_HIGH && box->high_is_fence;
    (void)snprintf(out_text, 64, "%s%s", is_bound ? "\u2264" : "", number); /* fits */
}

/* What a reader sees who points at a row: all of its name, and every number. */
static void add_tip(const struct drawing *drawing, size_t row)
{
    const struct assay_run *run = drawing->plot->rows[row].run;
    base_buf_add_cstr(drawing->out, "<title>");
    xml_add_text(drawing->out, base_str(drawing->plot->rows[row].fullname));
    for (int part = 0; part < PART_COUNT; part++) {
        char text[64];
        format_part(drawing, &drawing->boxes[row], (enum part)part, text);
        base_buf_addf(drawing->out, "\n%s %s", part_names[part], text);
    }
    base_buf_addf(drawing->out, "\n%llu rounds of %llu iterations</title>\n", (unsigned long long)run->stats.rounds,
                  (unsigned long long)run->iterations);
}

static void add_row(const struct drawing *drawing, size_t row)
{
    const struct box *box = &drawing->boxes[row];
    const char *colour = colours[drawing->plot->rows[row].source % (sizeof(colours) / sizeof(colours[0]))];
    double x[PART_COUNT], y = row_middle(row);
    base_buf_add_cstr(drawing->out, "<g>\n");
    add_tip(drawing, row);
    if (starts_benchmark(drawing, row)) {
        add_line(drawing, MARGIN, y - ROW / 2, drawing->width - MARGIN, y - ROW / 2, INK "\" stroke-opacity=\"0.3",
                 "1");
    }
    add_text(drawing, MARGIN, y + 4, "start", "", labels_text(&drawing->labels, row));
    for (int part = 0; part < PART_COUNT; part++) {
        char text[64];
        x[part] = x_of_part(drawing, box, (enum part)part);
        format_part(drawing, box, (enum part)part, text);
        add_text(drawing, plot_left(drawing) + PLOT + (part + 1) * NUMBER, y + 4, "end", "", text);
    }
    add_box(drawing, x, y, colour);
    if (on_axis(drawing, box, PART_MAX) > drawing->axis.high) {
        add_arrow(drawing, x[PART_MAX], y, 1, colour);
    }
    if (on_axis(drawing, box, PART_MIN) < drawing->axis.low) {
        add_arrow(drawing, x[PART_MIN], y, -1, colour);
    }
    base_buf_add_cstr(drawing->out, "</g>\n");
}

static void add_axis(const struct drawing *drawing)
{
    double ticks[AXIS_MAX_TICKS];
    double top = MARGIN + HEAD, bottom = top + (double)drawing->plot->count * ROW;
    struct report_scale scale = report_time_scale(drawing->plot->time_unit, drawing->axis.high);
    char text[128];
    int decimals;
    if (drawing->is_relative) {
        scale = (struct report_scale){0.01, "%"};
    }
    size_t count = axis_ticks(&drawing->axis, scale.unit, ticks, &decimals);
    for (size_t i = 0; i < count; i++) {
        double x = x_of(drawing, ticks[i]);
        add_line(drawing, x, top, x, bottom + 4, INK "\" stroke-opacity=\"0.35", "1");
        (void)snprintf(text, sizeof(text), "%.*f", decimals, ticks[i] / scale.unit); /* fits */
        add_text(drawing, x, bottom + 18, "middle", "", text);
    }
    (void)snprintf(text, sizeof(text), "%s%s%s",
                   drawing->is_relative ? "% of the median of the benchmark's first row" : "time of an iteration, ",
                   drawing->is_relative ? "" : scale.name, drawing->axis.is_log ? ", by logarithm" : ""); /* fits */
    add_text(drawing, plot_left(drawing) + PLOT / 2, bottom + 36, "middle", "", text);
}

/* What the parts of a row mean, with one that has them all. */
static void add_key(const struct drawing *drawing)
{
    static const double places[PART_COUNT] = {0, 60, 130, 170, 220, 290, 380};
    double y = MARGIN + HEAD + (double)drawing->plot->count * ROW + AXIS + 16, x[PART_COUNT];
    for (int part = 0; part < PART_COUNT; part++) {
        x[part] = plot_left(drawing) + ARROW + places[part];
        add_text(drawing, x[part], y + 24, "middle", " font-size=\"11\"", part_names[part]);
    }
    add_box(drawing, x, y, INK);
    add_arrow(drawing, plot_left(drawing) + PLOT + 20, y, 1, INK);
    add_text(drawing, plot_left(drawing) + PLOT + 36, y + 4, "start", " font-size=\"11\"",
             "rounds beyond the axis");
    add_text(drawing, plot_left(drawing) + PLOT + 20, y + 24, "start", " font-size=\"11\"",
             "ld15iqr, hd15iqr: the last rounds within 1.5 IQR of the box");
}

/* Which colour is which run: four a line. */
static void add_sources(const struct drawing *drawing)
{
    const struct lineup *lineup = drawing->plot->lineup;
    double top = MARGIN + HEAD + (double)drawing->plot->count * ROW + AXIS + KEY;
    for (size_t i = 0; i < lineup->source_count && lineup->source_count > 1; i++) {
        double x = MARGIN + (double)(i % 4) * (drawing->width - 2 * MARGIN) / 4, y = top + ROW * (double)(i / 4);
        base_buf_addf(drawing->out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", x, y - 2,
                      colours[i % (sizeof(colours) / sizeof(colours[0]))]);
        struct str name = base_columns_head(base_str(lineup->shown[i]), 30);
        base_buf_addf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\">", x + 18, y + 8);
        xml_add_text(drawing->out, name);
        base_buf_add_cstr(drawing->out, "</text>\n");
    }
}

static void add_head(const struct drawing *drawing)
{
    base_buf_addf(drawing->out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
                  "role=\"img\" style=\"max-width:100%%;height:auto\" "
                  "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"12\" "
                  "fill=\"" INK "\">\n<title>",
                  drawing->width, drawing->height, drawing->width, drawing->height);
    xml_add_text(drawing->out, base_str(drawing->plot->title));
    base_buf_addf(drawing->out, "</title>\n<rect width=\"%.0f\" height=\"%.0f\" fill=\"" PAPER "\"/>\n",
                  drawing->width, drawing->height);
    add_text(drawing, MARGIN, MARGIN + 14, "start", " font-size=\"15\" font-weight=\"bold\"", drawing->plot->title);
    for (int part = 0; part < PART_COUNT; part++) {
        add_text(drawing, plot_left(drawing) + PLOT + (part + 1) * NUMBER, MARGIN + HEAD - 8, "end",
                 " font-weight=\"bold\"", part_names[part]);
    }
}

bool boxplot_draw(const struct boxplot *plot, struct buf *out)
{
    struct drawing drawing = {.plot = plot, .number = {.time_unit = plot->time_unit}, .out = out};
    measure_boxes(&drawing);
    choose_axis(&drawing);
    if (!make_labels(&drawing)) {
        return false;
    }
    measure_page(&drawing);
    add_head(&drawing);
    add_axis(&drawing);
    for (size_t i = 0; i < plot->count; i++) {
        add_row(&drawing, i);
    }
    add_key(&drawing);
    add_sources(&drawing);
    base_buf_add_cstr(out, "</svg>\n");
    labels_deinit(&drawing.labels);
    return base_buf_ok(out);
}
