// SPDX-License-Identifier: MIT
#include "cmd/assay/boxplot_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "cmd/assay/boxplot.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/report.h"

#define MAX_FILE_BYTES ((size_t)1 << 26)
#define MAX_SLUG_BYTES 120 /* a file's name is 255 at most */

static int out_of_memory(void)
{
    complain("out of memory for box plots");
    return EXIT_UNMEASURED;
}

static void add_slug(const char *group, struct buf *out)
{
    struct str rest = base_str(group);
    for (size_t i = 0; i < rest.len && i < MAX_SLUG_BYTES; i++) {
        char c = rest.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        base_buf_add_char(out, is_plain ? c : '_');
    }
}

/* The names of files so far, behind the prefix, each another. */
struct names {
    char **texts;
    size_t count, capacity;
};

static void names_deinit(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->texts[i]);
    }
    free(names->texts);
}

static bool is_taken(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->texts[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* "" or "-GROUP", "-GROUP-PART" for a part above 0, with "-2" behind it if that is taken; NULL without memory. */
static char *format_name(const char *group, size_t part, size_t number)
{
    struct buf text;
    base_buf_init(&text, MAX_SLUG_BYTES + 80);
    if (group[0] != '\0') {
        base_buf_add_char(&text, '-');
        add_slug(group, &text);
    }
    if (part > 0) {
        base_buf_addf(&text, "-%zu", part);
    }
    if (number > 1) {
        base_buf_addf(&text, "-%zu", number);
    }
    char *name = text.len > 0 || !base_buf_ok(&text) ? base_buf_take(&text) : strdup("");
    base_buf_deinit(&text);
    return name;
}

/* The name of the next file, borrowed from `names`; NULL without memory. */
static const char *take_name(struct names *names, const char *group, size_t part)
{
    void *texts = names->texts;
    if (!base_array_make_room(&texts, names->count, &names->capacity, sizeof(*names->texts))) {
        return NULL;
    }
    names->texts = texts;
    for (size_t number = 1;; number++) {
        char *name = format_name(group, part, number);
        if (name && is_taken(names, name)) {
            free(name);
            continue;
        }
        if (name) {
            names->texts[names->count++] = name;
        }
        return name;
    }
}

/* How many rows of the group, from row `first` on, share a file: as many as are read, up to the end of a
 * benchmark's runs; if these alone are too many, only the readable. */
static size_t rows_of_file(const struct lineup_group *group, size_t first)
{
    size_t left = group->count - first;
    if (left <= BOXPLOT_MAX_ROWS) {
        return left;
    }
    for (size_t count = BOXPLOT_MAX_ROWS; count > 0; count--) {
        const struct lineup_row *next = &group->rows[first + count];
        if (strcmp(next->run->fullname, next[-1].run->fullname) != 0) {
            return count;
        }
    }
    return BOXPLOT_MAX_ROWS;
}

static size_t count_files(const struct lineup_group *group)
{
    size_t files = 0;
    for (size_t first = 0; first < group->count; first += rows_of_file(group, first)) {
        files++;
    }
    return files;
}

/* Where files of one kind go. */
struct place {
    const char *prefix;
    bool exclusive;
    enum time_unit time_unit;
    struct names names;
};

/* EXIT_FINE without a word and with `*out_exists` where a file is to stay. */
static int write_file(const struct boxplot *plot, const char *path, bool exclusive, bool *out_exists)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct buf text;
    int status = EXIT_FINE;
    base_buf_init(&text, MAX_FILE_BYTES);
    if (!boxplot_draw(plot, &text)) {
        status = out_of_memory();
    } else if (!base_file_write_atomic(path, base_buf_str(&text), exclusive, out_exists, reason)) {
        if (!*out_exists) {
            complain("%s", reason);
            status = EXIT_BAD_USAGE;
        }
    } else {
        fprintf(stderr, "wrote %s\n", path);
    }
    base_buf_deinit(&text);
    return status;
}

static int write_named(const struct boxplot *plot, const struct place *place, const char *name, bool *out_exists)
{
    struct buf path;
    if (!name) {
        return out_of_memory();
    }
    base_buf_init(&path, 65536);
    base_buf_addf(&path, "%s%s.svg", place->prefix, name);
    int status = base_buf_ok(&path) ? write_file(plot, path.ptr, place->exclusive, out_exists) : out_of_memory();
    base_buf_deinit(&path);
    return status;
}

static int write_group(const struct lineup *lineup, const struct lineup_group *group, struct place *place)
{
    size_t files = count_files(group), file = 0;
    int status = EXIT_FINE;
    for (size_t first = 0; status == EXIT_FINE && first < group->count;) {
        char title[REPORT_TITLE_BYTES];
        report_lineup_title(lineup, group, title);
        size_t count = rows_of_file(group, first), len = strlen(title);
        file++;
        if (files > 1) {
            (void)snprintf(title + len, sizeof(title) - len, " (part %zu of %zu)", file, files); /* fits, or is cut */
        }
        const struct boxplot plot = {title, lineup, group->rows + first, count, place->time_unit};
        bool exists = true;
        while (exists && status == EXIT_FINE) {
            exists = false;
            status = write_named(&plot, place, take_name(&place->names, group->key, files > 1 ? file : 0), &exists);
        }
        first += count;
    }
    return status;
}

int boxplot_write_files(const struct lineup *lineup, const char *prefix, bool exclusive, enum time_unit time_unit)
{
    struct place place = {.prefix = prefix, .exclusive = exclusive, .time_unit = time_unit};
    int status = EXIT_FINE;
    for (size_t i = 0; status == EXIT_FINE && i < lineup->group_count; i++) {
        status = write_group(lineup, &lineup->groups[i], &place);
    }
    names_deinit(&place.names);
    return status;
}
