// SPDX-License-Identifier: MIT
#include "cmd/assay/gate_suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/protocol.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/random.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/subject.h"

enum { OLD, NEW };
#define CANDIDATES 3 /* for the control */
#define MAX_LAUNCH_NS INT64_C(200000000)
/* The two pairs of the control come behind those of the suite. */
enum { SAME, SLOWED, CONTROLS };

struct gate_suite {
    struct gate_plan plan;
    struct pair *pairs; /* room for CONTROLS more */
    size_t count;
    struct subject controls[CONTROLS][2];
    bool has_control;
    struct assay_gate *gate; /* NULL until it is measured */
};

static struct subject *find_subject(struct session *session, const char *fullname)
{
    for (size_t i = 0; i < session_count(session); i++) {
        if (strcmp(session_fullname(session, i), fullname) == 0) {
            return session_subject(session, i);
        }
    }
    return NULL;
}

static bool is_same_binary(const struct subject *old, const struct subject *new)
{
    return old->binary && new->binary && strcmp(old->binary, new->binary) == 0;
}

struct gate_suite *gate_suite_create(const struct gate_plan *plan)
{
    struct gate_suite *suite = calloc(1, sizeof(*suite));
    size_t most = session_count(plan->sessions[NEW]) + CONTROLS;
    struct pair *pairs = base_alloc_array(most, sizeof(*pairs));
    if (!suite || !pairs) {
        free(suite);
        free(pairs);
        return NULL;
    }
    memset(pairs, 0, most * sizeof(*pairs));
    *suite = (struct gate_suite){.plan = *plan, .pairs = pairs};
    for (size_t i = 0; i < session_count(plan->sessions[NEW]); i++) {
        struct subject *new = session_subject(plan->sessions[NEW], i);
        struct subject *old = find_subject(plan->sessions[OLD], new->fullname);
        if (old && !old->error && !new->error && !is_same_binary(old, new)) {
            suite->pairs[suite->count++] = (struct pair){.sides = {old, new}};
        }
    }
    return suite;
}

void gate_suite_destroy(struct gate_suite *suite)
{
    if (!suite) {
        return;
    }
    for (int i = 0; i < CONTROLS; i++) {
        subject_deinit(&suite->controls[i][OLD]);
        subject_deinit(&suite->controls[i][NEW]);
    }
    assay_gate_destroy(suite->gate);
    free(suite->pairs);
    free(suite);
}

size_t gate_suite_count(const struct gate_suite *suite)
{
    return suite->count;
}

/* Makes both pairs of the control of one benchmark of a program; false without memory. */
static bool set_control(struct gate_suite *suite, const struct subject *from, const char *fullname)
{
    for (int i = 0; i < CONTROLS; i++) {
        struct pair *pair = &suite->pairs[suite->count + (size_t)i];
        *pair = (struct pair){.slowed = i == SLOWED ? GATE_CONTROL_SLOWED : 0};
        for (int side = OLD; side <= NEW; side++) {
            struct subject *subject = &suite->controls[i][side];
            struct subject fresh = {.program = strdup(from->program), .identity = from->identity,
                                    .fullname = strdup(fullname)};
            subject_deinit(subject);
            *subject = fresh;
            pair->sides[side] = subject;
            if (!fresh.program || !fresh.fullname) {
                return false;
            }
        }
    }
    return true;
}

/* Whether a control of this pair can be what it is to be, and takes no more than its share of the time. */
static bool is_fit(const struct pair *pair, int64_t launch_ns)
{
    return launch_ns <= MAX_LAUNCH_NS && !pair_is_too_coarse(pair, GATE_CONTROL_SLOWED) &&
           pair->sides[OLD]->threads <= 1 && pair->sides[OLD]->plan.rounds == 0;
}

/* The control is one benchmark of the suite, by chance; if none of a few is fit, the loop without a body,
 * which every program has. */
static bool choose_control(struct gate_suite *suite, struct pair_setting *setting)
{
    const struct subject *from = NULL;
    for (int attempt = 0; attempt < CANDIDATES && interrupt_caught() == 0; attempt++) {
        struct pair *pair = &suite->pairs[suite->count];
        int64_t start_ns = base_clock_monotonic_ns();
        struct assay_gate_launch ignored;
        from = suite->pairs[base_random_below(&setting->random, suite->count)].sides[OLD];
        if (!set_control(suite, from, from->fullname)) {
            return false;
        }
        bool launched = pair_launch(pair, setting, &ignored);
        if (pair->sides[OLD]->no_memory || pair->sides[NEW]->no_memory) {
            return false;
        }
        if (launched && is_fit(pair, base_clock_monotonic_ns() - start_ns)) {
            return true;
        }
    }
    return !from || set_control(suite, from, ASSAY_EMPTY_FULLNAME);
}

static void set_margins(struct gate_suite *suite)
{
    for (size_t i = 0; i < suite->count; i++) {
        const struct subject *new = suite->pairs[i].sides[NEW];
        const struct assay_run run = {.fullname = new->fullname, .tags = new->tags};
        assay_gate_set_margin(suite->gate, i, assay_limits_bounds(suite->plan.limits, &run).gate);
    }
}

bool gate_suite_measure(struct gate_suite *suite)
{
    const struct gate_plan *plan = &suite->plan;
    if (suite->count == 0) {
        return true;
    }
    struct pair_setting *setting = calloc(1, sizeof(*setting)); /* large: what is known of each core */
    if (!setting) {
        return false;
    }
    size_t total = suite->count + CONTROLS;
    struct gate_time time = plan->budget_ns > 0 ? (struct gate_time){.usual_ns = plan->budget_ns} : gate_time_of(total);
    setting->options = plan->options;
    setting->random = plan->options->seed;
    suite->has_control = choose_control(suite, setting);
    suite->gate = assay_gate_create(total, assay_gate_error(suite->count), plan->options->seed + 1);
    bool good = suite->has_control && suite->gate;
    if (good) {
        set_margins(suite);
        good = gate_session_run(suite->gate, suite->pairs, setting, time, plan->progress);
    }
    free(setting);
    return good;
}

struct gate_control gate_suite_control(const struct gate_suite *suite)
{
    if (!suite->has_control || !suite->gate || interrupt_caught() != 0) {
        return (struct gate_control){0};
    }
    struct gate_control control = {
        .is_there = true,
        .fullname = suite->controls[SAME][OLD].fullname,
        .slowed = GATE_CONTROL_SLOWED,
        .same = assay_gate_verdict(suite->gate, suite->count + SAME),
        .slower = assay_gate_verdict(suite->gate, suite->count + SLOWED),
    };
    for (int i = 0; i < CONTROLS; i++) {
        for (int side = OLD; side <= NEW && !control.error; side++) {
            control.error = suite->controls[i][side].error;
        }
    }
    return control;
}

static const struct pair *find_pair(const struct gate_suite *suite, const char *fullname, size_t *out_index)
{
    for (size_t i = 0; i < suite->count; i++) {
        if (strcmp(suite->pairs[i].sides[NEW]->fullname, fullname) == 0) {
            *out_index = i;
            return &suite->pairs[i];
        }
    }
    return NULL;
}

static void judge(const struct gate_suite *suite, struct assay_comparison *row)
{
    size_t index;
    row->bounds.regression = row->bounds.improvement = INFINITY; /* of stored runs */
    row->bounds.margin = row->bounds.gate;
    row->change = row->time = assay_change_unknown();
    if (row->baseline->error || row->candidate->error) {
        row->verdict = ASSAY_VERDICT_BROKEN;
        row->fails = true;
    } else if (find_pair(suite, row->fullname, &index)) {
        struct assay_gate_verdict found = assay_gate_verdict(suite->gate, index);
        row->verdict = found.verdict;
        row->change = row->time = found.change;
        row->least_visible = found.least_visible;
        row->fails = found.verdict == ASSAY_VERDICT_SLOWER;
    } else {
        row->verdict = ASSAY_VERDICT_SAME; /* of one machine code */
        row->fails = false;
    }
}

void gate_suite_judge(const struct gate_suite *suite, struct assay_comparison *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].baseline && rows[i].candidate) {
            judge(suite, &rows[i]);
        }
    }
}
