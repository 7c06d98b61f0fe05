#!/bin/bash
# SPDX-License-Identifier: MIT
# The oldest glibc, libsystemd and libbsd that configure accepts have all that the programs call.
# The linker gives each symbol the version of the library in which it appeared. So a build on this
# system shows what the programs need of older ones.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/../integration/lib.sh"

# The make that runs this script passes its options on in these variables. They are not for the make
# below.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

readonly built=$builddir/tests/packaging/built/oldest-libraries

# oldest LIBRARY: prints the version that configure demands.
oldest() {
    case $1 in
    GLIBC) sed -n 's/^MINITALK_REQUIRE_GLIBC(\[\(.*\)\], \[\(.*\)\])$/\1.\2/p' ;;
    LIBSYSTEMD) sed -n 's/^PKG_CHECK_MODULES(\[SYSTEMD\], \[libsystemd >= \(.*\)\])$/\1/p' ;;
    LIBBSD) sed -n 's/^PKG_CHECK_MODULES(\[LIBBSD\], \[libbsd >= \(.*\)\])$/\1/p' ;;
    esac < "$srcdir/configure.ac" | grep .
}

# needed LIBRARY: prints the newest version of a symbol of this library that the programs need.
needed() {
    objdump --dynamic-syms "$built"/minitalk{d,-send,-doctor} > symbols
    sed -n "s/.*\*UND\*.*($1_\([0-9.]*\)).*/\1/p" symbols | sort --version-sort | tail -n 1 | grep .
}

# Without sys/pidfd.h, as with a glibc before 2.36, the programs bring the functions of that header.
test_1_the_programs_are_built_without_the_header_of_a_newer_glibc() {
    rm -rf "$built"
    mkdir -p "$built"
    (cd "$built" && "$srcdir/configure" --quiet ac_cv_header_sys_pidfd_h=no) > said 2>&1 ||
        fail "$(cat said)"
    make -C "$built" --silent > said 2>&1 || fail "$(cat said)"
}

test_2_they_need_nothing_newer_than_the_oldest_libraries() {
    local library needed oldest too_new=0
    for library in GLIBC LIBSYSTEMD LIBBSD; do
        needed=$(needed "$library")
        oldest=$(oldest "$library")
        echo "# $library: the programs need $needed, configure accepts $oldest"
        printf '%s\n' "$needed" "$oldest" | sort --check=quiet --version-sort || {
            grep -F "(${library}_$needed)" symbols
            too_new=1
        }
    done
    [ "$too_new" -eq 0 ] || fail 'these symbols are too new'
}

test_3_they_send_and_receive() {
    minitalkd=$built/minitalkd
    minitalk_send=$built/minitalk-send
    start_daemon
    send 'with the oldest libraries'
    send --wide 'in blocks'
    expect_received 'with the oldest libraries' 'in blocks'
    stop_daemon
}

# The headers here claim to be those of the version before the oldest.
test_4_configure_refuses_an_older_glibc() {
    local version
    version=$(oldest GLIBC)
    cat > features.h << END
#include_next <features.h>
#undef __GLIBC_PREREQ
#define __GLIBC_PREREQ(major, minor) \\
    ((${version%.*} << 16) + ${version#*.} - 1 >= ((major) << 16) + (minor))
END
    expect_status 1 "$srcdir/configure" --quiet CPPFLAGS="-I$PWD"
    grep -qF "error: glibc is older than $version; build on a newer system" stderr ||
        fail "$(cat stderr)"
}

test_5_readme_names_the_oldest_libraries() {
    local libraries
    libraries="libsystemd ($(oldest LIBSYSTEMD)), libbsd ($(oldest LIBBSD)), glibc $(oldest GLIBC),"
    tr '\n' ' ' < "$srcdir/README.md" | grep -F "$libraries" > said || fail "not there: $libraries"
}

[ ! -e "$srcdir/config.status" ] || skip_all 'the source tree has a build, so there can be no other'
run_tests
