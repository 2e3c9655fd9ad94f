// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/provider_api.h"

#include <string.h>

const char *provider_api_path(enum tta_provider provider, enum api api)
{
    static const char *const openai[API_COUNT] = {
        [API_CHAT] = "/v1/chat/completions",
        [API_COMPLETIONS] = "/v1/completions",
        [API_EMBEDDINGS] = "/v1/embeddings",
    };
    static const char *const anthropic[API_COUNT] = {[API_CHAT] = "/v1/messages", [API_MESSAGES] = "/v1/messages"};
    switch (provider) {
    case TTA_PROVIDER_OPENROUTER:
    case TTA_PROVIDER_OPENAI:
    case TTA_PROVIDER_CUSTOM:
        return openai[api] ? openai[api] + strlen("/v1") : NULL; /* which their base URLs have */
    case TTA_PROVIDER_OLLAMA:
        return api == API_CHAT ? "/api/chat" : openai[api];
    case TTA_PROVIDER_LM_STUDIO:
        return openai[api];
    case TTA_PROVIDER_ANTHROPIC:
        return anthropic[api];
    case TTA_PROVIDER_LOCAL:
    case TTA_PROVIDER_COUNT:
        break;
    }
    return NULL;
}

enum tta_dialect provider_api_dialect(enum tta_provider provider, enum api api)
{
    switch (provider) {
    case TTA_PROVIDER_ANTHROPIC:
        return TTA_DIALECT_ANTHROPIC;
    case TTA_PROVIDER_OLLAMA:
        return api == API_CHAT ? TTA_DIALECT_OLLAMA : TTA_DIALECT_OPENAI;
    case TTA_PROVIDER_OPENROUTER:
    case TTA_PROVIDER_OPENAI:
    case TTA_PROVIDER_CUSTOM:
    case TTA_PROVIDER_LM_STUDIO:
    case TTA_PROVIDER_LOCAL:
    case TTA_PROVIDER_COUNT:
        break;
    }
    return TTA_DIALECT_OPENAI;
}
