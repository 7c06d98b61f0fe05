#!/bin/bash
# SPDX-License-Identifier: MIT
# What --trace draws is what happens on the wire, and to draw it disturbs nothing.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and its kin are its own
. "$(dirname "$0")/lib.sh"

# The frame of the message A, as minitalk(7) shows it.
frame=51050141093fcd4c

# On a busy machine bits may be sent again, which is looked at further down: here it is about an
# exchange in which nothing goes missing. Of 50, the first such one is taken; with sanitizers on a
# machine with twice as much to do as it can, it was not always among five.
trace_a_message() {
    for _ in {1..50}; do
        start_daemon "--trace=$1"
        send "--trace=$1" A 2> sender
        stop_daemon
        expect_received A
        mv errors daemon
        grep -qE 'sent again|"repeat"|not counted|"uncounted"' sender daemon || return 0
    done
    fail 'signals have gone missing each time'
}

# What is drawn of plain signals, one a line: what, lane, number, index, and value of a bit.
plain_in_text() {
    sed -n -E -e 's/.* ([TP]) SIG(USR[12]) +-> +bit +([0-9]+) is ([01])$/bit \1 \2 \3 \4/p' \
        -e 's/.* <- +([TP]) SIG(USR[12]) +bit +([0-9]+) is taken$/ack \1 \2 \3/p' "$1"
}

plain_in_json() {
    grep '^{' "$1" | python3 -c '
import json, sys

for line in sys.stdin:
    event = json.loads(line)
    if event["event"] in ("bit", "ack"):
        assert event["from"] == {"bit": "sender", "ack": "daemon"}[event["event"]]
        print(event["event"], event["lane"][0].upper(), event["signal"][3:], event["index"],
              *([event["value"]] if "value" in event else []))
'
}

# What must have been drawn of either kind, by the frame.
expected_plain() {
    python3 -c '
import sys

for i in range(64):
    lane, bit = "TP"[i % 2], int(sys.argv[2], 16) >> (63 - i) & 1
    print(*(("bit", lane, f"USR{bit + 1}", i, bit) if sys.argv[1] == "bit"
            else ("ack", lane, "USR1", i)))
' "$1" "$frame"
}

# Each in order on its own lane; across them, the kernel does not keep the order.
expect_plain() {
    for what in bit ack; do
        for lane in T P; do
            diff <(expected_plain "$what" | grep " $lane ") <(grep "^$what $lane " "$1") ||
                fail "${what}s on lane $lane in $1"
        done
    done
}

# ---- the picture ----

test_the_senders_picture_shows_each_bit_of_the_frame_and_its_ack() {
    trace_a_message text
    plain_in_text sender > plain
    expect_plain plain
    diff <(expected_plain bit) <(grep '^bit' plain) || fail 'the bits are not in order'
    head -n 1 sender | grep -qx ' *us  sender  *daemon'
    sed -n 2p sender | grep -qE '^ +[0-9]+  word 61(00[0-9a-f]{4}) -> +start, nonce [0-9a-f]{4}$'
    grep -qE '^ +[0-9]+ +<-    word 1000[0-9a-f]{4}    go, from count 0$' sender
    tail -n 1 sender | grep -qE '^ +[0-9]+ +<-    word 4040[0-9a-f]{4}    committed, at count 64$'
}

# No ack is drawn before its bit, and none of a lane's next bits before it.
test_acks_come_between_the_bits_of_their_lane() {
    trace_a_message text
    for side in sender daemon; do
        plain_in_text "$side" | awk '
            $1 == "bit" { if ($2 in open) exit 1; open[$2] = $4 }
            $1 == "ack" { if (open[$2] != $4) exit 1; delete open[$2] }' ||
            fail "not so in the picture of the $side"
    done
}

test_the_daemons_picture_is_the_same_and_names_the_sender() {
    trace_a_message text
    plain_in_text daemon > plain
    expect_plain plain
    head -n 1 daemon | grep -qx ' *us  process  sender  *daemon'
    sed -n 's/^ *[0-9]* *\([0-9]*\) .*\(start, nonce\|go, from\|bit\|committed\).*/\1/p' daemon |
        sort -u > processes
    [ "$(wc -l < processes)" -eq 1 ] || fail "not of one process: $(cat processes)"
    has_text processes
}

test_json_says_the_same_with_an_object_a_line() {
    trace_a_message json
    for side in sender daemon; do
        plain_in_json "$side" > plain
        expect_plain plain
    done
    ! grep -v '^{' sender || fail 'the sender says something else'
    python3 -c '
import json, sys

events = [json.loads(line) for line in open("sender", encoding="ascii")]
words = [event for event in events if event["event"] == "word"]
assert words[0]["says"] == "start" and words[-1]["says"] == "committed", words
assert words[-1]["count"] == 64 and words[-1]["from"] == "daemon", words
assert all(event["us"] >= 0 for event in events)
assert events == sorted(events, key=lambda event: event["us"])
assert {event["peer"] for event in events if "peer" in event} == {int(sys.argv[1])}
' "$daemon"
}

test_a_daemon_that_has_nothing_to_do_says_that_it_sleeps() {
    start_daemon --trace
    eventually 5 grep -qx ' *[0-9]* *sleeping until a signal comes' errors
}

test_an_idle_daemon_that_is_asked_to_stop_sleeps_no_more() {
    start_daemon --trace
    eventually 5 grep -q 'sleeping until a signal comes' errors
    stop_daemon
    [ "$(grep -c 'sleeping' errors)" -eq 1 ] || fail "it slept again: $(cat errors)"
}

test_each_message_of_a_session_begins_with_bit_0() {
    start_daemon --trace
    printf '%s\n' A A A | send --trace 2> sender
    stop_daemon
    for side in sender errors; do
        [ "$(grep -c 'bit 63 is taken' "$side")" -ge 3 ] || fail "fewer than three in $side"
        ! grep -E 'bit (6[4-9]|[7-9][0-9]|1[0-9]{2}) ' "$side" || fail "beyond its frame in $side"
    done
    grep -q 'committed, at count 192$' sender
}

test_it_is_drawn_as_it_happens() {
    start_daemon --trace
    stop_process "$daemon"
    start_send --trace A
    eventually 5 grep -q 'start, nonce' sender-errors
    ! grep -q 'go, from' sender-errors || fail 'a stopped daemon has answered'
    kill -CONT "$daemon"
    expect_end 0 "$sender"
    grep -q 'committed, at count 64$' errors
}

# ---- what goes wrong ----

test_silences_show() {
    start_daemon
    stop_process "$daemon"
    start_send --trace A
    eventually 5 grep -q 'nothing heard for [0-9]* us: asking to start once more$' sender-errors
    grep -q 'sleeping until a signal comes, for [0-9]* us at most$' sender-errors
    kill -CONT "$daemon"
    expect_end 0 "$sender"
}

# A daemon that is stopped in the midst of a message is asked how far it is.
test_a_silence_amid_a_message_shows_with_what_is_asked() {
    start_daemon
    head -c 65536 /dev/urandom > message
    start_send --trace=json --timeout=60 --whole < message
    eventually 10 grep -q '"ack"' sender-errors
    stop_process "$daemon"
    eventually 10 grep -q '"event":"silence","waited_us":[0-9]*,"asks":"resume"' sender-errors
    kill -CONT "$daemon"
    kill "$sender"
    expect_end 143 "$sender"
}

# A storm wipes bits out sooner or later.
test_bits_that_are_sent_again_show() {
    start_daemon
    "$tools/stray" plain "$daemon" &
    stray=$!
    for _ in {1..20}; do
        send --trace --timeout=60 "$(head -c 200 /dev/zero | tr '\0' x)" 2> sender
        ! grep -qE 'bits? [0-9]+( to [0-9]+ are| is) sent again$' sender || break
    done
    kill "$stray"
    expect_end 143 "$stray"
    # What follows is that bit, once more.
    sed -nE '/sent again$/,$p' sender | sed -nE -e 's/.*bits? ([0-9]+) .*sent again$/\1/p' \
        -e 's/.*-> +bit +([0-9]+) is .*/\1/p' | head -n 2 > indexes
    [ "$(wc -l < indexes)" -eq 2 ] || fail 'none was'
    [ "$(uniq indexes | wc -l)" -eq 1 ] || fail "not from that one: $(cat indexes)"
}

test_strangers_at_the_daemon_show() {
    start_daemon --trace
    for signal in USR1 USR2; do
        kill "-$signal" "$daemon"
        eventually 5 grep -q \
            "a stranger's SIG$signal of process $BASHPID, user $(id -u): not counted\$" errors
    done
}

test_strangers_at_the_sender_show() {
    start_daemon
    mkfifo hold
    exec 3<> hold
    "$minitalk_send" --trace --pidfile="$PWD/minitalk.pid" < hold 2> sender-errors 3>&- &
    sender=$!
    eventually 5 is_shielded "$sender"
    kill -USR1 "$sender"
    kill -USR2 "$sender"
    echo A > hold
    exec 3>&-
    expect_end 0 "$sender"
    for signal in USR1 USR2; do
        grep -q "a stranger's SIG$signal of process $BASHPID, user $(id -u): not counted\$" \
            sender-errors || fail "no SIG$signal: $(grep stranger sender-errors)"
    done
}

# ---- where it cannot be written ----

test_a_full_disk_loses_the_trace_alone() {
    start_daemon
    send --trace A 2> /dev/full
    send --trace=json B 2> /dev/full
    expect_received A B
}

test_a_closed_standard_error_loses_the_trace_alone() {
    start_daemon
    send --trace A 2>&-
    expect_received A
}

test_a_reader_that_has_gone_loses_the_trace_alone() {
    start_daemon
    mkfifo pipe
    exec 3<> pipe
    exec 4> pipe
    exec 3>&-
    send --trace A 2>&4
    expect_received A
}

test_a_reader_that_does_not_read_loses_the_trace_alone() {
    start_daemon
    mkfifo pipe
    exec 3<> pipe
    head -c 4096 /dev/urandom > message
    send --trace --whole < message 2>&3
    { cat message; echo; } | expect_received
}

# It is the daemon's other users that must not wait.
test_a_terminal_that_nobody_reads_loses_the_trace_alone() {
    start_daemon
    head -c 1000 /dev/zero | tr '\0' x > message
    (with_unread_terminal 2 "$minitalk_send" --pidfile="$PWD/minitalk.pid" --trace --whole < message) &
    sender=$!
    also_end "$sender"
    within 5000 expect_end 0 "$sender"
    expect_received "$(cat message)"
}

test_a_trace_of_the_daemon_that_cannot_be_written_is_lost_alone() {
    local where
    head -c 4096 /dev/urandom > message
    mkfifo pipe
    exec 3<> pipe
    for where in /dev/full pipe; do
        "$minitalkd" --foreground --output=stdout --pidfile="$PWD/minitalk.pid" --trace \
            > output 2> "$where" &
        daemon=$!
        eventually 10 daemon_spoke
        send --whole < message
        { cat message; echo; } | expect_received
        stop_daemon
    done
}

# ---- how it is asked for ----

test_an_unknown_format_is_a_usage_error() {
    for program in "$minitalkd" "$minitalk_send"; do
        for format in '' xml TEXT; do
            expect_status 64 "$program" --pidfile=none "--trace=$format"
            expect_complaint "unknown trace format '$format'; use --trace=text or --trace=json"
        done
    done
}

test_a_daemon_without_a_standard_error_does_not_begin_one() {
    expect_status 64 "$minitalkd" --pidfile="$PWD/minitalk.pid" --trace
    expect_complaint '--trace needs --foreground'
    [ ! -e minitalk.pid ] || fail 'it has made a pidfile'
}

test_a_daemon_whose_standard_error_stays_open_draws_on_it() {
    "$minitalkd" --output=stdout --pidfile="$PWD/minitalk.pid" --trace > output 2> errors
    daemon=$(head -n 1 output)
    also_end "$daemon"
    send A
    eventually 5 grep -q 'committed, at count 64$' errors
    kill "$daemon"
    eventually 5 has_ended "$daemon"
}

run_tests
