#!/bin/bash
# SPDX-License-Identifier: MIT
# From the source to a message on a fresh Debian 13, as README tells; and the package's own tests.
# shellcheck disable=SC2119 # nothing has to be added
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

readonly SOURCE=/home/alice/minitalk

# Beside its package, so that what is built goes there, too.
unpack_source() {
    dpkg-source --extract "$package_directory"/1/minitalk_*.dsc "$(about root)$SOURCE"
    guest chown -R alice: "$SOURCE"
}

# A person who may become root.
start_person() {
    start_guest trixie
    apt install sudo
    guest usermod --append --groups sudo,systemd-journal alice
    echo '%sudo ALL=(ALL) NOPASSWD: ALL' | guest tee /etc/sudoers.d/sudo > /dev/null
    unpack_source
}

# follow_as_person HEAD: does what README tells, and says yes to every question.
follow_as_person() {
    yes | as alice env HOME=/home/alice sh -ec "cd $SOURCE; $(recipe README.md "$1")"
}

test_1_the_package_is_built_and_installed() {
    follow_as_person 'As a Debian package, on Debian 12 or 13:' > said 2>&1 || fail "$(cat said)"
    grep -q 'Active: active (running)' said
}

test_2_a_message_can_be_sent_and_read() {
    mark
    follow_as_person 'root, so that upgrades keep it. Then' > said
    grep -q 'minitalk\[[0-9]*\]: msg$' said || fail "$(cat said)"
    logged > journal
    echo msg | cmp - journal
}

# The null runner does not know that it is in a container.
test_3_its_own_tests_pass() {
    apt install --no-install-recommends autopkgtest
    guest sh -c "autopkgtest --no-built-binaries --ignore-restrictions=isolation-container \
        $SOURCE $SOURCE/../*.deb -- null" > said 2>&1 || fail "$(cat said)"
    grep -q '^send  *PASS' said || fail "$(cat said)"
}

test_4_its_lintian_has_nothing_to_say() {
    apt install --no-install-recommends lintian
    guest sh -c "lintian --pedantic --display-info --allow-root --tag-display-limit 0 \
        $SOURCE/../*.changes" > said 2>&1 || fail "$(cat said)"
    [ ! -s said ] || fail "$(cat said)"
}

need_guest
need_commands dpkg-source
package > /dev/null
set -e
start_person
set +e
run_tests
