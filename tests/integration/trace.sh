#!/bin/bash
# SPDX-License-Identifier: MIT
# --trace draws the signals that really pass, and drawing them changes no outcome.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# The frame of the message 'A', as in minitalk(7).
frame=51050141093fcd4c

# trace_a_message FORMAT: sends 'A' in an exchange in which no signal is lost. The traces are in
# ./sender and ./daemon. On a busy machine, bits may be sent again, which other tests below are
# about. So this makes up to 50 attempts: 5 were too few with sanitizers on a machine with twice the
# load that it can carry.
trace_a_message() {
    for _ in {1..50}; do
        start_daemon "--trace=$1"
        send "--trace=$1" A 2> sender
        stop_daemon
        expect_received A
        mv errors daemon
        grep -qE 'sent again|"repeat"|not counted|"uncounted"' sender daemon || return 0
    done
    fail 'signals were lost in each attempt'
}

# plain_in_text FILE: prints the plain signals in a picture, one a line: bit or ack, lane, signal,
# index, and the value of a bit.
plain_in_text() {
    sed -n -E -e 's/.* ([TP]) SIG(USR[12]) +-> +bit +([0-9]+) is ([01])$/bit \1 \2 \3 \4/p' \
        -e 's/.* <- +([TP]) SIG(USR[12]) +bit +([0-9]+) is taken$/ack \1 \2 \3/p' "$1"
}

# plain_in_json FILE: the same for a trace in JSON.
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

# expected_plain KIND: prints the plain signals of this kind, bit or ack, that the frame requires.
expected_plain() {
    python3 -c '
import sys

for i in range(64):
    lane, bit = "TP"[i % 2], int(sys.argv[2], 16) >> (63 - i) & 1
    print(*(("bit", lane, f"USR{bit + 1}", i, bit) if sys.argv[1] == "bit"
            else ("ack", lane, "USR1", i)))
' "$1" "$frame"
}

# expect_plain FILE: the bits and the acks of each lane are in order. The kernel does not keep the
# order across lanes.
expect_plain() {
    for what in bit ack; do
        for lane in T P; do
            diff <(expected_plain "$what" | grep " $lane ") <(grep "^$what $lane " "$1") ||
                fail "${what}s on lane $lane in $1"
        done
    done
}

# ---- the picture ----

test_the_picture_of_the_sender_shows_each_bit_of_the_frame_and_its_ack() {
    trace_a_message text
    plain_in_text sender > plain
    expect_plain plain
    diff <(expected_plain bit) <(grep '^bit' plain) || fail 'the bits are not in order'
    head -n 1 sender | grep -qx ' *us  sender  *daemon'
    sed -n 2p sender | grep -qE '^ +[0-9]+  word 61(00[0-9a-f]{4}) -> +start, nonce [0-9a-f]{4}$'
    grep -qE '^ +[0-9]+ +<-    word 1000[0-9a-f]{4}    go, from count 0$' sender
    tail -n 1 sender | grep -qE '^ +[0-9]+ +<-    word 4040[0-9a-f]{4}    committed, at count 64$'
}

# An ack is drawn after its bit, and before the next bit of its lane.
test_acks_come_between_the_bits_of_their_lane() {
    trace_a_message text
    for side in sender daemon; do
        plain_in_text "$side" | awk '
            $1 == "bit" { if ($2 in open) exit 1; open[$2] = $4 }
            $1 == "ack" { if (open[$2] != $4) exit 1; delete open[$2] }' ||
            fail "the order is wrong in the picture of the $side"
    done
}

test_the_picture_of_the_daemon_is_the_same_and_names_the_sender() {
    trace_a_message text
    plain_in_text daemon > plain
    expect_plain plain
    head -n 1 daemon | grep -qx ' *us  process  sender  *daemon'
    sed -n 's/^ *[0-9]* *\([0-9]*\) .*\(start, nonce\|go, from\|bit\|committed\).*/\1/p' daemon |
        sort -u > processes
    [ "$(wc -l < processes)" -eq 1 ] || fail "not of one process: $(cat processes)"
    has_text processes
}

test_json_shows_the_same_with_one_object_a_line() {
    trace_a_message json
    for side in sender daemon; do
        plain_in_json "$side" > plain
        expect_plain plain
    done
    ! grep -v '^{' sender || fail 'the sender prints lines that are not JSON'
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

test_an_idle_daemon_shows_that_it_sleeps() {
    start_daemon --trace
    eventually 5 grep -qx ' *[0-9]* *sleeping until a signal comes' errors
}

test_an_idle_daemon_that_is_told_to_stop_does_not_sleep_again() {
    start_daemon --trace
    eventually 5 grep -q 'sleeping until a signal comes' errors
    stop_daemon
    [ "$(grep -c 'sleeping' errors)" -eq 1 ] || fail "the daemon slept again: $(cat errors)"
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

test_each_signal_is_drawn_at_once() {
    start_daemon --trace
    stop_process "$daemon"
    start_send --trace A
    eventually 5 grep -q 'start, nonce' sender-errors
    ! grep -q 'go, from' sender-errors || fail 'a stopped daemon has answered'
    kill -CONT "$daemon"
    expect_end 0 "$sender"
    grep -q 'committed, at count 64$' errors
}

# ---- lost signals and strangers ----

test_probe_timeouts_are_shown() {
    start_daemon
    stop_process "$daemon"
    start_send --trace A
    eventually 5 grep -q 'no signal for [0-9]* us: sending a probe to start$' sender-errors
    grep -q 'sleeping until a signal comes, for [0-9]* us at most$' sender-errors
    kill -CONT "$daemon"
    expect_end 0 "$sender"
}

# The daemon is stopped in the middle of a message. After a probe timeout, the sender asks to
# resume.
test_a_probe_timeout_in_the_middle_of_a_message_is_shown_with_its_probe() {
    start_daemon
    head -c 65536 /dev/urandom > message
    start_send --trace=json --timeout=60 --whole < message
    eventually 10 grep -q '"ack"' sender-errors
    stop_process "$daemon"
    eventually 10 grep -q '"event":"timeout","waited_us":[0-9]*,"asks":"resume"' sender-errors
    kill -CONT "$daemon"
    kill "$sender"
    expect_end 143 "$sender"
}

# A storm of signals wipes bits out sooner or later.
test_bits_that_are_sent_again_are_shown() {
    start_daemon
    "$tools/stray" plain "$daemon" &
    stray=$!
    for _ in {1..20}; do
        send --trace --timeout=60 "$(head -c 200 /dev/zero | tr '\0' x)" 2> sender
        ! grep -qE 'symbols? [0-9]+( to [0-9]+ are| is) sent again$' sender || break
    done
    kill "$stray"
    expect_end 143 "$stray"
    # The next bit in the trace must be that bit, once more.
    sed -nE '/sent again$/,$p' sender | sed -nE -e 's/.*symbols? ([0-9]+) .*sent again$/\1/p' \
        -e 's/.*-> +bit +([0-9]+) is .*/\1/p' | head -n 2 > indexes
    [ "$(wc -l < indexes)" -eq 2 ] || fail 'no bit was sent again'
    [ "$(uniq indexes | wc -l)" -eq 1 ] || fail "another bit was sent next: $(cat indexes)"
}

test_strangers_at_the_daemon_are_shown() {
    start_daemon --trace
    for signal in USR1 USR2; do
        kill "-$signal" "$daemon"
        eventually 5 grep -q \
            "a stranger's SIG$signal of process $BASHPID, user $(id -u): not counted\$" errors
    done
}

test_strangers_at_the_sender_are_shown() {
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

# ---- traces that cannot be written ----

test_a_full_disk_loses_only_the_trace() {
    start_daemon
    send --trace A 2> /dev/full
    send --trace=json B 2> /dev/full
    expect_received A B
}

test_a_closed_standard_error_loses_only_the_trace() {
    start_daemon
    send --trace A 2>&-
    expect_received A
}

test_a_reader_that_has_ended_loses_only_the_trace() {
    start_daemon
    mkfifo pipe
    exec 3<> pipe
    exec 4> pipe
    exec 3>&-
    send --trace A 2>&4
    expect_received A
}

test_a_reader_that_does_not_read_loses_only_the_trace() {
    start_daemon
    mkfifo pipe
    exec 3<> pipe
    head -c 4096 /dev/urandom > message
    send --trace --whole < message 2>&3
    { cat message; echo; } | expect_received
}

# If the sender waited for its terminal, the daemon's other users would wait, too.
test_a_terminal_that_nobody_reads_loses_only_the_trace() {
    start_daemon
    head -c 1000 /dev/zero | tr '\0' x > message
    (with_unread_terminal 2 "$minitalk_send" --pidfile="$PWD/minitalk.pid" --trace --whole < message) &
    sender=$!
    also_end "$sender"
    within 5000 expect_end 0 "$sender"
    expect_received "$(cat message)"
}

test_a_blocked_or_full_standard_error_of_the_daemon_loses_only_the_trace() {
    local where
    head -c 4096 /dev/urandom > message
    mkfifo pipe
    exec 3<> pipe
    for where in /dev/full pipe; do
        "$minitalkd" --foreground --output=raw --pidfile="$PWD/minitalk.pid" --trace \
            > output 2> "$where" &
        daemon=$!
        eventually 10 daemon_spoke
        send --whole < message
        { cat message; echo; } | expect_received
        stop_daemon
    done
}

# ---- the option ----

test_an_unknown_format_is_a_usage_error() {
    for program in "$minitalkd" "$minitalk_send"; do
        for format in '' xml TEXT; do
            expect_status 64 "$program" --pidfile=none "--trace=$format"
            expect_complaint "unknown trace format '$format'; use --trace=text or --trace=json"
        done
    done
}

test_trace_is_refused_for_a_daemon_that_closes_its_standard_error() {
    expect_status 64 "$minitalkd" --pidfile="$PWD/minitalk.pid" --trace
    expect_complaint '--trace needs --foreground'
    [ ! -e minitalk.pid ] || fail 'the daemon made a pidfile'
}

test_a_detached_daemon_that_keeps_its_standard_error_open_draws_a_trace() {
    "$minitalkd" --output=stdout --pidfile="$PWD/minitalk.pid" --trace > output 2> errors
    daemon=$(head -n 1 output)
    also_end "$daemon"
    send A
    eventually 5 grep -q 'committed, at count 64$' errors
    kill "$daemon"
    eventually 5 has_ended "$daemon"
}

run_tests
