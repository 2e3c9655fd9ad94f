# assay_seal(OBJECT NAME LIBRARY...): links the objects of object libraries into
# one object file, its path in OBJECT, in which only what is exported keeps an
# external name.  A static library made of it clashes with no function of a
# user's program, and two such libraries may contain the same helpers.  In a
# shared library the linker does the same by itself.
function(assay_seal out_object name)
    set(parts "")
    foreach(library IN LISTS ARGN)
        list(APPEND parts $<TARGET_OBJECTS:${library}>)
    endforeach()
    if(BUILD_SHARED_LIBS)
        set(${out_object} ${parts} PARENT_SCOPE)
        return()
    endif()
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
    # Which machine to link for; other flags (--coverage) would add their libraries here.
    separate_arguments(flags NATIVE_COMMAND "${CMAKE_C_FLAGS}")
    list(FILTER flags INCLUDE REGEX "^(-m|--target=)")
    add_custom_command(OUTPUT ${object}
        COMMAND ${CMAKE_C_COMPILER} ${flags} -r -nostdlib -o ${object} ${parts}
        COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${object}
        DEPENDS ${parts}
        COMMENT "Sealing ${name}"
        COMMAND_EXPAND_LISTS VERBATIM
    )
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    set(${out_object} ${object} PARENT_SCOPE)
endfunction()
