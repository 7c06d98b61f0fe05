#!/bin/bash
# SPDX-License-Identifier: MIT
# Signals of strangers may cost time. But no message is lost, doubled or changed, and neither
# program ends.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# bother ARGUMENT…: runs tests/tools/stray with these arguments in the background. It sends signals
# at full speed until its target has ended or leave_alone ends it. Its PID is in $stray.
bother() {
    "$tools/stray" "$@" 3>&- &
    stray=$!
}

# leave_alone PID: ends this stray.
leave_alone() {
    kill "$1"
    expect_end 143 "$1"
}

# prepare_messages COUNT: starts a sender of this many messages. It gets no input until go_on.
prepare_messages() {
    seq -f 'message %g' "$1" > messages
    mkfifo hold
    exec 3<> hold
    "$minitalk_send" --timeout=60 --pidfile="$PWD/minitalk.pid" < hold 2> sender-errors 3>&- &
    sender=$!
    eventually 5 is_shielded "$sender"
}

go_on() {
    cat messages > hold
    exec 3>&-
}

expect_messages() {
    local status=0
    wait "$sender" || status=$?
    [ "$status" -eq 0 ] || fail "the sender ended with $status: $(cat sender-errors)"
    expect_received < messages
}

# ---- a signal now and then ----

test_single_strays_at_an_idle_daemon_harm_nothing() {
    start_daemon
    for signal in USR1 USR2 USR2 USR1 USR1; do
        kill "-$signal" "$daemon"
        send "after SIG$signal"
    done
    expect_received 'after SIGUSR1' 'after SIGUSR2' 'after SIGUSR2' 'after SIGUSR1' 'after SIGUSR1'
    stop_daemon
}

# True if a process ignores or blocks the signals, or has ended. Before that, SIGUSR1 ends a sender
# as it ends any process.
is_shielded_or_has_ended() {
    has_ended "$1" || grep -qE '^Sig(Ign|Blk):.*[abef][0-9a-f]{2}$' "/proc/$1/status"
}

test_single_strays_at_any_moment_of_a_message_harm_nothing() {
    start_daemon
    head -c 4096 /dev/urandom > message
    start_send --whole < message
    eventually 10 is_shielded_or_has_ended "$sender"
    while ! has_ended "$sender"; do
        for target in "$daemon" "$sender"; do
            kill -USR1 "$target" 2> /dev/null || :
            kill -USR2 "$target" 2> /dev/null || :
        done
    done
    expect_end 0 "$sender"
    { cat message; echo; } | expect_received
    stop_daemon
}

test_a_stray_does_not_end_a_sender_that_is_just_starting() {
    start_daemon
    for i in {1..20}; do
        "$minitalk_send" --pidfile=minitalk.pid "message $i" &
        sender=$!
        eventually 5 blocks_or_ended "$sender"
        kill -USR1 "$sender" 2> /dev/null || :
        kill -USR2 "$sender" 2> /dev/null || :
        expect_end 0 "$sender"
    done
    seq -f 'message %g' 20 | expect_received
}

blocks_or_ended() {
    has_ended "$1" || is_shielded "$1"
}

# ---- storms ----

test_a_storm_at_the_daemon_loses_no_message() {
    start_daemon
    prepare_messages 100
    bother plain "$daemon"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

test_a_storm_at_the_sender_loses_no_message() {
    start_daemon
    prepare_messages 100
    bother plain "$sender"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_a_storm_at_both_loses_no_message() {
    start_daemon
    prepare_messages 100
    bother plain "$sender" "$daemon"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_a_storm_at_the_daemon_of_many_senders_loses_no_message() {
    start_daemon
    bother plain "$daemon"
    for i in {1..10}; do
        send --timeout=60 "message $i"
    done
    seq -f 'message %g' 10 | expect_received
    leave_alone "$stray"
    stop_daemon
}

# on_cpu N COMMAND…: executes the command on the N-th of the CPUs that this shell may use.
on_cpu() {
    local number
    number=$(taskset --cpu-list --pid $$ | sed 's/.*: //' | tr ',' '\n' |
        awk -F- '{ for (i = $1; i <= $NF; i++) print i }' | sed -n "$1p")
    [ -n "$number" ] || skip 'only one CPU can be used here'
    shift
    exec taskset --cpu-list "$number" "$@"
}

# If sender and daemon share one CPU and the storm comes from another, the slots of both are full
# again whenever they run.
test_storms_from_another_cpu_lose_no_message() {
    for flooded in daemon sender; do
        run_by=(on_cpu 1)
        start_daemon
        prepare_messages 20
        (on_cpu 2 "$tools/stray" plain "${!flooded}" 3>&-) &
        stray=$!
        go_on
        expect_messages
        kill "$stray" 2> /dev/null || :
        wait "$stray" || :
        stop_daemon
        rm hold
    done
}

# ---- forged words ----

test_unknown_words_at_the_daemon_change_no_message() {
    start_daemon
    prepare_messages 20
    bother words "$daemon" "$sender"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

test_unknown_words_at_the_sender_change_no_message() {
    start_daemon
    prepare_messages 20
    bother words "$sender" "$daemon"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_replies_in_the_name_of_a_third_process_change_no_message() {
    start_daemon
    prepare_messages 20
    bother replies "$sender" "$BASHPID"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_probes_in_the_name_of_a_third_process_change_no_message() {
    start_daemon
    prepare_messages 20
    bother probes "$daemon" "$BASHPID"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

test_probes_in_the_name_of_the_sender_change_no_message() {
    start_daemon
    prepare_messages 20
    bother probes "$daemon" "$sender"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

# The daemon must not reply to the process that a forged probe names: the reply would end that
# process. If a probe names the daemon, it must not reply to itself.
test_forged_probes_harm_nobody() {
    start_daemon
    sleep 60 &
    innocent=$!
    for claimed in "$innocent" "$daemon" 1 99999999; do
        bother probes "$daemon" "$claimed"
        send --timeout=30 "in spite of $claimed"
        leave_alone "$stray"
    done
    ! has_ended "$innocent" || fail 'an innocent process was ended'
    expect_received "in spite of $innocent" "in spite of $daemon" 'in spite of 1' \
        'in spite of 99999999'
    stop_daemon
}

# ---- the limit of pending signals: beyond it, signals arrive without their sender ----

test_a_limit_of_0_pending_signals_is_an_error() {
    start_daemon
    expect_status 71 prlimit --sigpending=0:0 "$minitalk_send" --pidfile=minitalk.pid 'a message'
    expect_complaint "the limit of pending signals is 0"
    expect_status 71 prlimit --sigpending=0:0 "$minitalkd" --foreground --output=stdout \
        --pidfile=other.pid
    expect_complaint "the limit of pending signals is 0"
    [ ! -e other.pid ] || fail 'the daemon made a pidfile'
    expect_received < /dev/null
}

test_the_soft_limit_of_pending_signals_is_raised() {
    run_by=(prlimit --sigpending=0:1000)
    start_daemon
    prlimit --sigpending=0:1000 "$minitalk_send" --pidfile=minitalk.pid 'all the same'
    expect_received 'all the same'
}

# start_user_daemon USER [OPTION…]
start_user_daemon() {
    needs_root 'become a user who has no other processes'
    publish_programs
    mkdir own
    chown "$1" own
    as "$1" "${run_by[@]}" "$minitalkd" --output=stdout --pidfile="$PWD/own/pid" "${@:2}" \
        > output 2> errors
    daemon=$(head -n 1 output)
    also_end "$daemon"
}

test_a_used_up_limit_of_pending_signals_is_named() {
    start_user_daemon "$USER_A"
    install -m 755 "$tools/hoard" .
    as "$USER_A" prlimit --sigpending=10:10 ./hoard 10 > hoarder &
    eventually 5 has_text hoarder
    expect_status 75 as "$USER_A" prlimit --sigpending=10:10 \
        "$minitalk_send" --timeout=1 --pidfile="$PWD/own/pid" 'a message'
    expect_complaint 'because this user is at the limit of pending signals'
    kill "$(cat hoarder)"
    as "$USER_A" prlimit --sigpending=10:10 "$minitalk_send" --pidfile="$PWD/own/pid" 'a message'
    expect_received 'a message'
}

# hoard_as USER [COUNT]: uses up 10 pending signals of this user, or COUNT. The PID of the hoarder is
# in $hoarder. The command in the array 'run_by', if any, executes the hoarder.
hoard_as() {
    install -m 755 "$tools/hoard" .
    as "$1" "${run_by[@]}" ./hoard "${2-10}" > hoarder &
    eventually 5 has_text hoarder
    hoarder=$(cat hoarder)
}

last_status() {
    sed -n 's/^STATUS=//p' notified | tail -n 1
}

status_has() {
    last_status | grep -q "$1"
}

# expect_records NUMBER: the daemon has logged so many records about the limit.
expect_records() {
    [ "$(grep -c 'limit of' errors)" -eq "$1" ] || fail "not $1 records: $(cat errors)"
}

has_taken_all() {
    grep -q '^ShdPnd:.0*$' "/proc/$1/status" && is_asleep "$1"
}

# The kernel counts by the number of the user ID. A container without a user namespace shares this
# number as the hoarder does here.
test_a_daemon_whose_user_is_at_the_limit_of_pending_signals_tells_everybody() {
    local limit="user $USER_A is at the limit of 10 pending signals"
    start_manager
    run_by=(prlimit --sigpending=10:10)
    start_user_daemon "$USER_A"
    as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/pid" 'before'
    hoard_as "$USER_A"
    for message in first second; do
        expect_status 75 as "$USER_A" "$minitalk_send" --timeout=1 --pidfile="$PWD/own/pid" \
            "$message"
        expect_complaint "signals reach the daemon, process $daemon, without the PID of their sender"
        expect_complaint "because user $USER_A is at the limit of pending signals"
    done
    grep "^minitalkd: $limit, so signals arrive without the PID of their sender; " errors
    expect_records 1
    eventually 5 status_has "; $limit\$"
    kill "$hoarder"
    eventually 5 as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/pid" 'after'
    eventually 20 grep -q "^minitalkd: user $USER_A is below the limit of pending signals again" errors
    expect_records 2
    eventually 5 status_has ' senders now$'
    expect_received before after
}

# One place below the limit is left: enough for the bits, but not for two blocks at once.
test_blocks_arrive_although_hardly_any_signal_may_be_pending() {
    local message
    printf -v message '%02000d' 0
    run_by=(prlimit --sigpending=10:10)
    start_user_daemon "$USER_A"
    hoard_as "$USER_A" 9
    "$minitalk_send" --daemon-user="$USER_A" --pidfile="$PWD/own/pid" --wide "$message"
    expect_received "$message"
}

has_session() {
    [ "$(sessions_of_daemon)" -ge 1 ]
}

# While the limit is used up, nothing arrives. After that, the rest of the message travels as blocks,
# too: as bits, it would take 60 times as long.
test_blocks_go_on_once_the_limit_of_pending_signals_is_not_used_up() {
    head -c 16000000 /dev/zero | tr '\0' x > message
    run_by=(prlimit --sigpending=10:10)
    start_user_daemon "$USER_A" --max-message=16000000
    "$minitalk_send" --daemon-user="$USER_A" --pidfile="$PWD/own/pid" --wide --whole --verbose \
        --file="$PWD/message" 2> summary &
    sender=$!
    eventually 5 has_session
    hoard_as "$USER_A"
    eventually 5 grep -q 'at the limit of 10 pending signals' errors
    kill "$hoarder"
    expect_end 0 "$sender"
    { cat message; echo; } | expect_received
    grep -qE ' [0-9]{1,3} bits and [0-9]+ blocks sent, [1-9][0-9]* repeat' summary ||
        fail "the sender said: $(cat summary)"
}

# Only the limit of the receiver counts, so the unit of the system's daemon sets none.
test_a_daemon_with_a_higher_limit_of_pending_signals_is_not_affected() {
    start_user_daemon "$USER_A"
    run_by=(prlimit --sigpending=10:10)
    hoard_as "$USER_A"
    as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/pid" 'a message'
    expect_received 'a message'
}

looks() {
    grep -c '/proc/.*/status' calls
}

has_looked() {
    [ "$(looks)" -ge 1 ]
}

# Signals of another PID namespace have no sender either. They are no sign of a limit. A flood of
# them must not make the daemon look at its limit for each signal.
test_signals_from_another_pid_namespace_are_no_sign_of_a_limit() {
    strace -qq -o /dev/null true 2> /dev/null || skip 'strace is not installed, or may not trace'
    local start=${EPOCHREALTIME/./} took
    start_manager
    start_daemon_as_process_1 --output=stdout
    strace -qq -o calls -e trace=openat -p "$daemon" 2> /dev/null &
    "$tools/stray" plain "$daemon" &
    stray=$!
    eventually 5 has_looked
    let_work "$daemon" 500
    took=$(((${EPOCHREALTIME/./} - start) / 1000000))
    kill "$stray"
    [ "$(looks)" -le $((took + 2)) ] || fail "the daemon looked $(looks) times in $took s"
    eventually 5 has_taken_all "$daemon"
    expect_records 0
    ! status_has 'limit' || fail "the status is: $(last_status)"
}

run_tests
