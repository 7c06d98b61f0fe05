#!/bin/bash
# SPDX-License-Identifier: MIT
# Messages in a real journal. Each test starts its own systemd-journald, in a private mount
# namespace.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # run_tests does not take the script's arguments
. "$(dirname "$0")/lib.sh"

for journald in /lib/systemd/systemd-journald /usr/lib/systemd/systemd-journald; do
    [ ! -x "$journald" ] || break
done
{ [ -x "$journald" ] && command -v journalctl > /dev/null; } ||
    skip_all 'systemd-journald is not installed'
in_private_mounts

readonly MESSAGE_ID=947428f447874f2e96f810938b0563b7
readonly SOCKET=/run/systemd/journal/socket

# start_journald [COMMAND…]: starts journald. The command, if any, executes it.
start_journald() {
    for directory in /run /var/log; do
        mount -t tmpfs -o mode=755 minitalk "$directory"
        unmount+=("$directory")
    done
    mkdir -p /run/log /run/systemd
    "$@" "$journald" > journald.log 2>&1 &
    journald_pid=$!
    eventually 10 test -S "$SOCKET"
}

# Kills journald. Its files are on a tmpfs, which is unmounted after the test.
stop_journald() {
    kill -KILL "$journald_pid"
    wait "$journald_pid" || :
}

# start_journal_daemon [COMMAND…]: starts a detached daemon that logs to the journal. The command,
# if any, executes it. Its PID is in $daemon, its pidfile is own/pid.
start_journal_daemon() {
    "$@" "$minitalkd" --pidfile="$PWD/own/pid" > output
    daemon=$(cat output)
    also_end "$daemon"
}

start_journal_daemon_with() {
    "$minitalkd" --pidfile="$PWD/own/pid" "$@" > output
    daemon=$(cat output)
    also_end "$daemon"
}

jsend() {
    "$minitalk_send" --pidfile="$PWD/own/pid" "$@"
}

# field NAME: prints the value of the field NAME in each message, in the order of the entries.
field() {
    journalctl --sync
    journalctl --quiet --output=cat --output-fields="$1" "MESSAGE_ID=$MESSAGE_ID"
}

entries() {
    journalctl --sync
    journalctl --quiet --output=json "MESSAGE_ID=$MESSAGE_ID" | wc -l
}

expect_field() {
    [ "$(field "$1")" = "$2" ] || fail "$1 is '$(field "$1")', not '$2'"
}

# message_bytes LENGTH: prints the exact bytes of the only message, which has this length. The
# format of --output=export is described in systemd's Journal Export Formats. Text without a newline
# is NAME=VALUE. Any other field is its name, a newline, its length in 8 bytes, its bytes, a
# newline.
message_bytes() {
    local length=$1
    journalctl --sync
    journalctl --quiet --all --output=export "MESSAGE_ID=$MESSAGE_ID" > exported
    if grep -aqx MESSAGE exported; then
        local offset
        offset=$(LC_ALL=C grep -abx MESSAGE exported | head -n 1 | cut -d: -f1)
        tail -c +$((offset + 1 + 8 + 8)) exported | head -c "$length"
    else
        sed -n 's/^MESSAGE=//p' exported | tr -d '\n'
    fi
}

test_a_message_has_its_fields() {
    start_journald
    mkdir own
    start_journal_daemon
    "$minitalk_send" --pidfile="$PWD/own/pid" 'hello journal' &
    sender=$!
    expect_end 0 "$sender"
    [ "$(entries)" -eq 1 ] || fail "there are $(entries) entries"
    expect_field MESSAGE 'hello journal'
    expect_field PRIORITY 5
    expect_field SYSLOG_IDENTIFIER minitalk
    expect_field MINITALK_SENDER_PID "$sender"
    expect_field MINITALK_SENDER_UID "$(id -u)"
    expect_field MINITALK_SENDER_ACCOUNT "$(id -u)"
    expect_field MINITALK_BYTES 13
    expect_field _PID "$daemon"
}

test_the_daemon_logs_its_start_its_end_and_refused_messages() {
    start_journald
    mkdir own
    start_journal_daemon
    head -c 1048577 /dev/zero | expect_status 65 jsend --whole
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    journalctl --sync
    journalctl --quiet --output=cat SYSLOG_IDENTIFIER=minitalkd > notes
    grep -x "started as process $daemon" notes
    grep "refused a message from process .*, user $(id -u): larger" notes
    grep -x stopped notes
    [ "$(wc -l < notes)" -eq 3 ] || fail "the daemon logged: $(cat notes)"
    journalctl --quiet --output=cat SYSLOG_IDENTIFIER=minitalkd MINITALK_SENDER_ACCOUNT="$(id -u)" |
        cmp - <(sed -n 2p notes)
}

# For an entry whose tag it does not show, 'journalctl' without options shows the command name,
# minitalkd.
test_no_message_looks_like_a_note_of_the_daemon() {
    local tag
    start_journald
    mkdir own
    start_journal_daemon
    for tag in minitalkd 'minitalkd[1]: ' $'\xff' $'\x9b' $'\xc2\x9b' $'\xef\xbf\xbf' \
        $'mini\u200btalkd'; do
        expect_status 64 jsend --tag="$tag" "stopped with the tag '$tag'"
    done
    for tag in minitalk backup Zoë minitalkd-watch $'\u200b'; do
        jsend --tag="$tag" 'it stopped'
    done
    jsend 'it stopped'
    journalctl --sync
    journalctl --quiet --output=short | grep 'stopped' > shown
    [ "$(wc -l < shown)" -eq 6 ] || fail "the journal shows $(cat shown)"
    ! grep -E ' minitalkd(\[[0-9]+\])?: ' shown || fail 'a message looks like a note of the daemon'
}

# record_of NAME FIELD: prints the field of the records with the message ID NAME.
record_of() {
    local id
    id=$(sed -n "s/^#define MESSAGE_ID_$1 \"\(.*\)\"/\1/p" "$srcdir/src/daemon/message-ids.h")
    journalctl --sync
    journalctl --quiet --output=cat --output-fields="$2" "MESSAGE_ID=$id"
}

has_record() {
    [ -n "$(record_of "$1" MESSAGE)" ]
}

test_the_daemon_logs_that_its_user_is_at_the_limit_of_pending_signals() {
    start_journald
    publish_programs
    install -m 755 "$tools/hoard" .
    mkdir own
    chown "$USER_A" own
    start_journal_daemon as "$USER_A" prlimit --sigpending=10:10
    as "$USER_A" ./hoard 10 > hoarder &
    eventually 5 has_text hoarder
    expect_status 75 as "$USER_A" "$minitalk_send" --timeout=1 --pidfile="$PWD/own/pid" 'a message'
    eventually 5 has_record SHORTAGE
    record_of SHORTAGE MESSAGE | grep -x "user $USER_A is at the limit of 10 pending signals, .*"
    [ "$(record_of SHORTAGE PRIORITY)" = 4 ]
    kill "$(cat hoarder)"
    eventually 20 has_record RELIEF
    [ "$(record_of RELIEF PRIORITY)" = 5 ]
    [ "$(record_of SHORTAGE MESSAGE | wc -l)" -eq 1 ] || fail 'the limit was logged more than once'
}

expect_bytes() {
    local length
    length=$(wc -c < "$1")
    start_journald
    mkdir own
    start_journal_daemon
    jsend --whole < "$1"
    message_bytes "$length" | cmp - "$1"
    expect_field MINITALK_BYTES "$length"
    [ "$(entries)" -eq 1 ] || fail "there are $(entries) entries"
}

test_blanks_at_the_end_are_kept() {
    printf ' a message with blanks \t ' > bytes
    expect_bytes bytes
}

test_newlines_are_kept() {
    printf '\nline\n\nand line\n\n' > bytes
    expect_bytes bytes
}

test_nul_bytes_are_kept() {
    printf 'before\0after\0\0' > bytes
    expect_bytes bytes
}

test_the_empty_message_is_an_entry() {
    : > bytes
    expect_bytes bytes
}

test_lines_of_a_message_that_look_like_fields_are_not_fields() {
    printf 'x\nPRIORITY=0\n_UID=0\nMINITALK_SENDER_UID=1' > bytes
    expect_bytes bytes
    expect_field PRIORITY 5
    expect_field MINITALK_SENDER_UID "$(id -u)"
}

test_fields_that_the_sender_adds_are_in_the_entry() {
    start_journald
    mkdir own
    start_journal_daemon
    jsend --tag=backup --priority=local0.err --id=4711 --field=BACKUP_HOST=alpha \
        -F BACKUP_NOTE=$'two\nlines' -F EMPTY= 'it failed'
    expect_field SYSLOG_IDENTIFIER backup
    expect_field PRIORITY 3
    expect_field SYSLOG_FACILITY 16
    expect_field SYSLOG_PID 4711
    expect_field BACKUP_HOST alpha
    expect_field BACKUP_NOTE $'two\nlines'
    expect_field MINITALK_BYTES 9
    [ "$(journalctl --quiet -t backup -p err BACKUP_HOST=alpha EMPTY= -o cat)" = 'it failed' ]
}

# objects_of_json: prints the entries on standard input as JSON, with sorted keys, one a line. Leaves out
# what journald adds, what differs between two sends, and the order of values of one name, which the
# journal does not keep.
objects_of_json() {
    python3 -c '
import json, sys

for line in sys.stdin:
    entry = {k: v for k, v in json.loads(line).items() if k[0] != "_"}
    del entry["MINITALK_SENDER_PID"]
    entry["REPEATED"].sort(key=repr)
    print(json.dumps(entry, sort_keys=True))
'
}

test_the_output_json_is_that_of_journalctl() {
    local number
    local -a messages=('' text $'two\nlines\t' '"\\/' $'Gr\u00fc\u00dfe \U0001f44b' $'\xff' $'\x01'
        $'\u202e\u2028\u2066' $'\u0085' $'\ufdd0' $'cut \xe2\x80' $'\x7f')
    start_journald
    mkdir own other
    start_journal_daemon
    "$minitalkd" --output=json:log --pidfile="$PWD/other/pid" > output
    also_end "$(cat output)"
    for number in "${!messages[@]}"; do
        for directory in own other; do
            "$minitalk_send" --pidfile="$PWD/$directory/pid" -t backup -p local0.err \
                -F REPEATED=1 -F OTHER="${messages[number]}" -F REPEATED="${messages[number]}." \
                --id=4711 -- "${messages[number]}"
        done
    done
    journalctl --sync
    journalctl --quiet --all --output=json "MESSAGE_ID=$MESSAGE_ID" | objects_of_json > left
    [ "$(wc -l < left)" -eq "${#messages[@]}" ]
    grep "$MESSAGE_ID" log | objects_of_json | diff left -
}

test_option_i_logs_the_pid_of_the_sender() {
    start_journald
    mkdir own
    start_journal_daemon
    "$minitalk_send" --pidfile="$PWD/own/pid" -i text &
    sender=$!
    expect_end 0 "$sender"
    expect_field SYSLOG_PID "$sender"
}

test_each_line_has_the_priority_that_it_begins_with() {
    start_journald
    mkdir own
    start_journal_daemon
    printf '<134>first\nsecond\n<3>third\n' | jsend --prio-prefix --priority=mail.warning
    [ "$(field MESSAGE)" = $'first\nsecond\nthird' ]
    [ "$(field PRIORITY)" = $'6\n4\n3' ]
    [ "$(field SYSLOG_FACILITY)" = $'16\n2\n2' ]
    # The facility of one line does not apply to the next line.
    printf '<134>fourth\nfifth\n' | jsend --prio-prefix
    [ "$(field SYSLOG_FACILITY)" = $'16\n2\n2\n16' ]
}

test_64_KiB_of_random_bytes_are_kept() {
    head -c 65536 /dev/urandom > bytes
    expect_bytes bytes
}

# 220,000 bytes are more than the socket of an ordinary user holds, so libsystemd passes a sealed
# file to journald instead.
test_a_large_message_arrives_and_the_kernel_names_its_user() {
    publish_programs
    start_journald
    mkdir own
    chown "$USER_A" own
    start_journal_daemon as "$USER_A"
    head -c 220000 /dev/zero > bytes
    as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/pid" --whole < bytes
    message_bytes 220000 | cmp - bytes
    expect_field MINITALK_SENDER_UID "$USER_A"
    expect_field _UID "$USER_A"
}

# The limit of messages for the journal. A message at this limit would take too long by signals, so
# a program that has the daemon's own code logs it.
limit=$("$tools/log-entry")

expect_largest_entry() {
    start_journald
    "$@" "$tools/log-entry" "$limit"
    [ "$(entries)" -eq 1 ] || fail "there are $(entries) entries"
    expect_field MINITALK_BYTES "$limit"
    journalctl --quiet --all --output=export "MESSAGE_ID=$MESSAGE_ID" > exported
    [ "$(grep -acx 'LARGE_[0-9]*' exported)" -eq 64 ] || fail 'the entry lacks fields'
}

test_the_largest_message_with_the_most_fields_is_in_the_journal() {
    expect_largest_entry
}

test_the_largest_message_of_an_ordinary_user_is_in_the_journal() {
    install -m 755 "$tools/log-entry" .
    tools=.
    expect_largest_entry as "$USER_A"
}

test_a_message_that_journald_could_drop_is_refused() {
    start_journald
    mkdir own
    start_journal_daemon_with "--max-message=$limit"
    head -c $((limit + 1)) /dev/zero | expect_status 65 jsend --whole
    expect_complaint 'the message is larger than the daemon accepts'
    jsend 'it goes on'
    expect_field MESSAGE 'it goes on'
}

test_a_limit_above_that_of_journald_is_a_usage_error() {
    for options in "--max-message=$((limit + 1))" "--output=journal --max-message=1073741824" \
        "--max-message=33554432 --foreground"; do
        # shellcheck disable=SC2086 # one or two words
        expect_status 64 "$minitalkd" --pidfile="$PWD/pid" $options
        expect_complaint "is too large for the journal, which may drop messages of more than $limit"
        [ ! -e pid ] || fail 'the daemon made a pidfile'
    done
    # Standard output has no such limit.
    start_daemon --max-message=1073741824
    send 'a message'
    expect_received 'a message'
}

test_100_messages_are_100_entries() {
    start_journald
    mkdir own
    start_journal_daemon
    seq -f 'message %g' 100 | jsend
    field MESSAGE | cmp - <(seq -f 'message %g' 100)
}

test_without_a_journal_the_sender_reports_an_error() {
    mount -t tmpfs -o mode=755 minitalk /run
    unmount+=(/run)
    mkdir own
    start_journal_daemon
    expect_status 74 jsend 'nobody logs this'
    expect_complaint 'could not log the message'
    start_journald
    jsend 'now somebody does'
    expect_field MESSAGE 'now somebody does'
}

test_without_a_journal_a_daemon_in_the_foreground_reports_that() {
    mount -t tmpfs -o mode=755 minitalk /run
    unmount+=(/run)
    mkdir own
    "$minitalkd" --foreground --pidfile="$PWD/own/pid" > output 2> notes &
    daemon=$!
    also_end "$daemon"
    eventually 10 has_text output
    grep -q '^minitalkd: cannot connect to journald (No such file or directory), so mess' notes
    expect_status 74 jsend 'nobody logs this'
    grep -q '^minitalkd: refused .*: writing to the log failed: No such file or directory$' notes
}

test_when_the_journal_ends_the_sender_reports_an_error() {
    start_journald
    mkdir own
    start_journal_daemon
    jsend first
    stop_journald
    expect_status 74 jsend 'nobody logs this'
    expect_complaint 'could not log the message'
}

was_refused_twice() {
    [ "$(grep -c '"says":"unlogged"' trace)" -ge 2 ]
}

# The second journald has files of its own.
test_with_retry_a_message_waits_until_the_journal_is_back() {
    start_journald
    mkdir own
    start_journal_daemon
    jsend first
    stop_journald
    jsend --retry --trace=json 'a message' 2> trace &
    sender=$!
    eventually 10 was_refused_twice
    start_journald
    expect_end 0 "$sender"
    [ "$(field MESSAGE)" = 'a message' ] || fail "the journal has: $(field MESSAGE)"
}

# ---- a stopped journald ----

# start_with_queue LENGTH: starts the daemon and a journald whose socket queues this many messages.
start_with_queue() {
    # shellcheck disable=SC2016 # the shell inside expands it
    start_journald unshare --net "$BASH" -c \
        'echo "$0" > /proc/sys/net/unix/max_dgram_qlen && exec "$@"' "$1"
    mkdir own
    start_journal_daemon
}
start_with_short_queue() {
    start_with_queue 10
}

# This queue has room for more messages than the daemon's socket, so the socket is full first.
start_with_long_queue() {
    start_with_queue 100000
}

# Stops journald and sends until a sender times out because the queue or the socket is full.
fill_frozen_journal() {
    stop_process "$journald_pid"
    seq -f 'message %g' 20000 > many
    expect_status 75 jsend --timeout=1 < many
    expect_complaint "the daemon's log is blocked"
}

expect_only_the_sender_is_blocked() {
    fill_frozen_journal
    expect_status 75 jsend --timeout=1 'one more'
    expect_complaint "the daemon's log is blocked"
    kill -CONT "$journald_pid"
    jsend 'it goes on'
    # The log has the first of the messages, each once and in order. The message of the sender that
    # gave up may be the last of them.
    field MESSAGE | grep '^message ' > logged
    head -n "$(wc -l < logged)" many | cmp - logged
    [ "$(field MESSAGE | tail -n 1)" = 'it goes on' ]
}

expect_it_ends_at_once() {
    fill_frozen_journal
    kill "$daemon"
    eventually 3 has_ended "$daemon"
    [ ! -e own/pid ] || fail 'the pidfile is still there'
}

test_a_frozen_journal_blocks_the_sender_not_the_daemon() {
    start_with_short_queue
    expect_only_the_sender_is_blocked
    [ "$(wc -l < logged)" -le 20 ] || fail "the queue took too many messages: $(wc -l < logged)"
}

test_a_frozen_journal_with_a_long_queue_blocks_the_sender_not_the_daemon() {
    start_with_long_queue
    expect_only_the_sender_is_blocked
    [ "$(wc -l < logged)" -gt 20 ] || fail "the queue took too few messages: $(wc -l < logged)"
}

test_a_frozen_journal_does_not_delay_the_end() {
    start_with_short_queue
    expect_it_ends_at_once
}

test_a_frozen_journal_with_a_long_queue_does_not_delay_the_end() {
    start_with_long_queue
    expect_it_ends_at_once
}

run_tests
