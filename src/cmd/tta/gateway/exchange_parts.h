// SPDX-License-Identifier: MIT
/* gateway/exchange_parts.h - an exchange as its parts see it: exchange.c its course, exchange_answer.c its end,
 * exchange_words.c what it says to whom. */
#ifndef CMD_TTA_GATEWAY_EXCHANGE_PARTS_H
#define CMD_TTA_GATEWAY_EXCHANGE_PARTS_H

#include <stddef.h>

#include "base/json.h"
#include "cmd/tta/gateway/admission.h"
#include "cmd/tta/gateway/relay.h"
#include "cmd/tta/gateway/reply.h"
#include "cmd/tta/gateway/trace.h"
#include "cmd/tta/gateway/worker.h"

#define EXCHANGE_MAX_REFUSAL_BYTES 65536

/* What is said to a provider that speaks otherwise than the client, see gateway/translate.h. */
struct exchange_words {
    bool are_translated; /* those of the target that was asked last */
    struct buf request;  /* translated; empty: none is */
    size_t held;         /* of the budget, for it */
    uint32_t row;        /* that it is for */
    struct translate_about about;
};

struct exchange {
    struct worker *worker;
    struct connection *connection;
    struct site *site;
    enum api api;
    const struct client *client; /* NULL: nobody asks who it is */
    struct admission admission;
    char id[REQUEST_ID_BYTES];
    struct fields fields;
    enum tta_task task; /* that the request says; TTA_TASK_COUNT: none */
    const char *path;                             /* of its route */
    char asked_model[FIELDS_MAX_MODEL_BYTES + 1]; /* "" until the body is read */
    bool is_model_known;                          /* somebody can be asked under that name */
    size_t request_bytes;
    int64_t start_ns, first_byte_ns; /* the latter -1: not yet */

    struct tta_step step;     /* what is done just now */
    int64_t rest_ns;          /* until a target may be asked, where that is too long to wait; 0: not known */
    struct tta_target target; /* that was asked last */
    uint32_t series;          /* of it, while it is under way in the figures; else FIGURES_NO_SERIES */
    int64_t attempt_start_ns, last_activity_ns;
    int64_t last_piece_ns; /* of a stream that has content; 0: none yet */
    struct call call;
    struct relay relay;
    struct exchange_words words;
    struct buf answer;         /* that is not relayed */
    size_t answer_held;        /* of the budget, for it */
    struct json_reader reader; /* of it, if it is large and may be good */
    bool is_too_large, lacks_room, is_paused;
    struct loop_timer timer;
    struct loop_task release;

    struct buf refusal; /* the first answer that tells the client what is wrong with its request */
    int refusal_status;
    int64_t refusal_wait_ns; /* for exchange_refuse(): until the client may try again; 0: it is not told */
    struct tta_usage usage;
    int64_t cost_pusd;
    size_t answer_bytes;

    /* What is large and says itself how much of it is in use: neither zeroed before nor wiped after, which would be
     * most of what an exchange costs there.  No key can stand in it. */
    struct tta_failover failover;
    struct trace trace;
};
#define EXCHANGE_ZEROED_BYTES offsetof(struct exchange, failover)

/* Records the attempts, and how it ended; once, at its end. */
void exchange_record(const struct exchange *exchange, int status, const char *error);
/* Leaves there how long a stream had nothing to say. */
void exchange_record_piece(struct exchange *exchange);

/* The row that was asked last; -1: none was. */
int64_t exchange_row(const struct exchange *exchange);

/* Sends the head of a stream, with the attempts so far; false if the client has left. */
bool exchange_begin_stream(struct exchange *exchange);
/* Each answers, logs, and ends the exchange. */
void exchange_answer_whole(struct exchange *exchange);
void exchange_end_stream(struct exchange *exchange);
void exchange_answer_failure(struct exchange *exchange); /* after TTA_STEP_STOP */
/* A fault of the request or the gateway, before or without any attempt. */
void exchange_refuse(struct exchange *exchange, int status, const char *message, const char *param, const char *code);
void exchange_lose_client(struct exchange *exchange); /* logs and ends */

/* Releases it at the end of the turn. */
void exchange_release(struct exchange *exchange);

/* What the usage costs at the prices of the catalogue, or as the answer states; -1: not known. */
void exchange_count_cost(struct exchange *exchange);

/* The key of the target that was asked last; empty if it has none. */
struct str exchange_key(const struct exchange *exchange);

/* Adds a piece of an answer that is not relayed, without the key where it is quoted, and reads it as far as it has
 * come, so that no turn of the loop has much to do. */
enum call_verdict exchange_take_answer(struct exchange *exchange, const char *bytes, size_t len);
/* Empty again, for another answer. */
void exchange_forget_answer(struct exchange *exchange);
/* What such an answer means when it has ended, what it used, and as what it was read.  TTA_OK: `*out_document` is for
 * base_json_deinit(), empty if it is no JSON.  TTA_NO_MEMORY. */
enum tta_status exchange_judge_answer(struct exchange *exchange, enum tta_transport transport,
                                      struct tta_finding *out_finding, struct tta_usage *out_usage,
                                      struct json *out_document);
/* One that says what is wrong with the request is for the client, unless it quotes a key that is too short to be
 * hidden. */
void exchange_keep_refusal(struct exchange *exchange, const struct tta_finding *finding);

/* Clients speak OpenAI's dialect, or at /v1/messages Anthropic's.  Where a provider speaks it too, all goes on as it
 * came; where not, it is asked in its own words, and what it says is said in the client's. */
void exchange_words_init(struct exchange *exchange);
void exchange_words_deinit(struct exchange *exchange);

/* Leaves out targets that do not have what is asked for, or no words for the request; how many are left.  0: it was
 * refused. */
size_t exchange_keep_able(struct exchange *exchange, struct tta_target *targets, size_t count);

/* The request as the target of the attempt gets it, borrowed until the next attempt; makes the relay ready for its
 * answer.  False without memory. */
bool exchange_write_request(struct exchange *exchange, struct str *out_body);

/* Says a good whole answer, as it was read, in the client's words; if it is no answer, the finding says so.  False
 * without memory. */
bool exchange_say_answer(struct exchange *exchange, const struct json *document, struct tta_finding *finding);

/* Keeps what the provider says of a request that is wrong, in the client's form. */
void exchange_say_refusal(struct exchange *exchange, struct str body);

/* Refuses a model that is not known, or that nothing here fits. */
void exchange_refuse_model(struct exchange *exchange, const struct routing_name *name);

/* Adds an error of the gateway's own in the client's form, whole or as an event. */
void exchange_write_error(const struct exchange *exchange, const struct reply_error *error, struct buf *out);
void exchange_write_error_event(const struct exchange *exchange, const struct reply_error *error, struct buf *out);

#endif /* CMD_TTA_GATEWAY_EXCHANGE_PARTS_H */
