#!/bin/bash
# SPDX-License-Identifier: MIT
# --output=export: systemd-journal-remote reads the log, and the journal that it makes has each
# message with all fields.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/integration/entries.sh
. "$(dirname "$0")/entries.sh"

for remote in /lib/systemd/systemd-journal-remote /usr/lib/systemd/systemd-journal-remote; do
    [ ! -x "$remote" ] || break
done
{ [ -x "$remote" ] && command -v journalctl > /dev/null; } ||
    skip_all 'systemd-journal-remote is not installed'
command -v jq > /dev/null || skip_all 'jq is not installed'

# show_journal: prints the entries of ./log.journal as JSON, in the order of the log.
show_journal() {
    journalctl --quiet --all --output=json --file="$PWD/log.journal"
}

# import FILE: makes ./imported of this log: its entries as JSON, after their way through a journal.
import() {
    rm -f log.journal
    "$remote" --output="$PWD/log.journal" - < "$1" 2> import-errors ||
        fail "systemd-journal-remote: $(cat import-errors)"
    show_journal > imported
}

# expect_whole_import: systemd-journal-remote has found nothing to complain of.
expect_whole_import() {
    [ "$(grep -cv '^Finishing after writing [0-9]* entries' import-errors)" -eq 0 ] ||
        fail "systemd-journal-remote: $(cat import-errors)"
}

test_every_message_is_in_the_journal_that_is_made_of_the_log() {
    start_daemon_of_entries --output=export
    make_messages
    send_messages
    import output
    expect_whole_import
    octets_of MESSAGE imported | diff <(hex_of "${MESSAGES[@]}") -
}

test_an_entry_has_all_fields() {
    local before after stamp
    start_daemon_of_entries --output=export
    before=${EPOCHREALTIME/./}
    send --tag=backup --priority=local0.err --id=4711 -F HOST=alpha -F EMPTY= -F A=1 \
        -F A=$'two\nlines' -F A=$'\377' 'it failed'
    after=${EPOCHREALTIME/./}
    import output
    expect_whole_import
    [ "$(entries_of MESSAGE MESSAGE imported)" = '"it failed"' ]
    [ "$(entries_of MESSAGE SYSLOG_IDENTIFIER imported)" = '"backup"' ]
    [ "$(entries_of MESSAGE PRIORITY imported)" = '"3"' ]
    [ "$(entries_of MESSAGE SYSLOG_FACILITY imported)" = '"16"' ]
    [ "$(entries_of MESSAGE SYSLOG_PID imported)" = '"4711"' ]
    [ "$(entries_of MESSAGE HOST imported)" = '"alpha"' ]
    [ "$(entries_of MESSAGE EMPTY imported)" = '""' ]
    # The journal keeps no order of the values of one name.
    [ "$(entries_of MESSAGE 'A | sort_by(tostring)' imported)" = '["1",[255],"two\nlines"]' ]
    [ "$(entries_of MESSAGE MINITALK_BYTES imported)" = '"9"' ]
    [ "$(entries_of MESSAGE MINITALK_SENDER_UID imported)" = "\"$(id -u)\"" ]
    [ "$(entries_of MESSAGE MINITALK_SENDER_COMM imported)" = '"minitalk-send"' ]
    [ "$(entries_of MESSAGE _PID imported)" = "\"$daemon\"" ]
    [ "$(entries_of MESSAGE _HOSTNAME imported)" = "\"$(uname -n)\"" ]
    [ "$(entries_of MESSAGE _BOOT_ID imported)" = "\"$(
        tr -d - < /proc/sys/kernel/random/boot_id)\"" ]
    entries_of MESSAGE __MONOTONIC_TIMESTAMP imported | grep -qx '"[0-9]*"'
    stamp=$(entries_of MESSAGE __REALTIME_TIMESTAMP imported | tr -d '"')
    [ "$stamp" -ge "$before" ] && [ "$stamp" -le "$after" ]
}

test_the_daemons_records_are_entries_too() {
    start_daemon_of_entries --output=export --max-message=10
    expect_status 65 send 'more than ten bytes'
    stop_daemon
    import output
    expect_whole_import
    [ "$(entries_of STARTED MESSAGE imported)" = "\"started as process $daemon\"" ]
    [ "$(entries_of REFUSED PRIORITY imported)" = '"4"' ]
    [ "$(entries_of STOPPED SYSLOG_IDENTIFIER imported)" = '"minitalkd"' ]
    [ ! -s errors ] || fail "on standard error: $(cat errors)"
}

is_in_journal() {
    show_journal 2> /dev/null | grep -q "\"MESSAGE\":\"$1\""
}

# The journal grows with each message.
test_a_pipe_carries_messages_to_the_journal_at_once() {
    local reader
    mkfifo pipe
    "$remote" --output="$PWD/log.journal" - < pipe 2> import-errors &
    reader=$!
    "$minitalkd" --foreground --output=export --pidfile="$PWD/minitalk.pid" > pipe 2> errors &
    daemon=$!
    eventually 10 test -s minitalk.pid
    for i in {1..5}; do
        send "message $i"
        eventually 10 is_in_journal "message $i"
    done
    stop_daemon
    expect_end 0 "$reader"
    expect_whole_import
    [ "$(show_journal | jq -r .MESSAGE)" = "started as process $daemon
$(seq -f 'message %g' 5)
stopped" ]
}

test_a_full_pipe_blocks_the_sender_not_the_daemon() {
    start_into_pipe --output=export
    head -c 10000 /dev/urandom > message
    expect_status 75 send --timeout=1 --whole < message
    expect_complaint "the daemon's log is blocked"
    start_send --timeout=30 'it goes on'
    cat <&3 > output &
    expect_end 0 "$sender"
    # A record that finds the pipe full is dropped, so what fills it must have been read.
    eventually 5 grep -aqx 'MESSAGE=it goes on' output
    stop_daemon
    eventually 5 grep -aqx 'MESSAGE=stopped' output
    import output
    expect_whole_import
    octets_of MESSAGE imported | diff <(hex_of message <(printf 'it goes on')) -
}

# systemd-journal-remote leaves out a last entry that is not whole.
test_a_reader_that_ends_in_the_middle_of_an_entry_leaves_the_sender_without_a_verdict() {
    start_into_pipe --output=export
    head -c 20000 /dev/zero > message
    start_send --retry --timeout=30 --whole < message 3>&-
    head -c 6000 <&3 > part
    exec 3>&-
    expect_end 70 "$daemon"
    expect_end 75 "$sender"
    grep -q 'ended before it confirmed the message' sender-errors
    grep -q '^minitalkd: a part of the message from process .* stays in standard output' errors
    import part
    [ "$(jq -r .MESSAGE imported)" = "started as process $daemon" ]
}

test_a_large_message_is_written_in_little_memory() {
    local before after
    needs_plain_build 'needs more memory'
    start_daemon_of_entries --output=export --max-message=8388608
    before=$(peak_memory)
    head -c 8388608 /dev/urandom > message
    send --wide --timeout=60 --whole < message
    after=$(peak_memory)
    import output
    expect_whole_import
    octets_of MESSAGE imported | cmp - <(hex_of message)
    [ $((after - before)) -lt 24576 ] || fail "the daemon took $((after - before)) KiB"
}

# ---- a file ----

test_a_file_has_messages_and_records() {
    start_daemon --output="export:$PWD/log"
    make_messages
    send_messages
    mv log old
    kill -HUP "$daemon"
    send 'after the rotation'
    stop_daemon
    import old
    expect_whole_import
    octets_of MESSAGE imported | diff <(hex_of "${MESSAGES[@]}") -
    import log
    [ "$(jq -r .MESSAGE imported)" = $'after the rotation\nstopped' ]
    [ ! -s errors ] || fail "on standard error: $(cat errors)"
}

# A part of an entry would swallow those behind it.
test_what_a_killed_daemon_has_left_of_an_entry_is_cut_off() {
    local size
    start_daemon --output=export:log
    send one
    head -c 9000 /dev/zero > large
    size=$(wc -c < log)
    send --whole < large
    kill -KILL "$daemon"
    wait "$daemon" || :
    truncate --size=$((size + 8000)) log
    start_daemon --output=export:log
    send two
    stop_daemon
    import log
    expect_whole_import
    [ "$(entries_of MESSAGE MESSAGE imported)" = $'"one"\n"two"' ]
    [ "$(entries_of STARTED MESSAGE imported | wc -l)" -eq 2 ]
}

test_nothing_stays_of_a_message_that_does_not_fit() {
    run_by=("$BASH" -c 'ulimit -f 8 && exec "$@"' limited)
    start_daemon --output=export:log
    send one
    head -c 9000 /dev/zero > large
    expect_status 74 send --whole < large
    expect_complaint 'could not log the message'
    send two
    import log
    expect_whole_import
    [ "$(entries_of MESSAGE MESSAGE imported)" = $'"one"\n"two"' ]
    entries_of REFUSED MESSAGE imported | grep -q 'writing to the log failed: File too large'
}

test_without_the_id_of_the_boot_the_daemon_does_not_start() {
    hide_boot
    expect_status 71 "${run_by[@]}" "$minitalkd" --foreground --output=export:log --pidfile=pid
    expect_complaint 'the ID of the boot is unknown, and entries of this format need it; let /proc'
    [ ! -e log ] || fail 'there is a log'
    export MINITALK_BOOT_ID=0123456789abcdef0123456789abcdeg
    expect_status 71 "${run_by[@]}" "$minitalkd" --foreground --output=export:log --pidfile=pid
    MINITALK_BOOT_ID=0123456789abcdef0123456789abcdef
    start_daemon --output=export:log
    send 'a message'
    import log
    [ "$(entries_of MESSAGE _BOOT_ID imported)" = "\"$MINITALK_BOOT_ID\"" ]
}

test_a_file_with_other_contents_is_refused_and_stays() {
    local reason='it has other contents than whole entries of this format'
    echo 'a message' > log
    expect_status 73 "$minitalkd" --foreground --output=export:log --pidfile=pid
    expect_complaint "cannot open the log file log ($reason); mend that, or give another path"
    [ "$(cat log)" = 'a message' ]
    [ ! -e pid ] || fail 'there is a pidfile'
}

run_tests
