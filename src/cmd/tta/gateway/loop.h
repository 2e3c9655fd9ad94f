// SPDX-License-Identifier: MIT
/*
 * gateway/loop.h - one thread that waits for many sockets and times.
 *
 * Watches, timers and tasks are storage of the caller and must stay where they
 * are while they are in use.  All calls but loop_wake() are for the thread that
 * runs the loop, or before it runs.  What removes a watch within a callback may
 * release it at the end of the turn, with a task.
 */
#ifndef CMD_TTA_GATEWAY_LOOP_H
#define CMD_TTA_GATEWAY_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

/* NULL without memory or descriptors. */
struct loop *loop_create(void);
/* Nothing may be watched any more.  NULL does nothing. */
void loop_destroy(struct loop *loop);

/* Runs until loop_stop(). */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Monotonic time at which this turn began. */
int64_t loop_now_ns(const struct loop *loop);

typedef void loop_fn(void *context);

/* What LOOP_READABLE and so on say of a socket. */
enum {
    LOOP_READABLE = 1,
    LOOP_WRITABLE = 2,
    /* told without being asked for: */
    LOOP_HUNG_UP = 4, /* the other side sends no more, or */
    LOOP_BROKEN = 8,  /* with it: neither side does, or it is broken */
    /* asked for: */
    LOOP_END_IS_KNOWN = 16 /* that the other side sends no more is not told again; LOOP_BROKEN is */
};
struct loop_watch {
    int fd;
    unsigned events;
    void (*on_events)(void *context, unsigned events);
    void *context;
};
/* `fd`, `events` (LOOP_READABLE, LOOP_WRITABLE, LOOP_END_IS_KNOWN), `on_events` and `context` are set.  False if it
 * cannot be watched. */
bool loop_add_watch(struct loop *loop, struct loop_watch *watch);
void loop_change_watch(struct loop *loop, struct loop_watch *watch, unsigned events);
/* Before its descriptor is closed.  Events of this turn that are still to come are dropped. */
void loop_remove_watch(struct loop *loop, struct loop_watch *watch);

struct loop_timer {
    loop_fn *on_due;
    void *context;
    int64_t due_ns;
    size_t place; /* in the loop's order, from 1; 0: it does not run */
};
/* Makes room for a timer, so that setting it cannot fail.  False without memory. */
bool loop_add_timer(struct loop *loop, struct loop_timer *timer, loop_fn *on_due, void *context);
/* Sets it, also if it runs already. */
void loop_set_timer(struct loop *loop, struct loop_timer *timer, int64_t due_ns);
void loop_clear_timer(struct loop *loop, struct loop_timer *timer);
/* Gives its room back. */
void loop_remove_timer(struct loop *loop, struct loop_timer *timer);

struct loop_task {
    loop_fn *run;
    void *context;
    bool is_queued;
    struct loop_task *next;
};
/* Runs it at the end of this turn, once. */
void loop_defer(struct loop *loop, struct loop_task *task);

/* Lets the loop call `on_wake` soon.  Any thread. */
void loop_set_wake(struct loop *loop, loop_fn *on_wake, void *context);
void loop_wake(struct loop *loop);

#endif /* CMD_TTA_GATEWAY_LOOP_H */
