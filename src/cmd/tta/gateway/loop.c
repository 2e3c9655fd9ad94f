// SPDX-License-Identifier: MIT
/*
 * epoll, level-triggered; timers in a binary heap.  A timer that is set again
 * for later with each byte would move through the heap each time: who has such
 * times notes them and looks when the timer is due.
 */
#include "cmd/tta/gateway/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"

#define NS_PER_MS INT64_C(1000000)
#define MAX_WAIT_MS 60000

/* Thousands of times may be due at once, as those of connections that came at once: the others do not wait for all. */
enum { EVENTS_A_TURN = 64, TIMERS_A_TURN = 64 };

struct loop {
    int epoll_fd, wake_fd;
    bool is_stopped;
    int64_t now_ns;
    struct epoll_event events[EVENTS_A_TURN]; /* of this turn, */
    int event_count;                          /* of which so many came */
    struct due {
        int64_t ns; /* that of the timer, which lies where nobody has looked for a while */
        struct loop_timer *timer;
    } *timers; /* from 1: the first one is due first */
    size_t timer_count, timer_rooms, timer_capacity;
    struct loop_task *first_task, **last_task;
    struct loop_watch wake_watch;
    loop_fn *on_wake;
    void *wake_context;
};

static void take_wake(void *context, unsigned events)
{
    struct loop *loop = context;
    uint64_t count;
    (void)events;
    ssize_t len = read(loop->wake_fd, &count, sizeof(count));
    if (len == (ssize_t)sizeof(count) && loop->on_wake) {
        loop->on_wake(loop->wake_context);
    }
}

struct loop *loop_create(void)
{
    struct loop *loop = calloc(1, sizeof(*loop));
    if (!loop) {
        return NULL;
    }
    loop->last_task = &loop->first_task;
    loop->now_ns = base_clock_monotonic_ns();
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->wake_watch = (struct loop_watch){loop->wake_fd, LOOP_READABLE, take_wake, loop};
    if (loop->epoll_fd < 0 || loop->wake_fd < 0 || !loop_add_watch(loop, &loop->wake_watch)) {
        loop_destroy(loop);
        return NULL;
    }
    return loop;
}

void loop_destroy(struct loop *loop)
{
    if (!loop) {
        return;
    }
    if (loop->epoll_fd >= 0) {
        (void)close(loop->epoll_fd);
    }
    if (loop->wake_fd >= 0) {
        (void)close(loop->wake_fd);
    }
    free(loop->timers);
    free(loop);
}

void loop_stop(struct loop *loop)
{
    loop->is_stopped = true;
}

int64_t loop_now_ns(const struct loop *loop)
{
    return loop->now_ns;
}

static uint32_t epoll_bits(unsigned events)
{
    return (events & LOOP_END_IS_KNOWN ? 0 : (uint32_t)EPOLLRDHUP) |
           (events & LOOP_READABLE ? (uint32_t)EPOLLIN : 0) | (events & LOOP_WRITABLE ? (uint32_t)EPOLLOUT : 0);
}

bool loop_add_watch(struct loop *loop, struct loop_watch *watch)
{
    struct epoll_event event = {.events = epoll_bits(watch->events), .data.ptr = watch};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) == 0;
}

void loop_change_watch(struct loop *loop, struct loop_watch *watch, unsigned events)
{
    if (watch->events == events) {
        return;
    }
    struct epoll_event event = {.events = epoll_bits(events), .data.ptr = watch};
    watch->events = events;
    (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event); /* of what is there it cannot fail */
}

void loop_remove_watch(struct loop *loop, struct loop_watch *watch)
{
    (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL); /* likewise */
    for (int i = 0; i < loop->event_count; i++) {
        if (loop->events[i].data.ptr == watch) {
            loop->events[i].data.ptr = NULL;
        }
    }
}

static void put(struct loop *loop, size_t place, struct due due)
{
    loop->timers[place] = due;
    due.timer->place = place;
}

static void move_up(struct loop *loop, size_t place, struct due due)
{
    for (; place > 1 && due.ns < loop->timers[place / 2].ns; place /= 2) {
        put(loop, place, loop->timers[place / 2]);
    }
    put(loop, place, due);
}

static void move_down(struct loop *loop, size_t place, struct due due)
{
    for (;;) {
        size_t child = 2 * place;
        if (child < loop->timer_count && loop->timers[child + 1].ns < loop->timers[child].ns) {
            child++;
        }
        if (child > loop->timer_count || due.ns <= loop->timers[child].ns) {
            break;
        }
        put(loop, place, loop->timers[child]);
        place = child;
    }
    put(loop, place, due);
}

bool loop_add_timer(struct loop *loop, struct loop_timer *timer, loop_fn *on_due, void *context)
{
    /* one more than there are, for place 0 is not used */
    if (!base_array_make_room((void **)&loop->timers, loop->timer_rooms + 1, &loop->timer_capacity,
                              sizeof(*loop->timers))) {
        return false;
    }
    loop->timer_rooms++;
    *timer = (struct loop_timer){.on_due = on_due, .context = context};
    return true;
}

void loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t due_ns)
{
    bool is_later = due_ns > timer->due_ns;
    const struct due due = {due_ns, timer};
    timer->due_ns = due_ns;
    if (timer->place == 0) {
        move_up(loop, ++loop->timer_count, due);
    } else if (is_later) {
        move_down(loop, timer->place, due);
    } else {
        move_up(loop, timer->place, due);
    }
}

void loop_clear_timer(struct loop *loop, struct loop_timer *timer)
{
    size_t place = timer->place;
    if (place == 0) {
        return;
    }
    struct due last = loop->timers[loop->timer_count--];
    timer->place = 0;
    if (last.timer == timer) {
        return;
    }
    if (place > 1 && last.ns < loop->timers[place / 2].ns) {
        move_up(loop, place, last);
    } else {
        move_down(loop, place, last);
    }
}

void loop_remove_timer(struct loop *loop, struct loop_timer *timer)
{
    if (timer->on_due) {
        loop_clear_timer(loop, timer);
        loop->timer_rooms--;
        timer->on_due = NULL;
    }
}

void loop_defer(struct loop *loop, struct loop_task *task)
{
    if (!task->is_queued) {
        task->is_queued = true;
        task->next = NULL;
        *loop->last_task = task;
        loop->last_task = &task->next;
    }
}

void loop_set_wake(struct loop *loop, loop_fn *on_wake, void *context)
{
    loop->on_wake = on_wake;
    loop->wake_context = context;
}

void loop_wake(struct loop *loop)
{
    const uint64_t one = 1;
    ssize_t len;
    do {
        len = write(loop->wake_fd, &one, sizeof(one));
    } while (len < 0 && errno == EINTR); /* EAGAIN: it is awake as can be */
}

static void run_due_timers(struct loop *loop)
{
    for (int i = 0; i < TIMERS_A_TURN && loop->timer_count > 0 && loop->timers[1].ns <= loop->now_ns; i++) {
        struct loop_timer *timer = loop->timers[1].timer;
        loop_clear_timer(loop, timer);
        timer->on_due(timer->context);
    }
}

static void run_tasks(struct loop *loop)
{
    while (loop->first_task) {
        struct loop_task *task = loop->first_task;
        loop->first_task = task->next;
        if (!loop->first_task) {
            loop->last_task = &loop->first_task;
        }
        task->is_queued = false;
        task->run(task->context); /* which may release it */
    }
}

static int wait_ms(const struct loop *loop)
{
    if (loop->timer_count == 0) {
        return -1;
    }
    int64_t left_ns = loop->timers[1].ns - base_clock_monotonic_ns();
    int64_t left_ms = left_ns > 0 ? (left_ns + NS_PER_MS - 1) / NS_PER_MS : 0;
    return left_ms < MAX_WAIT_MS ? (int)left_ms : MAX_WAIT_MS;
}

static unsigned events_of(uint32_t bits)
{
    unsigned hung_up = bits & EPOLLRDHUP ? LOOP_HUNG_UP : 0;
    unsigned broken = bits & (EPOLLHUP | EPOLLERR) ? LOOP_HUNG_UP | LOOP_BROKEN : 0;
    return hung_up | broken | (bits & EPOLLIN ? LOOP_READABLE : 0) | (bits & EPOLLOUT ? LOOP_WRITABLE : 0);
}

void loop_run(struct loop *loop)
{
    run_tasks(loop);
    while (!loop->is_stopped) {
        int count = epoll_wait(loop->epoll_fd, loop->events, EVENTS_A_TURN, wait_ms(loop));
        loop->now_ns = base_clock_monotonic_ns();
        loop->event_count = count > 0 ? count : 0; /* -1: a signal */
        for (int i = 0; i < loop->event_count; i++) {
            struct loop_watch *watch = loop->events[i].data.ptr;
            if (watch) {
                watch->on_events(watch->context, events_of(loop->events[i].events));
            }
        }
        loop->event_count = 0;
        run_due_timers(loop);
        run_tasks(loop);
    }
}
