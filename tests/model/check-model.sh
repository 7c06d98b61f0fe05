#!/bin/bash
# SPDX-License-Identifier: MIT
# check-model.sh - searches the model of the protocol (minitalk.pml) exhaustively, within bounds
#
#   check-model.sh                  bounds that take a minute or two: part of make check
#   check-model.sh --full           more senders, messages, bits and trouble: make check-model
#   check-model.sh --without=RULE   shows the shortest way in which things go wrong without a rule
#
# The promises hold in every state that can be reached; and without any one of the rules, some
# promise is broken. Where minitalk.pml and tests/simulation switch off the same rule, they do so
# under the same name. Results go out as TAP.
set -u

srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
readonly model=$srcdir/tests/model/minitalk.pml
readonly MEMORY_MB=1900 DEPTH=2000000

# What is searched, and how: 'states' for broken promises, 'cycles' for a run without an end. A
# search with TROUBLE also fails where nothing can happen any more and a sender has no verdict.
promises=(
    'one sender|states|-DMESSAGES=3 -DBITS=5'
    'one sender, signals handed out in any order|states|-DMESSAGES=3 -DBITS=5 -DANY_ORDER'
    'messages as long as counts can tell|states|-DMESSAGES=3 -DBITS=4 -DANY_ORDER'
    'a sender that dies, and another with its PID|states|-DLIVES=2 -DMESSAGES=2 -DBITS=5'
    'the same in any order|states|-DLIVES=2 -DMESSAGES=2 -DBITS=5 -DANY_ORDER'
    'one with its PID that keeps to no protocol|states|-DLIVES=2 -DROGUE -DMESSAGES=2 -DBITS=5'
    'forged questions|states|-DFORGED -DMESSAGES=1 -DBITS=4'
    'forged questions and a PID used again|states|-DFORGED -DLIVES=2 -DMESSAGES=1 -DBITS=2'
    'a sender that is dismissed|states|-DSCARCE -DLIVES=2 -DMESSAGES=2 -DBITS=5 -DANY_ORDER'
    'two senders|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=2'
    'two senders with two messages each|states|-DSENDERS=2 -DMESSAGES=2 -DBITS=3 -DTROUBLE=1'
    'two senders, one of which dies|states|-DSENDERS=2 -DLIVES=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
    'two senders in any order|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=2 -DTROUBLE=1 -DANY_ORDER'
    'one sender comes to an end|states|-DMESSAGES=2 -DBITS=5 -DTROUBLE=4'
    'one sender does not go on for ever|cycles|-DMESSAGES=2 -DBITS=5 -DTROUBLE=4'
    'two senders do not go on for ever|cycles|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
    'nor if one dies|cycles|-DSENDERS=2 -DLIVES=2 -DMESSAGES=1 -DBITS=2 -DTROUBLE=1'
    'nobody waits for a stopped sender|states|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
    'nor for ever|cycles|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
)

# What takes long, and is left to make check-model. To fit into memory, a state is remembered by its
# hash alone (-DHC4): two that have the same one would be taken for one.
full_promises=(
    'one sender, long messages|states|-DMESSAGES=3 -DBITS=11 -DANY_ORDER'
    'forged questions in any order|states|-DFORGED -DMESSAGES=2 -DBITS=5 -DANY_ORDER'
    'two senders and more trouble|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=3'
    'the same in any order|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=3 -DANY_ORDER'
    'two senders, one of which dies|states|-DSENDERS=2 -DLIVES=2 -DMESSAGES=2 -DTROUBLE=1'
    'two senders, one of which stops|states|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DTROUBLE=3'
    'two senders do not go on for ever|cycles|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=2'
)

# Each rule with its search: the first that shows what it is good for.
rules=(
    'asking|after a silence the sender asks, and repeats no bit|states|-DBITS=5'
    'sender-barrier|a sender acts on a word behind the barrier only|states|-DBITS=5 -DANY_ORDER'
    'daemon-barrier|the daemon acts on a word behind the barrier only|states|-DBITS=5 -DANY_ORDER'
    "order|slots prove something in the kernel's order only|states|-DBITS=5 -DANY_ORDER"
    'nonce|an answer to an older question is not believed|states|-DBITS=5'
    'asked|a go is believed only by who asked|states|-DBITS=5'
    'answerer|only the daemon answers|states|-DBITS=5'
    'pidfd|a process is more than its PID|states|-DLIVES=2 -DBITS=5'
    'proof|a bit counts if its answer could be delivered|states|-DLIVES=2 -DROGUE -DBITS=5'
    'newcomer|what waited before a session is no part of it|states|-DFORGED -DLIVES=2 -DBITS=2'
    'whose|bits count for who sent them|states|-DSENDERS=2 -DBITS=3 -DTROUBLE=1'
    'sequence|bits are taken in order|states|-DBITS=5'
    'lane|a lane never holds two bits|states|-DBITS=5'
    'clearing|bits that wait are forgotten before a count is told|states|-DBITS=5'
    'restart|a message of which nothing came begins anew|states|-DMESSAGES=2 -DBITS=5'
    'log|what is confirmed is in the log|states|-DBITS=5'
    'once|what is in the log is there once|states|-DBITS=5'
    'repetition|who is not answered asks again|states|-DBITS=5 -DTROUBLE=1'
    'lapse|a silent sender loses its turn|cycles|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DTROUBLE=1'
)

# ---- searching ----

# search MODE FLAGS…: leaves what was found in ./said. False if there is no verdict.
search() {
    local mode=$1 for_what='-DSAFETY' how=''
    local -a flags
    shift
    read -r -a flags <<< "$*"
    [ "$mode" = states ] || for_what='-DNP' how='-l'
    rm -f pan* ./*.trail
    spin -a "${flags[@]}" "$model" > said 2>&1 || return 1
    cc -O1 -w "$for_what" "${MORE_FLAGS[@]}" -DNOFAIR -DNOREDUCE -DMEMLIM=$MEMORY_MB -o pan pan.c \
        > said 2>&1 || return 1
    # shellcheck disable=SC2086 # one option or none
    ./pan -m$DEPTH -n $how > said 2>&1 || return 1
    grep -q 'errors: [0-9]' said
}
MORE_FLAGS=()

# It was not cut short by a bound of the search.
is_complete() {
    ! grep -qE 'Search not completed|max search depth too small|out of memory|[Mm]emory bound' said
}

is_kept() {
    grep -q 'errors: 0$' said && is_complete
}

# A promise is broken, and not only the model: that would say 'assertion violated - …'.
is_broken() {
    grep -qE 'assertion violated( [^-]|$)|non-progress cycle \(' said
}

number=0
failed=0
report() {
    number=$((number + 1))
    if [ "$1" = ok ]; then
        echo "ok $number - $2"
    else
        failed=1
        echo "not ok $number - $2"
        sed 's/^/# /' said
    fi
}

size_of_search() {
    awk '/states, stored/ { printf "%d states", $1 }
         /total actual memory/ { printf ", %d MB", $1 }' said
}

check_promise() {
    local what mode flags verdict=broken
    IFS='|' read -r what mode flags <<< "$1"
    # shellcheck disable=SC2086 # a list of flags
    if search "$mode" $flags && is_kept; then
        verdict=ok
    fi
    echo "# $flags: $(size_of_search)"
    report "$verdict" "$what: every promise is kept"
}

check_rule() {
    local name rule mode flags verdict=unseen
    IFS='|' read -r name rule mode flags <<< "$1"
    # shellcheck disable=SC2086 # a list of flags
    if search "$mode" $flags "$(switch_off "$name")" && is_broken; then
        verdict=ok
        echo "# --without=$name: $(sed -n 's/^pan:1: //p' said)"
    fi
    report "$verdict" "it matters that $rule"
}

switch_off() {
    local name=${1^^}
    echo "-DWITHOUT_${name//-/_}"
}

# Breadth first: the first that is found is a shortest one.
show_shortest() {
    local entry name rule mode flags
    for entry in "${rules[@]}"; do
        IFS='|' read -r name rule mode flags <<< "$entry"
        [ "$name" = "$1" ] || continue
        [ "$mode" = cycles ] || MORE_FLAGS=(-DBFS) flags="$flags -DSHORTEST"
        flags="$flags $(switch_off "$name")"
        # shellcheck disable=SC2086 # a list of flags
        search "$mode" $flags || break
        echo "If it were not so that $rule:"
        # shellcheck disable=SC2086 # a list of flags
        spin -k ./*.trail $flags "$model" | sed '/^#processes/,$d'
        return
    done
    [ ! -e said ] || cat said
    echo "usage: check-model.sh [--full | --without=RULE]"
    echo "rules:$(printf ' %s' "${rules[@]%%|*}")"
    return 1
} >&2

# ---- running ----

if ! command -v spin > /dev/null || ! command -v cc > /dev/null; then
    if [ -n "${CI-}" ]; then
        echo 'Bail out! the model needs spin and a C compiler'
        exit 1
    fi
    echo 'check-model.sh: skipped altogether: spin, or a C compiler, is not installed' >&2
    echo '1..0 # SKIP spin, or a C compiler, is not installed'
    exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

more_promises=()
case ${1-} in
'') ;;
--full) more_promises=("${full_promises[@]}") ;;
*)
    show_shortest "${1#--without=}"
    exit
    ;;
esac

echo "1..$((${#promises[@]} + ${#more_promises[@]} + ${#rules[@]}))"
for entry in "${promises[@]}"; do
    check_promise "$entry"
done
MORE_FLAGS=(-DHC4)
for entry in "${more_promises[@]}"; do
    check_promise "$entry"
done
MORE_FLAGS=()
for entry in "${rules[@]}"; do
    check_rule "$entry"
done
exit $failed
