#!/bin/bash
# SPDX-License-Identifier: MIT
# What minitalk-send shows on standard error beside errors, and that nothing depends on it.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and its kin are its own
. "$(dirname "$0")/lib.sh"

# expect_summary WORDS: standard error is this sum of messages and bytes, with some bits and time.
expect_summary() {
    local rest='[1-9][0-9]* bits sent, [0-9]* repeats\{0,1\}; [0-9.]* m\{0,1\}s, [0-9.]* [kM]\{0,1\}bit/s'
    [ "$(wc -l < stderr)" -eq 1 ] || fail "not one line on standard error: $(cat stderr)"
    grep -q "^minitalk-send: $1 logged; $rest\$" stderr || fail "not '$1': $(cat stderr)"
}

# ---- the summary ----

test_without_options_there_is_nothing_to_see() {
    start_daemon
    expect_status 0 send 'a message'
    [ "$(cat stdout stderr | wc -c)" -eq 0 ] || fail "it said: $(cat stdout stderr)"
}

test_verbose_sums_up_all_messages_in_one_line() {
    start_daemon
    expect_status 0 send -v hello
    expect_summary '1 message, 5 bytes'
    expect_status 0 send --verbose < <(printf 'one\ntwo\n\n')
    expect_summary '3 messages, 6 bytes'
    expect_received hello one two ''
}

# Magic and priority, a length of one octet, and the checksum are seven octets beside the payload.
test_verbose_counts_every_bit() {
    local bits repeats
    start_daemon
    expect_status 0 send -v hello
    read -r bits repeats < <(sed 's/.*; \([0-9]*\) bits sent, \([0-9]*\) .*/\1 \2/' stderr)
    # A question that was asked again is a repeat without bits.
    if [ "$bits" -lt $((12 * 8)) ] || [ "$bits" -gt $((12 * 8 + repeats)) ]; then
        fail "12 octets were $bits bits with $repeats repeats"
    fi
}

# The daemon takes its time, and so it is asked again how far it is.
test_verbose_counts_what_was_asked_again() {
    start_daemon
    stop_process "$daemon"
    expect_status 75 send --timeout=1 -v 'a message'
    [ "$(wc -l < stderr)" -eq 2 ] || fail "not two lines on standard error: $(cat stderr)"
    grep -q 'logged; 0 bits sent, [1-9][0-9]* repeats\{0,1\}; [0-9.]* s, 0.0 bit/s$' stderr ||
        fail "not what is to be counted: $(cat stderr)"
    kill -CONT "$daemon"
}

test_verbose_tells_after_a_failure_what_came_before_it() {
    start_daemon --max-message=10
    expect_status 65 send -v < <(printf 'fits\nalso\nmuch too long for it\nfits\n')
    head -n 1 stderr | grep -q 'larger than the daemon accepts' || fail "it said: $(cat stderr)"
    sed -i 1d stderr
    expect_summary '2 messages, 8 bytes'
    expect_received fits also
}

# ---- each message ----

test_stderr_shows_each_message_byte_by_byte() {
    local option
    start_daemon
    for option in -s --stderr; do
        expect_status 0 send "$option" 'a  message'
        [ "$(cat stderr)" = 'a  message' ] || fail "not the message: $(cat stderr)"
    done
    head -c 3000 /dev/urandom > random
    expect_status 0 send --stderr --whole < random
    { cat random; echo; } | cmp - stderr
    expect_status 0 send --stderr < <(printf 'one\n\nlast')
    printf 'one\n\nlast\n' | cmp - stderr
}

test_stderr_shows_only_what_is_in_the_log() {
    start_daemon --max-message=10
    expect_status 65 send --stderr < <(printf 'fits\nmuch too long for it\nfits\n')
    [ "$(head -n 1 stderr)" = fits ] || fail "the first line is another: $(cat stderr)"
    sed -i 1d stderr
    expect_complaint 'larger than the daemon accepts'
}

test_stderr_shows_what_a_dry_run_would_send() {
    start_daemon
    expect_status 0 send --stderr --dry-run < <(printf 'one\ntwo\n')
    printf 'one\ntwo\n' | cmp - stderr
    expect_received < /dev/null
}

test_stderr_goes_before_the_summary() {
    start_daemon
    expect_status 0 send -sv 'a message'
    [ "$(head -n 1 stderr)" = 'a message' ] || fail "the first line is another: $(cat stderr)"
    sed -i 1d stderr
    expect_summary '1 message, 9 bytes'
}

# Who reads standard error has left; and it has no room; and it is closed.
test_a_broken_standard_error_changes_no_outcome() {
    start_daemon
    mkfifo pipe
    exec 3<> pipe
    exec 4> pipe
    exec 3<&-
    printf 'into a\nbroken pipe\n' | send -sv 2>&4
    send -sv 'onto a full disk' 2> /dev/full
    send -sv 'into nothing' 2>&-
    printf 'beyond the limit\nof a file\n' > lines
    (ulimit -f 0 && send -sv < lines 2>> limited)
    expect_received 'into a' 'broken pipe' 'onto a full disk' 'into nothing' 'beyond the limit' \
        'of a file'
}

# ---- the progress bar ----

# on_terminal COLUMNS COMMAND…: runs it on a terminal that is so wide; what that is given is in
# ./screen. Ends as the command does.
terminal=xterm
on_terminal() {
    local columns=$1
    shift
    SHELL=$BASH TERM=$terminal script --quiet --return --flush --log-out /dev/null \
        --command "stty cols $columns && exec $(printf '%q ' "$@")" > screen < /dev/null
}

start_stopped_daemon() {
    start_daemon
    stop_process "$daemon"
}

# What was drawn, one a line, without what erases the rest of the line.
drawn() {
    tr '\r' '\n' < screen | sed -n 's/\x1b\[K//gp' | grep '%' || :
}

# What there is to see at the end: nothing of a line that was erased.
seen() {
    sed -e 's/\r$//' -e 's/.*\r\x1b\[K//' screen
}

has_bar() {
    grep -qs '%  \[' screen
}

expect_seen() {
    [ "$(seen)" = "$1" ] || fail "not '$1' is to be seen, but '$(seen)'"
}

test_a_long_send_has_a_bar_until_it_is_done() {
    start_stopped_daemon
    on_terminal 80 "$minitalk_send" --timeout=30 --pidfile=minitalk.pid 'a message' &
    eventually 10 has_bar
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen ''
    drawn | grep -q '^  0%  \[> *\]       0 B       0 B/s   -:-- left$' ||
        fail "it was drawn otherwise: $(drawn)"
    expect_received 'a message'
}

test_the_bar_comes_to_its_end() {
    head -c 131072 /dev/urandom > long
    start_daemon
    on_terminal 80 "$minitalk_send" --pidfile=minitalk.pid --timeout=30 --whole --file=long &
    let_work "$daemon" 10
    # However fast the machine is, there is a bar early on.
    stop_process "$daemon"
    eventually 10 has_bar
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen ''
    drawn | sed 's/%.*//' > percent
    sort -n percent | cmp - percent
    [ "$(tail -n 1 percent)" -gt "$(head -n 1 percent)" ] || fail "it stands still: $(drawn)"
    { cat long; echo; } | expect_received
}

# Each line alone would begin anew, or be too short for a bar: of the file there is one, which never
# goes back.
test_a_file_of_lines_has_one_bar() {
    write_long_lines 3
    start_daemon
    on_terminal 80 "$minitalk_send" --pidfile=minitalk.pid --timeout=30 --file=lines &
    eventually 20 has_received 2
    stop_process "$daemon"
    eventually 10 has_drawn 66 100
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen ''
    drawn | sed 's/%.*//' > percent
    sort -n percent | cmp - percent || fail "it goes back: $(drawn)"
    expect_received < lines
}

# write_long_lines NUMBER: so many lines that take a while each, in ./lines.
write_long_lines() {
    local line
    for ((line = 0; line < $1; line++)); do
        head -c 50000 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
        echo
    done > lines
}

# The second line has just begun: it is not shown what there is of both.
expect_bar_of_second_line() {
    eventually 20 has_received 1
    # The first may be in the log and its sender not know it: until the daemon has bits to take again.
    let_work "$daemon" 10
    stop_process "$daemon"
    eventually 10 has_drawn 0 49
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_received < lines
}

test_each_line_of_a_pipe_has_a_bar_of_its_own() {
    write_long_lines 2
    start_daemon
    # shellcheck disable=SC2016 # the shell inside expands it
    on_terminal 80 "$BASH" -c 'cat "$0" | "$@"' lines "$minitalk_send" \
        --pidfile=minitalk.pid --timeout=30 &
    expect_bar_of_second_line
    expect_seen ''
}

test_each_line_that_is_echoed_has_a_bar_of_its_own() {
    write_long_lines 2
    start_daemon
    on_terminal 80 "$minitalk_send" --stderr --pidfile=minitalk.pid --timeout=30 --file=lines &
    expect_bar_of_second_line
    expect_seen "$(cat lines)"
}

# has_drawn LEAST MOST: the newest bar stands there, in percent.
has_drawn() {
    local percent
    percent=$(drawn | sed -n '$s/%.*//p')
    [ -n "$percent" ] && [ "$percent" -ge "$1" ] && [ "$percent" -le "$2" ]
}

has_received() {
    [ "$(wc -l < output)" -gt "$1" ] # the PID comes first
}

test_an_error_has_its_line_for_itself() {
    start_stopped_daemon
    expect_status 75 on_terminal 80 "$minitalk_send" --timeout=1 --pidfile=minitalk.pid 'a message'
    has_bar || fail "there was no bar: $(cat screen)"
    expect_seen "minitalk-send: timed out after 1 s: the daemon, process $daemon, is stopped; $(
        )continue it with 'kill -CONT $daemon'"
}

test_the_bar_fits_the_terminal() {
    local columns
    start_stopped_daemon
    for columns in 132 40 30 20 10 3; do
        expect_status 75 on_terminal "$columns" "$minitalk_send" --timeout=1 \
            --pidfile=minitalk.pid 'a message'
        [ "$columns" -lt 10 ] || [ -n "$(drawn)" ] || fail "nothing in $columns columns"
        ! drawn | grep -E ".{$columns}" || fail "this is too wide for $columns columns"
    done
}

# On a busy machine it may happen that even this takes long: that is left to chance, five times.
test_a_short_send_has_no_bar() {
    local start
    start_daemon
    for _ in {1..5}; do
        start=${EPOCHREALTIME/./}
        on_terminal 80 "$minitalk_send" --pidfile=minitalk.pid 'a message'
        [ $((${EPOCHREALTIME/./} - start)) -ge 500000 ] || break
    done
    [ ! -s screen ] || fail "there was something: $(cat screen)"
}

# expect_no_bar COMMAND…: it sends in vain, and shows no bar.
expect_no_bar() {
    expect_status 75 on_terminal 80 "$@" --timeout=1 --pidfile=minitalk.pid 'a message'
    grep -q 'timed out' screen || fail "it did not send: $(cat screen)"
    [ -z "$(drawn)" ] || fail "there was a bar: $(drawn)"
}

test_quiet_has_no_bar() {
    start_stopped_daemon
    expect_no_bar "$minitalk_send" --quiet
    expect_no_bar "$minitalk_send" -q
}

test_a_terminal_that_cannot_erase_has_no_bar() {
    start_stopped_daemon
    for terminal in dumb ''; do
        expect_no_bar "$minitalk_send"
    done
}

# It would be drawn across what the foreground shows.
test_a_job_in_the_background_has_no_bar() {
    start_stopped_daemon
    # shellcheck disable=SC2016 # the shell inside expands it
    expect_no_bar "$BASH" -c 'set -m; "$@" & wait $!' in-background "$minitalk_send"
}

test_a_pipe_and_a_file_have_no_bar() {
    start_stopped_daemon
    TERM=xterm expect_status 75 send --timeout=1 'a message'
    expect_complaint 'timed out'
    # shellcheck disable=SC2016 # the shell inside expands it
    on_terminal 80 "$BASH" -c '"$@" 2>&1 | cat' into-pipe "$minitalk_send" --timeout=1 \
        --pidfile=minitalk.pid 'a message'
    grep -q 'timed out' screen || fail "it did not send: $(cat screen)"
    [ -z "$(drawn)" ] || fail "there was a bar: $(drawn)"
}

# Both would be drawn in the same place.
test_a_trace_has_no_bar() {
    start_stopped_daemon
    expect_no_bar "$minitalk_send" --trace
}

# A bar that stood there is gone before the message is.
test_stderr_on_a_terminal_has_its_line_for_itself() {
    start_stopped_daemon
    on_terminal 80 "$minitalk_send" -s --timeout=30 --pidfile=minitalk.pid 'a message' &
    eventually 10 has_bar
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen 'a message'
}

test_quiet_excludes_what_has_more_to_say() {
    local option
    for option in --stderr --verbose --trace; do
        expect_status 64 "$minitalk_send" --quiet "$option" --pid=1 'a message'
        expect_complaint '--quiet excludes --stderr, --verbose and --trace'
    done
}

run_tests
