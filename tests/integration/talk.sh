#!/bin/bash
# SPDX-License-Identifier: MIT
# Every message that minitalk-send sends comes out of minitalkd once, byte for byte.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

test_a_string_arrives() {
    start_daemon
    send 'hello world'
    expect_received 'hello world'
    stop_daemon
}

test_exit_0_means_that_the_message_has_been_written() {
    start_daemon
    expect_confirmed_lines output
}

test_strings_are_joined_with_one_space() {
    start_daemon
    send one '' 'two  three' ' four'
    expect_received 'one  two  three  four'
}

test_words_after_two_dashes_are_not_options() {
    start_daemon
    send -- --whole -x
    expect_received '--whole -x'
}

test_the_empty_string_is_a_message() {
    start_daemon
    send ''
    send '' < /dev/null
    send --whole < /dev/null
    expect_received '' '' ''
}

test_an_empty_input_is_no_message() {
    start_daemon
    send < /dev/null
    expect_received < /dev/null
}

test_each_line_is_a_message() {
    start_daemon
    printf 'first\n\n  third \nlast, without a newline' | send
    expect_received first '' '  third ' 'last, without a newline'
}

# Emoji with joiners, right-to-left with marks, combining characters, wide and ancient ones, every
# length of UTF-8, and sequences that are not UTF-8 at all.
test_utf_8_is_not_changed() {
    local sampler=$'\u2192 \U1F469\u200D\U1F4BB \U1F1E9\U1F1EA \u05E9\u05DC\u05D5\u05DD \u200F'
    sampler+=$'\u0645\u0631\u062D\u0628\u0627 e\u0301 Z\u0351\u036B\u0343 \u4F60\u597D '
    sampler+=$'\U12000 \U10FFFF \u00FF \u0800 \uFEFF \xC3\x28 \xFF\xFE \x7F\t\x01 '
    start_daemon
    send "$sampler"
    printf '%s\n%s' "$sampler" "$sampler" | send
    printf '%s' "$sampler" | send --whole
    expect_received "$sampler" "$sampler" "$sampler" "$sampler"
}

test_the_readme_arrives_line_by_line() {
    start_daemon
    send < "$srcdir/README.md"
    expect_received < "$srcdir/README.md"
}

test_the_readme_arrives_as_a_whole() {
    start_daemon
    send --whole < "$srcdir/README.md"
    { cat "$srcdir/README.md"; echo; } | expect_received
}

test_every_byte_arrives_in_lines_and_as_a_whole() {
    local octal
    for octal in $(seq 0 255 | xargs printf '%03o '); do
        printf '%b' "\\0$octal"
    done > every-byte
    [ "$(wc -c < every-byte)" -eq 256 ] || fail 'the input of this test lacks bytes'
    start_daemon
    send --whole < every-byte
    send < every-byte
    { cat every-byte; echo; cat every-byte; echo; } | expect_received
}

test_nul_bytes_arrive() {
    head -c 300 /dev/zero > zeros
    start_daemon
    send --whole < zeros
    printf 'a\0b\n\0\n' | send
    { cat zeros; printf '\na\0b\n\0\n'; } | expect_received
}

test_64_KiB_of_random_bytes_arrive() {
    head -c 65536 /dev/urandom > random
    start_daemon
    send --whole < random
    { cat random; echo; } | expect_received
}

test_500_messages_of_500_senders_arrive_in_order() {
    start_daemon
    for i in {1..500}; do
        send "message $i of a row"
    done
    seq -f 'message %g of a row' 500 | expect_received
}

test_500_messages_of_one_sender_arrive_in_order() {
    start_daemon
    seq -f 'line %g' 500 | send
    seq -f 'line %g' 500 | expect_received
}

test_50_senders_at_once_all_succeed() {
    local -a senders=()
    local pid
    head -c 100 /dev/urandom | od -An -v -tx1 -w100 > payload
    start_daemon
    for i in {1..50}; do
        "$minitalk_send" --timeout=30 --pidfile=minitalk.pid "$i:" "$(cat payload)" &
        senders+=($!)
    done
    for pid in "${senders[@]}"; do
        expect_end 0 "$pid"
    done
    for i in {1..50}; do
        echo "$i: $(cat payload)"
    done | sort | cmp - <(received | sort)
    stop_daemon
}

test_lines_of_several_senders_do_not_mix() {
    local -a senders=()
    local pid
    start_daemon
    for i in 1 2 3; do
        "$minitalk_send" --timeout=30 --pidfile=minitalk.pid < <(seq -f "sender $i, line %g" 40) &
        senders+=($!)
    done
    for pid in "${senders[@]}"; do
        expect_end 0 "$pid"
    done
    for i in 1 2 3; do
        seq -f "sender $i, line %g" 40 | cmp - <(received | grep "sender $i")
    done
    [ "$(received | wc -l)" -eq 120 ] || fail 'the log has more lines than were sent'
}

test_a_short_message_does_not_wait_for_a_long_one() {
    start_daemon
    start_long_send
    send 'short'
    ! has_ended "$sender" || fail 'the long message ended too early for this test'
    expect_received short
}

test_a_stopped_sender_delays_nobody_and_goes_on_later() {
    start_daemon
    start_long_send 16384
    stop_process "$sender"
    within 2000 send 'first of the others'
    within 2000 send 'second of the others'
    kill -CONT "$sender"
    expect_end 0 "$sender"
    { printf '%s\n' 'first of the others' 'second of the others'; cat long; echo; } |
        expect_received
}

test_pid_and_string_are_enough() {
    start_daemon
    "$minitalk_send" --pid="$daemon" 'by PID'
    "$minitalk_send" --pid "$daemon" 'by PID, too'
    expect_received 'by PID' 'by PID, too'
}

test_a_user_finds_their_own_daemon() {
    export XDG_RUNTIME_DIR=$PWD
    start_daemon
    "$minitalk_send" --user 'to my own'
    expect_received 'to my own'
}

test_an_ordinary_user_has_a_default_pidfile_of_their_own() {
    publish_programs
    export XDG_RUNTIME_DIR=$PWD
    local -a user=()
    if am_root; then
        mkdir own
        chown "$USER_A" own
        XDG_RUNTIME_DIR=$PWD/own
        user=(setpriv "--reuid=$USER_A" "--regid=$USER_A" --clear-groups)
    fi
    "${user[@]}" "$minitalkd" --foreground --output=stdout > output 2> errors &
    daemon=$!
    eventually 10 daemon_spoke
    [ "$(cat "$XDG_RUNTIME_DIR/minitalk.pid")" = "$daemon" ] || fail 'the pidfile is not there'
    "${user[@]}" "$minitalk_send" --user 'to my own'
    expect_received 'to my own'
}

test_a_message_at_the_limit_fits_and_a_byte_more_is_refused() {
    head -c 1000 /dev/urandom > fits
    head -c 1001 /dev/urandom > too-large
    start_daemon --max-message=1000
    send --whole < fits
    expect_status 65 send --whole < too-large
    expect_complaint 'larger than the daemon accepts'
    send 'and it goes on'
    { cat fits; printf '\nand it goes on\n'; } | expect_received
}

test_1_MiB_fits() {
    head -c 1048576 /dev/urandom > mebibyte
    start_daemon
    send --whole < mebibyte
    { cat mebibyte; echo; } | expect_received
}

# All bytes of the message would take many seconds, even at full speed. The header takes less than
# one.
test_1_MiB_and_a_byte_is_refused_at_the_header() {
    head -c 1048577 /dev/zero > too-large
    start_daemon
    within 1000 expect_status 65 send --whole < too-large
    expect_complaint 'larger than the daemon accepts'
    expect_received < /dev/null
}

run_tests
