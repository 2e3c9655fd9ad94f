# Tests of the gateway: its parts, and a real one between clients and scripted providers, all on loopback.
foreach(name IN ITEMS alerts live operations page tls)
    add_test(NAME gateway.${name}
        COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/gateway/${name}_test.py $<TARGET_FILE:tta_program>
    )
    set_tests_properties(gateway.${name} PROPERTIES LABELS gateway TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
# What the unit leaves open to a service that was taken over, from 0 to 10: systemd calls up to 2 "OK".
find_program(SYSTEMD_ANALYZE systemd-analyze)
if(SYSTEMD_ANALYZE)
    add_test(NAME gateway.systemd_unit
        COMMAND ${SYSTEMD_ANALYZE} security --offline=true --threshold=20 --no-pager
                ${PROJECT_SOURCE_DIR}/cmake/tta.service
    )
    set_tests_properties(gateway.systemd_unit PROPERTIES LABELS gateway TIMEOUT 120)
endif()
foreach(name IN ITEMS allowance_test budget_test events_test fields_test origin_test query_test request_test trace_test)
    add_unit_test(gateway ${name} LIBRARIES tta_program_testing)
endforeach()
foreach(name IN ITEMS translate_answer_test translate_request_test translate_stream_test)
    add_unit_test(gateway ${name} LIBRARIES tta_program_testing ALLOC_FAULTS)
endforeach()
# A test of a gateway between scripted providers and a client.
function(add_world_test test_name program file)
    add_executable(${program} gateway/${file}.c gateway/gateway_world.c)
    target_link_libraries(${program} PRIVATE
        settings tta_program_testing loopback_server PkgConfig::CMOCKA Threads::Threads
    )
    add_test(NAME ${test_name} COMMAND ${program})
    set_tests_properties(${test_name} PROPERTIES LABELS "gateway;threads" TIMEOUT 120)
endfunction()
add_world_test(gateway gateway_test gateway_test)
add_world_test(gateway_words gateway_words_test words_test)
foreach(name IN ITEMS clients drain hostile management memory metrics openapi overview secrets slow usage)
    add_world_test(gateway.${name} gateway_${name}_test ${name}_test)
endforeach()
target_compile_definitions(gateway_openapi_test PRIVATE OPENAPI_PATH="${PROJECT_SOURCE_DIR}/docs/openapi.json")
add_test(NAME gateway.openai_client
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/gateway/openai_client_test.py
            $<TARGET_FILE:tta_program> ${CMAKE_CURRENT_BINARY_DIR}/openai_client
)
set_tests_properties(gateway.openai_client PROPERTIES LABELS gateway TIMEOUT 300 SKIP_RETURN_CODE 77)
