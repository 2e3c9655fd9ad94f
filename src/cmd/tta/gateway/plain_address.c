// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/plain_address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

/* What libcurl reads of a URL, so that both ways read it alike. */
struct parts {
    char *scheme, *host, *port, *path;
};

static void free_parts(struct parts *parts)
{
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_free(parts->path);
}

static bool split(const char *text, struct parts *out)
{
    CURLU *url = curl_url();
    *out = (struct parts){NULL, NULL, NULL, NULL};
    bool good = url && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_SCHEME, &out->scheme, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_HOST, &out->host, 0) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_PORT, &out->port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                curl_url_get(url, CURLUPART_PATH, &out->path, 0) == CURLUE_OK;
    curl_url_cleanup(url);
    return good;
}

static void find_numbers(const struct parts *parts, struct plain_address *address)
{
    int64_t port;
    char host[64];
    size_t len = strlen(parts->host), count = 0;
    if (!base_num_parse_int64(base_str(parts->port), 1, UINT16_MAX, &port) || len == 0 || len >= sizeof(host)) {
        return;
    }
    bool is_bracketed = parts->host[0] == '[' && parts->host[len - 1] == ']';
    (void)snprintf(host, sizeof(host), "%.*s", (int)(is_bracketed ? len - 2 : len), parts->host + is_bracketed);
    bool is_local = curl_strequal(host, "localhost") != 0;
    union plain_number *numbers = address->numbers;
    if (inet_pton(AF_INET, is_local ? "127.0.0.1" : host, &numbers[count].v4.sin_addr) == 1) {
        numbers[count].v4.sin_family = AF_INET;
        numbers[count++].v4.sin_port = htons((uint16_t)port);
    }
    if (inet_pton(AF_INET6, is_local ? "::1" : host, &numbers[count].v6.sin6_addr) == 1) {
        numbers[count].v6.sin6_family = AF_INET6;
        numbers[count++].v6.sin6_port = htons((uint16_t)port);
    }
    address->count = count;
}

bool plain_address_of(const char *url, struct plain_address *out_address)
{
    struct parts parts;
    struct plain_address address = {.count = 0};
    if (split(url, &parts) && strcmp(parts.scheme, "http") == 0) {
        find_numbers(&parts, &address);
        int host_len = snprintf(address.host, sizeof(address.host), "%s:%s", parts.host, parts.port);
        int path_len = snprintf(address.path, sizeof(address.path), "%s", parts.path);
        if (host_len >= (int)sizeof(address.host) || path_len >= (int)sizeof(address.path)) {
            address.count = 0;
        }
    }
    free_parts(&parts);
    if (address.count > 0) {
        *out_address = address;
    }
    return address.count > 0;
}
