#!/bin/bash
# SPDX-License-Identifier: MIT
# With --confirm, a program learns from a line of standard output what became of each message.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# begin_coprocess ARGUMENT…: starts the sender. Messages go to descriptor 3, its lines come from
# descriptor 4. Both stay open, so a sender that waited for more input would never answer.
begin_coprocess() {
    mkfifo messages confirmations
    send --confirm "$@" < messages > confirmations 2> stderr &
    sender=$!
    exec 3> messages 4< confirmations
}

# converse MESSAGE LINE: sends a message and reads the line about it, which must be LINE.
converse() {
    local line
    echo "$1" >&3
    IFS= read -r -t 30 line <&4 || fail "no line after '$1': $(cat stderr)"
    [ "$line" = "$2" ] || fail "after '$1', the line is '$line', not '$2'"
}

test_each_message_is_confirmed_before_the_next_is_written() {
    start_daemon
    begin_coprocess
    converse one '1 logged'
    expect_received one
    converse '' '2 logged'
    converse three '3 logged'
    exec 3>&-
    expect_end 0 "$sender"
    [ ! -s stderr ]
    expect_received one '' three
}

test_an_empty_message_that_is_not_sent_has_a_line() {
    start_daemon
    begin_coprocess --skip-empty
    converse '' '1 empty'
    converse two '2 logged'
    exec 3>&-
    expect_end 0 "$sender"
    expect_received two
}

test_a_string_and_a_whole_input_have_one_line() {
    start_daemon
    [ "$(send --confirm one message)" = '1 logged' ]
    [ "$(printf '%s\n' one message | send --confirm --whole)" = '1 logged' ]
    [ -z "$(send --confirm < /dev/null)" ]
}

readonly TOO_LARGE="the message is larger than the daemon accepts; split it, or raise minitalkd's \
--max-message"

test_a_message_that_is_not_logged_has_its_status_and_its_reason() {
    start_daemon --max-message=5
    begin_coprocess --keep-going
    converse one '1 logged'
    converse twenty "2 unlogged 65 $TOO_LARGE"
    converse three '3 logged'
    exec 3>&-
    expect_end 65 "$sender"
    grep -qFx "minitalk-send: message 2: not logged: $TOO_LARGE" stderr
    expect_received one three
}

test_without_keep_going_the_failure_has_a_line_and_ends_the_run() {
    start_daemon --max-message=5
    expect_status 65 send --confirm < <(printf '%s\n' one twenty three)
    expect_complaint "message 2: $TOO_LARGE"
    printf '%s\n' '1 logged' "2 unlogged 65 $TOO_LARGE" | diff - stdout
    expect_status 65 send --confirm twenty
    echo "1 unlogged 65 $TOO_LARGE" | diff - stdout
    expect_received one
}

test_a_line_that_is_too_long_has_a_line() {
    start_daemon
    head -c 17000000 /dev/zero | tr '\0' x > long
    expect_status 65 send --confirm --keep-going < <(cat long; echo; echo two)
    grep -q '^1 unlogged 65 the line has more than ' stdout
    [ "$(tail -n +2 stdout)" = '2 logged' ]
}

test_a_message_that_times_out_before_its_end_is_unlogged() {
    start_daemon
    begin_coprocess --timeout=1
    converse one '1 logged'
    stop_process "$daemon"
    converse two "2 unlogged 75 timed out after 1 s: the daemon, process $daemon, is stopped; \
continue it with 'kill -CONT $daemon'"
    expect_end 75 "$sender"
    kill -CONT "$daemon"
}

# A pipe that nobody reads takes a part of the message.
test_a_message_whose_confirmation_is_missing_is_unconfirmed() {
    mkfifo log
    exec 5<> log
    "$minitalkd" --foreground --output=raw --pidfile="$PWD/minitalk.pid" > log 2> errors &
    daemon=$!
    head -c 100000 /dev/zero | tr '\0' x > large
    expect_status 75 send --confirm --wait --timeout=1 --wide --whole --file=large
    echo "1 unconfirmed 75 timed out after 1 s without progress: the daemon's log is blocked; \
check the log, and send the message again if it is not there" | diff - stdout
    exec 5>&-
}

test_a_closed_pipe_ends_the_run_with_a_clear_line() {
    start_daemon
    mkfifo confirmations
    # The reader is gone before the sender writes.
    exec 4<> confirmations 5> confirmations 4<&-
    expect_status 74 eval 'send --confirm >&5' < <(printf '%s\n' one two)
    expect_complaint 'cannot confirm message 1 on standard output; it is in the log: Broken pipe'
}

# confirm_to FILE ARGUMENT…: sends with --confirm; its lines go to this file.
confirm_to() {
    local file=$1
    shift
    send --confirm "$@" > "$file"
}

test_a_full_disk_ends_the_run_with_a_clear_line() {
    start_daemon
    expect_status 74 confirm_to /dev/full < <(printf '%s\n' one two)
    expect_complaint 'cannot confirm message 1 on standard output; it is in the log: No space left'
    expect_status 74 confirm_to /dev/full --skip-empty < <(printf '\n%s\n' two)
    expect_complaint 'cannot confirm message 1 on standard output; it is empty: No space left'
    expect_received one
}

test_a_failure_that_cannot_be_reported_ends_the_run() {
    start_daemon --max-message=5
    expect_status 65 confirm_to /dev/full --keep-going < <(printf '%s\n' twenty two)
    printf 'minitalk-send: %s\n' "message 1: not logged: $TOO_LARGE" \
        'cannot write to standard output: No space left on device' \
        "0 messages confirmed, 1 not logged, 0 unconfirmed; the run ended at message 1: the rest \
of the input was not sent" | diff - stderr
    expect_received < /dev/null
}

test_a_closed_output_is_a_usage_error() {
    start_daemon
    expect_status 64 eval 'send --confirm message >&-'
    expect_complaint 'standard output is closed; open it for --confirm'
    expect_received < /dev/null
}

test_a_dry_run_cannot_be_confirmed() {
    expect_status 64 send --confirm --dry-run message
    expect_complaint '--dry-run sends nothing that --confirm could confirm'
}

# ---- the examples of the manual page ----

# write_examples: writes the programs to ./example.LANGUAGE. For them, the system's daemon is the one
# of this test.
write_examples() {
    local language
    mkdir bin
    printf '#!/bin/sh\nexec "%s" --pidfile="%s" "$@"\n' "$minitalk_send" "$PWD/minitalk.pid" \
        > bin/minitalk-send
    chmod +x bin/minitalk-send
    blocks_of_page "$builddir/man/minitalk-send.1" block
    for language in sh python3 perl; do
        cp "$(grep -l "^#!.*[ /]$language\$" block.*.sh)" "example.$language"
    done
}

# run_example LANGUAGE: runs the program, which says nothing.
run_example() {
    within 30000 env PATH="$PWD/bin:$PATH" "$1" "example.$1" > said 2>&1 ||
        fail "the example in $1 fails: $(cat said)"
    [ ! -s said ] || fail "the example in $1 says: $(cat said)"
}

test_the_examples_of_the_manual_page_work() {
    local language
    start_daemon
    write_examples
    for language in sh python3 perl; do
        run_example "$language"
    done
    expect_received one two one two one two
    stop_daemon
    for language in sh python3 perl; do
        within 30000 expect_status 69 env PATH="$PWD/bin:$PATH" "$language" "example.$language"
        expect_complaint 'no daemon is running'
    done
}

# An echo that expands backslashes would make two messages of the first, and take -n for an option.
test_the_example_in_the_shell_sends_each_message_unchanged() {
    start_daemon
    write_examples
    sed -i 's/in one two;/in "one\\\\nline" -n;/' example.sh
    run_example sh
    expect_received 'one\nline' -n
}

run_tests
