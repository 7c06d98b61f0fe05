#!/bin/bash
# SPDX-License-Identifier: MIT
# The senders of a hostile user do what they can to delay the messages of another user to the
# system's daemon. The messages of the other user take at most 100 ms longer (median), all of them
# are logged, and the daemon's memory is bounded.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # run_tests does not take the script's arguments
. "$(dirname "$0")/../integration/lib.sh"

in_private_mounts

# shellcheck source=tests/integration/system-daemon.sh
. "$srcdir/tests/integration/system-daemon.sh"

# The greatest accepted delay of the other user's short messages, in µs: the difference of medians.
readonly DELAY_MAX=100000
# Rounds with and without hostile senders alternate, so that other load of the machine affects both.
readonly ROUNDS=5 MESSAGES_A_ROUND=9

# ---- the hostile user ----

# start_hostile COUNT: starts this many senders of long messages. Returns when all have begun. Their
# PIDs are in the array 'hostile'.
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

# True if a sender has used 4 ms of CPU time, and so has had a turn.
has_begun() {
    has_worked "$1" 4
}

end_hostile() {
    end_all "${hostile[@]}"
    { wait "${hostile[@]}" || :; } 2> /dev/null
}

# ---- the other user ----

written=0

# send_timed USER STRING FILE: sends a message as this user, and appends the time, in µs, to FILE.
send_timed() {
    local start=${EPOCHREALTIME/./}
    as "$1" "$minitalk_send" --timeout=60 "$2"
    echo $((${EPOCHREALTIME/./} - start)) >> "$3"
}

# measure FILE: sends MESSAGES_A_ROUND short messages, see send_timed.
measure() {
    local i
    for ((i = 0; i < MESSAGES_A_ROUND; i++)); do
        written=$((written + 1))
        send_timed "$USER_B" "message $written" "$1"
    done
}

median() {
    sort -n "$1" | sed -n "$((($(wc -l < "$1") + 1) / 2))p"
}

# suffer TROUBLE COUNT: measures the other user's messages in rounds without and with COUNT hostile
# senders, to which the function TROUBLE does something. Then checks the delay and the log.
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
    [ "$trouble" -le $((calm + DELAY_MAX)) ] || fail "the median grew from $calm us to $trouble us"
    received | grep '^message ' | cmp - <(seq -f 'message %g' "$written")
}

# start_nuisance COMMAND…: runs the command in the background until the round is over.
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

test_stopped_senders_hardly_delay_another_user() {
    suffer stop_all 30
}

# A sender that is stopped while it has the turn holds the turn without sending, until its turn
# lapses.
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

test_senders_that_hold_their_turns_hardly_delay_another_user() {
    suffer hold_turns 20
}

just_send() {
    :
}

test_many_long_messages_hardly_delay_another_user() {
    suffer just_send 20
}

# The hostile user may signal its own senders. Only these senders are misled by forged replies.
forge_replies() {
    start_nuisance setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        ./stray replies "${hostile[0]}" "$daemon"
}

test_forged_replies_to_own_senders_hardly_delay_another_user() {
    install -m 755 "$tools/stray" .
    suffer forge_replies 3
}

# The limit of pending signals is per user, so only that user's senders can fail by it. The user of
# this test has no other processes that could have pending signals.
test_a_user_at_the_limit_of_pending_signals_harms_only_itself() {
    local user=60004
    install -m 755 "$tools/hoard" .
    start_system_daemon
    setpriv --reuid="$user" --regid="$user" --clear-groups \
        prlimit --sigpending=10:10 ./hoard 10 > hoarder &
    eventually 5 has_text hoarder
    expect_status 75 as "$user" prlimit --sigpending=10:10 "$minitalk_send" --timeout=1 'mine'
    expect_complaint "this user is at the limit of pending signals"
    as "$USER_B" prlimit --sigpending=10:10 "$minitalk_send" 'message 1'
    expect_received 'message 1'
}

# ---- subordinate user IDs ----

# A hostile user with a range of subordinate user IDs has as many senders as the daemon has sessions,
# each under an ID of its own. They log a message and then wait for more input. MINITALK_CROWD=4096
# tests the limit of the service, which takes minutes.
readonly CROWD=${MINITALK_CROWD-512} FIRST_SUBORDINATE=200000
# Messages to measure, for a 99th percentile. Its greatest accepted growth is DELAY_MAX.
readonly MANY_MESSAGES=100

# start_crowd: starts the senders, and waits until each has logged its message or has been refused.
start_crowd() {
    "$tools/crowd" "$FIRST_SUBORDINATE" "$CROWD" idle "$minitalk_send" --timeout=300 \
        > crowd 2>> complaints &
    crowd=$!
    eventually 250 has_text crowd
    eventually 60 has_crowd
}

has_crowd() {
    [ $(($(received | grep -cx idle) + $(grep -c "$BUSY" complaints))) -eq "$CROWD" ]
}
readonly BUSY='the daemon is at its limit of senders'

# measure_as USER FILE: sends MANY_MESSAGES short messages as this user, see send_timed.
measure_as() {
    local i
    for ((i = 0; i < MANY_MESSAGES; i++)); do
        send_timed "$1" "message of $1" "$2"
    done
}

p99() {
    sort -n "$1" | sed -n "$(($(wc -l < "$1") * 99 / 100))p"
}

test_senders_of_many_subordinate_user_ids_lock_nobody_out() {
    local user calm trouble
    [ "$(ulimit -Hn)" -gt $((CROWD + 100)) ] || skip "the limit of open files is $(ulimit -Hn)"
    run_by=(prlimit --nofile=$((CROWD + $(constant DESCRIPTORS_RESERVED daemon/server.c))))
    says_subuid "$USER_A:$FIRST_SUBORDINATE:$CROWD"
    start_system_daemon
    for user in "$USER_B" 0; do
        measure_as "$user" "calm.$user"
    done
    start_crowd
    for user in "$USER_B" 0; do
        measure_as "$user" "trouble.$user"
        calm=$(p99 "calm.$user") trouble=$(p99 "trouble.$user")
        echo "# user $user, 99th percentile: calm $calm us, trouble $trouble us"
        [ "$trouble" -le $((calm + DELAY_MAX)) ] || fail "it grew from $calm us to $trouble us"
        [ "$(received | grep -cx "message of $user")" -eq $((2 * MANY_MESSAGES)) ]
    done
    end_all "$crowd"
    ! grep -v "$BUSY" complaints || fail 'senders failed for other reasons'
}

# ---- memory ----

# Prints the peak of the daemon's resident memory, in KiB.
memory_of_daemon() {
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$daemon/status"
}

# A half message takes at most twice the bytes that have come of it, and one or two pages for its
# sender. Here that is far below the limit of 256 MiB for all messages under way.
readonly HALF_MESSAGES=200 KIB_EACH=32

test_half_messages_take_little_memory() {
    local before after
    needs_plain_build 'takes more memory'
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
