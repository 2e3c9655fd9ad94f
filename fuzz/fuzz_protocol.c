// SPDX-License-Identifier: MIT
/* Commands and replies: what is understood can be said again and means the
 * same; what is not leaves the outputs alone. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "assay/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void try_command(struct str line)
{
    struct assay_command command, again;
    if (assay_command_parse(line, &command) != ASSAY_OK) {
        return;
    }
    if (command.kind != ASSAY_COMMAND_END) {
        require(command.iterations >= 1 && command.iterations <= ASSAY_MAX_ITERATIONS);
        require(command.count >= 1 && command.count <= ASSAY_MAX_BATCHES);
    }
    struct buf said;
    base_buf_init(&said, ASSAY_MAX_LINE_BYTES);
    assay_command_format(&command, &said);
    require(assay_command_parse(base_buf_str(&said), &again) == ASSAY_OK);
    require(again.kind == command.kind && again.iterations == command.iterations && again.count == command.count &&
            again.warmup == command.warmup);
    base_buf_deinit(&said);
}

static void try_took(const struct assay_reply *reply)
{
    struct assay_reply again;
    struct buf said;
    require(reply->number >= 1 && reply->number <= ASSAY_MAX_BATCHES);
    base_buf_init(&said, ASSAY_MAX_LINE_BYTES);
    assay_reply_format_took(reply->times_ns, reply->number, &said);
    require(assay_reply_parse(base_buf_str(&said), &again, NULL) == ASSAY_OK);
    require(again.kind == ASSAY_REPLY_TOOK && again.number == reply->number);
    require(memcmp(again.times_ns, reply->times_ns, reply->number * sizeof(reply->times_ns[0])) == 0);
    base_buf_deinit(&said);
}

static void try_called(const struct histogram *calls)
{
    static struct histogram again;
    struct assay_reply reply;
    struct buf said;
    uint64_t count = 0;
    for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        count += calls->counts[bucket];
    }
    require(count > 0 && calls->count == count && calls->min <= calls->max);
    memset(&again, 0, sizeof(again));
    base_buf_init(&said, ASSAY_MAX_LINE_BYTES);
    assay_reply_format_called(calls, &said);
    require(assay_reply_parse(base_buf_str(&said), &reply, &again) == ASSAY_OK);
    require(memcmp(&again, calls, sizeof(again)) == 0);
    base_buf_deinit(&said);
}

static void try_reply(struct str line)
{
    static struct histogram calls, none;
    struct assay_reply reply, before;
    memset(&reply, 0x5a, sizeof(reply));
    before = reply;
    memset(&calls, 0, sizeof(calls));
    bool good = assay_reply_parse(line, &reply, &calls) == ASSAY_OK;
    if (!good || reply.kind != ASSAY_REPLY_CALLED) {
        require(memcmp(&calls, &none, sizeof(calls)) == 0);
    }
    if (!good) {
        require(memcmp(&reply, &before, sizeof(reply)) == 0);
    } else if (reply.kind == ASSAY_REPLY_TOOK) {
        try_took(&reply);
    } else if (reply.kind == ASSAY_REPLY_CALLED) {
        try_called(&calls);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str line = {(const char *)data, size};
    try_command(line);
    try_reply(line);
    return 0;
}
