// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/origin.h"

/* The host and port of an origin of the web; without a pointer: it is of an app or an extension. */
static struct str authority_of(struct str origin)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        struct str scheme = base_str(schemes[i]);
        if (base_str_starts_with(origin, scheme)) {
            return (struct str){origin.ptr + scheme.len, origin.len - scheme.len};
        }
    }
    return (struct str){NULL, 0};
}

/* Whoever serves pages on this machine could ask without a browser. */
static bool is_of_this_machine(struct str authority)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct str host = base_str(hosts[i]);
        if (base_str_starts_with(authority, host) && (authority.len == host.len || authority.ptr[host.len] == ':')) {
            return true;
        }
    }
    return false;
}

bool origin_is_foreign(const struct request *request)
{
    struct str site = request_header(request, "sec-fetch-site"), origin = request_header(request, "origin");
    if (request->method == HTTP_GET || request->method == HTTP_HEAD) {
        return false;
    }
    if (site.ptr) {
        return base_str_equal(site, STR("cross-site"));
    }
    struct str authority = authority_of(origin);
    bool is_hidden = base_str_equal(origin, STR("null")); /* as of a frame that is kept in */
    return is_hidden || (authority.ptr && !is_of_this_machine(authority) &&
                         !base_str_equal(authority, request_header(request, "host")));
}
