// SPDX-License-Identifier: MIT
#include "cmd/tta/config_source.h"

#include "cmd/yaml.h"

/* "FILE:LINE: "; a key whose line is not seen, as of a mapping in braces, has none. */
static void add_place(const struct config_source *source, int line)
{
    base_buf_add_cstr(source->reason, source->path);
    if (line > 0) {
        base_buf_addf(source->reason, ":%d", line);
    }
    base_buf_add_cstr(source->reason, ": ");
}

bool config_set(const struct config_source *source, const char *key, const char *value, argument_set_fn *setter,
                void *field)
{
    struct buf wanted;
    if (!value) {
        return true;
    }
    base_buf_init(&wanted, 2000);
    bool good = setter(field, value, &wanted);
    if (!good) {
        struct str rest = source->text;
        int line = 0, number = 0;
        while (rest.ptr && line == 0) {
            struct str each = base_str_cut(rest, '\n', &rest);
            number++;
            bool is_it = yaml_line_of_key(each, base_str(key)) > 0 &&
                         base_str_contains_ignoring_case(each, base_str(value));
            line = is_it ? number : 0;
        }
        add_place(source, line);
        base_buf_addf(source->reason, "%s: '%s' is not %s", key, value, base_buf_cstr(&wanted));
    }
    base_buf_deinit(&wanted);
    return good;
}

bool config_refuse(const struct config_source *source, const char *list, size_t number, const char *what)
{
    add_place(source, yaml_line_of_key(source->text, base_str(list)));
    base_buf_addf(source->reason, "entry %zu of %s %s", number, list, what);
    return false;
}
