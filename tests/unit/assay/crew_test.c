// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/crew.h"

#define MEMBERS 4
#define MEETINGS 300

/* Each member counts before a meeting and looks at everybody's count behind it. */
struct member {
    struct crew *crew;
    unsigned *counts; /* of all */
    unsigned index;
    unsigned meetings; /* that went well */
    unsigned strays;   /* counts that were not what they should be */
    unsigned leaves_at; /* 0: never */
};

static void *run_member(void *context)
{
    struct member *member = context;
    for (unsigned i = 1; i <= MEETINGS; i++) {
        if (i == member->leaves_at) {
            assay_crew_break(member->crew);
            return NULL;
        }
        member->counts[member->index] = i;
        if (!(i % 2 ? assay_crew_meet(member->crew) : assay_crew_start(member->crew))) {
            return NULL;
        }
        for (unsigned other = 0; other < MEMBERS; other++) {
            member->strays += member->counts[other] != i;
        }
        if (!assay_crew_meet(member->crew)) { /* nobody counts on before all have looked */
            return NULL;
        }
        member->meetings++;
    }
    return NULL;
}

static void run_crew(struct member members[MEMBERS], unsigned leaver, unsigned leaves_at)
{
    struct crew crew;
    static unsigned counts[MEMBERS];
    pthread_t threads[MEMBERS];
    assay_crew_init(&crew, MEMBERS);
    for (unsigned i = 0; i < MEMBERS; i++) {
        counts[i] = 0;
        members[i] = (struct member){.crew = &crew, .counts = counts, .index = i};
        members[i].leaves_at = i == leaver ? leaves_at : 0;
    }
    for (unsigned i = 0; i < MEMBERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, run_member, &members[i]), 0);
    }
    for (unsigned i = 0; i < MEMBERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assay_crew_deinit(&crew);
}

static void all_members_are_there_behind_a_meeting(void **state)
{
    (void)state;
    struct member members[MEMBERS];
    run_crew(members, 0, 0);
    for (unsigned i = 0; i < MEMBERS; i++) {
        assert_int_equal(members[i].meetings, MEETINGS);
        assert_int_equal(members[i].strays, 0);
    }
}

static void nobody_waits_for_a_member_that_left(void **state)
{
    (void)state;
    struct member members[MEMBERS];
    for (unsigned leaves_at = 1; leaves_at < 6; leaves_at++) { /* odd: others wait asleep; even: awake */
        run_crew(members, leaves_at % MEMBERS, leaves_at);
        for (unsigned i = 0; i < MEMBERS; i++) {
            assert_true(members[i].meetings <= leaves_at);
            assert_int_equal(members[i].strays, 0);
        }
    }
}

static void one_alone_never_waits(void **state)
{
    (void)state;
    struct crew crew;
    assay_crew_init(&crew, 1);
    assert_true(assay_crew_meet(&crew));
    assert_true(assay_crew_start(&crew));
    assert_true(assay_crew_meet(&crew));
    assay_crew_break(&crew);
    assert_false(assay_crew_meet(&crew));
    assert_false(assay_crew_start(&crew));
    assay_crew_deinit(&crew);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_members_are_there_behind_a_meeting),
        cmocka_unit_test(nobody_waits_for_a_member_that_left),
        cmocka_unit_test(one_alone_never_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
