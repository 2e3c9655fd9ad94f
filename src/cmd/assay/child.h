// SPDX-License-Identifier: MIT
/*
 * assay/child.h - the process that runs for this one: started, waited for, ended.
 *
 * It runs in a process group of its own, so that a benchmark that forks is killed
 * with all its children, also by a signal that ends this process.  At most CHILD_MAX at a
 * time; what left a child's group and outlives it is killed when no other child runs.
 */
#ifndef CMD_ASSAY_CHILD_H
#define CMD_ASSAY_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_MAX 2

/* A pipe whose ends close on exec and lie clear of what a worker gets; false with errno set. */
bool child_make_pipe(int ends[2]);
/* Closes it unless it is -1, and makes it that. */
void child_close_fd(int *fd);
/* Waits until `fd` can be read; false at the deadline. */
bool child_wait_readable(int fd, int64_t deadline_ns);

/* Starts a program, looked for in PATH, with its output in `output_fd`, and, if they
 * are not negative, the two protocol descriptors and the one of what is preloaded; 0
 * or an errno. */
int child_start(char *const *argv, char *const *environment, int output_fd, int command_fd, int reply_fd,
                int preload_fd, pid_t *out_pid);

/* Waits for the process up to the deadline, then kills its group and waits; what it
 * left behind is killed either way.  True if it ended by itself; its wait status is in
 * `*out_status`. */
bool child_reap(pid_t pid, int64_t deadline_ns, int *out_status);

/* Makes SIGINT, SIGTERM and SIGHUP end the child (interrupt.h), and the end of a child
 * that of every process below it (orphans.h).  Before the first child. */
void child_prepare(void);

#endif /* CMD_ASSAY_CHILD_H */
