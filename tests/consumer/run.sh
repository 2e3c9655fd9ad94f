#!/bin/sh
# Installs the build, moves what was installed, and uses it in each of the ways
# that the documentation names.
#   run.sh WORK BUILD SOURCE    with CC, CXX, CFLAGS and CXXFLAGS in the environment
set -eu
work=$1 build=$2 source=$3
here=$source/tests/consumer

rm -rf "$work"
mkdir -p "$work"
cd "$work"

fail() {
    echo "consumer: $*" >&2
    exit 1
}

# Lists the benchmarks of a program, runs one, and looks for it in the table.
check() {
    program=$1 name=$2 other=${3:-}
    "$program" --list > list.txt || fail "$program --list gave $?"
    grep -q "::$name\$" list.txt || fail "$program does not list $name: $(cat list.txt)"
    shift 2
    "$program" --max-time=0.05 --filter="*::$name" > table.txt 2> log.txt ||
        fail "$program gave $?: $(cat table.txt log.txt)"
    grep -q '^Name .*Median' table.txt || fail "$program prints no table: $(cat table.txt)"
    grep -Eq "^$name +[0-9.]+ [num]?s" table.txt || fail "$program has no row for $name: $(cat table.txt)"
    [ -z "$other" ] || ! grep -q "^$other" table.txt || fail "$program ran $other, which was filtered out"
    echo "fine: $program"
}

check_both() {
    check "$1" crc32_of_64_kib deflate_of_64_kib
    check "$1" deflate_of_64_kib crc32_of_64_kib
}

build_with_cmake() {
    folder=$1
    shift
    cmake -S "$here" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release "$@" > "$folder.log" 2>&1 &&
        cmake --build "$folder" >> "$folder.log" 2>&1 || fail "cannot build $folder: $(cat "$folder.log")"
    check_both "$folder/bench_zlib_c"
    check_both "$folder/bench_zlib_cxx"
    [ ! -e "$folder/bench_models" ] || check "$folder/bench_models" selection_of_2_models
}

DESTDIR=$work/stage cmake --install "$build" --prefix /opt/assay > install.log
mv stage/opt/assay moved
for file in $(find moved -name '*.cmake' -o -name '*.pc'); do
    ! grep -n -e "$build" -e "$source" -e "$work" -e /opt/assay "$file" || fail "$file knows where it was made"
done
[ -e moved/bin/assay ] || fail "the program is not installed"
[ "$(moved/bin/assay --version)" = "$(sed -n 's/^Version:/assay/p' moved/lib*/pkgconfig/assay.pc)" ] ||
    fail "program and package differ in their version"

build_with_cmake find_package -DCMAKE_PREFIX_PATH="$work/moved"
moved/bin/assay run --max-time=0.05 find_package/bench_zlib_c find_package/bench_models > table.txt 2> log.txt ||
    fail "the installed program gave $?: $(cat table.txt log.txt)"
echo 'fine: moved/bin/assay'

warnings='-Wall -Wextra -Wpedantic -Wconversion -Werror'
PKG_CONFIG_PATH=$(echo "$work"/moved/lib*/pkgconfig)
# For shared libraries only: the linker's search path does not have this place.
LD_LIBRARY_PATH=$(echo "$work"/moved/lib)
export PKG_CONFIG_PATH LD_LIBRARY_PATH
$CC ${CFLAGS:-} -std=c11 $warnings -O2 "$here/bench_zlib.c" "$here/own_names.c" -o pkg_config_c \
    $(pkg-config --cflags --libs assay zlib)
$CXX ${CXXFLAGS:-} -std=c++17 $warnings -O2 "$here/bench_zlib.cc" -o pkg_config_cxx \
    $(pkg-config --cflags --libs assay zlib)
check_both ./pkg_config_c
check_both ./pkg_config_cxx
if pkg-config --exists tta; then
    $CC ${CFLAGS:-} -std=c11 $warnings -O2 "$here/bench_models.c" -o pkg_config_models \
        $(pkg-config --cflags --libs assay tta)
    check ./pkg_config_models selection_of_2_models
fi

build_with_cmake fetch_content -DASSAY_SOURCE="$source"
