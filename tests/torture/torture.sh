#!/bin/bash
# SPDX-License-Identifier: MIT
# Torture on the real kernel: under every disturbance of the daemon and its senders, each confirmed
# message is in the log, once and intact, and each sender gets a result.
# shellcheck source=tests/torture/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

script=$(realpath "$0")

# suffer DISTURBANCE [SENDERS]: a whole test, with 4 senders by default. DISTURBANCE is a function
# that returns once ./enough exists.
suffer() {
    start_witness
    start_daemon
    start_senders "${2-4}"
    "$1" &
    disturbance=$!
    let_them_suffer
    expect_end 0 "$disturbance"
    all_senders_end
    [ -e spared ] || stop_daemon
    reckon
}

# ---- signals of strangers ----

# Sends strays at full speed, to the daemon and to senders that run.
strays_everywhere() {
    local target
    "$tools/stray" plain "$daemon" &
    while [ ! -e enough ]; do
        target=$(some_shielded_send) || continue
        "$tools/stray" plain "$target"
    done
    kill $!
}

test_strays_of_both_lanes_at_full_speed_to_everybody() {
    send_options=(--timeout=60)
    suffer strays_everywhere 2
}

forged_words_everywhere() {
    local target
    "$tools/stray" probes "$daemon" "$$" &
    while [ ! -e enough ]; do
        target=$(some_shielded_send) || continue
        "$tools/stray" words "$target" "$daemon"
    done
    kill $!
}

test_forged_words_at_full_speed_to_everybody() {
    send_options=(--timeout=60)
    suffer forged_words_everywhere 2
}

# ---- stopped processes ----

stop_and_continue() {
    local target
    while [ ! -e enough ]; do
        target=$daemon
        if ((RANDOM % 3)); then
            target=$(some_send) || continue
        fi
        kill -STOP "$target" 2> /dev/null || continue
        sleep "0.0$((RANDOM % 10))"
        kill -CONT "$target" 2> /dev/null || :
    done
}

test_everybody_is_stopped_and_continued_at_random() {
    suffer stop_and_continue
}

# ---- a clock that jumps ----

# Makes the clock jump, for the two programs only: other processes use the machine's clock, too.
let_clocks_jump() {
    needs_plain_build 'has its own libraries to load first'
    loads_libraries || skip 'a statically linked sender does not load clock-jumps.so'
    run_by=(env "LD_PRELOAD=$tools/clock-jumps.so")
    send_by=("${run_by[@]}")
    # Some of these 20 readings must be an hour or more apart.
    for _ in {1..20}; do
        "${run_by[@]}" date +%s
    done | sort -n > readings
    [ $(($(tail -n 1 readings) - $(head -n 1 readings))) -ge 3600 ] || fail 'the clock does not jump'
}

# The disturbance stops processes, so that turns lapse and probes are repeated.
test_the_system_clock_jumps_by_hours() {
    let_clocks_jump
    suffer stop_and_continue
}

has_pinged_watchdog() {
    [ "$(grep -c '^WATCHDOG=1$' notified)" -ge "$1" ]
}

# The sender's timeout and the daemon's stop must happen neither too early nor too late.
test_timeouts_hold_while_the_system_clock_jumps() {
    local start took
    let_clocks_jump
    "$tools/notified" "$PWD/notify" > notified &
    eventually 5 test -S notify
    NOTIFY_SOCKET=$PWD/notify WATCHDOG_USEC=200000 start_daemon
    eventually 5 has_pinged_watchdog 5

    stop_process "$daemon"
    start=${EPOCHREALTIME/./}
    within 4000 expect_status 75 "${send_by[@]}" "$minitalk_send" --timeout=2 \
        --pidfile=minitalk.pid 'a message'
    took=$(((${EPOCHREALTIME/./} - start) / 1000))
    [ "$took" -ge 2000 ] || fail "the sender gave up after $took ms already"
    kill -CONT "$daemon"

    # A stopped sender delays the end of the daemon by 2 s, the most that there is.
    start_long_send
    stop_process "$sender"
    start=${EPOCHREALTIME/./}
    kill "$daemon"
    within 4000 expect_end 0 "$daemon"
    took=$(((${EPOCHREALTIME/./} - start) / 1000))
    [ "$took" -ge 2000 ] || fail "the daemon waited only $took ms"
    kill -CONT "$sender"
    within 2000 expect_end 75 "$sender"
}

# ---- death ----

kill_senders() {
    local target
    while [ ! -e enough ]; do
        target=$(some_send) || continue
        sleep "0.00$((RANDOM % 10))"
        kill -KILL "$target" 2> /dev/null || :
    done
}

test_senders_are_killed_at_random() {
    # The shell's exit status for a process that SIGKILL has ended: 128 + 9.
    may_be_denied=(137)
    suffer kill_senders
}

kill_daemons() {
    local i=0
    while [ ! -e enough ]; do
        sleep "0.$((RANDOM % 5))"
        kill -KILL "$daemon"
        while ! has_ended "$daemon"; do :; done
        i=$((i + 1))
        "$minitalkd" --foreground --output=raw --pidfile="$PWD/minitalk.pid" \
            > "output.$i" 2> "errors.$i" &
        daemon=$!
        until [ -s "output.$i" ]; do
            has_ended "$daemon" && return 1
            sleep 0.01
        done
    done
    touch spared
    all_are_done_with "$daemon"
}

# all_are_done_with PID: ends the last daemon once the last sender has ended.
all_are_done_with() {
    while some_send > /dev/null; do
        sleep 0.05
    done
    kill "$1"
    wait "$1"
}

test_the_daemon_is_killed_and_started_again() {
    # 69: no daemon was running. 75: the daemon ended before its verdict.
    may_be_denied=(69 75)
    suffer kill_daemons
}

# ---- crowds ----

test_1000_senders_at_once() {
    local i
    start_witness
    start_daemon
    send_options=(--timeout=120)
    senders=()
    for i in {1..1000}; do
        send_once "$i" 1 &
        senders+=($!)
    done
    all_senders_end
    stop_daemon
    reckon
    [ "$(count_lines confirmed)" -eq 1000 ] || fail 'not all were confirmed'
}

# ---- PIDs that are used again ----

# continue_pids_after PID: the next process gets the PID after this one.
continue_pids_after() {
    echo "$1" > /proc/sys/kernel/ns_last_pid
}

# Kills one sender in four, half of them at once, the others up to 9 ms later.
while_some_are_killed() {
    echo "$sender" >> used
    if ((RANDOM % 4 == 0)); then
        ((RANDOM % 2)) || sleep "0.00$((RANDOM % 10))"
        kill -KILL "$sender" 2> /dev/null || :
    fi
}

# A daemon and its senders. The senders get PIDs from 100 on, again and again; 102 is the witness's.
in_a_few_pids() {
    local number=0 end=$((SECONDS + TORTURE_SECONDS))
    while_it_sends() { while_some_are_killed; }
    start_daemon
    continue_pids_after 101
    start_witness
    while [ "$SECONDS" -lt "$end" ]; do
        number=$((number + 1))
        continue_pids_after 99
        send_once "$number" 1
        send_once "$number" 2
    done
    stop_daemon
    ! has_ended "$witness" || fail 'an innocent process was ended'
    kill "$witness"
}

test_a_few_pids_are_used_again_and_again() {
    needs_root 'have a PID namespace'
    unshare --pid --fork --mount-proc true 2> /dev/null || skip 'PID namespaces are not permitted'
    start_witness
    export TORTURE_SECONDS MINITALK_INNER=in_a_few_pids
    unshare --pid --fork --mount-proc --kill-child "$BASH" "$script"
    may_be_denied=(137)
    echo "# $(count_lines used) senders, $(sort -u used | wc -l) PIDs"
    [ "$(sort -u used | wc -l)" -lt $(($(count_lines used) / 10)) ] || fail 'PIDs were not used again'
    reckon
}

# ---- few CPUs ----

nothing_else() {
    :
}

test_all_on_one_cpu() {
    local cpu
    cpu=$(taskset --cpu-list --pid $$ | sed 's/.*: *\([0-9]*\).*/\1/')
    run_by=(taskset --cpu-list "$cpu")
    send_by=(taskset --cpu-list "$cpu")
    suffer nothing_else
}

busy_loops() {
    local i
    for ((i = 0; i < $(nproc); i++)); do
        (while [ ! -e enough ]; do :; done) &
    done
    wait
}

test_all_cpus_are_busy() {
    suffer busy_loops
}

test_everybody_runs_at_idle_priority() {
    run_by=(chrt --idle 0)
    send_by=(chrt --idle 0)
    send_options=(--timeout=60)
    suffer busy_loops
}

# ---- few resources ----

# With the smallest limit, the daemon has no room for so many senders.
test_hardly_any_descriptors() {
    local limit
    limit=$(constant SERVER_DESCRIPTORS_MIN daemon/server.h)
    run_by=(prlimit "--nofile=$limit:$limit")
    may_be_denied=(75)
    suffer nothing_else "$limit"
}

test_hardly_any_memory() {
    run_by=(prlimit --data=2097152:2097152)
    send_by=(prlimit --data=1048576:1048576)
    suffer nothing_else
}

# Runs the part of a test that has its own PID namespace.
if [ -n "${MINITALK_INNER-}" ]; then
    set -eu
    "$MINITALK_INNER"
    exit
fi
run_tests
