# SPDX-License-Identifier: MIT
# foreign.sh - programs of another architecture, for architectures.sh and kernels.sh, which source
# this file
# shellcheck shell=bash

# emulator_of ARCHITECTURE TREE: prints the name of its emulator in this tree, or nothing if this
# machine needs none.
emulator_of() {
    local name
    case $1 in
    amd64 | i386) return ;;
    arm64) name=aarch64 ;;
    armhf) name=arm ;;
    ppc64el) name=ppc64le ;;
    *) name=$1 ;;
    esac
    basename "$(find "$2/usr/bin" -name "qemu-$name" -o -name "qemu-$name-static" | head -n 1)"
}

# octets_of_elf ARCHITECTURE: prints the first octets of the architecture's programs. Octets with
# the mask 00 may differ: one tells the system, one a program from a shared object.
octets_of_elf() {
    local zeros='\x00\x00\x00\x00\x00\x00\x00\x00\x00'
    case $1 in
    arm64) printf %s "\x7fELF\x02\x01\x01$zeros\x02\x00\xb7\x00" ;;
    s390x) printf %s "\x7fELF\x02\x02\x01$zeros\x00\x02\x00\x16" ;;
    esac
}
readonly ELF_MASK='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xfe\xff\xff'

# run_foreign ARCHITECTURE EMULATOR COMMAND…: runs the command. In it, programs of the architecture
# run as if they were this machine's: the kernel gives them to EMULATOR, a statically linked
# qemu-user (binfmt_misc). From Linux 6.7 on, a user namespace has its own list of such programs, so
# that nothing changes for the rest of the machine. What the command prints goes to standard error.
run_foreign() {
    local pid status=0 name=${2##*/} program
    # mmdebstrap looks for this name.
    program=":${name%-static}:M::$(octets_of_elf "$1"):$ELF_MASK:$2:F"
    # shellcheck disable=SC2016 # that shell expands it
    coproc unshare --user --mount sh -ec '
        echo ready
        read -r _
        mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
        printf %s "$0" > /proc/sys/fs/binfmt_misc/register
        exec "$@" < /dev/null >&2' "$program" "${@:3}"
    # shellcheck disable=SC2154 # coproc sets it
    pid=$COPROC_PID
    # Every user and every group that Debian has at first is itself.
    read -r _ <&"${COPROC[0]}"
    echo 0 0 65536 > "/proc/$pid/uid_map"
    echo 0 0 65536 > "/proc/$pid/gid_map"
    echo go >&"${COPROC[1]}"
    wait "$pid" || status=$?
    return "$status"
}
