#!/bin/bash
# SPDX-License-Identifier: MIT
# piuparts installs and purges the package on Debian 12, without systemd as PID 1, and finds nothing
# left.
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# The package is in no archive, so there is no archive to upgrade it from.
test_piuparts_reports_nothing() {
    mkdir -p "$guests/piuparts"
    piuparts --no-eatmydata --distribution=bookworm --existing-chroot="$(about root)" \
        --mirror='http://deb.debian.org/debian main' --scriptsdir=/etc/piuparts/scripts \
        --no-upgrade-test --tmpdir="$guests/piuparts" "$package" > said 2>&1 ||
        fail "$(grep -A 5 ERROR said)"
    grep -q 'PASS: Installation and purging test' said
    ! grep -E '[0-9]s (WARN|ERROR|FAIL): ' said
}

need_commands piuparts
need_guest
need_package
make_tree bookworm
mkdir -p "$(about root)"
tar -C "$(about root)" --numeric-owner -xpf "$workplace/bookworm.tar"
run_tests
