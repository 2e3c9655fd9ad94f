// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tta/hardware_text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static void memory_is_read_in_bytes(void **state)
{
    (void)state;
    const struct str text = STR("MemTotal:       32768000 kB\nMemFree:  5 kB\n"
                                "MemAvailable:   20480000 kB\nHugePages: 7\n"
                                "Broken: 12 MB\nHuge: 99999999999999999999 kB\n");
    assert_int_equal(tta_meminfo_bytes(text, "MemTotal"), INT64_C(32768000) * 1024);
    assert_int_equal(tta_meminfo_bytes(text, "MemAvailable"), INT64_C(20480000) * 1024);
    static const char *const none[] = {"Mem", "HugePages", "Broken", "Huge", "SwapTotal"};
    for (size_t i = 0; i < COUNT_OF(none); i++) {
        assert_int_equal(tta_meminfo_bytes(text, none[i]), TTA_UNKNOWN);
    }
    assert_int_equal(tta_meminfo_bytes((struct str){NULL, 0}, "MemTotal"), TTA_UNKNOWN);
}

static void a_file_of_a_number_may_hold_none(void **state)
{
    (void)state;
    assert_int_equal(tta_number_of_file(STR("8589934592\n")), INT64_C(8589934592));
    assert_int_equal(tta_number_of_file(STR("max\n")), TTA_UNKNOWN);
    assert_int_equal(tta_number_of_file(STR("-1")), TTA_UNKNOWN);
    assert_int_equal(tta_number_of_file(STR("")), TTA_UNKNOWN);
}

static void cores_are_counted_once_whatever_their_threads(void **state)
{
    (void)state;
    struct tta_processors x86 = tta_read_cpuinfo(
        STR("processor\t: 0\nmodel name\t: Made Up CPU\nphysical id\t: 0\ncore id\t\t: 0\n\n"
            "processor\t: 1\nmodel name\t: Made Up CPU\nphysical id\t: 0\ncore id\t\t: 0\n\n"
            "processor\t: 2\nphysical id\t: 1\ncore id\t\t: 0\n\n"
            "processor\t: 3\nphysical id\t: 1\ncore id\t\t: 0\n"));
    assert_int_equal(x86.threads, 4);
    assert_int_equal(x86.cores, 2);
    assert_true(base_str_equal(x86.name, STR("Made Up CPU")));
    struct tta_processors arm = tta_read_cpuinfo(
        STR("processor\t: 0\nBogoMIPS\t: 243.75\n\nprocessor\t: 1\nBogoMIPS\t: 243.75\n\n\nHardware: x\n"));
    assert_int_equal(arm.threads, 2);
    assert_int_equal(arm.cores, 2);
    assert_int_equal(arm.name.len, 0);
    assert_int_equal(tta_read_cpuinfo(STR("")).threads, 0);
}

static void the_control_group_is_that_of_version_2(void **state)
{
    (void)state;
    assert_true(base_str_equal(tta_cgroup_path(STR("12:memory:/old\n0::/user.slice/a\n")), STR("/user.slice/a")));
    assert_true(base_str_equal(tta_cgroup_path(STR("0::/")), STR("/")));
    assert_int_equal(tta_cgroup_path(STR("12:memory:/old\n")).len, 0);
}

static void quantizations_are_known_by_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double bits;
    } cases[] = {{"Q4_K_M", 4.89}, {"q4_0", 4.66}, {"Q8_0", 8.5}, {"F16", 16},     {"bf16", 16}, {"4bit", 4.5},
                 {"fp8", 8},       {"MXFP4", 4.25}, {"Q2_K", 3.16}, {"IQ2_XXS", 2.38}, {"", 0},      {"magic", 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (tta_bits_of_quantization(cases[i].name) != cases[i].bits) {
            fail_msg("%s has %f bits", cases[i].name, tta_bits_of_quantization(cases[i].name));
        }
    }
    assert_true(tta_bits_of_quantization(NULL) == 0);
}

static void the_originals_table_goes_by_a_part_of_the_id(void **state)
{
    (void)state;
    int64_t gib = 0;
    assert_true(tta_need_by_name("meta-llama/Llama-3.1-70B-Instruct", &gib));
    assert_int_equal(gib, 140);
    assert_true(tta_need_by_name("phi-3-mini-4k", &gib));
    assert_int_equal(gib, 4);
    assert_false(tta_need_by_name("gpt-4o", &gib));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_read_in_bytes),
        cmocka_unit_test(a_file_of_a_number_may_hold_none),
        cmocka_unit_test(cores_are_counted_once_whatever_their_threads),
        cmocka_unit_test(the_control_group_is_that_of_version_2),
        cmocka_unit_test(quantizations_are_known_by_their_names),
        cmocka_unit_test(the_originals_table_goes_by_a_part_of_the_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
