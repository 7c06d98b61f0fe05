#!/bin/bash
# SPDX-License-Identifier: MIT
# A log file: each message is in it once, as a whole, whoever rotates it and whatever fails.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# start_logger [OPTION…]: starts a daemon that appends to ./log.
start_logger() {
    start_daemon --output="file:$PWD/log" "$@"
}

# Prints the messages in these files, without the daemon's records.
messages_in() {
    cat "$@" | grep -v '^minitalkd: ' || :
}

# expect_messages FILE [LINE…]: the file has exactly these messages.
expect_messages() {
    local file=$1
    shift
    printf '%s\n' "$@" | sed '/^$/d' | diff - <(messages_in "$file") ||
        fail "expected (<), and found in $file (>)"
}

# ---- messages ----

test_a_message_is_a_line_of_the_file() {
    echo 'from before' > log
    start_logger
    send $'two\nlines \033[2J'
    send 'minitalkd: stopped'
    expect_messages log 'from before' 'two\x0alines \x1b[2J' '\x6dinitalkd: stopped'
    stop_daemon
    [ "$(grep -c '^minitalkd: started as process ' log)" -eq 1 ] || fail "the log is: $(cat log)"
    tail -n 1 log | grep -qx 'minitalkd: stopped' || fail "the log is: $(cat log)"
    [ ! -s errors ] || fail "on standard error: $(cat errors)"
    [ "$(received | wc -c)" -eq 0 ] || fail 'messages are on standard output, too'
}

test_a_message_is_in_the_file_when_its_sender_ends() {
    start_logger
    expect_confirmed_lines log
}

# A daemon in the background has /dev/null for its standard descriptors and / for its directory.
test_a_daemon_in_the_background_logs_to_a_relative_path() {
    umask 077
    "$minitalkd" --output=file:log --pidfile=minitalk.pid > output 2> errors
    daemon=$(cat output)
    also_end "$daemon"
    send one
    mv log old
    kill -HUP "$daemon"
    send two
    expect_messages old one
    expect_messages log two
    [ "$(stat -c %a log)" = 600 ] || fail 'the umask of the caller is lost'
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    tail -n 1 log | grep -qx 'minitalkd: stopped' || fail "the log is: $(cat log)"
}

# ---- rotation ----

# Once kill has returned, messages go to the new file.
test_after_SIGHUP_messages_go_to_the_new_file() {
    start_logger
    for i in {1..50}; do
        mv log "log.$i"
        send "old $i"
        kill -HUP "$daemon"
        send "new $i"
        expect_messages log "new $i"
    done
    for i in {2..50}; do
        expect_messages "log.$i" "new $((i - 1))" "old $i"
    done
    [ ! -s errors ] || fail "on standard error: $(cat errors)"
}

# The number of messages of each sender under load: 'make check MESSAGES=500' takes a minute longer.
: "${MESSAGES:=150}"

# start_numbered SENDER COUNT: a process sends so many numbered messages of different lengths.
start_numbered() {
    awk -v sender="$1" -v count="$2" 'BEGIN {
        for (i = 1; i <= count; i++) {
            text = sprintf("sender %d message %d ", sender, i)
            for (j = 0; j < i % 40; j++)
                text = text "padding "
            print text "end"
        }
    }' > "sent.$1"
    "$minitalk_send" --timeout=60 --pidfile="$PWD/minitalk.pid" < "sent.$1" &
    senders+=("$!")
}

# expect_all_once FILE…: all that was sent is in these files once, and nothing else.
expect_all_once() {
    sort sent.* > left
    messages_in "$@" | sort > right
    diff left right > difference || fail "lost (<), doubled or split (>): $(head difference)"
}

# still_sends: true until all senders have ended.
still_sends() {
    are_running "${senders[@]}"
}

test_rotation_under_load_loses_and_doubles_nothing() {
    local number=0
    local -a senders=()
    start_logger --rate-limit=none
    for sender in 1 2 3 4; do
        start_numbered "$sender" "$MESSAGES"
    done
    while still_sends; do
        number=$((number + 1))
        mv log "log.$number"
        kill -HUP "$daemon"
        eventually 5 test -e log
    done
    for sender in "${senders[@]}"; do
        expect_end 0 "$sender"
    done
    [ "$number" -gt 20 ] || fail "the log was rotated $number times only"
    echo "# rotated $number times"
    expect_all_once log log.*
    stop_daemon
}

# The line has 64 KiB, so the daemon writes it in several steps.
test_rotation_in_the_middle_of_a_write_does_not_split_the_message() {
    start_logger
    head -c 16384 /dev/zero > zeros
    for i in {1..8}; do
        start_send --timeout=60 --whole < zeros
        while ! has_ended "$sender"; do
            mv log "log.$i.${EPOCHREALTIME/./}"
            kill -HUP "$daemon"
            eventually 5 test -e log
        done
        expect_end 0 "$sender"
    done
    [ "$(messages_in log log.* | wc -l)" -eq 8 ] || fail 'not one line for each message'
    [ "$(messages_in log log.* | awk 'length == 65536' | wc -l)" -eq 8 ] ||
        fail 'a message is split'
}

test_a_log_that_cannot_be_opened_anew_stays_in_use() {
    local line='minitalkd: cannot open the log file anew (it is not a regular file), so messages'
    line+=' still go to the old one; mend that, and send SIGHUP again'
    start_logger
    send one
    mv log old
    mkdir log
    kill -HUP "$daemon"
    send two
    expect_messages old one two
    [ "$(cat errors)" = "$line" ] || fail "on standard error: $(cat errors)"
    [ "$(grep -cxF "$line" old)" -eq 1 ] || fail "the old log has: $(cat old)"
    rmdir log
    kill -HUP "$daemon"
    send three
    expect_messages log three
    expect_messages old one two
}

test_a_removed_log_loses_no_message() {
    start_logger
    send one
    rm log
    send two
    expect_messages log two
    rm log
    mkdir log
    expect_status 74 send three
    expect_complaint 'could not log the message'
    rmdir log
    send four
    expect_messages log four
}

# nohup ignores SIGHUP. It must not keep the log from being rotated.
test_under_nohup_SIGHUP_opens_the_log_anew_too() {
    # In the shell, a standard input that is no terminal keeps nohup from redirecting it.
    run_by=(nohup)
    start_logger
    mv log old
    kill -HUP "$daemon"
    send one
    expect_messages log one
}

# ---- reasons ----

test_a_log_that_cannot_be_created_again_is_explained() {
    local status=0
    start_logger
    rm log
    ln -s elsewhere log
    send --retry --wait=1 'a message' 2> stderr || status=$?
    [ "$status" -eq 74 ] || fail "the sender ended with $status"
    grep 'writing to the log failed' errors > records
    # A sender that sends again is recorded once.
    [ "$(wc -l < records)" -eq 1 ] || fail "$(cat records)"
    grep -q ': it is not a regular file$' records || fail "$(cat records)"
}

test_the_log_file_cannot_be_the_pidfile() {
    expect_status 64 "$minitalkd" --foreground --output=file:log --pidfile=log
    expect_complaint 'the log file log is the pidfile, too; give another path'
}

# ---- Debian's logrotate ----

# snippet_of_manual: the example of minitalkd(8), for ./logs, and for a daemon that is no service.
snippet_of_manual() {
    logrotate_example |
        sed -e "s|/var/log/minitalk/|$PWD/logs/|" \
            -e "s|systemctl try-reload-or-restart minitalk|kill -HUP $daemon|" \
            -e "s|^\( *su \).*|\1$(id -un) $(id -gn)|"
}

rotate() {
    logrotate --state "$PWD/state" --force "$PWD/minitalk.conf" > rotated 2>&1 ||
        fail "logrotate: $(cat rotated)"
}

test_logrotate_under_load_loses_and_doubles_nothing() {
    local number=0
    local -a senders=()
    command -v logrotate > /dev/null || skip 'there is no logrotate'
    mkdir -m 755 logs
    start_daemon --output="file:$PWD/logs/messages" --rate-limit=none
    snippet_of_manual > minitalk.conf
    chmod 644 minitalk.conf
    grep -q "kill -HUP $daemon" minitalk.conf ||
        fail "minitalkd(8) has no such example: $(cat minitalk.conf)"
    # The test needs all of the files, so none may be deleted.
    sed -i 's/^\( *rotate \)[0-9]*$/\11000/' minitalk.conf
    for sender in 1 2 3 4; do
        start_numbered "$sender" "$MESSAGES"
    done
    while still_sends; do
        number=$((number + 1))
        rotate
    done
    for sender in "${senders[@]}"; do
        expect_end 0 "$sender"
    done
    rotate
    rotate
    [ "$number" -gt 5 ] || fail "the log was rotated $number times only"
    [ "$(find logs -name 'messages.*.gz' | wc -l)" -gt 5 ] || fail 'no file was compressed'
    echo "# rotated $number times"
    gunzip logs/*.gz
    expect_all_once logs/*
}

# ---- a full disk ----

test_nothing_stays_of_a_message_that_does_not_fit() {
    run_by=("$BASH" -c 'ulimit -f 8 && exec "$@"' limited)
    start_logger
    send one
    head -c 9000 /dev/zero | tr '\0' x > large
    expect_status 74 send --whole < large
    expect_complaint 'could not log the message'
    send two
    expect_messages log one two
    grep -q '^minitalkd: refused a message from process .*: writing to the log failed: File too' \
        log || fail "the log is: $(cat log)"
    stop_daemon
}

test_a_full_file_system_splits_no_message() {
    local i status
    needs_root 'mount a file system'
    mkdir full
    mount -t tmpfs -o size=64k tmpfs full 2> /dev/null || skip 'mounting is not permitted'
    unmount+=("$PWD/full")
    start_daemon --output="file:$PWD/full/log"
    i=0
    status=0
    until [ "$status" -ne 0 ]; do
        i=$((i + 1))
        [ "$i" -lt 1000 ] || fail 'the file system never fills'
        head -c 2999 /dev/zero | tr '\0' y | send --whole 2> stderr || status=$?
    done
    [ "$status" -eq 74 ] || fail "the sender ended with $status"
    expect_complaint 'could not log the message'
    [ "$(messages_in full/log | wc -l)" -eq $((i - 1)) ] || fail 'a confirmed message is missing'
    [ "$(messages_in full/log | awk 'length == 2999' | wc -l)" -eq $((i - 1)) ] ||
        fail 'a message is split'
    # With room again, the next message is a line.
    : > full/log
    send 'room again'
    expect_messages full/log 'room again'
}

# Another program has appended to the log meanwhile. Its lines must not be taken back, so a part of
# the message stays. The sender may neither be told that it is logged nor that it is not.
test_a_message_that_cannot_be_taken_back_is_reported_as_unconfirmed() {
    local status=0
    needs_root 'set an attribute of a file'
    run_by=("$BASH" -c 'ulimit -f 8 && exec "$@"' limited)
    : > log
    chattr +a log 2> /dev/null || skip 'the file system has no files to which one can only append'
    start_logger
    head -c 9000 /dev/zero | tr '\0' x > large
    send --retry --whole < large 2> stderr || status=$?
    chattr -a log
    [ "$status" -eq 75 ] || fail "the sender ended with $status"
    expect_complaint 'ended before it confirmed the message'
    expect_end 70 "$daemon"
    grep -q '^minitalkd: a part of the message from process .* stays in the log file' errors ||
        fail "on standard error: $(cat errors)"
    grep -qx 'minitalkd: stopped: a part of a message stays in the log' errors
    run_by=()
    start_logger
    send 'a line of its own'
    tail -n 1 log | grep -qx 'a line of its own' || fail "the log ends with: $(tail -c 100 log)"
}

# A daemon that is killed in the middle of a write leaves a part of a line.
test_a_line_that_a_killed_daemon_has_left_is_ended() {
    printf 'torn' > log
    start_logger
    send one
    expect_messages log torn one
}

# ---- the file ----

test_a_log_must_be_a_regular_file_of_the_daemons_user() {
    local path
    mkdir directory
    mkfifo fifo
    : > target
    ln -s target link
    for path in directory fifo link /dev/null; do
        expect_status 73 "$minitalkd" --foreground --output="file:$path" --pidfile=pid
        expect_complaint "cannot open the log file $path (it is not a regular file)"
    done
    ln target second
    expect_status 73 "$minitalkd" --foreground --output=file:target --pidfile=pid
    expect_complaint 'it has more than one name (hard links)'
    expect_status 73 "$minitalkd" --output=file:no/such/directory --pidfile=pid
    expect_complaint 'No such file or directory'
    if am_root; then
        echo 'my own' > theirs
        chown "$USER_A" theirs
        expect_status 73 "$minitalkd" --foreground --output=file:theirs --pidfile=pid
        expect_complaint 'it belongs to another user'
        [ "$(cat theirs)" = 'my own' ] || fail 'the daemon changed the file of another user'
    fi
    [ ! -s target ] || fail 'the daemon wrote to a file that it refused'
    [ ! -e pid ] || fail 'there is a pidfile'
}

test_a_second_daemon_does_not_get_the_file() {
    start_logger
    expect_status 69 "$minitalkd" --foreground --output=file:log --pidfile=other.pid
    expect_complaint 'another process holds the lock on it'
    [ ! -e other.pid ] || fail 'there is a second pidfile'
    send 'the first is not disturbed'
    expect_messages log 'the first is not disturbed'
    stop_daemon
    start_logger
}

# Those who may only read the log must not be able to keep the daemon from starting.
test_a_reader_cannot_lock_the_daemon_out() {
    : > log
    flock log sleep 60 &
    start_logger
    send one
    expect_messages log one
}

test_a_file_needs_a_path_and_no_standard_output() {
    expect_status 64 "$minitalkd" --foreground --output=file: --pidfile=pid
    expect_complaint 'the path of the log file is empty; give it behind the colon'
    expect_status 64 "$minitalkd" --foreground --output=file --pidfile=pid
    expect_complaint "unknown output 'file'"
    expect_status 64 "$minitalkd" --output=file:log --trace --pidfile=pid
    expect_complaint '--trace needs --foreground or --output=stdout'
    [ ! -e log ] || fail 'there is a log'
    "$minitalkd" --foreground --output=file:log --pidfile=minitalk.pid >&- 2> errors &
    daemon=$!
    eventually 10 test -s minitalk.pid
    send one
    expect_messages log one
}

run_tests
