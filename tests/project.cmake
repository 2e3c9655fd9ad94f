# Tests of the project as a whole: what users build against, and the rules that
# the sources keep.
if(NOT ASSAY_SANITIZE)
    set(cxx ${CMAKE_CXX_COMPILER})
    if(NOT cxx)
        set(cxx c++)
    endif()
    add_test(NAME consumer
        COMMAND ${CMAKE_COMMAND} -E env
            CC=${CMAKE_C_COMPILER} CXX=${cxx} CFLAGS=${CMAKE_C_FLAGS} CXXFLAGS=${CMAKE_C_FLAGS}
            ${CMAKE_CURRENT_SOURCE_DIR}/consumer/run.sh
            ${CMAKE_CURRENT_BINARY_DIR}/consumer ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR}
    )
    set_tests_properties(consumer PROPERTIES LABELS consumer TIMEOUT 300)
endif()

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME assembly
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/assembly/check.py ${PROJECT_SOURCE_DIR}/include
)
set_tests_properties(assembly PROPERTIES LABELS assembly SKIP_RETURN_CODE 77)
