// SPDX-License-Identifier: MIT
/*
 * assay/worker_guard.h - what a worker arranges before its body runs, so that a
 * body that goes wrong harms nobody else and is understood.
 */
#ifndef CMD_ASSAY_WORKER_GUARD_H
#define CMD_ASSAY_WORKER_GUARD_H

/*
 * - Programs that the body starts do not inherit the two descriptors.
 * - Should the controller die, this process is killed too, even in an endless
 *   loop; should it have died already, this does not return (Linux).
 * - Where memory runs out this is the process that the system ends first (Linux).
 * - A signal that is about to kill it is explained first, in a line `dying ...` to
 *   `reply_fd`: a stack that overflowed, a NULL pointer, a division by zero.  Not
 *   where a handler is installed already, as by a sanitizer.
 *
 * What cannot be arranged is left out.  Once in a process, from its first thread.
 */
void worker_guard(int command_fd, int reply_fd);

#endif /* CMD_ASSAY_WORKER_GUARD_H */
