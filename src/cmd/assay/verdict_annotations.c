// SPDX-License-Identifier: MIT
/* https://docs.github.com/actions/reference/workflow-commands-for-github-actions, and
 * what its toolkit escapes (actions/toolkit, packages/core, command.ts). */
#include <stdint.h>
#include <string.h>

#include "cmd/assay/verdict_files.h"

/* Percent signs and line breaks anywhere, in a property also what ends it. */
static void add_escaped(struct buf *out, const char *text, bool is_property)
{
    for (; *text; text++) {
        if (strchr("%\r\n", *text) || (is_property && strchr(":,", *text))) {
            base_buf_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
        } else {
            base_buf_add_char(out, *text);
        }
    }
}

static void add_annotation(struct buf *out, const char *command, const struct assay_run *run, const char *sentence)
{
    base_buf_addf(out, "::%s ", command);
    if (run->file) {
        base_buf_add_cstr(out, "file=");
        add_escaped(out, run->file, true);
        base_buf_addf(out, ",line=%ju,", (uintmax_t)run->line);
    }
    base_buf_add_cstr(out, "title=");
    add_escaped(out, run->name, true);
    base_buf_add_cstr(out, "::");
    add_escaped(out, sentence, false);
    base_buf_add_char(out, '\n');
}

void verdict_annotations(const struct verdict *verdict, struct buf *out)
{
    /* What fails comes first: GitHub shows ten of a step. */
    for (int kind = FINDING_ERROR; kind >= FINDING_UNDECIDED; kind--) {
        for (size_t i = 0; i < verdict->findings->count; i++) {
            const struct finding_subject *subject = &verdict->findings->subjects[i];
            for (size_t each = 0; each < subject->count; each++) {
                const struct finding *finding = &subject->findings[each];
                bool is_wanted = kind != FINDING_UNDECIDED || finding->matters;
                if (finding->kind == (enum finding_kind)kind && is_wanted) {
                    add_annotation(out, kind == FINDING_UNDECIDED ? "warning" : "error", subject->run, finding->text);
                }
            }
        }
    }
}
