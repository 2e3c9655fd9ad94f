// SPDX-License-Identifier: MIT
/* Whether requests leave anything behind in the heap, however they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway_world.h"
#include "heap_in_use.h"

#define ASK(model, more) "{\"model\":\"" model "\",\"messages\":[{\"role\":\"user\",\"content\":\"a wish\"}]" more "}"
#define WHOLE ASK("beta/two", "")
#define FALLS_BACK ASK("both", "")
#define STREAM ASK("beta/two", ",\"stream\":true")

static struct world world; /* too large for a stack */

static void pause_shortly(void)
{
    const struct timespec pause = {.tv_nsec = 100000};
    (void)nanosleep(&pause, NULL);
}

/* The least of many looks, between which the gateway lets go of what it has ended. */
static size_t settled_heap(void)
{
    size_t least = heap_in_use();
    for (int i = 0; i < 300; i++) {
        pause_shortly();
        size_t now = heap_in_use();
        least = now < least ? now : least;
    }
    return least;
}

static void ask_well(void)
{
    assert_has(world_post(&world, CHAT, WHOLE), GOOD);
}

static void fall_back(void)
{
    assert_has(world_post(&world, CHAT, FALLS_BACK), "HTTP/1.1 200 ");
}

static void ask_who_fails(void)
{
    assert_has(world_post(&world, CHAT, ASK("alpha/one", "")), "HTTP/1.1 5");
}

static void ask_in_vain(void)
{
    assert_has(world_post(&world, CHAT, "{\"model\":"), "HTTP/1.1 400 ");
}

static void leave(void)
{
    (void)close(world_begin_post(&world, CHAT, WHOLE));
}

static void read_a_stream(void)
{
    assert_has(world_post(&world, CHAT, STREAM), DONE);
}

static void leave_a_stream(void)
{
    int fd = world_begin_post(&world, CHAT, STREAM);
    assert_has(world_read_until(&world, fd, "\"a\""), "200 OK");
    (void)close(fd);
}

/* One after the other is gone, so that how many the gateway has at once is not left to chance. */
static void repeat(void (*ask)(void), int count)
{
    for (int i = 0; i < count; i++) {
        ask();
        for (int turn = 0; atomic_load(&world.gateway.connection_count) > 0; turn++) {
            assert_true(turn < 200000);
            pause_shortly();
        }
    }
}

/* A block of the least size left by one request in twenty is too much. */
enum { REQUESTS = 250, ROUNDS = 4, TOO_MANY_BYTES = REQUESTS / 20 * 32 };

/* What each round adds to the heap.  What one adds alone is kept for the next: a second connection to the provider. */
static size_t growth_of_each_round(void (*ask)(void))
{
    size_t least = SIZE_MAX, before = settled_heap();
    for (int round = 0; round < ROUNDS; round++) {
        repeat(ask, REQUESTS);
        size_t after = settled_heap();
        size_t growth = after > before ? after - before : 0;
        least = growth < least ? growth : least;
        before = after;
    }
    return least;
}

static void expect_nothing_behind(void (*const *asks)(void), size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t growth = growth_of_each_round(asks[i]);
        if (growth >= TOO_MANY_BYTES) {
            fail_msg("%d requests of kind %zu leave %zu bytes behind", REQUESTS, i, growth);
        }
    }
    world_stop(&world);
}

static void whole_requests_leave_nothing_behind(void **state)
{
    static void (*const asks[])(void) = {ask_well, fall_back, ask_who_fails, ask_in_vain, leave};
    (void)state;
    world_start(&world, world_saying((struct loopback_answer){.status = 500, .headers = JSON, .body = "{}"}),
                world_saying((struct loopback_answer){.headers = JSON, .body = GOOD}), "");
    expect_nothing_behind(asks, sizeof(asks) / sizeof(asks[0]));
}

static void streams_leave_nothing_behind(void **state)
{
    static void (*const asks[])(void) = {read_a_stream, leave_a_stream};
    (void)state;
    world_start(&world, NULL,
                world_saying((struct loopback_answer){.headers = EVENTS, .body = SAY("a") SAY("b") STOP DONE}), "");
    expect_nothing_behind(asks, sizeof(asks) / sizeof(asks[0]));
}

int main(int argc, char **argv)
{
    (void)argc;
    heap_keep_nothing_at_hand(argv);
    const struct CMUnitTest tests[] = {
        WORLD_TEST(whole_requests_leave_nothing_behind),
        WORLD_TEST(streams_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
