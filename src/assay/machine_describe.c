// SPDX-License-Identifier: MIT
/* Everything is read from files that need no rights. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "assay/cpu.h"
#include "assay/machine.h"
#include "assay/virtualization.h"
#include "base/file.h"

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define MAX_FACT_BYTES ((size_t)16 << 20) /* /proc/cpuinfo of a thousand processors */
#define MAX_CACHES 16
#define CPUID_BYTES 12

static char *copy_of(struct str text)
{
    struct buf copy;
    base_buf_init(&copy, text.len);
    base_buf_add(&copy, text);
    return base_buf_take(&copy);
}

/* What an x86 hypervisor calls itself; without one it is anything. */
#if defined(__x86_64__) || defined(__i386__)
static struct str read_cpuid(char out_name[CPUID_BYTES])
{
    unsigned parts[4];
    __cpuid(0x40000000, parts[0], parts[1], parts[2], parts[3]);
    memcpy(out_name, &parts[1], CPUID_BYTES);
    return (struct str){out_name, CPUID_BYTES};
}
#else
static struct str read_cpuid(char out_name[CPUID_BYTES])
{
    (void)out_name;
    return (struct str){0};
}
#endif

static const char *find_virtualization(struct str cpuinfo)
{
    struct buf type, tree, maker, product;
    char name[CPUID_BYTES];
    base_file_read_or_empty("/sys/hypervisor/type", MAX_FACT_BYTES, &type);
    base_file_read_or_empty("/proc/device-tree/hypervisor/compatible", MAX_FACT_BYTES, &tree);
    base_file_read_or_empty("/sys/class/dmi/id/sys_vendor", MAX_FACT_BYTES, &maker);
    base_file_read_or_empty("/sys/class/dmi/id/product_name", MAX_FACT_BYTES, &product);
    const struct assay_host_traces traces = {
        .cpuinfo = cpuinfo,
        .cpuid = read_cpuid(name),
        .hypervisor_type = base_buf_str(&type),
        .device_tree = base_buf_str(&tree),
        .maker = base_buf_str(&maker),
        .product = base_buf_str(&product),
    };
    const char *found = assay_virtualization(&traces);
    base_buf_deinit(&type);
    base_buf_deinit(&tree);
    base_buf_deinit(&maker);
    base_buf_deinit(&product);
    return found;
}

static char *find_container(void)
{
    struct buf systemd;
    base_file_read_or_empty("/run/systemd/container", MAX_FACT_BYTES, &systemd);
    char *found = copy_of(assay_container(access("/.dockerenv", F_OK) == 0, access("/run/.containerenv", F_OK) == 0,
                                          base_buf_str(&systemd)));
    base_buf_deinit(&systemd);
    return found;
}

static char *find_governor(uint64_t cores)
{
    struct buf text;
    base_buf_init(&text, 0);
    for (uint64_t core = 0; core < cores; core++) {
        char path[100];
        (void)snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%ju/cpufreq/scaling_governor",
                       (uintmax_t)core); /* fits */
        base_buf_deinit(&text);
        base_file_read_or_empty(path, MAX_FACT_BYTES, &text);
        if (!base_str_equal(base_str_trim(base_buf_str(&text)), STR("performance"))) {
            break;
        }
    }
    char *governor = copy_of(base_str_trim(base_buf_str(&text)));
    base_buf_deinit(&text);
    return governor;
}

/* One file of a cache; empty if there is none. */
static void read_cache(int index, const char *name, struct buf *out)
{
    char path[100];
    (void)snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, name); /* fits */
    base_file_read_or_empty(path, MAX_FACT_BYTES, out);
}

static void find_caches(struct assay_machine *machine)
{
    bool is_there = true;
    for (int index = 0; index < MAX_CACHES && is_there; index++) {
        struct buf level, type, size;
        read_cache(index, "level", &level);
        read_cache(index, "type", &type);
        read_cache(index, "size", &size);
        const struct str of_level = base_str_trim(base_buf_str(&level));
        const bool holds_data = !base_str_equal(base_str_trim(base_buf_str(&type)), STR("Instruction"));
        const uint64_t bytes = assay_cpu_cache_bytes(base_buf_str(&size));
        is_there = of_level.len > 0;
        if (holds_data && base_str_equal(of_level, STR("1"))) {
            machine->l1_data_bytes = bytes;
        } else if (holds_data && base_str_equal(of_level, STR("2"))) {
            machine->l2_bytes = bytes;
        } else if (holds_data && base_str_equal(of_level, STR("3"))) {
            machine->l3_bytes = bytes;
        }
        base_buf_deinit(&level);
        base_buf_deinit(&type);
        base_buf_deinit(&size);
    }
}

static void find_cpu(struct str cpuinfo, struct assay_machine *machine)
{
    const struct assay_cpu cpu = assay_cpu_parse(cpuinfo);
    machine->cpu = copy_of(cpu.brand);
    machine->cpu_vendor = copy_of(cpu.vendor);
    machine->cpu_family = copy_of(cpu.family);
    machine->cpu_model = copy_of(cpu.model);
    machine->cpu_stepping = strdup(cpu.stepping);
}

static bool is_complete(const struct assay_machine *machine)
{
    return machine->node && machine->system && machine->release && machine->arch && machine->cpu &&
           machine->cpu_vendor && machine->cpu_family && machine->cpu_model && machine->cpu_stepping &&
           machine->governor && machine->virtualization && machine->container && machine->compiler && machine->flags;
}

enum assay_status assay_machine_describe(const char *compiler, const char *flags, struct assay_machine *out_machine)
{
    struct utsname names;
    if (uname(&names) != 0) {
        names = (struct utsname){0};
    }
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct assay_machine machine = {
        .node = strdup(names.nodename),
        .system = strdup(names.sysname),
        .release = strdup(names.release),
        .arch = strdup(names.machine),
        .cores = cores > 0 ? (uint64_t)cores : 0,
        .compiler = strdup(compiler),
        .flags = strdup(flags),
        .container = find_container(),
    };
    struct buf cpuinfo;
    base_file_read_or_empty("/proc/cpuinfo", MAX_FACT_BYTES, &cpuinfo);
    const char *virtualization = find_virtualization(base_buf_str(&cpuinfo));
    machine.virtualization = strdup(virtualization);
    machine.is_virtual = strcmp(virtualization, "none") != 0;
    machine.governor = find_governor(machine.cores);
    find_cpu(base_buf_str(&cpuinfo), &machine);
    find_caches(&machine);
    base_buf_deinit(&cpuinfo);
    machine.class_key = is_complete(&machine) ? assay_machine_class(&machine) : NULL;
    if (!machine.class_key) {
        struct assay_result owner = {.machine = machine};
        assay_result_deinit(&owner);
        return ASSAY_NO_MEMORY;
    }
    *out_machine = machine;
    return ASSAY_OK;
}
