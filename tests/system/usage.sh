#!/bin/bash
# SPDX-License-Identifier: MIT
# How people call the scripts in this folder: wrong arguments, which are checked before anything
# else; what make runs before a script; two scripts at once. Needs no root.
# shellcheck source=tests/system/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/lib.sh"

# refused SCRIPT WORDS [ARGUMENT…]: the script ends with a status for its caller and one line, which
# has WORDS. It must not skip its tests, as it would where something is missing that it needs.
refused() {
    expect_status 64 env builddir="$PWD" "$srcdir/tests/system/$1" "${@:3}"
    [ ! -s stdout ] || fail "standard output: $(cat stdout)"
    [ "$(wc -l < stderr)" -eq 1 ] || fail "not one line on standard error: $(cat stderr)"
    grep -qF "$1: $2" stderr || fail "standard error lacks '$1: $2': $(cat stderr)"
}

# refused_kernels KERNELS WORDS: kernels.sh refuses these machines.
refused_kernels() {
    export KERNELS=$1
    refused kernels.sh "$2"
}

test_kernels_refuses_machines_that_it_does_not_know() {
    refused_kernels sid:1 "unknown kernel 'sid'; the kernels are those of bullseye bookworm trixie"
    refused_kernels 'bookworm:1 sid:1' "unknown kernel 'sid'"
    refused_kernels 'bookworm:1 :1' "unknown kernel ''"
    refused_kernels bookworm "'bookworm' in KERNELS has no number of CPUs; write RELEASE:CPUS"
    refused_kernels bookworm:0 "'0' is not a number of CPUs from 1 to 99; write RELEASE:CPUS"
    refused_kernels bookworm:1:mips \
        "unknown architecture 'mips'; the architectures are amd64 arm64 s390x"
    refused_kernels ' ' 'KERNELS names no machine; write RELEASE:CPUS'
}

test_kernels_refuses_other_arguments() {
    refused kernels.sh "unknown argument 'trixie:1'; the variable KERNELS names" trixie:1
    KERNEL_OCTETS=64K refused kernels.sh "KERNEL_OCTETS is '64K'; set it to a number"
    KERNEL_SECONDS=0 refused kernels.sh "KERNEL_SECONDS is '0'; set it to a number"
}

test_architectures_refuses_those_that_it_does_not_know() {
    refused architectures.sh "unknown architecture 'sparc'; the architectures are arm64 armhf" \
        sparc:trixie
    refused architectures.sh "unknown release 'sid'; the releases are bookworm trixie" i386:sid
    refused architectures.sh 'bookworm has no riscv64; write riscv64:trixie' riscv64:bookworm
    refused architectures.sh "'i386' has no release; write ARCHITECTURE:RELEASE" i386
    refused architectures.sh "'' has no release" ''
    refused architectures.sh "unknown argument 'arm64:trixie'" i386:bookworm arm64:trixie
}

# needed_for SCRIPT: prints the other scripts that make runs before this one. make prints its rules
# twice if it has to make the Makefile first.
needed_for() {
    make -C "$builddir" --print-data-base --question "tests/${1%.sh}.log" 2> /dev/null |
        sed -n "s|^tests/${1%.sh}\.log: ||p" | tr ' ' '\n' | sed -n 's/\.log$/.sh/p' | sort --unique
}

test_make_runs_before_a_script_only_what_it_needs() {
    local script
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    for script in system/{debian-1{2,3},from-source,many-machines,piuparts}.sh \
        packaging/{arch,rpm}.sh; do
        [ "$(needed_for "$script")" = tests/system/package.sh ] ||
            fail "before $script: $(needed_for "$script")"
    done
    [ -z "$(needed_for system/image.sh)" ] || fail "before image.sh: $(needed_for system/image.sh)"
}

# True if the process is a flock(1) that has not begun its command yet.
is_waiting() {
    is_called flock "$1" && is_asleep "$1" && ! pgrep --parent "$1"
}

test_two_scripts_do_not_run_at_once() {
    local first second
    unset MINITALK_ALONE
    mkdir -p tests/system
    ln -s "$srcdir/tests/integration" tests
    cat > tests/system/alone.sh << 'END'
. "$srcdir/tests/system/lib.sh"
run_alone
echo "$name begins" >> events
[ "$name" = second ] || read -r _ < go
echo "$name ends" >> events
END
    mkfifo go
    export builddir=$PWD srcdir
    name=first bash tests/system/alone.sh &
    first=$!
    eventually 10 has_text events
    name=second bash tests/system/alone.sh &
    second=$!
    eventually 10 is_waiting "$second"
    echo > go
    expect_end 0 "$first"
    expect_end 0 "$second"
    printf '%s\n' 'first begins' 'first ends' 'second begins' 'second ends' | cmp - events
}

run_tests
