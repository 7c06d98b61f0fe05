#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the Debian package twice from the release's tarball, and checks the package.
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# The make that runs this script passes its options on in these variables. They are not for the
# makes below.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# The commit with the first Debian package.
readonly FIRST_PACKAGE=6450039fb4b0c1cf28d738df7ed3bc0d44cb4c8a

need_commands dpkg-buildpackage dh lintian blhc faketime git
[ -d "$srcdir/debian" ] || skip_all "this source has no debian/: build from a checkout"

run_alone

# build_in DIRECTORY: builds the package in DIRECTORY/source. The log is DIRECTORY/log. The command
# in the array 'build_by', if any, executes the build.
build_by=()
build_in() {
    local source=$1/source tarball version
    tarball=$(echo "$package_directory"/minitalk-*.tar.xz)
    version=$(basename "$tarball" .tar.xz)
    version=${version#minitalk-}
    mkdir -p "$source"
    cp "$tarball" "$1/minitalk_$version.orig.tar.xz"
    tar -C "$source" --strip-components=1 -xf "$tarball"
    cp -R "$srcdir/debian" "$source"
    (
        cd "$source"
        "${build_by[@]}" date '+date of the build: %F'
        "${build_by[@]}" dpkg-buildpackage -us -uc
    ) > "$1/log" 2>&1 || fail "$(tail -n 50 "$1/log")"
}

test_1_the_package_builds() {
    rm -rf "$package_directory"
    make -C "$builddir" --silent dist
    mkdir -p "$package_directory"
    mv "$builddir"/minitalk-*.tar.xz "$package_directory"
    build_in "$package_directory/1"
}

# The second build need not run the unit tests again. NO_FAKE_STAT keeps the times of files, so that
# make sees which files are newer.
test_2_a_second_build_in_another_place_on_another_day_has_the_same_bytes() {
    local deb
    (
        umask 077
        export TZ=Pacific/Kiritimati HOME=/nonexistent DEB_BUILD_OPTIONS=nocheck NO_FAKE_STAT=1
        build_by=(faketime -f +400d)
        build_in "$package_directory/elsewhere/2"
    )
    grep -q "^date of the build: $(date --date='400 days' +%Y)" "$package_directory/elsewhere/2/log"
    for deb in "$package_directory"/1/*.deb; do
        cmp "$deb" "$package_directory/elsewhere/2/${deb##*/}"
    done
}

test_3_the_build_runs_the_unit_tests() {
    grep -qE '^# PASS: +[1-9]' "$package_directory/1/log"
    grep -qE '^# FAIL: +0$' "$package_directory/1/log"
}

test_4_lintian_reports_nothing() {
    # --allow-root: a warning about root would not be about the package. The suppressed tag says
    # that an init script is missing, which would be of no use without systemd's journal. An
    # override cannot replace the suppression: later lintians do not know the tag, and report an
    # override of it as an error.
    lintian --pedantic --display-info --allow-root --tag-display-limit 0 \
        --suppress-tags package-supports-alternative-init-but-no-init.d-script \
        "$package_directory"/1/*.changes > said
    [ ! -s said ] || fail "lintian reports: $(cat said)"
}

test_5_the_programs_are_hardened() {
    local program
    dpkg-deb -x "$package_directory"/1/minitalk_*.deb content
    dpkg-deb -x "$package_directory"/1/minitalk-doctor_*.deb content
    for program in content/usr/bin/minitalk-send content/usr/libexec/minitalk/minitalk-send \
        content/usr/sbin/minitalkd content/usr/bin/minitalk-doctor; do
        readelf --wide --file-header --program-headers --dynamic "$program" > elf
        grep -q 'Type: *DYN' elf
        grep -q 'GNU_RELRO' elf
        grep -q 'FLAGS.*NOW' elf
        readelf --wide --dyn-syms "$program" | grep -q '_chk@GLIBC'
    done
    blhc --bindnow "$package_directory/1/log"
}

# So security updates of libc reach the sender without a new build of the package. Each library more
# would take a part of the time of a short message.
test_6_the_sender_loads_libc_and_no_other_library() {
    dpkg-deb -x "$package_directory"/1/minitalk_*.deb content
    for program in content/usr/bin/minitalk-send content/usr/libexec/minitalk/minitalk-send; do
        readelf --wide --dynamic "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' > needed
        [ "$(cat needed)" = libc.so.6 ] || fail "$program needs: $(cat needed)"
    done
}

test_7_nothing_is_set_user_id_before_the_user_exists() {
    dpkg-deb -c "$package_directory"/1/minitalk_*.deb > content
    dpkg-deb -c "$package_directory"/1/minitalk-doctor_*.deb >> content
    [ -s content ]
    expect_status 1 grep -E '^-..[sS]|^-.....[sS]' content
    expect_status 1 grep -v ' root/root ' content
    # The two files of minitalk-send get different owners, so they are not links to one file.
    expect_status 1 grep '^h' content
}

test_8_completions_are_where_shells_look_for_them() {
    local share=./usr/share
    dpkg-deb -c "$package_directory"/1/minitalk_*.deb > content
    grep -q " $share/bash-completion/completions/minitalk-send$" content
    grep -q " $share/bash-completion/completions/minitalkd -> minitalk-send$" content
    grep -q " $share/zsh/vendor-completions/_minitalk$" content
    grep -q " $share/fish/vendor_completions.d/minitalk-send.fish$" content
    grep -q " $share/fish/vendor_completions.d/minitalkd.fish$" content
    dpkg-deb -c "$package_directory"/1/minitalk-doctor_*.deb > content
    grep -q " $share/bash-completion/completions/minitalk-doctor$" content
    grep -q " $share/zsh/vendor-completions/_minitalk-doctor$" content
    grep -q " $share/fish/vendor_completions.d/minitalk-doctor.fish$" content
}

# The system tests upgrade from this package. Its version is made lower: it is the same as now.
test_9_the_first_package_builds_from_the_history() {
    local place=$package_directory/first
    git -C "$srcdir" cat-file -e "$FIRST_PACKAGE^{commit}" 2> /dev/null ||
        skip "this source is no checkout with all commits, so it has no commit of the first package"
    mkdir -p "$place/source"
    git -C "$srcdir" archive "$FIRST_PACKAGE" | tar -x -C "$place/source"
    sed -i '1s/)/~first)/' "$place/source/debian/changelog"
    (cd "$place/source" && DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -us -uc -b) \
        > "$place/log" 2>&1 || fail "$(tail -n 50 "$place/log")"
}

run_tests
