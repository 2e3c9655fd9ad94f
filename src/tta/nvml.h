// SPDX-License-Identifier: MIT
/*
 * tta/nvml.h - what NVIDIA's management library says, where there is one.
 *
 * It is loaded when it is asked, for few machines have it, and let go at once.
 */
#ifndef TTA_NVML_H
#define TTA_NVML_H

#include "tta/hardware.h"

/* Reads at most `capacity` GPUs by the library of that file name; how many: 0 where
 * there is no such library, or it does not answer. */
size_t tta_nvml_read(const char *library, struct tta_gpu *out_gpus, size_t capacity);

#endif /* TTA_NVML_H */
