#!/bin/bash
# SPDX-License-Identifier: MIT
# Where Check is not installed, configure prepares a build of the programs without the unit tests.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/../integration/lib.sh"

# The make that runs this script passes its options on in these variables. They are not for the make
# below.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

readonly built=$builddir/tests/packaging/built/without-check

# hide_check: pkg-config finds copies of all descriptions of libraries but that of Check, in ./pc.
hide_check() {
    local directory
    local -a directories
    IFS=: read -ra directories < <(pkg-config --variable pc_path pkg-config)
    mkdir pc
    for directory in "${directories[@]}"; do
        [ ! -d "$directory" ] || cp --no-clobber "$directory"/*.pc pc 2> /dev/null || :
    done
    rm -f pc/check.pc
    export PKG_CONFIG_LIBDIR=$PWD/pc
}

test_1_configure_warns_and_the_programs_are_built() {
    hide_check
    rm -rf "$built"
    mkdir -p "$built"
    (cd "$built" && "$srcdir/configure" --quiet CFLAGS=-O0) 2> warnings || fail "$(cat warnings)"
    grep -q "WARNING: check 0.15 is not installed, so 'make check' skips the unit tests" warnings
    make -C "$built" --silent > said 2>&1 || fail "$(cat said)"
}

test_2_the_programs_send_and_receive() {
    minitalkd=$built/minitalkd
    minitalk_send=$built/minitalk-send
    start_daemon
    send 'built without Check'
    expect_received 'built without Check'
    stop_daemon
}

test_3_make_check_skips_the_unit_tests_with_a_line() {
    # shellcheck disable=SC2016 # make expands it
    make -C "$built" check 'TESTS=$(UNIT_TESTS)' > said 2>&1 || fail "$(cat said)"
    [ "$(grep -c '^SKIP: ' said)" -eq 1 ]
    grep -qE '^# PASS: +0$' said
    grep -qx 'unit tests: skipped altogether: check 0.15 is not installed' "$built"/tests/unit/*.log
}

[ ! -e "$srcdir/config.status" ] || skip_all 'the source tree has a build, so there can be no other'
run_tests
