#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the package on Debian unstable, and checks it with lintian of unstable.
# 'make check-unstable' runs this script. make check does not: unstable changes every day.
# shellcheck disable=SC2119 # these functions need no arguments
# The build of the package and the packages that it needs take minutes.
: "${TIME_LIMIT:=900}"
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

readonly SOURCE=/root/minitalk

# What unstable recommends and Debian 12 does not know: version 5 of debian/watch, level 14 of
# debhelper, and the present policy. What Debian 12 still needs: two fields that are now defaults.
# The upstream's metadata would be its addresses, and the project has none.
readonly suppressed=older-debian-watch-file-standard,package-uses-old-debhelper-compat-version,\
out-of-date-standards-version,redundant-priority-optional-field,\
redundant-rules-requires-root-no-field,upstream-metadata-file-is-missing

# in_tree [OPTION…] COMMAND…: executes the command in the tree of unstable, with the host's network.
in_tree() {
    systemd-nspawn --quiet --pipe --register=no --keep-unit --directory="$(about root)" \
        --setenv=DEBIAN_FRONTEND=noninteractive "$@"
}

# The list of unstable's packages is valid for a week. A mirror may be older than that, and is good
# enough for this.
make_unstable() {
    mkdir -p "$(about root)"
    mmdebstrap --quiet --variant=apt --skip=cleanup/apt/lists --include=build-essential,lintian \
        --aptopt='Acquire::Check-Valid-Until "false"' sid "$(about root)" >&2
    dpkg-source --extract "$package_directory"/1/minitalk_*.dsc "$(about root)$SOURCE"
    cp "$package_directory"/1/*.orig.tar.xz "$(about root)/root"
}

test_1_the_package_builds_on_unstable() {
    in_tree apt-get -qq -y build-dep "$SOURCE" > said 2>&1 || fail "$(tail -n 50 said)"
    in_tree --chdir="$SOURCE" dpkg-buildpackage -us -uc > said 2>&1 || fail "$(tail -n 50 said)"
    grep -qE '^# FAIL: +0$' said
}

test_2_lintian_of_unstable_reports_nothing() {
    in_tree sh -c "lintian --pedantic --display-info --allow-root --tag-display-limit 0 \
        --suppress-tags $suppressed /root/*.changes > /root/said 2>&1" ||
        fail "$(cat "$(about root)/root/said")"
    [ ! -s "$(about root)/root/said" ] || fail "$(cat "$(about root)/root/said")"
}

need_guest
need_commands dpkg-source
need_package
set -e
make_unstable
set +e
run_tests
