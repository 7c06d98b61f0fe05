#!/bin/bash
# SPDX-License-Identifier: MIT
# check-proof.sh - proves functions of the protocol with Frama-C; README.md tells how to read it
#
# The output is TAP: one test for each function, and one for each fault that the proof must find.
set -u

srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
# shellcheck source=tests/tools/tap.sh
. "$srcdir/tests/tools/tap.sh"
readonly SECONDS_PER_GOAL=10

functions=(
    arq_receiver_hold arq_receiver_next arq_receiver_take arq_receiver_ahead arq_receiver_clear
    arq_sender_begin arq_sender_step arq_sender_timeout
    probe_pack probe_unpack reply_pack reply_unpack
    leb128_take crc32c_octet
)
# Static functions whose code takes the place of their calls, so that they need no contract.
readonly inlined=next_lane,lane_of,arq_sender_asks,ask,oldest_unanswered

# Each line is a fault: function, file, sed command, description.
faults=(
    'arq_receiver_take|arq.c|s/r->count++;//|the daemon does not count a symbol'
    'arq_receiver_take|arq.c|/^struct symbol arq_rec/,/^}/s/= false/= true/|a symbol is taken twice'
    'arq_receiver_take|arq.c|s/r->count % LANES/0/|the daemon takes symbols in any order'
    'arq_receiver_hold|arq.c|s/r->held\[lane\] = true/r->held[0] = true/|lanes are mixed up'
    'arq_receiver_clear|arq.c|/_clear(/,/^}/s/= false/= true/|held symbols are not forgotten'
    'arq_sender_step|arq.c|s/if (!s->in_flight\[lane\])/if (1)/|a lane holds two symbols'
    'arq_sender_step|arq.c|s/s->next++;//|the sender sends a symbol twice'
    'arq_sender_step|arq.c|s/(s->base + index)/(index)/|the base does not count for the lane'
    'arq_sender_timeout|arq.c|s/s->phase = ARQ_RESUMING;/;/|the sender goes on without a reply'
    'arq_sender_timeout|arq.c|/_timeout(/,/^}/s/nonce + 1/nonce/|a probe repeats the nonce before'
)

# prove DIRECTORY FUNCTIONS: proves the functions of the sources below a directory; leaves ./said.
prove() {
    frama-c -c11 -machdep gcc_x86_64 -cpp-extra-args="-I$1" -inline-calls "$inlined" \
        "$1"/protocol/{arq,word,leb128,crc32c}.c -wp -wp-rte -wp-fct "$2" -wp-prover cvc4,z3 \
        -wp-timeout $SECONDS_PER_GOAL -wp-par 2 > said 2>&1
}

# count_goals FUNCTION RESULT: how many goals of the function have this result in ./said.
count_goals() {
    case $2 in
    valid) grep -cE "Goal typed_$1_[^ ]* : Valid" said ;;
    failed) grep -cE "\[Failed\] Goal typed_$1_" said ;;
    esac
}

# Returns true if Frama-C ended well and has proved each goal that it made.
is_proved() {
    local proved
    proved=$(sed -nE 's/^\[wp\] Proved goals: *([0-9]+) *\/ *([0-9]+)$/\1 \2/p' said)
    [ -n "$proved" ] && [ "${proved% *}" = "${proved#* }" ] && [ "${proved% *}" -gt 0 ]
}

explain() {
    grep -vE ': Valid|annotating' said | head -n 60
}

check_function() {
    local valid unproved result=unproved
    valid=$(count_goals "$1" valid)
    unproved=$(count_goals "$1" failed)
    # If a goal cannot be assigned to a function, every test fails.
    if [ "$valid" -gt 0 ] && [ "$unproved" -eq 0 ] && [ "$is_finished" = yes ]; then
        result=ok
    fi
    report "$result" "$1: $valid goals"
}

check_fault() {
    local function file command what result=unseen
    IFS='|' read -r function file command what <<< "$1"
    rm -rf faulty
    cp -R "$srcdir/src" faulty
    sed -i "$command" "faulty/protocol/$file"
    # The fault must be one, and a goal must fail: a syntax error does not count.
    if ! cmp -s "faulty/protocol/$file" "$srcdir/src/protocol/$file"; then
        prove faulty "$function"
        [ "$(count_goals "$function" failed)" -eq 0 ] || result=ok
    fi
    report "$result" "$function is not proved if $what"
}

for program in frama-c why3 z3 cvc4; do
    if ! command -v "$program" > /dev/null; then
        echo "1..0 # SKIP $program is not installed"
        exit 0
    fi
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
# Why3 keeps its list of provers in the home directory.
export HOME=$scratch
if ! why3 config detect > said 2>&1; then
    echo 'Bail out! why3 finds no prover'
    exit 1
fi

echo "1..$((${#functions[@]} + ${#faults[@]}))"
prove "$srcdir/src" "$(IFS=, && echo "${functions[*]}")"
is_finished=no
! grep -qE '^\[wp\] Proved goals:' said || is_finished=yes
grep -E '^\[wp\] Proved goals:' said | sed 's/^/# /'
if [ "$(grep -c '\[Failed\] Goal' said)" -eq 0 ] && ! is_proved; then
    is_finished=no
fi
for function in "${functions[@]}"; do
    check_function "$function"
done
for entry in "${faults[@]}"; do
    check_fault "$entry"
done
exit $failed
