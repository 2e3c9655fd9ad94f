// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include "tta/hardware.h"

#define GIB (INT64_C(1) << 30)
#define MIB (INT64_C(1) << 20)

static void the_best_known_size_counts(void **state)
{
    (void)state;
    struct tta_model model = {.id = "qwen2.5-7b", .weight_bytes = 4 * GIB, .parameter_count = 7000000000,
                              .quantization = "Q4_K_M", .context_bytes_per_token = 131072};
    struct tta_need need = tta_need_of(&model, 8192);
    assert_int_equal(need.basis, TTA_NEED_OF_FILE);
    assert_int_equal(need.weights_bytes, 4 * GIB);
    assert_true(need.context_is_stated);
    assert_int_equal(need.context_bytes, GIB);
    assert_int_equal(need.other_bytes, 512 * MIB + 4 * GIB / 20);
    assert_int_equal(need.total_bytes, need.weights_bytes + need.context_bytes + need.other_bytes);

    model.weight_bytes = 0;
    need = tta_need_of(&model, 0);
    assert_int_equal(need.basis, TTA_NEED_OF_PARAMETERS);
    assert_int_equal(need.weights_bytes, (int64_t)(7e9 * 4.89 / 8));
    model.quantization = NULL;
    assert_int_equal(tta_need_of(&model, 0).weights_bytes, 14000000000);

    model.parameter_count = 0;
    need = tta_need_of(&model, 1000000);
    assert_int_equal(need.basis, TTA_NEED_OF_NAME);
    assert_int_equal(need.total_bytes, 14 * GIB);

    model.id = "gpt-4o";
    need = tta_need_of(&model, 1000);
    assert_int_equal(need.basis, TTA_NEED_UNKNOWN);
    assert_int_equal(need.total_bytes, 0);
}

static void the_cost_of_context_is_estimated_within_a_factor_of_two(void **state)
{
    (void)state;
    /* Layers x heads of keys and values x their length x 2 x 2 bytes, of the published configurations of
     * Llama 3.2 1B and 3B, Llama 3.1 8B and 70B, Qwen2.5 14B, Qwen3 32B. */
    static const struct {
        int64_t parameters, bytes_per_token;
    } models[] = {{1240000000, 32768},   {3210000000, 114688},  {8030000000, 131072},
                  {70600000000, 327680}, {14770000000, 196608}, {32760000000, 262144}};
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        const struct tta_model model = {.id = "m", .parameter_count = models[i].parameters};
        struct tta_need need = tta_need_of(&model, 1000);
        assert_false(need.context_is_stated);
        double ratio = (double)need.context_bytes / 1000 / (double)models[i].bytes_per_token;
        assert_true(ratio > 0.5 && ratio < 2);
    }
}

static void huge_numbers_do_not_overflow(void **state)
{
    (void)state;
    const struct tta_model model = {.id = "m", .weight_bytes = INT64_MAX, .parameter_count = TTA_MAX_PARAMETERS,
                                    .context_bytes_per_token = INT64_MAX};
    struct tta_need need = tta_need_of(&model, TTA_MAX_TOKENS);
    assert_true(need.total_bytes > 0 && need.context_bytes > 0);
}

static void a_model_fits_where_there_is_room(void **state)
{
    (void)state;
    static const struct {
        int64_t available_gib, gpu_gib, need_gib;
        enum tta_fit fit;
    } cases[] = {
        {16, 24, 20, TTA_FIT_GPU}, {16, 24, 40, TTA_FIT_SHARED},  {16, 24, 41, TTA_FIT_NOT},
        {16, 0, 16, TTA_FIT_MEMORY}, {16, 0, 17, TTA_FIT_NOT},    {-1, 24, 20, TTA_FIT_GPU},
        {-1, 24, 30, TTA_FIT_UNKNOWN}, {-1, 0, 1, TTA_FIT_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct tta_hardware hardware = {
            .available_bytes = cases[i].available_gib < 0 ? TTA_UNKNOWN : cases[i].available_gib * GIB};
        if (cases[i].gpu_gib > 0) { /* on two cards, one of which does not say what is free */
            hardware.gpu_count = 2;
            hardware.gpus[0] = (struct tta_gpu){.memory_bytes = 80 * GIB, .free_bytes = cases[i].gpu_gib / 2 * GIB};
            hardware.gpus[1] = (struct tta_gpu){.memory_bytes = cases[i].gpu_gib / 2 * GIB, .free_bytes = TTA_UNKNOWN};
        }
        const struct tta_need need = {.basis = TTA_NEED_OF_FILE, .total_bytes = cases[i].need_gib * GIB};
        assert_string_equal(tta_fit_name(tta_fit_of(&hardware, &need)), tta_fit_name(cases[i].fit));
    }
    const struct tta_hardware none = {0};
    const struct tta_need unknown = {.basis = TTA_NEED_UNKNOWN};
    assert_int_equal(tta_fit_of(&none, &unknown), TTA_FIT_UNKNOWN);
    assert_string_equal(tta_fit_name((enum tta_fit)99), "unknown");
    assert_string_equal(tta_need_basis_name(TTA_NEED_OF_FILE), "file");
    assert_string_equal(tta_need_basis_name((enum tta_need_basis)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_known_size_counts),
        cmocka_unit_test(the_cost_of_context_is_estimated_within_a_factor_of_two),
        cmocka_unit_test(huge_numbers_do_not_overflow),
        cmocka_unit_test(a_model_fits_where_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
