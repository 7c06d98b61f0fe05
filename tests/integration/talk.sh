#!/bin/bash
# A string goes from minitalk-send to minitalkd and arrives as it was.
. "$(dirname "$0")/lib.sh"

test_a_string_arrives() {
    start_daemon
    send 'hello world'
    stop_daemon
    printf '%s\n' "$daemon" 'hello world' | cmp - output
}

run_tests
