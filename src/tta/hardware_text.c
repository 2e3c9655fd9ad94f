// SPDX-License-Identifier: MIT
#include "tta/hardware_text.h"

#include <string.h>

#include "base/num.h"

#define MAX_CORES 4096

int64_t tta_meminfo_bytes(struct str text, const char *name)
{
    while (text.ptr && text.len > 0) {
        struct str value, line = base_str_cut(text, '\n', &text);
        struct str key = base_str_cut(line, ':', &value);
        int64_t bytes;
        if (!value.ptr || !base_str_equal(key, base_str(name))) {
            continue;
        }
        value = base_str_trim(value);
        struct str unit = STR(" kB");
        if (base_str_ends_with(value, unit) &&
            base_num_parse_int64((struct str){value.ptr, value.len - unit.len}, 0, INT64_MAX / 1024, &bytes)) {
            return bytes * 1024;
        }
        return TTA_UNKNOWN;
    }
    return TTA_UNKNOWN;
}

int64_t tta_number_of_file(struct str text)
{
    int64_t number;
    return base_num_parse_int64(base_str_trim(text), 0, INT64_MAX, &number) ? number : TTA_UNKNOWN;
}

struct core {
    int64_t package, number;
};

/* One block of the file: the value of a line "KEY : NUMBER". */
static void read_line(struct str line, struct core *core, bool *is_processor, struct str *name)
{
    struct str value;
    struct str key = base_str_trim(base_str_cut(line, ':', &value));
    if (!value.ptr) {
        return;
    }
    value = base_str_trim(value);
    if (base_str_equal(key, STR("processor"))) {
        *is_processor = true;
    } else if (base_str_equal(key, STR("physical id"))) {
        (void)base_num_parse_int64(value, 0, INT64_MAX, &core->package); /* of what is none nothing is known */
    } else if (base_str_equal(key, STR("core id"))) {
        (void)base_num_parse_int64(value, 0, INT64_MAX, &core->number);
    } else if (base_str_equal(key, STR("model name")) && name->len == 0) {
        *name = value;
    }
}

static int64_t add_core(struct core *cores, int64_t count, struct core core)
{
    for (int64_t i = 0; i < count; i++) {
        if (cores[i].package == core.package && cores[i].number == core.number) {
            return count;
        }
    }
    if (count < MAX_CORES) {
        cores[count] = core;
    }
    return count < MAX_CORES ? count + 1 : count;
}

struct tta_processors tta_read_cpuinfo(struct str text)
{
    struct tta_processors result = {.name = {NULL, 0}};
    struct core cores[MAX_CORES], core = {-1, -1};
    int64_t core_count = 0;
    bool is_processor = false;
    while (text.ptr) {
        struct str line = base_str_cut(text, '\n', &text);
        if (base_str_trim(line).len > 0) {
            read_line(line, &core, &is_processor, &result.name);
            if (text.ptr) {
                continue;
            }
        }
        result.threads += is_processor; /* a block ends */
        core_count = is_processor && core.number >= 0 ? add_core(cores, core_count, core) : core_count;
        core = (struct core){-1, -1};
        is_processor = false;
    }
    result.cores = core_count > 0 ? core_count : result.threads;
    return result;
}

struct str tta_cgroup_path(struct str text)
{
    while (text.ptr && text.len > 0) {
        struct str line = base_str_cut(text, '\n', &text), prefix = STR("0::/");
        if (base_str_starts_with(line, prefix)) {
            return (struct str){line.ptr + prefix.len - 1, line.len - prefix.len + 1};
        }
    }
    return (struct str){NULL, 0};
}

/* Bits of a parameter on the average of a model, scales included: llama.cpp's table for Llama 3.1 8B
 * (tools/quantize/README.md), and the usual for others.  A name within another stands behind it. */
static const struct {
    const char *name;
    double bits;
} quantizations[] = {
    {"IQ1_S", 2.0},   {"IQ1_M", 2.15},  {"IQ2_XXS", 2.38}, {"IQ2_XS", 2.59}, {"IQ2_S", 2.74},  {"IQ2_M", 2.93},
    {"Q2_K_S", 2.97}, {"Q2_K", 3.16},   {"IQ3_XXS", 3.25}, {"IQ3_XS", 3.5},  {"IQ3_S", 3.66},  {"IQ3_M", 3.76},
    {"Q3_K_S", 3.64}, {"Q3_K_M", 4.0},  {"Q3_K_L", 4.3},   {"IQ4_XS", 4.46}, {"IQ4_NL", 4.68}, {"Q4_K_S", 4.67},
    {"Q4_K_M", 4.89}, {"Q4_0", 4.66},   {"Q4_1", 5.13},    {"Q5_K_S", 5.57}, {"Q5_K_M", 5.7},  {"Q5_0", 5.6},
    {"Q5_1", 6.07},   {"Q6_K", 6.56},   {"Q8_0", 8.5},     {"MXFP4", 4.25},  {"NVFP4", 4.5},   {"BF16", 16},
    {"FP16", 16},     {"F16", 16},      {"FP32", 32},      {"F32", 32},      {"FP8", 8},       {"FP4", 4.5},
    {"INT8", 8},      {"INT4", 4.5},    {"8BIT", 8.5},     {"6BIT", 6.5},    {"5BIT", 5.5},    {"4BIT", 4.5},
    {"3BIT", 3.5},    {"2BIT", 2.5},
};

double tta_bits_of_quantization(const char *name)
{
    for (size_t i = 0; name && i < sizeof(quantizations) / sizeof(quantizations[0]); i++) {
        if (base_str_contains_ignoring_case(base_str(name), base_str(quantizations[i].name))) {
            return quantizations[i].bits;
        }
    }
    return 0;
}

bool tta_need_by_name(const char *id, int64_t *out_gib)
{
    static const struct {
        const char *part;
        int64_t gib;
    } names[] = {
        {"llama-3.1-70b", 140}, {"llama-3.1-8b", 16}, {"qwen2.5-14b", 28}, {"qwen2.5-7b", 14},  {"qwen2.5-3b", 6},
        {"mixtral-8x7b", 90},   {"mistral-7b", 14},   {"phi-3-medium", 8}, {"phi-3-mini", 4},   {"gemma-2b", 4},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (base_str_contains_ignoring_case(base_str(id), base_str(names[i].part))) {
            *out_gib = names[i].gib;
            return true;
        }
    }
    return false;
}
