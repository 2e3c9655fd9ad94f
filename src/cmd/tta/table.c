// SPDX-License-Identifier: MIT
#include "cmd/tta/table.h"

#include <stdarg.h>
#include <string.h>

#include "cmd/visible.h"

#define MAX_TABLE_BYTES ((size_t)1 << 30)
#define GAP "  "

/* Characters before the decimal point, and from it on. */
struct extent {
    size_t before, after;
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count)
{
    *table = (struct table){.columns = columns, .column_count = column_count};
    base_buf_init(&table->cells, MAX_TABLE_BYTES);
}

void table_deinit(struct table *table)
{
    base_buf_deinit(&table->cells);
}

void table_add(struct table *table, const char *text)
{
    base_buf_add(&table->cells, (struct str){text, strlen(text) + 1});
}

void table_addf(struct table *table, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    base_buf_addv(&table->cells, format, args);
    va_end(args);
    base_buf_add_char(&table->cells, '\0');
}

void table_add_buf(struct table *table, const struct buf *text)
{
    table->is_incomplete = table->is_incomplete || !base_buf_ok(text);
    table_add(table, text->len > 0 ? base_buf_cstr(text) : "-");
}

/* Characters of UTF-8, each taken to be one column wide. */
static size_t width_of(const char *text, size_t len)
{
    size_t width = 0;
    for (size_t i = 0; i < len; i++) {
        width += ((unsigned char)text[i] & 0xC0) != 0x80;
    }
    return width;
}

static struct extent extent_of(const char *text, enum table_align align)
{
    size_t len = strlen(text);
    const char *point = align == TABLE_POINT ? strchr(text, '.') : NULL;
    size_t before = point ? (size_t)(point - text) : len;
    return (struct extent){width_of(text, before), width_of(text + before, len - before)};
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void print_spaces(FILE *out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputc(' ', out);
    }
}

static void print_cell(FILE *out, const char *text, enum table_align align, struct extent room, bool is_last)
{
    struct extent extent = extent_of(text, align);
    size_t width = room.before + room.after;
    size_t missing = width - extent.before - extent.after;
    size_t left = align == TABLE_LEFT ? 0 : align == TABLE_RIGHT ? missing : room.before - extent.before;
    print_spaces(out, left);
    visible_print(out, text);
    if (!is_last) {
        print_spaces(out, missing - left);
        fputs(GAP, out);
    }
}

static const char *first_cell(const struct table *table)
{
    return base_buf_cstr(&table->cells);
}

static const char *end_of_cells(const struct table *table)
{
    return first_cell(table) + table->cells.len;
}

static const char *next_cell(const char *cell)
{
    return cell + strlen(cell) + 1;
}

static void measure(const struct table *table, struct extent rooms[TABLE_MAX_COLUMNS])
{
    for (size_t column = 0; column < table->column_count; column++) {
        rooms[column] = (struct extent){0, 0};
    }
    size_t column = 0;
    for (const char *cell = first_cell(table); cell < end_of_cells(table); cell = next_cell(cell)) {
        struct extent extent = extent_of(cell, table->columns[column].align);
        rooms[column].before = larger(rooms[column].before, extent.before);
        rooms[column].after = larger(rooms[column].after, extent.after);
        column = (column + 1) % table->column_count;
    }
    for (column = 0; column < table->column_count; column++) {
        size_t heading = strlen(table->columns[column].heading);
        size_t room = rooms[column].before + rooms[column].after;
        rooms[column].before += heading > room ? heading - room : 0;
    }
}

static void print_headings(const struct table *table, const struct extent *rooms, FILE *out)
{
    for (size_t column = 0; column < table->column_count; column++) {
        bool is_left = table->columns[column].align == TABLE_LEFT;
        bool is_last = column + 1 == table->column_count;
        struct extent room = {rooms[column].before + rooms[column].after, 0};
        print_cell(out, table->columns[column].heading, is_left ? TABLE_LEFT : TABLE_RIGHT, room, is_last);
    }
    fputc('\n', out);
}

bool table_print(const struct table *table, FILE *out)
{
    if (table->is_incomplete || !base_buf_ok(&table->cells)) {
        return false;
    }
    struct extent rooms[TABLE_MAX_COLUMNS];
    measure(table, rooms);
    print_headings(table, rooms, out);
    size_t column = 0;
    for (const char *cell = first_cell(table); cell < end_of_cells(table); cell = next_cell(cell)) {
        bool is_last = column + 1 == table->column_count;
        print_cell(out, cell, table->columns[column].align, rooms[column], is_last);
        if (is_last) {
            fputc('\n', out);
        }
        column = (column + 1) % table->column_count;
    }
    return true;
}
