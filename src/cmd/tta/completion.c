// SPDX-License-Identifier: MIT
#include "cmd/tta/completion.h"

#include <string.h>

#include "cmd/tta/options.h"

/* Each command, with what completes its operands. */
static const struct {
    const char *words;
    enum command command;
    const char *help;
} commands[] = {
    {"models refresh", COMMAND_MODELS_REFRESH, "ask the servers of the configuration for their lists"},
    {"models diff", COMMAND_MODELS_DIFF, "say what is new in the second of two catalogues"},
    {"models", COMMAND_MODELS, "list the models of catalogues"},
    {"select", COMMAND_SELECT, "choose the best model for a task"},
    {"hardware", COMMAND_HARDWARE, "what this machine has, and which local models fit"},
    {"serve", COMMAND_SERVE, "serve models as OpenAI's API does"},
    {"metrics", COMMAND_METRICS, "how models perform, and how alerts stand"},
    {"clients add", COMMAND_CLIENTS_ADD, "let a client use the gateway"},
    {"clients list", COMMAND_CLIENTS_LIST, "list the clients of the gateway"},
    {"clients remove", COMMAND_CLIENTS_REMOVE, "take a client's leave to use the gateway"},
    {"keys check", COMMAND_KEYS_CHECK, "ask a provider whether an API key is good"},
    {"keys add", COMMAND_KEYS_ADD, "keep a key in a vault"},
    {"keys rotate", COMMAND_KEYS_ROTATE, "replace a key of a vault"},
    {"keys list", COMMAND_KEYS_LIST, "list the keys of a vault"},
    {"keys validate", COMMAND_KEYS_VALIDATE, "ask the provider of a key of a vault whether it is good"},
    {"keys remove", COMMAND_KEYS_REMOVE, "remove a key from a vault"},
    {"keys export", COMMAND_KEYS_EXPORT, "copy the keys of a vault, sealed or in the open"},
    {"keys rekey", COMMAND_KEYS_REKEY, "let another key file or passphrase open a vault"},
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

/* The words that an option may have for its value; none if it may have any. */
static void print_values(FILE *out, const struct argument_option *option)
{
    for (size_t i = 0; option->value != ARGUMENT_NONE; i++) {
        const char *word = value_word(option->set, i);
        if (!word) {
            break;
        }
        fprintf(out, "%s%s", i > 0 ? " " : "", word);
    }
}

static bool has_values(const struct argument_option *option)
{
    return option->value != ARGUMENT_NONE && value_word(option->set, 0) != NULL;
}

static void print_bash_options(FILE *out, enum command command)
{
    const struct argument_table *table = options_table();
    for (size_t i = 0; i < table->count; i++) {
        const struct argument_option *option = &table->options[i];
        if (option->commands & (unsigned)command) {
            fprintf(out, " --%s%s", option->name, option->value == ARGUMENT_REQUIRED ? "=" : "");
        }
    }
}

/* Bash takes "=" for the end of a word, so "--sort=pr" comes as three. */
static void print_bash(FILE *out)
{
    const struct argument_table *table = options_table();
    fputs("# completion of tta for bash: source <(tta completion bash)\n"
          "_tta() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} option= values=\n"
          "    if [ \"$word\" = '=' ]; then\n"
          "        option=${COMP_WORDS[COMP_CWORD-1]} word=\n"
          "    elif [ \"${COMP_WORDS[COMP_CWORD-1]}\" = '=' ]; then\n"
          "        option=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    case $option in\n",
          out);
    for (size_t i = 0; i < table->count; i++) {
        if (has_values(&table->options[i])) {
            fprintf(out, "    --%s) values='", table->options[i].name);
            print_values(out, &table->options[i]);
            fputs("' ;;\n", out);
        }
    }
    fputs("    ?*) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
          "    esac\n"
          "    if [ -n \"$option\" ]; then\n"
          "        COMPREPLY=($(compgen -W \"$values\" -- \"$word\")); return\n"
          "    fi\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
          "        COMPREPLY=($(compgen -W 'models select hardware serve metrics clients keys completion "
          "--help --version' -- \"$word\"))\n"
          "        return\n"
          "    fi\n"
          "    local more= options=\n"
          "    case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "    '%s'*) options='", commands[i].words);
        print_bash_options(out, commands[i].command);
        fputs("' ;;\n", out);
    }
    fputs("    esac\n"
          "    [ \"$COMP_CWORD\" != 2 ] || case ${COMP_WORDS[1]} in\n"
          "    models) more='refresh diff' ;;\n"
          "    clients) more='add list remove' ;;\n"
          "    keys) more='check add rotate list validate remove export rekey' ;;\n"
          "    completion) more='bash zsh' ;;\n"
          "    esac\n"
          "    case $word in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
          "    *) COMPREPLY=($(compgen -W \"$more\" -- \"$word\") $(compgen -f -- \"$word\")) ;;\n"
          "    esac\n"
          "    [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2> /dev/null\n"
          "}\n"
          "complete -o filenames -F _tta tta\n",
          out);
}

/* Within single quotes, and without what ends a description. */
static void print_zsh_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fprintf(out, "%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
        }
    }
}

static void print_zsh_option(FILE *out, const struct argument_option *option)
{
    fprintf(out, "        '--%s%s[", option->name, option->value == ARGUMENT_NONE ? "" : "=");
    print_zsh_text(out, option->help);
    fputs("]", out);
    if (option->value != ARGUMENT_NONE) {
        fprintf(out, "%s%s:", option->value == ARGUMENT_OPTIONAL ? "::" : ":", option->value_name);
        if (has_values(option)) {
            fputc('(', out);
            print_values(out, option);
            fputc(')', out);
        } else {
            fputs(strcmp(option->value_name, "FILE") == 0 ? "_files" : " ", out);
        }
    }
    fputs("'\n", out);
}

static void print_zsh(FILE *out)
{
    const struct argument_table *table = options_table();
    fputs("#compdef tta\n"
          "# completion of tta for zsh: tta completion zsh > _tta, in a folder of fpath\n"
          "_tta() {\n"
          "    local -a specs more\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _values command models select hardware serve metrics clients keys completion; return\n"
          "    fi\n"
          "    case \"$words[2] $words[3]\" in\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(out, "    '%s'*) # %s\n        specs=(\n", commands[i].words, commands[i].help);
        for (size_t j = 0; j < table->count; j++) {
            if (table->options[j].commands & (unsigned)commands[i].command) {
                print_zsh_option(out, &table->options[j]);
            }
        }
        fputs("        ) ;;\n", out);
    }
    fputs("    esac\n"
          "    (( CURRENT != 3 )) || case $words[2] in\n"
          "    models) more=(refresh diff) ;;\n"
          "    clients) more=(add list remove) ;;\n"
          "    keys) more=(check add rotate list validate remove export rekey) ;;\n"
          "    completion) more=(bash zsh) ;;\n"
          "    esac\n"
          "    (( ! $#more )) || compadd -- $more\n"
          "    shift words; (( CURRENT-- ))\n"
          "    _arguments $specs '*:catalogue:_files'\n"
          "}\n"
          "_tta \"$@\"\n",
          out);
}

bool completion_print(FILE *out, const char *shell)
{
    if (strcmp(shell, "bash") == 0) {
        print_bash(out);
    } else if (strcmp(shell, "zsh") == 0) {
        print_zsh(out);
    } else {
        return false;
    }
    return true;
}
