// SPDX-License-Identifier: MIT
#include "assay/cpu.h"

#include <stdio.h>

#include "base/num.h"

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

/* The value of the first of two keys that has one. */
static struct str value_of_either(struct str text, struct str key, struct str other)
{
    struct str value = value_of_line(text, key);
    return value.len > 0 ? value : value_of_line(text, other);
}

static struct str find_brand(struct str cpuinfo)
{
    /* The board of a Raspberry Pi says more than its processor's "ARMv7 Processor rev 3", and its "Hardware"
     * is the same for all of them.  Then x86, and arm, where a kernel may know a part number only. */
    static const struct str keys[] = {
        {"Model", 5}, {"model name", 10}, {"Hardware", 8}, {"cpu model", 9}, {"CPU part", 8}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct str brand = value_of_line(cpuinfo, keys[i]);
        if (brand.len > 0) {
            return brand;
        }
    }
    return (struct str){0};
}

/* Arm writes the variant, 0 to 15, as "0x3" and names the two together "r3p1". */
static void find_stepping(struct str cpuinfo, char out_stepping[ASSAY_CPU_STEPPING_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    const struct str plain = value_of_line(cpuinfo, STR("stepping"));
    const struct str variant = value_of_line(cpuinfo, STR("CPU variant"));
    const struct str revision = value_of_line(cpuinfo, STR("CPU revision"));
    out_stepping[0] = '\0';
    if (plain.len > 0) {
        (void)snprintf(out_stepping, ASSAY_CPU_STEPPING_BYTES, "%.*s", STR_ARGS(plain)); /* cut if longer */
        return;
    }
    for (int value = 0; value < 16 && variant.len == 3 && base_str_starts_with(variant, STR("0x")); value++) {
        if (variant.ptr[2] == digits[value]) {
            (void)snprintf(out_stepping, ASSAY_CPU_STEPPING_BYTES, "r%dp%.*s", value,
                           STR_ARGS(revision)); /* likewise */
        }
    }
}

struct assay_cpu assay_cpu_parse(struct str cpuinfo)
{
    struct assay_cpu cpu = {
        .brand = find_brand(cpuinfo),
        .vendor = value_of_either(cpuinfo, STR("vendor_id"), STR("CPU implementer")),
        .family = value_of_either(cpuinfo, STR("cpu family"), STR("CPU architecture")),
        .model = value_of_either(cpuinfo, STR("model"), STR("CPU part")),
    };
    find_stepping(cpuinfo, cpu.stepping);
    return cpu;
}

bool assay_cpu_has_flag(struct str cpuinfo, struct str flag)
{
    struct str rest = value_of_either(cpuinfo, STR("flags"), STR("Features"));
    while (rest.ptr) {
        if (base_str_equal(base_str_cut(rest, ' ', &rest), flag)) {
            return true;
        }
    }
    return false;
}

uint64_t assay_cpu_cache_bytes(struct str size)
{
    static const struct {
        struct str name;
        int shift;
    } units[] = {{{"K", 1}, 10},   {{"KB", 2}, 10}, {{"KiB", 3}, 10}, {{"M", 1}, 20},   {{"MB", 2}, 20},
                 {{"MiB", 3}, 20}, {{"G", 1}, 30},  {{"GB", 2}, 30},  {{"GiB", 3}, 30}, {{"", 0}, 0}};
    const struct str text = base_str_trim(size);
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    const struct str unit = base_str_trim((struct str){text.ptr + digits, text.len - digits});
    int64_t number;
    if (!base_num_parse_int64((struct str){text.ptr, digits}, 0, INT32_MAX, &number)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (base_str_equal(unit, units[i].name)) {
            return (uint64_t)number << units[i].shift;
        }
    }
    return 0;
}
