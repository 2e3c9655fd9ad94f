# Tests of what records: statistics, targets, result files, storage, comparison.
foreach(name IN ITEMS axis_test change_test chosen_test complexity_test cpu_test layout_test limits_test metric_test progress_test sources_test sparkline_test target_test time_left_test virtualization_test)
    add_unit_test(assay ${name} LIBRARIES assay)
endforeach()
foreach(name IN ITEMS baseline_test bins_test boxplot_test compare_test describe_test environment_test labels_test lineup_test machine_test record_test result_test store_test toolchain_test)
    add_unit_test(assay ${name} LIBRARIES assay ALLOC_FAULTS)
endforeach()

add_unit_test(assay store_faults_test LIBRARIES assay)
target_link_options(assay_store_faults_test PRIVATE
    -Wl,--wrap=write,--wrap=fsync,--wrap=link,--wrap=unlink,--wrap=rename,--wrap=mkdir)

# The real pytest-benchmark, which Debian's own Python has, against our
# statistics and our files; skipped where it is not installed.
foreach(name IN ITEMS describe_samples write_results)
    add_executable(interop_${name} interop/${name}.c)
    target_link_libraries(interop_${name} PRIVATE settings assay_testing)
    target_include_directories(interop_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endforeach()
add_test(NAME interop.statistics
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/interop/statistics_check.py $<TARGET_FILE:interop_describe_samples>
)
add_test(NAME interop.pytest_benchmark
    COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/interop/pytest_benchmark_reads_ours.py $<TARGET_FILE:interop_write_results>
)
if(TARGET assay_program)
    add_test(NAME interop.tables
        COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/interop/tables_agree.py $<TARGET_FILE:assay_program>
    )
    set_tests_properties(interop.tables PROPERTIES LABELS interop SKIP_RETURN_CODE 77 TIMEOUT 120)
endif()
set_tests_properties(interop.statistics interop.pytest_benchmark PROPERTIES LABELS interop SKIP_RETURN_CODE 77 TIMEOUT 120)
