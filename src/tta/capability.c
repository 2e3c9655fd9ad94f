// SPDX-License-Identifier: MIT
/* The words of the capabilities: a bit's word is its TTA_CAN_ name in small letters. */
#include <stddef.h>
#include <string.h>

#include "tta/catalogue.h"

static const struct {
    uint64_t bit;
    const char *word;
} words[] = {
    {TTA_CAN_TOOLS, "tools"},
    {TTA_CAN_TOOL_CHOICE, "tool_choice"},
    {TTA_CAN_RESPONSE_FORMAT, "response_format"},
    {TTA_CAN_STRUCTURED_OUTPUTS, "structured_outputs"},
    {TTA_CAN_REASONING, "reasoning"},
    {TTA_CAN_LOGPROBS, "logprobs"},
    {TTA_CAN_SEED, "seed"},
    {TTA_CAN_STOP, "stop"},
    {TTA_CAN_WEB_SEARCH, "web_search"},
    {TTA_CAN_SEE_IMAGES, "see_images"},
    {TTA_CAN_SEE_VIDEO, "see_video"},
    {TTA_CAN_HEAR_AUDIO, "hear_audio"},
    {TTA_CAN_READ_FILES, "read_files"},
    {TTA_CAN_WRITE_TEXT, "write_text"},
    {TTA_CAN_MAKE_IMAGES, "make_images"},
    {TTA_CAN_SPEAK_AUDIO, "speak_audio"},
    {TTA_CAN_MAKE_VIDEO, "make_video"},
    {TTA_CAN_EMBED, "embed"},
    {TTA_CAN_RERANK, "rerank"},
    {TTA_CAN_TRANSCRIBE, "transcribe"},
    {TTA_CAN_MODERATE, "moderate"},
    {TTA_CAN_CHAT, "chat"},
    {TTA_CAN_INSTRUCTION_FOLLOWING, "instruction_following"},
    {TTA_CAN_CODE_GENERATION, "code_generation"},
    {TTA_CAN_COMPLETION, "completion"},
    {TTA_CAN_CREATIVE_WRITING, "creative_writing"},
    {TTA_CAN_STORYTELLING, "storytelling"},
    {TTA_CAN_LONG_FORM, "long_form"},
    {TTA_CAN_CONVERSATION, "conversation"},
    {TTA_CAN_DIALOGUE, "dialogue"},
    {TTA_CAN_EMPATHY, "empathy"},
    {TTA_CAN_SAFETY, "safety"},
    {TTA_CAN_THERAPEUTIC, "therapeutic"},
    {TTA_CAN_CHARACTER, "character"},
    {TTA_CAN_PERSONALITY, "personality"},
    {TTA_CAN_PSYCHOLOGY, "psychology"},
    {TTA_CAN_WORLD_BUILDING, "world_building"},
    {TTA_CAN_DESCRIPTION, "description"},
    {TTA_CAN_DECISION_MAKING, "decision_making"},
    {TTA_CAN_OPTIONS, "options"},
    {TTA_CAN_BRANCHING, "branching"},
    {TTA_CAN_ANALYSIS, "analysis"},
    {TTA_CAN_LOGIC, "logic"},
    {TTA_CAN_GENERAL, "general"},
};

const char *tta_capability_name(uint64_t capabilities)
{
    uint64_t lowest = capabilities & (~capabilities + 1);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].bit == lowest) {
            return words[i].word;
        }
    }
    return NULL;
}

uint64_t tta_capability_bit(const char *word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, word) == 0) {
            return words[i].bit;
        }
    }
    return 0;
}
