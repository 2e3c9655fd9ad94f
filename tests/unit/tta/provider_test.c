// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tta/listing.h"

static void every_provider_says_where_it_is_and_what_it_wants(void **state)
{
    (void)state;
    for (int i = 0; i < TTA_PROVIDER_COUNT; i++) {
        const struct tta_provider_info *info = tta_provider_info_of((enum tta_provider)i);
        assert_string_equal(info->name, tta_provider_name((enum tta_provider)i));
        assert_true(!info->base_url || strncmp(info->base_url, "http", 4) == 0);
        assert_true(info->auth != TTA_AUTH_NONE || !info->key_variable);
    }
    assert_string_equal(tta_provider_info_of(TTA_PROVIDER_ANTHROPIC)->key_variable, "ANTHROPIC_API_KEY");
    assert_int_equal(tta_provider_info_of(TTA_PROVIDER_ANTHROPIC)->auth, TTA_AUTH_X_API_KEY);
    assert_null(tta_provider_info_of(TTA_PROVIDER_CUSTOM)->base_url);
}

static void every_listing_has_a_reader_and_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < TTA_LISTING_COUNT; i++) {
        enum tta_listing found = TTA_LISTING_COUNT;
        const struct tta_listing_kind *kind = tta_listing_kind_of((enum tta_listing)i);
        assert_non_null(kind);
        assert_non_null(kind->read);
        assert_int_equal(tta_listing_of_name(kind->name, &found), TTA_OK);
        assert_int_equal(found, i);
    }
    enum tta_listing untouched = TTA_LISTING_LITELLM;
    assert_null(tta_listing_kind_of(TTA_LISTING_COUNT));
    assert_null(tta_listing_kind_of((enum tta_listing)(-1)));
    assert_string_equal(tta_listing_name(TTA_LISTING_COUNT), "unknown");
    assert_int_equal(tta_listing_of_name("models", &untouched), TTA_NOT_FOUND);
    assert_int_equal(untouched, TTA_LISTING_LITELLM);
    struct tta_catalogue *catalogue = NULL;
    assert_int_equal(tta_catalogue_parse(TTA_LISTING_COUNT, "{}", 2, &catalogue, NULL), TTA_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_provider_says_where_it_is_and_what_it_wants),
        cmocka_unit_test(every_listing_has_a_reader_and_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
