// SPDX-License-Identifier: MIT
/* gateway/translate_parts.h - what translations of both dialects are made of. */
#ifndef CMD_TTA_GATEWAY_TRANSLATE_PARTS_H
#define CMD_TTA_GATEWAY_TRANSLATE_PARTS_H

#include "base/json.h"
#include "cmd/tta/gateway/translate.h"

/* A request under way. */
struct translating {
    const struct translate_target *target;
    struct json_value root;
    struct buf *out;
    struct translate_flaw *flaw;
    bool lacks_memory;
};

/* Absent or null. */
bool translate_is_none(struct json_value value);
bool translate_is_string(struct json_value value);
bool translate_is_array(struct json_value value);
bool translate_is_object(struct json_value value);

/* Notes why the request is refused, and says false; the format is of `param`. */
bool translate_refuse(struct translating *translating, const char *problem, const char *param_format, ...)
    __attribute__((format(printf, 3, 4)));

/* The members of an object are among these, or none, or the request is refused at "WHERE.KEY". */
bool translate_has_only(struct translating *translating, struct json_value object, const char *const *keys,
                        const char *where);

/* Adds ',"KEY":VALUE' as the value stands, unless there is none. */
void translate_add_member(struct buf *out, const char *key, struct json_value value);

/* A string as it stands, without its quotes; of what is none the empty text. */
struct str translate_inner(struct json_value string);

enum translate_role { ROLE_SYSTEM, ROLE_USER, ROLE_ASSISTANT, ROLE_TOOL };
struct translate_message {
    struct json_value json;
    enum translate_role role;
    size_t number; /* from 0 */
    struct json_value content, calls; /* the latter are an array, or none */
};

/* Reads and checks a message, but for the parts of its content and for its calls. */
bool translate_read_message(struct translating *translating, struct json_value json, size_t number,
                            struct translate_message *out_message);

enum translate_part_kind { PART_TEXT, PART_IMAGE };
struct translate_part {
    enum translate_part_kind kind;
    struct json_value value; /* a string: the text, or the URL of the image */
    size_t number;
};

/* Where it is in a content; zero-initialised but for its message: in front of the first part. */
struct translate_parts {
    const struct translate_message *message;
    struct json_value at;
    size_t number;
    bool is_begun;
};
/* The next part that is not an empty text, a content that is a text being one.  False if there is none, or, `*good`
 * being false then, if the request is refused. */
bool translate_next_part(struct translating *translating, struct translate_parts *parts,
                         struct translate_part *out_part, bool *good);

/* A call of a tool; `arguments` is the text of an object, the caller's to release, whether it was read or not. */
struct translate_call {
    struct json_value id, name;
    struct buf arguments;
};
bool translate_read_call(struct translating *translating, const struct translate_message *message,
                         struct json_value json, size_t number, struct translate_call *out_call);

/* A tool as it is described. */
struct translate_tool {
    struct json_value name, description, parameters; /* the latter two may be none */
};
bool translate_read_tool(struct translating *translating, struct json_value json, size_t number,
                         struct translate_tool *out_tool);

/* An image as a data URL: its type and its base64 as they stand; false if it is none. */
bool translate_read_data_url(struct json_value url, struct str *out_type, struct str *out_base64);

/* What each dialect adds to a request behind its model. */
bool translate_to_anthropic(struct translating *translating);
bool translate_to_ollama(struct translating *translating);

/* ---- answers ---- */

/* Adds a text that is within a string of JSON from now on, without quotes. */
void translate_add_escaped(struct buf *out, struct str text);

/* Adds ',"usage":{...}', unless the tokens of prompt and answer are not both known. */
void translate_add_usage(struct buf *out, const struct tta_usage *usage);

/* OpenAI's word for Anthropic's stop_reason or Ollama's done_reason, with its quotes. */
struct str translate_finish_reason(const struct translate_about *about, struct json_value reason, bool has_calls);

/* Adds a string as it stands, or another text if it is none, or too long for a name. */
void translate_add_name(struct buf *out, struct json_value value, const char *otherwise);

/* Arguments of a call as the text that they stand in: "{}" if there are none. */
struct str translate_arguments(struct json_value arguments);

/* Adds a call: {"index":NUMBER,"id","type","function":{"name","arguments"}}; the index, which chunks have, if
 * `has_index`. */
void translate_add_call(struct buf *out, const struct translate_about *about, size_t number, bool has_index,
                        struct json_value id, struct json_value name, struct str arguments);

#endif /* CMD_TTA_GATEWAY_TRANSLATE_PARTS_H */
