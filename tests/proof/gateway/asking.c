// SPDX-License-Identifier: MIT
#include "asking.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/buf.h"

#define MAX_REQUEST_BYTES ((size_t)16 << 20)
#define PROMPT "Tell me a story of those who ask and those who answer, and of what stands between them. "

void asking_give_up(const char *what)
{
    fprintf(stderr, "client: %s\n", what);
    exit(3);
}

void asking_raise_limits(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* what is too little will be seen */
    }
}

int asking_connect(uint16_t port)
{
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        asking_give_up("it cannot connect");
    }
    return fd;
}

char *asking_request(const struct asking *asking, size_t *out_len)
{
    struct buf body, request;
    base_buf_init(&body, MAX_REQUEST_BYTES);
    base_buf_init(&request, MAX_REQUEST_BYTES);
    base_buf_addf(&body, "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"",
                  asking->model, asking->is_stream ? "true" : "false");
    while (base_buf_ok(&body) && body.len < asking->prompt_bytes) {
        base_buf_add(&body, STR(PROMPT));
    }
    base_buf_add(&body, asking->is_broken ? STR("\"}") : STR("\"}]}"));
    base_buf_addf(&request, "POST /v1/chat/completions HTTP/1.1\r\nHost: here\r\n%s"
                            "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                  asking->headers ? asking->headers : "", body.len);
    base_buf_add(&request, base_buf_str(&body));
    if (!base_buf_ok(&body) || !base_buf_ok(&request)) {
        asking_give_up("it has no memory for a request");
    }
    base_buf_deinit(&body);
    *out_len = request.len;
    return base_buf_take(&request);
}

static int note_head(llhttp_t *parser)
{
    struct answer *answer = parser->data;
    answer->status = parser->status_code;
    return HPE_OK;
}

/* Content begins after these letters, in a stream as in a whole answer; they may come in pieces. */
static int look_for_content(llhttp_t *parser, const char *bytes, size_t len)
{
    static const char wanted[] = "\"content\":";
    struct answer *answer = parser->data;
    for (size_t i = 0; i < len && !answer->has_content; i++) {
        bool fits = bytes[i] == wanted[answer->matched];
        answer->matched = fits ? answer->matched + 1 : bytes[i] == wanted[0];
        answer->has_content = answer->matched == sizeof(wanted) - 1;
    }
    return HPE_OK;
}

static int note_end(llhttp_t *parser)
{
    struct answer *answer = parser->data;
    answer->is_whole = answer->status >= 200;
    answer->keeps_alive = llhttp_should_keep_alive(parser) != 0;
    return HPE_OK;
}

static const llhttp_settings_t settings = {
    .on_headers_complete = note_head, .on_body = look_for_content, .on_message_complete = note_end};

void answer_begin(struct answer *answer)
{
    *answer = (struct answer){.status = 0};
    llhttp_init(&answer->parser, HTTP_RESPONSE, &settings);
    answer->parser.data = answer;
}

bool answer_take(struct answer *answer, const char *bytes, size_t len)
{
    return llhttp_execute(&answer->parser, bytes, len) == HPE_OK;
}

void answer_end(struct answer *answer)
{
    (void)llhttp_finish(&answer->parser); /* is_whole says whether that was an end */
}
