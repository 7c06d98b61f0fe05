#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the RPM package from the release's tarball, checks it, and installs it in a Debian guest.
#
# Debian's rpm has neither the packages that the spec names, nor the macros of a distribution of RPM
# packages: --nodeps and distribution.macros replace them. So this does not show that a distribution
# has packages with these names.
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/packaging/lib.sh
. "$(dirname "$0")/lib.sh"

readonly built=$builddir/tests/packaging/built/rpm
readonly spec=$srcdir/packaging/rpm/minitalk.spec

test_1_the_release_builds_with_rpmbuild() {
    rm -rf "$built"
    mkdir -p "$built"
    rpmbuild -ta --nodeps --load="$srcdir/tests/packaging/distribution.macros" \
        --define="_topdir $built" "$tarball" > "$built/log" 2>&1 ||
        fail "$(tail -n 50 "$built/log")"
    [ "$(find "$built" -name '*.rpm' | wc -l)" -eq 2 ]
    ! grep -A 5 '^RPM build warnings' "$built/log"
}

test_2_the_build_runs_the_unit_tests() {
    grep -qE '^# PASS: +[1-9]' "$built/log"
    grep -qE '^# FAIL: +0$' "$built/log"
}

test_3_rpmlint_reports_nothing() {
    rpmlint --config="$srcdir/tests/packaging/rpmlint.toml" \
        --rpmlintrc="${spec%.spec}.rpmlintrc" "$spec" "$built"/SRPMS/*.rpm "$built"/RPMS/*/*.rpm \
        > said || fail "$(cat said)"
    grep -q ' 0 errors, 0 warnings,' said || fail "$(cat said)"
}

# rpm does not unpack the pidfile, it only removes it.
test_4_only_the_helper_has_another_owner_or_a_special_mode() {
    rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\n]' \
        "$built"/RPMS/*/*.rpm | grep -v ' /run/minitalk.pid$' > files
    grep -v ' root root ' files > left || :
    grep -E '^...([sS]|...[sS]|......[tT])' files > special || :
    echo '-rwsr-xr-x minitalk root /usr/libexec/minitalk/minitalk-send' > right
    diff left right
    diff special right
}

# rpm wants to be told that it is meant to be used on Debian.
guest_rpm() {
    guest rpm --force-debian "$@"
}

# Debian's systemd does not notice new units by itself, as triggers make it do where rpm is at home.
test_5_the_package_installs_and_an_ordinary_user_sends() {
    apt install --no-install-recommends rpm libbsd0
    cp "$built"/RPMS/*/*.rpm "$(about root)/root/minitalk.rpm"
    guest_rpm --install --nodeps /root/minitalk.rpm
    guest systemctl daemon-reload
    guest systemctl start minitalk
    guest systemctl is-enabled minitalk
    expect_service /usr/libexec/minitalk/minitalk-send
    guest_rpm --verify --nodeps minitalk
}

test_6_an_upgrade_restarts_the_daemon() {
    local before
    before=$(main_pid)
    guest_rpm --upgrade --replacepkgs --nodeps /root/minitalk.rpm
    [ "$(main_pid)" != "$before" ]
    expect_service /usr/libexec/minitalk/minitalk-send
}

test_7_erasing_ends_the_daemon_and_leaves_nothing_but_a_changed_configuration() {
    guest sed -i 's/^MINITALKD_OPTIONS=$/&--max-message=100/' "$OPTIONS"
    guest_rpm --erase minitalk
    expect_status 1 guest ps -o args= --user minitalk
    files_of_minitalk > left
    [ "$(cat left)" = "$OPTIONS.rpmsave" ] || fail "$(cat left)"
}

need_commands rpm rpmbuild rpmlint
need_guest
need_release
set -e
start_guest bookworm
set +e
run_tests
