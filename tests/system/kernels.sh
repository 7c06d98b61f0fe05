#!/bin/bash
# SPDX-License-Identifier: MIT
# The package on Debian's own kernels, in an emulated machine: KVM is not needed.
#
#   KERNELS='RELEASE:CPUS…'   the machines, one after another (bookworm:1); the release is one of
#                             bullseye, bookworm and trixie
#   KERNEL_OCTETS=NUMBER      the length of the long message (8192)
#   KERNEL_SECONDS=NUMBER     the time after which a machine is given up (900)
#
# The bits of a message take long where each needs a change of the process on an emulated CPU, so
# the defaults are the least that shows something. 'make check-kernels' runs all machines.
#
# The kernel of the release is booted with the file system of a Debian in memory, and systemd as
# PID 1. A service of the machine runs guest/kernel.sh, writes its results to the second serial
# line, and switches the machine off. The results are printed here as those of one test, in TAP.
# shellcheck source=tests/system/lib.sh
# shellcheck disable=SC2119,SC2154 # lib.sh sets its variables, and needs no arguments here
. "$(dirname "$0")/lib.sh"

: "${KERNELS:=bookworm:1}" "${KERNEL_OCTETS:=8192}" "${KERNEL_SECONDS:=900}"
readonly RELEASES=(bullseye bookworm trixie)

# ---- arguments ----

# check_number NAME: the variable of this name is a number without a sign, and not 0.
check_number() {
    [[ ${!1} =~ ^[1-9][0-9]*$ ]] ||
        wrong_use "$1 is '${!1}'; set it to a number, such as 1000"
}

check_machine() {
    local release=${1%%:*} form='write RELEASE:CPUS, such as bookworm:1'
    [[ $1 = *:* ]] || wrong_use "'$1' in KERNELS has no number of CPUs; $form"
    is_among "$release" "${RELEASES[@]}" ||
        wrong_use "unknown kernel '$release'; the kernels are those of ${RELEASES[*]}"
    [[ ${1#*:} =~ ^[1-9][0-9]?$ ]] ||
        wrong_use "'${1#*:}' is not a number of CPUs from 1 to 99; $form"
}

check_arguments() {
    local machine
    [ $# -eq 0 ] || wrong_use "unknown argument '$1'; the variable KERNELS names the machines"
    [[ $KERNELS =~ [^[:space:]] ]] ||
        wrong_use 'KERNELS names no machine; write RELEASE:CPUS, such as bookworm:1'
    for machine in $KERNELS; do
        check_machine "$machine"
    done
    check_number KERNEL_OCTETS
    check_number KERNEL_SECONDS
}

# ---- what a machine is made of ----

# The release whose programs run on the kernel of release $1. Those of bullseye are too old for the
# package, which needs glibc 2.36.
userland_of() {
    if [ "$1" = bullseye ]; then
        echo bookworm
    else
        echo "$1"
    fi
}

# apt_of RELEASE COMMAND…: runs a command of apt(8) on the archive of this release, not of the host.
apt_of() {
    local state=$place/apt.$1
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR $1 main" \
        > "$state/sources.list"
    "$2" -qq -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$state/lists" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root "${@:3}"
}

# fetch_kernel RELEASE: the kernel of this release becomes $place/RELEASE.kernel. False if the
# archive has none.
fetch_kernel() {
    local name
    [ ! -f "$place/$1.kernel" ] || return 0
    mkdir -p "$place/download.$1"
    apt_of "$1" apt-get update > "$place/said" 2>&1 || return
    name=$(apt_of "$1" apt-cache depends linux-image-amd64 |
        sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p') || return
    [ -n "$name" ] || return
    (cd "$place/download.$1" && apt_of "$1" apt-get download "$name") > "$place/said" 2>&1 || return
    dpkg-deb --fsys-tarfile "$place/download.$1"/linux-image-*.deb |
        tar -xO --wildcards './boot/vmlinuz-*' > "$place/$1.kernel"
    rm -r "$place/download.$1"
}

# The service that runs the tests. Its script writes to the second serial line alone, so that no
# message of the kernel gets between its results.
print_service() {
    cat << 'END'
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
EnvironmentFile=/etc/environment.tests
ExecStart=/bin/sh -c 'exec /opt/minitalk/tests/system/guest/kernel.sh > /dev/ttyS1 2>&1'
END
}

# fill_tree ROOT: adds to a file system what the tests need: a user, the package and those that it
# depends on, and the tests.
fill_tree() {
    local name
    chroot "$1" useradd --create-home alice
    mkdir -p "$1/root/packages"
    cp "$package" "$1/root/packages/minitalk.deb"
    {
        chroot "$1" apt-get -qq update
        chroot "$1" apt-get -qq -y --download-only install /root/packages/minitalk.deb
    } > "$place/said" 2>&1
    find "$1/var/cache/apt/archives" -name '*.deb' -exec cp {} "$1/root/packages" \;

    mkdir -p "$1"/opt/minitalk/{build/tests/tools,src/daemon,tests/integration,tests/system/guest}
    cp "$minitalkd" "$minitalk_send" "$1/opt/minitalk/build"
    for name in stray recycle stop-at.so; do
        cp "$tools/$name" "$1/opt/minitalk/build/tests/tools"
    done
    cp "$srcdir/src/daemon/message-ids.h" "$1/opt/minitalk/src/daemon"
    cp "$srcdir"/tests/integration/{lib,innocent}.sh "$1/opt/minitalk/tests/integration"
    cp "$srcdir/tests/system/guest/kernel.sh" "$1/opt/minitalk/tests/system/guest"
    printf '%s\n' srcdir=/opt/minitalk builddir=/opt/minitalk/build HOME=/root \
        TIME_LIMIT="$KERNEL_SECONDS" octets="$KERNEL_OCTETS" > "$1/etc/environment.tests"
}

# make_image RELEASE: makes the file system in memory, $place/RELEASE.image, from the tarball of the
# other system tests. Package lists and documentation would only take time to load.
make_image() {
    local root=$place/root timer
    [ ! -f "$place/$1.image" ] || return 0
    make_tree "$1"
    mkdir "$root"
    tar -C "$root" --numeric-owner -xpf "$workplace/$1.tar"
    fill_tree "$root"
    rm -rf "$root"/var/lib/apt/lists "$root"/var/cache/apt "$root"/usr/share/{doc,locale,man}
    print_service > "$root/etc/systemd/system/tests.service"
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -s ../tests.service "$root/etc/systemd/system/multi-user.target.wants/tests.service"
    for timer in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
        getty@tty1.service serial-getty@ttyS0.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$timer"
    done
    ln -s /lib/systemd/systemd "$root/init"
    (cd "$root" && find . | cpio --quiet -o -H newc) > "$place/$1.image"
    rm -rf "$root"
}

# ---- the machines ----

# run_machine RELEASE CPUS: boots the machine and waits until it is off. Its results go to
# $place/results, and what the kernel and systemd print to $place/console.
run_machine() {
    : > "$place/results"
    timeout --foreground "$KERNEL_SECONDS" qemu-system-x86_64 -accel tcg,thread=multi -cpu max \
        -smp "$2" -m 3000 -nodefaults -no-user-config -display none -no-reboot \
        -kernel "$place/$1.kernel" -initrd "$place/$(userland_of "$1").image" \
        -append 'console=ttyS0 quiet rdinit=/init systemd.show_status=no' \
        -serial "file:$place/console" -serial "file:$place/results" > "$place/said" 2>&1 < /dev/null
}

number=0

# result RESULT DESCRIPTION: prints a result with the next number.
result() {
    number=$((number + 1))
    [ "$1" = ok ] || failed=1
    echo "$1 $number - $2"
}

# relay MACHINE: prints the results that the machine has written, each with the machine's name.
relay() {
    local line plan=0 count=0
    while IFS= read -r line; do
        case $line in
        1..*) plan=${line#1..} ;;
        'ok '*)
            count=$((count + 1))
            result ok "$1: ${line#* - }"
            ;;
        'not ok '*)
            count=$((count + 1))
            result 'not ok' "$1: ${line#* - }"
            ;;
        '#'*) echo "$line" ;;
        esac
    done < <(tr -d '\r' < "$place/results")
    if [ "$plan" -eq 0 ] || [ "$count" -lt "$plan" ]; then
        result 'not ok' "$1: the machine ends all of its tests"
        sed 's/^/# /' "$place/said" <(tail -n 30 "$place/results" "$place/console") | tr -d '\r'
    fi
}

test_machine() {
    local release=$1 cpus=$2 start=$SECONDS
    if ! fetch_kernel "$release"; then
        echo "kernels.sh: NOT TESTED: the kernel of $release cannot be fetched" >&2
        result ok "the kernel of $release # SKIP it cannot be fetched: $(tail -n 1 "$place/said")"
        return
    fi
    make_image "$(userland_of "$release")"
    run_machine "$release" "$cpus"
    relay "Linux of $release, $cpus CPUs"
    echo "# the machine took $((SECONDS - start)) s"
}

check_arguments "$@"
need_commands apt-get chroot cpio dpkg-deb mmdebstrap qemu-system-x86_64
[ "$(id -u)" -eq 0 ] || skip_all 'mmdebstrap and chroot need root'
need_package
place=$(mktemp -d "$workplace/kernels.XXXXXX")
trap 'rm -rf "$place"' EXIT
failed=0
for machine in $KERNELS; do
    test_machine "${machine%:*}" "${machine#*:}"
done
echo "1..$number"
exit "$failed"
