// SPDX-License-Identifier: MIT
/* assay/virtualization.h - what a machine runs within. */
#ifndef ASSAY_VIRTUALIZATION_H
#define ASSAY_VIRTUALIZATION_H

#include "base/text.h"

/* What tells of a hypervisor; each may be empty. */
struct assay_host_traces {
    struct str cpuinfo;         /* text of /proc/cpuinfo */
    struct str cpuid;           /* the 12 bytes in which an x86 hypervisor names itself */
    struct str hypervisor_type; /* text of /sys/hypervisor/type */
    struct str device_tree;     /* text of /proc/device-tree/hypervisor/compatible */
    struct str maker, product;  /* of the machine, by its firmware */
};

/* "kvm", "vmware", "xen", "microsoft" ... by what left a trace; "other" for a hypervisor that is not known here;
 * "none" without any. */
const char *assay_virtualization(const struct assay_host_traces *traces);

/* "docker", "podman" or what systemd calls it, by the files that they leave: whether there are the first two, and
 * the text of /run/systemd/container.  "none" without any. */
struct str assay_container(bool has_dockerenv, bool has_containerenv, struct str systemd);

#endif /* ASSAY_VIRTUALIZATION_H */
