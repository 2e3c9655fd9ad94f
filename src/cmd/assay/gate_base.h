// SPDX-License-Identifier: MIT
/* assay/gate_base.h - an earlier commit of this checkout, built beside it. */
#ifndef CMD_ASSAY_GATE_BASE_H
#define CMD_ASSAY_GATE_BASE_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Builds `revision` of the checkout that the current folder is in, in a worktree of its own below
 * the folder `storage`, by running `command` in the folder of it that the current one is in the
 * checkout.  A commit that was built by that command before is not built again.  The folder it was
 * built in is appended to `out_folder`, and the commit's id to `out_id`.  False with one sentence in
 * `out_reason`: no checkout, no such revision, no command, or it does not build.  What git
 * and the command print goes to stderr.
 */
bool gate_base_build(const char *revision, const char *command, const char *storage, struct buf *out_folder,
                     struct buf *out_id, struct buf *out_reason);

#endif /* CMD_ASSAY_GATE_BASE_H */
