// SPDX-License-Identifier: MIT
/* The end of the gateway; tests/gateway/operations_test.py looks at it from outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "gateway_world.h"

#define GET "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

enum { CLIENTS = 100 };

static struct world world; /* too large for a stack */

/* Until the gateway's side has all that was sent, whether anybody has read it or not. */
static void wait_until_taken(int fd)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int left = 1;
    while (left > 0) { /* CTest ends it */
        assert_int_equal(ioctl(fd, SIOCOUTQ, &left), 0);
        (void)nanosleep(&pause, NULL);
    }
}

static void what_came_before_the_end_is_answered_though_nobody_had_looked_at_it(void **state)
{
    int fds[CLIENTS];
    (void)state;
    world_start(&world, NULL, NULL, "");
    int kept = world_connect(&world);
    world_send(kept, GET);
    assert_non_null(strstr(world_read_until(&world, kept, "ok"), "200 OK"));
    world_hold_up(&world);
    worker_wake(&world.worker);
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = world_connect(&world);
        world_send(fds[i], GET);
    }
    world_send(kept, GET);
    for (int i = 0; i < CLIENTS; i++) {
        wait_until_taken(fds[i]);
    }
    wait_until_taken(kept);
    atomic_store(&world.gateway.is_draining, true);
    world_let_go(&world);
    worker_wake(&world.worker);
    assert_non_null(strstr(world_read_all(&world, kept), "Connection: close\r\n"));
    for (int i = 0; i < CLIENTS; i++) {
        assert_non_null(strstr(world_read_all(&world, fds[i]), "200 OK"));
    }
    world_stop(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(what_came_before_the_end_is_answered_though_nobody_had_looked_at_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
