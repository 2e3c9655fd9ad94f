// SPDX-License-Identifier: MIT
/* Answers of providers, whole and streamed: what is found keeps its ranges, and a
 * stream in small pieces is the same as in one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/wire_file.h"
#include "tta/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check(const struct tta_finding *finding)
{
    require((unsigned)finding->failure < TTA_FAILURE_COUNT);
    require(finding->retry_after_ns >= 0 && finding->retry_after_ns <= TTA_MAX_RETRY_AFTER_NS);
    require(!finding->is_upstream || finding->failure == TTA_FAILURE_RATE_LIMIT);
}

static struct tta_progress watch(enum tta_dialect dialect, const char *body, size_t len, size_t piece)
{
    struct tta_stream *stream;
    struct tta_progress progress;
    require(tta_stream_create(dialect, &stream) == TTA_OK);
    for (size_t at = 0; at < len; at += piece) {
        require(tta_stream_feed(stream, body + at, len - at < piece ? len - at : piece, NULL) == TTA_OK);
    }
    require(tta_stream_end(stream, TTA_TRANSPORT_WHOLE, &progress) == TTA_OK);
    require(progress.is_over);
    check(&progress.finding);
    tta_stream_destroy(stream);
    return progress;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_answer wire;
    struct tta_finding finding;
    wire_answer_parse((struct str){(const char *)data, size}, &wire);
    require(tta_reply_classify(&wire.answer, INT64_C(1771371960) * 1000000000, &finding) == TTA_OK);
    check(&finding);
    for (int dialect = TTA_DIALECT_OPENAI; dialect <= TTA_DIALECT_OLLAMA; dialect++) {
        const char *body = wire.answer.body;
        size_t len = wire.answer.body_len;
        struct tta_progress one = watch((enum tta_dialect)dialect, body, len, len + 1);
        struct tta_progress many = watch((enum tta_dialect)dialect, body, len, 3);
        require(one.finding.failure == many.finding.failure && one.has_content == many.has_content &&
                one.event_count == many.event_count);
    }
    return 0;
}
