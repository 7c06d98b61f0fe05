#!/bin/bash
# SPDX-License-Identifier: MIT
# run.sh - runs the fuzz targets of this build with libFuzzer; 'make check-fuzz' calls it
#
#   run.sh fuzz SECONDS TARGET…   runs all targets at once, starting from their corpora; keeps new
#                                 inputs in tests/fuzz/found/ of the build
#   run.sh grow TARGET…           minimizes each corpus: of its inputs and the new ones, keeps the
#                                 fewest that reach the same coverage, and each input with a name
#                                 of its own
set -eu

: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$PWD}"
here=$builddir/tests/fuzz
found=$here/found

# Octets of an input. Longer inputs only repeat what shorter ones do.
readonly LONGEST=300

# Limits for one input, in seconds and MiB. An input that exceeds them shows an endless loop.
readonly PATIENCE=10 MEMORY=1024

fuzz_one() {
    "$here/fuzz-$1" "$found/$1" "$srcdir/tests/fuzz/corpus/$1" \
        -max_total_time="$2" -max_len="$LONGEST" -timeout="$PATIENCE" -rss_limit_mb="$MEMORY" \
        -artifact_prefix="$found/$1-" -print_final_stats=1 > "$found/$1.log" 2>&1
}

# describe TARGET: prints the number of runs and the last coverage that libFuzzer has reported.
describe() {
    local runs coverage
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$1.log")
    coverage=$(grep -o 'cov: [0-9]* ft: [0-9]* corp: [0-9]*' "$found/$1.log" | tail -n 1)
    echo "fuzz-$1: ${runs:-no} runs; $coverage"
}

complain() {
    local artifact
    grep -v '^#[0-9]' "$found/$1.log" | grep -v '^stat::'
    echo "fuzz-$1 FAILED; its output is in $found/$1.log"
    artifact=$(sed -n 's/.*Test unit written to //p' "$found/$1.log")
    [ -z "$artifact" ] || echo "replay it with: $here/replay-$1 $artifact"
}

fuzz() {
    local seconds=$1 target failed=0
    local -A running=()
    shift
    for target in "$@"; do
        mkdir -p "$found/$target"
        fuzz_one "$target" "$seconds" &
        running[$target]=$!
    done
    for target in "$@"; do
        if ! wait "${running[$target]}"; then
            failed=1
            complain "$target"
        fi
        describe "$target"
    done
    return "$failed"
}

# keep_named CORPUS DIRECTORY: copies the inputs that are not named by libFuzzer's 40 digits. Each
# shows a broken rule that the other inputs do not show.
keep_named() {
    local input
    for input in "$1"/*; do
        [[ ${input##*/} =~ ^[0-9a-f]{40}$ ]] || cp "$input" "$2"
    done
}

grow_one() {
    local corpus=$srcdir/tests/fuzz/corpus/$1 chosen=$found/$1.chosen
    rm -rf "$chosen"
    mkdir -p "$chosen" "$found/$1"
    "$here/fuzz-$1" -set_cover_merge=1 -max_len="$LONGEST" \
        "$chosen" "$corpus" "$found/$1" > "$found/$1.log" 2>&1
    keep_named "$corpus" "$chosen"
    rm -rf "$corpus"
    mv "$chosen" "$corpus"
    echo "$corpus: $(find "$corpus" -type f | wc -l) inputs"
}

grow() {
    local target
    for target in "$@"; do
        grow_one "$target"
    done
}

case ${1-} in
fuzz | grow) "$@" ;;
*)
    echo "usage: run.sh fuzz SECONDS TARGET... | grow TARGET..." >&2
    exit 64
    ;;
esac
