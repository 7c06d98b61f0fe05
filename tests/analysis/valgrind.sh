#!/bin/bash
# SPDX-License-Identifier: MIT
# Real conversations with both programs under valgrind, which has nothing to say about memory.
# 'make check-valgrind' runs this.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and its kin are its own
. "$(dirname "$0")/../integration/lib.sh"

readonly COMPLAINT=99
readonly memcheck=(--quiet --leak-check=full --show-leak-kinds=all --track-origins=yes
    --error-exitcode="$COMPLAINT")

for command in valgrind "${CC:=cc}"; do
    command -v "$command" > /dev/null || skip_all "there is no $command"
done
tool=/usr/libexec/valgrind/memcheck-$(dpkg --print-architecture)-linux
[ -x "$tool" ] || skip_all "valgrind's memcheck is not where Debian has it"

prepare() {
    "$CC" -shared -fPIC -D_GNU_SOURCE -o pidfd.so "$srcdir/tests/analysis/pidfd.c"
    # The sender looks for a process of the daemon's name, which is that of the file executed.
    ln -s "$tool" minitalkd
    run_by=(env LD_PRELOAD="$PWD/pidfd.so" VALGRIND_LIB="${tool%/*}"
        VALGRIND_LAUNCHER="$(command -v valgrind)" "$PWD/minitalkd" "${memcheck[@]}")
}

send_watched() {
    LD_PRELOAD=$PWD/pidfd.so valgrind "${memcheck[@]}" "$tools/dynamic/minitalk-send" --timeout=60 \
        --pidfile="$PWD/minitalk.pid" "$@"
}

expect_no_complaint() {
    kill "$daemon"
    expect_end 0 "$daemon"
    ! grep -h '^==' errors stderr || fail 'valgrind has something to say'
}

test_messages() {
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

test_refusals() {
    prepare
    start_daemon --max-message=10
    expect_status 65 send_watched 'more than ten bytes'
    expect_status 64 send_watched --no-such-option
    expect_no_complaint
}

test_several_senders() {
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

test_a_sender_that_is_killed() {
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
