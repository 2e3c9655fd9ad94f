// SPDX-License-Identifier: MIT
#include "assay/virtualization.h"

#include "assay/cpu.h"

struct naming {
    struct str part; /* of what is written */
    const char *kind;
};

/* https://lwn.net/Articles/301888/ and the makers' own pages. */
static const struct naming by_cpuid[] = {
    {{"KVMKVMKVM", 9}, "kvm"},           {{"VMwareVMware", 12}, "vmware"},  {{"XenVMMXenVMM", 12}, "xen"},
    {{"Microsoft Hv", 12}, "microsoft"}, {{"TCGTCGTCGTCG", 12}, "qemu"},    {{"VBoxVBoxVBox", 12}, "virtualbox"},
    {{"bhyve bhyve ", 12}, "bhyve"},     {{"prl hyperv", 10}, "parallels"},
};

/* In this order: "KVM Virtual Machine" is not Microsoft's "Virtual Machine". */
static const struct naming by_product[] = {
    {{"kvm", 3}, "kvm"},
    {{"qemu", 4}, "qemu"},
    {{"vmware", 6}, "vmware"},
    {{"xen", 3}, "xen"},
    {{"bochs", 5}, "bochs"},
    {{"virtualbox", 10}, "virtualbox"},
    {{"bhyve", 5}, "bhyve"},
    {{"parallels", 9}, "parallels"},
    {{"openstack", 9}, "openstack"},
    {{"compute engine", 14}, "google"},
    {{"virtual machine", 15}, "microsoft"},
};

/* What the first naming whose part stands in `text` means; NULL if none does. */
static const char *kind_of(struct str text, const struct naming *namings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (base_str_contains_ignoring_case(text, namings[i].part)) {
            return namings[i].kind;
        }
    }
    return NULL;
}

#define KIND_OF(text, namings) kind_of((text), (namings), sizeof(namings) / sizeof((namings)[0]))

const char *assay_virtualization(const struct assay_host_traces *traces)
{
    const char *kind = NULL;
    /* Without the flag no hypervisor speaks, and the leaf of its name holds something else. */
    const bool has_flag = assay_cpu_has_flag(traces->cpuinfo, STR("hypervisor"));
    if (base_str_equal(base_str_trim(traces->hypervisor_type), STR("xen"))) {
        return "xen";
    }
    if (has_flag) {
        kind = KIND_OF(traces->cpuid, by_cpuid);
    }
    kind = kind ? kind : KIND_OF(traces->device_tree, by_product);
    kind = kind ? kind : KIND_OF(traces->product, by_product);
    if (!kind && base_str_contains_ignoring_case(traces->maker, STR("amazon ec2")) &&
        !base_str_contains_ignoring_case(traces->product, STR(".metal"))) {
        kind = "amazon";
    }
    if (!kind) {
        kind = has_flag || base_str_trim(traces->hypervisor_type).len > 0 ? "other" : "none";
    }
    return kind;
}

struct str assay_container(bool has_dockerenv, bool has_containerenv, struct str systemd)
{
    const struct str name = base_str_trim(systemd);
    return name.len > 0 ? name : has_containerenv ? STR("podman") : has_dockerenv ? STR("docker") : STR("none");
}
