// SPDX-License-Identifier: MIT
#include "cmd/assay/gate_session.h"

#include "base/clock.h"
#include "cmd/assay/interrupt.h"

#define SECONDS_EACH 2.5

/* How many launches there will be, as far as those that are done tell. */
static void show(struct progress *progress, const char *fullname, size_t done, double used)
{
    size_t total = used > 0 ? (size_t)((double)done / used) : 0;
    if (progress) {
        progress_show(progress, fullname, done, total > done ? total : done + 1);
    }
}

static bool has_memory(const struct pair *pair)
{
    return !pair->sides[0]->no_memory && !pair->sides[1]->no_memory;
}

struct gate_time gate_time_of(size_t count)
{
    int64_t ns = (int64_t)((double)count * SECONDS_EACH * 1e9);
    return (struct gate_time){.usual_ns = ns, .more_ns = ns};
}

bool gate_session_run(struct assay_gate *gate, struct pair *pairs, struct pair_setting *setting, struct gate_time time,
                      struct progress *progress)
{
    int64_t start_ns = base_clock_monotonic_ns(), end_ns = start_ns + time.usual_ns;
    size_t index, done = 0;
    for (;;) {
        int64_t launch_ns = base_clock_monotonic_ns();
        if (launch_ns >= end_ns && time.more_ns > 0 && assay_gate_narrow(gate)) {
            end_ns += time.more_ns;
            time.more_ns = 0;
        }
        double used = (double)(launch_ns - start_ns) / (double)(end_ns - start_ns);
        if (interrupt_caught() != 0 || !assay_gate_next(gate, used, &index)) {
            break;
        }
        struct assay_gate_launch launch;
        show(progress, pairs[index].sides[1]->fullname, done++, used);
        if (pair_launch(&pairs[index], setting, &launch)) {
            assay_gate_take(gate, index, &launch, (double)(base_clock_monotonic_ns() - launch_ns + 1) / 1e9);
        } else if (!has_memory(&pairs[index])) {
            return false;
        } else if (interrupt_caught() == 0) {
            assay_gate_fail(gate, index);
        }
    }
    assay_gate_stop(gate);
    return true;
}
