// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "alloc_fault.h"
#include "assay/machine.h"

static void deinit(struct assay_machine *machine)
{
    struct assay_result owner = {.machine = *machine};
    assay_result_deinit(&owner);
}

static void describes_the_machine_it_runs_on(void **state)
{
    (void)state;
    struct utsname names;
    assert_int_equal(uname(&names), 0);
    struct assay_machine machine;
    assert_int_equal(assay_machine_describe(&machine), ASSAY_OK);
    assert_string_equal(machine.node, names.nodename);
    assert_string_equal(machine.system, names.sysname);
    assert_string_equal(machine.release, names.release);
    assert_string_equal(machine.arch, names.machine);
    assert_non_null(machine.cpu);
    assert_true(machine.cores >= 1);
    assert_true(strncmp(machine.compiler, "gcc ", 4) == 0 || strncmp(machine.compiler, "clang ", 6) == 0);
    assert_non_null(strstr(machine.class_key, machine.cpu));
    assert_non_null(strstr(machine.class_key, names.machine));
    assert_null(strstr(machine.class_key, names.release));
    deinit(&machine);
}

static void the_same_machine_has_the_same_class(void **state)
{
    (void)state;
    struct assay_machine one, two;
    assert_int_equal(assay_machine_describe(&one), ASSAY_OK);
    assert_int_equal(assay_machine_describe(&two), ASSAY_OK);
    assert_string_equal(one.class_key, two.class_key);
    char one_id[ASSAY_MACHINE_ID_BYTES], two_id[ASSAY_MACHINE_ID_BYTES];
    assay_machine_id(&one, one_id);
    assay_machine_id(&two, two_id);
    assert_string_equal(one_id, two_id);
    deinit(&one);
    deinit(&two);
}

static void says_when_memory_is_lacking(void **state)
{
    (void)state;
    struct assay_machine machine = {.cores = 77};
    size_t refusals = 0;
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        enum assay_status status = assay_machine_describe(&machine);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            break;
        }
        /* Without memory to read a file its facts are unknown; all else is needed. */
        assert_int_equal(status, ASSAY_NO_MEMORY);
        assert_int_equal(machine.cores, 77);
        refusals++;
    }
    assert_true(refusals >= 7);
    deinit(&machine);
}

static void finds_the_processors_name(void **state)
{
    (void)state;
    static const struct {
        const char *cpuinfo, *brand;
    } cases[] = {
        {"processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC \nmodel\t\t: 17\n", "AMD EPYC"},
        {"processor\t: 0\nBogoMIPS\t: 243.75\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "0xd0c"},
        {"processor : 0\nCPU part : 0xb76\n\nHardware : BCM2835\n", "BCM2835"},
        {"model name\t:\nCPU part : 0xd0c", "0xd0c"},
        {"model name", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(base_str_equal(assay_machine_cpu_brand(base_str(cases[i].cpuinfo)), base_str(cases[i].brand)));
    }
}

static void tells_virtual_machines_from_real_ones(void **state)
{
    (void)state;
    static const struct {
        const char *cpuinfo, *product;
        bool is_virtual;
    } cases[] = {
        {"flags\t\t: fpu vme hypervisor lahf_lm\n", "", true},
        {"flags\t\t: fpu hypervisor\n", "", true},
        {"flags\t\t: fpu nohypervisor hypervisory\n", "", false},
        {"bugs : hypervisor\n", "", false},
        {"", "KVM Virtual Machine\n", true},
        {"", "VirtualBox\n", true},
        {"", "PowerEdge R740\n", false},
        {"", "", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_true(assay_machine_has_hypervisor(base_str(cases[i].cpuinfo), base_str(cases[i].product)) ==
                    cases[i].is_virtual);
    }
}

static void the_id_names_system_compiler_bits_and_class(void **state)
{
    (void)state;
    static const struct {
        const char *system, *compiler, *class_key, *id; /* id without the bits */
    } cases[] = {
        /* 32-bit FNV-1a: of "" its offset basis, of "foobar" 0xbf9cf968 (test vectors of the FNV page) */
        {"Linux", "gcc 12.2.0", "foobar", "Linux-GCC-12-%zubit-bf9cf968"},
        {"Linux", "clang 14.0.6", "foobar", "Linux-Clang-14-%zubit-bf9cf968"},
        {"Linux", "icx 2024.1", "foobar", "Linux-icx-2024-%zubit-bf9cf968"},
        {"Linux", "", NULL, "Linux-C--%zubit-811c9dc5"},
        {"My/OS *", "gcc 12.2.0", "foobar", "My_OS__-GCC-12-%zubit-bf9cf968"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct assay_machine machine = {.system = strdup(cases[i].system), .compiler = strdup(cases[i].compiler),
                                        .class_key = cases[i].class_key ? strdup(cases[i].class_key) : NULL};
        char id[ASSAY_MACHINE_ID_BYTES], bits[8];
        assay_machine_id(&machine, id);
        (void)snprintf(bits, sizeof(bits), "%zubit", 8 * sizeof(void *));
        const char *hole = strstr(cases[i].id, "%zubit");
        size_t before = (size_t)(hole - cases[i].id);
        assert_memory_equal(id, cases[i].id, before);
        assert_memory_equal(id + before, bits, strlen(bits));
        assert_string_equal(id + before + strlen(bits), hole + strlen("%zubit"));
        deinit(&machine);
    }
}

static void a_long_name_is_cut_before_the_hash(void **state)
{
    (void)state;
    char system[300], compiler[300];
    memset(system, 's', sizeof(system) - 1);
    memset(compiler, 'c', sizeof(compiler) - 1);
    system[sizeof(system) - 1] = compiler[sizeof(compiler) - 1] = '\0';
    struct assay_machine machine = {.system = system, .compiler = compiler, .class_key = (char[]){"foobar"}};
    char id[ASSAY_MACHINE_ID_BYTES];
    assay_machine_id(&machine, id);
    assert_non_null(strstr(id, "-bf9cf968"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes_the_machine_it_runs_on), cmocka_unit_test(the_same_machine_has_the_same_class),
        cmocka_unit_test(says_when_memory_is_lacking),      cmocka_unit_test(finds_the_processors_name),
        cmocka_unit_test(tells_virtual_machines_from_real_ones),
        cmocka_unit_test(the_id_names_system_compiler_bits_and_class),
        cmocka_unit_test(a_long_name_is_cut_before_the_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
