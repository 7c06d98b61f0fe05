#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the package of Arch Linux from the release's tarball, and installs it in a Debian guest.
#
# Debian's makepkg and pacman have none of the packages that the PKGBUILD names: --nodeps ignores
# them. So this does not show that Arch Linux has packages with these names. Debian does not have
# namcap(1).
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/packaging/lib.sh
. "$(dirname "$0")/lib.sh"

readonly built=$builddir/tests/packaging/built/arch

# makepkg refuses to run as root.
as_builder() {
    setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups env HOME="$PWD" "$@"
}

test_1_shells_accept_the_recipe() {
    bash -n "$srcdir/packaging/arch/PKGBUILD"
    bash -n "$srcdir/packaging/arch/minitalk.install"
    shellcheck "$srcdir"/packaging/arch/*
}

test_2_the_release_builds_with_makepkg() {
    rm -rf "$built"
    mkdir -p "$built"
    cp "$srcdir"/packaging/arch/* "$tarball" .
    chown -R "$USER_A:$USER_A" .
    as_builder makepkg --nodeps > "$built/log" 2>&1 || fail "$(tail -n 50 "$built/log")"
    cp minitalk-*.pkg.tar* "$built"
}

test_3_the_build_runs_the_unit_tests() {
    grep -qE '^# PASS: +[1-9]' "$built/log"
    grep -qE '^# FAIL: +0$' "$built/log"
}

guest_pacman() {
    guest pacman --noconfirm --nodeps --nodeps "$@" > said 2>&1 || fail "$(cat said)"
}

test_4_the_package_installs_and_an_ordinary_user_sends() {
    apt install --no-install-recommends pacman-package-manager libbsd0
    cp "$built"/minitalk-*.pkg.tar* "$(about root)/root/minitalk.pkg"
    guest_pacman --upgrade /root/minitalk.pkg
    guest systemctl daemon-reload
    guest systemctl enable --quiet --now minitalk
    expect_service /usr/lib/minitalk/minitalk-send
    guest pacman --query --check minitalk
}

test_5_an_upgrade_lends_the_helper_again() {
    guest_pacman --upgrade /root/minitalk.pkg
    expect_service /usr/lib/minitalk/minitalk-send
}

test_6_removing_leaves_nothing_but_a_changed_configuration() {
    guest sed -i 's/^MINITALKD_OPTIONS=$/&--max-message=100/' "$OPTIONS"
    guest systemctl disable --quiet --now minitalk
    guest_pacman --remove minitalk
    files_of_minitalk > left
    [ "$(cat left)" = "$OPTIONS.pacsave" ] || fail "$(cat left)"
}

need_commands makepkg bsdtar fakeroot setpriv shellcheck
need_guest
need_release
set -e
start_guest bookworm
set +e
run_tests
