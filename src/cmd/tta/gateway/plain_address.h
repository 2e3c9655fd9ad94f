// SPDX-License-Identifier: MIT
/* gateway/plain_address.h - the numbers that a URL stands for, without asking a name server. */
#ifndef CMD_TTA_GATEWAY_PLAIN_ADDRESS_H
#define CMD_TTA_GATEWAY_PLAIN_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

union plain_number {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct plain_address {
    union plain_number numbers[2]; /* of localhost two, tried in this order */
    size_t count;
    char host[80];   /* for the header Host */
    char path[1100];
};

/* False if the URL is not plain http to a number or localhost, or memory is lacking. */
bool plain_address_of(const char *url, struct plain_address *out_address);

#endif /* CMD_TTA_GATEWAY_PLAIN_ADDRESS_H */
