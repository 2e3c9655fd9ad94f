// SPDX-License-Identifier: MIT
/*
 * The table of faults, held against a gateway.  Prints a part of docs/failure.md; exit status 0 only if all is as
 * stated.
 *
 *   gateway_table [WAY...]  the table; of those ways alone: openai curl anthropic ollama messages
 *                          completions embeddings
 *   gateway_table --times   how soon a provider sees that a client has left, instead
 */
#include <stdio.h>
#include <string.h>

#include "gateway_play.h"
#include "times.h"

enum { LEAVINGS = 500 };

static const char head[] =
    "\n"
    "## The same through the gateway\n"
    "\n"
    "A client asks `tta serve` for a chain of A, B and B+, and each fault is played again, in seven ways. By\n"
    "`/v1/chat/completions`: to a provider of *OpenAI's* kind; to the same *through libcurl*, which is how names and\n"
    "TLS are reached; and, translated, to one of *Anthropic's* and one of *Ollama's*. By `/v1/messages`, passed on to\n"
    "Anthropic's. By `/v1/completions`; and by `/v1/embeddings`, which has no streams, and no reason for its end. A\n"
    "server of the gateway has one key, so A' is left out. All else must be as in the table above: the class, the\n"
    "attempts in `x-tta-attempts`, in the access log and as the providers count them, the breakers of\n"
    "`/api/v1/models/fallback/statistics`, and the classes of `/metrics`.\n"
    "\n"
    "An error has the form of the API that was called, with nothing of what the provider said, but where it is *as\n"
    "said*: what is wrong with the request itself. A good stream ends as those of its API do, once; another one never\n"
    "does. When a client has *left*, the connection to the provider is closed.\n"
    "\n"
    "Each cell is what the client gets, and behind it what it gets if B is down; `-` is not said so there.\n"
    "\n";

struct tally {
    int checked, failed;
};

/* Prints the cell, and what is wrong if something is. */
static void play(const struct gateway_way *way, const struct fault *fault, bool is_stream, bool is_down,
                 struct tally *tally)
{
    struct gateway_verdict verdict;
    gateway_play(way, fault, is_stream, is_down, &verdict);
    bool holds = verdict.wrong[0] == '\0';
    tally->checked++;
    tally->failed += !holds;
    printf("%s%s", is_down ? "; " : " ", holds ? verdict.client : "**NOT AS STATED**");
    if (!holds) {
        fprintf(stderr, "%s, %s, %s%s: %s\n", way->name, fault->name, is_stream ? "streamed" : "whole",
                is_down ? ", with B down" : "", verdict.wrong);
    }
}

static void print_row(const struct fault *fault, bool is_stream, const bool are_chosen[GATEWAY_WAYS],
                      struct tally *tally)
{
    struct fault_down down;
    bool may_be_down = fault_wanted_down(fault_wanted(fault, is_stream), &down);
    printf("| %s | %s |", fault->name, is_stream ? "streamed" : "whole");
    for (size_t i = 0; i < GATEWAY_WAYS; i++) {
        if (are_chosen[i] && gateway_can_play(&gateway_ways[i], fault, is_stream)) {
            play(&gateway_ways[i], fault, is_stream, false, tally);
            if (may_be_down) {
                play(&gateway_ways[i], fault, is_stream, true, tally);
            }
            fputs(" |", stdout);
        } else if (are_chosen[i]) {
            fputs(" - |", stdout);
        }
    }
    putchar('\n');
}

static int print_table(const bool are_chosen[GATEWAY_WAYS])
{
    struct tally tally = {0, 0};
    faults_prepare();
    fputs(head, stdout);
    fputs("| fault | answer |", stdout);
    for (size_t i = 0; i < GATEWAY_WAYS; i++) {
        if (are_chosen[i]) {
            printf(" %s |", gateway_ways[i].title);
        }
    }
    fputs("\n|---|---|", stdout);
    for (size_t i = 0; i < GATEWAY_WAYS; i++) {
        fputs(are_chosen[i] ? "---|" : "", stdout);
    }
    putchar('\n');
    for (size_t i = 0; i < faults_count(); i++) {
        const struct fault *fault = fault_at(i);
        for (int is_stream = fault->is_stream_only; is_stream < 2; is_stream++) {
            print_row(fault, is_stream, are_chosen, &tally);
        }
    }
    printf("\n%d of %d requests are as stated.\n", tally.checked - tally.failed, tally.checked);
    return tally.failed;
}

/* Rows of the table that fault_table.c begins. */
static int print_leavings(void)
{
    static int64_t took_ns[LEAVINGS];
    int failed = 0;
    for (size_t i = 0; i < GATEWAY_WAYS; i++) {
        char what[120];
        if (gateway_ways[i].api == API_EMBEDDINGS) {
            continue; /* which nobody can leave within */
        }
        (void)snprintf(what, sizeof what, "a client leaves its stream, until its provider sees the end: %s",
                       gateway_ways[i].title); /* fits */
        gateway_time_leaving(&gateway_ways[i], took_ns, LEAVINGS);
        failed += times_print_row(what, times_of(took_ns, LEAVINGS), 5000000);
    }
    return failed;
}

/* False if there is no such way. */
static bool choose(const char *name, bool are_chosen[GATEWAY_WAYS])
{
    for (size_t i = 0; i < GATEWAY_WAYS; i++) {
        if (strcmp(name, gateway_ways[i].name) == 0) {
            are_chosen[i] = true;
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    bool are_chosen[GATEWAY_WAYS] = {false};
    if (argc == 2 && strcmp(argv[1], "--times") == 0) {
        return print_leavings() > 0;
    }
    for (size_t i = 0; argc == 1 && i < GATEWAY_WAYS; i++) {
        are_chosen[i] = true;
    }
    for (int i = 1; i < argc; i++) {
        if (!choose(argv[i], are_chosen)) {
            fprintf(stderr, "gateway_table: there is no way %s to ask\n", argv[i]);
            return 2;
        }
    }
    return print_table(are_chosen) > 0;
}
