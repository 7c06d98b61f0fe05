#!/bin/bash
# SPDX-License-Identifier: MIT
# The output of minitalk-send on standard error besides errors. No message depends on that output.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# expect_summary COUNTS: ./stderr is one line with these counts of messages and bytes, and with any
# bits, repeats, time and rate.
expect_summary() {
    local rest='[1-9][0-9]* bits sent, [0-9]* repeats\{0,1\}; [0-9.]* m\{0,1\}s, [0-9.]* [kM]\{0,1\}bit/s'
    [ "$(wc -l < stderr)" -eq 1 ] || fail "not one line on standard error: $(cat stderr)"
    grep -q "^minitalk-send: $1 logged; $rest\$" stderr || fail "not '$1': $(cat stderr)"
}

# ---- the summary ----

test_without_options_a_success_prints_nothing() {
    start_daemon
    expect_status 0 send 'a message'
    [ "$(cat stdout stderr | wc -c)" -eq 0 ] || fail "the sender printed: $(cat stdout stderr)"
}

test_verbose_sums_up_all_messages_in_one_line() {
    start_daemon
    expect_status 0 send -v hello
    expect_summary '1 message, 5 bytes'
    expect_status 0 send --verbose < <(printf 'one\ntwo\n\n')
    expect_summary '3 messages, 6 bytes'
    expect_received hello one two ''
}

# Beside its payload, the frame has 7 octets: 2 with magic, version, flags and priority, 1 with the
# length, and 4 of checksum.
test_verbose_counts_every_bit() {
    local bits repeats
    start_daemon
    expect_status 0 send -v hello
    read -r bits repeats < <(sed 's/.*; \([0-9]*\) bits sent, \([0-9]*\) .*/\1 \2/' stderr)
    # A repeated probe is a repeat without bits.
    if [ "$bits" -lt $((12 * 8)) ] || [ "$bits" -gt $((12 * 8 + repeats)) ]; then
        fail "12 octets were $bits bits with $repeats repeats"
    fi
}

# The daemon is stopped, so the sender repeats its probe.
test_verbose_counts_repeated_probes() {
    start_daemon
    stop_process "$daemon"
    expect_status 75 send --timeout=1 -v 'a message'
    [ "$(wc -l < stderr)" -eq 2 ] || fail "not two lines on standard error: $(cat stderr)"
    grep -q 'logged; 0 bits sent, [1-9][0-9]* repeats\{0,1\}; [0-9.]* s, 0.0 bit/s$' stderr ||
        fail "the summary does not count the repeated probes: $(cat stderr)"
    kill -CONT "$daemon"
}

test_verbose_sums_up_the_logged_messages_after_a_failure_too() {
    start_daemon --max-message=10
    expect_status 65 send -v < <(printf 'fits\nalso\nmuch too long for it\nfits\n')
    head -n 1 stderr | grep -q 'larger than the daemon accepts' ||
        fail "the sender printed: $(cat stderr)"
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

test_stderr_prints_messages_before_the_summary() {
    start_daemon
    expect_status 0 send -sv 'a message'
    [ "$(head -n 1 stderr)" = 'a message' ] || fail "the first line is another: $(cat stderr)"
    sed -i 1d stderr
    expect_summary '1 message, 9 bytes'
}

# Standard error is a pipe without a reader, a full device, closed, and a file at its size limit.
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

# on_terminal COLUMNS COMMAND…: runs the command on a terminal of this width, and ends with its
# status. All output to the terminal goes to ./screen.
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

# Prints each bar that was drawn, one a line, without the escape sequence that erases the rest of
# the line.
drawn() {
    tr '\r' '\n' < screen | sed -n 's/\x1b\[K//gp' | grep '%' || :
}

# Prints the contents of the terminal at the end, without the lines that were erased.
seen() {
    sed -e 's/\r$//' -e 's/.*\r\x1b\[K//' screen
}

has_bar() {
    grep -qs '%  \[' screen
}

expect_seen() {
    [ "$(seen)" = "$1" ] || fail "the terminal shows '$(seen)', not '$1'"
}

test_a_long_send_has_a_bar_until_it_is_done() {
    start_stopped_daemon
    on_terminal 80 "$minitalk_send" --timeout=30 --pidfile=minitalk.pid 'a message' &
    eventually 10 has_bar
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen ''
    drawn | grep -q '^  0%  \[> *\]       0 B       0 B/s   -:-- left$' ||
        fail "no bar is as expected: $(drawn)"
    expect_received 'a message'
}

test_the_bar_grows_and_never_goes_back() {
    head -c 131072 /dev/urandom > long
    start_daemon
    on_terminal 80 "$minitalk_send" --pidfile=minitalk.pid --timeout=30 --whole --file=long &
    let_work "$daemon" 10
    # A stopped daemon makes the sender draw a bar early, even on a fast machine.
    stop_process "$daemon"
    eventually 10 has_bar
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen ''
    drawn | sed 's/%.*//' > percent
    sort -n percent | cmp - percent
    [ "$(tail -n 1 percent)" -gt "$(head -n 1 percent)" ] || fail "the bar does not move: $(drawn)"
    { cat long; echo; } | expect_received
}

# A block carries more octets than a bit does, and both are on the way here.
test_the_bar_of_blocks_counts_octets() {
    head -c 4194304 /dev/zero > long
    start_daemon --max-message=4194304
    on_terminal 80 "$minitalk_send" --pidfile=minitalk.pid --timeout=30 --wide --whole --file=long &
    let_work "$daemon" 10
    stop_process "$daemon"
    eventually 10 has_bar
    kill -CONT "$daemon"
    expect_end 0 $!
    drawn | awk '
        { sub(/\[.*\]/, "") }
        $3 == "MiB" { drawn++ }
        $3 == "MiB" && ($2 / 4 * 100 - $1 > 3 || $2 / 4 * 100 - $1 < -1) { wrong++ }
        END { exit drawn == 0 || wrong > 0 }' || fail "these bars are wrong: $(drawn)"
}

# The whole file has one bar, which never goes back. A bar for each line would begin again at 0 %
# each time, and a line may be too short for a bar.
test_a_file_of_lines_has_one_bar() {
    write_long_lines 3
    start_daemon
    on_terminal 80 "$minitalk_send" --pidfile=minitalk.pid --timeout=30 --file=lines &
    eventually 60 has_received 2
    stop_process "$daemon"
    eventually 10 has_drawn 66 100
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen ''
    drawn | sed 's/%.*//' > percent
    sort -n percent | cmp - percent || fail "the bar goes back: $(drawn)"
    expect_received < lines
}

# write_long_lines NUMBER: writes this many lines to ./lines, of 100,000 bytes each, so that each
# takes a while.
write_long_lines() {
    local line
    for ((line = 0; line < $1; line++)); do
        head -c 50000 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
        echo
    done > lines
}

# The second line has just begun. The bar must show the progress of that line, not of both lines.
expect_bar_of_second_line() {
    eventually 60 has_received 1
    # The first line is in the log, but the sender may not know that yet. The sender knows once the
    # daemon has worked on bits of the second line.
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

test_with_stderr_each_line_of_a_file_has_a_bar_of_its_own() {
    write_long_lines 2
    start_daemon
    on_terminal 80 "$minitalk_send" --stderr --pidfile=minitalk.pid --timeout=30 --file=lines &
    expect_bar_of_second_line
    expect_seen "$(cat lines)"
}

# has_drawn LEAST MOST: true if the newest bar is at LEAST to MOST percent.
has_drawn() {
    local percent
    percent=$(drawn | sed -n '$s/%.*//p')
    [ -n "$percent" ] && [ "$percent" -ge "$1" ] && [ "$percent" -le "$2" ]
}

test_stderr_escapes_each_message_on_a_terminal() {
    start_daemon
    on_terminal 80 "$minitalk_send" --stderr --pidfile=minitalk.pid $'two\nlines\033[2J Zoë \x9b'
    expect_seen 'two\x0alines\x1b[2J Zoë \x9b'
    on_terminal 80 "$minitalk_send" --stderr --pidfile=minitalk.pid 'minitalk-send: all is well'
    expect_seen '\x6dinitalk-send: all is well'
}

test_the_bar_is_erased_before_an_error_is_printed() {
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
        [ "$columns" -lt 10 ] || [ -n "$(drawn)" ] || fail "no bar in $columns columns"
        ! drawn | grep -E ".{$columns}" || fail "these bars are too wide for $columns columns"
    done
}

# On a busy machine even a short send may take 0.5 s or more, so the test makes up to five attempts.
test_a_short_send_has_no_bar() {
    local start
    start_daemon
    for _ in {1..5}; do
        start=${EPOCHREALTIME/./}
        on_terminal 80 "$minitalk_send" --pidfile=minitalk.pid 'a message'
        [ $((${EPOCHREALTIME/./} - start)) -ge 500000 ] || break
    done
    [ ! -s screen ] || fail "the terminal shows: $(cat screen)"
}

# expect_no_bar COMMAND…: the command times out and draws no bar.
expect_no_bar() {
    expect_status 75 on_terminal 80 "$@" --timeout=1 --pidfile=minitalk.pid 'a message'
    grep -q 'timed out' screen || fail "the sender did not send: $(cat screen)"
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

# The bar of a background job would be drawn across the output of the foreground job.
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
    grep -q 'timed out' screen || fail "the sender did not send: $(cat screen)"
    [ -z "$(drawn)" ] || fail "there was a bar: $(drawn)"
}

# The bar and the trace would be drawn in the same place.
test_a_trace_has_no_bar() {
    start_stopped_daemon
    expect_no_bar "$minitalk_send" --trace
}

# The sender must erase its bar before it prints the message.
test_the_bar_is_erased_before_stderr_prints_a_message() {
    start_stopped_daemon
    on_terminal 80 "$minitalk_send" -s --timeout=30 --pidfile=minitalk.pid 'a message' &
    eventually 10 has_bar
    kill -CONT "$daemon"
    expect_end 0 $!
    expect_seen 'a message'
}

test_quiet_excludes_stderr_verbose_and_trace() {
    local option
    for option in --stderr --verbose --trace; do
        expect_status 64 "$minitalk_send" --quiet "$option" --pid=1 'a message'
        expect_complaint '--quiet excludes --stderr, --verbose and --trace'
    done
}

run_tests
