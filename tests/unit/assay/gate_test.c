// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "alloc_fault.h"
#include "assay/gate.h"
#include "base/random.h"
#include "unit/assay/assert_double.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static double uniform(uint64_t *random)
{
    return ((double)(base_random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

/* Box and Muller. */
static double normal(uint64_t *random)
{
    double radius = sqrt(-2 * log(uniform(random)));
    return radius * cos(6.283185307179586 * uniform(random));
}

/* How launches scatter: evenly, or as a body does whose layout is unlucky in every tenth process. */
enum scatter { EVEN, UNLUCKY };

static double launch_of(uint64_t *random, enum scatter scatter, double deviation, double change)
{
    double value = log1p(change) + deviation * normal(random);
    if (scatter == UNLUCKY && uniform(random) < 0.2) {
        value += uniform(random) < 0.5 ? 0.3 : -0.3; /* it may be either build's */
    }
    return value;
}

/* Both views say the same. */
static void take(struct assay_gate *gate, size_t index, double value, double seconds)
{
    assay_gate_take(gate, index, &(struct assay_gate_launch){value, value}, seconds);
}

static struct assay_gate *create(size_t count, uint64_t seed)
{
    struct assay_gate *gate = assay_gate_create(count, assay_gate_error(count), seed);
    assert_non_null(gate);
    return gate;
}

/* Time for so many launches of each, and for as many again where something seems to have changed. */
struct time {
    size_t launches;
    bool has_more;
};

/* A gate of `count` benchmarks that all scatter and change alike. */
static struct assay_gate *simulate(size_t count, uint64_t seed, enum scatter scatter, double deviation, double change,
                                   struct time time)
{
    struct assay_gate *gate = create(count, seed);
    uint64_t random = seed * 7919 + 1;
    size_t index, done = 0, most = time.launches * count;
    while (assay_gate_next(gate, (double)done / (double)most, &index)) {
        take(gate, index, launch_of(&random, scatter, deviation, change), 1);
        done++;
        if (done == most && time.has_more && assay_gate_narrow(gate)) {
            most *= 2;
            time.has_more = false;
        }
    }
    assay_gate_stop(gate);
    return gate;
}

struct tally {
    unsigned same, slower, faster, unknown, suspects, suites_red;
    size_t launches;
};

static struct tally simulate_for(unsigned suites, size_t count, enum scatter scatter, double deviation, double change,
                                 struct time time)
{
    struct tally tally = {0};
    for (unsigned suite = 0; suite < suites; suite++) {
        struct assay_gate *gate = simulate(count, suite + 1, scatter, deviation, change, time);
        unsigned slower_before = tally.slower;
        for (size_t i = 0; i < count; i++) {
            struct assay_gate_verdict verdict = assay_gate_verdict(gate, i);
            tally.same += verdict.verdict == ASSAY_VERDICT_SAME;
            tally.slower += verdict.verdict == ASSAY_VERDICT_SLOWER;
            tally.faster += verdict.verdict == ASSAY_VERDICT_FASTER;
            tally.unknown += verdict.verdict == ASSAY_VERDICT_UNKNOWN;
            tally.suspects += verdict.was_suspect;
            tally.launches += verdict.launches;
        }
        tally.suites_red += tally.slower > slower_before;
        assay_gate_destroy(gate);
    }
    print_message("change %+.1f%%, scatter %.1f%%: same %u, slower %u, faster %u, cannot tell %u, suspects %u; "
                  "red suites %u of %u; %.1f launches\n",
                  change * 100, deviation * 100, tally.same, tally.slower, tally.faster, tally.unknown,
                  tally.suspects, tally.suites_red, suites, (double)tally.launches / (double)(suites * count));
    return tally;
}

static struct tally simulate_many(unsigned suites, size_t count, enum scatter scatter, double deviation, double change,
                                  size_t launches)
{
    return simulate_for(suites, count, scatter, deviation, change, (struct time){.launches = launches});
}

static void a_block_is_the_mean_log_ratio_of_its_slices(void **state)
{
    (void)state;
    assert_double_near(assay_gate_block((int64_t[]){100, 400}, (int64_t[]){200, 800}), log(2), 1e-12);
    assert_double_near(assay_gate_block((int64_t[]){100, 100}, (int64_t[]){50, 200}) + 1, 1, 1e-12);
    assert_double_near(assay_gate_block((int64_t[]){0, 0}, (int64_t[]){1, 1}) + 1, 1, 1e-12); /* a coarse clock */
}

static void a_launch_is_the_median_of_its_blocks_and_what_is_undisturbed(void **state)
{
    (void)state;
    double odd[] = {0.3, -0.1, 9}, even[] = {4, 1, 2, 8}, one[] = {0.5};
    int64_t old_ns[] = {700, 100, 300, 400, 500, 600, 900, 800}, new_ns[] = {220, 900, 300, 400, 200, 600, 700, 800};
    struct assay_gate_launch launch = assay_gate_launch(even, old_ns, new_ns, 4);
    assert_double_is(launch.typical, 3);
    assert_double_near(launch.undisturbed, log(2), 1e-12);
    assert_double_is(assay_gate_launch(odd, old_ns, new_ns, 3).typical, 0.3);
    assert_double_is(assay_gate_launch(one, old_ns, new_ns, 1).typical, 0.5);
}

static void one_slice_in_twenty_is_undisturbed(void **state)
{
    (void)state;
    double blocks[32] = {0};
    int64_t old_ns[64], new_ns[64];
    for (int64_t i = 0; i < 64; i++) {
        old_ns[i] = 1000 - i;
        new_ns[63 - i] = 2 * (1000 - i);
    }
    new_ns[0] = 1; /* a clock that stood still, once */
    double least = log(1);
    assert_double_near(assay_gate_launch(blocks, old_ns, new_ns, 10).undisturbed, least - log(981), 1e-12);
    assert_int_equal(old_ns[0], 981); /* it was sorted */
    for (int64_t i = 0; i < 64; i++) {
        old_ns[i] = 1000 + i;
        new_ns[i] = i == 0 ? 1 : 2000 + 2 * i;
    }
    /* the fourth of 64 */
    assert_double_near(assay_gate_launch(blocks, old_ns, new_ns, 32).undisturbed, log(2006.0 / 1003), 1e-12);
}

static void two_sessions_share_the_error_of_the_suite(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 100000; count *= 10) {
        double error = assay_gate_error(count);
        assert_true(error <= 0.005 && error > 0);
        assert_true((double)count * error * error <= 0.0025 * (1 + 1e-12));
    }
    assert_double_near(assay_gate_error(1000), sqrt(0.0025 / 1000), 1e-12);
    assert_double_is(assay_gate_error(0), 0.005);
    for (size_t look = 1; look < ASSAY_GATE_LOOKS; look++) {
        assert_true(assay_gate_look(look) > assay_gate_look(look - 1));
    }
    assert_int_equal(assay_gate_look(ASSAY_GATE_LOOKS - 1), ASSAY_GATE_MAX_LAUNCHES);
}

/* 0.25 % of the suites are allowed to be red, and the two sessions are not even as wrong as that,
 * since their looks have much in common. */
static void unchanged_benchmarks_are_seldom_called_slower_or_faster(void **state)
{
    (void)state;
    const struct tally even = simulate_many(200, 20, EVEN, 0.004, 0, 80);
    assert_true(even.suspects <= 50); /* 1 % of 4,000, both sides together, and 1.6 deviations */
    assert_true(even.slower + even.faster <= 1 && even.suites_red <= 1);
    assert_true(even.same > 3980);
    const struct tally wide = simulate_many(50, 20, EVEN, 0.03, 0, 80);
    assert_true(wide.suspects <= 19 && wide.slower + wide.faster <= 1);
    const struct tally unlucky = simulate_many(100, 20, UNLUCKY, 0.005, 0, 80);
    assert_true(unlucky.slower + unlucky.faster <= 1);
    assert_true(unlucky.same > 1900);
}

/* The hardest case there is: a true change of just the margin. */
static void a_change_of_the_margin_is_seldom_called_more(void **state)
{
    (void)state;
    const struct tally tally = simulate_many(100, 20, EVEN, 0.005, ASSAY_GATE_MARGIN, 80);
    assert_in_range(tally.suspects, 1, 20); /* 0.5 % of 2,000 are allowed to be, and 3 deviations */
    assert_true(tally.slower <= 1 && tally.faster == 0);
    assert_true(tally.same <= 18); /* 0.5 % are allowed to be called same */
}

static void a_slowdown_is_found_where_its_launches_scatter_less(void **state)
{
    (void)state;
    const struct tally core = simulate_many(20, 20, EVEN, 0.002, 0.02, 80);
    assert_true(core.slower >= 399);
    const struct tally heap = simulate_many(20, 20, EVEN, 0.015, 0.02, 160);
    assert_true(heap.slower >= 390 && heap.same == 0);
    const struct tally unlucky = simulate_many(20, 20, UNLUCKY, 0.005, 0.03, 160);
    assert_true(unlucky.slower >= 390 && unlucky.same == 0);
    const struct tally faster = simulate_many(20, 20, EVEN, 0.004, -0.03, 80);
    assert_true(faster.faster >= 399);
}

static void what_could_have_been_seen_is_seen(void **state)
{
    (void)state;
    struct assay_gate *gate = simulate(1, 3, EVEN, 0.03, 0, (struct time){40, false});
    struct assay_gate_verdict verdict = assay_gate_verdict(gate, 0);
    assert_int_equal(verdict.verdict, ASSAY_VERDICT_UNKNOWN);
    assert_true(isfinite(verdict.least_visible) && verdict.least_visible > 0.02);
    assay_gate_destroy(gate);
    /* As many launches in each of the two sessions as this one had. */
    const struct tally tally = simulate_many(500, 1, EVEN, 0.03, verdict.least_visible, 80);
    assert_true(tally.slower >= 465);
}

/* A gate of one benchmark whose views scatter and change each in its own way. */
static struct assay_gate_verdict simulate_views(uint64_t seed, double typical_scatter, double typical_change,
                                                double undisturbed_scatter, double undisturbed_change)
{
    struct assay_gate *gate = create(1, seed);
    uint64_t random = seed * 7919 + 1;
    size_t index, done = 0;
    while (assay_gate_next(gate, (double)done / 120, &index)) {
        const struct assay_gate_launch launch = {launch_of(&random, EVEN, typical_scatter, typical_change),
                                                 launch_of(&random, EVEN, undisturbed_scatter, undisturbed_change)};
        assay_gate_take(gate, index, &launch, 1);
        done++;
    }
    assay_gate_stop(gate);
    struct assay_gate_verdict verdict = assay_gate_verdict(gate, 0);
    assay_gate_destroy(gate);
    return verdict;
}

static void the_view_that_scatters_less_tells(void **state)
{
    (void)state;
    struct assay_gate_verdict verdict = simulate_views(1, 0.05, 0.02, 0.001, 0.02);
    assert_int_equal(verdict.verdict, ASSAY_VERDICT_SLOWER);
    assert_double_near(verdict.change.ratio, 0.02, 0.05);
    assert_true(verdict.change.upper - verdict.change.lower < 0.004);
    assert_int_equal(simulate_views(2, 0.001, 0.02, 0.05, 0.02).verdict, ASSAY_VERDICT_SLOWER);
    assert_int_equal(simulate_views(3, 0.001, -0.02, 0.05, -0.02).verdict, ASSAY_VERDICT_FASTER);
}

/* A build whose slices are as fast as ever where nothing disturbs them, and slower in all others. */
static void views_that_contradict_each_other_are_no_verdict(void **state)
{
    (void)state;
    assert_int_equal(simulate_views(1, 0.005, 0.03, 0.001, 0).verdict, ASSAY_VERDICT_UNKNOWN);
    assert_int_equal(simulate_views(2, 0.03, 0.03, 0.001, 0).verdict, ASSAY_VERDICT_UNKNOWN); /* not even excluded */
    assert_int_equal(simulate_views(3, 0.005, 0, 0.001, 0.03).verdict, ASSAY_VERDICT_UNKNOWN);
    assert_int_equal(simulate_views(4, 0.005, 0.03, 0.001, -0.03).verdict, ASSAY_VERDICT_UNKNOWN);
    assert_int_equal(simulate_views(5, 0.001, 0, 0.005, -0.03).verdict, ASSAY_VERDICT_UNKNOWN);
}

/* Gives the session that goes on as many launches of one value as its first look needs. */
static void feed(struct assay_gate *gate, size_t index, double value)
{
    for (size_t i = 0; i < assay_gate_look(0); i++) {
        take(gate, index, value, 1);
    }
}

static void a_suspect_must_be_confirmed(void **state)
{
    (void)state;
    static const struct {
        double first, second;
        enum assay_verdict wanted;
        bool is_contradicted;
    } cases[] = {
        {0.05, 0.05, ASSAY_VERDICT_SLOWER, false},
        {-0.05, -0.05, ASSAY_VERDICT_FASTER, false},
        {0.05, 0, ASSAY_VERDICT_UNKNOWN, true},
        {0.05, -0.05, ASSAY_VERDICT_UNKNOWN, true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct assay_gate *gate = create(1, 1);
        size_t index;
        feed(gate, 0, cases[i].first);
        assert_int_equal(assay_gate_phase(gate, 0), ASSAY_GATE_SUSPECT);
        assert_int_equal(assay_gate_verdict(gate, 0).verdict, ASSAY_VERDICT_UNKNOWN); /* it may not be */
        assert_true(assay_gate_next(gate, 0.1, &index));
        assert_int_equal(assay_gate_phase(gate, 0), ASSAY_GATE_CONFIRMING);
        feed(gate, 0, cases[i].second);
        assert_false(assay_gate_next(gate, 0.2, &index));
        struct assay_gate_verdict verdict = assay_gate_verdict(gate, 0);
        assert_int_equal(verdict.verdict, cases[i].wanted);
        assert_int_equal(verdict.is_contradicted, cases[i].is_contradicted);
        assert_true(verdict.was_suspect);
        assert_int_equal(verdict.launches, 2 * assay_gate_look(0));
        assay_gate_destroy(gate);
    }
}

/* The sessions agree in different views, which together contradict each other for now. */
static void sessions_that_agree_go_on_until_all_launches_say_so(void **state)
{
    (void)state;
    struct assay_gate *gate = create(1, 1);
    size_t index;
    for (size_t i = 0; i < assay_gate_look(0); i++) {
        double other = i % 2 == 0 ? 0.4 : -0.3;
        assay_gate_take(gate, 0, &(struct assay_gate_launch){0.05, other}, 1);
    }
    assert_int_equal(assay_gate_phase(gate, 0), ASSAY_GATE_SUSPECT);
    assert_true(assay_gate_next(gate, 0.1, &index));
    for (size_t i = 0; i < assay_gate_look(0); i++) {
        double other = i % 2 == 0 ? 0.4 : -0.3;
        assay_gate_take(gate, 0, &(struct assay_gate_launch){other, 0.05}, 1);
    }
    assert_int_equal(assay_gate_phase(gate, 0), ASSAY_GATE_CONFIRMING);
    for (size_t i = assay_gate_look(0); i < ASSAY_GATE_MAX_LAUNCHES &&
                                        assay_gate_phase(gate, 0) == ASSAY_GATE_CONFIRMING; i++) {
        assay_gate_take(gate, 0, &(struct assay_gate_launch){0.05, 0.05}, 1);
    }
    assert_int_equal(assay_gate_verdict(gate, 0).verdict, ASSAY_VERDICT_SLOWER);
    assert_true(assay_gate_verdict(gate, 0).launches < ASSAY_GATE_MAX_LAUNCHES);
    assay_gate_destroy(gate);
}

static void a_suspect_without_time_for_a_second_session_stays_one(void **state)
{
    (void)state;
    struct assay_gate *gate = create(1, 1);
    feed(gate, 0, 0.05);
    assay_gate_stop(gate);
    struct assay_gate_verdict verdict = assay_gate_verdict(gate, 0);
    assert_int_equal(verdict.verdict, ASSAY_VERDICT_UNKNOWN);
    assert_true(verdict.was_suspect);
    assay_gate_destroy(gate);
}

static void suspects_wait_until_the_others_are_decided_or_half_of_the_time_is_used(void **state)
{
    (void)state;
    struct assay_gate *gate = create(2, 1);
    size_t index;
    feed(gate, 0, 0.05);
    for (int i = 0; i < 5; i++) {
        assert_true(assay_gate_next(gate, 0.4, &index));
        assert_int_equal(index, 1);
    }
    assert_int_equal(assay_gate_phase(gate, 0), ASSAY_GATE_SUSPECT);
    assert_true(assay_gate_next(gate, 0.5, &index));
    assert_int_equal(assay_gate_phase(gate, 0), ASSAY_GATE_CONFIRMING);
    assert_int_equal(assay_gate_phase(gate, 1), ASSAY_GATE_FIRST);
    assay_gate_destroy(gate);
}

static void each_pass_launches_every_benchmark_once_in_an_order_of_its_own(void **state)
{
    (void)state;
    struct assay_gate *gate = create(10, 4);
    size_t orders[3][10];
    for (int pass = 0; pass < 3; pass++) {
        unsigned seen = 0;
        for (size_t i = 0; i < 10; i++) {
            assert_true(assay_gate_next(gate, 0, &orders[pass][i]));
            seen |= 1u << orders[pass][i];
        }
        assert_int_equal(seen, (1u << 10) - 1);
    }
    assert_memory_not_equal(orders[0], orders[1], sizeof(orders[0]));
    assert_memory_not_equal(orders[1], orders[2], sizeof(orders[0]));
    assay_gate_fail(gate, 7);
    for (size_t i = 0; i < 18; i++) {
        size_t index;
        assert_true(assay_gate_next(gate, 0, &index));
        assert_int_not_equal(index, 7);
    }
    assay_gate_destroy(gate);
}

static void one_whose_launches_take_long_gets_its_share_of_the_time_only(void **state)
{
    (void)state;
    struct assay_gate *gate = create(4, 1);
    unsigned launches[4] = {0};
    double spent = 0;
    while (spent < 100) {
        size_t index;
        assert_true(assay_gate_next(gate, 0, &index));
        double seconds = index == 2 ? 5 : 1;
        spent += seconds;
        launches[index]++;
        take(gate, index, (launches[index] % 2 == 0 ? 1 : -1) * 0.5, seconds); /* never decided */
    }
    assert_in_range(launches[2], 4, 7);
    assert_in_range(launches[0], 20, 30);
    assert_in_range(launches[3], 20, 30);
    assay_gate_destroy(gate);
}

static void a_margin_of_its_own_decides(void **state)
{
    (void)state;
    struct assay_gate *gate = create(2, 1);
    assay_gate_set_margin(gate, 0, 0.10);
    feed(gate, 0, 0.05);
    feed(gate, 1, 0.05);
    assert_int_equal(assay_gate_phase(gate, 0), ASSAY_GATE_DECIDED);
    assert_int_equal(assay_gate_verdict(gate, 0).verdict, ASSAY_VERDICT_SAME);
    assert_int_equal(assay_gate_phase(gate, 1), ASSAY_GATE_SUSPECT);
    assay_gate_destroy(gate);
}

static void the_time_ends_what_is_undecided_and_what_failed_has_no_verdict(void **state)
{
    (void)state;
    struct assay_gate *gate = create(3, 1);
    size_t index;
    take(gate, 0, 0.01, 1);
    assay_gate_fail(gate, 2);
    assert_false(assay_gate_next(gate, 1, &index));
    assay_gate_stop(gate);
    struct assay_gate_verdict one = assay_gate_verdict(gate, 0), none = assay_gate_verdict(gate, 1);
    assert_int_equal(one.verdict, ASSAY_VERDICT_UNKNOWN);
    assert_double_near(one.change.ratio, expm1(0.01), 1e-12);
    assert_false(assay_change_has_interval(&one.change));
    assert_double_is(one.least_visible, INFINITY);
    assert_double_is(none.change.ratio, NAN);
    assert_int_equal(assay_gate_phase(gate, 2), ASSAY_GATE_FAILED);
    assay_gate_destroy(gate);
}

static void what_seems_to_have_changed_goes_on_when_the_usual_time_is_over(void **state)
{
    enum { UNDECIDED, LEANING, SUSPECT, UNMEASURED, COUNT };
    (void)state;
    struct assay_gate *gate = create(COUNT, 1);
    size_t index;
    for (int i = 0; i < 15; i++) {
        take(gate, UNDECIDED, i % 2 == 0 ? 0.05 : -0.03, 1); /* its middle lies there, too, and no less 0 */
        take(gate, LEANING, 0.015 + 0.001 * (i - 7), 1);
    }
    feed(gate, SUSPECT, 0.05);
    assert_int_equal(assay_gate_phase(gate, LEANING), ASSAY_GATE_FIRST);
    assert_false(assay_gate_next(gate, 1, &index));
    assert_true(assay_gate_narrow(gate));
    assert_int_equal(assay_gate_phase(gate, UNDECIDED), ASSAY_GATE_DECIDED);
    assert_int_equal(assay_gate_verdict(gate, UNDECIDED).verdict, ASSAY_VERDICT_UNKNOWN);
    assert_int_equal(assay_gate_phase(gate, LEANING), ASSAY_GATE_FIRST);
    assert_int_equal(assay_gate_phase(gate, UNMEASURED), ASSAY_GATE_DECIDED);
    for (int i = 0; i < 400 && assay_gate_next(gate, 0.5, &index); i++) {
        assert_true(index == LEANING || index == SUSPECT);
        take(gate, index, index == SUSPECT ? 0.05 : 0.015 + 0.001 * (i % 5 - 2), 1);
    }
    assert_int_equal(assay_gate_verdict(gate, LEANING).verdict, ASSAY_VERDICT_SLOWER);
    assert_int_equal(assay_gate_verdict(gate, SUSPECT).verdict, ASSAY_VERDICT_SLOWER);
    assert_false(assay_gate_narrow(gate));
    assay_gate_destroy(gate);
}

static void more_time_finds_more_and_takes_none_for_what_is_unchanged(void **state)
{
    const struct time usual = {80, false}, more = {80, true};
    (void)state;
    const struct tally without = simulate_for(20, 20, EVEN, 0.02, 0.02, usual);
    const struct tally with = simulate_for(20, 20, EVEN, 0.02, 0.02, more);
    assert_true(with.slower >= 390 && with.slower > without.slower + 20);
    const struct tally unchanged = simulate_for(100, 20, EVEN, 0.03, 0, more);
    const struct tally as_usual = simulate_for(100, 20, EVEN, 0.03, 0, usual);
    assert_true(unchanged.slower + unchanged.faster <= 1);
    assert_true(unchanged.launches < as_usual.launches + as_usual.launches / 10);
}

static void a_benchmark_that_scatters_too_much_ends_after_its_last_look(void **state)
{
    (void)state;
    struct assay_gate *gate = simulate(1, 1, EVEN, 0.3, 0, (struct time){100000, false});
    assert_int_equal(assay_gate_verdict(gate, 0).verdict, ASSAY_VERDICT_UNKNOWN);
    assert_int_equal(assay_gate_verdict(gate, 0).launches, ASSAY_GATE_MAX_LAUNCHES);
    assay_gate_destroy(gate);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    size_t n = 1;
    for (;; n++) {
        alloc_fault_after(n);
        struct assay_gate *gate = assay_gate_create(3, 0.005, 1);
        bool happened = alloc_fault_happened();
        alloc_fault_after(0);
        assert_true(happened == (gate == NULL));
        assay_gate_destroy(gate);
        if (!happened) {
            break;
        }
    }
    assert_int_equal(n, 3);
    assert_null(assay_gate_create(SIZE_MAX / 100, 0.005, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_is_the_mean_log_ratio_of_its_slices),
        cmocka_unit_test(a_launch_is_the_median_of_its_blocks_and_what_is_undisturbed),
        cmocka_unit_test(one_slice_in_twenty_is_undisturbed),
        cmocka_unit_test(two_sessions_share_the_error_of_the_suite),
        cmocka_unit_test(unchanged_benchmarks_are_seldom_called_slower_or_faster),
        cmocka_unit_test(a_change_of_the_margin_is_seldom_called_more),
        cmocka_unit_test(a_slowdown_is_found_where_its_launches_scatter_less),
        cmocka_unit_test(what_could_have_been_seen_is_seen),
        cmocka_unit_test(the_view_that_scatters_less_tells),
        cmocka_unit_test(views_that_contradict_each_other_are_no_verdict),
        cmocka_unit_test(a_suspect_must_be_confirmed),
        cmocka_unit_test(sessions_that_agree_go_on_until_all_launches_say_so),
        cmocka_unit_test(a_suspect_without_time_for_a_second_session_stays_one),
        cmocka_unit_test(suspects_wait_until_the_others_are_decided_or_half_of_the_time_is_used),
        cmocka_unit_test(each_pass_launches_every_benchmark_once_in_an_order_of_its_own),
        cmocka_unit_test(one_whose_launches_take_long_gets_its_share_of_the_time_only),
        cmocka_unit_test(a_margin_of_its_own_decides),
        cmocka_unit_test(the_time_ends_what_is_undecided_and_what_failed_has_no_verdict),
        cmocka_unit_test(what_seems_to_have_changed_goes_on_when_the_usual_time_is_over),
        cmocka_unit_test(more_time_finds_more_and_takes_none_for_what_is_unchanged),
        cmocka_unit_test(a_benchmark_that_scatters_too_much_ends_after_its_last_look),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
