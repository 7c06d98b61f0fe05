#!/bin/bash
# SPDX-License-Identifier: MIT
# The package, built for another architecture with Debian's cross compilers, and run by qemu-user.
#
#   architectures.sh [ARCHITECTURE:RELEASE]   what to build, and on which release (i386:bookworm)
#
# 'make check-architectures' runs this script for each architecture. This takes long, and needs
# several GB. riscv64 is part of Debian 13 and later, and so is armhf with 64-bit time.
#
# qemu-user translates system calls. It carries si_pid, si_code and si_value of signals, but not
# si_errno, which has the number of a block. So bits are tested, and --wide only between programs
# that this machine runs by itself.
# shellcheck source=tests/system/lib.sh
# shellcheck disable=SC2119,SC2154 # lib.sh sets its variables, and needs no arguments here
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/foreign.sh
. "$(dirname "$0")/foreign.sh"

architecture=${1-i386:bookworm}
arch=${architecture%%:*} release=${architecture#*:}
readonly ARCHITECTURES=(arm64 armhf i386 ppc64el riscv64 s390x) RELEASES=(bookworm trixie)
tree=$workplace/cross.$release source=/build/$arch/source
# The first test may have to make the tree.
TIME_LIMIT=3600
readonly PACKAGES=build-essential,debhelper,fakeroot,lintian,passwd,pkgconf

# Unit tests that qemu-user cannot run, as extended regular expressions. It loses the number of a
# block. It needs memory itself where a test forbids all of it. /proc/PID/status shows its own
# handlers, which it has for each signal that would end the process.
readonly beyond_qemu='each_block_arrives_whole_on_its_lane|reading_needs_no_memory|'\
'pending_blocked_and_caught_signals_are_told_apart|'\
'signals_of_the_process_and_of_the_thread_are_pending|'\
'a_handler_for_a_signal_that_ends_a_process_is_seen'

# ---- arguments ----

check_arguments() {
    local form='write ARCHITECTURE:RELEASE, such as i386:bookworm'
    [ $# -le 1 ] || wrong_use "unknown argument '$2'; $form"
    [[ $architecture = *:* ]] || wrong_use "'$architecture' has no release; $form"
    is_among "$arch" "${ARCHITECTURES[@]}" ||
        wrong_use "unknown architecture '$arch'; the architectures are ${ARCHITECTURES[*]}"
    is_among "$release" "${RELEASES[@]}" ||
        wrong_use "unknown release '$release'; the releases are ${RELEASES[*]}"
    [ "$architecture" != riscv64:bookworm ] ||
        wrong_use 'bookworm has no riscv64; write riscv64:trixie'
}

# ---- a tree with the cross compilers ----

# in_tree COMMAND…: runs the command in the tree, with a /proc of its own. Everything that it has
# started ends with it.
in_tree() {
    # shellcheck disable=SC2016 # that shell expands it
    unshare --mount --pid --fork --kill-child sh -ec '
        mount --make-rprivate /
        mount -t proc proc "$0/proc"
        mount -t tmpfs tmpfs "$0/tmp"
        mkdir -p "$0/dev/pts"
        mount -t devpts -o newinstance,ptmxmode=666 devpts "$0/dev/pts"
        exec chroot "$0" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive "$@"' "$tree" "$@"
}

# make_cross_tree: makes the tree, unless an earlier run has, and adds the architecture.
make_cross_tree() {
    local emulator=qemu-user
    [ "$release" != bookworm ] || emulator=qemu-user-static
    [ -d "$tree" ] || mmdebstrap --quiet --variant=apt --include="$PACKAGES,$emulator" \
        "$release" "$tree" "deb $MIRROR $release main" >&2
    in_tree dpkg --add-architecture "$arch"
    in_tree apt-get -qq update
}

# ---- the package ----

# unpack_release: unpacks the tarball of the release and debian/ in the tree, at $source.
unpack_release() {
    local tarball version
    tarball=$(echo "$package_directory"/minitalk-*.tar.xz)
    version=$(basename "$tarball" .tar.xz)
    version=${version#minitalk-}
    rm -rf "${tree:?}/build/$arch"
    mkdir -p "$tree$source"
    cp "$tarball" "$tree/build/$arch/minitalk_$version.orig.tar.xz"
    tar -C "$tree$source" --strip-components=1 -xf "$tarball"
    cp -R "$srcdir/debian" "$tree$source"
}

build_package() {
    unpack_release
    # shellcheck disable=SC2016 # that shell expands it
    in_tree sh -ec 'cd "$1"
        apt-get -qq -y --no-install-recommends install "crossbuild-essential-$0"
        apt-get -qq -y --no-install-recommends -a "$0" build-dep ./
        DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -us -uc -b -a"$0" -Pcross
        make check TESTS=' "$arch" "$source"
}

test_1_the_package_builds() {
    make_cross_tree
    build_package > log 2>&1 || fail "$(tail -n 30 log)"
    echo "# $(readelf --file-header "$tree$source/minitalkd" |
        sed -n 's/^ *\(Class\|Data\|Machine\): */\1 /p' | paste -sd ';')"
}

# As package.sh does. The lintian of Debian 13 does not know the suppressed tag.
test_2_lintian_reports_nothing() {
    local suppress=
    [ "$release" != bookworm ] ||
        suppress='--suppress-tags package-supports-alternative-init-but-no-init.d-script'
    in_tree sh -c "lintian --pedantic --display-info --allow-root --tag-display-limit 0 \
        $suppress /build/$arch/*.changes" > said
    [ ! -s said ] || fail "lintian reports: $(cat said)"
}

# run_in_tree COMMAND…: runs a program of the architecture in its source.
run_in_tree() {
    # shellcheck disable=SC2016 # that shell expands it
    in_tree sh -c 'cd "$1"; shift; export srcdir=. builddir=.; exec $0 "$@"' \
        "$(emulator_of "$arch" "$tree")" "$source" "$@"
}

# expected_failures: prints those lines that tell of a test that fails here because of qemu-user.
expected_failures() {
    [ -n "$(emulator_of "$arch" "$tree")" ] || return 0
    grep -E "^not ok.*:($beyond_qemu)"
}

test_3_the_unit_tests_pass() {
    local file failed=0
    for file in "$tree$source"/tests/unit/check-*; do
        case $file in
        *.c | *.o | *.log | *.trs) continue ;;
        esac
        run_in_tree "tests/unit/${file##*/}" > said 2>&1 || :
        grep -c '^ok' said >> passed || {
            echo "${file##*/}: no test has passed: $(tail -n 5 said)"
            failed=1
        }
        expected_failures < said > expected || :
        sed 's/^/# expected: /' expected
        grep '^not ok' said | grep -vFxf expected > bad || continue
        cat bad
        failed=1
    done
    echo "# $(awk '{ n += $1 } END { print n + 0 }' passed) unit tests have passed"
    [ "$failed" -eq 0 ]
}

test_4_the_simulation_keeps_every_promise() {
    run_in_tree tests/simulation/simulate --seeds=200
}

test_5_the_fuzz_targets_keep_every_promise_on_their_corpora() {
    local target failed=0
    for target in frame exchange conversation entry learner; do
        run_in_tree "tests/fuzz/replay-$target" > said 2>&1 || :
        grep -q '^ok 1 - [1-9][0-9]* inputs' said && continue
        echo "replay-$target: $(tail -n 5 said)"
        failed=1
    done
    [ "$failed" -eq 0 ]
}

# ---- a talking pair ----

# talk DAEMON SENDER OPTION…: a sender of one architecture sends 4000 octets to the daemon of
# another. The sender knows the daemon by the name of its program, so the emulator has that name.
talk() {
    local daemon=$1 sender=$2
    shift 2
    # shellcheck disable=SC2016 # that shell expands it
    in_tree sh -c '
        run() {
            emulator=$1 program=$2
            shift 2
            [ -n "$emulator" ] || exec "$program" "$@"
            mkdir -p "/tmp/${program##*/}.d"
            cp "/usr/bin/$emulator" "/tmp/${program##*/}.d/${program##*/}"
            exec "/tmp/${program##*/}.d/${program##*/}" "$program" "$@"
        }
        daemon=$1 daemon_emulator=$2 sender=$3 sender_emulator=$4
        shift 4
        mkfifo /tmp/ready
        (run "$daemon_emulator" "$daemon/minitalkd" --foreground --output=raw \
            --pidfile=/tmp/minitalk.pid) > /tmp/ready &
        exec 3< /tmp/ready
        read -r pid <&3
        cat <&3 > /tmp/received &
        head -c 4000 /dev/urandom > /tmp/sent
        (run "$sender_emulator" "$sender/minitalk-send" --pidfile=/tmp/minitalk.pid --timeout=60 \
            --whole "$@" < /tmp/sent) || exit
        kill "$pid"
        wait
        echo >> /tmp/sent
        cmp /tmp/sent /tmp/received' sh \
        "/build/$daemon/source" "$(emulator_of "$daemon" "$tree")" \
        "/build/$sender/source" "$(emulator_of "$sender" "$tree")" "$@"
}

test_6_a_pair_talks_in_bits() {
    talk "$arch" "$arch"
}

needs_native_i386() {
    local name
    [ "$arch" = i386 ] || skip "the two programs need one kernel that runs both of them"
    mkdir -p "$tree/build/amd64/source"
    for name in minitalkd minitalk-send; do
        cp "$builddir/$name" "$tree/build/amd64/source"
    done
    in_tree apt-get -qq -y --no-install-recommends install libbsd0 libsystemd0 > said 2>&1
}

# A word is the same on the wire. A block has 8 octets, or 4 from a sender with 32 bits.
test_7_a_32_bit_sender_talks_to_a_64_bit_daemon() {
    needs_native_i386
    talk amd64 i386
    talk amd64 i386 --wide
}

test_8_a_64_bit_sender_talks_to_a_32_bit_daemon_in_bits() {
    needs_native_i386
    talk i386 amd64
    expect_status 76 talk i386 amd64 --wide
    grep -q 'does not understand --wide; leave it out' stderr
}

check_arguments "$@"
need_commands mmdebstrap chroot readelf unshare
[ "$(id -u)" -eq 0 ] || skip_all 'mmdebstrap and chroot need root'
need_package
run_tests
