#!/bin/bash
# SPDX-License-Identifier: MIT
# How fast it is, beside bare signals on the same machine at the same time; and how little it is
# when it has nothing to do.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and its kin are its own
. "$(dirname "$0")/lib.sh"

[ "$build" = plain ] || skip_all "a build with $build is neither as fast nor as small"

readonly ROUNDS=9 PAYLOAD=65536

median() {
    sort -n | sed -n "$(((ROUNDS + 1) / 2))p"
}

# Nanoseconds for each payload bit of a message, with all that is around it: the start of the
# program, the frame, and the verdict.
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

# The kinds of descriptors that the daemon's event loop watches.
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

# Who watches for signals is woken by each of them, and each bit takes longer for that.
test_nobody_watches_for_signals_while_bits_flow() {
    start_daemon
    watches_for_signals || fail 'it is asleep, and no signal will wake it'
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
    [ "$(value_of VmRSS)" -le 4096 ] || fail "it is $(value_of VmRSS) KiB"
}

test_an_idle_daemon_does_not_wake_up() {
    local before
    start_daemon
    send 'something to do'
    # The count of messages is shown to the service manager a moment later.
    sleep 1
    eventually 5 is_asleep "$daemon"
    before=$(value_of voluntary_ctxt_switches)
    sleep 3
    [ "$(value_of voluntary_ctxt_switches)" -eq "$before" ] ||
        fail "it woke up $(($(value_of voluntary_ctxt_switches) - before)) times"
}

run_tests
