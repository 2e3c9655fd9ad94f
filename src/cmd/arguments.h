// SPDX-License-Identifier: MIT
/*
 * cmd/arguments.h - command lines, read by a table of options.
 *
 * An option is "--name", or "-l" if it has a letter.  A value follows "=" or is
 * the next argument; an optional one is given with "=", so an option never swallows
 * the argument behind it, unless that can be nothing but its value.  What
 * is no option is an operand, and after "--" everything is.  All text is borrowed
 * from argv.
 */
#ifndef CMD_ARGUMENTS_H
#define CMD_ARGUMENTS_H

#include <stdio.h>

#include "base/buf.h"

enum argument_value { ARGUMENT_NONE, ARGUMENT_REQUIRED, ARGUMENT_OPTIONAL };

/* Sets what `field` points to.  `value` is NULL where none was given.  False
 * leaves the field alone and, in `wanted`, the end of a sentence that begins
 * "'VALUE' is not". */
typedef bool argument_set_fn(void *field, const char *value, struct buf *wanted);

/* Whether an argument can be nothing but a value of the option. */
typedef bool argument_follows_fn(const char *argument);

struct argument_option {
    const char *name;
    char letter; /* 0: none */
    enum argument_value value;
    const char *value_name; /* NULL with ARGUMENT_NONE */
    unsigned commands;      /* a bit for each command that has it */
    argument_set_fn *set;
    size_t at; /* where the field lies in the program's struct of options */
    const char *help; /* NULL: it is not listed */};

/* What the function says yes to directly behind the option is its value, or, if it must have
 * one, further values, each set in turn. */
struct argument_following {
    const char *name;
    argument_follows_fn *follows;
};

struct argument_table {
    const struct argument_option *options;
    size_t count;
    struct str prefix; /* may stand before any name; empty: none */
    const struct argument_following *following; /* ends with a name of NULL; or NULL for none */
};

/* Where things go. */
struct argument_target {
    void *options;         /* what argument_option.at counts from */
    const char **operands; /* room for `capacity` of them */
    size_t capacity;
    size_t *operand_count;
};

/* Parses argv[1..] for the command of one bit.  False with one sentence in `reason`. */
bool arguments_parse(const struct argument_table *table, unsigned command, int argc, char *const *argv,
                     const struct argument_target *target, struct buf *reason);

/* Sets one option of any command by its name without dashes.  False with one
 * sentence in `reason`. */
bool arguments_set_by_name(const struct argument_table *table, struct str name, const char *value, void *options,
                           struct buf *reason);

/* The index in argv of the first operand behind options of the command; argc if there is none. */
int arguments_first_operand(const struct argument_table *table, unsigned command, int argc, char *const *argv);

/* A line for each option of the command, "-l, --name=VALUE  help". */
void arguments_print_options(FILE *out, const struct argument_table *table, unsigned command);

/* For setters: says what was wanted, and is false. */
bool arguments_want(struct buf *wanted, const char *what);

argument_set_fn arguments_set_flag; /* bool: true */
argument_set_fn arguments_set_text; /* const char *: any text */

#endif /* CMD_ARGUMENTS_H */
