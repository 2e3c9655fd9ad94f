// SPDX-License-Identifier: MIT
/*
 * Gates of a program against itself, each of them as a user would run it: every benchmark
 * against itself, and against itself slowed.  What a gate says of the first is a false
 * alarm, of the second a detection.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "cmd/assay/child.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/gate_session.h"
#include "cmd/assay/gate_suite.h"
#include "cmd/assay/interrupt.h"
#include "cmd/assay/priority.h"
#include "cmd/assay/report_table.h"
#include "cmd/assay/session.h"
#include "cmd/assay/subject.h"
#include "cmd/assay/worker_watch.h"

#define MAX_PRINTED_SEED 1000000
#define LAUNCH_SECONDS 0.05
#define DEFAULT_SECONDS 300.0
#define DEFAULT_SLOWED 0.02

enum { SAME, SLOWED, KINDS };

/* What gates said of a benchmark against itself, or against itself slowed. */
struct tally {
    size_t gates, slower, faster, same, suspects;
};

/* A benchmark with sides of its own for each kind. */
struct probe {
    const char *fullname, *name; /* borrowed */
    struct subject sides[KINDS][2];
    uint64_t iterations[KINDS]; /* of a slice, once they are known */
    struct tally tallies[KINDS];
    bool is_coarse; /* a slice cannot be made longer by so little */
};

struct probing {
    const struct options *options;
    struct session_options session_options;
    double slowed;
    struct session *session;
    struct probe *probes;
    size_t count;
    size_t gates; /* that are complete */
    int64_t gates_ns; /* that they took in all */
};

static int out_of_memory(void)
{
    complain("out of memory");
    return EXIT_UNMEASURED;
}

static bool create_probes(struct probing *probing)
{
    probing->count = session_count(probing->session);
    probing->probes = base_alloc_array(probing->count, sizeof(*probing->probes));
    if (!probing->probes) {
        probing->count = 0;
        return false;
    }
    memset(probing->probes, 0, probing->count * sizeof(*probing->probes));
    for (size_t i = 0; i < probing->count; i++) {
        const struct subject *from = session_subject(probing->session, i);
        struct probe *probe = &probing->probes[i];
        const char *separator = strstr(from->fullname, "::");
        probe->fullname = from->fullname;
        probe->name = separator ? separator + 2 : from->fullname;
        for (int each = 0; each < 2 * KINDS; each++) {
            struct subject *subject = &probe->sides[each / 2][each % 2];
            subject->program = strdup(from->program);
            subject->fullname = strdup(from->fullname);
            subject->error = from->error ? strdup(from->error) : NULL;
            subject->identity = from->identity;
            if (!subject->program || !subject->fullname || (from->error && !subject->error)) {
                return false;
            }
        }
    }
    return true;
}

static void destroy_probes(struct probing *probing)
{
    for (size_t i = 0; i < probing->count; i++) {
        for (int each = 0; each < 2 * KINDS; each++) {
            subject_deinit(&probing->probes[i].sides[each / 2][each % 2]);
        }
    }
    free(probing->probes);
}

static void set_pairs(const struct probing *probing, struct pair *pairs)
{
    for (size_t i = 0; i < probing->count; i++) {
        struct probe *probe = &probing->probes[i];
        for (int kind = SAME; kind < KINDS; kind++) {
            struct subject *sides = probe->sides[kind];
            pairs[KINDS * i + (size_t)kind] = (struct pair){
                .sides = {&sides[0], &sides[1]},
                .slowed = kind == SLOWED ? probing->slowed : 0,
                .iterations = probe->iterations[kind],
            };
            /* Times are of no interest here, so that samples need not be kept from gate to gate. */
            sides[0].sample_count = sides[1].sample_count = 0;
        }
    }
}

static void count_verdict(struct tally *tally, const struct assay_gate_verdict *verdict)
{
    tally->gates++;
    tally->slower += verdict->verdict == ASSAY_VERDICT_SLOWER;
    tally->faster += verdict->verdict == ASSAY_VERDICT_FASTER;
    tally->same += verdict->verdict == ASSAY_VERDICT_SAME;
    tally->suspects += verdict->was_suspect;
}

/* One gate of all of them; false without memory.  One that was interrupted does not count. */
static bool run_gate(struct probing *probing, struct pair *pairs, struct pair_setting *setting,
                     struct progress *progress)
{
    size_t total = KINDS * probing->count;
    struct assay_gate *gate = assay_gate_create(total, assay_gate_error(probing->count), setting->random);
    if (!gate) {
        return false;
    }
    int64_t start_ns = base_clock_monotonic_ns();
    set_pairs(probing, pairs);
    for (size_t i = 0; i < total; i++) {
        const struct assay_run run = {.fullname = (char *)(uintptr_t)probing->probes[i / KINDS].fullname};
        assay_gate_set_margin(gate, i, assay_limits_bounds(&probing->options->limits, &run).gate);
        if (pairs[i].sides[0]->error || (i % KINDS == SLOWED && probing->probes[i / KINDS].is_coarse)) {
            assay_gate_fail(gate, i);
        }
    }
    bool good = gate_session_run(gate, pairs, setting, gate_time_of(total), progress);
    for (size_t i = 0; good && i < total && interrupt_caught() == 0; i++) {
        struct probe *probe = &probing->probes[i / KINDS];
        probe->iterations[i % KINDS] = pairs[i].iterations;
        if (assay_gate_phase(gate, i) == ASSAY_GATE_DECIDED) {
            struct assay_gate_verdict verdict = assay_gate_verdict(gate, i);
            count_verdict(&probe->tallies[i % KINDS], &verdict);
        }
    }
    if (good && interrupt_caught() == 0) {
        probing->gates++;
        probing->gates_ns += base_clock_monotonic_ns() - start_ns;
    }
    assay_gate_destroy(gate);
    return good;
}

/* Finds how long slices are, which decides what can be slowed; false without memory. */
static bool look_at_slices(struct probing *probing, struct pair *pairs, struct pair_setting *setting)
{
    set_pairs(probing, pairs);
    for (size_t i = 0; i < probing->count && interrupt_caught() == 0; i++) {
        struct pair *pair = &pairs[KINDS * i];
        struct assay_gate_launch ignored;
        if (!pair->sides[0]->error && !pair_launch(pair, setting, &ignored) &&
            (pair->sides[0]->no_memory || pair->sides[1]->no_memory)) {
            return false;
        }
        struct probe *probe = &probing->probes[i];
        probe->iterations[SAME] = probe->iterations[SLOWED] = pair->iterations;
        probe->is_coarse = pair_is_too_coarse(pair, probing->slowed);
    }
    return true;
}

static bool measure(struct probing *probing)
{
    double seconds = probing->options->budget_ns > 0 ? (double)probing->options->budget_ns / 1e9 : DEFAULT_SECONDS;
    int64_t deadline_ns = base_clock_monotonic_ns() + (int64_t)(seconds * 1e9);
    struct pair *pairs = base_alloc_array(KINDS * probing->count, sizeof(*pairs));
    struct pair_setting *setting = calloc(1, sizeof(*setting));
    struct progress progress = progress_to(stderr, LAUNCH_SECONDS);
    bool good = pairs && setting;
    interrupt_be_gentle(true);
    const struct priority priority = priority_raise(probing->session_options.priority);
    if (good) {
        setting->options = &probing->session_options;
        setting->random = probing->session_options.seed;
        good = look_at_slices(probing, pairs, setting);
    }
    do {
        (void)snprintf(progress.remark, sizeof(progress.remark), " (gate %zu)", probing->gates + 1); /* fits */
        good = good && run_gate(probing, pairs, setting, probing->options->quiet ? NULL : &progress);
    } while (good && interrupt_caught() == 0 && base_clock_monotonic_ns() < deadline_ns);
    priority_restore(&priority);
    interrupt_be_gentle(false);
    progress_clear(&progress);
    free(pairs);
    free(setting);
    return good;
}

static void print_share(char out[REPORT_NUMBER_BYTES], size_t part, size_t whole)
{
    if (whole > 0) {
        (void)snprintf(out, REPORT_NUMBER_BYTES, "%.1f%%", 100 * (double)part / (double)whole); /* fits */
    } else {
        (void)snprintf(out, REPORT_NUMBER_BYTES, "-");
    }
}

static void print_row(const struct report_table *table, const struct probe *probe, size_t at)
{
    const struct tally *same = &probe->tallies[SAME], *slowed = &probe->tallies[SLOWED];
    char alarms[REPORT_NUMBER_BYTES], sure[REPORT_NUMBER_BYTES], found[REPORT_NUMBER_BYTES];
    print_share(alarms, same->slower + same->faster, same->gates);
    print_share(sure, same->same, same->gates);
    print_share(found, slowed->slower, slowed->gates);
    report_table_row(table, at, (const char *const[]){alarms, sure, found});
    if (probe->sides[SAME][0].error) {
        fputs("could not be measured", table->report->out);
    } else if (probe->is_coarse) {
        fputs("too long to be slowed by so little", table->report->out);
    }
    fputc('\n', table->report->out);
}

/* The most that a rate may be, of which `seen` of `n` were seen, at 95 %: Clopper and Pearson. */
static double upper_bound(size_t seen, size_t n)
{
    double low = (double)seen / (double)n, high = 1;
    for (int i = 0; i < 60; i++) {
        double rate = (low + high) / 2, term = pow(1 - rate, (double)n), below = term;
        for (size_t k = 0; k < seen; k++) {
            term *= (double)(n - k) / (double)(k + 1) * rate / (1 - rate);
            below += term;
        }
        if (below > 0.05) {
            low = rate;
        } else {
            high = rate;
        }
    }
    return high;
}

static void print_rates(const struct report *report, const struct probing *probing)
{
    struct tally all[KINDS] = {{0}};
    for (size_t i = 0; i < probing->count; i++) {
        for (int kind = SAME; kind < KINDS; kind++) {
            const struct tally *one = &probing->probes[i].tallies[kind];
            all[kind].gates += one->gates;
            all[kind].slower += one->slower;
            all[kind].faster += one->faster;
            all[kind].same += one->same;
        }
    }
    size_t alarms = all[SAME].slower + all[SAME].faster;
    if (all[SAME].gates > 0) {
        double gates = (double)(probing->gates > 0 ? probing->gates : 1);
        double seconds = (double)probing->gates_ns / 1e9 / gates;
        fprintf(report->out,
                "%zu gate%s of %.1f s each. false alarms: %zu of %zu comparisons, so at most %.2g%% (95%%); shown the "
                "same: %.1f%%\n",
                probing->gates, probing->gates == 1 ? "" : "s", seconds, alarms, all[SAME].gates,
                upper_bound(alarms, all[SAME].gates) * 100,
                100 * (double)all[SAME].same / (double)all[SAME].gates);
    }
    if (all[SLOWED].gates > 0) {
        fprintf(report->out, "slowed by %g%%: found in %zu of %zu comparisons, %.1f%%\n", probing->slowed * 100,
                all[SLOWED].slower, all[SLOWED].gates, 100 * (double)all[SLOWED].slower / (double)all[SLOWED].gates);
    }
}

static bool print_all(const struct probing *probing)
{
    static const struct report_column columns[] = {
        {"False alarms", 12, 12, LAYOUT_KEEP, false},
        {"Shown same", 10, 10, LAYOUT_KEEP, false},
        {"Slowdown found", 14, 14, LAYOUT_KEEP, false},
    };
    struct report report = report_to(stdout, probing->options);
    struct label_name *names = base_alloc_array(probing->count, sizeof(*names));
    struct report_table table;
    for (size_t i = 0; names && i < probing->count; i++) {
        names[i] = (struct label_name){probing->probes[i].name, probing->probes[i].fullname};
    }
    bool good = names && report_table_create(&report, "Name", names, probing->count, columns,
                                             sizeof(columns) / sizeof(columns[0]), 0, &table);
    if (good) {
        table.last = "";
        report_table_begin(&table, "against itself");
        for (size_t i = 0; i < probing->count; i++) {
            print_row(&table, &probing->probes[i], i);
        }
        report_table_end(&table);
        report_table_destroy(&table);
        print_rates(&report, probing);
    }
    free(names);
    return good;
}

/* Exit status 1 for any false alarm: whoever asks wants to know. */
static int conclude(const struct probing *probing)
{
    int status = EXIT_FINE;
    if (!print_all(probing)) {
        return out_of_memory();
    }
    (void)fflush(stdout); /* so that what follows on stderr comes after it */
    for (size_t i = 0; i < probing->count; i++) {
        const struct probe *probe = &probing->probes[i];
        const struct tally *same = &probe->tallies[SAME];
        status = status == EXIT_FINE && same->slower + same->faster > 0 ? EXIT_REGRESSION : status;
        for (int each = 0; each < 2 * KINDS; each++) {
            const char *error = probe->sides[each / 2][each % 2].error;
            if (error) {
                complain("%s: %s", probe->fullname, error);
                status = EXIT_UNMEASURED;
                break;
            }
        }
    }
    return status;
}

static int collect(struct probing *probing)
{
    const struct options *options = probing->options;
    for (size_t i = 0; i < options->argument_count; i++) {
        struct assay_error err;
        if (session_add_program(probing->session, options->arguments[i], options->filter, &err) != ASSAY_OK) {
            complain("%s", err.message);
            return EXIT_BAD_USAGE;
        }
    }
    if (session_count(probing->session) == 0) {
        complain("there is no benchmark to measure: name a program, and a filter that matches");
        return EXIT_BAD_USAGE;
    }
    return EXIT_FINE;
}

int command_aa(const struct options *options)
{
    struct probing probing = {.options = options, .session_options = options->session};
    child_prepare();
    probing.slowed = options->slowed > 0 ? options->slowed : DEFAULT_SLOWED;
    if (!options->has_seed) {
        probing.session_options.seed = (uint64_t)base_clock_unix_ns() / 1000 % MAX_PRINTED_SEED;
    }
    if (!options->has_memory) {
        probing.session_options.memory_bytes = watch_memory_default();
    }
    probing.session = session_create(&probing.session_options);
    int status = probing.session ? collect(&probing) : out_of_memory();
    if (status == EXIT_FINE) {
        bool good = create_probes(&probing) && measure(&probing);
        status = good ? conclude(&probing) : out_of_memory();
        destroy_probes(&probing);
    }
    session_destroy(probing.session);
    return status;
}
