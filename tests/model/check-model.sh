#!/bin/bash
# SPDX-License-Identifier: MIT
# check-model.sh - searches the model of the protocol (minitalk.pml) exhaustively, within bounds
#
#   check-model.sh                  narrow bounds, a minute or two: part of make check
#   check-model.sh --full           also more senders, messages, bits and trouble: make check-model
#   check-model.sh --without=RULE   shows a shortest run that breaks a promise without this rule
#
# The script checks two things:
#   - The promises of minitalk.pml hold in every state that can be reached.
#   - Each rule is necessary: if it is switched off, a promise is broken.
#
# A rule that minitalk.pml and tests/simulation both switch off has the same name in both. The
# output is TAP.
set -u

srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
# shellcheck source=tests/tools/tap.sh
. "$srcdir/tests/tools/tap.sh"
readonly model=$srcdir/tests/model/minitalk.pml
readonly MEMORY_MB=1900 DEPTH=2000000

# Each line is a search: description, mode and flags. The mode 'states' looks for broken promises,
# and the mode 'cycles' looks for a run without an end. A search with TROUBLE also fails if nothing
# more can happen while a sender has no verdict.
promises=(
    'one sender|states|-DMESSAGES=3 -DBITS=5'
    'one sender, signals delivered in any order|states|-DMESSAGES=3 -DBITS=5 -DANY_ORDER'
    'as many bits as the modulus of counts|states|-DMESSAGES=3 -DBITS=4 -DANY_ORDER'
    'a reused PID|states|-DLIVES=2 -DMESSAGES=2 -DBITS=5'
    'a reused PID, in any order|states|-DLIVES=2 -DMESSAGES=2 -DBITS=5 -DANY_ORDER'
    'a process with a reused PID breaks the protocol|states|-DLIVES=2 -DROGUE -DMESSAGES=2 -DBITS=5'
    'forged probes|states|-DFORGED -DMESSAGES=1 -DBITS=4'
    'forged probes and a reused PID|states|-DFORGED -DLIVES=2 -DMESSAGES=1 -DBITS=2'
    'a session is evicted|states|-DSCARCE -DLIVES=2 -DMESSAGES=2 -DBITS=5 -DANY_ORDER'
    'a message in blocks that the daemon does not get|states|-DNARROW -DMESSAGES=2 -DBITS=5'
    'the same in any order|states|-DNARROW -DMESSAGES=2 -DBITS=4 -DANY_ORDER'
    'the same with a reused PID|states|-DNARROW -DLIVES=2 -DMESSAGES=1 -DBITS=3'
    'the same with two senders|states|-DNARROW -DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
    'no endless run with it|cycles|-DNARROW -DMESSAGES=2 -DBITS=3 -DTROUBLE=2'
    'two senders|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=2'
    'two senders with two messages each|states|-DSENDERS=2 -DMESSAGES=2 -DBITS=3 -DTROUBLE=1'
    'two senders, one of which dies|states|-DSENDERS=2 -DLIVES=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
    'two senders in any order|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=2 -DTROUBLE=1 -DANY_ORDER'
    'one sender always gets a verdict|states|-DMESSAGES=2 -DBITS=5 -DTROUBLE=4'
    'no endless run with one sender|cycles|-DMESSAGES=2 -DBITS=5 -DTROUBLE=4'
    'no endless run with two senders|cycles|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
    'no endless run if one dies|cycles|-DSENDERS=2 -DLIVES=2 -DMESSAGES=1 -DBITS=2 -DTROUBLE=1'
    'nobody waits for a stopped sender|states|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
    'no endless run if one stops|cycles|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DBITS=3 -DTROUBLE=1'
)

# Searches that take long: only make check-model runs them. To fit into memory, spin stores only a
# hash of each state (-DHC4). It would take two states with the same hash for one state.
full_promises=(
    'one sender, long messages|states|-DMESSAGES=3 -DBITS=11 -DANY_ORDER'
    'forged probes in any order|states|-DFORGED -DMESSAGES=2 -DBITS=5 -DANY_ORDER'
    'two senders and more trouble|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=3'
    'more trouble in any order|states|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=3 -DANY_ORDER'
    'two senders, one of which dies|states|-DSENDERS=2 -DLIVES=2 -DMESSAGES=2 -DTROUBLE=1'
    'two senders, one of which stops|states|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DTROUBLE=3'
    'no endless run with more trouble|cycles|-DSENDERS=2 -DMESSAGES=1 -DBITS=3 -DTROUBLE=2'
)

# Each line is a rule: name, description, and the mode and flags of a search that needs the rule.
rules=(
    'probing|after a probe timeout the sender sends a probe and repeats no bit|states|-DBITS=5'
    'sender-barrier|a sender acts only on words the barrier releases|states|-DBITS=5 -DANY_ORDER'
    'daemon-barrier|the daemon acts only on words the barrier releases|states|-DBITS=5 -DANY_ORDER'
    "order|slots are proved empty only in the kernel's order|states|-DBITS=5 -DANY_ORDER"
    'nonce|a sender does not believe a reply to an older probe|states|-DBITS=5'
    'awaited|a sender believes a go only while it waits for a reply|states|-DBITS=5'
    'daemon-acks|only the daemon acknowledges bits|states|-DBITS=5'
    'pidfd|a session belongs to a process and not to a PID|states|-DLIVES=2 -DBITS=5'
    'proof|the daemon takes a bit only if its ack could be sent|states|-DLIVES=2 -DROGUE -DBITS=5'
    'opening|bits from before a session do not count in it|states|-DFORGED -DLIVES=2 -DBITS=2'
    'whose|a bit counts only for the process that sent it|states|-DSENDERS=2 -DBITS=3 -DTROUBLE=1'
    'sequence|the daemon takes bits in order|states|-DBITS=5'
    'lane|a lane never holds two bits|states|-DBITS=5'
    'clearing|the daemon forgets held bits before it tells its count|states|-DBITS=5'
    'restart|a message of which no bit arrived starts again|states|-DMESSAGES=2 -DBITS=5'
    'log|a confirmed message is in the log|states|-DBITS=5'
    'once|a message is in the log only once|states|-DBITS=5'
    'repetition|a sender without a reply sends its probe again|states|-DBITS=5 -DTROUBLE=1'
    'lapse|a silent sender loses its turn|cycles|-DSENDERS=2 -DSTOPS -DMESSAGES=1 -DTROUBLE=1'
)

# ---- searching ----

# search MODE FLAGS…: searches, and leaves the output in ./said. Returns false if the search has no
# result.
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

# Returns true if no bound of the search cut it short.
is_complete() {
    ! grep -qE 'Search not completed|max search depth too small|out of memory|[Mm]emory bound' said
}

is_kept() {
    grep -q 'errors: 0$' said && is_complete
}

# Returns true if a promise is broken. An error of the model itself says 'assertion violated - …'.
is_broken() {
    grep -qE 'assertion violated( [^-]|$)|non-progress cycle \(' said
}

explain() {
    cat said
}

size_of_search() {
    awk '/states, stored/ { printf "%d states", $1 }
         /total actual memory/ { printf ", %d MB", $1 }' said
}

check_promise() {
    local what mode flags result=broken
    IFS='|' read -r what mode flags <<< "$1"
    # shellcheck disable=SC2086 # a list of flags
    if search "$mode" $flags && is_kept; then
        result=ok
    fi
    echo "# $flags: $(size_of_search)"
    report "$result" "$what: every promise is kept"
}

check_rule() {
    local name rule mode flags result=unseen
    IFS='|' read -r name rule mode flags <<< "$1"
    # shellcheck disable=SC2086 # a list of flags
    if search "$mode" $flags "$(switch_off "$name")" && is_broken; then
        result=ok
        echo "# --without=$name: $(sed -n 's/^pan:1: //p' said)"
    fi
    report "$result" "without this rule a promise is broken: $rule"
}

switch_off() {
    local name=${1^^}
    echo "-DWITHOUT_${name//-/_}"
}

# Searches breadth first, so that the first broken promise is found in a shortest run.
show_shortest() {
    local entry name rule mode flags
    for entry in "${rules[@]}"; do
        IFS='|' read -r name rule mode flags <<< "$entry"
        [ "$name" = "$1" ] || continue
        [ "$mode" = cycles ] || MORE_FLAGS=(-DBFS) flags="$flags -DSHORTEST"
        flags="$flags $(switch_off "$name")"
        # shellcheck disable=SC2086 # a list of flags
        search "$mode" $flags || break
        echo "A run without the rule that $rule:"
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

need spin cc

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
