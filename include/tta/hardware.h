/* SPDX-License-Identifier: MIT */
/*
 * tta/hardware.h - what this machine has, and whether a model fits.
 *
 * Detection reads files of Linux's /proc and /sys, and asks NVIDIA's library
 * where it is installed: milliseconds, so do it once and keep the result, which
 * is a plain value.  Estimates are pure.
 */
#ifndef TTA_HARDWARE_H
#define TTA_HARDWARE_H

#include "tta/catalogue.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TTA_MAX_GPUS 16
#define TTA_HARDWARE_NAME_BYTES 96

struct tta_gpu {
    char name[TTA_HARDWARE_NAME_BYTES]; /* ends in a NUL */
    int64_t memory_bytes;               /* TTA_UNKNOWN if nobody says */
    int64_t free_bytes;                 /* likewise; at the moment of detection */
};

struct tta_hardware {
    char processor[TTA_HARDWARE_NAME_BYTES]; /* "" if nobody says */
    int64_t cores;           /* that execute at once, hyper-threads not counted; TTA_UNKNOWN */
    int64_t threads;         /* processors as the system counts them; TTA_UNKNOWN */
    int64_t memory_bytes;    /* of the machine, or of the control group that this runs in; TTA_UNKNOWN */
    int64_t available_bytes; /* of it, without swapping; at the moment of detection; TTA_UNKNOWN */
    bool is_limited;         /* the control group allows less than the machine has */
    size_t gpu_count;
    struct tta_gpu gpus[TTA_MAX_GPUS]; /* with memory of their own */
};

/* What there is.  Whatever cannot be read is unknown. */
TTA_API void tta_hardware_detect(struct tta_hardware *out_hardware);

/* Where the bytes of a model's weights are known from, the best first. */
enum tta_need_basis {
    TTA_NEED_OF_FILE,       /* its size is stated */
    TTA_NEED_OF_PARAMETERS, /* their number and the bits of each */
    TTA_NEED_OF_NAME,       /* the original component's table of names */
    TTA_NEED_UNKNOWN
};
/* "file", "parameters", "name", "unknown". Never NULL. */
TTA_API const char *tta_need_basis_name(enum tta_need_basis basis);

/* The memory that a model takes while it answers, in bytes; all 0 with TTA_NEED_UNKNOWN. */
struct tta_need {
    enum tta_need_basis basis;
    bool context_is_stated; /* the cost of a token of context is; else it is estimated from the parameters */
    int64_t weights_bytes;
    int64_t context_bytes; /* keys and values of the attention, 16 bits each */
    int64_t other_bytes;   /* what computing takes beside it */
    int64_t total_bytes;
};

/*
 * An estimate for a model that runs with `context_tokens` (0 to TTA_MAX_TOKENS).
 *
 * Weights: weight_bytes; else parameter_count times the bits of its quantization
 * (of llama.cpp's kinds, or a number of bits; 16 where it is not stated).
 * Context: context_bytes_per_token; else 128 KiB for 8 thousand million
 * parameters and with the square root of their number, which is within a factor
 * of two for models of 1 to 70 thousand million with grouped attention.  Other:
 * 512 MiB and a twentieth of the weights.
 */
TTA_API struct tta_need tta_need_of(const struct tta_model *model, int64_t context_tokens);

enum tta_fit {
    TTA_FIT_GPU,    /* into the free memory of the GPUs */
    TTA_FIT_SHARED, /* into that and the machine's together: slower */
    TTA_FIT_MEMORY, /* into the machine's, there is no GPU: slow */
    TTA_FIT_NOT,
    TTA_FIT_UNKNOWN /* the need, or what there is, is not known */
};
/* "gpu", "shared", "memory", "no", "unknown". Never NULL. */
TTA_API const char *tta_fit_name(enum tta_fit fit);

/* Whether that fits now. */
TTA_API enum tta_fit tta_fit_of(const struct tta_hardware *hardware, const struct tta_need *need);

#ifdef __cplusplus
}
#endif

#endif /* TTA_HARDWARE_H */
