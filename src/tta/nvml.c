// SPDX-License-Identifier: MIT
/* The five functions used, and what they are given, are those of NVML's stable interface
 * (nvml.h of the CUDA toolkit: version 2 of the functions, version 1 of the memory record). */
#include "tta/nvml.h"

#include <dlfcn.h>
#include <string.h>

typedef struct nvml_device *nvml_device;

struct nvml_memory {
    unsigned long long total, free, used;
};

struct nvml {
    void *library;
    int (*init)(void);
    int (*shutdown)(void);
    int (*count)(unsigned *out_count);
    int (*device)(unsigned index, nvml_device *out_device);
    int (*name)(nvml_device device, char *out_name, unsigned size);
    int (*memory)(nvml_device device, struct nvml_memory *out_memory);
};

/* POSIX says that a pointer to a function and one to data are of one kind; C does not, so the bytes are copied. */
static bool find(void *library, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, size);
    return symbol != NULL;
}

static bool load(struct nvml *nvml, const char *library)
{
    nvml->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    return nvml->library && find(nvml->library, "nvmlInit_v2", &nvml->init, sizeof(nvml->init)) &&
           find(nvml->library, "nvmlShutdown", &nvml->shutdown, sizeof(nvml->shutdown)) &&
           find(nvml->library, "nvmlDeviceGetCount_v2", &nvml->count, sizeof(nvml->count)) &&
           find(nvml->library, "nvmlDeviceGetHandleByIndex_v2", &nvml->device, sizeof(nvml->device)) &&
           find(nvml->library, "nvmlDeviceGetName", &nvml->name, sizeof(nvml->name)) &&
           find(nvml->library, "nvmlDeviceGetMemoryInfo", &nvml->memory, sizeof(nvml->memory));
}

static bool read_gpu(const struct nvml *nvml, unsigned index, struct tta_gpu *out_gpu)
{
    nvml_device device;
    struct nvml_memory memory;
    struct tta_gpu gpu = {.memory_bytes = TTA_UNKNOWN, .free_bytes = TTA_UNKNOWN};
    if (nvml->device(index, &device) != 0) {
        return false;
    }
    if (nvml->name(device, gpu.name, sizeof(gpu.name)) != 0) {
        strcpy(gpu.name, "NVIDIA");
    }
    gpu.name[sizeof(gpu.name) - 1] = '\0';
    if (nvml->memory(device, &memory) == 0 && memory.total <= INT64_MAX && memory.free <= memory.total) {
        gpu.memory_bytes = (int64_t)memory.total;
        gpu.free_bytes = (int64_t)memory.free;
    }
    *out_gpu = gpu;
    return true;
}

size_t tta_nvml_read(const char *library, struct tta_gpu *out_gpus, size_t capacity)
{
    struct nvml nvml = {.library = NULL};
    unsigned count = 0;
    size_t found = 0;
    if (load(&nvml, library) && nvml.init() == 0) {
        count = nvml.count(&count) == 0 ? count : 0;
        for (unsigned i = 0; i < count && found < capacity; i++) {
            found += read_gpu(&nvml, i, &out_gpus[found]);
        }
        (void)nvml.shutdown(); /* nothing hangs on it */
    }
    if (nvml.library) {
        (void)dlclose(nvml.library); /* likewise */
    }
    return found;
}
