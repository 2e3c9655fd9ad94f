// SPDX-License-Identifier: MIT
/*
 * What kinds of keys there are, by their looks: the formats are those of the
 * rules that secret scanners use (gitleaks).  They change, so they only serve
 * to warn, to choose a label, and to keep a key that is plainly one provider's
 * from being shown to another.
 */
#include "tta/secret.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum issuer { OPENROUTER, OPENAI, ANTHROPIC, GOOGLE, HUGGING_FACE, PERPLEXITY, NOBODY };

static const struct {
    enum tta_provider provider; /* custom for those that have no name in the catalogue */
    const char *sentence;
} issuers[] = {
    [OPENROUTER] = {TTA_PROVIDER_OPENROUTER, "The key looks like one of OpenRouter, not of this provider."},
    [OPENAI] = {TTA_PROVIDER_OPENAI, "The key looks like one of OpenAI, not of this provider."},
    [ANTHROPIC] = {TTA_PROVIDER_ANTHROPIC, "The key looks like one of Anthropic, not of this provider."},
    [GOOGLE] = {TTA_PROVIDER_CUSTOM, "The key looks like one of Google, not of this provider."},
    [HUGGING_FACE] = {TTA_PROVIDER_CUSTOM, "The key looks like one of Hugging Face, not of this provider."},
    [PERPLEXITY] = {TTA_PROVIDER_CUSTOM, "The key looks like one of Perplexity, not of this provider."},
};

/* Longer prefixes first.  A bare "sk-" tells nothing: many servers use it. */
static const struct kind {
    const char *prefix;
    enum issuer issuer;
} kinds[] = {
    {"sk-or-", OPENROUTER},   {"sk-ant-", ANTHROPIC}, {"sk-proj-", OPENAI}, {"sk-svcacct-", OPENAI},
    {"sk-admin-", OPENAI},    {"sk-", NOBODY},        {"AIza", GOOGLE},     {"hf_", HUGGING_FACE},
    {"pplx-", PERPLEXITY},
};

enum { SHORTEST_SHOWN = 20 }; /* keys of which a label shows anything */

#define HEX "0123456789abcdef"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define ALNUM LETTERS "0123456789"
#define WORD ALNUM "_-"
#define OPENAI_MARK "T3BlbkFJ"

/* The prefix, `before` characters of the set, the mark, `after` of the set;
 * each length is one of two. */
static const struct form {
    enum issuer issuer;
    const char *prefix;
    const char *set;
    size_t before[2];
    const char *mark;
    size_t after[2];
} forms[] = {
    {OPENROUTER, "sk-or-v1-", HEX, {64, 64}, "", {0, 0}},
    {OPENAI, "sk-", ALNUM, {20, 20}, OPENAI_MARK, {20, 20}},
    {OPENAI, "sk-proj-", WORD, {74, 58}, OPENAI_MARK, {74, 58}},
    {OPENAI, "sk-svcacct-", WORD, {74, 58}, OPENAI_MARK, {74, 58}},
    {OPENAI, "sk-admin-", WORD, {74, 58}, OPENAI_MARK, {74, 58}},
    {ANTHROPIC, "sk-ant-api03-", WORD, {93, 93}, "AA", {0, 0}},
    {ANTHROPIC, "sk-ant-admin01-", WORD, {93, 93}, "AA", {0, 0}},
    {GOOGLE, "AIza", WORD, {35, 35}, "", {0, 0}},
    {HUGGING_FACE, "hf_", ALNUM, {34, 34}, "", {0, 0}},
    {PERPLEXITY, "pplx-", ALNUM, {48, 48}, "", {0, 0}},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Removes `count` bytes of `set` from the front of `*text`, or fails. */
static bool skip_set(struct str *text, const char *set, size_t count)
{
    if (text->len < count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!strchr(set, text->ptr[i])) { /* a key holds no NUL, which strchr would find */
            return false;
        }
    }
    *text = (struct str){text->ptr + count, text->len - count};
    return true;
}

static bool skip_literal(struct str *text, const char *literal)
{
    struct str prefix = base_str(literal);
    if (!base_str_starts_with(*text, prefix)) {
        return false;
    }
    *text = (struct str){text->ptr + prefix.len, text->len - prefix.len};
    return true;
}

static bool has_form(struct str key, const struct form *form)
{
    for (int lengths = 0; lengths < 4; lengths++) {
        struct str rest = key;
        if (skip_literal(&rest, form->prefix) && skip_set(&rest, form->set, form->before[lengths & 1]) &&
            skip_literal(&rest, form->mark) && skip_set(&rest, form->set, form->after[lengths >> 1]) && rest.len == 0) {
            return true;
        }
    }
    return false;
}

/* Who issues keys of exactly this form. */
static enum issuer issuer_by_form(struct str key)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (has_form(key, &forms[i])) {
            return forms[i].issuer;
        }
    }
    return NOBODY;
}

/* The kind of a key by its beginning, NULL if unknown. */
static const struct kind *kind_of(struct str key)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (base_str_starts_with(key, base_str(kinds[i].prefix))) {
            return &kinds[i];
        }
    }
    return NULL;
}

static bool begins_as_expected(enum tta_provider provider, const struct kind *kind)
{
    if (!kind) {
        return false;
    }
    if (kind->issuer == NOBODY) { /* a bare "sk-" */
        return provider == TTA_PROVIDER_OPENAI;
    }
    return issuers[kind->issuer].provider == provider;
}

struct tta_key_advice tta_key_advise(enum tta_provider provider, const struct tta_secret *secret)
{
    struct str key = tta_secret_bytes(secret);
    const struct kind *kind = kind_of(key);
    enum issuer by_form = issuer_by_form(key);
    enum issuer by_prefix = kind ? kind->issuer : NOBODY;
    enum issuer issuer = by_form != NOBODY ? by_form : by_prefix;
    struct tta_key_advice advice = {.form = TTA_FORM_UNUSUAL, .looks_like = provider};
    if (issuer != NOBODY && issuers[issuer].provider != provider) {
        advice.form = TTA_FORM_OTHER_PROVIDER;
        advice.looks_like = issuers[issuer].provider;
        advice.sentence = issuers[issuer].sentence;
    } else if (by_form != NOBODY) {
        advice.form = TTA_FORM_EXPECTED;
        advice.sentence = "The key has the form that is expected here.";
    } else if (begins_as_expected(provider, kind)) {
        advice.sentence = "The key begins as expected but has an unusual length or character; was it cut?";
    } else {
        advice.sentence = "The key has no form that is known; it may still be good.";
    }
    return advice;
}

static void write_label(struct str key, char out_label[TTA_LABEL_BYTES])
{
    enum { SHOWN = 4 };
    if (key.len < SHORTEST_SHOWN) { /* four characters of it would be too large a part */
        memcpy(out_label, "...", sizeof "...");
        return;
    }
    const struct kind *kind = kind_of(key);
    int len = snprintf(out_label, TTA_LABEL_BYTES, "%s...%.*s", kind ? kind->prefix : "", SHOWN,
                       key.ptr + key.len - SHOWN);
    assert(len > 0 && len < TTA_LABEL_BYTES); /* the longest prefix has 12 characters */
    (void)len;
}

void tta_secret_label(const struct tta_secret *secret, char out_label[TTA_LABEL_BYTES])
{
    write_label(tta_secret_bytes(secret), out_label);
}

void tta_scrub_keys(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0';) {
        size_t len = strspn(from, WORD);
        struct str word = {from, len};
        if (len == 0) {
            *to++ = *from++;
            continue;
        }
        char label[TTA_LABEL_BYTES];
        if (len >= SHORTEST_SHOWN && kind_of(word)) {
            write_label(word, label); /* which is shorter than the key */
            memcpy(to, label, strlen(label));
            to += strlen(label);
        } else {
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    *to = '\0';
}
