// SPDX-License-Identifier: MIT
/* Streams on their way to a client, translated ones too: in small pieces they are the same as in one, and none that
 * failed ends with [DONE]. */
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
static enum tta_failure play(enum tta_dialect dialect, struct str text, size_t piece, struct buf *out,
                             bool *out_has_begun)
{
    const struct translate_about about = {dialect, "id", "model", 7, true};
    struct relay relay = {.begin = begin, .pass = pass, .context = out, .dialect = dialect};
    relay.about = dialect == TTA_DIALECT_OPENAI ? NULL : &about;
    base_buf_init(out, 16 << 20);
    require(relay_start(&relay));
    bool goes_on = true;
    for (size_t at = 0; at < text.len && goes_on; at += piece) {
        goes_on = relay_take(&relay, text.ptr + at, text.len - at < piece ? text.len - at : piece);
    }
    relay_end(&relay, goes_on ? TTA_TRANSPORT_WHOLE : TTA_TRANSPORT_CUT);
    enum tta_failure failure = relay.progress.finding.failure;
    *out_has_begun = relay.has_begun;
    relay_stop(&relay);
    return failure;
}

static void try_dialect(enum tta_dialect dialect, struct str bytes)
{
    struct buf one, many;
    bool one_began, many_began;
    enum tta_failure first = play(dialect, bytes, bytes.len + 1, &one, &one_began);
    enum tta_failure second = play(dialect, bytes, 3, &many, &many_began);
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
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum tta_dialect dialects[] = {TTA_DIALECT_OPENAI, TTA_DIALECT_ANTHROPIC, TTA_DIALECT_OLLAMA};
    for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
        try_dialect(dialects[i], (struct str){(const char *)data, size});
    }
    return 0;
}
