# Tests of the project as a whole: what users build against, and the rules that
# the sources keep.
set(cxx ${CMAKE_CXX_COMPILER})
if(NOT cxx)
    set(cxx c++)
endif()
set(tools ${PROJECT_SOURCE_DIR}/tools)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# A user's program would need the sanitizer too.
if(NOT ASSAY_SANITIZE)
    add_test(NAME consumer
        COMMAND ${CMAKE_COMMAND} -E env
            CC=${CMAKE_C_COMPILER} CXX=${cxx} CFLAGS=${CMAKE_C_FLAGS} CXXFLAGS=${CMAKE_C_FLAGS}
            ${CMAKE_CURRENT_SOURCE_DIR}/consumer/run.sh
            ${CMAKE_CURRENT_BINARY_DIR}/consumer ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}
    )
    set_tests_properties(consumer PROPERTIES LABELS consumer TIMEOUT 300)
endif()

add_test(NAME assembly
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/assembly/check.py ${PROJECT_SOURCE_DIR}/include
)
set_tests_properties(assembly PROPERTIES LABELS assembly SKIP_RETURN_CODE 77)
add_test(NAME assembly.next
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/assembly/next.py ${PROJECT_SOURCE_DIR}
)
set_tests_properties(assembly.next PROPERTIES LABELS assembly SKIP_RETURN_CODE 77)
add_test(NAME assembly.heap_padding
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/assembly/heap_padding.sh ${PROJECT_SOURCE_DIR}
)
set_tests_properties(assembly.heap_padding PROPERTIES LABELS assembly)

set(libraries $<TARGET_FILE:assay>)
if(ASSAY_TTA)
    list(APPEND libraries $<TARGET_FILE:tta>)
endif()
add_test(NAME check.symbols COMMAND ${tools}/check-symbols.sh ${libraries})
add_test(NAME check.headers COMMAND ${tools}/check-headers.sh ${CMAKE_C_COMPILER} ${cxx})
add_test(NAME check.layers COMMAND ${Python3_EXECUTABLE} -B ${tools}/check-layers.py)
add_test(NAME check.text COMMAND ${tools}/check-text.sh)
set_tests_properties(check.symbols check.headers check.layers check.text PROPERTIES LABELS check)
