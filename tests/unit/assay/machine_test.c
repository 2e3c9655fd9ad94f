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
    assert_int_equal(assay_machine_describe("gcc 12.2.0", "optimised", &machine), ASSAY_OK);
    assert_string_equal(machine.node, names.nodename);
    assert_string_equal(machine.system, names.sysname);
    assert_string_equal(machine.release, names.release);
    assert_string_equal(machine.arch, names.machine);
    assert_non_null(machine.cpu);
    assert_true(machine.cores >= 1);
    assert_string_equal(machine.compiler, "gcc 12.2.0");
    assert_string_equal(machine.flags, "optimised");
    assert_true(machine.is_virtual == (strcmp(machine.virtualization, "none") != 0));
    assert_true(machine.container[0] != '\0');
    assert_true(machine.governor != NULL);
    assert_non_null(strstr(machine.class_key, machine.cpu));
    assert_non_null(strstr(machine.class_key, names.machine));
    assert_non_null(strstr(machine.class_key, "compiler gcc 12, flags optimised"));
    assert_null(strstr(machine.class_key, names.release));
    char *class_key = assay_machine_class(&machine);
    assert_string_equal(class_key, machine.class_key);
    free(class_key);
    deinit(&machine);
}

static void the_same_machine_has_the_same_class(void **state)
{
    (void)state;
    struct assay_machine one, two;
    assert_int_equal(assay_machine_describe("gcc 12.2.0", "optimised", &one), ASSAY_OK);
    assert_int_equal(assay_machine_describe("gcc 12.2.0", "optimised", &two), ASSAY_OK);
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
        enum assay_status status = assay_machine_describe("gcc 12.2.0", "optimised", &machine);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            break;
        }
        /* Without memory to read a file its facts are unknown; all else is needed. */
        assert_int_equal(status, ASSAY_NO_MEMORY);
        assert_int_equal(machine.cores, 77);
        refusals++;
    }
    assert_true(refusals >= 15);
    deinit(&machine);
}

/* The facts of one machine, of which a test changes some. */
struct told {
    char node[20], system[20], release[40], arch[20], cpu[40], vendor[20], family[8], model[8], stepping[8];
    char governor[20], virtualization[20], container[20], compiler[60], flags[60];
    struct assay_machine machine;
};

static void tell(struct told *told)
{
    *told = (struct told){
        .node = "build7", .system = "Linux", .release = "6.1.0-18-amd64", .arch = "x86_64", .cpu = "AMD EPYC",
        .vendor = "AuthenticAMD", .family = "25", .model = "17", .stepping = "1", .governor = "performance",
        .virtualization = "kvm", .container = "none", .compiler = "gcc 12.2.0", .flags = "optimised",
    };
    told->machine = (struct assay_machine){
        .node = told->node, .system = told->system, .release = told->release, .arch = told->arch, .cpu = told->cpu,
        .cpu_vendor = told->vendor, .cpu_family = told->family, .cpu_model = told->model,
        .cpu_stepping = told->stepping, .l1_data_bytes = 32768, .l2_bytes = 1048576, .l3_bytes = 33554432,
        .cores = 2, .governor = told->governor, .virtualization = told->virtualization,
        .container = told->container, .compiler = told->compiler, .flags = told->flags,
    };
}

static void the_class_joins_what_is_known(void **state)
{
    (void)state;
    struct told told;
    tell(&told);
    char *key = assay_machine_class(&told.machine);
    assert_string_equal(key, "system Linux, architecture x86_64, CPU AMD EPYC, CPU vendor AuthenticAMD, CPU family 25, "
                             "CPU model 17, CPU stepping 1, cores 2, L1 data cache 32 KiB, L2 cache 1 MiB, "
                             "L3 cache 32 MiB, governor performance, virtualization kvm, kernel 6.1, compiler gcc 12, "
                             "flags optimised");
    free(key);
    struct assay_machine nothing = {0};
    key = assay_machine_class(&nothing);
    assert_string_equal(key, "");
    free(key);
}

/* The machine that a class tells of has that class again. */
static void assert_class_is_kept(const char *key)
{
    struct assay_machine machine;
    assert_int_equal(assay_machine_of_class(key, &machine), ASSAY_OK);
    assert_string_equal(machine.class_key, key);
    char *again = assay_machine_class(&machine);
    assert_string_equal(again, key);
    free(again);
    deinit(&machine);
}

static void a_class_tells_of_its_machine(void **state)
{
    (void)state;
    struct told told;
    tell(&told);
    (void)strcpy(told.cpu, "Maker, model 3, CPU"); /* fits; what looks like the name of a fact, and is none */
    (void)strcpy(told.compiler, "clang 14.0.6 + gcc 12.2.0"); /* fits */
    char *key = assay_machine_class(&told.machine);
    struct assay_machine machine;
    assert_int_equal(assay_machine_of_class(key, &machine), ASSAY_OK);
    assert_string_equal(machine.cpu, "Maker, model 3, CPU");
    assert_string_equal(machine.compiler, "clang 14 + gcc 12");
    assert_string_equal(machine.release, "6.1");
    assert_string_equal(machine.node, "");
    assert_int_equal(machine.l2_bytes, 1048576);
    assert_int_equal(machine.cores, 2);
    deinit(&machine);
    assert_class_is_kept(key);
    free(key);
    assert_class_is_kept("system Linux, CPU vendor 0x41, CPU model 0xd0c, compiler gcc 12");
    assert_class_is_kept("");
}

static void of_a_class_of_another_form_nothing_is_known(void **state)
{
    (void)state;
    struct assay_machine machine;
    assert_int_equal(assay_machine_of_class("Linux x86_64, AMD EPYC, 2 cores, gcc 12", &machine), ASSAY_OK);
    assert_string_equal(machine.class_key, "Linux x86_64, AMD EPYC, 2 cores, gcc 12");
    assert_string_equal(machine.system, "");
    assert_string_equal(machine.compiler, "");
    deinit(&machine);
    for (size_t n = 1;; n++) {
        alloc_fault_after(n);
        enum assay_status status = assay_machine_of_class("system Linux, CPU AMD EPYC, cores 2", &machine);
        if (!alloc_fault_happened()) {
            assert_int_equal(status, ASSAY_OK);
            deinit(&machine);
            break;
        }
        assert_int_equal(status, ASSAY_NO_MEMORY);
    }
}

static void what_changes_without_the_machine_changing_is_not_in_its_class(void **state)
{
    (void)state;
    struct told before, after;
    tell(&before);
    tell(&after);
    (void)strcpy(after.node, "elsewhere");
    (void)strcpy(after.release, "6.1.9-rc1");
    (void)strcpy(after.compiler, "gcc 12.3.1");
    (void)strcpy(after.container, "docker");
    char *one = assay_machine_class(&before.machine), *two = assay_machine_class(&after.machine);
    assert_string_equal(one, two);
    free(one);
    free(two);
}

static void assert_differs(const struct told *there, const struct told *here, enum assay_machine_facts kind,
                           const char *wanted)
{
    struct buf text;
    base_buf_init(&text, 10000);
    assert_true(assay_machine_add_difference(&there->machine, &here->machine, kind, &text));
    assert_string_equal(base_buf_cstr(&text), wanted);
    base_buf_deinit(&text);
}

static void a_difference_names_what_is_not_the_same(void **state)
{
    (void)state;
    struct told there, here;
    tell(&there);
    tell(&here);
    assert_differs(&there, &here, ASSAY_FACTS_OF_CLASS, "");
    assert_differs(&there, &here, ASSAY_FACTS_BESIDE, "");
    (void)strcpy(here.stepping, "0");
    (void)strcpy(here.release, "6.18.44");
    (void)strcpy(here.container, "docker");
    assert_differs(&there, &here, ASSAY_FACTS_OF_CLASS, "CPU stepping 1 there, 0 here; kernel 6.1 there, 6.18 here");
    assert_differs(&there, &here, ASSAY_FACTS_BESIDE,
                   "container none there, docker here; kernel release 6.1.0-18-amd64 there, 6.18.44 here");
    tell(&here);
    here.machine.cores = 4;
    here.machine.l2_bytes = 512 * 1024;
    (void)strcpy(here.compiler, "clang 14.0.6 + gcc 12.3.0");
    assert_differs(&there, &here, ASSAY_FACTS_OF_CLASS,
                   "cores 2 there, 4 here; L2 cache 1 MiB there, 512 KiB here; compiler gcc 12 there, "
                   "clang 14 + gcc 12 here");
    assert_differs(&there, &here, ASSAY_FACTS_BESIDE,
                   "compiler version gcc 12.2.0 there, clang 14.0.6 + gcc 12.3.0 here");
}

static void a_difference_names_what_one_side_does_not_know(void **state)
{
    (void)state;
    struct told there, here;
    tell(&there);
    tell(&here);
    there.governor[0] = there.stepping[0] = here.virtualization[0] = there.container[0] = '\0';
    there.machine.l3_bytes = 0;
    assert_differs(&there, &here, ASSAY_FACTS_OF_CLASS,
                   "unknown CPU stepping, L3 cache, governor there; unknown virtualization here");
    assert_differs(&there, &here, ASSAY_FACTS_BESIDE, "");
    (void)strcpy(here.arch, "aarch64");
    assert_differs(&there, &here, ASSAY_FACTS_OF_CLASS,
                   "architecture x86_64 there, aarch64 here; unknown CPU stepping, L3 cache, governor there; unknown "
                   "virtualization here");
}

static void classes_are_quoted_where_no_fact_tells_them_apart(void **state)
{
    (void)state;
    struct told there, here;
    tell(&there);
    tell(&here);
    there.machine.class_key = (char[]){"Plan9 vax"};
    assert_true(assay_machine_is_foreign(&there.machine, &here.machine)); /* one does not say */
    assert_true(assay_machine_is_foreign(&here.machine, &there.machine));
    assert_differs(&there, &here, ASSAY_FACTS_OF_CLASS, "");
    here.machine.class_key = (char[]){"Linux x86_64"};
    assert_true(assay_machine_is_foreign(&there.machine, &here.machine));
    assert_differs(&there, &here, ASSAY_FACTS_OF_CLASS, "class 'Plan9 vax' there");
    assert_differs(&there, &here, ASSAY_FACTS_BESIDE, "");
    assert_false(assay_machine_is_foreign(&here.machine, &here.machine));
}

static void a_difference_is_whole_or_refused(void **state)
{
    (void)state;
    struct told there, here;
    tell(&there);
    tell(&here);
    (void)strcpy(here.stepping, "0");
    for (size_t n = 1;; n++) {
        struct buf text;
        base_buf_init(&text, 10000);
        alloc_fault_after(n);
        bool good = assay_machine_add_difference(&there.machine, &here.machine, ASSAY_FACTS_OF_CLASS, &text);
        bool happened = alloc_fault_happened();
        alloc_fault_after(0);
        assert_true(good == !happened);
        if (good) {
            assert_string_equal(base_buf_cstr(&text), "CPU stepping 1 there, 0 here");
        }
        base_buf_deinit(&text);
        if (good) {
            break;
        }
    }
}

static void the_id_names_system_compiler_bits_and_class(void **state)
{
    (void)state;
    static const struct {
        const char *system, *compiler, *class_key, *id; /* id without the bits */
    } cases[] = {
        /* 64-bit FNV-1a, its halves joined: of "foobar" 0x85944171f73967e8, of "" 0xcbf29ce484222325 */
        {"Linux", "gcc 12.2.0", "foobar", "Linux-GCC-12-%zubit-72ad2699"},
        {"Linux", "clang 14.0.6", "foobar", "Linux-Clang-14-%zubit-72ad2699"},
        {"Linux", "icx 2024.1", "foobar", "Linux-icx-2024-%zubit-72ad2699"},
        {"Linux", "", NULL, "Linux-C--%zubit-4fd0bfc1"},
        {"My/OS *", "gcc 12.2.0", "foobar", "My_OS__-GCC-12-%zubit-72ad2699"},
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
    assert_non_null(strstr(id, "-72ad2699"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes_the_machine_it_runs_on), cmocka_unit_test(the_same_machine_has_the_same_class),
        cmocka_unit_test(says_when_memory_is_lacking),      cmocka_unit_test(the_class_joins_what_is_known),
        cmocka_unit_test(a_class_tells_of_its_machine),
        cmocka_unit_test(of_a_class_of_another_form_nothing_is_known),
        cmocka_unit_test(what_changes_without_the_machine_changing_is_not_in_its_class),
        cmocka_unit_test(a_difference_names_what_is_not_the_same),
        cmocka_unit_test(a_difference_names_what_one_side_does_not_know),
        cmocka_unit_test(classes_are_quoted_where_no_fact_tells_them_apart),
        cmocka_unit_test(a_difference_is_whole_or_refused),
        cmocka_unit_test(the_id_names_system_compiler_bits_and_class),
        cmocka_unit_test(a_long_name_is_cut_before_the_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
