// SPDX-License-Identifier: MIT
/*
 * assay/boxplot.h - box plots of the rows of a lineup, as SVG.
 *
 * A row is a line from its shortest to its longest round, a thicker one to the last
 * rounds within 1.5 IQR of the quartiles (ld15iqr, hd15iqr), a box between the quartiles and a mark at the
 * median, and these numbers beside it.  The axis ends where the thicker lines end:
 * rounds further out are an arrow at its edge.
 *
 * Where the medians of benchmarks differ too much for one scale, each benchmark is drawn
 * relative to the median of its first row, and the axis says so.
 *
 * The drawing is as wide as its names and numbers, as high as its rows, and smaller where a page is narrower.  It
 * has a ground of its own, so that it looks the same on a light and on a dark page; colours stand in attributes, which
 * every reader of SVG knows, and nothing is told by colour alone.
 */
#ifndef CMD_ASSAY_BOXPLOT_H
#define CMD_ASSAY_BOXPLOT_H

#include "base/buf.h"
#include "cmd/assay/lineup.h"
#include "cmd/assay/options.h"

/* More are no longer read. */
#define BOXPLOT_MAX_ROWS 40

struct boxplot {
    const char *title;
    const struct lineup *lineup; /* whose sources the rows are of */
    const struct lineup_row *rows; /* runs of one benchmark stand together */
    size_t count;                  /* 1 or more, at most BOXPLOT_MAX_ROWS */
    enum time_unit time_unit;
};

/* Adds the whole file.  False without memory; what was added is then of no use. */
bool boxplot_draw(const struct boxplot *plot, struct buf *out);

#endif /* CMD_ASSAY_BOXPLOT_H */
