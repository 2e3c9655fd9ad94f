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

/* A command line that is being parsed. */
struct parsing {
    const struct argument_table *table;
    unsigned command;
    int argc;
    char *const *argv;
    int at; /* the argument at hand */
    void *options;
    struct buf *reason;
};

static bool next_follows(const struct parsing *parsing, const struct argument_option *option)
{
    const struct argument_following *each = parsing->table->following;
    while (each && each->name && strcmp(each->name, option->name) != 0) {
        each++;
    }
    return each && each->name && parsing->at + 1 < parsing->argc && each->follows(parsing->argv[parsing->at + 1]);
}

/* A value behind "=" is given; else the next argument may be it. */
static bool parse_value(struct parsing *parsing, const struct argument_option *option, const char *value)
{
    if (option->value == ARGUMENT_NONE && value) {
        base_buf_addf(parsing->reason, "--%s takes no value", option->name);
        return false;
    }
    if (option->value == ARGUMENT_REQUIRED && !value) {
        if (parsing->at + 1 >= parsing->argc) {
            base_buf_addf(parsing->reason, "--%s needs a value: --%s=%s", option->name, option->name,
                          option->value_name);
            return false;
        }
        value = parsing->argv[++parsing->at];
    } else if (!value && next_follows(parsing, option)) {
        value = parsing->argv[++parsing->at];
    }
    struct buf clause;
    base_buf_init(&clause, MAX_CLAUSE_BYTES);
    bool good = apply(option, value, parsing->options, &clause);
    if (!good) {
        base_buf_addf(parsing->reason, "--%s", base_buf_cstr(&clause));
    }
    base_buf_deinit(&clause);
    return good;
}

/* The option of the command that an argument with a dash names, or NULL; what it was called, and the value
 * behind "=", if there is one. */
static const struct argument_option *look_up(const struct argument_table *table, unsigned command,
                                             const char *argument, struct str *out_name, struct str *out_value)
{
    const struct argument_option *option;
    *out_value = (struct str){0};
    if (argument[1] == '-') {
        struct str name = base_str_cut(base_str(argument + 2), '=', out_value);
        if (table->prefix.len > 0 && base_str_starts_with(name, table->prefix)) {
            name = (struct str){name.ptr + table->prefix.len, name.len - table->prefix.len};
        }
        *out_name = name;
        option = find_option(table, name);
    } else {
        *out_name = base_str(argument + 1);
        option = find_letter(table, argument);
    }
    return option && (option->commands & command) ? option : NULL;
}

/* One argument that begins with a dash, and its values. */
static bool parse_option(struct parsing *parsing)
{
    struct str name, value;
    const char *argument = parsing->argv[parsing->at];
    const struct argument_option *option = look_up(parsing->table, parsing->command, argument, &name, &value);
    if (!option) {
        return unknown_option(parsing->table, parsing->command, argument, name, parsing->reason);
    }
    bool good = parse_value(parsing, option, value.ptr);
    while (good && option->value == ARGUMENT_REQUIRED && next_follows(parsing, option)) {
        good = parse_value(parsing, option, parsing->argv[++parsing->at]);
    }
    return good;
}

int arguments_first_operand(const struct argument_table *table, unsigned command, int argc, char *const *argv)
{
    int at = 1;
    while (at < argc && argv[at][0] == '-' && argv[at][1] != '\0') {
        struct str name, value;
        const struct argument_option *option = look_up(table, command, argv[at], &name, &value);
        at += option && option->value == ARGUMENT_REQUIRED && !value.ptr ? 2 : 1;
    }
    return at < argc ? at : argc;
}

bool arguments_parse(const struct argument_table *table, unsigned command, int argc, char *const *argv,
                     const struct argument_target *target, struct buf *reason)
{
    struct parsing parsing = {table, command, argc, argv, 1, target->options, reason};
    bool only_operands = false;
    for (; parsing.at < argc; parsing.at++) {
        const char *argument = argv[parsing.at];
        bool is_option = !only_operands && argument[0] == '-' && argument[1] != '\0';
        if (is_option && strcmp(argument, "--") == 0) {
            only_operands = true;
        } else if (is_option) {
            if (!parse_option(&parsing)) {
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
        char left[64], letter[] = "-l, ";
        letter[1] = option->letter;
        (void)snprintf(left, sizeof(left), "--%s%s%s%s%s", option->name, is_optional ? "[" : "",
                       option->value_name ? "=" : "", option->value_name ? option->value_name : "",
                       is_optional ? "]" : ""); /* the table's own words: they fit */
        fprintf(out, "  %-4s%-28s %s\n", option->letter ? letter : "", left, option->help);
    }
}
