# Tests of the paired gate: its statistics, its decisions, its control.
add_unit_test(assay signed_rank_test LIBRARIES assay)
add_unit_test(assay gate_test LIBRARIES assay ALLOC_FAULTS)
set_tests_properties(assay.gate_test PROPERTIES TIMEOUT 600) # thousands of gates, which a sanitizer makes long
add_unit_test(assay gate_control_test LIBRARIES assay)
add_unit_test(assay core_test LIBRARIES assay)
target_sources(assay_core_test PRIVATE ${PROJECT_SOURCE_DIR}/src/cmd/assay/core.c) # of the program alone
