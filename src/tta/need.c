// SPDX-License-Identifier: MIT
/* What a model needs, and where that fits. */
#include <math.h>

#include "tta/hardware.h"
#include "tta/hardware_text.h"

#define MIB (INT64_C(1) << 20)
#define GIB (INT64_C(1) << 30)
#define MOST_BYTES (INT64_MAX / 8) /* of each part, so that a sum cannot overflow */

const char *tta_need_basis_name(enum tta_need_basis basis)
{
    static const char *const names[] = {"file", "parameters", "name", "unknown"};
    return (int)basis >= 0 && (size_t)basis < sizeof(names) / sizeof(names[0]) ? names[basis] : "unknown";
}

const char *tta_fit_name(enum tta_fit fit)
{
    static const char *const names[] = {"gpu", "shared", "memory", "no", "unknown"};
    return (int)fit >= 0 && (size_t)fit < sizeof(names) / sizeof(names[0]) ? names[fit] : "unknown";
}

static int64_t bytes_of(double bytes)
{
    return bytes < (double)MOST_BYTES ? (int64_t)bytes : MOST_BYTES;
}

static void set_weights(struct tta_need *need, const struct tta_model *model)
{
    int64_t gib;
    double bits = tta_bits_of_quantization(model->quantization);
    if (model->weight_bytes > 0) {
        need->basis = TTA_NEED_OF_FILE;
        need->weights_bytes = model->weight_bytes < MOST_BYTES ? model->weight_bytes : MOST_BYTES;
    } else if (model->parameter_count > 0) {
        need->basis = TTA_NEED_OF_PARAMETERS;
        need->weights_bytes = bytes_of((double)model->parameter_count * (bits > 0 ? bits : 16) / 8);
    } else if (tta_need_by_name(model->id, &gib)) {
        need->basis = TTA_NEED_OF_NAME; /* of the whole: nothing is added */
        need->weights_bytes = gib * GIB;
    } else {
        need->basis = TTA_NEED_UNKNOWN;
    }
}

struct tta_need tta_need_of(const struct tta_model *model, int64_t context_tokens)
{
    struct tta_need need = {0};
    set_weights(&need, model);
    if (need.basis == TTA_NEED_OF_FILE || need.basis == TTA_NEED_OF_PARAMETERS) {
        double bits = tta_bits_of_quantization(model->quantization);
        double parameters = model->parameter_count > 0 ? (double)model->parameter_count
                                                       : (double)need.weights_bytes * 8 / (bits > 0 ? bits : 16);
        double per_token = (double)model->context_bytes_per_token;
        need.context_is_stated = model->context_bytes_per_token > 0;
        per_token = need.context_is_stated ? per_token : 128 * 1024 * sqrt(parameters / 8e9);
        need.context_bytes = bytes_of(per_token * (double)context_tokens);
        need.other_bytes = 512 * MIB + need.weights_bytes / 20;
    }
    need.total_bytes = need.weights_bytes + need.context_bytes + need.other_bytes;
    return need;
}

/* The free memory of all GPUs, among which layers can be shared out; what is not known counts as nothing. */
static int64_t free_on_gpus(const struct tta_hardware *hardware)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < hardware->gpu_count; i++) {
        const struct tta_gpu *gpu = &hardware->gpus[i];
        int64_t free_bytes = gpu->free_bytes >= 0 ? gpu->free_bytes : gpu->memory_bytes;
        bytes += free_bytes > 0 && free_bytes < MOST_BYTES / TTA_MAX_GPUS ? free_bytes : 0;
    }
    return bytes;
}

enum tta_fit tta_fit_of(const struct tta_hardware *hardware, const struct tta_need *need)
{
    int64_t on_gpus = free_on_gpus(hardware);
    if (need->basis == TTA_NEED_UNKNOWN) {
        return TTA_FIT_UNKNOWN;
    }
    if (on_gpus > 0 && need->total_bytes <= on_gpus) {
        return TTA_FIT_GPU;
    }
    if (hardware->available_bytes < 0) {
        return TTA_FIT_UNKNOWN;
    }
    if (on_gpus > 0 && need->total_bytes - on_gpus <= hardware->available_bytes) {
        return TTA_FIT_SHARED;
    }
    return on_gpus == 0 && need->total_bytes <= hardware->available_bytes ? TTA_FIT_MEMORY : TTA_FIT_NOT;
}
