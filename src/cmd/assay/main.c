// SPDX-License-Identifier: MIT
/* The program `assay`: finds the command and its configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/assay/command_line.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/config.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/sources.h"

static const char usage[] = "Usage: assay COMMAND [OPTION]... [ARGUMENT]...\n"
                            "\n"
                            "  run      measure benchmarks, compare with a baseline, save\n"
                            "  compare  compare saved runs\n"
                            "  list     list saved runs\n"
                            "  gate     tell whether a build is slower than another, both measured in turns\n"
                            "  aa       gate a program against itself: this machine's false alarms and detections\n"
                            "  baseline save, show, accept, drop: the baselines that are kept with the source\n"
                            "  history  print the past of a benchmark\n"
                            "\n"
                            "assay COMMAND --help lists the options of a command.\n";

int command_build(const char *command)
{
    fprintf(stderr, "building: %s\n", command);
    int status = system(command);
    if (status == 0) {
        return EXIT_FINE;
    }
    complain("the build command failed: %s", command);
    return EXIT_UNMEASURED;
}

/* What the arguments are: programs, or places where benchmarks are defined. */
static bool find_kind_of_arguments(struct options *options)
{
    size_t sources = 0;
    for (size_t i = 0; i < options->argument_count; i++) {
        sources += sources_is_one(options->arguments[i]);
    }
    options->names_sources = sources > 0;
    if (sources > 0 && sources < options->argument_count) {
        complain("programs and sources of benchmarks together: name one kind; what is built from the sources is in "
                 "assay.yaml");
        return false;
    }
    return true;
}

static int run(struct options *options, const struct config *config)
{
    size_t count;
    const char *const *programs = config_programs(config, &count);
    if (!find_kind_of_arguments(options)) {
        return EXIT_BAD_USAGE;
    }
    if (options->argument_count > 0 && !options->names_sources) {
        return command_run(options, options->arguments, options->argument_count);
    }
    if (count == 0 && options->names_sources) {
        complain("which programs are built from '%s'? Name them in assay.yaml under 'programs', and the command that "
                 "builds them under 'build'",
                 options->arguments[0]);
        return EXIT_BAD_USAGE;
    }
    if (count == 0) {
        complain("there is nothing to run: name a benchmark program, or list 'programs' in assay.yaml");
        return EXIT_BAD_USAGE;
    }
    const char *command = config_build_command(config);
    int status = command && !options->no_build ? command_build(command) : EXIT_FINE;
    return status == EXIT_FINE ? command_run(options, programs, count) : status;
}

/* Against a commit the programs are those of the configuration, unless some are named. */
static int gate(const struct options *options, const struct config *config)
{
    const char *command = config_build_command(config);
    size_t count = options->argument_count;
    const char *const *programs = options->base && count == 0 ? config_programs(config, &count) : options->arguments;
    return command_gate(options, programs, count, command);
}

static int execute(enum command command, struct options *options, const struct config *config)
{
    switch (command) {
    case COMMAND_RUN:
        return run(options, config);
    case COMMAND_LIST:
        return command_list(options);
    case COMMAND_BASELINE:
        return command_baseline(options);
    case COMMAND_GATE:
        return gate(options, config);
    case COMMAND_AA:
        return command_aa(options);
    case COMMAND_HISTORY:
        return command_history(options);
    case COMMAND_COMPARE:
        break;
    }
    return command_compare(options);
}

/* argv[0] is the command's name. */
static int parse_and_execute(enum command command, int argc, char **argv)
{
    struct options options = options_defaults();
    struct config *config = NULL;
    struct buf reason;
    base_buf_init(&reason, 4000);
    const char *path = command_line_find_config(argc, argv);
    bool has_config = path || access("assay.yaml", F_OK) == 0;
    bool good = !has_config || config_read(path ? path : "assay.yaml", &options, &config, &reason);
    /* The check list of assay.yaml needs the baseline that the command line may name. */
    good = good && command_line_parse(&options, command, argc, argv, &reason);
    int status = EXIT_FINE;
    if (!good) {
        complain("%s", base_buf_cstr(&reason));
        status = EXIT_BAD_USAGE;
    } else if (options.wants_help) {
        char name[32];
        (void)snprintf(name, sizeof(name), "assay %s", argv[0]); /* a short word */
        command_line_print_help(stdout, name, command);
    } else if (options.wants_version) {
        puts("assay " ASSAY_VERSION);
    } else {
        command_line_note_counterparts(&options);
        status = execute(command, &options, config);
    }
    config_destroy(config);
    base_buf_deinit(&reason);
    interrupt_end();
    return status;
}

struct word {
    const char *name;
    enum command command;
};

static const struct word words[] = {{"run", COMMAND_RUN},
                                    {"compare", COMMAND_COMPARE},
                                    {"list", COMMAND_LIST},
                                    {"baseline", COMMAND_BASELINE},
                                    {"history", COMMAND_HISTORY},
                                    {"gate", COMMAND_GATE},
                                    {"aa", COMMAND_AA}};

static const struct word *find_word(const char *name)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(name, words[i].name) == 0) {
            return &words[i];
        }
    }
    return NULL;
}

static int unknown_command(const char *name)
{
    complain("there is no command '%s'; the commands are run, compare, list, gate, aa, baseline and history", name);
    return EXIT_BAD_USAGE;
}

/* "help", or "help compare". */
static int help(int argc, char **argv)
{
    const struct word *word = argc > 2 ? find_word(argv[2]) : NULL;
    if (argc > 2 && !word) {
        return unknown_command(argv[2]);
    }
    if (word) {
        char name[32];
        (void)snprintf(name, sizeof(name), "assay %s", word->name); /* fits */
        command_line_print_help(stdout, name, word->command);
    } else {
        fputs(usage, stdout);
    }
    return EXIT_FINE;
}

/* Options may stand before the command, as pytest-benchmark has them: it goes before them. */
static void put_command_first(int argc, char **argv, int at)
{
    char *name = at < argc ? argv[at] : NULL;
    for (; name && at > 1; at--) {
        argv[at] = argv[at - 1];
        argv[at - 1] = name;
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_BAD_USAGE;
    }
    put_command_first(argc, argv, command_line_first_operand(argc, argv));
    const struct word *word = find_word(argv[1]);
    if (word) {
        return parse_and_execute(word->command, argc - 1, argv + 1);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        return help(argc, argv);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("assay " ASSAY_VERSION);
        return EXIT_FINE;
    }
    return unknown_command(argv[1]);
}
