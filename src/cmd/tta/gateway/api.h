// SPDX-License-Identifier: MIT
/* gateway/api.h - what is asked of a provider: a path of OpenAI's API, or of Anthropic's. */
#ifndef CMD_TTA_GATEWAY_API_H
#define CMD_TTA_GATEWAY_API_H

enum api { API_CHAT, API_COMPLETIONS, API_EMBEDDINGS, API_MESSAGES, API_COUNT };

#endif /* CMD_TTA_GATEWAY_API_H */
