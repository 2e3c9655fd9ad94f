# Tests of what measures: the conversation with a worker, the size of a round.
add_unit_test(assay crew_test LIBRARIES assay LABELS threads)
if(CMAKE_SYSTEM_NAME STREQUAL Linux)
    add_unit_test(assay place_test LIBRARIES assay LABELS threads)
    add_unit_test(assay binary_test LIBRARIES assay)
    target_link_libraries(assay_binary_test PRIVATE ${CMAKE_DL_LIBS})
    target_link_options(assay_binary_test PRIVATE -Wl,--wrap=fopen) # a file that cannot be read
endif()
foreach(name IN ITEMS calibrate_test callgrind_test filter_test group_test interrupt_test listing_test params_test pmu_test profile_test protocol_test reference_test registry_test timer_test
    worker_output_test worker_watch_test)
    add_unit_test(assay ${name} LIBRARIES assay)
endforeach()
