# How our own code is compiled.  Linked PRIVATE and in the build tree only, so
# that nobody who uses the libraries compiles with our warnings.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
if(ASSAY_TTA)
    pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
endif()

add_library(settings INTERFACE)
target_compile_features(settings INTERFACE c_std_11)
target_compile_definitions(settings INTERFACE _POSIX_C_SOURCE=200809L)
target_include_directories(settings INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
target_compile_options(settings INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Wvla -Wformat=2 -Wswitch-enum -Wredundant-decls
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    -fno-lto # or sealing, which reads machine code, would find none
)
# A function keeps its place within a cache line when others before it grow: what
# is measured must not change by a fifth because something else was linked in.
target_compile_options(settings INTERFACE $<$<NOT:$<CONFIG:Debug>>:-falign-functions=64>)
# Debian 12's valgrind does not read what clang writes by default.
target_compile_options(settings INTERFACE $<$<AND:$<CONFIG:Debug>,$<C_COMPILER_ID:Clang>>:-gdwarf-4>)
if(ASSAY_SANITIZE)
    target_compile_options(settings INTERFACE -fsanitize=${ASSAY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(settings INTERFACE -fsanitize=${ASSAY_SANITIZE})
endif()

set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
