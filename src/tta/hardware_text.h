// SPDX-License-Identifier: MIT
/* tta/hardware_text.h - what Linux says of a machine, as text.  Pure: any bytes may be given. */
#ifndef TTA_HARDWARE_TEXT_H
#define TTA_HARDWARE_TEXT_H

#include "base/text.h"
#include "tta/hardware.h"

/* The bytes of a line "NAME:   123 kB" of /proc/meminfo; TTA_UNKNOWN if there is none. */
int64_t tta_meminfo_bytes(struct str text, const char *name);

/* A file of one number, as of control groups and sysfs; TTA_UNKNOWN of "max" and of what is none. */
int64_t tta_number_of_file(struct str text);

/* /proc/cpuinfo. */
struct tta_processors {
    struct str name; /* within the text; empty if it has none */
    int64_t threads; /* 0 if it lists none */
    int64_t cores;   /* different pairs of "physical id" and "core id"; as many as threads without these */
};
struct tta_processors tta_read_cpuinfo(struct str text);

/* The path of a control group in version 2's line "0::/PATH" of /proc/self/cgroup; empty if there is none. */
struct str tta_cgroup_path(struct str text);

/* The bits that a parameter takes in a quantization, "Q4_K_M", "fp8", "4bit", ...; 0 if it is not known. */
double tta_bits_of_quantization(const char *name);

/* The need in GiB that the original's table gives by a part of the id; false if no name of it fits. */
bool tta_need_by_name(const char *id, int64_t *out_gib);

#endif /* TTA_HARDWARE_TEXT_H */
