#!/bin/bash
# SPDX-License-Identifier: MIT
# One user's senders do what they can to keep the system's daemon from another user's: the other's
# messages take hardly longer than ever, all are logged, and the daemon's memory is bounded.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/../integration/lib.sh"

in_private_mounts

# shellcheck source=tests/integration/system-daemon.sh
. "$srcdir/tests/integration/system-daemon.sh"

# How much longer a short message of the other may take, in µs.
readonly DELAY_MAX=100000
# Calm and trouble in alternation, so that both meet with what else the machine does.
readonly ROUNDS=5 MESSAGES_A_ROUND=9

# ---- the one ----

# start_hostile COUNT: senders amid messages that take them long; their PIDs are in the array.
start_hostile() {
    local i pid
    [ -s long ] || head -c 1000000 /dev/urandom > long
    hostile=()
    for ((i = 0; i < $1; i++)); do
        setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
            "$minitalk_send" --timeout=300 --whole < long 2>> complaints &
        hostile+=($!)
    done
    for pid in "${hostile[@]}"; do
        eventually 60 has_begun "$pid"
    done
}

# It has had a turn.
has_begun() {
    has_worked "$1" 4
}

end_hostile() {
    end_all "${hostile[@]}"
    { wait "${hostile[@]}" || :; } 2> /dev/null
}

# ---- the other ----

written=0

# measure FILE: how long each of some short messages takes, in µs.
measure() {
    local i start
    for ((i = 0; i < MESSAGES_A_ROUND; i++)); do
        written=$((written + 1))
        start=${EPOCHREALTIME/./}
        as "$USER_B" "$minitalk_send" --timeout=60 "message $written"
        echo $((${EPOCHREALTIME/./} - start)) >> "$1"
    done
}

median() {
    sort -n "$1" | sed -n "$((($(wc -l < "$1") + 1) / 2))p"
}

# suffer TROUBLE COUNT: calm and trouble by so many senders in turn, and how the other fared.
suffer() {
    local round calm trouble
    start_system_daemon
    for ((round = 0; round < ROUNDS; round++)); do
        measure calm
        start_hostile "$2"
        "$1"
        measure trouble
        end_hostile
        [ ! -s nuisance ] || end_nuisance
    done
    calm=$(median calm) trouble=$(median trouble)
    echo "# median of $(wc -l < calm) each: calm $calm us, trouble $trouble us;" \
        "longest: $(sort -n calm | tail -n 1) us, $(sort -n trouble | tail -n 1) us"
    [ "$trouble" -le $((calm + DELAY_MAX)) ] || fail "$trouble us instead of $calm us"
    received | grep '^message ' | cmp - <(seq -f 'message %g' "$written")
}

# Something that goes on until the round is over.
start_nuisance() {
    "$@" &
    echo $! > nuisance
}

end_nuisance() {
    end_all "$(cat nuisance)"
    { wait "$(cat nuisance)" || :; } 2> /dev/null
    : > nuisance
}

# ---- trouble ----

stop_all() {
    local pid
    kill -STOP "${hostile[@]}"
    for pid in "${hostile[@]}"; do
        eventually 5 is_stopped "$pid"
    done
}

test_senders_stopped_in_the_middle() {
    suffer stop_all 30
}

# Whoever has the turn just then keeps it, silent, as long as it can.
stop_and_continue() {
    local pid
    while :; do
        for pid in "${hostile[@]}"; do
            kill -CONT "$pid"
            sleep 0.002
            kill -STOP "$pid"
        done
    done 2> /dev/null
}

hold_turns() {
    stop_all
    start_nuisance stop_and_continue
}

test_turns_that_are_held_in_silence() {
    suffer hold_turns 20
}

just_send() {
    :
}

test_long_messages_of_many() {
    suffer just_send 20
}

# The one may signal its own senders; what it makes them believe is its own affair.
forge_answers() {
    start_nuisance setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        ./stray answers "${hostile[0]}" "$daemon"
}

test_forged_answers_to_one_s_own_senders() {
    install -m 755 "$tools/stray" .
    suffer forge_answers 3
}

# The limit of pending signals is a user's, and so is the trouble. This user has nothing else that
# could have signals pending.
test_pending_signals_used_up() {
    local user=60004
    install -m 755 "$tools/hoard" .
    start_system_daemon
    setpriv --reuid="$user" --regid="$user" --clear-groups \
        prlimit --sigpending=10:10 ./hoard 10 > hoarder &
    eventually 5 has_text hoarder
    expect_status 75 as "$user" prlimit --sigpending=10:10 "$minitalk_send" --timeout=1 'mine'
    expect_complaint "this user's limit of pending signals is used up"
    as "$USER_B" prlimit --sigpending=10:10 "$minitalk_send" 'message 1'
    expect_received 'message 1'
}

# ---- memory ----

# In KiB, the most that it ever was.
memory_of_daemon() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$daemon/status"
}

# What a half message needs is at most twice what came of it, and a page or two for its sender. Here
# that is far below the 256 MiB of all messages under way.
readonly HALF_MESSAGES=200 KIB_EACH=32

test_half_messages_in_memory() {
    local before after
    needs_plain_build 'keeps more in memory'
    start_system_daemon
    as "$USER_B" "$minitalk_send" 'message 1'
    before=$(memory_of_daemon)
    start_hostile "$HALF_MESSAGES"
    stop_all
    after=$(memory_of_daemon)
    echo "# $HALF_MESSAGES half messages: from $before to $after KiB"
    [ "$after" -le $((before + HALF_MESSAGES * KIB_EACH)) ] || fail "$after KiB, after $before KiB"
    as "$USER_B" "$minitalk_send" 'message 2'
    end_hostile
    expect_received 'message 1' 'message 2'
}

run_tests
