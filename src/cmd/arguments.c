// SPDX-License-Identifier: MIT
#include "cmd/arguments.h"

#include <string.h>

#include "cmd/guess.h"

#define MAX_WANTED_BYTES 2500
#define MAX_CLAUSE_BYTES 3000
#define MAX_SHOWN 200 /* bytes of an argument, in a sentence */

bool arguments_want(struct buf *wanted, const char *what)
{
    base_buf_add_cstr(wanted, what);
    return false;
}

bool arguments_set_flag(void *field, const char *value, struct buf *wanted)
{
    (void)value; /* it takes none */
    (void)wanted;
    *(bool *)field = true;
    return true;
}

bool arguments_set_text(void *field, const char *value, struct buf *wanted)
{
    (void)wanted;
    *(const char **)field = value;
    return true;
}

static const struct argument_option *find_option(const struct argument_table *table, struct str name)
{
    for (size_t i = 0; i < table->count; i++) {
        if (base_str_equal(base_str(table->options[i].name), name)) {
            return &table->options[i];
        }
    }
    return NULL;
}

static const struct argument_option *find_letter(const struct argument_table *table, const char *argument)
{
    for (size_t i = 0; argument[1] != '\0' && argument[2] == '\0' && i < table->count; i++) {
        if (table->options[i].letter == argument[1]) {
            return &table->options[i];
        }
    }
    return NULL;
}

static bool apply(const struct argument_option *option, const char *value, void *options, struct buf *reason)
{
    struct buf wanted;
    base_buf_init(&wanted, MAX_WANTED_BYTES);
    bool good = option->set((char *)options + option->at, value, &wanted);
    if (!good) {
        base_buf_addf(reason, "%s: '%.*s' is not %s", option->name, MAX_SHOWN, value ? value : "",
                      base_buf_cstr(&wanted));
    }
    base_buf_deinit(&wanted);
    return good;
}

bool arguments_set_by_name(const struct argument_table *table, struct str name, const char *value, void *options,
                           struct buf *reason)
{
    const struct argument_option *option = find_option(table, name);
    if (!option) {
        base_buf_addf(reason, "there is no option '%.*s'", STR_ARGS(name));
        return false;
    }
    return apply(option, value, options, reason);
}

/* A value behind the name is not repeated: it may be a secret. */
static bool unknown_option(const struct argument_table *table, unsigned command, const char *argument, struct str name,
                           struct buf *reason)
{
    struct guess guess = {.word = name};
    for (size_t i = 0; i < table->count; i++) {
        if (table->options[i].commands & command) {
            guess_offer(&guess, table->options[i].name);
        }
    }
    size_t shown = strcspn(argument, "=");
    base_buf_addf(reason, "there is no option '%.*s'", shown < MAX_SHOWN ? (int)shown : MAX_SHOWN, argument);
    if (guess.best) {
        base_buf_addf(reason, "; did you mean --%s?", guess.best);
    } else {
        base_buf_add_cstr(reason, "; --help lists them");
    }
    return false;
}

/* A value behind "=" is given; `*at` moves on if the next argument is the value. */
static bool parse_value(const struct argument_option *option, const char *value, int argc, char *const *argv, int *at,
                        void *options, struct buf *reason)
{
    if (option->value == ARGUMENT_NONE && value) {
        base_buf_addf(reason, "--%s takes no value", option->name);
        return false;
    }
    if (option->value == ARGUMENT_REQUIRED && !value) {
        if (*at + 1 >= argc) {
            base_buf_addf(reason, "--%s needs a value: --%s=%s", option->name, option->name, option->value_name);
            return false;
        }
        value = argv[++*at];
    }
    struct buf clause;
    base_buf_init(&clause, MAX_CLAUSE_BYTES);
    bool good = apply(option, value, options, &clause);
    if (!good) {
        base_buf_addf(reason, "--%s", base_buf_cstr(&clause));
    }
    base_buf_deinit(&clause);
    return good;
}

/* One argument that begins with a dash. */
static bool parse_option(const struct argument_table *table, unsigned command, int argc, char *const *argv, int *at,
                         void *options, struct buf *reason)
{
    const char *argument = argv[*at];
    const struct argument_option *option;
    struct str value = {0};
    struct str name;
    if (argument[1] == '-') {
        name = base_str_cut(base_str(argument + 2), '=', &value);
        if (table->prefix.len > 0 && base_str_starts_with(name, table->prefix)) {
            name = (struct str){name.ptr + table->prefix.len, name.len - table->prefix.len};
        }
        option = find_option(table, name);
    } else {
        name = base_str(argument + 1);
        option = find_letter(table, argument);
    }
    if (!option || !(option->commands & command)) {
        return unknown_option(table, command, argument, name, reason);
    }
    return parse_value(option, value.ptr, argc, argv, at, options, reason);
}

bool arguments_parse(const struct argument_table *table, unsigned command, int argc, char *const *argv,
                     const struct argument_target *target, struct buf *reason)
{
    bool only_operands = false;
    for (int at = 1; at < argc; at++) {
        const char *argument = argv[at];
        bool is_option = !only_operands && argument[0] == '-' && argument[1] != '\0';
        if (is_option && strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (is_option) {
            if (!parse_option(table, command, argc, argv, &at, target->options, reason)) {
                return false;
            }
        } else if (*target->operand_count == target->capacity) {
            base_buf_addf(reason, "too many arguments: at most %zu may stand besides the options", target->capacity);
            return false;
        } else {
            target->operands[(*target->operand_count)++] = argument;
        }
    }
    return true;
}

void arguments_print_options(FILE *out, const struct argument_table *table, unsigned command)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct argument_option *option = &table->options[i];
        if (!(option->commands & command) || !option->help) {
            continue;
        }
        bool is_optional = option->value == ARGUMENT_OPTIONAL;
        char left[64];
        (void)snprintf(left, sizeof(left), "--%s%s%s%s%s", option->name, is_optional ? "[" : "",
                       option->value_name ? "=" : "", option->value_name ? option->value_name : "",
                       is_optional ? "]" : ""); /* the table's own words: they fit */
        fprintf(out, "  %-28s %s\n", left, option->help);
    }
}
