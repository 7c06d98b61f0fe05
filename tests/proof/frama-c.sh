# SPDX-License-Identifier: MIT
# frama-c.sh - what each check-….sh needs to run Frama-C: an empty folder to work in, and options
# shellcheck shell=bash

set -u
srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
# shellcheck source=tests/tools/tap.sh
. "$srcdir/tests/tools/tap.sh"
need frama-c gcc

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
# Frama-C and Why3 keep files in the home directory.
export HOME=$scratch

# copy_tree TREE: makes a copy of what the proofs read.
copy_tree() {
    rm -rf "$1"
    mkdir -p "$1/tests"
    cp -R "$srcdir/src" "$1/src"
    cp -R "$srcdir/tests/proof" "$1/tests/proof"
}

# run_frama_c FLAGS OPTION…: runs it with these flags of the preprocessor. Frama-C has its own
# headers of the C library, but not all.
run_frama_c() {
    local flags
    flags="$1 -idirafter /usr/include/$(gcc -print-multiarch)"
    shift
    frama-c -c11 -machdep gcc_x86_64 -cpp-extra-args="$flags" "$@" 2>&1
}
