#!/bin/bash
# SPDX-License-Identifier: MIT
# --wide sends the same messages in blocks.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# The octets of a block: those of a pointer.
block=$(($(getconf LONG_BIT) / 8))

test_a_message_of_any_length_arrives() {
    local length
    start_daemon
    for length in 0 1 $((block - 1)) $block $((block + 1)) 127 128 1000 65536; do
        head -c "$length" /dev/urandom | tr '\n' x > "message.$length"
        send --wide --whole --file="message.$length"
        { cat "message.$length"; echo; } >> expected
    done
    expect_received < expected
}

test_lines_and_strings_arrive() {
    start_daemon
    printf 'first\n\nthird line\n' | send --wide
    send --wide 'a string'
    expect_received first '' 'third line' 'a string'
}

test_wide_and_other_messages_can_be_sent_at_once() {
    local -a senders=()
    start_daemon
    for i in {1..8}; do
        seq -f "wide $i %g" 50 > "lines.$i"
        send --wide --file="lines.$i" &
        senders+=($!)
        seq -f "narrow $i %g" 20 > "lines.narrow.$i"
        send --file="lines.narrow.$i" &
        senders+=($!)
    done
    for sender in "${senders[@]}"; do
        expect_end 0 "$sender"
    done
    sort lines.* > expected
    received | sort | cmp expected -
}

test_the_summary_counts_blocks() {
    start_daemon
    send --wide --verbose --whole < <(head -c $((10 * block)) /dev/zero) 2> stderr
    grep -qE "^minitalk-send: 1 message, $((10 * block)) bytes logged; 56 bits and 1[0-9] blocks sent, " stderr
}

test_the_trace_shows_blocks() {
    start_daemon --trace=json
    send --wide --trace=json abc 2> trace
    send --wide --trace=text abc 2> trace.text
    stop_daemon
    for file in trace errors; do
        grep '^{' "$file" | python3 -c '
import json, sys

events = [json.loads(line) for line in sys.stdin]
assert {e["value"] for e in events if e["event"] == "block"} == {"0000000000636261"}
assert {e["index"] for e in events if e["event"] == "block"} == {24}'
    done
    grep -qE 'T SIGUSR1 +-> +block 24 is 0000000000636261$' trace.text
    grep -qE '<- +T SIGUSR1 +block 24 is taken$' trace.text
}

# refuse REPLY STATUS TEXT [OPTION…]: sends a message, which is refused with this reply.
refuse() {
    rm -f impostor
    "$tools/impostor" --name=minitalkd --refuse="$1" > impostor &
    eventually 5 has_text impostor
    expect_status "$2" "$minitalk_send" --pid="$!" "${@:4}" 'a message'
    expect_complaint "$3"
    kill "$!"
    expect_end 0 "$!"
}

test_a_daemon_that_does_not_understand_blocks_is_named() {
    refuse 6 76 'the daemon does not understand --wide; leave it out, or upgrade minitalkd' --wide
    refuse 6 76 'the daemon does not support this version of the protocol'
}

# The sender tries again with bits, once: it asks twice, or more often if an answer takes long.
test_a_daemon_that_wants_bits_and_refuses_them_is_an_error() {
    refuse 13 70 'the daemon and the sender disagree about the message' --wide
    tail -n 1 impostor | grep -qE '^0 plain, ([2-9]|[1-9][0-9]+) queued'
}

run_tests
