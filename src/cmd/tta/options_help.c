// SPDX-License-Identifier: MIT
#include "cmd/tta/options_help.h"

static void print_usage(FILE *out, enum command command)
{
    switch (command) {
    case COMMAND_MODELS:
        fputs("Usage: tta models [OPTION]... [CATALOGUE]...\n       tta models refresh [OPTION]...\n"
              "       tta models diff [OPTION]... OLD NEW\n\n",
              out);
        break;
    case COMMAND_SELECT:
        fputs("Usage: tta select [OPTION]... [CATALOGUE]...\n\n", out);
        break;
    case COMMAND_MODELS_DIFF:
        fputs("Usage: tta models diff [OPTION]... OLD NEW\n\n", out);
        break;
    case COMMAND_MODELS_REFRESH:
        fputs("Usage: tta models refresh [OPTION]...\n\n", out);
        break;
    case COMMAND_SERVE:
        fputs("Usage: tta serve [OPTION]...\n\n", out);
        break;
    case COMMAND_HARDWARE:
        fputs("Usage: tta hardware [OPTION]... [CATALOGUE]...\n\n", out);
        break;
    case COMMAND_METRICS:
        fputs("Usage: tta metrics [OPTION]... [STORE]\n\n", out);
        break;
    case COMMAND_KEYS_CHECK:
        fputs("Usage: tta keys check --provider=NAME [OPTION]... < FILE\n"
              "       tta keys check --server=NAME [OPTION]... < FILE\n\n",
              out);
        break;
    case COMMAND_KEYS_ADD:
        fputs("Usage: tta keys add --name=NAME --provider=NAME --vault=FILE [OPTION]... < FILE\n\n", out);
        break;
    case COMMAND_KEYS_ROTATE:
        fputs("Usage: tta keys rotate --name=NAME --vault=FILE [OPTION]... < FILE\n\n", out);
        break;
    case COMMAND_KEYS_LIST:
        fputs("Usage: tta keys list --vault=FILE [OPTION]...\n\n", out);
        break;
    case COMMAND_KEYS_REMOVE:
        fputs("Usage: tta keys remove --name=NAME --vault=FILE [OPTION]...\n\n", out);
        break;
    case COMMAND_CLIENTS_ADD:
        fputs("Usage: tta clients add [OPTION]... NAME\n\n", out);
        break;
    case COMMAND_CLIENTS_LIST:
        fputs("Usage: tta clients list [OPTION]...\n\n", out);
        break;
    case COMMAND_CLIENTS_REMOVE:
        fputs("Usage: tta clients remove [OPTION]... NAME\n\n", out);
        break;
    case COMMAND_KEYS_VALIDATE:
        fputs("Usage: tta keys validate --name=NAME --vault=FILE [OPTION]...\n\n", out);
        break;
    case COMMAND_KEYS_EXPORT:
        fputs("Usage: tta keys export --to=FILE --vault=FILE [OPTION]...\n"
              "       tta keys export --reveal --vault=FILE [OPTION]... | PROGRAM\n\n",
              out);
        break;
    case COMMAND_KEYS_REKEY:
        fputs("Usage: tta keys rekey --vault=FILE [OPTION]...\n\n", out);
        break;
    }
}

/* What the options do not say. */
static void print_notes(FILE *out, enum command command)
{
    switch (command) {
    case COMMAND_MODELS:
        fputs(
            "\nOf several catalogues, name the most trusted one first; LiteLLM's file then adds prices and\n"
            "limits, and no models. NAME=FILE says whose list a file is: openai=models.json, groq=groq.json.\n"
            "\nPrices are USD per million tokens: ? is unknown, varies is decided when it is used. What a model can\n"
            "do is shown without what nearly all can: tool_choice, response_format, logprobs, seed, stop, write_text.\n"
            "\nExit status: 0 all is well; 2 bad usage or a bad file.\n",
            out);
        break;
    case COMMAND_SELECT:
        fputs("\nExit status: 0 a model was chosen; 1 no model fits; 2 bad usage or a bad file.\n", out);
        break;
    case COMMAND_MODELS_DIFF:
        fputs("\nExit status: 0 nothing changed; 1 something did; 2 bad usage or a bad file.\n", out);
        break;
    case COMMAND_MODELS_REFRESH:
        fputs("\nAsks the servers of the configuration for their lists and keeps them for the other commands. What\n"
              "fails, is empty or names less than half of the models leaves the old list in place.\n"
              "\nExit status: 0 all lists are new; 1 some are not; 2 bad usage or a bad file.\n",
              out);
        break;
    case COMMAND_SERVE:
        fputs("\nServes the models of the configuration as OpenAI's API does, at the address of its section 'serve',\n"
              "until SIGTERM or SIGINT, which let what is under way end. SIGHUP reads the configuration again.\n"
              "\nExit status: 0 it has ended as told, or --check found no fault; 2 bad usage or a bad configuration;\n"
              "3 it could not serve.\n",
              out);
        break;
    case COMMAND_HARDWARE:
        fputs("\nWith catalogues, says of their local models what they need and whether that fits now: into the\n"
              "memory of the GPUs (gpu), into that and the machine's (shared), or the machine's alone (memory).\n"
              "\nExit status: 0 all is well; 2 bad usage or a bad file.\n",
              out);
        break;
    case COMMAND_METRICS:
        fputs("\nSTORE is the file that figures are kept in, by default that of 'metrics:' in the configuration. It\n"
              "is a minute behind at most. An attempt that failed is a request too; + ? is what did not state it.\n"
              "\nExit status: 0 all is well; 1 with --alerts: one fires; 2 bad usage or a bad file; 3 it cannot be\n"
              "read or written.\n",
              out);
        break;
    case COMMAND_KEYS_CHECK:
        fputs("\nThe key is read from standard input, without echo if that is a terminal.\n"
              "\nExit status: 0 the key is good; 1 it is invalid, expired, forbidden or without credit; 2 bad usage;\n"
              "4 nobody can tell now. With --form-only: 0 the form is as expected, 1 another provider's, 4 unusual.\n",
              out);
        break;
    case COMMAND_CLIENTS_ADD:
        fputs("\nMakes a key for a client of the gateway and prints it, this once: the file keeps only a hash of it.\n"
              "\nExit status: 0 all is well; 2 bad usage or a bad file; 3 it cannot be written.\n",
              out);
        break;
    case COMMAND_CLIENTS_LIST:
    case COMMAND_CLIENTS_REMOVE:
        fputs("\nExit status: 0 all is well; 2 bad usage or a bad file; 3 it cannot be written.\n", out);
        break;
    case COMMAND_KEYS_VALIDATE:
        fputs("\nAsks the key's provider with the cheapest request that needs a key.\n"
              "\nExit status: 0 the key is good; 1 it is invalid, expired, forbidden or without credit; 2 bad usage,\n"
              "or a vault that does not open; 4 nobody can tell now.\n",
              out);
        break;
    case COMMAND_KEYS_EXPORT:
        fputs("\nThe copy is a vault like any other, for another machine or another person: it is opened with what\n"
              "--new-key-file or TTA_NEW_PASSPHRASE says, not with what opens this one. --reveal names each variable\n"
              "as programs look for it: OPENROUTER_API_KEY, OPENAI_API_KEY, ..., or after the key: MY_KEY_API_KEY.\n"
              "\nExit status: 0 all is well; 2 bad usage, or a vault that does not open; 3 it cannot be written.\n",
              out);
        break;
    case COMMAND_KEYS_REKEY:
        fputs("\nThe same keys, and from now on another key file or passphrase opens the vault. Copies of the old\n"
              "file, in backups say, are still opened by the old one.\n"
              "\nExit status: 0 all is well; 2 bad usage, or a vault that does not open; 3 it cannot be written.\n",
              out);
        break;
    case COMMAND_KEYS_ADD:
    case COMMAND_KEYS_ROTATE:
        fputs("\nThe key is read from standard input, without echo if that is a terminal.", out);
        /* fall through */
    case COMMAND_KEYS_LIST:
    case COMMAND_KEYS_REMOVE:
        fputs("\nThe vault is written whole or not at all, by one program at a time. To make a key file:\n"
              "(umask 077; head -c 32 /dev/urandom > FILE). Without it, or the passphrase, the keys are lost.\n"
              "\nExit status: 0 all is well; 2 bad usage, or a vault that does not open; 3 it cannot be written.\n",
              out);
        break;
    }
}

void options_print_help(FILE *out, enum command command)
{
    print_usage(out, command);
    arguments_print_options(out, options_table(), (unsigned)command);
    print_notes(out, command);
}
