#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemon: its start and end, its pidfile, its output, and its notifications to a service
# manager.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# ---- starting ----

test_the_first_line_is_the_pid_alone() {
    start_daemon
    printf '%s\n' "$daemon" | cmp - output
}

# A script starts the daemon and then sends. Sending must work as soon as the parent has returned.
test_the_parent_returns_when_a_message_can_be_sent() {
    for _ in {1..10}; do
        "$minitalkd" --output=stdout --pidfile="$PWD/minitalk.pid" > output
        send 'at once'
        daemon=$(head -n 1 output)
        also_end "$daemon"
        expect_received 'at once'
        kill "$daemon"
        eventually 5 has_ended "$daemon"
    done
}

test_a_daemon_is_detached() {
    "$minitalkd" --output=stdout --pidfile="$PWD/minitalk.pid" > output
    daemon=$(head -n 1 output)
    also_end "$daemon"
    # Fields 5 and 6 of /proc/PID/stat, see proc(5): the process group and the session.
    read -r _ _ _ _ group session _ < "/proc/$daemon/stat"
    [ "$group" = "$session" ] || fail "process group $group is not session $session"
    [ "$session" != "$(ps -o sid= -p $$ | tr -d ' ')" ] ||
        fail 'the daemon is in the session of this test'
    [ "$(readlink "/proc/$daemon/cwd")" = / ] || fail 'the working directory is not /'
    [ "$(readlink "/proc/$daemon/fd/0")" = /dev/null ] || fail 'standard input is not /dev/null'
}

test_a_relative_pidfile_is_in_the_directory_of_the_caller() {
    "$minitalkd" --output=stdout --pidfile=here.pid > output
    daemon=$(head -n 1 output)
    also_end "$daemon"
    [ "$(cat here.pid)" = "$daemon" ] || fail 'the pidfile is not in the directory of the caller'
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    [ ! -e here.pid ] || fail 'the pidfile is still there'
}

test_the_parent_reports_why_the_daemon_cannot_start() {
    expect_status 73 "$minitalkd" --output=stdout --pidfile="$PWD/no/such/directory/pid"
    expect_complaint 'No such file or directory'
    [ ! -s stdout ] || fail 'the daemon printed a PID'
}

test_the_pidfile_holds_the_pid_and_is_locked_and_private() {
    umask 0
    start_daemon
    [ "$(cat minitalk.pid)" = "$daemon" ] || fail 'the pidfile holds something else than the PID'
    [ "$(stat -c '%a %F' minitalk.pid)" = '600 regular file' ] || fail "$(stat minitalk.pid)"
    ! flock --nonblock minitalk.pid true || fail 'the pidfile is not locked'
}

test_a_stale_pidfile_is_taken_over() {
    echo 99999999 > minitalk.pid
    chmod 666 minitalk.pid
    start_daemon
    [ "$(cat minitalk.pid)" = "$daemon" ] || fail 'the pidfile holds something else than the PID'
    [ "$(stat -c %a minitalk.pid)" = 600 ] || fail 'other users may read the pidfile'
    send 'here I am'
    expect_received 'here I am'
}

test_a_second_daemon_says_who_holds_the_pidfile() {
    local option
    start_daemon
    for option in --foreground --output=stdout; do
        expect_status 69 "$minitalkd" "$option" --output=stdout --pidfile="$PWD/minitalk.pid"
        expect_complaint "already running as process $daemon"
        [ ! -s stdout ] || fail 'the daemon printed a PID'
    done
    send 'the first is not disturbed'
    expect_received 'the first is not disturbed'
}

test_a_pidfile_must_be_a_regular_file() {
    mkdir directory
    mkfifo fifo
    ln -s elsewhere link
    for path in directory fifo link /dev/null; do
        expect_status 73 "$minitalkd" --foreground --output=stdout --pidfile="$path"
        expect_complaint 'is not a regular file'
    done
    [ ! -e elsewhere ] || fail 'the daemon followed a link'
}

# A path with a typing error, or a file that another user has prepared in /tmp.
test_a_file_that_was_not_made_to_be_a_pidfile_is_left_alone() {
    mkdir -m 1777 sticky
    echo 12345 > sticky/mine
    ln sticky/mine sticky/second
    echo 'all my work' > sticky/notes
    expect_status 73 "$minitalkd" --foreground --output=stdout --pidfile=sticky/second
    expect_complaint 'sticky/second has more than one name (hard links); remove this name, or'
    expect_status 73 "$minitalkd" --foreground --output=stdout --pidfile=sticky/notes
    expect_complaint 'sticky/notes has other contents than a PID; remove it, or'
    if am_root; then
        echo 12345 > sticky/theirs
        chown "$USER_A" sticky/theirs
        expect_status 73 "$minitalkd" --foreground --output=stdout --pidfile=sticky/theirs
        expect_complaint 'sticky/theirs belongs to another user; remove it, or'
        [ "$(cat sticky/theirs)" = 12345 ] || fail 'the daemon changed the file of another user'
    fi
    [ "$(cat sticky/mine)" = 12345 ] || fail 'the daemon changed a file with two names'
    [ "$(cat sticky/notes)" = 'all my work' ] || fail 'the daemon changed the notes'
}

test_wrong_arguments_are_usage_errors() {
    local -a wrong=('--output=printer' '--max-message=0' '--max-message=12x' '--max-message=-1'
        '--max-message=1073741825' '--max-message=32505857' '--rate-limit=5' '--rate-limit=0/1'
        '--rate-limit=1/0' '--rate-limit=1/86401' '--rate-limit=1000001/1' '--rate-limit=/'
        '--rate-limit=1/2/3' 'argument')
    for argument in "${wrong[@]}"; do
        expect_status 64 "$minitalkd" --foreground --pidfile=pid "$argument"
        expect_complaint "${argument#*=}"
        [ ! -s stdout ] || fail 'the daemon printed to standard output'
    done
    expect_status 64 "$minitalkd" --pidfile=pid --no-such-option
    grep -q -- --no-such-option stderr
    [ ! -e pid ] || fail 'the daemon made a pidfile'
}

test_help_and_version_go_to_standard_output() {
    for option in --help --version; do
        expect_status 0 "$minitalkd" "$option"
        [ -s stdout ] && [ ! -s stderr ]
        expect_status 0 "$minitalk_send" "$option"
        [ -s stdout ] && [ ! -s stderr ]
    done
}

# ---- closed standard descriptors ----

test_a_closed_standard_input_or_error_does_not_matter() {
    "$minitalkd" --foreground --output=stdout --pidfile=minitalk.pid > output <&- 2>&- &
    daemon=$!
    eventually 10 daemon_spoke
    send 'all the same'
    expect_received 'all the same'
    # The daemon reports its end on standard error, which is closed. The report must not go into the
    # output.
    stop_daemon
    expect_received 'all the same'
}

test_a_closed_standard_output_is_an_error_where_it_is_the_log() {
    status=0
    "$minitalkd" --foreground --output=stdout --pidfile=pid >&- 2> stderr || status=$?
    [ "$status" -eq 64 ] || fail "the daemon ended with $status"
    expect_complaint 'standard output is closed'
    [ ! -e pid ] || fail 'the daemon made a pidfile'
}

# Each message would be confirmed and lost. A service of systemd may have such a standard output.
test_a_standard_output_that_keeps_nothing_is_an_error_where_it_is_the_log() {
    local device option
    for device in /dev/null /dev/zero; do
        for option in --output=stdout --output=raw --output=json; do
            for foreground in --foreground ''; do
                status=0
                # shellcheck disable=SC2086 # no argument if empty
                timeout 10 "$minitalkd" $foreground "$option" --pidfile="$PWD/pid" \
                    > "$device" 2> stderr || status=$?
                [ "$status" -eq 64 ] || fail "with $option > $device, the daemon ended with $status"
                expect_complaint 'standard output is /dev/null or /dev/zero, which keeps no message'
                [ ! -e pid ] || fail 'the daemon made a pidfile'
            done
        done
    done
}

test_a_closed_standard_output_does_not_matter_where_the_journal_is_the_log() {
    "$minitalkd" --foreground --pidfile=pid >&- 2> stderr &
    daemon=$!
    also_end "$daemon"
    eventually 10 test -s pid
    [ "$(cat pid)" -eq "$daemon" ] || fail "the pidfile has $(cat pid), not $daemon"
    kill "$daemon"
    expect_end 0 "$daemon"
}

test_with_all_standard_descriptors_closed_nothing_is_written_into_the_pidfile() {
    "$minitalkd" --output=journal --pidfile="$PWD/minitalk.pid" <&- >&- 2>&-
    daemon=$(cat minitalk.pid)
    also_end "$daemon"
    [ "$(cat minitalk.pid)" = "$daemon" ] || fail 'the pidfile holds more than the PID'
    kill "$daemon"
    eventually 5 has_ended "$daemon"
}

# ---- a service manager ----

# The status shows local time, so the test sets a time zone that no machine has by default.
test_the_status_shows_when_the_counts_began() {
    local since earliest latest
    export TZ=Etc/GMT-11
    start_manager
    earliest=$(date +%s)
    start_daemon
    eventually 5 manager_was_told 'READY=1$'
    latest=$(date +%s)
    send hello
    eventually 5 manager_was_told 'STATUS=1 messages'
    sed -n 's/^STATUS=0 messages (0 bytes) logged, 0 refused, 0 lost with their sender since \(.*\); 0 senders now$/\1/p' \
        notified > first
    [ "$(wc -l < first)" -eq 1 ] || fail "the first status is not as expected: $(cat notified)"
    grep -qx '[0-9]\{4\}-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]' first ||
        fail "the counts begin at '$(cat first)'"
    since=$(date --date="$(cat first)" +%s)
    ((since >= earliest && since <= latest)) ||
        fail "the counts begin at $(cat first), but the start was at $(date --date="@$earliest")"
    [ "$(grep -c "^STATUS=.* since $(cat first); " notified)" -eq "$(grep -c '^STATUS=' notified)" ] ||
        fail "a later status has another time: $(cat notified)"
}

test_the_daemon_notifies_the_manager_of_readiness_counts_and_its_end() {
    start_manager
    start_daemon --max-message=5
    eventually 5 manager_was_told 'READY=1$'
    send 'hello'
    eventually 5 manager_was_told 'STATUS=1 messages (5 bytes) logged, 0 refused'
    expect_status 65 send 'too large'
    eventually 5 manager_was_told 'STATUS=1 messages (5 bytes) logged, 1 refused'
    send ''
    eventually 5 manager_was_told 'STATUS=2 messages (5 bytes) logged, 1 refused'
    ! manager_was_told STOPPING || fail 'STOPPING=1 was sent before the end'
    stop_daemon
    eventually 5 manager_was_told 'STOPPING=1$'
    [ "$(grep -c READY notified)" -eq 1 ] || fail 'READY=1 more than once'
}

# count_notifications LINE: how many notifications have begun with LINE.
count_notifications() {
    grep -c "^$1" notified || :
}

has_notifications() {
    [ "$(count_notifications "$1")" -ge "$2" ]
}

# As Type=notify-reload of systemd.service(5) needs it.
test_the_daemon_notifies_the_manager_of_each_SIGHUP() {
    local i
    start_manager
    start_daemon
    send 'a message'
    eventually 5 manager_was_told 'STATUS=1 messages'
    for i in 1 2 3; do
        kill -HUP "$daemon"
        eventually 5 has_notifications 'READY=1$' $((i + 1))
    done
    grep -E '^(RELOADING|MONOTONIC_USEC|READY)=' notified > order
    sed 's/^\(MONOTONIC_USEC=\)[1-9][0-9]*$/\1N/' order > left
    {
        echo 'READY=1'
        printf 'RELOADING=1\nMONOTONIC_USEC=N\nREADY=1\n%.0s' 1 2 3
    } | diff left - || fail 'other notifications (<) than expected (>)'
    # The counts go on, since the same time.
    tail -n 1 notified | grep -q '^STATUS=1 messages' || fail "$(cat notified)"
    [ "$(sed -n 's/^STATUS=.* since \([^;]*\);.*/\1/p' notified | sort -u | wc -l)" -eq 1 ] ||
        fail "the counts began again: $(cat notified)"
}

test_a_daemon_that_stops_does_not_say_that_it_is_ready_again() {
    start_manager
    start_daemon
    start_long_send
    stop_process "$sender"
    kill "$daemon"
    eventually 5 manager_was_told 'STOPPING=1$'
    kill -HUP "$daemon"
    expect_end 0 "$daemon"
    [ "$(count_notifications 'READY=1$')" -eq 1 ] || fail "$(cat notified)"
    [ "$(count_notifications 'RELOADING=1$')" -eq 0 ] || fail "$(cat notified)"
}

# Only the end of these senders changes the status, not a message.
test_the_daemon_notifies_the_manager_of_senders_that_ended() {
    local held
    start_manager
    start_daemon
    mkfifo lines
    exec 3<> lines
    start_send < lines
    held=$sender
    echo 'one line' >&3
    eventually 5 manager_was_told 'STATUS=1 messages.*; 1 senders now'
    kill "$held"
    eventually 5 manager_was_told 'STATUS=1 messages.*; 0 senders now'
    start_long_send
    stop_process "$sender"
    eventually 5 is_asleep "$daemon"
    kill -KILL "$sender"
    eventually 5 manager_was_told 'STATUS=1 messages.* 1 lost with their sender'
}

test_a_detached_daemon_notifies_the_manager_too() {
    start_manager
    "$minitalkd" --output=stdout --pidfile="$PWD/minitalk.pid" > output
    also_end "$(head -n 1 output)"
    eventually 5 manager_was_told 'READY=1$'
}

has_pinged_watchdog() {
    [ "$(grep -c '^WATCHDOG=1$' notified)" -ge "$1" ]
}

test_the_daemon_pings_the_watchdog_when_idle_and_when_busy() {
    start_manager
    export WATCHDOG_USEC=200000
    start_daemon
    eventually 5 has_pinged_watchdog 3
    start_long_send
    eventually 5 has_pinged_watchdog $(($(grep -c '^WATCHDOG=1$' notified) + 3))
    ! has_ended "$sender" || fail 'the long message ended too early for this test'
}

# ---- ending ----

# SIGINT is not tested: a shell without job control starts background processes with SIGINT ignored,
# and the daemon leaves it ignored.
test_SIGTERM_ends_the_daemon_cleanly() {
    start_daemon
    send 'before the signal'
    kill "$daemon"
    within 1000 expect_end 0 "$daemon"
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
    expect_received 'before the signal'
}

# One child has ended before the daemon starts, the other one ends later.
test_children_of_the_program_that_executes_the_daemon_leave_no_zombies() {
    mkfifo end
    run_by=(python3 -c '
import os, sys

if os.fork() == 0:
    os._exit(0)
os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
if os.fork() == 0:
    open("end").read()
    os._exit(0)
os.execvp(sys.argv[1], sys.argv[1:])
')
    start_daemon
    has_child
    [ "$(wc -l < children)" -eq 1 ] || fail "the first child is still there: $(cat children)"
    : > end
    eventually 5 has_no_child
    send 'a message'
    expect_received 'a message'
}

# A service that a tool tells to open its log anew would stay down: the manager takes the end by
# SIGHUP for success.
test_SIGHUP_does_not_end_the_daemon() {
    local output
    # The tests may run with SIGHUP ignored, for example under nohup(1). The daemon would inherit
    # that.
    run_by=(env --default-signal=HUP)
    for output in journal stdout raw; do
        start_daemon --output="$output"
        for _ in {1..20}; do
            kill -HUP "$daemon"
            send --dry-run 'is it there?'
        done
        [ "$output" = journal ] || send 'after the signal'
        eventually 5 is_asleep "$daemon"
        stop_daemon
        [ "$output" = journal ] || expect_received 'after the signal'
    done
}

# strace sends the signal while the daemon prepares itself.
test_SIGHUP_does_not_end_a_daemon_that_starts() {
    strace -qq -o /dev/null true 2> /dev/null || skip 'strace is not installed, or may not trace'
    run_by=(env --default-signal=HUP strace -qq -D -o injected -e inject=fcntl:signal=HUP)
    start_daemon
    grep -q 'SIGHUP' injected
    run_by=()
    send 'after the signal'
    expect_received 'after the signal'
}

test_standard_output_must_not_be_the_pidfile() {
    local status=0
    "$minitalkd" --foreground --output=stdout --pidfile=both > both 2> stderr || status=$?
    [ "$status" -eq 64 ] || fail "the status is $status"
    expect_complaint 'standard output is the pidfile, too; redirect it to another file'
}

# A daemon that stops works on a message under way for 2 s at most. On a busy machine that may be
# too short; then the sender must be told that the message is refused. A message must be either
# logged or refused, never both and never neither.
test_a_daemon_that_stops_finishes_the_message_under_way() {
    local start took status
    for _ in {1..5}; do
        start_daemon
        start_long_send 8192
        stop_process "$sender"
        start=${EPOCHREALTIME/./}
        kill "$daemon"
        kill -CONT "$sender"
        expect_end 0 "$daemon"
        took=$(((${EPOCHREALTIME/./} - start) / 1000))
        status=0
        wait "$sender" || status=$?
        [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
        if [ "$status" -eq 0 ]; then
            echo "# finished, and left, within $took ms"
            { cat long; echo; } | expect_received
            return
        fi
        [ "$status" -eq 75 ] || fail "the sender ended with $status"
        [ "$took" -ge 2000 ] ||
            fail "refused after $took ms, $(received | wc -c) bytes logged: $(cat sender-errors)"
        expect_received < /dev/null
    done
    fail 'no message was ever finished'
}

test_a_daemon_that_stops_refuses_a_message_that_takes_too_long() {
    start_daemon
    start_long_send 1048576
    kill "$daemon"
    within 3000 expect_end 0 "$daemon"
    within 1000 expect_end 75 "$sender"
    mv sender-errors stderr
    expect_complaint 'the daemon'
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
    expect_received < /dev/null
}

test_a_stopped_sender_does_not_keep_the_daemon_from_stopping() {
    start_daemon
    start_long_send
    stop_process "$sender"
    kill "$daemon"
    within 3000 expect_end 0 "$daemon"
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
    kill -CONT "$sender"
    within 2000 expect_end 75 "$sender"
    expect_received < /dev/null
}

# If the daemon did not take the second SIGTERM, the pending signal would wake it again and again.
test_a_daemon_that_is_told_twice_to_stop_sleeps_while_it_waits() {
    local before
    start_daemon
    start_long_send
    stop_process "$sender"
    kill "$daemon"
    eventually 1 is_asleep "$daemon"
    before=$(milliseconds_of "$daemon")
    kill "$daemon"
    sleep 1
    [ $(($(milliseconds_of "$daemon") - before)) -lt 100 ] ||
        fail "the daemon used $(($(milliseconds_of "$daemon") - before)) ms of CPU time in 1 s"
    within 3000 expect_end 0 "$daemon"
}

test_a_daemon_that_stops_ends_with_the_last_sender_that_it_waits_for() {
    start_daemon
    start_long_send
    stop_process "$sender"
    kill "$daemon"
    eventually 1 is_asleep "$daemon"
    kill -KILL "$sender"
    within 1000 expect_end 0 "$daemon"
    expect_received < /dev/null
}

test_a_daemon_that_stops_does_not_wait_for_a_sender_without_a_message() {
    start_daemon
    mkfifo lines
    exec 3<> lines
    start_send < lines
    echo 'one line' >&3
    eventually 5 grep -q 'one line' output
    kill "$daemon"
    within 1000 expect_end 0 "$daemon"
    echo 'another line' >&3
    expect_end 69 "$sender"
    expect_received 'one line'
}

# ---- senders that end ----

test_a_sender_killed_in_the_middle_leaves_one_notice() {
    start_daemon
    start_long_send
    kill -KILL "$sender"
    eventually 5 has_text errors
    send 'life goes on'
    stop_daemon
    expect_received 'life goes on'
    grep "process $sender, user $(id -u), ended in the middle" errors
    grep -v '^minitalkd: \(started\|stopped\)' errors > notices
    [ "$(wc -l < notices)" -eq 1 ] || fail "not one notice: $(cat notices)"
}

test_senders_that_have_ended_leave_no_descriptors_in_the_daemon() {
    local before
    start_daemon
    before=$(count_files)
    send first
    for i in {1..30}; do
        send "message $i"
    done
    eventually 5 has_files_at_most "$before"
}

has_files_at_most() {
    [ "$(count_files)" -le "$1" ]
}

count_files() {
    find "/proc/$daemon/fd" | wc -l
}

# ---- lines of the output ----

# Each line of ./output below the PID is one message, escaped.
test_a_message_is_one_line_of_text_whatever_it_contains() {
    start_daemon --output=stdout
    send $'two\nlines \033[2J\t\\x41'
    head -c 65536 /dev/urandom > random
    send --whole < random
    send "Zoë: C:\\new"
    send ''
    [ "$(received | wc -l)" -eq 4 ] || fail "not one line for each message: $(received)"
    received | sed -n 1p > first
    printf '%s\n' 'two\x0alines \x1b[2J	\x5cx41' | cmp - first
    ! received | LC_ALL=C tr -d '\t\n' | LC_ALL=C grep -q '[[:cntrl:]]' ||
        fail 'the output has control characters'
    # The rule of minitalkd(8).
    received | sed -n 2p | head -c -1 | perl -pe 's/\\x(..)/chr hex $1/ge' | cmp - random
    received | tail -n 2 > last
    printf '%s\n\n' "Zoë: C:\\new" | cmp - last
}

# As in minitalkd(8): messages and records in one file.
test_no_message_looks_like_a_note_in_a_common_log() {
    "$minitalkd" --foreground --output=stdout --pidfile="$PWD/minitalk.pid" > output 2>&1 &
    daemon=$!
    eventually 10 daemon_spoke
    send 'minitalkd: stopped'
    send $'text\nminitalkd: stopped'
    send $'\rminitalkd: stopped'
    send $'\u200bminitalkd: stopped'
    send 'MINITALKD: stopped'
    kill "$daemon"
    expect_end 0 "$daemon"
    [ "$(grep -ci '^minitalkd: ' output)" -eq 2 ] || fail "the log is: $(cat -v output)"
    [ "$(grep -c 'stopped$' output)" -eq 6 ] || fail "messages are missing: $(cat -v output)"
    tail -n 1 output | grep -qx 'minitalkd: stopped'
}

test_the_raw_output_has_the_exact_bytes() {
    start_daemon --output=raw
    send $'minitalkd: stopped\n\033[2J'
    printf 'minitalkd: stopped\n\033[2J\n' | expect_received
}

# ---- a blocked output ----

# Starts a daemon whose output is a full pipe. This shell has the pipe open as descriptor 3, and
# does not read it.
start_blocked_daemon() {
    mkfifo pipe
    exec 3<> pipe
    "$minitalkd" --foreground --output=raw --pidfile="$PWD/minitalk.pid" > pipe 2> errors 3>&- &
    daemon=$!
    read -r first <&3
    [ "$first" = "$daemon" ] || fail "the first line is '$first'"
    # Fills the pipe. dd fails because not all of its blocks fit.
    ! dd if=/dev/zero of=pipe bs=4096 count=1000 oflag=nonblock status=none 2> dd-errors
}

test_a_full_pipe_blocks_the_sender_not_the_daemon() {
    start_blocked_daemon
    expect_status 75 send --timeout=1 'in vain'
    expect_complaint "the daemon's log is blocked"
    # More than PIPE_BUF, 4096 bytes: the pipe may take it in parts.
    head -c 6000 /dev/urandom > message
    start_send --timeout=30 --whole < message
    cat <&3 > output &
    expect_end 0 "$sender"
    send 'it goes on'
    eventually 5 grep -aqx 'it goes on' output
    # By design, the message of the sender that gave up may be logged or not.
    tr -d '\0' < output | sed '1{/^in vain$/d}' > rest
    { tr -d '\0' < message; printf '\nit goes on\n'; } | cmp - rest
}

test_a_full_pipe_does_not_delay_the_end() {
    start_blocked_daemon
    expect_status 75 send --timeout=1 'nobody reads this'
    start_send --timeout=30 'nor this'
    kill "$daemon"
    within 3000 expect_end 0 "$daemon"
    expect_end 75 "$sender"
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
}

# Sends messages until the terminal is full and a sender ends with 75. A sender must not report
# success for a message that cannot be written.
fill_terminal() {
    local tries=0 status=0
    until [ "$status" -ne 0 ] || [ "$tries" -eq 100 ]; do
        tries=$((tries + 1))
        head -c 1000 /dev/zero | tr '\0' y | send --timeout=1 --whole 2> stderr || status=$?
    done
    [ "$status" -eq 75 ] || fail "the sender ended with $status"
}

test_a_terminal_that_nobody_reads_blocks_the_sender_not_the_daemon() {
    with_unread_terminal 1 "$minitalkd" --foreground --output=stdout --pidfile=minitalk.pid &
    daemon=$!
    also_end "$daemon"
    eventually 10 test -s minitalk.pid
    fill_terminal
    expect_complaint "the daemon's log is blocked"
    kill "$daemon"
    within 3000 expect_end 0 "$daemon"
}

# The sender must not send such a message again, and must not report that it is not in the log.
test_a_message_that_is_partly_in_the_log_is_reported_as_unconfirmed() {
    mkfifo pipe
    exec 3<> pipe
    python3 -c 'import fcntl; fcntl.fcntl(3, fcntl.F_SETPIPE_SZ, 4096)'
    "$minitalkd" --foreground --output=stdout --pidfile=minitalk.pid > pipe 2> errors 3>&- &
    daemon=$!
    also_end "$daemon"
    read -r _ <&3
    head -c 8000 /dev/zero | send --retry --whole 2> sender-errors &
    sender=$!
    also_end "$sender"
    eventually 10 waits_for_its_log
    kill "$daemon"
    within 3000 expect_end 0 "$daemon"
    expect_end 75 "$sender"
    grep -q 'ended before it confirmed the message' sender-errors
    grep -q '^minitalkd: a part of the message from process .* stays in standard output' errors ||
        fail "on standard error: $(cat errors)"
    exec 3>&-
}

# True if the pipe is full. Its capacity is one page.
waits_for_its_log() {
    [ "$(python3 -c '
import fcntl, struct, termios
print(struct.unpack("i", fcntl.ioctl(3, termios.FIONREAD, b"\0" * 4))[0])')" -eq 4096 ]
}

test_a_closed_pipe_is_reported_to_the_sender() {
    mkfifo pipe
    exec 3<> pipe
    "$minitalkd" --foreground --output=stdout --pidfile="$PWD/minitalk.pid" > pipe 2> errors 3>&- &
    daemon=$!
    read -r first <&3
    exec 3>&-
    expect_status 74 send 'nobody is there'
    expect_complaint 'could not log the message'
    grep "refused a message from process .* writing to the log failed" errors
    stop_daemon
}

run_tests
