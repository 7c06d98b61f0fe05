#!/bin/bash
# SPDX-License-Identifier: MIT
# --output=json: each message and each record is an object of JSON on a line, whole or not at all.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/integration/entries.sh
. "$(dirname "$0")/entries.sh"

command -v jq > /dev/null || skip_all 'jq is not installed'

# ---- the entries ----

test_every_message_can_be_restored() {
    start_daemon_of_entries --output=json
    make_messages
    send_messages
    octets_of MESSAGE | diff <(hex_of "${MESSAGES[@]}") -
}

test_text_is_a_string_as_it_is() {
    start_daemon_of_entries --output=json
    send $'Grüße, "你好"\n\tand more'
    [ "$(entries_of MESSAGE MESSAGE)" = '"Grüße, \"你好\"\n\tand more"' ]
    grep -q '"MESSAGE":"Grüße, \\"你好\\"\\n\\tand more"' output
}

# A terminal that shows the log is not controlled by a message.
test_no_line_has_a_character_that_controls_a_terminal() {
    local log
    start_daemon_of_entries --output=json
    make_messages
    send_messages
    send -t $'tag' -F FIELD=$'\033[2J\u202e' $'\u009b\u2066'
    log=$(< output)
    ! grep -P '[^\n\P{C}]' <<< "$log" || fail 'there are such characters'
}

test_an_entry_has_the_fields_of_the_journal() {
    start_daemon_of_entries --output=json
    send --tag=backup --priority=local0.err --id=4711 --field=HOST=alpha -F EMPTY= 'it failed'
    [ "$(entries_of MESSAGE MESSAGE)" = '"it failed"' ]
    [ "$(entries_of MESSAGE SYSLOG_IDENTIFIER)" = '"backup"' ]
    [ "$(entries_of MESSAGE PRIORITY)" = '"3"' ]
    [ "$(entries_of MESSAGE SYSLOG_FACILITY)" = '"16"' ]
    [ "$(entries_of MESSAGE SYSLOG_PID)" = '"4711"' ]
    [ "$(entries_of MESSAGE HOST)" = '"alpha"' ]
    [ "$(entries_of MESSAGE EMPTY)" = '""' ]
    [ "$(entries_of MESSAGE MINITALK_BYTES)" = '"9"' ]
    [ "$(entries_of MESSAGE MINITALK_SENDER_UID)" = "\"$(id -u)\"" ]
    [ "$(entries_of MESSAGE MINITALK_SENDER_COMM)" = '"minitalk-send"' ]
    [ "$(entries_of MESSAGE _PID)" = "\"$daemon\"" ]
    [ "$(entries_of MESSAGE _HOSTNAME)" = "\"$(uname -n)\"" ]
    [ "$(entries_of MESSAGE _BOOT_ID)" = "\"$(tr -d - < /proc/sys/kernel/random/boot_id)\"" ]
}

test_the_boot_is_left_out_if_it_is_unknown() {
    hide_boot
    start_daemon --output="json:$PWD/log"
    send 'a message'
    [ "$(entries_of MESSAGE _BOOT_ID log)" = null ]
    [ "$(entries_of MESSAGE MESSAGE log)" = '"a message"' ]
}

# As in the sandbox of the unit.
test_the_environment_can_tell_the_boot() {
    hide_boot
    export MINITALK_BOOT_ID=0123456789abcdef0123456789abcdef
    start_daemon --output="json:$PWD/log"
    send 'a message'
    [ "$(entries_of MESSAGE _BOOT_ID log)" = "\"$MINITALK_BOOT_ID\"" ]
}

test_fields_of_one_name_are_an_array() {
    start_daemon_of_entries --output=json
    send -F A=1 -F B=x -F A= -F A=$'\001\377' -F A=1 'a message'
    [ "$(entries_of MESSAGE A)" = '["1","",[1,255],"1"]' ]
    [ "$(entries_of MESSAGE B)" = '"x"' ]
}

# In microseconds.
test_an_entry_has_the_time_at_which_it_was_logged() {
    local before after stamp
    start_daemon_of_entries --output=json
    before=${EPOCHREALTIME/./}
    send 'a message'
    after=${EPOCHREALTIME/./}
    stamp=$(entries_of MESSAGE __REALTIME_TIMESTAMP | tr -d '"')
    [ "$stamp" -ge "$before" ] && [ "$stamp" -le "$after" ]
    entries_of MESSAGE __MONOTONIC_TIMESTAMP | grep -qx '"[0-9]*"'
}

test_the_daemons_records_are_entries_too() {
    start_daemon_of_entries --output=json --max-message=10
    [ "$(entries_of STARTED MESSAGE)" = "\"started as process $daemon\"" ]
    expect_status 65 send 'more than ten bytes'
    stop_daemon
    [ "$(entries_of REFUSED PRIORITY)" = '"4"' ]
    entries_of REFUSED MESSAGE | grep -q '"refused a message from process .*: larger than'
    [ "$(entries_of REFUSED MINITALK_SENDER_UID)" = "\"$(id -u)\"" ]
    [ "$(entries_of STOPPED MESSAGE)" = '"stopped"' ]
    [ "$(jq -r .SYSLOG_IDENTIFIER output | sort -u)" = minitalkd ]
    [ ! -s errors ] || fail "on standard error: $(cat errors)"
}

# Beside objects, there is nothing in the log: not even the PID.
test_each_line_is_an_object() {
    start_daemon_of_entries --output=json
    send 'a message'
    stop_daemon
    [ "$(jq -r type output | uniq -c | tr -s ' ')" = ' 3 object' ] || fail "$(cat output)"
    [ "$(wc -l < output)" -eq 3 ]
}

test_a_message_is_in_the_log_when_its_sender_ends() {
    start_daemon_of_entries --output=json
    for i in {1..50}; do
        send "message $i"
        [ "$(tail -n 1 output | jq -r .MESSAGE)" = "message $i" ] ||
            fail "message $i was confirmed too early"
    done
}

test_many_senders_at_once_do_not_mix_their_lines() {
    local -a senders=()
    local number
    start_daemon_of_entries --output=json --rate-limit=none
    for number in {1..20}; do
        seq -f "sender $number message %g" 20 | send --timeout=60 &
        senders+=("$!")
    done
    for sender in "${senders[@]}"; do
        expect_end 0 "$sender"
    done
    entries_of MESSAGE MESSAGE | sort > left
    for number in {1..20}; do
        seq -f "\"sender $number message %g\"" 20
    done | sort | diff left -
}

# ---- a pipe ----

test_a_full_pipe_blocks_the_sender_not_the_daemon() {
    start_into_pipe --output=json
    IFS= read -r first <&3
    [ "$(jq -r ._PID <<< "$first")" = "$daemon" ] || fail "the first line is: $first"
    head -c 6000 /dev/urandom > message
    expect_status 75 send --timeout=1 --whole < message
    expect_complaint "the daemon's log is blocked"
    start_send --timeout=30 'it goes on'
    cat <&3 > output &
    expect_end 0 "$sender"
    eventually 5 grep -q '"MESSAGE":"it goes on"' output
    # The message of the sender that gave up had begun, so it is whole.
    octets_of MESSAGE | diff <(hex_of message <(printf 'it goes on')) -
}

test_a_reader_that_has_ended_is_reported_to_the_sender() {
    start_into_pipe --output=json
    read -r _ <&3
    exec 3>&-
    expect_status 74 send 'nobody is there'
    expect_complaint 'could not log the message'
    grep -q '^minitalkd: refused a message from process .* writing to the log failed: Broken' errors
    stop_daemon
}

# The reader takes a part of an entry, and ends. Nobody may be told that the message is logged.
test_a_reader_that_ends_in_the_middle_of_an_entry_leaves_the_sender_without_a_verdict() {
    start_into_pipe --output=json
    read -r _ <&3
    head -c 20000 /dev/zero > message
    start_send --retry --timeout=30 --whole < message 3>&-
    head -c 6000 <&3 > part
    exec 3>&-
    expect_end 70 "$daemon"
    expect_end 75 "$sender"
    grep -q 'ended before it confirmed the message' sender-errors ||
        fail "the sender says: $(cat sender-errors)"
    grep -q '^minitalkd: a part of the message from process .* stays in standard output' errors ||
        fail "on standard error: $(cat errors)"
    # The rule of minitalkd(8) for a line that is no object.
    [ "$(jq -rR 'fromjson? | .MESSAGE' part | wc -l)" -eq 0 ]
}

test_a_daemon_that_stops_while_the_pipe_is_full_leaves_the_sender_without_a_verdict() {
    start_into_pipe --output=json
    read -r _ <&3
    head -c 20000 /dev/zero > message
    start_send --retry --timeout=30 --whole < message
    head -c 6000 <&3 > part
    kill "$daemon"
    within 3000 expect_end 0 "$daemon"
    expect_end 75 "$sender"
    grep -q '^minitalkd: a part of the message' errors || fail "on standard error: $(cat errors)"
    dd bs=4096 count=1 iflag=nonblock status=none <&3 >> part
    [ "$(jq -rR 'fromjson? | .MESSAGE' part | wc -l)" -eq 0 ]
}

# The encoded message has four times as many bytes, and is never in memory as a whole.
test_a_large_message_is_encoded_in_little_memory() {
    local before after
    needs_plain_build 'needs more memory'
    start_daemon_of_entries --output=json --max-message=8388608
    before=$(peak_memory)
    head -c 8388608 /dev/zero | tr '\0' '\377' > message
    send --wide --timeout=60 --whole < message
    after=$(peak_memory)
    [ "$(tail -n 1 output | wc -c)" -gt 33554432 ]
    octets_of MESSAGE | cmp - <(hex_of message)
    [ $((after - before)) -lt 24576 ] || fail "the daemon took $((after - before)) KiB"
}

# ---- a file ----

test_a_file_has_messages_and_records() {
    start_daemon --output="json:$PWD/log"
    make_messages
    send_messages
    octets_of MESSAGE log | diff <(hex_of "${MESSAGES[@]}") -
    mv log old
    kill -HUP "$daemon"
    send 'after the rotation'
    stop_daemon
    [ "$(entries_of MESSAGE MESSAGE log)" = '"after the rotation"' ]
    [ "$(entries_of STOPPED MESSAGE log)" = '"stopped"' ]
    [ "$(entries_of STARTED PRIORITY old)" = '"6"' ]
    [ "$(received | wc -c)" -eq 0 ] || fail 'entries are on standard output, too'
    [ ! -s errors ] || fail "on standard error: $(cat errors)"
}

test_a_file_that_cannot_be_opened_anew_is_recorded_as_an_entry() {
    start_daemon --output=json:log
    mv log old
    mkdir log
    kill -HUP "$daemon"
    send one
    [ "$(entries_of KEPT PRIORITY old)" = '"4"' ]
    entries_of KEPT MESSAGE old | grep -q '^"cannot open the log file anew (it is not a regular'
}

# A daemon that is killed in the middle of a write leaves a part of a line.
test_a_line_that_a_killed_daemon_has_left_is_ended() {
    printf '{"MESSAGE":"to' > log
    start_daemon --output=json:log
    send one
    [ "$(jq -rR 'fromjson? | .MESSAGE' log)" = "started as process $daemon"$'\none' ]
    [ "$(head -n 1 log)" = '{"MESSAGE":"to' ]
}

test_nothing_stays_of_a_message_that_does_not_fit() {
    run_by=("$BASH" -c 'ulimit -f 8 && exec "$@"' limited)
    start_daemon --output=json:log
    send one
    head -c 9000 /dev/zero > large
    expect_status 74 send --whole < large
    expect_complaint 'could not log the message'
    send two
    [ "$(entries_of MESSAGE MESSAGE log)" = $'"one"\n"two"' ]
    entries_of REFUSED MESSAGE log | grep -q 'writing to the log failed: File too large'
}

# ---- the command line ----

test_a_file_needs_a_path() {
    local option
    for option in json: export: file:; do
        expect_status 64 "$minitalkd" --foreground --output=$option --pidfile=pid
        expect_complaint 'the path of the log file is empty; give it behind the colon'
    done
    for option in jso json5 stdout:log raw:log journal:log :log ''; do
        expect_status 64 "$minitalkd" --foreground --output="$option" --pidfile=pid
        expect_complaint "unknown output '$option'"
    done
    [ ! -e log ] || fail 'there is a log'
}

test_standard_output_must_be_open() {
    local status=0
    "$minitalkd" --foreground --output=json --pidfile=pid >&- 2> stderr || status=$?
    [ "$status" -eq 64 ]
    expect_complaint 'standard output is closed, but it is the log'
}

test_a_daemon_in_the_background_writes_to_its_standard_output() {
    "$minitalkd" --output=json --pidfile="$PWD/minitalk.pid" > output 2> errors
    daemon=$(cat minitalk.pid)
    also_end "$daemon"
    send one
    [ "$(entries_of MESSAGE MESSAGE)" = '"one"' ]
    [ "$(entries_of STARTED _PID)" = "\"$daemon\"" ]
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    [ "$(entries_of STOPPED MESSAGE)" = '"stopped"' ]
}

run_tests
