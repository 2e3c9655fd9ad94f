// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "assay/virtualization.h"

#define GUEST                                                                                                          \
    {                                                                                                                  \
        "flags : fpu hypervisor\n", 23                                                                                 \
    }
#define BARE                                                                                                           \
    {                                                                                                                  \
        "flags : fpu\n", 12                                                                                            \
    }
#define TEXT(literal)                                                                                                  \
    {                                                                                                                  \
        (literal), sizeof(literal) - 1                                                                                 \
    }

static void names_the_hypervisor_by_whatever_it_left(void **state)
{
    (void)state;
    static const struct {
        struct assay_host_traces traces;
        const char *kind;
    } cases[] = {
        {{.cpuinfo = GUEST, .cpuid = TEXT("KVMKVMKVM\0\0\0")}, "kvm"},
        {{.cpuinfo = GUEST, .cpuid = TEXT("VMwareVMware")}, "vmware"},
        {{.cpuinfo = GUEST, .cpuid = TEXT("Microsoft Hv")}, "microsoft"},
        {{.cpuinfo = GUEST, .cpuid = TEXT("SomethingNew")}, "other"},
        {{.cpuinfo = GUEST}, "other"},
        {{.cpuinfo = GUEST, .product = TEXT("VirtualBox\n")}, "virtualbox"},
        {{.cpuinfo = GUEST, .cpuid = TEXT("KVMKVMKVM\0\0\0"), .product = TEXT("VirtualBox\n")}, "kvm"},
        /* the leaf holds anything where no hypervisor is */
        {{.cpuinfo = BARE, .cpuid = TEXT("KVMKVMKVM\0\0\0")}, "none"},
        {{.cpuinfo = BARE, .maker = TEXT("Dell Inc.\n"), .product = TEXT("PowerEdge R740\n")}, "none"},
        {{.hypervisor_type = TEXT("xen\n")}, "xen"},
        {{.hypervisor_type = TEXT("new\n")}, "other"},
        {{.device_tree = TEXT("linux,kvm\0")}, "kvm"},
        {{.product = TEXT("KVM Virtual Machine\n")}, "kvm"},
        {{.maker = TEXT("Microsoft Corporation\n"), .product = TEXT("Virtual Machine\n")}, "microsoft"},
        {{.product = TEXT("Google Compute Engine\n")}, "google"},
        {{.maker = TEXT("Amazon EC2\n"), .product = TEXT("m6g.large\n")}, "amazon"},
        {{.maker = TEXT("Amazon EC2\n"), .product = TEXT("m6g.metal\n")}, "none"},
        {{.product = TEXT("")}, "none"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *kind = assay_virtualization(&cases[i].traces);
        if (strcmp(kind, cases[i].kind) != 0) {
            fail_msg("case %zu: '%s' instead of '%s'", i, kind, cases[i].kind);
        }
    }
}

static void names_the_container_by_the_files_in_it(void **state)
{
    (void)state;
    assert_true(base_str_equal(assay_container(false, false, STR("")), STR("none")));
    assert_true(base_str_equal(assay_container(true, false, STR("")), STR("docker")));
    assert_true(base_str_equal(assay_container(false, true, STR("")), STR("podman")));
    assert_true(base_str_equal(assay_container(false, false, STR("systemd-nspawn\n")), STR("systemd-nspawn")));
    assert_true(base_str_equal(assay_container(true, false, STR("\n")), STR("docker")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_hypervisor_by_whatever_it_left),
        cmocka_unit_test(names_the_container_by_the_files_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
