#!/bin/bash
# SPDX-License-Identifier: MIT
# The package on Debian's own kernels, in an emulated machine: KVM is not needed.
#
#   KERNELS='MACHINE…'        the machines, one after another (bookworm:1)
#   KERNEL_OCTETS=NUMBER      the length of the long message (8192)
#   KERNEL_SECONDS=NUMBER     the time after which a machine is given up (900)
#
# A MACHINE is RELEASE:CPUS or RELEASE:CPUS:ARCHITECTURE. RELEASE is bullseye, bookworm or trixie.
# ARCHITECTURE is amd64, arm64 or s390x. For the last two, architectures.sh must have built the
# package before.
#
# The bits of a message take long where each needs a change of the process on an emulated CPU, so
# the defaults are the least that shows something: they are for 'make check'. 'make check-kernels'
# runs all machines.
#
# The kernel of the release is booted with the file system of a Debian in memory, and systemd as
# PID 1. A service of the machine runs guest/kernel.sh, writes its results to a serial line, and
# switches the machine off. The results are printed here as those of one test, in TAP.
# shellcheck source=tests/system/lib.sh
# shellcheck disable=SC2119,SC2154 # lib.sh sets its variables, and needs no arguments here
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/foreign.sh
. "$(dirname "$0")/foreign.sh"

: "${KERNELS:=bookworm:1}" "${KERNEL_OCTETS:=8192}" "${KERNEL_SECONDS:=900}"
readonly RELEASES=(bullseye bookworm trixie) ARCHITECTURES=(amd64 arm64 s390x)

# ---- arguments ----

# check_number NAME: the variable of this name is a number without a sign, and not 0.
check_number() {
    [[ ${!1} =~ ^[1-9][0-9]*$ ]] ||
        wrong_use "$1 is '${!1}'; set it to a number, such as 1000"
}

check_machine() {
    local release cpus arch form='write RELEASE:CPUS, such as bookworm:1'
    IFS=: read -r release cpus arch <<< "$1"
    [[ $1 = *:* ]] || wrong_use "'$1' in KERNELS has no number of CPUs; $form"
    is_among "$release" "${RELEASES[@]}" ||
        wrong_use "unknown kernel '$release'; the kernels are those of ${RELEASES[*]}"
    [[ $cpus =~ ^[1-9][0-9]?$ ]] ||
        wrong_use "'$cpus' is not a number of CPUs from 1 to 99; $form"
    is_among "${arch:-amd64}" "${ARCHITECTURES[@]}" ||
        wrong_use "unknown architecture '$arch'; the architectures are ${ARCHITECTURES[*]}"
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

# set_machine MACHINE: sets the variables that name the machine, and those that name its files.
set_machine() {
    IFS=: read -r release cpus arch <<< "$1"
    : "${arch:=amd64}"
    userland=$(userland_of "$release")
    kernel=$place/$release.$arch.kernel
    image=$place/$userland.$arch.image
    tree_by=() results=ttyS1
    debian=$package programs=$builddir tree=$userland
    [ "$arch" != amd64 ] || return 0
    cross=$workplace/cross.$userland
    [ -d "$cross/build/$arch" ] || return
    tree_by=(run_foreign "$arch" "$cross/usr/bin/$(emulator_of "$arch" "$cross")") results=console
    debian=$(find "$cross/build/$arch" -name "minitalk_*_$arch.deb") || return
    programs=$cross/build/$arch/source tree=$userland.$arch
    [ -n "$debian" ]
}

# apt_of COMMAND…: runs a command of apt(8) on the archive of this release and architecture, not of
# the host.
apt_of() {
    local state=$place/apt.$release.$arch
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR $release main" \
        > "$state/sources.list"
    "$1" -qq -o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
        -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$state/lists" -o Dir::State::status=/dev/null \
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root "${@:2}"
}

# fetch_kernel: the kernel of the machine becomes $kernel. False if the archive has none.
fetch_kernel() {
    local name
    [ ! -f "$kernel" ] || return 0
    mkdir -p "$place/download"
    apt_of apt-get update > "$place/said" 2>&1 || return
    name=$(apt_of apt-cache depends "linux-image-$arch" |
        sed -n 's/^ *Depends: \(linux-image-[^ ]*\)$/\1/p') || return
    [ -n "$name" ] || return
    (cd "$place/download" && apt_of apt-get download "$name") > "$place/said" 2>&1 || return
    dpkg-deb --fsys-tarfile "$place/download"/linux-image-*.deb |
        tar -xO --wildcards './boot/vmlinuz-*' > "$kernel"
    rm -r "$place/download"
}

# The service that runs the tests. Its script writes to the second serial line alone, so that no
# message of the kernel gets between its results. Machines other than those of amd64 have only one.
print_service() {
    cat << END
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
EnvironmentFile=/etc/environment.tests
ExecStart=/bin/sh -c 'exec /opt/minitalk/tests/system/guest/kernel.sh > /dev/$results 2>&1'
END
}

# fill_tree ROOT: adds to a file system what the tests need: a user, the package and those that it
# depends on, and the tests.
fill_tree() {
    local name
    local -a in_root=("${tree_by[@]}" chroot "$1")
    "${in_root[@]}" useradd --create-home alice
    mkdir -p "$1/root/packages"
    cp "$debian" "$1/root/packages/minitalk.deb"
    {
        "${in_root[@]}" apt-get -qq update
        "${in_root[@]}" apt-get -qq -y --download-only install /root/packages/minitalk.deb
    } > "$place/said" 2>&1
    find "$1/var/cache/apt/archives" -name '*.deb' -exec cp {} "$1/root/packages" \;

    mkdir -p "$1"/opt/minitalk/{build/tests/tools,src/daemon,tests/integration,tests/system/guest}
    cp "$programs"/minitalk{d,-send} "$1/opt/minitalk/build"
    for name in stray recycle stop-at.so; do
        cp "$programs/tests/tools/$name" "$1/opt/minitalk/build/tests/tools"
    done
    cp "$srcdir/src/daemon/message-ids.h" "$1/opt/minitalk/src/daemon"
    cp "$srcdir"/tests/integration/{lib,innocent}.sh "$1/opt/minitalk/tests/integration"
    cp "$srcdir/tests/system/guest/kernel.sh" "$1/opt/minitalk/tests/system/guest"
    printf '%s\n' srcdir=/opt/minitalk builddir=/opt/minitalk/build HOME=/root \
        TIME_LIMIT="$KERNEL_SECONDS" octets="$KERNEL_OCTETS" > "$1/etc/environment.tests"
}

# make_image: makes the file system in memory, $image, from the tarball of the other system tests.
# Package lists and documentation would only take time to load.
make_image() {
    local root=$place/root timer
    local -a foreign=()
    [ ! -f "$image" ] || return 0
    [ "$arch" = amd64 ] || foreign=(--architectures="$arch")
    make_tree "$tree" "${foreign[@]}" || return
    mkdir "$root"
    tar -C "$root" --numeric-owner -xpf "$workplace/$tree.tar"
    fill_tree "$root"
    rm -rf "$root"/var/lib/apt/lists "$root"/var/cache/apt "$root"/usr/share/{doc,locale,man}
    print_service > "$root/etc/systemd/system/tests.service"
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -s ../tests.service "$root/etc/systemd/system/multi-user.target.wants/tests.service"
    for timer in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
        getty@tty1.service serial-getty@tty{S0,AMA0,sclp0}.service; do
        ln -sf /dev/null "$root/etc/systemd/system/$timer"
    done
    ln -s /lib/systemd/systemd "$root/init"
    (cd "$root" && find . | cpio --quiet -o -H newc) > "$image"
    rm -rf "$root"
}

# ---- the machines ----

# run_machine: boots the machine and waits until it is off. Its results go to $place/results, and
# what the kernel and systemd print to $place/console, or also to $place/results if the machine has
# only one serial line.
run_machine() {
    local console
    local -a emulator
    case $arch in
    amd64)
        console=ttyS0
        emulator=(qemu-system-x86_64 -cpu max -serial "file:$place/console")
        ;;
    arm64) console=ttyAMA0 emulator=(qemu-system-aarch64 -machine virt -cpu cortex-a57) ;;
    s390x) console=ttysclp0 emulator=(qemu-system-s390x -cpu max) ;;
    esac
    : > "$place/results"
    : > "$place/console"
    timeout --foreground "$KERNEL_SECONDS" "${emulator[@]}" -serial "file:$place/results" \
        -accel tcg,thread=multi -smp "$cpus" -m 3000 -nodefaults -no-user-config -display none \
        -no-reboot -kernel "$kernel" -initrd "$image" \
        -append "console=$console quiet rdinit=/init systemd.show_status=no" \
        > "$place/said" 2>&1 < /dev/null
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

# test_machine MACHINE: tests one machine of KERNELS.
test_machine() {
    local release cpus arch userland kernel image tree_by results debian programs tree cross
    local name start=$SECONDS
    if ! set_machine "$1"; then
        result ok "$1 # SKIP there is no package for it; run architectures.sh $arch:$userland first"
        return
    fi
    name="Linux of $release, $arch, CPUs: $cpus"
    if ! fetch_kernel; then
        echo "kernels.sh: NOT TESTED: the kernel of $release cannot be fetched" >&2
        result ok "the kernel of $release # SKIP it cannot be fetched: $(tail -n 1 "$place/said")"
        return
    fi
    if ! make_image; then
        result 'not ok' "$name: its file system is made"
        return
    fi
    run_machine
    relay "$name"
    echo "# the machine took $((SECONDS - start)) s"
}

check_arguments "$@"
need_commands apt-get chroot cpio dpkg-deb mmdebstrap
for machine in $KERNELS; do
    case $machine in
    *:arm64) need_commands arch-test qemu-system-aarch64 ;;
    *:s390x) need_commands arch-test qemu-system-s390x ;;
    *) need_commands qemu-system-x86_64 ;;
    esac
done
[ "$(id -u)" -eq 0 ] || skip_all 'mmdebstrap and chroot need root'
need_package
place=$(mktemp -d "$workplace/kernels.XXXXXX")
trap 'rm -rf "$place"' EXIT
failed=0
for machine in $KERNELS; do
    test_machine "$machine"
done
echo "1..$number"
exit "$failed"
