#!/bin/bash
# SPDX-License-Identifier: MIT
# The speed of a message, compared with bare signals on the same machine at the same time. And the
# memory and wake-ups of an idle daemon.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

[ "$build" = plain ] || skip_all "a build with $build is slower and larger"

readonly ROUNDS=9 PAYLOAD=65536

median() {
    sort -n | sed -n "$(((ROUNDS + 1) / 2))p"
}

# Sends ./payload and prints the nanoseconds for each of its bits. The time includes the start of
# the program, the rest of the frame, and the verdict.
message_bit() {
    local start=${EPOCHREALTIME/./}
    send --timeout=60 --whole < payload
    echo $(((${EPOCHREALTIME/./} - start) * 1000 / (PAYLOAD * 8)))
}

test_a_message_is_no_slower_than_one_bare_signal_at_a_time() {
    local message bare
    head -c "$PAYLOAD" /dev/urandom > payload
    start_daemon
    for ((i = 0; i < ROUNDS; i++)); do
        "$tools/pingpong" polled 1 30000 >> bare
        message_bit >> message
    done
    message=$(median < message)
    bare=$(median < bare)
    echo "# nanoseconds a bit: minitalk $(tr '\n' ' ' < message), bare $(tr '\n' ' ' < bare)"
    echo "# medians: minitalk $message, bare $bare: $((bare * 100 / message)) % of its rate"
    [ "$message" -le "$bare" ] || fail 'bare signals, one at a time, are faster'
}

# Prints the kind of each descriptor that the daemon's event loop watches, one a line.
watched() {
    local fd number
    for fd in "/proc/$daemon/fd/"*; do
        [ "$(readlink "$fd")" = 'anon_inode:[eventpoll]' ] || continue
        sed -n 's/^tfd: *\([0-9]*\).*/\1/p' "/proc/$daemon/fdinfo/${fd##*/}" |
            while read -r number; do
                readlink "/proc/$daemon/fd/$number"
            done
    done
}

watches_for_signals() {
    watched | grep -q signalfd
}

watches_a_sender_but_no_signals() {
    local kinds
    kinds=$(watched)
    [[ $kinds = *pidfd* && $kinds != *signalfd* ]]
}

# A daemon that watches a signalfd is woken by each signal, which makes each bit slower.
test_the_daemon_watches_no_signalfd_while_bits_flow() {
    start_daemon
    watches_for_signals || fail 'an idle daemon watches no signalfd, so that no signal wakes it'
    start_long_send 1000000
    eventually 5 watches_a_sender_but_no_signals
    kill "$sender"
    wait "$sender" || :
    eventually 5 watches_for_signals
}

value_of() {
    sed -n "s/^$1:\t *\([0-9]*\).*/\1/p" "/proc/$daemon/status"
}

test_an_idle_daemon_is_at_most_4_MiB() {
    start_daemon
    send 'something to do'
    echo "# resident: $(value_of VmRSS) KiB"
    [ "$(value_of VmRSS)" -le 4096 ] || fail "the daemon takes $(value_of VmRSS) KiB"
}

test_an_idle_daemon_does_not_wake_up() {
    local before
    start_daemon
    send 'something to do'
    # The daemon notifies the service manager of its new counts up to a second after the message.
    sleep 1
    eventually 5 is_asleep "$daemon"
    before=$(value_of voluntary_ctxt_switches)
    sleep 3
    [ "$(value_of voluntary_ctxt_switches)" -eq "$before" ] ||
        fail "the daemon woke up $(($(value_of voluntary_ctxt_switches) - before)) times"
}

run_tests
