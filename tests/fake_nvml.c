// SPDX-License-Identifier: MIT
/* Stands for NVIDIA's management library in tests: three GPUs, of which the second does not answer at all and the
 * third neither says its name nor its memory. */
#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

struct nvml_memory {
    unsigned long long total, free, used;
};

EXPORT int nvmlInit_v2(void);
EXPORT int nvmlShutdown(void);
EXPORT int nvmlDeviceGetCount_v2(unsigned *out_count);
EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned index, const int **out_device);
EXPORT int nvmlDeviceGetName(const int *device, char *out_name, unsigned size);
EXPORT int nvmlDeviceGetMemoryInfo(const int *device, struct nvml_memory *out_memory);

static const int devices[] = {0, 1, 2};

int nvmlInit_v2(void)
{
    return 0;
}

int nvmlShutdown(void)
{
    return 0;
}

int nvmlDeviceGetCount_v2(unsigned *out_count)
{
    *out_count = 3;
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, const int **out_device)
{
    *out_device = &devices[index];
    return index == 1 ? 15 : 0; /* NVML_ERROR_GPU_IS_LOST */
}

int nvmlDeviceGetName(const int *device, char *out_name, unsigned size)
{
    return *device == 2 ? 3 : snprintf(out_name, size, "Fake %d", *device) < 0;
}

int nvmlDeviceGetMemoryInfo(const int *device, struct nvml_memory *out_memory)
{
    *out_memory = (struct nvml_memory){24ull << 30, 20ull << 30, 4ull << 30};
    return *device == 2 ? 3 : 0; /* NVML_ERROR_NOT_SUPPORTED */
}
