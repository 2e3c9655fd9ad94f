// SPDX-License-Identifier: MIT
/* tta/hardware_files.h - detection, with the places where to look. */
#ifndef TTA_HARDWARE_FILES_H
#define TTA_HARDWARE_FILES_H

#include "tta/hardware.h"

/* As tta_hardware_detect(), with what stands below `root` for / and that library for NVIDIA's. */
void tta_hardware_read(const char *root, const char *nvml_library, struct tta_hardware *out_hardware);

#endif /* TTA_HARDWARE_FILES_H */
