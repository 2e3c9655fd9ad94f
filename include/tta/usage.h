/* SPDX-License-Identifier: MIT */
/*
 * tta/usage.h - the tokens and the cost that an answer states.
 *
 * What is not stated is TTA_USAGE_UNKNOWN, never zero.  Pure; any thread.
 */
#ifndef TTA_USAGE_H
#define TTA_USAGE_H

#include "tta/status.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_USAGE_UNKNOWN INT64_C(-1)

struct tta_usage {
    int64_t prompt_tokens;     /* all of them, those read from a cache included */
    int64_t completion_tokens; /* all of them, those of reasoning included where the provider counts so */
    int64_t cached_tokens;     /* of the prompt */
    int64_t reasoning_tokens;
    int64_t cost_pusd;         /* as OpenRouter states it, in 10^-12 USD */
};

#define TTA_USAGE_NONE \
    { TTA_USAGE_UNKNOWN, TTA_USAGE_UNKNOWN, TTA_USAGE_UNKNOWN, TTA_USAGE_UNKNOWN, TTA_USAGE_UNKNOWN }

/*
 * Reads the usage from the body of a whole answer of OpenAI (chat completions
 * and responses), OpenRouter, Anthropic, Ollama or a compatible server.  TTA_OK,
 * also if none is stated; TTA_BAD_SYNTAX: not JSON; TTA_NO_MEMORY.
 */
TTA_API TTA_MUST_CHECK enum tta_status tta_usage_read(const char *json, size_t len, struct tta_usage *out_usage);

#ifdef __cplusplus
}
#endif

#endif /* TTA_USAGE_H */
