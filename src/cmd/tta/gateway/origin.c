// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/origin.h"

#include <string.h>
#include <strings.h>

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
    struct str site = request_header(request, STR("sec-fetch-site")), origin = request_header(request, STR("origin"));
    if (request->method == HTTP_GET || request->method == HTTP_HEAD) {
        return false;
    }
    if (site.ptr) {
        return base_str_equal(site, STR("cross-site"));
    }
    struct str authority = authority_of(origin);
    bool is_hidden = base_str_equal(origin, STR("null")); /* as of a frame that is kept in */
    return is_hidden || (authority.ptr && !is_of_this_machine(authority) &&
                         !base_str_equal(authority, request_header(request, STR("host"))));
}

/* Of "name:port" and "name.:port"; what stands in brackets stays as it is. */
static struct str name_of(struct str host)
{
    const char *colon = host.len > 0 && host.ptr[0] != '[' ? memchr(host.ptr, ':', host.len) : NULL;
    struct str name = {host.ptr, colon ? (size_t)(colon - host.ptr) : host.len};
    name.len -= base_str_ends_with(name, STR(".")) ? 1 : 0;
    return name;
}

static bool is_alike(struct str name, struct str other)
{
    return name.len == other.len && strncasecmp(name.ptr, other.ptr, name.len) == 0;
}

/* What ends in a number is an address or nothing (WHATWG's URL standard, "ends in a number checker"). */
static bool is_number(struct str label)
{
    for (size_t i = 0; i < label.len; i++) {
        if (label.ptr[i] < '0' || label.ptr[i] > '9') {
            return false;
        }
    }
    return label.len > 0;
}

bool origin_is_renamed(const struct request *request, const char *const *names, size_t name_count)
{
    struct str name = name_of(request_header(request, STR("host"))), last = name;
    while (last.len > 0 && memchr(last.ptr, '.', last.len)) {
        (void)base_str_cut(last, '.', &last);
    }
    bool is_plain = name.len == 0 || name.ptr[0] == '[' || last.len == name.len;
    if (is_plain || is_number(last) || is_alike(last, STR("localhost"))) {
        return false;
    }
    for (size_t i = 0; i < name_count; i++) {
        if (is_alike(name, base_str(names[i]))) {
            return false;
        }
    }
    return true;
}
