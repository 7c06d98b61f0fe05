# SPDX-License-Identifier: MIT
# lib.sh - helpers of the tests that build the release for other systems, which source this file
# shellcheck shell=bash
# shellcheck disable=SC2119 # functions of the libraries need no arguments

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

# The make that runs the script passes its options on in these variables. They are not for the makes
# that build packages.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# Sets $tarball to the path of the release's tarball, from which package.sh has built its package.
need_release() {
    local -a tarballs=("$package_directory"/minitalk-*.tar.xz)
    tarball=${tarballs[0]}
    [ -f "$tarball" ] || skip_all "no release has been made; run package.sh first"
}

# expect_service HELPER: in the guest, the service runs, HELPER is set-user-ID to the daemon's user,
# and an ordinary user sends a message, which is in the journal.
expect_service() {
    guest systemctl is-active minitalk > said || fail "$(guest systemctl status minitalk)"
    [ "$(guest stat -c '%a %U %G' "$1")" = '4755 minitalk root' ]
    mark
    as alice minitalk-send 'from an ordinary user'
    logged > journal
    echo 'from an ordinary user' | cmp - journal
}

# files_of_minitalk: prints the files and directories of minitalk in the guest.
files_of_minitalk() {
    guest find / -xdev \( -path /var/lib -o -path /root -o -path /opt \) -prune \
        -o -name '*minitalk*' -print
    guest find /run -name '*minitalk*'
}
