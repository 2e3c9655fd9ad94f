# Tests of the gateway: its parts, and a real one between clients and scripted providers, all on loopback.
foreach(name IN ITEMS events_test fields_test request_test)
    add_unit_test(gateway ${name} LIBRARIES tta_program_testing)
endforeach()
add_executable(gateway_test gateway/gateway_test.c gateway/gateway_world.c)
target_link_libraries(gateway_test PRIVATE settings tta_program_testing loopback_server PkgConfig::CMOCKA Threads::Threads)
add_test(NAME gateway COMMAND gateway_test)
set_tests_properties(gateway PROPERTIES LABELS "gateway;threads" TIMEOUT 120)
