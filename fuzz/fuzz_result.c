// SPDX-License-Identifier: MIT
/*
 * Result files: what is refused has a sentence that names the file.  Whatever is
 * read must be writable, what is written must read back to the same text, and it
 * can be compared and printed.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assay/result.h"
#include "cmd/assay/report.h"

#define SOURCE "input.json"
#define LEAST_SHARE 20 /* of the inputs are read, and are refused: one in so many */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
bool fuzz_is_telling(void);

static uint64_t read_count, refused_count;

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void format(const struct assay_result *result, struct buf *out)
{
    base_buf_init(out, (size_t)64 << 20);
    require(assay_result_format(result, true, out) == ASSAY_OK);
}

/* Each benchmark gets the full name of the next, so that it is compared with that. */
static void rotate_names(struct assay_result *result)
{
    char *first = result->run_count > 0 ? result->runs[0].fullname : NULL;
    for (size_t i = 0; i + 1 < result->run_count; i++) {
        result->runs[i].fullname = result->runs[i + 1].fullname;
    }
    if (first) {
        result->runs[result->run_count - 1].fullname = first;
    }
}

static void check_row(const struct assay_comparison *row)
{
    require(row->fullname && row->verdict < ASSAY_VERDICT_COUNT);
    require(row->baseline || row->verdict == ASSAY_VERDICT_NEW);
    require(row->candidate || row->verdict == ASSAY_VERDICT_GONE);
    if (assay_change_has_interval(&row->change)) {
        require(row->change.lower <= row->change.ratio && row->change.ratio <= row->change.upper);
    }
}

/* A text of lines without what a terminal would obey. */
static void check_text(const char *text, size_t len)
{
    require(len > 0);
    for (size_t i = 0; i < len; i++) {
        require((unsigned char)text[i] >= ' ' || text[i] == '\n');
        require(text[i] != 0x7f);
    }
}

static void compare_and_print(const struct assay_result *before, const struct assay_result *now)
{
    static struct options options;
    options = options_defaults();
    struct assay_comparison *rows;
    size_t count;
    require(assay_compare(before, now, &options.limits, &rows, &count) == ASSAY_OK);
    require(count >= now->run_count);
    for (size_t i = 0; i < count; i++) {
        check_row(&rows[i]);
    }
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    require(out != NULL);
    struct report report = report_to(out, &options);
    report_runs(&report, now, &options);
    report_targets(&report, now);
    report_comparison(&report, rows, count, &options.limits, "the baseline");
    report_measured_changes(&report, rows, count, &options.limits);
    report_sides(&report, before, now, rows, count);
    require(fclose(out) == 0);
    check_text(text, len);
    free(text);
    free(rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct assay_result result, again;
    struct assay_error err = {0};
    struct str text = {(const char *)data, size};
    if (assay_result_parse(text, SOURCE, &result, &err) != ASSAY_OK) {
        require(err.status == ASSAY_BAD_SYNTAX);
        require(strncmp(err.message, SOURCE, strlen(SOURCE)) == 0 && strlen(err.message) > strlen(SOURCE) + 10);
        require(!strchr(err.message, '\n'));
        refused_count++;
        return 0;
    }
    read_count++;
    struct buf first, second;
    format(&result, &first);
    require(assay_result_parse(base_buf_str(&first), "written", &again, &err) == ASSAY_OK);
    format(&again, &second);
    require(base_str_equal(base_buf_str(&first), base_buf_str(&second)));
    base_buf_deinit(&first);
    base_buf_deinit(&second);
    compare_and_print(&result, &again);
    rotate_names(&again);
    compare_and_print(&result, &again);
    assay_result_deinit(&result);
    assay_result_deinit(&again);
    return 0;
}

bool fuzz_is_telling(void)
{
    printf("%" PRIu64 " were read, %" PRIu64 " refused\n", read_count, refused_count);
    uint64_t least = (read_count + refused_count) / LEAST_SHARE;
    return read_count > least && refused_count > least;
}
