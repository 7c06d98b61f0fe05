#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the package from source and sends a message on a fresh Debian 13, as README tells. Then
# runs the package's own tests and lintian.
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

readonly SOURCE=/home/alice/minitalk

# Unpacks the source into alice's home. dpkg-buildpackage leaves its packages there, beside the
# source.
unpack_source() {
    dpkg-source --extract "$package_directory"/1/minitalk_*.dsc "$(about root)$SOURCE"
    guest chown -R alice: "$SOURCE"
}

# Boots a guest in which the ordinary user alice may become root, and has the source.
start_person() {
    start_guest trixie
    apt install sudo
    guest usermod --append --groups sudo,systemd-journal alice
    echo '%sudo ALL=(ALL) NOPASSWD: ALL' | guest tee /etc/sudoers.d/sudo > /dev/null
    unpack_source
}

# follow_as_person HEAD: runs the commands below the line of README that begins with HEAD, as alice,
# and answers yes to every question.
follow_as_person() {
    yes | as alice env HOME=/home/alice sh -ec "cd $SOURCE; $(recipe README.md "$1")"
}

test_1_the_package_is_built_and_installed() {
    follow_as_person 'As a Debian package, on Debian 12 or 13:' > said 2>&1 || fail "$(cat said)"
    grep -q 'Active: active (running)' said
}

test_2_a_message_can_be_sent_and_read() {
    mark
    follow_as_person 'Send a message and read it:' > said
    grep -q 'minitalk\[[0-9]*\]: msg$' said || fail "$(cat said)"
    logged > journal
    echo msg | cmp - journal
}

# One of the package's tests demands a container. autopkgtest's null runner does not know that it
# runs in one, so this restriction is ignored. The unshare runner has no systemd as PID 1.
test_3_the_tests_of_the_package_pass() {
    local test
    apt install --no-install-recommends autopkgtest
    guest sh -c "autopkgtest --no-built-binaries --ignore-restrictions=isolation-container \
        $SOURCE $SOURCE/../*.deb -- null" > said 2>&1 || fail "$(cat said)"
    sed -n 's/^Tests: //p' "$srcdir/debian/tests/control" > tests
    [ -s tests ]
    while read -r test; do
        grep -q "^$test  *PASS" said || fail "$(cat said)"
    done < tests
}

test_4_lintian_of_debian_13_reports_nothing() {
    apt install --no-install-recommends lintian
    guest sh -c "lintian --pedantic --display-info --allow-root --tag-display-limit 0 \
        $SOURCE/../*.changes" > said 2>&1 || fail "$(cat said)"
    [ ! -s said ] || fail "$(cat said)"
}

need_guest
need_commands dpkg-source
need_package
set -e
start_person
set +e
run_tests
