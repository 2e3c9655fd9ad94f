// SPDX-License-Identifier: MIT
/*
 * When somebody is asked about a key, and what is told of it, in worlds drawn at
 * random with a clock that the test moves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/random.h"
#include "tta/key_memory.h"
#include "tta/key_pace.h"

#define SEC INT64_C(1000000000)
#define MIN (60 * SEC)
#define START (1000 * SEC)

static struct tta_key_digest digest_of(uint64_t n)
{
    uint64_t state = n;
    uint64_t first = base_random_next(&state);
    return (struct tta_key_digest){{first, base_random_next(&state)}};
}

static struct tta_key_result learn(struct tta_key_memory *memory, uint64_t n, enum tta_key_verdict verdict,
                                   int64_t now_ns)
{
    const struct tta_key_digest digest = digest_of(n);
    const struct tta_key_finding finding = {.verdict = verdict, .lasts_ns = INT64_MAX, .sentence = "as found"};
    struct tta_key_result result;
    tta_key_memory_learn(memory, &digest, &finding, now_ns, &result);
    return result;
}

static bool tell(const struct tta_key_memory *memory, uint64_t n, int64_t now_ns, enum tta_key_verdict *out_verdict)
{
    const struct tta_key_digest digest = digest_of(n);
    struct tta_key_result result;
    bool is_told = tta_key_memory_tell(memory, &digest, now_ns, &result);
    if (is_told) {
        assert_true(result.from_cache);
        *out_verdict = result.verdict;
    }
    return is_told;
}

static struct tta_key_memory *new_memory(size_t capacity)
{
    struct tta_key_memory *memory = tta_key_memory_create(capacity);
    assert_non_null(memory);
    return memory;
}

/* For how long the verdict is told, to the nanosecond. */
static int64_t time_told(const struct tta_key_memory *memory, uint64_t n, int64_t since_ns)
{
    enum tta_key_verdict verdict;
    int64_t low_ns = 0, high_ns = 24 * 60 * MIN;
    while (low_ns < high_ns) {
        int64_t middle_ns = low_ns + (high_ns - low_ns) / 2;
        if (tell(memory, n, since_ns + middle_ns, &verdict)) {
            low_ns = middle_ns + 1;
        } else {
            high_ns = middle_ns;
        }
    }
    return low_ns;
}

static void unknown_puts_the_next_question_off_for_longer_each_time(void **state)
{
    (void)state;
    static const int64_t wanted_s[] = {5, 10, 20, 40, 60, 60, 60};
    struct tta_key_memory *memory = new_memory(4);
    int64_t now_ns = START;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof wanted_s / sizeof wanted_s[0]; i++) {
            assert_int_equal(learn(memory, 1, TTA_KEY_UNKNOWN, now_ns).verdict, TTA_KEY_UNKNOWN);
            assert_int_equal(time_told(memory, 1, now_ns), wanted_s[i] * SEC);
            now_ns += 3 * MIN; /* however long nobody asked */
        }
        assert_int_equal(learn(memory, 1, TTA_KEY_NO_CREDIT, now_ns).verdict, TTA_KEY_NO_CREDIT);
        assert_int_equal(time_told(memory, 1, now_ns), MIN); /* an answer: it begins anew */
    }
    tta_key_memory_destroy(memory);
}

static void what_says_nothing_takes_nothing_from_a_good_key_for_an_hour(void **state)
{
    (void)state;
    struct tta_key_memory *memory = new_memory(4);
    int64_t now_ns = START + 59 * MIN;
    (void)learn(memory, 1, TTA_KEY_VALID, START);
    struct tta_key_result result = learn(memory, 1, TTA_KEY_UNKNOWN, now_ns);
    assert_int_equal(result.verdict, TTA_KEY_VALID);
    assert_true(result.from_cache);
    assert_string_not_equal(result.sentence, "as found");
    assert_int_equal(time_told(memory, 1, now_ns), 5 * SEC);
    (void)learn(memory, 1, TTA_KEY_UNKNOWN, START + 60 * MIN - SEC);
    assert_int_equal(time_told(memory, 1, START + 60 * MIN - SEC), SEC); /* the hour is over */
    assert_int_equal(learn(memory, 1, TTA_KEY_UNKNOWN, START + 60 * MIN).verdict, TTA_KEY_UNKNOWN);
    tta_key_memory_destroy(memory);
}

static void a_refusal_counts_at_once_whatever_was_before(void **state)
{
    (void)state;
    enum tta_key_verdict verdict;
    struct tta_key_memory *memory = new_memory(4);
    (void)learn(memory, 1, TTA_KEY_VALID, START);
    (void)learn(memory, 1, TTA_KEY_UNKNOWN, START + SEC);
    (void)learn(memory, 1, TTA_KEY_INVALID, START + 2 * SEC);
    assert_true(tell(memory, 1, START + 2 * SEC, &verdict));
    assert_int_equal(verdict, TTA_KEY_INVALID);
    const struct tta_key_digest digest = digest_of(1);
    struct tta_key_result result;
    assert_false(tta_key_memory_tell_stale(memory, &digest, START + 2 * SEC, &result));
    assert_false(tta_key_memory_is_accepted(memory, &digest));
    assert_int_equal(learn(memory, 1, TTA_KEY_UNKNOWN, START + 3 * SEC).verdict, TTA_KEY_UNKNOWN);
    tta_key_memory_destroy(memory);
}

static void a_good_key_is_told_while_it_is_asked_about_but_not_beyond_its_own_end(void **state)
{
    (void)state;
    struct tta_key_memory *memory = new_memory(4);
    const struct tta_key_digest digest = digest_of(1);
    const struct tta_key_finding short_lived = {.verdict = TTA_KEY_VALID, .lasts_ns = 20 * MIN, .sentence = ""};
    struct tta_key_result result;
    tta_key_memory_learn(memory, &digest, &short_lived, START, &result);
    assert_false(tta_key_memory_tell(memory, &digest, START + 15 * MIN, &result));
    assert_true(tta_key_memory_tell_stale(memory, &digest, START + 15 * MIN, &result));
    assert_false(tta_key_memory_tell_stale(memory, &digest, START + 20 * MIN, &result));
    assert_int_equal(learn(memory, 1, TTA_KEY_UNKNOWN, START + 21 * MIN).verdict, TTA_KEY_UNKNOWN);
    assert_true(tta_key_memory_is_accepted(memory, &digest)); /* which the provider knows all the same */
    tta_key_memory_destroy(memory);
}

static void no_flood_pushes_out_a_good_key(void **state)
{
    (void)state;
    static const enum tta_key_verdict of_others[] = {TTA_KEY_INVALID, TTA_KEY_UNKNOWN, TTA_KEY_RATE_LIMITED,
                                                     TTA_KEY_UNVERIFIABLE, TTA_KEY_FORBIDDEN, TTA_KEY_NO_CREDIT};
    enum tta_key_verdict verdict;
    struct tta_key_memory *memory = new_memory(16);
    for (uint64_t n = 0; n < 16; n++) {
        (void)learn(memory, n, TTA_KEY_VALID, START);
    }
    for (uint64_t n = 16; n < 100000; n++) {
        (void)learn(memory, n, of_others[n % 6], START + SEC);
    }
    for (uint64_t n = 0; n < 16; n++) {
        assert_true(tell(memory, n, START + 2 * SEC, &verdict));
        assert_int_equal(verdict, TTA_KEY_VALID);
    }
    tta_key_memory_destroy(memory);
}

/* What is really so of a key, kept beside the memory under test. */
struct truth {
    int64_t accepted_ns, refused_ns, asked_ns; /* the last time, or -1 */
    enum tta_key_verdict last;                 /* that an answer said anything with */
    uint32_t unknowns;
};

enum { KEYS = 24, STEPS = 4000 };

static void check_told(const struct truth *truth, enum tta_key_verdict verdict, int64_t now_ns)
{
    if (verdict == TTA_KEY_VALID) {
        assert_true(truth->accepted_ns >= 0 && truth->last == TTA_KEY_VALID && now_ns - truth->accepted_ns <= 60 * MIN);
    }
    if (tta_key_verdict_blocks(verdict)) {
        assert_true(truth->last == verdict && now_ns - truth->refused_ns < MIN);
    }
    assert_true(now_ns - truth->asked_ns < 11 * MIN);
}

static void note(struct truth *truth, enum tta_key_verdict verdict, int64_t now_ns)
{
    truth->asked_ns = now_ns;
    truth->unknowns = verdict == TTA_KEY_UNKNOWN ? truth->unknowns + 1 : 0;
    if (verdict == TTA_KEY_VALID) {
        truth->accepted_ns = now_ns;
    } else if (tta_key_verdict_blocks(verdict)) {
        truth->refused_ns = now_ns;
    }
    truth->last = verdict != TTA_KEY_UNKNOWN ? verdict : truth->last;
}

/* The least time that must lie between an answer and the next question. */
static int64_t least_pause(const struct truth *truth)
{
    if (truth->unknowns == 0) {
        return truth->last == TTA_KEY_VALID || truth->last == TTA_KEY_UNVERIFIABLE ? 9 * MIN : MIN;
    }
    int64_t pause_ns = 5 * SEC << (truth->unknowns < 5 ? truth->unknowns - 1 : 4);
    return pause_ns < MIN ? pause_ns : MIN;
}

/* An hour's trust ends in the middle of a pause, so then the pause may be shorter. */
static bool trust_has_ended(const struct truth *truth, int64_t now_ns)
{
    return truth->last == TTA_KEY_VALID && now_ns - truth->accepted_ns >= 60 * MIN;
}

static void live_in_a_world(uint64_t seed)
{
    static const enum tta_key_verdict answers[] = {TTA_KEY_VALID,   TTA_KEY_VALID,        TTA_KEY_UNKNOWN,
                                                   TTA_KEY_UNKNOWN, TTA_KEY_INVALID,      TTA_KEY_EXPIRED,
                                                   TTA_KEY_UNKNOWN, TTA_KEY_RATE_LIMITED, TTA_KEY_UNVERIFIABLE};
    struct tta_key_memory *memory = new_memory(64);
    struct truth truths[KEYS];
    int64_t now_ns = START;
    for (size_t n = 0; n < KEYS; n++) {
        truths[n] = (struct truth){.accepted_ns = -1, .refused_ns = -1, .asked_ns = -1, .last = TTA_KEY_UNKNOWN};
    }
    for (int step = 0; step < STEPS; step++) {
        uint64_t n = base_random_below(&seed, KEYS);
        const struct tta_key_digest digest = digest_of(n);
        enum tta_key_verdict verdict;
        now_ns += (int64_t)base_random_below(&seed, (uint64_t)(4 * SEC));
        if (base_random_below(&seed, 200) == 0) {
            now_ns += (int64_t)base_random_below(&seed, (uint64_t)(20 * MIN));
        }
        if (base_random_below(&seed, 300) == 0) {
            tta_key_memory_forget(memory, &digest);
            truths[n] = (struct truth){.accepted_ns = -1, .refused_ns = -1, .asked_ns = -1, .last = TTA_KEY_UNKNOWN};
        }
        if (tell(memory, n, now_ns, &verdict)) {
            check_told(&truths[n], verdict, now_ns);
            continue;
        }
        if (truths[n].asked_ns >= 0 && !trust_has_ended(&truths[n], now_ns)) {
            assert_true(now_ns - truths[n].asked_ns >= least_pause(&truths[n]));
        }
        enum tta_key_verdict found = answers[base_random_below(&seed, sizeof answers / sizeof answers[0])];
        note(&truths[n], found, now_ns);
        struct tta_key_result result = learn(memory, n, found, now_ns);
        check_told(&truths[n], result.verdict, now_ns);
        assert_true(found == TTA_KEY_UNKNOWN ? result.verdict == TTA_KEY_UNKNOWN || result.verdict == TTA_KEY_VALID
                                             : result.verdict == found);
    }
    tta_key_memory_destroy(memory);
}

static void only_what_was_found_is_told_and_nobody_is_asked_too_early(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        live_in_a_world(seed);
    }
}

/* Whenever one looks: no more than the burst and the rate since allow. */
static void a_place_is_never_asked_faster_than_its_pace(void **state)
{
    (void)state;
    enum { QUESTIONS = 4000 };
    static int64_t asked_ns[QUESTIONS];
    for (uint64_t seed = 1; seed <= 6; seed++) {
        uint64_t random = seed;
        struct tta_key_pace pace = {.per_sec = 0.5 + (double)base_random_below(&random, 8),
                                    .burst = 1 + (double)base_random_below(&random, 20)};
        size_t count = 0, others = 0;
        int64_t now_ns = START;
        for (int i = 0; i < QUESTIONS; i++) {
            now_ns += (int64_t)base_random_below(&random, (uint64_t)SEC);
            int64_t wait_ns = tta_key_pace_take(&pace, 7, base_random_below(&random, 2) == 0, now_ns);
            if (wait_ns == 0) {
                asked_ns[count++] = now_ns;
            }
            others += tta_key_pace_take(&pace, 8 + base_random_below(&random, 3), true, now_ns) == 0;
        }
        assert_true(count > 100 && others > 100);
        for (size_t i = 0; i < count; i++) {
            for (size_t j = i; j < count; j++) {
                double allowed = pace.burst + pace.per_sec * (double)(asked_ns[j] - asked_ns[i]) / 1e9;
                assert_true((double)(j - i + 1) <= allowed + 1e-6);
            }
        }
    }
}

static void who_waits_as_long_as_was_said_may_ask(void **state)
{
    (void)state;
    struct tta_key_pace pace = {.per_sec = 3, .burst = 5};
    for (int form = 0; form < 2; form++) {
        int64_t now_ns = START + form * 60 * MIN, wait_ns;
        while ((wait_ns = tta_key_pace_take(&pace, 1, form, now_ns)) == 0) {
        }
        assert_true(wait_ns > 0 && wait_ns <= SEC);
        assert_true(tta_key_pace_take(&pace, 1, form, now_ns + wait_ns - 2) > 0);
        assert_int_equal(tta_key_pace_take(&pace, 1, form, now_ns + wait_ns), 0);
    }
}

static void rubbish_leaves_room_for_keys_of_the_expected_form(void **state)
{
    (void)state;
    struct tta_key_pace pace = {.per_sec = 1, .burst = 16};
    int64_t now_ns = START;
    for (int i = 0; i < 100000; i++, now_ns += SEC / 1000) {
        (void)tta_key_pace_take(&pace, 1, false, now_ns);
    }
    for (int i = 0; i < 8; i++) {
        assert_int_equal(tta_key_pace_take(&pace, 1, true, now_ns), 0);
    }
    struct tta_key_pace single = {.per_sec = 1, .burst = 1};
    assert_int_equal(tta_key_pace_take(&single, 1, false, now_ns), 0); /* and none is left out for good */
}

static void places_have_paces_of_their_own(void **state)
{
    (void)state;
    struct tta_key_pace pace = {.per_sec = 1, .burst = 1};
    for (uint64_t place = 1; place <= TTA_KEY_PACE_PLACES; place++) {
        assert_int_equal(tta_key_pace_take(&pace, place, true, START + (int64_t)place), 0);
        assert_true(tta_key_pace_take(&pace, place, true, START + (int64_t)place) > 0);
    }
    assert_int_equal(tta_key_pace_take(&pace, 999, true, START + 100), 0); /* in place of the first, */
    assert_true(tta_key_pace_take(&pace, 2, true, START + 100) > 0);       /* and no other */
    assert_true(tta_key_pace_take(&pace, TTA_KEY_PACE_PLACES, true, START) > 0); /* nor by a clock that goes back */
}

static void needs_memory(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        struct tta_key_memory *memory = tta_key_memory_create(4);
        bool happened = alloc_fault_happened();
        assert_int_equal(memory == NULL, happened);
        tta_key_memory_destroy(memory);
        if (!happened) {
            assert_true(n > 3);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_puts_the_next_question_off_for_longer_each_time),
        cmocka_unit_test(what_says_nothing_takes_nothing_from_a_good_key_for_an_hour),
        cmocka_unit_test(a_refusal_counts_at_once_whatever_was_before),
        cmocka_unit_test(a_good_key_is_told_while_it_is_asked_about_but_not_beyond_its_own_end),
        cmocka_unit_test(no_flood_pushes_out_a_good_key),
        cmocka_unit_test(only_what_was_found_is_told_and_nobody_is_asked_too_early),
        cmocka_unit_test(a_place_is_never_asked_faster_than_its_pace),
        cmocka_unit_test(who_waits_as_long_as_was_said_may_ask),
        cmocka_unit_test(rubbish_leaves_room_for_keys_of_the_expected_form),
        cmocka_unit_test(places_have_paces_of_their_own),
        cmocka_unit_test(needs_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
