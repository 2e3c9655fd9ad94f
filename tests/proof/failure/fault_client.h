// SPDX-License-Identifier: MIT
/* fault_client.h - sends one request by libcurl and classifies what comes, as a gateway would. */
#ifndef TESTS_FAULT_CLIENT_H
#define TESTS_FAULT_CLIENT_H

#include "tta/stream.h"

struct fault_client;

struct fault_result {
    struct tta_finding finding;
    bool is_committed; /* some content came of a stream */
};

/* NULL without memory. */
struct fault_client *fault_client_create(void);
void fault_client_destroy(struct fault_client *client);

/* In which dialect streams are from now on; OpenAI's at first. */
void fault_client_speak(struct fault_client *client, enum tta_dialect dialect);

/* `leaves`: whoever waits for the answer goes when its first byte is there. */
void fault_client_send(struct fault_client *client, const char *url, bool is_stream, bool leaves,
                       struct fault_result *out_result);

#endif /* TESTS_FAULT_CLIENT_H */
