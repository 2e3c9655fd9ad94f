# Tests of TTA Model Management.
foreach(name IN ITEMS catalogue_test fallback_test keys_test selection_test status_test)
    add_unit_test(tta ${name} LIBRARIES tta)
endforeach()
add_unit_test(tta metrics_test LIBRARIES tta LABELS threads)
