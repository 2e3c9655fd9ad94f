# Tests of the paired gate: its statistics, its decisions, its control.
add_unit_test(assay signed_rank_test LIBRARIES assay)
add_unit_test(assay gate_test LIBRARIES assay ALLOC_FAULTS)
