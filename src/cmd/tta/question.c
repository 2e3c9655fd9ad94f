// SPDX-License-Identifier: MIT
#include "cmd/tta/question.h"

#include <inttypes.h>

#include "cmd/tta/json_out.h"

bool question_print_choices(const struct question *question, const struct tta_choice *choices, size_t count,
                            bool is_list)
{
    struct buf out;
    base_buf_init(&out, MAX_JSON_BYTES);
    base_buf_add_cstr(&out, is_list ? "{\"choices\":[\n" : "");
    for (size_t i = 0; i < count; i++) {
        base_buf_add_cstr(&out, i > 0 ? ",\n{\"score\":" : "{\"score\":");
        json_add_score(&out, &question->verdicts.items[choices[i].row].score);
        base_buf_add_cstr(&out, ",\"model\":");
        json_add_model(&out, question->catalogue, choices[i].row);
        base_buf_add_char(&out, '}');
    }
    base_buf_add_cstr(&out, is_list ? "\n]}" : "");
    return json_print(&out);
}

bool question_print_verdicts(const struct question *question)
{
    struct buf out;
    base_buf_init(&out, MAX_JSON_BYTES);
    base_buf_add_cstr(&out, "{\"verdicts\":[");
    for (size_t row = 0; row < question->verdicts.count; row++) {
        const struct tta_verdict *verdict = &question->verdicts.items[row];
        base_buf_addf(&out, "%s\n{\"reason\":\"%s\",\"missing\":[", row > 0 ? "," : "",
                      tta_reason_name(verdict->reason));
        const char *before = "";
        for (uint64_t rest = verdict->missing; rest != 0; rest &= rest - 1) {
            const char *word = tta_capability_name(rest);
            base_buf_addf(&out, "%s\"%s\"", before, word ? word : "?");
            before = ",";
        }
        base_buf_add_cstr(&out, "],\"score\":");
        json_add_score(&out, &verdict->score);
        base_buf_add_cstr(&out, ",\"model\":");
        json_add_model(&out, question->catalogue, row);
        base_buf_add_char(&out, '}');
    }
    base_buf_add_cstr(&out, "\n]}");
    return json_print(&out);
}

bool question_print_chain(const struct question *question, const struct tta_link *links, size_t count)
{
    struct buf out;
    base_buf_init(&out, MAX_JSON_BYTES);
    base_buf_add_cstr(&out, "{\"chain\":[");
    for (size_t i = 0; i < count; i++) {
        base_buf_addf(&out, "%s\n{\"kind\":\"%s\",\"score\":", i > 0 ? "," : "", tta_link_kind_name(links[i].kind));
        json_add_score(&out, &question->verdicts.items[links[i].row].score);
        base_buf_add_cstr(&out, ",\"model\":");
        json_add_model(&out, question->catalogue, links[i].row);
        base_buf_add_char(&out, '}');
    }
    base_buf_add_cstr(&out, "\n]}");
    return json_print(&out);
}

bool question_print_tradeoffs(const struct question *question, const struct tta_tradeoff *tradeoffs, size_t count)
{
    struct buf out;
    base_buf_init(&out, MAX_JSON_BYTES);
    base_buf_add_cstr(&out, "{\"tradeoffs\":[");
    for (size_t i = 0; i < count; i++) {
        base_buf_addf(&out, "%s\n{\"cost_pusd\":%" PRId64 ",\"quality\":", i > 0 ? "," : "", tradeoffs[i].cost_pusd);
        if (tradeoffs[i].quality >= 0) {
            base_buf_addf(&out, "%.10g", tradeoffs[i].quality);
        } else {
            base_buf_add_cstr(&out, "null");
        }
        base_buf_add_cstr(&out, ",\"model\":");
        json_add_model(&out, question->catalogue, tradeoffs[i].row);
        base_buf_add_char(&out, '}');
    }
    base_buf_add_cstr(&out, "\n]}");
    return json_print(&out);
}
