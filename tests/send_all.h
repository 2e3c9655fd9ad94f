// SPDX-License-Identifier: MIT
/* send_all.h - all of some bytes into a socket that waits. */
#ifndef TESTS_SEND_ALL_H
#define TESTS_SEND_ALL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* False if the other side has closed, or the time of SO_SNDTIMEO is over. */
static inline bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

#endif /* TESTS_SEND_ALL_H */
