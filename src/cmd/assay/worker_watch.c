// SPDX-License-Identifier: MIT
#include "cmd/assay/worker_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

#define KIBIBYTE 1024

/* The beginning of a file that the system makes up, as text; false without it. */
static bool read_start(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, text, size - 1) : -1;
    if (fd >= 0) {
        (void)close(fd); /* read-only: nothing to lose */
    }
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

/* The bytes of a line "NAME:   NUMBER kB"; 0 if there is none. */
static uint64_t find_kilobytes(struct str text, struct str name)
{
    while (text.ptr) {
        struct str line = base_str_cut(text, '\n', &text);
        if (base_str_starts_with(line, name) && base_str_ends_with(line, STR(" kB"))) {
            int64_t kilobytes = 0;
            struct str number = base_str_trim((struct str){line.ptr + name.len, line.len - name.len - 3});
            (void)base_num_parse_int64(number, 0, INT64_MAX / KIBIBYTE, &kilobytes); /* else 0 */
            return (uint64_t)kilobytes * KIBIBYTE;
        }
    }
    return 0;
}

uint64_t watch_memory_of(pid_t process)
{
    char path[40], text[4096];
    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)process); /* fits */
    if (!read_start(path, text, sizeof(text))) {
        return 0;
    }
    return find_kilobytes(base_str(text), STR("VmRSS:")) + find_kilobytes(base_str(text), STR("VmSwap:"));
}

/* A number of bytes alone in a file; `absent` if there is none, as for "max". */
static uint64_t read_bytes(const char *path, uint64_t absent)
{
    char text[64];
    int64_t bytes;
    if (!read_start(path, text, sizeof(text)) ||
        !base_num_parse_int64(base_str_trim(base_str(text)), 0, INT64_MAX, &bytes)) {
        return absent;
    }
    return (uint64_t)bytes;
}

/* In a container this is its own group; elsewhere the root has no such files. */
static uint64_t left_to_control_group(void)
{
    uint64_t most = read_bytes("/sys/fs/cgroup/memory.max", UINT64_MAX);
    uint64_t used = read_bytes("/sys/fs/cgroup/memory.current", 0);
    return most == UINT64_MAX ? most : most - (used < most ? used : most);
}

uint64_t watch_memory_default(void)
{
    char text[4096];
    if (!read_start("/proc/meminfo", text, sizeof(text))) {
        return 0;
    }
    uint64_t available = find_kilobytes(base_str(text), STR("MemAvailable:"));
    uint64_t allowed = left_to_control_group();
    return (available < allowed ? available : allowed) / 4 * 3;
}

bool watch_has_ended(pid_t child)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

bool watch_is_stopped(pid_t child, int *out_signal)
{
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)child, &info, WSTOPPED | WNOHANG | WNOWAIT) != 0 || info.si_pid != child) {
        return false;
    }
    *out_signal = info.si_status;
    return true;
}
