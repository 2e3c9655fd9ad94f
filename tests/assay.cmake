# Tests of what records: statistics, targets, result files, storage, comparison.
foreach(name IN ITEMS axis_test change_test chosen_test complexity_test cpu_test layout_test limits_test metric_test progress_test rulers_test sources_test sparkline_test target_test time_left_test virtualization_test)
    add_unit_test(assay ${name} LIBRARIES assay)
endforeach()
foreach(name IN ITEMS baseline_test bins_test boxplot_test compare_test describe_test environment_test labels_test lineup_test machine_test record_test result_test store_test toolchain_test)
    add_unit_test(assay ${name} LIBRARIES assay ALLOC_FAULTS)
endforeach()

add_unit_test(assay store_faults_test LIBRARIES assay)
target_link_options(assay_store_faults_test PRIVATE
    -Wl,--wrap=write,--wrap=fsync,--wrap=link,--wrap=unlink,--wrap=rename,--wrap=mkdir)
