// SPDX-License-Identifier: MIT
/*
 * Files below a root, so that a test may have a machine of its own:
 * /proc/meminfo, /proc/cpuinfo, /proc/self/cgroup with the limits of version 2
 * from the own control group upwards, and /sys/class/drm/cardN/device for GPUs
 * whose driver states their memory there (amdgpu).  NVIDIA's says it through its
 * library alone, see nvml.h.
 */
#include "tta/hardware_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tta/hardware_text.h"
#include "tta/nvml.h"

#define MAX_FILE_BYTES ((size_t)4 << 20) /* cpuinfo of some thousand processors */
#define MAX_PATH_BYTES 1024

/* The text of a file below a root; empty if it cannot be read. */
static void read_file(const char *root, const char *path, struct buf *out)
{
    char full[2 * MAX_PATH_BYTES];
    int len = snprintf(full, sizeof(full), "%s%s", root, path);
    base_file_read_or_empty(len > 0 && (size_t)len < sizeof(full) ? full : "", MAX_FILE_BYTES, out);
}

static int64_t read_number(const char *root, const char *path)
{
    struct buf text;
    read_file(root, path, &text);
    int64_t number = tta_number_of_file(base_buf_str(&text));
    base_buf_deinit(&text);
    return number;
}

static void copy_name(char out[TTA_HARDWARE_NAME_BYTES], struct str name)
{
    size_t len = name.len < TTA_HARDWARE_NAME_BYTES - 1 ? name.len : TTA_HARDWARE_NAME_BYTES - 1;
    if (len > 0) {
        memcpy(out, name.ptr, len);
    }
    out[len] = '\0';
}

static void read_processors(const char *root, struct tta_hardware *hardware)
{
    struct buf text;
    read_file(root, "/proc/cpuinfo", &text);
    struct tta_processors processors = tta_read_cpuinfo(base_buf_str(&text));
    copy_name(hardware->processor, processors.name);
    hardware->threads = processors.threads > 0 ? processors.threads : TTA_UNKNOWN;
    hardware->cores = processors.threads > 0 ? processors.cores : TTA_UNKNOWN;
    base_buf_deinit(&text);
}

/* The smallest limit of a control group and those above it, and what is left below it. */
static void apply_cgroup(const char *root, const char *path, struct tta_hardware *hardware)
{
    char file[MAX_PATH_BYTES + 64];
    (void)snprintf(file, sizeof(file), "/sys/fs/cgroup%s/memory.max", path); /* fits */
    int64_t limit = read_number(root, file);
    if (limit == TTA_UNKNOWN) {
        return;
    }
    (void)snprintf(file, sizeof(file), "/sys/fs/cgroup%s/memory.current", path); /* fits */
    int64_t used = read_number(root, file);
    int64_t left = used == TTA_UNKNOWN ? limit : used < limit ? limit - used : 0;
    if (hardware->memory_bytes == TTA_UNKNOWN || limit < hardware->memory_bytes) {
        hardware->memory_bytes = limit;
        hardware->is_limited = true;
    }
    if (hardware->available_bytes == TTA_UNKNOWN || left < hardware->available_bytes) {
        hardware->available_bytes = left;
    }
}

static void read_cgroups(const char *root, struct tta_hardware *hardware)
{
    struct buf text;
    char path[MAX_PATH_BYTES];
    read_file(root, "/proc/self/cgroup", &text);
    struct str found = tta_cgroup_path(base_buf_str(&text));
    if (found.len > 0 && found.len < sizeof(path)) {
        memcpy(path, found.ptr, found.len);
        path[found.len] = '\0';
        while (path[0] != '\0') { /* each above it, up to the root, which is "" */
            apply_cgroup(root, strcmp(path, "/") == 0 ? "" : path, hardware);
            *strrchr(path, '/') = '\0';
        }
    }
    apply_cgroup(root, "", hardware); /* within a container the own group is the root of what is seen */
    base_buf_deinit(&text);
}

static void read_memory(const char *root, struct tta_hardware *hardware)
{
    struct buf text;
    read_file(root, "/proc/meminfo", &text);
    hardware->memory_bytes = tta_meminfo_bytes(base_buf_str(&text), "MemTotal");
    hardware->available_bytes = tta_meminfo_bytes(base_buf_str(&text), "MemAvailable");
    base_buf_deinit(&text);
    read_cgroups(root, hardware);
}

/* A card whose driver states its memory. */
static void read_card(const char *root, const char *card, struct tta_hardware *hardware)
{
    char path[MAX_PATH_BYTES];
    /* a path that is cut is not found */
    (void)snprintf(path, sizeof(path), "/sys/class/drm/%s/device/mem_info_vram_total", card);
    int64_t total = read_number(root, path);
    if (total == TTA_UNKNOWN || hardware->gpu_count == TTA_MAX_GPUS) {
        return;
    }
    struct tta_gpu *gpu = &hardware->gpus[hardware->gpu_count++];
    (void)snprintf(path, sizeof(path), "/sys/class/drm/%s/device/mem_info_vram_used", card);
    int64_t used = read_number(root, path);
    *gpu = (struct tta_gpu){.memory_bytes = total,
                            .free_bytes = used == TTA_UNKNOWN ? TTA_UNKNOWN : used < total ? total - used : 0};
    struct buf text;
    (void)snprintf(path, sizeof(path), "/sys/class/drm/%s/device/product_name", card);
    read_file(root, path, &text);
    struct str name = base_str_trim(base_buf_str(&text));
    copy_name(gpu->name, name.len > 0 ? name : base_str(card));
    base_buf_deinit(&text);
}

/* "card0" and so on, without "card0-HDMI-A-1", which is a connector. */
static int is_card(const struct dirent *entry)
{
    return strncmp(entry->d_name, "card", 4) == 0 && strspn(entry->d_name + 4, "0123456789") > 0 &&
           entry->d_name[4 + strspn(entry->d_name + 4, "0123456789")] == '\0';
}

static void read_cards(const char *root, struct tta_hardware *hardware)
{
    char folder[2 * MAX_PATH_BYTES];
    struct dirent **entries;
    (void)snprintf(folder, sizeof(folder), "%s/sys/class/drm", root); /* a cut one is not found */
    int found = scandir(folder, &entries, is_card, alphasort);
    for (int i = 0; i < found; i++) {
        read_card(root, entries[i]->d_name, hardware);
        free(entries[i]);
    }
    if (found >= 0) {
        free(entries);
    }
}

void tta_hardware_read(const char *root, const char *nvml_library, struct tta_hardware *out_hardware)
{
    struct tta_hardware hardware = {.cores = TTA_UNKNOWN};
    read_processors(root, &hardware);
    read_memory(root, &hardware);
    read_cards(root, &hardware);
    hardware.gpu_count += tta_nvml_read(nvml_library, hardware.gpus + hardware.gpu_count,
                                        TTA_MAX_GPUS - hardware.gpu_count);
    *out_hardware = hardware;
}

void tta_hardware_detect(struct tta_hardware *out_hardware)
{
    tta_hardware_read("", "libnvidia-ml.so.1", out_hardware);
}
