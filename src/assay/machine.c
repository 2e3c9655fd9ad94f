// SPDX-License-Identifier: MIT
#include "assay/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assay/cpu.h"
#include "base/hash.h"
#include "base/num.h"

#define MAX_TEXT_BYTES ((size_t)1 << 20)

enum fact {
    SYSTEM,
    ARCHITECTURE,
    CPU,
    CPU_VENDOR,
    CPU_FAMILY,
    CPU_MODEL,
    CPU_STEPPING,
    CORES,
    L1_DATA_CACHE,
    L2_CACHE,
    L3_CACHE,
    GOVERNOR,
    VIRTUALIZATION,
    KERNEL,
    COMPILER,
    FLAGS,
    CONTAINER,
    KERNEL_RELEASE,
    COMPILER_VERSION,
    FACT_COUNT
};

static const struct {
    const char *name;
    enum assay_machine_facts kind;
} facts[FACT_COUNT] = {
    [SYSTEM] = {"system", ASSAY_FACTS_OF_CLASS},
    [ARCHITECTURE] = {"architecture", ASSAY_FACTS_OF_CLASS},
    [CPU] = {"CPU", ASSAY_FACTS_OF_CLASS},
    [CPU_VENDOR] = {"CPU vendor", ASSAY_FACTS_OF_CLASS},
    [CPU_FAMILY] = {"CPU family", ASSAY_FACTS_OF_CLASS},
    [CPU_MODEL] = {"CPU model", ASSAY_FACTS_OF_CLASS},
    [CPU_STEPPING] = {"CPU stepping", ASSAY_FACTS_OF_CLASS},
    [CORES] = {"cores", ASSAY_FACTS_OF_CLASS},
    [L1_DATA_CACHE] = {"L1 data cache", ASSAY_FACTS_OF_CLASS},
    [L2_CACHE] = {"L2 cache", ASSAY_FACTS_OF_CLASS},
    [L3_CACHE] = {"L3 cache", ASSAY_FACTS_OF_CLASS},
    [GOVERNOR] = {"governor", ASSAY_FACTS_OF_CLASS},
    [VIRTUALIZATION] = {"virtualization", ASSAY_FACTS_OF_CLASS},
    [KERNEL] = {"kernel", ASSAY_FACTS_OF_CLASS},
    [COMPILER] = {"compiler", ASSAY_FACTS_OF_CLASS},
    [FLAGS] = {"flags", ASSAY_FACTS_OF_CLASS},
    [CONTAINER] = {"container", ASSAY_FACTS_BESIDE},
    [KERNEL_RELEASE] = {"kernel release", ASSAY_FACTS_BESIDE},
    [COMPILER_VERSION] = {"compiler version", ASSAY_FACTS_BESIDE},
};

static void add_size(uint64_t bytes, struct buf *out)
{
    const bool is_of_mib = bytes % (1 << 20) == 0;
    if (bytes > 0) {
        base_buf_addf(out, "%ju %s", (uintmax_t)(bytes >> (is_of_mib ? 20 : 10)), is_of_mib ? "MiB" : "KiB");
    }
}

/* "6.18" of "6.18.44-generic". */
static void add_series(struct str release, struct buf *out)
{
    size_t len = 0, dots = 0;
    while (len < release.len && ((release.ptr[len] >= '0' && release.ptr[len] <= '9') ||
                                 (release.ptr[len] == '.' && dots++ == 0))) {
        len++;
    }
    base_buf_add(out, (struct str){release.ptr, len});
}

/* "clang 14 + gcc 12" of "clang 14.0.6 + gcc 12.2.0". */
static void add_majors(struct str compilers, struct buf *out)
{
    for (struct str rest = compilers; rest.len > 0;) {
        struct str minor;
        const struct str each = base_str_trim(base_str_cut(rest, '+', &rest));
        base_buf_add(out, base_str_cut(each, '.', &minor));
        base_buf_add_cstr(out, rest.len > 0 ? " + " : "");
    }
}

/* Nothing if it is not known. */
static void add_value(const struct assay_machine *machine, enum fact fact, struct buf *out)
{
    switch (fact) {
    case SYSTEM: base_buf_add_cstr(out, machine->system); break;
    case ARCHITECTURE: base_buf_add_cstr(out, machine->arch); break;
    case CPU: base_buf_add_cstr(out, machine->cpu); break;
    case CPU_VENDOR: base_buf_add_cstr(out, machine->cpu_vendor); break;
    case CPU_FAMILY: base_buf_add_cstr(out, machine->cpu_family); break;
    case CPU_MODEL: base_buf_add_cstr(out, machine->cpu_model); break;
    case CPU_STEPPING: base_buf_add_cstr(out, machine->cpu_stepping); break;
    case CORES:
        if (machine->cores > 0) {
            base_buf_addf(out, "%ju", (uintmax_t)machine->cores);
        }
        break;
    case L1_DATA_CACHE: add_size(machine->l1_data_bytes, out); break;
    case L2_CACHE: add_size(machine->l2_bytes, out); break;
    case L3_CACHE: add_size(machine->l3_bytes, out); break;
    case GOVERNOR: base_buf_add_cstr(out, machine->governor); break;
    case VIRTUALIZATION: base_buf_add_cstr(out, machine->virtualization); break;
    case KERNEL: add_series(base_str(machine->release), out); break;
    case COMPILER: add_majors(base_str(machine->compiler), out); break;
    case FLAGS: base_buf_add_cstr(out, machine->flags); break;
    case CONTAINER: base_buf_add_cstr(out, machine->container); break;
    case KERNEL_RELEASE: base_buf_add_cstr(out, machine->is_of_class ? "" : machine->release); break;
    case COMPILER_VERSION: base_buf_add_cstr(out, machine->is_of_class ? "" : machine->compiler); break;
    case FACT_COUNT: break;
    }
}

/* The values of all facts, one after the other. */
struct values {
    struct buf text;
    size_t ends[FACT_COUNT];
};

/* False without memory; to be released either way. */
static bool read_values(const struct assay_machine *machine, struct values *out)
{
    base_buf_init(&out->text, MAX_TEXT_BYTES);
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        add_value(machine, (enum fact)fact, &out->text);
        out->ends[fact] = out->text.len;
    }
    return base_buf_ok(&out->text);
}

static struct str value_of(const struct values *values, int fact)
{
    const size_t begin = fact > 0 ? values->ends[fact - 1] : 0;
    return (struct str){base_buf_cstr(&values->text) + begin, values->ends[fact] - begin};
}

char *assay_machine_class(const struct assay_machine *machine)
{
    struct values values;
    struct buf key;
    char *taken = NULL;
    base_buf_init(&key, 2 * MAX_TEXT_BYTES);
    if (read_values(machine, &values)) {
        for (int fact = 0; fact < FACT_COUNT; fact++) {
            const struct str value = value_of(&values, fact);
            if (facts[fact].kind == ASSAY_FACTS_OF_CLASS && value.len > 0) {
                base_buf_addf(&key, "%s%s %.*s", key.len > 0 ? ", " : "", facts[fact].name, STR_ARGS(value));
            }
        }
        taken = base_buf_take(&key);
    }
    base_buf_deinit(&key);
    base_buf_deinit(&values.text);
    return taken;
}

/* The fact whose name, the longest that fits, and a blank begin the text; FACT_COUNT if there is none. */
static int fact_at(struct str text)
{
    int found = FACT_COUNT;
    size_t longest = 0;
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        const struct str name = base_str(facts[fact].name);
        if (facts[fact].kind == ASSAY_FACTS_OF_CLASS && name.len > longest && base_str_starts_with(text, name) &&
            text.len > name.len && text.ptr[name.len] == ' ') {
            found = fact;
            longest = name.len;
        }
    }
    return found;
}

/* Cuts the value of a fact off: it ends where a comma stands before the name of another, or at the end. */
static struct str cut_value(struct str text, struct str *out_rest)
{
    for (size_t i = 0; i + 2 <= text.len; i++) {
        const struct str behind = {text.ptr + i + 2, text.len - i - 2};
        if (text.ptr[i] == ',' && text.ptr[i + 1] == ' ' && fact_at(behind) != FACT_COUNT) {
            *out_rest = behind;
            return (struct str){text.ptr, i};
        }
    }
    *out_rest = (struct str){0};
    return text;
}

static void set_fact(struct assay_machine *machine, enum fact fact, struct str value, char *copy)
{
    char **texts[FACT_COUNT] = {
        [SYSTEM] = &machine->system,         [ARCHITECTURE] = &machine->arch,
        [CPU] = &machine->cpu,               [CPU_VENDOR] = &machine->cpu_vendor,
        [CPU_FAMILY] = &machine->cpu_family, [CPU_MODEL] = &machine->cpu_model,
        [CPU_STEPPING] = &machine->cpu_stepping, [GOVERNOR] = &machine->governor,
        [VIRTUALIZATION] = &machine->virtualization, [KERNEL] = &machine->release,
        [COMPILER] = &machine->compiler,     [FLAGS] = &machine->flags,
    };
    uint64_t *sizes[FACT_COUNT] = {[L1_DATA_CACHE] = &machine->l1_data_bytes, [L2_CACHE] = &machine->l2_bytes,
                                   [L3_CACHE] = &machine->l3_bytes};
    int64_t count;
    if (texts[fact]) {
        free(*texts[fact]);
        *texts[fact] = copy;
        return;
    }
    if (sizes[fact]) {
        *sizes[fact] = assay_cpu_cache_bytes(value);
    } else if (fact == CORES && base_num_parse_int64(value, 0, INT32_MAX, &count)) {
        machine->cores = (uint64_t)count;
    }
    free(copy);
}

static bool has_all_texts(const struct assay_machine *machine)
{
    return machine->node && machine->system && machine->release && machine->arch && machine->cpu &&
           machine->cpu_vendor && machine->cpu_family && machine->cpu_model && machine->cpu_stepping &&
           machine->governor && machine->virtualization && machine->container && machine->compiler && machine->flags &&
           machine->class_key;
}

enum assay_status assay_machine_of_class(const char *class_key, struct assay_machine *out_machine)
{
    struct assay_machine machine = {
        .node = strdup(""), .system = strdup(""), .release = strdup(""), .arch = strdup(""), .cpu = strdup(""),
        .cpu_vendor = strdup(""), .cpu_family = strdup(""), .cpu_model = strdup(""), .cpu_stepping = strdup(""),
        .governor = strdup(""), .virtualization = strdup(""), .container = strdup(""), .compiler = strdup(""),
        .flags = strdup(""), .class_key = strdup(class_key), .is_of_class = true,
    };
    bool good = has_all_texts(&machine);
    struct str rest = base_str(class_key);
    for (int fact = fact_at(rest); good && fact != FACT_COUNT; fact = fact_at(rest)) {
        const size_t name_len = strlen(facts[fact].name) + 1;
        const struct str value = cut_value((struct str){rest.ptr + name_len, rest.len - name_len}, &rest);
        struct buf copy;
        base_buf_init(&copy, value.len);
        base_buf_add(&copy, value);
        char *owned = base_buf_take(&copy);
        good = owned != NULL;
        if (good) {
            set_fact(&machine, (enum fact)fact, value, owned);
        }
    }
    if (!good) {
        struct assay_result owner = {.machine = machine};
        assay_result_deinit(&owner);
        return ASSAY_NO_MEMORY;
    }
    *out_machine = machine;
    return ASSAY_OK;
}

bool assay_machine_is_foreign(const struct assay_machine *there, const struct assay_machine *here)
{
    if (!there->class_key || !here->class_key) {
        return there->class_key || here->class_key;
    }
    return strcmp(there->class_key, here->class_key) != 0;
}

/* Facts whose values differ, "; " between them. */
static void add_differing(const struct values *there, const struct values *here, enum assay_machine_facts kind,
                          struct buf *out)
{
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        const struct str a = value_of(there, fact), b = value_of(here, fact);
        if (facts[fact].kind == kind && a.len > 0 && b.len > 0 && !base_str_equal(a, b)) {
            base_buf_addf(out, "%s%s %.*s there, %.*s here", out->len > 0 ? "; " : "", facts[fact].name, STR_ARGS(a),
                          STR_ARGS(b));
        }
    }
}

/* Facts of the class that one side knows and the other, which is at `place`, does not. */
static void add_unknown(const struct values *known, const struct values *unknown, const char *place, struct buf *out)
{
    size_t count = 0;
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        if (facts[fact].kind == ASSAY_FACTS_OF_CLASS && value_of(known, fact).len > 0 &&
            value_of(unknown, fact).len == 0) {
            base_buf_addf(out, "%s%s", count > 0 ? ", " : out->len > 0 ? "; unknown " : "unknown ", facts[fact].name);
            count++;
        }
    }
    if (count > 0) {
        base_buf_addf(out, " %s", place);
    }
}

bool assay_machine_add_difference(const struct assay_machine *there, const struct assay_machine *here,
                                  enum assay_machine_facts kind, struct buf *out_text)
{
    struct values theirs, ours;
    struct buf text;
    base_buf_init(&text, 4 * MAX_TEXT_BYTES);
    bool good = read_values(there, &theirs);
    good = read_values(here, &ours) && good;
    if (good) {
        add_differing(&theirs, &ours, kind, &text);
        if (kind == ASSAY_FACTS_OF_CLASS) {
            add_unknown(&ours, &theirs, "there", &text);
            add_unknown(&theirs, &ours, "here", &text);
        }
        if (kind == ASSAY_FACTS_OF_CLASS && text.len == 0 && there->class_key && here->class_key &&
            assay_machine_is_foreign(there, here)) {
            base_buf_addf(&text, "class '%s' there", there->class_key);
        }
        base_buf_add(out_text, base_buf_str(&text));
        good = base_buf_ok(&text) && base_buf_ok(out_text);
    }
    base_buf_deinit(&theirs.text);
    base_buf_deinit(&ours.text);
    base_buf_deinit(&text);
    return good;
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
    const uint64_t hash = base_hash_add(BASE_HASH_START, base_str(machine->class_key));
    format_compiler(base_str(machine->compiler), compiled_by, sizeof(compiled_by));
    (void)snprintf(out_id, ASSAY_MACHINE_ID_BYTES, "%.40s-%s-%zubit-%08x", machine->system ? machine->system : "",
                   compiled_by, 8 * sizeof(void *), (unsigned)((hash ^ hash >> 32) & UINT32_MAX));
    for (char *c = out_id; *c; c++) {
        bool is_letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        if (!is_letter && !(*c >= '0' && *c <= '9') && *c != '-') {
            *c = '_'; /* it names a folder, and stands in patterns */
        }
    }
}
