// SPDX-License-Identifier: MIT
/* What it costs to start a process: the child ends within the loop, and is waited for. */
#include <assay/bench.h>
#include <sys/wait.h>
#include <unistd.h>

BENCH(fork_and_wait)
{
    int failures = 0;
    BENCH_LOOP (bench) {
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            _exit(0); /* it must not come back to the loop, which the parent goes on with */
        }
        failures += child < 0 || waitpid(child, &status, 0) != child || status != 0;
    }
    BENCH_CHECK(bench, failures == 0);
}
