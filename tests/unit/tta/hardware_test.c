// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tta/hardware_files.h"

/* A folder that stands for / and holds what a test puts there. */
static char root[] = "hardware_test.XXXXXX";

static int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof(command), "rm -r ./%s", root); /* fits */
    return system(command);
}

static void put(const char *path, const char *text)
{
    char full[256], reason[BASE_FILE_REASON_BYTES];
    (void)snprintf(full, sizeof(full), "%s%s", root, path); /* fits */
    char *slash = strrchr(full, '/');
    *slash = '\0';
    assert_true(base_file_make_directories(full, reason));
    *slash = '/';
    assert_true(base_file_write_atomic(full, base_str(text), false, NULL, reason));
}

static void what_cannot_be_read_is_unknown(void **state)
{
    (void)state;
    struct tta_hardware hardware;
    tta_hardware_read(root, "no such library", &hardware);
    assert_int_equal(hardware.memory_bytes, TTA_UNKNOWN);
    assert_int_equal(hardware.available_bytes, TTA_UNKNOWN);
    assert_int_equal(hardware.threads, TTA_UNKNOWN);
    assert_int_equal(hardware.cores, TTA_UNKNOWN);
    assert_int_equal(hardware.gpu_count, 0);
    assert_string_equal(hardware.processor, "");
    assert_false(hardware.is_limited);
}

static void a_machine_is_read_from_its_files(void **state)
{
    (void)state;
    put("/proc/meminfo", "MemTotal: 33554432 kB\nMemAvailable: 16777216 kB\n");
    put("/proc/cpuinfo", "processor : 0\nmodel name : Made Up CPU\nphysical id : 0\ncore id : 0\n\n"
                         "processor : 1\nphysical id : 0\ncore id : 0\n\n");
    put("/sys/class/drm/card0/device/mem_info_vram_total", "25753026560\n");
    put("/sys/class/drm/card0/device/mem_info_vram_used", "1073741824\n");
    put("/sys/class/drm/card0/device/product_name", "Made Up GPU\n");
    put("/sys/class/drm/card1/device/vendor", "0x8086\n"); /* states no memory */
    put("/sys/class/drm/card0-HDMI-A-1/device/mem_info_vram_total", "1\n");
    struct tta_hardware hardware;
    tta_hardware_read(root, "no such library", &hardware);
    assert_string_equal(hardware.processor, "Made Up CPU");
    assert_int_equal(hardware.threads, 2);
    assert_int_equal(hardware.cores, 1);
    assert_int_equal(hardware.memory_bytes, INT64_C(32) << 30);
    assert_int_equal(hardware.available_bytes, INT64_C(16) << 30);
    assert_false(hardware.is_limited);
    assert_int_equal(hardware.gpu_count, 1);
    assert_string_equal(hardware.gpus[0].name, "Made Up GPU");
    assert_int_equal(hardware.gpus[0].memory_bytes, INT64_C(25753026560));
    assert_int_equal(hardware.gpus[0].free_bytes, INT64_C(25753026560) - 1073741824);
}

static void a_control_group_may_allow_less(void **state)
{
    (void)state;
    put("/proc/self/cgroup", "0::/a.slice/b\n");
    put("/sys/fs/cgroup/a.slice/b/memory.max", "max\n");
    put("/sys/fs/cgroup/a.slice/memory.max", "8589934592\n"); /* that of the one above counts */
    put("/sys/fs/cgroup/a.slice/memory.current", "2147483648\n");
    struct tta_hardware hardware;
    tta_hardware_read(root, "no such library", &hardware);
    assert_true(hardware.is_limited);
    assert_int_equal(hardware.memory_bytes, INT64_C(8) << 30);
    assert_int_equal(hardware.available_bytes, INT64_C(6) << 30);
}

static void nvidias_library_is_asked_where_it_is(void **state)
{
    (void)state;
    struct tta_hardware hardware;
    tta_hardware_read(root, FAKE_NVML, &hardware);
    assert_int_equal(hardware.gpu_count, 3); /* the one of before, and those two of three that answer */
    assert_string_equal(hardware.gpus[1].name, "Fake 0");
    assert_int_equal(hardware.gpus[1].memory_bytes, INT64_C(24) << 30);
    assert_int_equal(hardware.gpus[1].free_bytes, INT64_C(20) << 30);
    assert_string_equal(hardware.gpus[2].name, "NVIDIA"); /* which has no name */
    assert_int_equal(hardware.gpus[2].memory_bytes, TTA_UNKNOWN);
}

static void this_machine_has_processors_and_memory(void **state)
{
    (void)state;
    struct tta_hardware hardware;
    tta_hardware_detect(&hardware);
    assert_true(hardware.threads > 0 && hardware.cores > 0 && hardware.cores <= hardware.threads);
    assert_true(hardware.memory_bytes > 0 && hardware.available_bytes <= hardware.memory_bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_read_is_unknown),
        cmocka_unit_test(a_machine_is_read_from_its_files),
        cmocka_unit_test(a_control_group_may_allow_less),
        cmocka_unit_test(nvidias_library_is_asked_where_it_is),
        cmocka_unit_test(this_machine_has_processors_and_memory),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
