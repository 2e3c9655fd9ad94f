// SPDX-License-Identifier: MIT
/* tta/serve_config.h - the section 'serve' of tta.yaml: where the gateway listens, its limits and its chains. */
#ifndef CMD_TTA_SERVE_CONFIG_H
#define CMD_TTA_SERVE_CONFIG_H

#include <cyaml/cyaml.h>
#include <stdint.h>

#include "cmd/tta/config_source.h"

#define SERVE_MAX_CHAIN_TARGETS 16

/* As it stands in the file; libcyaml's. */
struct yaml_chain {
    char *name;
    char **targets;
    unsigned targets_count;
};
struct yaml_serve {
    char *address, *open_to_network, *threads, *max_connections, *max_body, *max_bodies, *timeout, *connect_timeout,
        *max_wait, *first_byte, *first_token, *idle, *head_timeout, *body_timeout, *keep_alive, *write_timeout, *drain,
        *access_log, *clients;
    char **hosts;
    unsigned hosts_count;
    struct yaml_chain *chains;
    unsigned chains_count;
};
extern const cyaml_schema_field_t serve_fields[], serve_chain_fields[];

/* Models that answer under one name, in the order in which they are tried. */
struct serve_chain {
    const char *name;
    const char *const *targets; /* "SERVER/MODEL" or "MODEL" */
    size_t target_count;
};

/* Texts are borrowed from the file that was read. */
struct serve_config {
    char host[64];
    uint16_t port;
    bool open_to_network;
    size_t threads, max_connections;
    size_t max_body_bytes;
    size_t max_bodies_bytes; /* of all requests and answers that are held at once; no less than max_body_bytes */
    int64_t timeout_ns;         /* of a request, whatever is tried */
    int64_t max_wait_ns;        /* at once, until a target is ready again */
    int64_t connect_timeout_ns; /* of an attempt, until it is connected, */
    int64_t first_byte_ns;      /* until the head of its answer, */
    int64_t first_token_ns;     /* of a stream, until its first content, */
    int64_t idle_ns;            /* and between two pieces of the answer */
    int64_t head_timeout_ns, body_timeout_ns, keep_alive_ns, write_timeout_ns; /* of clients */
    int64_t drain_ns;
    const char *access_log; /* a file, "-" for standard output; NULL: none is kept */
    const char *clients;    /* the file of those who may use it, see tta/clients_file.h; NULL: whoever reaches it */
    const char *const *hosts; /* names it may be asked by without clients, beside those of gateway/origin.h */
    size_t host_count;
    struct serve_chain *chains;
    size_t chain_count;
};

struct serve_config serve_config_defaults(void);

/* `yaml` of NULL: there is no such section, all is as usual.  False with one sentence in the source's reason.  Either
 * way for serve_config_release(). */
bool serve_config_read(const struct config_source *source, const struct yaml_serve *yaml,
                       struct serve_config *out_config);
void serve_config_release(struct serve_config *config);

#endif /* CMD_TTA_SERVE_CONFIG_H */
