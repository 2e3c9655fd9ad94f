// SPDX-License-Identifier: MIT
/* The program `tta`: finds the command. */
#include <stdio.h>
#include <string.h>

#include "cmd/guess.h"
#include "cmd/tta/closed.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/completion.h"
#include "cmd/tta/options_help.h"
#include "tta/keys.h"

const char program_name[] = "tta";

void program_scrub(char *sentence)
{
    tta_scrub_keys(sentence);
}

static const char usage[] = "Usage: tta COMMAND [OPTION]... [ARGUMENT]...\n"
                            "\n"
                            "  models          list the models of catalogues\n"
                            "  models refresh  ask the servers of tta.yaml for their lists\n"
                            "  models diff     say what is new in the second of two catalogues\n"
                            "  select          choose the best model for a task\n"
                            "  hardware        what this machine has, and which local models fit\n"
                            "  serve           serve the models of tta.yaml as OpenAI's API does\n"
                            "  metrics         how models perform, and how alerts stand\n"
                            "  clients add     let a client use the gateway; also clients list, remove\n"
                            "  keys check      ask a provider whether an API key is good\n"
                            "  keys add        keep a key in a vault; also keys rotate, list, validate, remove,\n"
                            "                  export, rekey\n"
                            "  completion      print what bash or zsh needs to complete these\n"
                            "\n"
                            "A catalogue is a file with the list of a provider (OpenRouter, OpenAI, Anthropic,\n"
                            "Ollama, LM Studio, any compatible server) or LiteLLM's prices; - for standard input.\n"
                            "Without one, it is what tta.yaml says and the lists that were fetched last.\n"
                            "tta COMMAND --help lists the options of a command.\n";

static int execute(enum command command, const struct options *options)
{
    switch (command) {
    case COMMAND_MODELS:
        return command_models(options);
    case COMMAND_SELECT:
        return command_select(options);
    case COMMAND_MODELS_DIFF:
        return command_models_diff(options);
    case COMMAND_MODELS_REFRESH:
        return command_models_refresh(options);
    case COMMAND_HARDWARE:
        return command_hardware(options);
    case COMMAND_SERVE:
        return command_serve(options);
    case COMMAND_METRICS:
        return command_metrics(options);
    case COMMAND_CLIENTS_ADD:
        return command_clients_add(options);
    case COMMAND_CLIENTS_LIST:
        return command_clients_list(options);
    case COMMAND_CLIENTS_REMOVE:
        return command_clients_remove(options);
    case COMMAND_KEYS_ADD:
    case COMMAND_KEYS_ROTATE:
        return command_keys_put(options, command == COMMAND_KEYS_ROTATE);
    case COMMAND_KEYS_LIST:
        return command_keys_list(options);
    case COMMAND_KEYS_REMOVE:
        return command_keys_remove(options);
    case COMMAND_KEYS_VALIDATE:
        return command_keys_validate(options);
    case COMMAND_KEYS_EXPORT:
        return command_keys_export(options);
    case COMMAND_KEYS_REKEY:
        return command_keys_rekey(options);
    case COMMAND_KEYS_CHECK:
        break;
    }
    return command_keys_check(options);
}

/* argv[0] is the last word of the command. */
static int parse_and_execute(enum command command, int argc, char **argv)
{
    struct options options = options_defaults();
    struct buf reason;
    base_buf_init(&reason, 4000);
    int status = EXIT_FINE;
    if (!options_parse(&options, command, argc, argv, &reason)) {
        complain("%s", base_buf_cstr(&reason));
        status = EXIT_BAD_USAGE;
    } else if (options.wants_help) {
        options_print_help(stdout, command);
    } else if (options.wants_version) {
        puts("tta " TTA_VERSION);
    } else {
        status = execute(command, &options);
    }
    base_buf_deinit(&reason);
    return status;
}

static int print_completion(int argc, char **argv)
{
    if (argc != 3 || !completion_print(stdout, argv[2])) {
        complain("completion is for bash or zsh, as in: source <(tta completion bash)");
        return EXIT_BAD_USAGE;
    }
    return EXIT_FINE;
}

static int unknown_command(const char *word)
{
    struct guess guess = {.word = base_str(word)};
    guess_offer(&guess, "models");
    guess_offer(&guess, "select");
    guess_offer(&guess, "hardware");
    guess_offer(&guess, "serve");
    guess_offer(&guess, "metrics");
    guess_offer(&guess, "clients add");
    guess_offer(&guess, "keys check");
    guess_offer(&guess, "keys add");
    guess_offer(&guess, "completion");
    if (guess.best) {
        complain("there is no command '%s'; did you mean %s?", word, guess.best);
    } else {
        complain("there is no command '%s'; the commands are models, select, hardware, serve, metrics, clients add, "
                 "keys check and "
                 "completion", word);
    }
    return EXIT_BAD_USAGE;
}

static int dispatch_keys(int argc, char **argv)
{
    static const struct {
        const char *word;
        enum command command;
    } commands[] = {
        {"check", COMMAND_KEYS_CHECK}, {"add", COMMAND_KEYS_ADD},       {"rotate", COMMAND_KEYS_ROTATE},
        {"list", COMMAND_KEYS_LIST},   {"remove", COMMAND_KEYS_REMOVE},
        {"validate", COMMAND_KEYS_VALIDATE}, {"export", COMMAND_KEYS_EXPORT}, {"rekey", COMMAND_KEYS_REKEY},
    };
    for (size_t i = 0; argc > 2 && i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[2], commands[i].word) == 0) {
            return parse_and_execute(commands[i].command, argc - 2, argv + 2);
        }
    }
    /* what was given may be a key: it is not repeated */
    complain("the commands are keys check, add, rotate, list, validate, remove, export and rekey");
    return EXIT_BAD_USAGE;
}

static int dispatch_clients(int argc, char **argv)
{
    static const struct {
        const char *word;
        enum command command;
    } commands[] = {
        {"add", COMMAND_CLIENTS_ADD}, {"list", COMMAND_CLIENTS_LIST}, {"remove", COMMAND_CLIENTS_REMOVE}};
    for (size_t i = 0; argc > 2 && i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[2], commands[i].word) == 0) {
            return parse_and_execute(commands[i].command, argc - 2, argv + 2);
        }
    }
    complain("the commands are clients add, list and remove");
    return EXIT_BAD_USAGE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_BAD_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "models") == 0 && argc > 2 && strcmp(argv[2], "diff") == 0) {
        return parse_and_execute(COMMAND_MODELS_DIFF, argc - 2, argv + 2);
    }
    if (strcmp(word, "models") == 0 && argc > 2 && strcmp(argv[2], "refresh") == 0) {
        return parse_and_execute(COMMAND_MODELS_REFRESH, argc - 2, argv + 2);
    }
    if (strcmp(word, "hardware") == 0) {
        return parse_and_execute(COMMAND_HARDWARE, argc - 1, argv + 1);
    }
    if (strcmp(word, "serve") == 0) {
        return parse_and_execute(COMMAND_SERVE, argc - 1, argv + 1);
    }
    if (strcmp(word, "metrics") == 0) {
        return parse_and_execute(COMMAND_METRICS, argc - 1, argv + 1);
    }
    if (strcmp(word, "models") == 0) {
        return parse_and_execute(COMMAND_MODELS, argc - 1, argv + 1);
    }
    if (strcmp(word, "select") == 0) {
        return parse_and_execute(COMMAND_SELECT, argc - 1, argv + 1);
    }
    if (strcmp(word, "clients") == 0) {
        return dispatch_clients(argc, argv);
    }
    if (strcmp(word, "keys") == 0) {
        return dispatch_keys(argc, argv);
    }
    if (strcmp(word, "completion") == 0) {
        return print_completion(argc, argv);
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        fputs(usage, stdout);
        return EXIT_FINE;
    }
    if (strcmp(word, "--version") == 0) {
        puts("tta " TTA_VERSION);
        return EXIT_FINE;
    }
    return unknown_command(word);
}

int main(int argc, char **argv)
{
    close_process();
    int status = dispatch(argc, argv);
    bool is_printed = fflush(stdout) == 0 && !ferror(stdout);
    if (!is_printed) {
        complain("cannot write to standard output");
        return EXIT_BROKEN;
    }
    return status;
}
