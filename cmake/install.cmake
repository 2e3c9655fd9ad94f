# What `cmake --install` lays down.  The tree can be moved afterwards: nothing in
# it names the place where it was built or first installed.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/assay)
file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
file(RELATIVE_PATH bin_to_lib ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})

# NAME-targets.cmake with NAME::NAME, and NAME.pc.
function(install_library name)
    install(TARGETS ${name} EXPORT ${name}-targets FILE_SET HEADERS INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT ${name}-targets NAMESPACE ${name}:: DESTINATION ${package_dir})
    configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# What a library needs a program must link too if the library is static; a
# shared one brings it along.
set(pc_private "")
if(BUILD_SHARED_LIBS)
    set(pc_private .private)
endif()
install_library(assay)
set(tta_modules "")
if(ASSAY_TTA)
    install_library(tta)
    set(tta_modules jansson libcurl libsodium sqlite3)
endif()
list(JOIN tta_modules " " tta_modules)

configure_package_config_file(cmake/assay-config.cmake.in assay-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(assay-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/assay-config.cmake ${PROJECT_BINARY_DIR}/assay-config-version.cmake
    DESTINATION ${package_dir}
)

foreach(program IN ITEMS assay_program tta_program)
    if(TARGET ${program})
        set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
        install(TARGETS ${program})
    endif()
endforeach()
if(TARGET tta_program)
    # Where systemd looks below any prefix that it knows; the unit names no folder of the program.
    install(FILES cmake/tta.service DESTINATION lib/systemd/system)
    install(FILES docs/man/tta.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
    if(NOT CMAKE_CROSSCOMPILING)
        install(FILES ${PROJECT_BINARY_DIR}/completion_bash
            DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME tta
        )
        install(FILES ${PROJECT_BINARY_DIR}/completion_zsh
            DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _tta
        )
    endif()
endif()
