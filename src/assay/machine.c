// SPDX-License-Identifier: MIT
#include "assay/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"

#define FACTS_MAX_BYTES ((size_t)16 << 20) /* /proc/cpuinfo of a thousand processors */

#define TEXT_OF(number) #number
#define VERSION_OF(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

#if defined(__clang__)
static const char compiler[] = "clang " VERSION_OF(__clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
static const char compiler[] = "gcc " VERSION_OF(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
static const char compiler[] = "";
#endif

/* The value of the first line "KEY : VALUE"; empty if there is none. */
static struct str value_of_line(struct str text, struct str key)
{
    while (text.len > 0) {
        struct str value;
        struct str line = base_str_cut(text, '\n', &text);
        struct str name = base_str_trim(base_str_cut(line, ':', &value));
        if (base_str_equal(name, key)) {
            return base_str_trim(value);
        }
    }
    return (struct str){0};
}

struct str assay_machine_cpu_brand(struct str cpuinfo)
{
    /* x86, then arm, where kernels name the board, a model, or only a part number. */
    static const struct str keys[] = {{"model name", 10}, {"Hardware", 8}, {"cpu model", 9}, {"CPU part", 8}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct str brand = value_of_line(cpuinfo, keys[i]);
        if (brand.len > 0) {
            return brand;
        }
    }
    return (struct str){0};
}

bool assay_machine_has_hypervisor(struct str cpuinfo, struct str product)
{
    /* x86 processors tell their guests by a flag; elsewhere the firmware's
     * name of the machine tells. */
    static const struct str makers[] = {{"kvm", 3},        {"qemu", 4},  {"vmware", 6},          {"virtualbox", 10},
                                        {"xen", 3},        {"bochs", 5}, {"virtual machine", 15}, {"parallels", 9},
                                        {"openstack", 9},  {"bhyve", 5}, {"compute engine", 14}};
    struct str rest = value_of_line(cpuinfo, STR("flags"));
    while (rest.ptr) {
        if (base_str_equal(base_str_cut(rest, ' ', &rest), STR("hypervisor"))) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        if (base_str_contains_ignoring_case(product, makers[i])) {
            return true;
        }
    }
    return false;
}

/* The file's contents; empty if it cannot be read. */
static void read_facts(const char *path, struct buf *out)
{
    char reason[BASE_FILE_REASON_BYTES];
    base_buf_init(out, FACTS_MAX_BYTES);
    (void)base_file_read(path, out, reason); /* what cannot be found out stays empty */
}

static bool find_hypervisor(struct str cpuinfo)
{
    struct buf product, type;
    read_facts("/sys/class/dmi/id/product_name", &product);
    read_facts("/sys/hypervisor/type", &type); /* Xen's */
    bool found = assay_machine_has_hypervisor(cpuinfo, base_buf_str(&product)) || type.len > 0;
    base_buf_deinit(&product);
    base_buf_deinit(&type);
    return found;
}

static char *copy_of(struct str text)
{
    struct buf copy;
    base_buf_init(&copy, FACTS_MAX_BYTES);
    base_buf_add(&copy, text);
    return base_buf_take(&copy);
}

/* "gcc 12" of "gcc 12.2.0". */
static struct str compiler_and_major(struct str name)
{
    struct str rest;
    return base_str_cut(name, '.', &rest);
}

static char *make_class_key(const struct assay_machine *machine)
{
    struct buf key;
    base_buf_init(&key, FACTS_MAX_BYTES);
    base_buf_addf(&key, "%s %s, %s, %ju cores, %.*s", machine->system, machine->arch, machine->cpu,
                  (uintmax_t)machine->cores, STR_ARGS(compiler_and_major(base_str(machine->compiler))));
    return base_buf_take(&key);
}

static void deinit_machine(struct assay_machine *machine)
{
    struct assay_result owner = {.machine = *machine};
    assay_result_deinit(&owner);
}

enum assay_status assay_machine_describe(struct assay_machine *out_machine)
{
    struct utsname names;
    if (uname(&names) != 0) {
        names = (struct utsname){0};
    }
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct buf cpuinfo;
    read_facts("/proc/cpuinfo", &cpuinfo);
    struct assay_machine machine = {
        .node = strdup(names.nodename),
        .system = strdup(names.sysname),
        .release = strdup(names.release),
        .arch = strdup(names.machine),
        .cpu = copy_of(assay_machine_cpu_brand(base_buf_str(&cpuinfo))),
        .compiler = strdup(compiler),
        .cores = cores > 0 ? (uint64_t)cores : 0,
        .is_virtual = find_hypervisor(base_buf_str(&cpuinfo)),
    };
    base_buf_deinit(&cpuinfo);
    if (machine.node && machine.system && machine.release && machine.arch && machine.cpu && machine.compiler) {
        machine.class_key = make_class_key(&machine);
    }
    if (!machine.class_key) {
        deinit_machine(&machine);
        return ASSAY_NO_MEMORY;
    }
    *out_machine = machine;
    return ASSAY_OK;
}

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hash_of(struct str text)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.ptr[i]) * UINT32_C(16777619);
    }
    return hash;
}

/* As pytest-benchmark writes the Python: "GCC-12" of "gcc 12.2.0". */
static void format_compiler(struct str name, char *out, size_t size)
{
    struct str version, rest;
    struct str family = base_str_cut(name, ' ', &version);
    struct str major = base_str_cut(version, '.', &rest);
    if (base_str_equal(family, STR("gcc"))) {
        family = STR("GCC");
    } else if (base_str_equal(family, STR("clang"))) {
        family = STR("Clang");
    } else if (family.len == 0) {
        family = STR("C");
    }
    (void)snprintf(out, size, "%.*s-%.*s", STR_ARGS(family), STR_ARGS(major)); /* cut if longer */
}

void assay_machine_id(const struct assay_machine *machine, char out_id[ASSAY_MACHINE_ID_BYTES])
{
    char compiled_by[40];
    format_compiler(base_str(machine->compiler), compiled_by, sizeof(compiled_by));
    (void)snprintf(out_id, ASSAY_MACHINE_ID_BYTES, "%.40s-%s-%zubit-%08x", machine->system ? machine->system : "",
                   compiled_by, 8 * sizeof(void *), (unsigned)hash_of(base_str(machine->class_key)));
    for (char *c = out_id; *c; c++) {
        bool is_letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (!is_letter && !(*c >= '0' && *c <= '9') && *c != '-') {
            *c = '_'; /* it names a folder, and stands in patterns */
        }
    }
}
