// SPDX-License-Identifier: MIT
/*
 * base/text.h - text as a pointer and a length.
 *
 * A `struct str` borrows its bytes and is passed by value; it need not end in
 * a NUL and may hold any byte.  An empty str may have a NULL pointer.  Nothing
 * here allocates or fails; any thread may call anything.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct str {
    const char *ptr;
    size_t len;
};

/* A str of a string literal, its length known to the compiler. */
#define STR(literal) ((struct str){.ptr = (literal), .len = sizeof(literal) - 1})

/* For printf: printf("%.*s", STR_ARGS(s)).  Cut at INT_MAX bytes. */
#define STR_ARGS(s) base_str_print_len(s), (s).ptr ? (s).ptr : ""
int base_str_print_len(struct str text);

/* The str of a NUL-terminated string; NULL gives the empty str. */
struct str base_str(const char *text);

bool base_str_equal(struct str a, struct str b);
bool base_str_starts_with(struct str text, struct str prefix);
bool base_str_ends_with(struct str text, struct str suffix);
/* ASCII letters compare alike in both cases; other bytes as they are. */
bool base_str_contains_ignoring_case(struct str text, struct str part);

/* Without leading and trailing spaces, tabs, carriage returns and newlines. */
struct str base_str_trim(struct str text);

/* Splits at the first `separator`: the part before it is returned and `*rest`
 * becomes the part after it.  Without a separator the whole text is returned
 * and `*rest` becomes empty with a NULL pointer, so a loop over fields ends
 * with `while (rest.ptr)`. */
struct str base_str_cut(struct str text, char separator, struct str *rest);

/* True if `text` matches the shell pattern: `*` any run of bytes, `?` one
 * byte, `[a-z_]` one byte of a set; a `[` without its `]` stands for itself.
 * Linear in practice, never recursive. */
bool base_str_matches(struct str text, struct str pattern);

#endif /* BASE_TEXT_H */
