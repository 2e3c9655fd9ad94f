// SPDX-License-Identifier: MIT
/*
 * gateway/fields.h - what the gateway must know of the body of a request.
 *
 * The body is checked to be JSON as it stands (base/json.h) and only the few
 * members below are looked at; everything else is passed on as it came.  A
 * member that stands twice is refused if it is one of these: what reads the
 * body next might take the other one.
 */
#ifndef CMD_TTA_GATEWAY_FIELDS_H
#define CMD_TTA_GATEWAY_FIELDS_H

#include <stdint.h>

#include "cmd/tta/gateway/body.h"

enum { FIELDS_MAX_MODEL_BYTES = 300 };

/* Where a value stands in the body; a length of 0: nowhere. */
struct field_place {
    size_t at, len;
};

struct fields {
    char model[FIELDS_MAX_MODEL_BYTES + 1]; /* unescaped */
    struct field_place model_place;         /* of the whole value, quotes included */
    struct field_place extras;              /* x_tta, with its key and one comma: to be cut out */
    struct field_place extras_value;
    bool is_stream;
    bool includes_usage;  /* stream_options.include_usage */
    struct field_place options;     /* stream_options, */
    struct field_place usage_flag;  /* its include_usage */
    bool has_options;               /* and whether something is in it */
    struct field_place asked;       /* with asks_usage: what fields_ask_usage() has put there, */
    char unasked[8];                /* in place of this */
    bool asks_usage;
    bool has_tools;       /* tools or functions, at least one */
    bool has_images;      /* some part of a message is an image */
    bool wants_json;      /* response_format.type is json_schema */
    int64_t max_tokens;   /* max_completion_tokens, max_tokens; -1: not stated */
};

enum fields_outcome {
    FIELDS_READ,
    FIELDS_NO_JSON,   /* `problem` says what, and `line` where */
    FIELDS_NOT_FIT,   /* a member is not as it must be; `problem` says what, `param` which */
    FIELDS_NO_MEMORY
};

struct fields_flaw {
    const char *problem; /* a sentence, static */
    const char *param;   /* NULL: none by itself */
    size_t line;
};

/* Reads the fields of a body.  `out_flaw` is set unless they are read. */
enum fields_outcome fields_read(struct str body, struct fields *out_fields, struct fields_flaw *out_flaw);

/* Puts another model into the body, and cuts the extras out of it; `fields` are of it and are kept true.
 * False without memory. */
bool fields_set_model(struct fields *fields, struct body *body, const char *model);

/* Puts "include_usage": true into the body of a stream, if the client has not; a stream_options that is no object is
 * left as it is.  False without memory. */
bool fields_ask_usage(struct fields *fields, struct body *body);
/* Takes it out again.  False without memory. */
bool fields_unask_usage(struct fields *fields, struct body *body);

#endif /* CMD_TTA_GATEWAY_FIELDS_H */
