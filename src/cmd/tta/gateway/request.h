// SPDX-License-Identifier: MIT
/*
 * gateway/request.h - one HTTP/1.1 request, read from bytes in any pieces.
 *
 * llhttp reads it, without any of its leniencies; what two servers in a row
 * could read differently (RFC 9112, section 11.2) is refused: a length beside a
 * transfer coding, any coding but "chunked", a bare CR or LF, a folded line, no or
 * several Hosts, a target that names another host.  Trailers are read and
 * forgotten (RFC 9110, section 6.5.1).  Limits are statuses: 414, 431, 413, and
 * 503 where all bodies together have theirs.  No sockets here, and nothing
 * outside of what it allocates, which it zeroes when the request is over: the key
 * of the client is in it.  For one thread at a time.
 */
#ifndef CMD_TTA_GATEWAY_REQUEST_H
#define CMD_TTA_GATEWAY_REQUEST_H

#include <llhttp/llhttp.h>
#include <stdint.h>

#include "base/buf.h"
#include "cmd/tta/gateway/body.h"
#include "cmd/tta/gateway/budget.h"

struct request_limits {
    size_t max_target_bytes; /* 414 */
    size_t max_head_bytes;   /* 431; names, values and the target together */
    size_t max_body_bytes;   /* 413 */
    struct budget *budget;   /* 503; borrowed, NULL: there is none */
};

enum { REQUEST_MAX_HEADERS = 64 };

enum request_state {
    REQUEST_EMPTY,   /* no byte yet */
    REQUEST_IN_HEAD,
    REQUEST_IN_BODY,
    REQUEST_WHOLE,
    REQUEST_REFUSED  /* `refusal` is the status to answer with; nothing more is read */
};

/* Fields are read by all, and written by request.c alone. */
struct request {
    enum request_state state;
    int refusal;        /* 0, or 400, 413, 414, 415, 417, 431, 500, 501, 503, 505 */
    const char *reason; /* with it: a sentence for a person, static */
    bool keeps_alive;   /* the connection may have another request after this one */
    bool is_http_1_0;
    bool wants_continue; /* it waits for "100 Continue" before it sends its body */
    llhttp_method_t method;
    size_t target_len; /* the first bytes of `head` */
    struct body body;
    size_t held; /* of the budget */

    struct request_limits limits;
    llhttp_t parser;
    struct buf head; /* target, names and values, one after the other */
    struct request_line {
        uint32_t name_at, name_len, value_at, value_len;
    } lines[REQUEST_MAX_HEADERS];
    size_t line_count;
    size_t trailer_bytes;
    struct request_end { /* of the line that is being read of the head */
        size_t len;
        bool has_cr, was_one; /* its last byte is a CR; there was a line with something in it */
    } end;
};

/* Must stay where it is. */
void request_init(struct request *request, const struct request_limits *limits);
void request_deinit(struct request *request);
/* For the next one on the same connection. */
void request_reset(struct request *request);

/* Takes bytes up to the end of this request; how many it took.  What it did not take, once it is whole, is of the
 * next one. */
size_t request_feed(struct request *request, const char *bytes, size_t len);

/* The target without its query. */
struct str request_path(const struct request *request);
/* The header of a number below line_count, as it came but for blanks around the value. */
void request_header_at(const struct request *request, size_t number, struct str *out_name, struct str *out_value);
/* The value of the first header of a name in small letters; a NULL pointer if there is none. */
struct str request_header(const struct request *request, struct str name);
/* Whether the name of a header, in letters of any case, is that one. */
bool request_header_is(struct str name, struct str wanted);

#endif /* CMD_TTA_GATEWAY_REQUEST_H */
