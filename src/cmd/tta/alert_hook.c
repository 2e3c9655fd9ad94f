// SPDX-License-Identifier: MIT
/*
 * What is told goes through the environment and never through the text of the
 * command: a model's name is somebody else's, and sh would obey it.
 */
#include "cmd/tta/alert_hook.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/num.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define LOOK_AGAIN_NS 5000000
#define MAX_VALUE_BYTES 400

extern char **environ;

enum { VARIABLES = 8 };

struct environment {
    char texts[VARIABLES][MAX_VALUE_BYTES];
    char **pointers; /* to these and to all there are already, and NULL */
};

void alert_condition_text(const struct tta_alert_rule *rule, char out_text[ALERT_CONDITION_BYTES])
{
    char limit[TTA_ALERT_VALUE_BYTES];
    tta_alert_value_text(rule->figure, rule->limit, limit);
    (void)snprintf(out_text, ALERT_CONDITION_BYTES, "%s %c %s", tta_alert_figure_name(rule->figure), /* fits */
                   rule->figure == TTA_ALERT_AVAILABILITY ? '<' : '>', limit);
}

static void set(struct environment *environment, size_t place, const char *name, const char *value)
{
    (void)snprintf(environment->texts[place], MAX_VALUE_BYTES, "%s=%s", name, value); /* all that is told fits */
    environment->pointers[place] = environment->texts[place];
}

/* What is inherited comes behind: of two of one name the first counts. */
static bool make_environment(struct environment *environment, const struct tta_alert_state *state)
{
    char condition[ALERT_CONDITION_BYTES], value[TTA_ALERT_VALUE_BYTES], requests[24];
    size_t count = 0;
    while (environ[count]) {
        count++;
    }
    environment->pointers = base_alloc_array(VARIABLES + count + 1, sizeof(char *));
    if (!environment->pointers) {
        return false;
    }
    alert_condition_text(state->rule, condition);
    tta_alert_value_text(state->rule->figure, state->value, value);
    (void)snprintf(requests, sizeof(requests), "%" PRIu64, state->requests); /* fits */
    set(environment, 0, "TTA_ALERT", state->rule->name);
    set(environment, 1, "TTA_ALERT_STATE", state->is_firing ? "fires" : "resolved");
    set(environment, 2, "TTA_ALERT_CONDITION", condition);
    set(environment, 3, "TTA_ALERT_WINDOW", tta_window_name(state->rule->window));
    set(environment, 4, "TTA_ALERT_VALUE", value);
    set(environment, 5, "TTA_ALERT_REQUESTS", requests);
    set(environment, 6, "TTA_ALERT_PROVIDER", state->provider ? state->provider : "");
    set(environment, 7, "TTA_ALERT_MODEL", state->model ? state->model : "");
    for (size_t i = 0; i < count; i++) {
        environment->pointers[VARIABLES + i] = environ[i];
    }
    return true;
}

/* Signals that the program blocks or ignores are the program's affair. */
static bool set_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    return posix_spawnattr_setsigmask(attributes, &none) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &usual) == 0 &&
           posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
}

static bool spawn_with(const char *command, char **environment, posix_spawnattr_t *attributes, pid_t *out_pid)
{
    char sh[] = "sh", option[] = "-c";
    char *const arguments[] = {sh, option, (char *)command, NULL}; /* which nobody writes to */
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return false;
    }
    bool is_started = set_signals(attributes) &&
                      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
                      posix_spawn(out_pid, "/bin/sh", &actions, attributes, arguments, environment) == 0;
    (void)posix_spawn_file_actions_destroy(&actions); /* cannot fail */
    return is_started;
}

static bool spawn(const char *command, char **environment, pid_t *out_pid)
{
    posix_spawnattr_t attributes;
    if (posix_spawnattr_init(&attributes) != 0) {
        return false;
    }
    bool is_started = spawn_with(command, environment, &attributes, out_pid);
    (void)posix_spawnattr_destroy(&attributes); /* cannot fail */
    return is_started;
}

bool alert_hook_start(const char *command, const struct tta_alert_state *state, pid_t *out_pid)
{
    struct environment environment;
    bool is_started = make_environment(&environment, state);
    if (is_started) {
        is_started = spawn(command, environment.pointers, out_pid);
        free(environment.pointers);
    }
    return is_started;
}

bool alert_hook_wait(pid_t pid, int64_t seconds)
{
    const struct timespec pause = {.tv_nsec = LOOK_AGAIN_NS};
    int64_t end_ns = base_clock_monotonic_ns() + seconds * NS_PER_SECOND;
    int status;
    pid_t ended = waitpid(pid, &status, WNOHANG);
    while (ended == 0 && base_clock_monotonic_ns() < end_ns) {
        (void)nanosleep(&pause, NULL); /* a signal would end it sooner: no harm */
        ended = waitpid(pid, &status, WNOHANG);
    }
    if (ended == 0) {
        (void)kill(pid, SIGKILL); /* it is ours, and not waited for yet */
        (void)waitpid(pid, &status, 0);
        return false;
    }
    return ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
