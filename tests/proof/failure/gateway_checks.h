// SPDX-License-Identifier: MIT
/* gateway_checks.h - what came of a request to the gateway, held to what the table says; of gateway_play.c alone. */
#ifndef TESTS_GATEWAY_CHECKS_H
#define TESTS_GATEWAY_CHECKS_H

#include "gateway_play.h"
#include "gateway_world.h"

enum { A, B, B_LARGER, TARGETS };

enum end { ENDS_WELL, ENDS_WITH_EVENT, ENDS_WITH_ERROR, ENDS_WITHOUT_CLIENT };

struct play {
    const struct gateway_way *way;
    const struct fault *fault;
    const struct loopback_answer *answer; /* of the first provider */
    bool is_stream, is_down;
    const char *failure;
    char path[FAULT_TEXT_BYTES], opens[FAULT_TEXT_BYTES];
    enum end end;
    int status;       /* in the access log, and unless it has left to the client */
    bool is_as_said;  /* the client gets what the provider said */

    size_t counts[TARGETS]; /* of attempts, as the access log has them */
    struct gateway_verdict *verdict;
};

/* Each fills the verdict with the first thing that does not hold.  `said`, which is cut behind the head, is the answer;
 * "" to a client that has left. */
void check_answer(struct play *play, char *said);
/* Of the request alone, before any page was asked for. */
void check_log(struct play *play, const struct world *world, const char *said);
void check_calls(struct play *play, const struct world *world);
void check_health(struct play *play, struct world *world);
void check_metrics(struct play *play, struct world *world);

/* Up to twenty seconds, so that what hangs fails. */
void pause_shortly(int turn);

#endif /* TESTS_GATEWAY_CHECKS_H */
