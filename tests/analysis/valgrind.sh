#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs both programs under valgrind, which must not report memory errors or leaks.
# 'make check-valgrind' runs this script.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/../integration/lib.sh"

readonly COMPLAINT=99
readonly memcheck=(--quiet --leak-check=full --show-leak-kinds=all --track-origins=yes
    --num-callers=40 --suppressions="$srcdir/tests/analysis/valgrind.suppressions"
    --error-exitcode="$COMPLAINT")

for command in valgrind "${CC:=cc}"; do
    command -v "$command" > /dev/null || skip_all "$command is not installed"
done
tool=/usr/libexec/valgrind/memcheck-$(dpkg --print-architecture)-linux
[ -x "$tool" ] || skip_all "valgrind's memcheck is not where Debian has it"
loads_libraries || skip_all 'a statically linked sender does not load pidfd.so'

prepare() {
    "$CC" -shared -fPIC -D_GNU_SOURCE -I"$srcdir/src" -o pidfd.so "$srcdir/tests/analysis/pidfd.c"
    # The sender accepts only a process with the name minitalkd. The name of a process is that of
    # the executed file, so the file of valgrind's tool gets this name.
    ln -s "$tool" minitalkd
    run_by=(env LD_PRELOAD="$PWD/pidfd.so" VALGRIND_LIB="${tool%/*}"
        VALGRIND_LAUNCHER="$(command -v valgrind)" "$PWD/minitalkd" "${memcheck[@]}")
}

send_watched() {
    LD_PRELOAD=$PWD/pidfd.so valgrind "${memcheck[@]}" "$minitalk_send" --timeout=60 \
        --pidfile="$PWD/minitalk.pid" "$@"
}

expect_no_complaint() {
    kill "$daemon"
    expect_end 0 "$daemon"
    ! grep -h '^==' errors stderr || fail 'valgrind reports the above'
}

test_messages_cause_no_memory_errors() {
    prepare
    start_daemon --max-message=4096
    expect_status 0 send_watched 'a string'
    expect_status 0 send_watched ''
    head -c 3000 /dev/urandom > bytes
    expect_status 0 send_watched --whole < bytes
    printf 'one\ntwo\n' > lines
    expect_status 0 send_watched < lines
    { printf 'a string\n\n'; cat bytes; printf '\none\ntwo\n'; } | expect_received
    expect_no_complaint
}

test_entries_with_fields_cause_no_memory_errors() {
    prepare
    head -c 6000 /dev/urandom > bytes
    for format in json export; do
        start_daemon --output="$format:$PWD/log.$format" --max-message=8192
        expect_status 0 send_watched -t tag -F A=1 -F B= -F A=2 $'"quoted" \u202e\n'
        expect_status 0 send_watched --whole < bytes
        expect_status 0 send_watched ''
        kill -HUP "$daemon"
        expect_no_complaint
        [ -s "log.$format" ]
    done
}

test_refusals_cause_no_memory_errors() {
    prepare
    start_daemon --max-message=10
    expect_status 65 send_watched 'more than ten bytes'
    expect_status 64 send_watched --no-such-option
    expect_no_complaint
}

test_several_senders_cause_no_memory_errors() {
    local -a senders=()
    prepare
    start_daemon
    for i in {1..5}; do
        send --timeout=60 "message $i" &
        senders+=("$!")
    done
    for sender in "${senders[@]}"; do
        expect_end 0 "$sender"
    done
    [ "$(received | sort -u | wc -l)" -eq 5 ] || fail "received: $(received)"
    : > stderr
    expect_no_complaint
}

test_a_killed_sender_causes_no_memory_errors() {
    prepare
    start_daemon
    head -c 100000 /dev/urandom > long
    start_send --timeout=60 --whole < long
    eventually 30 has_worked "$sender" 2
    kill -KILL "$sender"
    expect_status 0 send_watched 'life goes on'
    expect_received 'life goes on'
    expect_no_complaint
}

run_tests
