// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alloc_fault.h"
#include "cmd/assay/toolchain.h"

static struct assay_listing made_by(const char *compiler, const char *flags)
{
    return (struct assay_listing){.compiler = base_str(compiler), .flags = base_str(flags)};
}

static void the_order_of_programs_does_not_matter(void **state)
{
    (void)state;
    const struct assay_listing made[] = {
        made_by("gcc 12.2.0", "optimised"),
        made_by("clang 14.0.6", "optimised"),
        made_by("gcc 12.2.0", "unoptimised"),
        made_by("gcc 12", "optimised x86-64-v3"),
    };
    for (size_t first = 0; first < 4; first++) {
        struct toolchain toolchain = {0};
        for (size_t i = 0; i < 8; i++) { /* all of them, and again */
            assert_true(toolchain_add(&toolchain, &made[(first + 3 * i) % 4]));
        }
        assert_string_equal(toolchain.compilers, "clang 14.0.6 + gcc 12 + gcc 12.2.0");
        assert_string_equal(toolchain.flags, "optimised + optimised x86-64-v3 + unoptimised");
        toolchain_deinit(&toolchain);
    }
}

static void what_is_not_said_is_not_known(void **state)
{
    (void)state;
    struct toolchain toolchain = {0};
    const struct assay_listing nothing = {0}, some = made_by("gcc 12.2.0", "");
    assert_true(toolchain_add(&toolchain, &nothing));
    assert_null(toolchain.compilers);
    assert_true(toolchain_add(&toolchain, &some));
    assert_string_equal(toolchain.compilers, "gcc 12.2.0");
    assert_null(toolchain.flags);
    char name[300];
    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    const struct assay_listing too_long = made_by(name, name);
    assert_true(toolchain_add(&toolchain, &too_long));
    assert_string_equal(toolchain.compilers, "gcc 12.2.0");
    toolchain_deinit(&toolchain);
}

static void says_when_memory_is_lacking(void **state)
{
    (void)state;
    struct toolchain toolchain = {0};
    const struct assay_listing first = made_by("gcc 12.2.0", "optimised"), second = made_by("gcc 13.1.0", "optimised");
    assert_true(toolchain_add(&toolchain, &first));
    alloc_fault_after(1);
    assert_false(toolchain_add(&toolchain, &second));
    assert_true(alloc_fault_happened());
    alloc_fault_after(0);
    assert_string_equal(toolchain.compilers, "gcc 12.2.0");
    toolchain_deinit(&toolchain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_of_programs_does_not_matter),
        cmocka_unit_test(what_is_not_said_is_not_known),
        cmocka_unit_test(says_when_memory_is_lacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
