// SPDX-License-Identifier: MIT
/* The table of faults is written in chat completions.  The other APIs of OpenAI say the same with other members. */
#include "gateway_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MAX_TEXT_BYTES ((size_t)4 << 20)
#define CHAT_SAYS(word) "{\"choices\":[{\"message\":{\"content\":\"" word "\"},\"finish_reason\":\"stop\"}]}"
#define EMBEDDING(word) "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"embedding\":\"" word "\"}]}"

struct saying {
    const char *chat, *other;
};

static const struct saying completions[] = {
    {"\"message\":{\"content\":\"hi\"}", "\"text\":\"hi\""},
    {"\"message\":{\"content\":\"well\"}", "\"text\":\"well\""},
    {"\"message\":{}", "\"text\":\"\""},
    {"\"delta\":{\"content\":\"hi\"}", "\"text\":\"hi\""},
    {"\"delta\":{\"content\":\"well\"}", "\"text\":\"well\""},
    {"\"delta\":{}", "\"text\":\"\""},
    {NULL, NULL},
};
static const struct saying embeddings[] = {
    {CHAT_SAYS("hi"), EMBEDDING("hi")},
    {CHAT_SAYS("well"), EMBEDDING("well")},
    {NULL, NULL},
};

static const struct {
    const char *member, *request;
    const struct saying *sayings; /* NULL: those of the table */
} words[API_COUNT] = {
    [API_CHAT] = {"content", "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a wish\"}]", NULL},
    [API_COMPLETIONS] = {"text", "\"max_tokens\":9,\"prompt\":\"a wish\"", completions},
    [API_EMBEDDINGS] = {"embedding", "\"input\":\"a wish\"", embeddings},
    [API_MESSAGES] = {"text", "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"a wish\"}]", NULL},
};

const char *gateway_words_member(enum api api)
{
    return words[api].member;
}

void gateway_words_ask(enum api api, bool is_stream, struct buf *out)
{
    base_buf_addf(out, "{\"model\":\"table\",%s%s}", words[api].request, is_stream ? ",\"stream\":true" : "");
}

static const struct saying *find_saying(const struct saying *sayings, const char *text)
{
    while (sayings->chat && strncmp(text, sayings->chat, strlen(sayings->chat)) != 0) {
        sayings++;
    }
    return sayings->chat ? sayings : NULL;
}

static const char *reword(const char *text, const struct saying *sayings, struct buf *out)
{
    base_buf_init(out, MAX_TEXT_BYTES);
    if (!text || !sayings) {
        return text;
    }
    for (const char *next; *text; text = next) {
        const struct saying *saying = find_saying(sayings, text);
        next = saying ? text + strlen(saying->chat) : text + 1;
        base_buf_add(out, saying ? base_str(saying->other) : (struct str){text, 1});
    }
    assert_true(base_buf_ok(out));
    return base_buf_cstr(out);
}

void gateway_words_init(const struct loopback_answer *answer, enum api api, struct reworded *out)
{
    out->answer = *answer;
    out->answer.body = reword(answer->body, words[api].sayings, &out->body);
    out->answer.later = reword(answer->later, words[api].sayings, &out->later);
}

void gateway_words_deinit(struct reworded *reworded)
{
    base_buf_deinit(&reworded->body);
    base_buf_deinit(&reworded->later);
}
