// SPDX-License-Identifier: MIT
/* The samples are what /proc/cpuinfo holds on such machines, shortened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assay/cpu.h"

static const char x86_guest[] = "processor\t: 0\n"
                                "vendor_id\t: AuthenticAMD\n"
                                "cpu family\t: 25\n"
                                "model\t\t: 17\n"
                                "model name\t: AMD EPYC\n"
                                "stepping\t: 1\n"
                                "microcode\t: 0x1000065\n"
                                "cpu MHz\t\t: 2596.148\n"
                                "cache size\t: 1024 KB\n"
                                "flags\t\t: fpu vme de pse hypervisor lahf_lm\n"
                                "bugs\t\t: sysret_ss_attrs null_seg\n"
                                "\n"
                                "processor\t: 1\n"
                                "vendor_id\t: AuthenticAMD\n"
                                "stepping\t: 2\n";
static const char x86_bare[] = "processor\t: 0\n"
                               "vendor_id\t: GenuineIntel\n"
                               "cpu family\t: 6\n"
                               "model\t\t: 158\n"
                               "model name\t: Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz\n"
                               "stepping\t: 10\n"
                               "cpu MHz\t\t: 800.034\n"
                               "flags\t\t: fpu vme de pse nohypervisor hypervisory\n"
                               "vmx flags\t: vnmi hypervisor\n";
static const char arm64_server[] = "processor\t: 0\n"
                                   "BogoMIPS\t: 243.75\n"
                                   "Features\t: fp asimd evtstrm aes\n"
                                   "CPU implementer\t: 0x41\n"
                                   "CPU architecture: 8\n"
                                   "CPU variant\t: 0x3\n"
                                   "CPU part\t: 0xd0c\n"
                                   "CPU revision\t: 1\n";
static const char raspberry_pi_64[] = "processor\t: 0\n"
                                      "BogoMIPS\t: 108.00\n"
                                      "Features\t: fp asimd evtstrm crc32 cpuid\n"
                                      "CPU implementer\t: 0x41\n"
                                      "CPU architecture: 8\n"
                                      "CPU variant\t: 0x0\n"
                                      "CPU part\t: 0xd08\n"
                                      "CPU revision\t: 3\n"
                                      "\n"
                                      "Hardware\t: BCM2835\n"
                                      "Revision\t: c03112\n"
                                      "Serial\t\t: 100000002e6f4b0d\n"
                                      "Model\t\t: Raspberry Pi 4 Model B Rev 1.2\n";
static const char raspberry_pi_32[] = "processor\t: 0\n"
                                      "model name\t: ARMv7 Processor rev 4 (v7l)\n"
                                      "BogoMIPS\t: 38.40\n"
                                      "CPU implementer\t: 0x41\n"
                                      "CPU architecture: 7\n"
                                      "CPU variant\t: 0xa\n"
                                      "CPU part\t: 0xd03\n"
                                      "CPU revision\t: 4\n"
                                      "\n"
                                      "Hardware\t: BCM2835\n"
                                      "Revision\t: a02082\n";

static void tells_what_each_kind_of_machine_says_of_its_processor(void **state)
{
    (void)state;
    static const struct {
        const char *cpuinfo, *brand, *vendor, *family, *model, *stepping;
    } cases[] = {
        {x86_guest, "AMD EPYC", "AuthenticAMD", "25", "17", "1"},
        {x86_bare, "Intel(R) Core(TM) i7-8700K CPU @ 3.70GHz", "GenuineIntel", "6", "158", "10"},
        {arm64_server, "0xd0c", "0x41", "8", "0xd0c", "r3p1"},
        {raspberry_pi_64, "Raspberry Pi 4 Model B Rev 1.2", "0x41", "8", "0xd08", "r0p3"},
        {raspberry_pi_32, "ARMv7 Processor rev 4 (v7l)", "0x41", "7", "0xd03", "r10p4"},
        {"processor : 0\nCPU part : 0xb76\n\nHardware : BCM2835\n", "BCM2835", "", "", "0xb76", ""},
        {"model name\t:\nCPU part : 0xd0c\nCPU variant : 0x10", "0xd0c", "", "", "0xd0c", ""},
        {"CPU variant : 0xg\nCPU revision : 1", "", "", "", "", ""},
        {"stepping : a line that is far longer than any stepping", "", "", "", "", "a line that is far lon"},
        {"model name", "", "", "", "", ""},
        {"", "", "", "", "", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct assay_cpu cpu = assay_cpu_parse(base_str(cases[i].cpuinfo));
        if (!base_str_equal(cpu.brand, base_str(cases[i].brand)) ||
            !base_str_equal(cpu.vendor, base_str(cases[i].vendor)) ||
            !base_str_equal(cpu.family, base_str(cases[i].family)) ||
            !base_str_equal(cpu.model, base_str(cases[i].model)) ||
            !base_str_starts_with(base_str(cpu.stepping), base_str(cases[i].stepping))) {
            fail_msg("case %zu: '%.*s' '%.*s' '%.*s' '%.*s' '%s'", i, STR_ARGS(cpu.brand), STR_ARGS(cpu.vendor),
                     STR_ARGS(cpu.family), STR_ARGS(cpu.model), cpu.stepping);
        }
        assert_true((cpu.stepping[0] == '\0') == (cases[i].stepping[0] == '\0'));
    }
}

static void a_flag_is_one_word_of_the_first_processors(void **state)
{
    (void)state;
    assert_true(assay_cpu_has_flag(STR(x86_guest), STR("hypervisor")));
    assert_true(assay_cpu_has_flag(STR(x86_guest), STR("fpu")));
    assert_true(assay_cpu_has_flag(STR(x86_guest), STR("lahf_lm")));
    assert_false(assay_cpu_has_flag(STR(x86_bare), STR("hypervisor")));
    assert_false(assay_cpu_has_flag(STR("bugs : hypervisor\n"), STR("hypervisor")));
    assert_true(assay_cpu_has_flag(STR(arm64_server), STR("asimd")));
    assert_false(assay_cpu_has_flag(STR(""), STR("hypervisor")));
}

static void reads_sizes_of_caches_in_all_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        {"32K\n", 32768},
        {"1024K", 1048576},
        {"32M", 33554432},
        {"256 KB", 262144},
        {"1 MiB", 1048576},
        {"1GB", 1073741824},
        {"2147483647G", UINT64_C(2147483647) << 30},
        {"65536", 65536},
        {"0K", 0},
        {"", 0},
        {"K", 0},
        {"-1K", 0},
        {"1.5M", 0},
        {"32Q", 0},
        {"99999999999999999999K", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(assay_cpu_cache_bytes(base_str(cases[i].text)) == cases[i].bytes);
    }
    assert_true(assay_cpu_cache_bytes((struct str){0}) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_each_kind_of_machine_says_of_its_processor),
        cmocka_unit_test(a_flag_is_one_word_of_the_first_processors),
        cmocka_unit_test(reads_sizes_of_caches_in_all_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
