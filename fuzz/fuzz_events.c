// SPDX-License-Identifier: MIT
/* Streams on their way to a client: in small pieces they are the same as in one, and none that failed ends with
 * [DONE]. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/tta/gateway/relay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool begin(void *context)
{
    (void)context;
    return true;
}

static bool pass(void *context, struct str bytes)
{
    base_buf_add(context, bytes);
    return true;
}

/* What the client gets, into `out`, and how it ended. */
static enum tta_failure play(const char *bytes, size_t len, size_t piece, struct buf *out, bool *out_has_begun)
{
    struct relay relay = {.begin = begin, .pass = pass, .context = out};
    base_buf_init(out, 16 << 20);
    require(relay_start(&relay));
    bool goes_on = true;
    for (size_t at = 0; at < len && goes_on; at += piece) {
        goes_on = relay_take(&relay, bytes + at, len - at < piece ? len - at : piece);
    }
    relay_end(&relay, goes_on ? TTA_TRANSPORT_WHOLE : TTA_TRANSPORT_CUT);
    enum tta_failure failure = relay.progress.finding.failure;
    *out_has_begun = relay.has_begun;
    relay_stop(&relay);
    return failure;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf one, many;
    bool one_began, many_began;
    enum tta_failure first = play((const char *)data, size, size + 1, &one, &one_began);
    enum tta_failure second = play((const char *)data, size, 3, &many, &many_began);
    require((first == TTA_FAILURE_NONE) == (second == TTA_FAILURE_NONE));
    require(first != TTA_FAILURE_NONE || one_began);
    require(one.len == 0 || one_began);
    struct str text = base_str_trim(base_buf_str(&many));
    require(second == TTA_FAILURE_NONE ||
            !(base_str_ends_with(text, STR("\ndata: [DONE]")) || base_str_ends_with(text, STR("\rdata: [DONE]"))));
    if (first == TTA_FAILURE_NONE) { /* all of it, but for an LF behind the end, which may be passed or not */
        struct str a = base_str_trim(base_buf_str(&one)), b = base_str_trim(base_buf_str(&many));
        require(base_str_equal(a, b));
    }
    base_buf_deinit(&one);
    base_buf_deinit(&many);
    return 0;
}
