# Tests of TTA Model Management.
foreach(name IN ITEMS date_test key_answer_test key_form_test key_request_test model_test provider_test refresh_test status_test)
    add_unit_test(tta ${name} LIBRARIES tta)
endforeach()
add_unit_test(tta catalogue_test LIBRARIES tta ALLOC_FAULTS)
foreach(name IN ITEMS diff_test explanation_test listing_test merge_test store_test tradeoff_test)
    add_unit_test(tta ${name} LIBRARIES tta ALLOC_FAULTS)
endforeach()
add_unit_test(tta current_test LIBRARIES tta LABELS threads ALLOC_FAULTS)
add_unit_test(tta selection_test LIBRARIES tta ALLOC_FAULTS)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_executable(compat_order_dump unit/tta/compat_order_dump.c)
target_link_libraries(compat_order_dump PRIVATE settings tta_testing PkgConfig::JANSSON)
add_test(NAME tta.compat_order
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/oracle/compat_order_test.py
            $<TARGET_FILE:compat_order_dump> ${CMAKE_CURRENT_SOURCE_DIR}/data
)
set_tests_properties(tta.compat_order PROPERTIES LABELS "unit" TIMEOUT 120)
add_unit_test(tta metric_totals_test LIBRARIES tta ALLOC_FAULTS)
add_unit_test(tta metrics_test LIBRARIES tta LABELS threads ALLOC_FAULTS)
add_unit_test(tta fallback_test LIBRARIES tta LABELS threads ALLOC_FAULTS)

add_unit_test(tta key_cache_test LIBRARIES tta ALLOC_FAULTS)
add_unit_test(tta secret_test LIBRARIES tta)
target_link_options(tta_secret_test PRIVATE -Wl,--wrap=sodium_malloc)
add_library(loopback_server STATIC loopback_server.c)
target_link_libraries(loopback_server PRIVATE settings Threads::Threads)
target_include_directories(loopback_server INTERFACE ${CMAKE_CURRENT_SOURCE_DIR})
add_unit_test(tta keys_test LIBRARIES tta loopback_server LABELS threads ALLOC_FAULTS)
