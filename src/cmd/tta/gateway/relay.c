// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/relay.h"

#include <string.h>

#include "tta/secret.h"

#define MAX_HELD_BYTES ((size_t)256 << 10)
#define MAX_TRANSLATED_BYTES ((size_t)16 << 20)

enum { MAX_HELD_EVENTS = 64 };

bool relay_start(struct relay *relay)
{
    relay->progress = (struct tta_progress){.usage = TTA_USAGE_NONE};
    relay->events = (struct events){0};
    relay->has_begun = relay->client_left = relay->lacks_memory = false;
    base_buf_init_wiping(&relay->partial, TTA_STREAM_MAX_EVENT_BYTES);
    base_buf_init_wiping(&relay->hidden, MAX_HELD_BYTES + TTA_STREAM_MAX_EVENT_BYTES);
    base_buf_init(&relay->held, MAX_HELD_BYTES + 2 * TTA_STREAM_MAX_EVENT_BYTES);
    base_buf_init(&relay->translated, MAX_TRANSLATED_BYTES);
    if (relay->about) {
        relay->translator = translate_stream_create(relay->about);
    }
    if ((relay->about && !relay->translator) || tta_stream_create(relay->dialect, &relay->stream) != TTA_OK) {
        translate_stream_destroy(relay->translator);
        relay->translator = NULL;
        return false;
    }
    return true;
}

void relay_stop(struct relay *relay)
{
    if (relay->stream) {
        tta_stream_destroy(relay->stream);
        base_buf_deinit(&relay->partial);
        base_buf_deinit(&relay->hidden);
        base_buf_deinit(&relay->held);
        base_buf_deinit(&relay->translated);
        translate_stream_destroy(relay->translator);
        relay->translator = NULL;
        relay->stream = NULL;
    }
}

static void fail_as_broken(struct relay *relay)
{
    relay->progress.finding =
        (struct tta_finding){.failure = TTA_FAILURE_STREAM_BROKEN, .http_status = relay->progress.finding.http_status};
    relay->progress.is_over = true;
}

/* Whether the answer begins with what has come. */
static bool may_begin(const struct relay *relay)
{
    return relay->progress.has_content || relay->held.len > MAX_HELD_BYTES ||
           relay->progress.event_count > MAX_HELD_EVENTS;
}

/* Good events, on to the client or to those that are held. */
static bool pass_on(struct relay *relay, struct str bytes)
{
    if (relay->translator) {
        base_buf_reset(&relay->translated);
        if (!translate_stream_feed(relay->translator, bytes, &relay->translated)) {
            relay->lacks_memory = true;
            return false;
        }
        bytes = base_buf_str(&relay->translated);
    }
    if (bytes.len == 0) {
        return true;
    }
    if (!relay->has_begun && !may_begin(relay)) {
        base_buf_add(&relay->held, bytes);
        relay->lacks_memory = relay->lacks_memory || !base_buf_ok(&relay->held);
        return !relay->lacks_memory;
    }
    if (!relay->has_begun) {
        relay->has_begun = true;
        relay->client_left = !relay->begin(relay->context) ||
                             (relay->held.len > 0 && !relay->pass(relay->context, base_buf_str(&relay->held)));
        base_buf_deinit(&relay->held);
        base_buf_init(&relay->held, MAX_HELD_BYTES);
    }
    relay->client_left = relay->client_left || !relay->pass(relay->context, bytes);
    return !relay->client_left;
}

/* Reads events; false if they are not to be passed on. */
static bool read_events(struct relay *relay, struct str bytes)
{
    if (tta_stream_feed(relay->stream, bytes.ptr, bytes.len, &relay->progress) != TTA_OK) {
        relay->lacks_memory = true;
        return false;
    }
    return relay->progress.finding.failure == TTA_FAILURE_NONE;
}

/* The same, and whether the event is for the gateway alone; `*out_is_hidden` holds only where it is true. */
static bool read_event(struct relay *relay, struct str event, bool *out_is_hidden)
{
    struct tta_usage before = relay->progress.usage;
    bool good = read_events(relay, event);
    const struct tta_usage *now = &relay->progress.usage;
    bool has_usage = now->prompt_tokens != before.prompt_tokens || now->completion_tokens != before.completion_tokens;
    *out_is_hidden = good && relay->hides_usage && has_usage && events_is_usage_alone(event);
    return good;
}

/* The end of the event that began with earlier bytes. */
static bool take_rest_of_event(struct relay *relay, struct str bytes)
{
    base_buf_add(&relay->partial, bytes);
    if (!base_buf_ok(&relay->partial)) {
        fail_as_broken(relay);
        return false;
    }
    tta_secret_hide(relay->secret, relay->partial.ptr, relay->partial.len);
    struct str event = base_buf_str(&relay->partial);
    bool is_hidden = false;
    bool good = read_event(relay, event, &is_hidden) && (is_hidden || pass_on(relay, event));
    base_buf_reset(&relay->partial);
    return good;
}

/* As events_end(), for the lines that are Ollama's events too. */
static size_t end_of_event(struct relay *relay, const char *bytes, size_t len)
{
    if (relay->dialect != TTA_DIALECT_OLLAMA) {
        return events_end(&relay->events, bytes, len);
    }
    const char *newline = memchr(bytes, '\n', len);
    return newline ? (size_t)(newline - bytes) + 1 : 0;
}

/* The bytes without the key, where they have it whole; what they have of it at an end is left to their event.  False
 * without memory. */
static bool hide_key(struct relay *relay, struct str *bytes)
{
    if (tta_secret_is_quoted(relay->secret, *bytes)) {
        base_buf_reset(&relay->hidden);
        base_buf_add(&relay->hidden, *bytes);
        tta_secret_hide(relay->secret, relay->hidden.ptr, relay->hidden.len);
        *bytes = base_buf_str(&relay->hidden);
    }
    return base_buf_ok(&relay->hidden);
}

/* Events go on together, up to the first that fails or ends the stream. */
static bool take(struct relay *relay, const char *bytes, size_t len)
{
    size_t at = 0, passed = 0;
    bool good = true;
    while (at < len && good && !relay->progress.is_over) {
        size_t event_len = end_of_event(relay, bytes + at, len - at);
        if (event_len == 0) {
            break;
        }
        struct str event = {bytes + at, event_len};
        bool is_hidden = false;
        if (relay->partial.len > 0) {
            good = take_rest_of_event(relay, event);
            passed = at + event_len;
        } else {
            good = read_event(relay, event, &is_hidden);
        }
        if (is_hidden) {
            good = at == passed || pass_on(relay, (struct str){bytes + passed, at - passed});
            passed = at + event_len;
        }
        at += good || is_hidden ? event_len : 0;
    }
    if (at > passed && (good || relay->has_begun)) { /* of what fails in one piece nobody need know */
        good = pass_on(relay, (struct str){bytes + passed, at - passed}) && good;
    }
    if (good && at < len && !relay->progress.is_over) {
        base_buf_add(&relay->partial, (struct str){bytes + at, len - at});
        if (!base_buf_ok(&relay->partial)) {
            fail_as_broken(relay);
            good = false;
        }
    }
    return good;
}

bool relay_take(struct relay *relay, const char *bytes, size_t len)
{
    struct str piece = {bytes, len};
    if (!hide_key(relay, &piece)) {
        relay->lacks_memory = true;
        return false;
    }
    return take(relay, piece.ptr, piece.len);
}

void relay_end(struct relay *relay, enum tta_transport transport)
{
    if (relay->progress.finding.failure != TTA_FAILURE_NONE || relay->client_left || relay->lacks_memory) {
        return; /* it has failed already */
    }
    if (!relay->progress.is_over) {
        tta_secret_hide(relay->secret, relay->partial.ptr, relay->partial.len);
        struct str rest = base_buf_str(&relay->partial);
        if ((rest.len > 0 && tta_stream_feed(relay->stream, rest.ptr, rest.len, &relay->progress) != TTA_OK) ||
            tta_stream_end(relay->stream, transport, &relay->progress) != TTA_OK) {
            relay->lacks_memory = true;
            return;
        }
        if (relay->progress.finding.failure == TTA_FAILURE_NONE && relay->progress.is_whole) {
            fail_as_broken(relay); /* a whole answer, and a good one, is none for whoever waits for events */
            return;
        }
        if (relay->progress.finding.failure == TTA_FAILURE_NONE && rest.len > 0) {
            relay->progress.has_content = true; /* or what is held would stay */
            (void)(pass_on(relay, rest) && pass_on(relay, STR("\n\n"))); /* client_left says whether it went */
        }
    }
    if (relay->progress.finding.failure == TTA_FAILURE_NONE && !relay->has_begun && !relay->client_left) {
        relay->has_begun = true; /* an answer without content is one */
        relay->client_left = !relay->begin(relay->context) ||
                             (relay->held.len > 0 && !relay->pass(relay->context, base_buf_str(&relay->held)));
    }
}
