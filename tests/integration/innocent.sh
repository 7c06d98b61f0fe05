# SPDX-License-Identifier: MIT
# innocent.sh - tests with a process that gets the PID of a killed daemon, for scripts that source
# lib.sh and this file
# shellcheck shell=bash disable=SC2154 # lib.sh sets the other variables

# lose_daemon PLACE [VARIABLE=VALUE…]: a sender stops before it sends a signal, as stop-at.c
# says. Then its daemon is killed, an innocent process gets the daemon's PID, and the sender goes
# on. Sets $hits to the number of signals that have hit the innocent process.
lose_daemon() {
    local place=$1 recycle
    shift
    loads_libraries || skip 'a statically linked sender does not load stop-at.so'
    start_daemon
    head -c 65536 /dev/urandom > long
    env "$@" STOP_AT="$place" LD_PRELOAD="$tools/stop-at.so" \
        "$minitalk_send" --pidfile="$PWD/minitalk.pid" --whole < long 2> sender-errors &
    sender=$!
    eventually 60 is_stopped "$sender" 2> /dev/null
    kill -KILL "$daemon"
    wait "$daemon" || :
    mkfifo lifeline
    exec 3<> lifeline
    "$tools/recycle" "$daemon" < lifeline > innocent 3>&- &
    recycle=$!
    eventually 10 has_text innocent
    [ "$(cat innocent)" = "$daemon" ]
    kill -CONT "$sender"
    expect_end 75 "$sender"
    exec 3>&-
    expect_end 0 "$recycle"
    hits=$(tail -n +2 innocent)
}

needs_choice_of_pids() {
    local status=0
    needs_plain_build 'has its own libraries to load first'
    needs_root 'choose the PID of a process'
    # This PID is taken, which the kernel tells only a process with the permission.
    "$tools/recycle" $$ > /dev/null 2>&1 || status=$?
    [ "$status" -ne 77 ] || skip 'the PID of a process cannot be chosen here'
}

test_a_process_with_the_pid_of_a_killed_daemon_gets_no_signal() {
    needs_choice_of_pids
    lose_daemon lane
    [ "$hits" -eq 0 ] || fail "$hits signals have hit the innocent process"
}

test_nor_does_it_where_tgkill_is_needed() {
    needs_choice_of_pids
    lose_daemon lane LACK_FLAG=1
    [ "$hits" -eq 0 ] || fail "$hits signals have hit the innocent process"
}

# minitalk(7) says so. If this test fails, the kernel or the code is better than the page.
test_only_between_the_check_and_tgkill_one_signal_can_hit_it() {
    needs_choice_of_pids
    lose_daemon tgkill LACK_FLAG=1
    [ "$hits" -eq 1 ] || fail "$hits signals have hit the innocent process, not 1"
}
