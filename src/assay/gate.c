// SPDX-License-Identifier: MIT
/*
 * The union bound holds whatever the looks have in common: each uses its share of the
 * error.  A boundary made for looks that are correlated (Pocock 1977, O'Brien and Fleming
 * 1979) would take a tenth fewer launches, and would have to be computed for sums of
 * ranks, which are far from normal where they matter here.
 */
#include "assay/gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "assay/signed_rank.h"
#include "base/num.h"
#include "base/random.h"

#define FAMILY_ERROR 0.0025 /* of one side, over all benchmarks and both sessions */
#define MAX_ERROR 0.005
#define SECOND_SESSION_FROM 0.5 /* of the time */
#define SIDES_TO_SEE (1 + 1.64 / 2.58)
#define SLICES_TO_ONE 20 /* that is undisturbed */

enum view { TYPICAL, UNDISTURBED, VIEWS };

/* Launches of one session. */
struct session {
    double values[VIEWS][ASSAY_GATE_MAX_LAUNCHES];
    size_t count, look;
    enum assay_verdict verdict; /* of the last look */
};

struct benchmark {
    enum assay_gate_phase phase;
    double margin;
    struct session sessions[2];
    enum assay_verdict verdict;
    bool was_suspect, is_contradicted;
    double seconds; /* of all launches */
};

struct assay_gate {
    size_t count;
    double look_error;
    uint64_t random;
    size_t *order; /* of the pass that goes on */
    size_t at;
    struct benchmark benchmarks[];
};

static const size_t looks[ASSAY_GATE_LOOKS] = {13, 16,  20,  25,  32,  40,  50, 64,
                                               80, 108, 144, 192, 256, 360, ASSAY_GATE_MAX_LAUNCHES};

size_t assay_gate_look(size_t look)
{
    return looks[look];
}

double assay_gate_error(size_t benchmarks)
{
    return fmin(MAX_ERROR, sqrt(FAMILY_ERROR / (double)(benchmarks > 0 ? benchmarks : 1)));
}

/* A clock that did not move is taken for the shortest time there is. */
static double log_of(int64_t ns)
{
    return log(ns > 0 ? (double)ns : 1);
}

double assay_gate_block(const int64_t old_ns[2], const int64_t new_ns[2])
{
    return (log_of(new_ns[0]) - log_of(old_ns[0]) + log_of(new_ns[1]) - log_of(old_ns[1])) / 2;
}

static int compare_numbers(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

struct assay_gate_launch assay_gate_launch(double *blocks, int64_t *old_ns, int64_t *new_ns, size_t block_count)
{
    size_t slices = 2 * block_count, undisturbed = (slices - 1) / SLICES_TO_ONE;
    qsort(blocks, block_count, sizeof(*blocks), compare_numbers);
    qsort(old_ns, slices, sizeof(*old_ns), compare_times);
    qsort(new_ns, slices, sizeof(*new_ns), compare_times);
    return (struct assay_gate_launch){
        .typical = blocks[(block_count - 1) / 2] / 2 + blocks[block_count / 2] / 2,
        .undisturbed = log_of(new_ns[undisturbed]) - log_of(old_ns[undisturbed]),
    };
}

struct assay_gate *assay_gate_create(size_t count, double error, uint64_t seed)
{
    if (count > SIZE_MAX / sizeof(struct benchmark) - 1) {
        return NULL;
    }
    struct assay_gate *gate = calloc(1, sizeof(*gate) + count * sizeof(gate->benchmarks[0]));
    size_t *order = base_alloc_array(count, sizeof(*order));
    if (!gate || !order) {
        free(gate);
        free(order);
        return NULL;
    }
    gate->count = count;
    gate->look_error = error / ASSAY_GATE_LOOKS;
    gate->random = seed;
    gate->order = order;
    gate->at = count;
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
        gate->benchmarks[i].margin = ASSAY_GATE_MARGIN;
        gate->benchmarks[i].verdict = ASSAY_VERDICT_UNKNOWN;
    }
    return gate;
}

void assay_gate_destroy(struct assay_gate *gate)
{
    if (gate) {
        free(gate->order);
        free(gate);
    }
}

void assay_gate_set_margin(struct assay_gate *gate, size_t index, double margin)
{
    gate->benchmarks[index].margin = margin;
}

static struct assay_change change_of(const double *values, size_t count, double error)
{
    if (count == 0) {
        return assay_change_unknown();
    }
    struct assay_signed_rank found = assay_signed_rank_of(values, count, error);
    return (struct assay_change){expm1(found.middle), expm1(found.lower), expm1(found.upper)};
}

static enum assay_verdict judge(const struct assay_change *change, double margin)
{
    if (change->lower > margin) {
        return ASSAY_VERDICT_SLOWER;
    }
    if (change->upper < -margin) {
        return ASSAY_VERDICT_FASTER;
    }
    return change->lower >= -margin && change->upper <= margin ? ASSAY_VERDICT_SAME : ASSAY_VERDICT_UNKNOWN;
}

/* Both views of the same launches. */
struct views {
    struct assay_change told, other; /* the one with the narrower interval first */
};

static struct views views_of(const struct assay_gate *gate, const struct session *sessions, size_t session_count)
{
    struct assay_change changes[VIEWS];
    for (int view = 0; view < VIEWS; view++) {
        double values[2 * ASSAY_GATE_MAX_LAUNCHES];
        size_t count = 0;
        for (size_t i = 0; i < session_count; i++) {
            memcpy(values + count, sessions[i].values[view], sessions[i].count * sizeof(*values));
            count += sessions[i].count;
        }
        changes[view] = change_of(values, count, gate->look_error / VIEWS);
    }
    double typical = changes[TYPICAL].upper - changes[TYPICAL].lower;
    bool is_undisturbed = changes[UNDISTURBED].upper - changes[UNDISTURBED].lower < typical;
    return (struct views){changes[is_undisturbed], changes[!is_undisturbed]};
}

static enum assay_verdict judge_views(const struct views *views, double margin)
{
    enum assay_verdict verdict = judge(&views->told, margin);
    const struct assay_change *other = &views->other;
    bool agrees = (verdict == ASSAY_VERDICT_SLOWER && other->upper > margin) ||
                  (verdict == ASSAY_VERDICT_FASTER && other->lower < -margin) ||
                  (verdict == ASSAY_VERDICT_SAME && fabs(other->ratio) <= margin);
    return agrees ? verdict : ASSAY_VERDICT_UNKNOWN;
}

/* What the launches of both sessions say together. */
static enum assay_verdict judge_together(const struct assay_gate *gate, const struct benchmark *benchmark)
{
    struct views pooled = views_of(gate, benchmark->sessions, 2);
    return judge_views(&pooled, benchmark->margin);
}

/* What both sessions and all of their launches together come to. */
static void conclude(const struct assay_gate *gate, struct benchmark *benchmark)
{
    enum assay_verdict first = benchmark->sessions[0].verdict, second = benchmark->sessions[1].verdict;
    benchmark->phase = ASSAY_GATE_DECIDED;
    benchmark->verdict = first;
    if (benchmark->was_suspect) {
        enum assay_verdict together = judge_together(gate, benchmark);
        benchmark->is_contradicted = second != first;
        bool agree = together == ASSAY_VERDICT_SAME || (first == second && together == first);
        benchmark->verdict = agree ? together : ASSAY_VERDICT_UNKNOWN;
    }
}

/* Both sessions agree, and all of their launches together do not say so yet: more of them may. */
static bool is_nearly_confirmed(const struct assay_gate *gate, const struct benchmark *benchmark)
{
    return benchmark->was_suspect && benchmark->sessions[1].verdict == benchmark->sessions[0].verdict &&
           judge_together(gate, benchmark) == ASSAY_VERDICT_UNKNOWN;
}

/* Looks at the session that goes on. */
static void look_at(const struct assay_gate *gate, struct benchmark *benchmark)
{
    struct session *session = &benchmark->sessions[benchmark->was_suspect];
    struct views views = views_of(gate, session, 1);
    session->verdict = judge_views(&views, benchmark->margin);
    bool is_over = session->count == ASSAY_GATE_MAX_LAUNCHES;
    if (!benchmark->was_suspect && assay_verdict_is_change(session->verdict)) {
        benchmark->was_suspect = true;
        benchmark->phase = ASSAY_GATE_SUSPECT;
    } else if (is_over || (session->verdict != ASSAY_VERDICT_UNKNOWN && !is_nearly_confirmed(gate, benchmark))) {
        conclude(gate, benchmark);
    }
}

void assay_gate_take(struct assay_gate *gate, size_t index, const struct assay_gate_launch *launch, double seconds)
{
    struct benchmark *benchmark = &gate->benchmarks[index];
    benchmark->seconds += seconds;
    struct session *session = &benchmark->sessions[benchmark->was_suspect];
    session->values[TYPICAL][session->count] = launch->typical;
    session->values[UNDISTURBED][session->count] = launch->undisturbed;
    session->count++;
    if (session->count == looks[session->look]) {
        session->look++;
        look_at(gate, benchmark);
    }
}

void assay_gate_fail(struct assay_gate *gate, size_t index)
{
    gate->benchmarks[index].phase = ASSAY_GATE_FAILED;
}

static bool is_measured(const struct benchmark *benchmark)
{
    return benchmark->phase == ASSAY_GATE_FIRST || benchmark->phase == ASSAY_GATE_CONFIRMING;
}

static void stop(const struct assay_gate *gate, struct benchmark *benchmark)
{
    if (is_measured(benchmark)) {
        look_at(gate, benchmark); /* with the share of the look that it did not live to see */
    }
    if (benchmark->phase != ASSAY_GATE_DECIDED && benchmark->phase != ASSAY_GATE_FAILED) {
        conclude(gate, benchmark);
    }
}

/* No look: nothing comes of it but more launches. */
static bool seems_changed(const struct assay_gate *gate, const struct benchmark *benchmark)
{
    if (benchmark->phase != ASSAY_GATE_FIRST) {
        return benchmark->phase == ASSAY_GATE_SUSPECT || benchmark->phase == ASSAY_GATE_CONFIRMING;
    }
    struct assay_change change = views_of(gate, benchmark->sessions, 1).told;
    return (change.lower > 0 && change.ratio > benchmark->margin) ||
           (change.upper < 0 && change.ratio < -benchmark->margin);
}

bool assay_gate_narrow(struct assay_gate *gate)
{
    bool goes_on = false;
    for (size_t i = 0; i < gate->count; i++) {
        if (seems_changed(gate, &gate->benchmarks[i])) {
            goes_on = true;
        } else {
            stop(gate, &gate->benchmarks[i]);
        }
    }
    return goes_on;
}

void assay_gate_stop(struct assay_gate *gate)
{
    for (size_t i = 0; i < gate->count; i++) {
        stop(gate, &gate->benchmarks[i]);
    }
}

static bool any_in(const struct assay_gate *gate, enum assay_gate_phase phase)
{
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->benchmarks[i].phase == phase) {
            return true;
        }
    }
    return false;
}

static void admit_suspects(struct assay_gate *gate, double used)
{
    if (used < SECOND_SESSION_FROM && any_in(gate, ASSAY_GATE_FIRST)) {
        return;
    }
    for (size_t i = 0; i < gate->count; i++) {
        if (gate->benchmarks[i].phase == ASSAY_GATE_SUSPECT) {
            gate->benchmarks[i].phase = ASSAY_GATE_CONFIRMING;
        }
    }
}

/* Of those that are measured now. */
static double mean_seconds(const struct assay_gate *gate)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < gate->count; i++) {
        if (is_measured(&gate->benchmarks[i])) {
            sum += gate->benchmarks[i].seconds;
            count++;
        }
    }
    return sum / (double)count * (1 + 1e-9); /* one of them is at most this, however it is rounded */
}

bool assay_gate_next(struct assay_gate *gate, double used, size_t *out_index)
{
    admit_suspects(gate, used);
    if (used >= 1 || (!any_in(gate, ASSAY_GATE_FIRST) && !any_in(gate, ASSAY_GATE_CONFIRMING))) {
        return false;
    }
    double allowed = mean_seconds(gate);
    for (;;) {
        if (gate->at == gate->count) {
            base_random_shuffle(&gate->random, gate->order, gate->count);
            gate->at = 0;
        }
        size_t index = gate->order[gate->at++];
        if (is_measured(&gate->benchmarks[index]) && gate->benchmarks[index].seconds <= allowed) {
            *out_index = index;
            return true;
        }
    }
}

enum assay_gate_phase assay_gate_phase(const struct assay_gate *gate, size_t index)
{
    return gate->benchmarks[index].phase;
}

struct assay_gate_verdict assay_gate_verdict(const struct assay_gate *gate, size_t index)
{
    const struct benchmark *benchmark = &gate->benchmarks[index];
    struct assay_gate_verdict verdict = {
        .verdict = benchmark->phase == ASSAY_GATE_DECIDED ? benchmark->verdict : ASSAY_VERDICT_UNKNOWN,
        .change = views_of(gate, benchmark->sessions, 2).told,
        .launches = benchmark->sessions[0].count + benchmark->sessions[1].count,
        .was_suspect = benchmark->was_suspect,
        .is_contradicted = benchmark->is_contradicted,
        .least_visible = INFINITY,
    };
    if (assay_change_has_interval(&verdict.change)) {
        double side = fmax(verdict.change.upper - verdict.change.ratio, verdict.change.ratio - verdict.change.lower);
        verdict.least_visible = benchmark->margin + SIDES_TO_SEE * side;
    }
    return verdict;
}
