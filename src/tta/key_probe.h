// SPDX-License-Identifier: MIT
/*
 * tta/key_probe.h - one request to a provider, by libcurl, and what its answer
 * says about the key.  A prober keeps a few connections open between requests.
 */
#ifndef TTA_KEY_PROBE_H
#define TTA_KEY_PROBE_H

#include <stdint.h>

#include "base/text.h"
#include "tta/key_answer.h"
#include "tta/key_request.h"

struct tta_key_prober;

/* TTA_OK, TTA_NO_MEMORY, TTA_NO_SERVICE (libcurl could not start).  Time-outs, at most some weeks, and
 * `ca_file` as in struct tta_key_validator_options. */
enum tta_status tta_key_prober_create(int64_t timeout_ns, int64_t connect_timeout_ns, const char *ca_file,
                                      struct tta_key_prober **out_prober);
/* No thread may be in it.  NULL does nothing. */
void tta_key_prober_destroy(struct tta_key_prober *prober);

/*
 * Sends `request` with `key` (of at most TTA_MAX_KEY_BYTES) and judges the
 * answer.  Blocks up to the time-out; any thread.  TTA_OK, TTA_NO_MEMORY.
 */
enum tta_status tta_key_probe(struct tta_key_prober *prober, const struct tta_key_request *request, struct str key,
                              struct tta_key_finding *out_finding);

#endif /* TTA_KEY_PROBE_H */
