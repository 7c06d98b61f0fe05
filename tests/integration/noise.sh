#!/bin/bash
# SPDX-License-Identifier: MIT
# Signals that belong to no conversation: they may cost time, but no message is lost, doubled or
# changed, and no program ends.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and its kin are its own
. "$(dirname "$0")/lib.sh"

# bother WHAT PID [CLAIMED]: from now on, at full speed. The PID of who does it is in $stray.
bother() {
    "$tools/stray" "$@" 3>&- &
    stray=$!
}

leave_alone() {
    kill "$1"
    expect_end 143 "$1"
}

# prepare_messages COUNT: a sender of so many messages that has not begun yet; go_on lets it.
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

test_single_strays_at_an_idle_daemon() {
    start_daemon
    for signal in USR1 USR2 USR2 USR1 USR1; do
        kill "-$signal" "$daemon"
        send "after SIG$signal"
    done
    expect_received 'after SIGUSR1' 'after SIGUSR2' 'after SIGUSR2' 'after SIGUSR1' 'after SIGUSR1'
    stop_daemon
}

# A process that has yet to be loaded dies of SIGUSR1, as any does that is not prepared.
is_shielded_or_has_ended() {
    has_ended "$1" || grep -qE '^Sig(Ign|Blk):.*[abef][0-9a-f]{2}$' "/proc/$1/status"
}

test_single_strays_at_any_moment_of_a_message() {
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

test_a_stray_at_a_sender_that_is_just_starting_does_not_end_it() {
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

test_a_storm_at_the_daemon() {
    start_daemon
    prepare_messages 100
    bother plain "$daemon"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

test_a_storm_at_the_sender() {
    start_daemon
    prepare_messages 100
    bother plain "$sender"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_a_storm_at_both() {
    start_daemon
    prepare_messages 100
    bother plain "$sender" "$daemon"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_a_storm_at_the_daemon_of_many_senders() {
    start_daemon
    bother plain "$daemon"
    for i in {1..10}; do
        send --timeout=60 "message $i"
    done
    seq -f 'message %g' 10 | expect_received
    leave_alone "$stray"
    stop_daemon
}

# on_cpu CPU COMMAND…: on the first or the second one that this shell may use.
on_cpu() {
    local number
    number=$(taskset --cpu-list --pid $$ | sed 's/.*: //' | tr ',' '\n' |
        awk -F- '{ for (i = $1; i <= $NF; i++) print i }' | sed -n "$1p")
    [ -n "$number" ] || skip 'there is one CPU only'
    shift
    exec taskset --cpu-list "$number" "$@"
}

# Where sender and daemon share a CPU, the slots of both are full again whenever they run.
test_storms_from_another_cpu() {
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

test_words_that_nobody_knows_at_the_daemon() {
    start_daemon
    prepare_messages 20
    bother words "$daemon" "$sender"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

test_words_that_nobody_knows_at_the_sender() {
    start_daemon
    prepare_messages 20
    bother words "$sender" "$daemon"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_answers_in_the_name_of_a_third_party() {
    start_daemon
    prepare_messages 20
    bother answers "$sender" "$BASHPID"
    go_on
    expect_messages
    expect_end 0 "$stray"
    stop_daemon
}

test_questions_in_the_name_of_a_third_party() {
    start_daemon
    prepare_messages 20
    bother probes "$daemon" "$BASHPID"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

# They change no message, whatever is asked.
test_questions_in_the_name_of_the_sender() {
    start_daemon
    prepare_messages 20
    bother probes "$daemon" "$sender"
    go_on
    expect_messages
    leave_alone "$stray"
    stop_daemon
}

# Whoever is named is not sent an answer that would end it, and the daemon not one of its own.
test_forged_questions_harm_nobody() {
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

# ---- signals that arrive without their sender ----

test_no_signals_may_be_pending_at_all() {
    start_daemon
    expect_status 71 prlimit --sigpending=0:0 "$minitalk_send" --pidfile=minitalk.pid 'a message'
    expect_complaint "the limit of pending signals is 0"
    expect_status 71 prlimit --sigpending=0:0 "$minitalkd" --foreground --output=stdout \
        --pidfile=other.pid
    expect_complaint "the limit of pending signals is 0"
    [ ! -e other.pid ] || fail 'it has made a pidfile'
    expect_received < /dev/null
}

test_a_soft_limit_is_raised() {
    run_by=(prlimit --sigpending=0:1000)
    start_daemon
    prlimit --sigpending=0:1000 "$minitalk_send" --pidfile=minitalk.pid 'all the same'
    expect_received 'all the same'
}

start_user_daemon() {
    needs_root 'become a user who has no other processes'
    publish_programs
    mkdir own
    chown "$1" own
    as "$1" "$minitalkd" --output=stdout --pidfile="$PWD/own/pid" > output 2> errors
    daemon=$(head -n 1 output)
    also_end "$daemon"
}

test_a_limit_that_others_have_used_up_is_named() {
    start_user_daemon "$USER_A"
    install -m 755 "$tools/hoard" .
    as "$USER_A" prlimit --sigpending=10:10 ./hoard 10 > hoarder &
    eventually 5 has_text hoarder
    expect_status 75 as "$USER_A" prlimit --sigpending=10:10 \
        "$minitalk_send" --timeout=1 --pidfile="$PWD/own/pid" 'a message'
    expect_complaint 'because this user'"'"'s limit of pending signals is used up'
    kill "$(cat hoarder)"
    as "$USER_A" prlimit --sigpending=10:10 "$minitalk_send" --pidfile="$PWD/own/pid" 'a message'
    expect_received 'a message'
}

run_tests
