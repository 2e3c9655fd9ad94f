# Tests of TTA Model Management.
foreach(name IN ITEMS keys_test status_test)
    add_unit_test(tta ${name} LIBRARIES tta)
endforeach()
add_unit_test(tta catalogue_test LIBRARIES tta PkgConfig::JANSSON ALLOC_FAULTS)
add_unit_test(tta selection_test LIBRARIES tta ALLOC_FAULTS)
add_unit_test(tta metric_totals_test LIBRARIES tta ALLOC_FAULTS)
add_unit_test(tta metrics_test LIBRARIES tta LABELS threads ALLOC_FAULTS)
add_unit_test(tta fallback_test LIBRARIES tta LABELS threads ALLOC_FAULTS)
