// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/request.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"

static int refuse(struct request *request, int status, const char *reason)
{
    if (request->state != REQUEST_REFUSED) {
        request->state = REQUEST_REFUSED;
        request->refusal = status;
        request->reason = reason;
    }
    return HPE_USER;
}

/* Adds to the head within its limit; a first failure of the buffer would lose what is there. */
static bool add_to_head(struct request *request, const char *bytes, size_t len)
{
    if (len > request->limits.max_head_bytes - request->head.len) {
        (void)refuse(request, 431, "The head of the request is too large."); /* the caller ends */
        return false;
    }
    base_buf_add(&request->head, (struct str){bytes, len});
    if (!base_buf_ok(&request->head)) {
        (void)refuse(request, 500, "There is no memory for the head of the request."); /* likewise */
        return false;
    }
    return true;
}

static int on_begin(llhttp_t *parser)
{
    struct request *request = parser->data;
    request->state = REQUEST_IN_HEAD;
    return HPE_OK;
}

static int on_target(llhttp_t *parser, const char *bytes, size_t len)
{
    struct request *request = parser->data;
    if (len > request->limits.max_target_bytes - request->target_len) {
        return refuse(request, 414, "The target of the request is too long.");
    }
    request->target_len += len;
    return add_to_head(request, bytes, len) ? HPE_OK : HPE_USER;
}

/* What comes behind the body says nothing, and has the limit of a head of its own. */
static int skip_trailer(struct request *request, size_t len)
{
    if (len > request->limits.max_head_bytes - request->trailer_bytes) {
        return refuse(request, 431, "The trailer of the request is too large.");
    }
    request->trailer_bytes += len;
    return HPE_OK;
}

static int on_name(llhttp_t *parser, const char *bytes, size_t len)
{
    struct request *request = parser->data;
    if (request->state == REQUEST_IN_BODY) {
        return skip_trailer(request, len);
    }
    if (request->line_count == REQUEST_MAX_HEADERS) {
        return refuse(request, 431, "The request has too many header lines.");
    }
    struct request_line *line = &request->lines[request->line_count];
    if (line->name_len == 0) {
        line->name_at = (uint32_t)request->head.len;
    }
    line->name_len += (uint32_t)len;
    return add_to_head(request, bytes, len) ? HPE_OK : HPE_USER;
}

static int on_value(llhttp_t *parser, const char *bytes, size_t len)
{
    struct request *request = parser->data;
    if (request->state == REQUEST_IN_BODY) {
        return skip_trailer(request, len);
    }
    struct request_line *line = &request->lines[request->line_count];
    if (line->value_len == 0) {
        line->value_at = (uint32_t)request->head.len;
    }
    line->value_len += (uint32_t)len;
    return add_to_head(request, bytes, len) ? HPE_OK : HPE_USER;
}

static int on_value_end(llhttp_t *parser)
{
    struct request *request = parser->data;
    if (request->state == REQUEST_IN_BODY) {
        return HPE_OK;
    }
    request->line_count++;
    if (request->line_count < REQUEST_MAX_HEADERS) {
        request->lines[request->line_count] = (struct request_line){0};
    }
    return HPE_OK;
}

static struct str part(const struct request *request, uint32_t at, uint32_t len)
{
    return (struct str){len > 0 ? request->head.ptr + at : "", len};
}

bool request_header_is(struct str name, struct str wanted)
{
    return name.len == wanted.len && strncasecmp(name.ptr, wanted.ptr, name.len) == 0;
}

/* Which of several; NULL pointer: there are not so many. */
static struct str header_of(const struct request *request, struct str name, size_t number)
{
    for (size_t i = 0; i < request->line_count; i++) {
        const struct request_line *line = &request->lines[i];
        bool is_as_long = line->name_len == name.len; /* which settles it for nearly all */
        if (is_as_long && request_header_is(part(request, line->name_at, line->name_len), name) && number-- == 0) {
            return base_str_trim(part(request, line->value_at, line->value_len));
        }
    }
    return (struct str){NULL, 0};
}

struct str request_header(const struct request *request, struct str name)
{
    return header_of(request, name, 0);
}

void request_header_at(const struct request *request, size_t number, struct str *out_name, struct str *out_value)
{
    const struct request_line *line = &request->lines[number];
    *out_name = part(request, line->name_at, line->name_len);
    *out_value = base_str_trim(part(request, line->value_at, line->value_len));
}

/* Digits, and at least one; how many bytes that are is llhttp's to say. */
static bool is_number(struct str text)
{
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    return text.len > 0 && digits == text.len;
}

/* What llhttp leaves to others. */
static int check_head(struct request *request)
{
    struct str coding = header_of(request, STR("transfer-encoding"), 0);
    struct str expected = header_of(request, STR("expect"), 0);
    struct str length = header_of(request, STR("content-length"), 0);
    if (request->parser.http_major != 1 || request->parser.http_minor > 1) {
        return refuse(request, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    }
    request->is_http_1_0 = request->parser.http_minor == 0;
    bool has_host = header_of(request, STR("host"), 0).ptr != NULL;
    if (header_of(request, STR("host"), 1).ptr || (!has_host && !request->is_http_1_0)) {
        return refuse(request, 400, "The request must have one Host.");
    }
    if (header_of(request, STR("content-length"), 1).ptr || header_of(request, STR("transfer-encoding"), 1).ptr ||
        (length.ptr && (coding.ptr || !is_number(length))) || (coding.ptr && request->is_http_1_0)) {
        return refuse(request, 400, "It is not clear how long the body is.");
    }
    if (coding.ptr && !request_header_is(coding, STR("chunked"))) {
        return refuse(request, 501, "The only transfer coding known here is chunked.");
    }
    if (expected.ptr && !request_header_is(expected, STR("100-continue"))) {
        return refuse(request, 417, "The only expectation known here is 100-continue.");
    }
    if (header_of(request, STR("content-encoding"), 0).ptr &&
        !request_header_is(header_of(request, STR("content-encoding"), 0), STR("identity"))) {
        return refuse(request, 415, "The body must not be compressed.");
    }
    return HPE_OK;
}

static const char no_room[] = "The gateway has no room for this body beside the others; try again shortly.";
static const char too_large[] = "The body of the request is larger than this gateway takes; max_body is its limit.";

static int on_head_end(llhttp_t *parser)
{
    struct request *request = parser->data;
    parser->upgrade = 0; /* an offer that nobody takes */
    request->method = (llhttp_method_t)parser->method;
    int code = check_head(request);
    if (code != HPE_OK) {
        return code;
    }
    if (parser->method == HTTP_CONNECT) {
        return refuse(request, 501, "This is no proxy.");
    }
    if (request->target_len == 0 || request->head.ptr[0] != '/') { /* it would say twice which host is meant */
        return refuse(request, 400, "The target of a request must be a path, as in /v1/models; this is no proxy.");
    }
    bool is_chunked = (parser->flags & F_CHUNKED) != 0;
    if (!is_chunked && parser->content_length > request->limits.max_body_bytes) {
        return refuse(request, 413, too_large);
    }
    if (!is_chunked && !budget_has_room(request->limits.budget, (size_t)parser->content_length)) {
        return refuse(request, 503, no_room);
    }
    if (!is_chunked && parser->content_length > 0 &&
        !body_reserve(&request->body, (size_t)parser->content_length)) {
        return refuse(request, 500, "There is no memory for the body of the request.");
    }
    request->state = REQUEST_IN_BODY;
    request->wants_continue =
        request_header(request, STR("expect")).ptr && !request->is_http_1_0 &&
        (is_chunked || parser->content_length > 0);
    return HPE_OK;
}

static int on_body(llhttp_t *parser, const char *bytes, size_t len)
{
    struct request *request = parser->data;
    request->wants_continue = false;
    if (len > request->limits.max_body_bytes - request->body.len) {
        return refuse(request, 413, too_large);
    }
    if (!budget_grow(request->limits.budget, &request->held, request->body.len + len)) {
        return refuse(request, 503, no_room);
    }
    return body_add(&request->body, bytes, len)
               ? HPE_OK
               : refuse(request, 500, "There is no memory for the body of the request.");
}

static int on_end(llhttp_t *parser)
{
    struct request *request = parser->data;
    request->state = REQUEST_WHOLE;
    request->wants_continue = false;
    request->keeps_alive = llhttp_should_keep_alive(parser) != 0;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_message_begin = on_begin,
    .on_url = on_target,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_header_value_complete = on_value_end,
    .on_headers_complete = on_head_end,
    .on_body = on_body,
    .on_message_complete = on_end,
};

void request_init(struct request *request, const struct request_limits *limits)
{
    memset(request, 0, sizeof(*request));
    request->limits = *limits;
    base_buf_init_wiping(&request->head, limits->max_head_bytes);
    llhttp_init(&request->parser, HTTP_REQUEST, &settings);
    request->parser.data = request;
}

static void release_body(struct request *request)
{
    body_release(&request->body);
    budget_set(request->limits.budget, &request->held, 0);
}

void request_deinit(struct request *request)
{
    base_buf_deinit(&request->head);
    release_body(request);
}

void request_reset(struct request *request)
{
    struct buf head = request->head;
    struct request_limits limits = request->limits;
    release_body(request);
    base_buf_reset(&head);
    request->state = REQUEST_EMPTY;
    request->refusal = 0;
    request->reason = NULL;
    request->keeps_alive = request->is_http_1_0 = request->wants_continue = false;
    request->target_len = request->line_count = request->trailer_bytes = 0;
    request->method = (llhttp_method_t)0;
    request->end = (struct request_end){0};
    request->lines[0] = (struct request_line){0};
    request->head = head;
    request->limits = limits;
    llhttp_init(&request->parser, HTTP_REQUEST, &settings);
    request->parser.data = request;
}

/* Whether CR and LF stand in the head together alone, and each line begins with a name: llhttp takes either for the end
 * of a line, unfolds those that begin with a blank, and takes no name for one.  `bytes` go on where others ended. */
static bool has_whole_lines(struct request *request, const char *bytes, size_t len)
{
    struct request_end *end = &request->end;
    const char *at = bytes, *behind = bytes + len;
    while (at < behind) {
        const char *newline = memchr(at, '\n', (size_t)(behind - at));
        size_t line_len = (size_t)((newline ? newline : behind) - at);
        const char *carriage_return = memchr(at, '\r', line_len);
        bool begins = end->was_one && end->len == 0 && line_len > 0;
        bool has_no_name = begins && (*at == ' ' || *at == '\t' || *at == ':');
        if (has_no_name || (end->has_cr && line_len > 0) || (carriage_return && carriage_return + 1 != at + line_len)) {
            return false;
        }
        end->has_cr = end->has_cr || carriage_return;
        end->len += line_len;
        if (!newline) {
            break;
        }
        if (!end->has_cr) {
            return false;
        }
        if (end->len == 1 && end->was_one) {
            break; /* the head is over, and what follows is none */
        }
        *end = (struct request_end){.was_one = end->was_one || end->len > 1};
        at = newline + 1;
    }
    return true;
}

size_t request_feed(struct request *request, const char *bytes, size_t len)
{
    if (request->state == REQUEST_WHOLE || request->state == REQUEST_REFUSED || len == 0) {
        return 0;
    }
    bool is_in_head = request->state == REQUEST_EMPTY || request->state == REQUEST_IN_HEAD;
    bool has_bad_lines = is_in_head && !has_whole_lines(request, bytes, len);
    llhttp_errno_t code = llhttp_execute(&request->parser, bytes, len);
    if (has_bad_lines) { /* unless it was refused for something else */
        (void)refuse(request, 400, "The head has a CR without an LF, an LF without a CR, or a line without a name.");
        release_body(request);
        return len;
    }
    if (code == HPE_PAUSED && request->state == REQUEST_WHOLE) {
        return (size_t)(llhttp_get_error_pos(&request->parser) - bytes);
    }
    if (code != HPE_OK) {
        (void)refuse(request, code == HPE_INVALID_METHOD ? 501 : code == HPE_INVALID_VERSION ? 505 : 400,
                     "This is no request of HTTP/1.1."); /* unless it was refused for something better */
        release_body(request);
    }
    return len;
}

struct str request_path(const struct request *request)
{
    struct str rest;
    return base_str_cut((struct str){request->head.ptr ? request->head.ptr : "", request->target_len}, '?', &rest);
}
