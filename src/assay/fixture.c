// SPDX-License-Identifier: MIT
/*
 * A process runs one benchmark once, so what is known of a fixture stands in the
 * fixture itself.  The lock is recursive: a fixture may use another while it is made.
 */
#include <stdio.h>

#include "assay/running.h"

enum fixture_state { NOT_MADE, BEING_MADE, MADE, FAILED };

static void *fail(struct assay_bench *bench, const struct assay_fixture *fixture, const char *complaint)
{
    char reason[ASSAY_MAX_SAID_BYTES];
    (void)snprintf(reason, sizeof(reason), "the fixture '%s' %s", fixture->name, complaint); /* cut if longer */
    assay_fail_because(bench, reason);
    return NULL;
}

static void *make(struct assay_bench *bench, struct assay_fixture *fixture)
{
    bool had_failed = bench->said_failed;
    bench->said_failed = false;
    fixture->state = BEING_MADE;
    fixture->value = fixture->make(bench);
    if (bench->said_failed || !fixture->value) {
        fixture->state = FAILED;
        return bench->said_failed ? NULL : fail(bench, fixture, "is NULL");
    }
    bench->said_failed = had_failed;
    fixture->state = MADE;
    fixture->older = bench->running->fixtures;
    bench->running->fixtures = fixture;
    return fixture->value;
}

void *assay_use(struct assay_bench *bench, struct assay_fixture *fixture)
{
    void *value = NULL;
    if (bench->phase != PREPARING) {
        return fail(bench, fixture, "is used after the loop began; move BENCH_USE above it");
    }
    (void)pthread_mutex_lock(&bench->running->fixtures_lock);
    switch ((enum fixture_state)fixture->state) {
    case NOT_MADE:
        value = make(bench, fixture);
        break;
    case BEING_MADE:
        value = fail(bench, fixture, "needs itself");
        break;
    case MADE:
        value = fixture->value;
        break;
    case FAILED:
        bench->said_failed = true; /* by the thread that made it */
        break;
    }
    (void)pthread_mutex_unlock(&bench->running->fixtures_lock);
    return value;
}

void assay_fixtures_init(struct running *running)
{
    pthread_mutexattr_t recursive;
    (void)pthread_mutexattr_init(&recursive); /* these cannot fail with what they are given */
    (void)pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    (void)pthread_mutex_init(&running->fixtures_lock, &recursive);
    (void)pthread_mutexattr_destroy(&recursive);
}

void assay_fixtures_release(struct running *running)
{
    while (running->fixtures) {
        struct assay_fixture *fixture = running->fixtures;
        running->fixtures = fixture->older;
        if (fixture->release) {
            fixture->release(fixture->value);
        }
        fixture->state = NOT_MADE;
    }
    (void)pthread_mutex_destroy(&running->fixtures_lock);
}
