#!/bin/bash
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
    grep -q 'logged; 0 bits sent, [1-9][0-9]* repeats\{0,1\}; 1.[0-9] s, 0.0 bit/s$' stderr ||
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

# Who reads standard error has left; and it has no room; and it is closed.
test_a_broken_standard_error_changes_no_outcome() {
    start_daemon
    mkfifo pipe
    exec 3<> pipe
    exec 4> pipe
    exec 3<&-
    send -v 'into a broken pipe' 2>&4
    send -v 'into a full disk' 2> /dev/full
    send -v 'into nothing' 2>&-
    expect_received 'into a broken pipe' 'into a full disk' 'into nothing'
}

run_tests
