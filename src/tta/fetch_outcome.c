// SPDX-License-Identifier: MIT
#include "tta/fetch_outcome.h"

#include <stdio.h>

static const struct {
    const char *name, *sentence;
} outcomes[] = {
    [TTA_FETCH_GOOD] = {"good", "The server gave its list."},
    [TTA_FETCH_NOT_CONNECTED] = {"not_connected", "There is no such server, or it refuses connections."},
    [TTA_FETCH_NOT_TRUSTED] = {"not_trusted", "No TLS connection with the server that this should be; one of your own "
                                              "is trusted by 'ca_file'."},
    [TTA_FETCH_TIMED_OUT] = {"timed_out", "The server did not give its list in time."},
    [TTA_FETCH_TOO_LARGE] = {"too_large", "The server's list is beyond the limit."},
    [TTA_FETCH_BROKEN] = {"broken", "The connection broke before the list was whole."},
    [TTA_FETCH_UNAUTHORIZED] = {"unauthorized", "The server wants a key, or another one."},
    [TTA_FETCH_RATE_LIMITED] = {"rate_limited", "The server was asked too often."},
    [TTA_FETCH_SERVER_ERROR] = {"server_error", "The server has an error of its own."},
    [TTA_FETCH_REFUSED] = {"refused", "The server does not know this request."},
    [TTA_FETCH_NO_LIST] = {"no_list", "The server answered with something that is no list of models."},
    [TTA_FETCH_KEY_KEPT] = {"key_kept", "Nothing was sent: the key has the form of another provider's keys."},
};

const char *tta_fetch_outcome_name(enum tta_fetch_outcome outcome)
{
    bool is_one = (int)outcome >= 0 && (size_t)outcome < sizeof(outcomes) / sizeof(outcomes[0]);
    return is_one ? outcomes[outcome].name : "unknown";
}

void tta_fetch_outcome_say(enum tta_fetch_outcome outcome, int http_status, char out_sentence[TTA_FETCH_SENTENCE_BYTES])
{
    if (http_status > 0) {
        (void)snprintf(out_sentence, TTA_FETCH_SENTENCE_BYTES, "%s (HTTP %d)", outcomes[outcome].sentence,
                       http_status); /* fits */
    } else {
        (void)snprintf(out_sentence, TTA_FETCH_SENTENCE_BYTES, "%s", outcomes[outcome].sentence); /* fits */
    }
}

enum tta_fetch_outcome tta_fetch_outcome_of(const struct tta_http_answer *answer)
{
    switch (answer->delivery) {
    case TTA_DELIVERY_ANSWERED:
        break;
    case TTA_DELIVERY_NOT_CONNECTED:
        return TTA_FETCH_NOT_CONNECTED;
    case TTA_DELIVERY_NOT_TRUSTED:
        return TTA_FETCH_NOT_TRUSTED;
    case TTA_DELIVERY_TIMED_OUT:
        return TTA_FETCH_TIMED_OUT;
    case TTA_DELIVERY_TOO_LARGE:
        return TTA_FETCH_TOO_LARGE;
    case TTA_DELIVERY_BROKEN:
        return TTA_FETCH_BROKEN;
    }
    int status = answer->http_status;
    if (status == 401 || status == 403) {
        return TTA_FETCH_UNAUTHORIZED;
    }
    if (status == 429) {
        return TTA_FETCH_RATE_LIMITED;
    }
    return status >= 500 ? TTA_FETCH_SERVER_ERROR
           : status != 200 ? TTA_FETCH_REFUSED
           : answer->is_web_page ? TTA_FETCH_NO_LIST
                                 : TTA_FETCH_GOOD;
}
