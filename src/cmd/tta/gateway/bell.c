// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/bell.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/complain.h"
#include "cmd/tta/alert_hook.h"

#define HOOK_NS (ALERT_HOOK_SECONDS * INT64_C(1000000000))

enum { MAX_RUNNING = 32 };

struct bell {
    struct tta_alerts *alerts;
    char *hook; /* NULL: it is written on stderr alone */
    struct running {
        pid_t pid; /* 0: none */
        int64_t until_ns;
    } running[MAX_RUNNING];
    bool fails; /* which was told */
};

bool bell_create(const struct config *config, struct bell **out_bell)
{
    size_t count = 0;
    struct tta_error err = {.message = "out of memory"};
    const struct tta_alert_rule *rules = config_alerts(config, &count);
    const char *hook = config_alert_hook(config);
    *out_bell = NULL;
    if (count == 0) {
        return true;
    }
    struct bell *bell = base_alloc_array(1, sizeof(*bell));
    bool is_made = bell && tta_alerts_create(rules, count, &bell->alerts, &err) == TTA_OK &&
                   (!hook || (bell->hook = strdup(hook)));
    if (!is_made) {
        complain("alerts: %s", err.message);
        bell_destroy(bell);
        return false;
    }
    *out_bell = bell;
    return true;
}

void bell_destroy(struct bell *bell)
{
    if (bell) {
        tta_alerts_destroy(bell->alerts);
        free(bell->hook);
        free(bell);
    }
}

/* Takes leave of commands that have ended, and ends those whose time is over. */
static void look_after(struct bell *bell)
{
    int64_t now_ns = base_clock_monotonic_ns();
    for (size_t i = 0; i < MAX_RUNNING; i++) {
        struct running *running = &bell->running[i];
        int status = 0;
        if (running->pid == 0) {
            continue;
        }
        if (waitpid(running->pid, &status, WNOHANG) != 0) {
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                complain("alert_hook failed");
            }
            running->pid = 0;
        } else if (now_ns > running->until_ns) {
            (void)kill(running->pid, SIGKILL); /* it is ours, and not waited for yet */
        }
    }
}

static struct running *find_place(struct bell *bell)
{
    for (size_t i = 0; i < MAX_RUNNING; i++) {
        if (bell->running[i].pid == 0) {
            return &bell->running[i];
        }
    }
    return NULL;
}

static void ring(void *context, const struct tta_alert_state *state)
{
    struct bell *bell = context;
    char condition[ALERT_CONDITION_BYTES], value[TTA_ALERT_VALUE_BYTES];
    struct running *place = find_place(bell);
    alert_condition_text(state->rule, condition);
    tta_alert_value_text(state->rule->figure, state->value, value);
    complain("alert %s %s%s%s%s%s: %s in %s, it is %s", state->rule->name, state->is_firing ? "fires" : "has resolved",
             state->provider ? " for " : "", state->provider ? state->provider : "", state->model ? " " : "",
             state->model ? state->model : "", condition, tta_window_name(state->rule->window), value);
    if (bell->hook && (!place || !alert_hook_start(bell->hook, state, &place->pid))) {
        complain("alert_hook cannot be started");
    } else if (bell->hook) {
        place->until_ns = base_clock_monotonic_ns() + HOOK_NS;
    }
}

void bell_check(struct bell *bell, struct tta_metrics *metrics, struct tta_metric_store *store)
{
    struct tta_error err = {.message = "out of memory"};
    if (!bell) {
        return;
    }
    look_after(bell);
    bool fails = tta_alerts_check(bell->alerts, metrics, store, base_clock_unix_ns(), ring, bell, &err) != TTA_OK;
    if (fails && !bell->fails) {
        complain("alerts cannot be looked at just now: %s", err.message);
    }
    bell->fails = fails;
}
