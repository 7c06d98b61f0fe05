#!/bin/bash
# SPDX-License-Identifier: MIT
# When the system fails a request, the programs report that and leave nothing behind.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# limited OPTION LIMIT COMMAND…: runs a command under a limit of ulimit. Descriptors 3 to 9 are
# closed: the caller of the tests may have left them open.
limited() {
    # shellcheck disable=SC2016 # the shell inside expands it
    "$BASH" -c 'ulimit "$1" "$2" && shift 2 && exec "$@"' limited "$@" \
        3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
}

# ---- the daemon's start ----

test_an_empty_path_is_a_usage_error() {
    for program in "$minitalkd" "$minitalk_send"; do
        expect_status 64 "$program" --pidfile=
        expect_complaint 'the path of the pidfile is empty'
    done
    expect_status 64 "$minitalk_send" -f ''
    expect_complaint 'the path of the input is empty'
}

test_with_a_limit_of_0_pending_signals_neither_program_starts() {
    for program in "$minitalkd" "$minitalk_send"; do
        expect_status 71 limited -i 0 "$program" --pidfile=pid
        expect_complaint 'the limit of pending signals is 0'
    done
    [ ! -e pid ] || fail 'there is a pidfile'
}

fail_to_start() {
    "$minitalkd" "$@" --output=stdout --pidfile="$PWD/pid" > /dev/full
}

test_a_daemon_that_cannot_print_its_pid_does_not_start() {
    for option in --foreground --max-message=1; do
        expect_status 74 fail_to_start "$option"
        expect_complaint 'cannot write to standard output: No space left on device'
        [ ! -e pid ] || fail "the pidfile is still there, with $option"
    done
}

test_a_pidfile_that_another_process_holds_is_an_error() {
    flock pidfile sleep 60 &
    eventually 5 is_locked pidfile
    expect_status 69 "$minitalkd" --foreground --pidfile=pidfile
    expect_complaint 'another process holds the lock on the pidfile'
}

is_locked() {
    ! flock --nonblock "$1" true
}

test_the_daemon_of_an_ordinary_user_needs_a_runtime_directory() {
    local -a user=()
    publish_programs
    ! am_root || user=(as "$USER_A")
    unset XDG_RUNTIME_DIR
    expect_status 64 "${user[@]}" "$minitalkd" --foreground
    expect_complaint 'XDG_RUNTIME_DIR is not set to an absolute path'
}

# ---- the daemon's end ----

test_a_daemon_removes_only_its_own_pidfile() {
    start_daemon
    mv minitalk.pid moved
    echo 'of another' > minitalk.pid
    kill "$daemon"
    expect_end 0 "$daemon"
    [ "$(cat minitalk.pid)" = 'of another' ] || fail 'the daemon changed a file that is not its own'
    [ ! -s moved ] || fail 'the pidfile of the daemon still has a PID'
}

test_a_second_SIGTERM_changes_nothing() {
    start_daemon
    start_long_send 1048576
    kill "$daemon"
    kill "$daemon"
    within 3000 expect_end 0 "$daemon"
    expect_end 75 "$sender"
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
}

# ---- daemons that cannot be reached ----

test_a_zombie_daemon_is_reported_as_ended() {
    # shellcheck disable=SC2016 # the shell inside expands it
    "$BASH" -c '"$1" --foreground --output=stdout --pidfile=pid > output & exec sleep 60' \
        parent "$minitalkd" &
    eventually 10 has_text output
    daemon=$(head -n 1 output)
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    expect_status 69 "$minitalk_send" --pid="$daemon" 'a message'
    expect_complaint "process $daemon, has ended"
}

test_a_sender_without_a_free_descriptor_reports_the_reason() {
    start_daemon
    # With fewer than four descriptors, a sender that loads libraries cannot be loaded.
    expect_status 71 limited -n 4 "$minitalk_send" --pid="$daemon" 'a message'
    expect_complaint "cannot read /proc/$daemon/status"
    expect_status 71 limited -n 4 "$minitalk_send" --pidfile="$PWD/minitalk.pid" 'a message'
    expect_complaint "cannot open process $daemon of the pidfile"
    expect_received < /dev/null
}

test_a_pidfile_that_cannot_be_opened_is_an_error() {
    ln -s loop loop
    expect_status 71 "$minitalk_send" --pidfile=loop/pid 'a message'
    expect_complaint 'cannot open the pidfile loop/pid: Too many levels of symbolic links'
}

# with_wrong_numbers COMMAND…: runs it where /proc names processes of another PID namespace: number
# $daemon is minitalkd there, and an innocent process to the kernel. Fails if that process ends.
with_wrong_numbers() {
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --pid --fork --kill-child "$BASH" -c '
        echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid
        sleep 100 &
        [ $! -eq "$1" ] || exit 99
        shift
        "$@"
        status=$?
        kill $! || exit 98
        wait $!
        [ $? -eq 143 ] || exit 97
        exit $status' with-wrong-numbers "$daemon" "$@"
}

test_a_proc_of_another_pid_namespace_is_never_believed() {
    needs_root 'make a PID namespace'
    # LeakSanitizer believes that /proc.
    without_leak_detection
    start_daemon
    for target in "--pid=$daemon" "--pidfile=$PWD/minitalk.pid"; do
        expect_status 71 with_wrong_numbers "$minitalk_send" "$target" 'a message'
        expect_complaint '/proc is that of another PID namespace'
    done
    expect_status 71 with_wrong_numbers "$minitalkd" --foreground --output=stdout --pidfile=pid
    expect_complaint '/proc is that of another PID namespace'
    expect_received < /dev/null
}

test_a_daemon_in_another_pid_namespace_is_named_as_such() {
    needs_root 'make a PID namespace'
    start_daemon
    expect_status 69 unshare --pid --fork --mount-proc --kill-child \
        "$minitalk_send" --pidfile="$PWD/minitalk.pid" 'a message'
    expect_complaint 'is in another PID namespace'
    expect_received < /dev/null
}

# The daemon sees its own PID as 1, and its pidfile says so. Seen from here, it has another PID.
test_a_daemon_in_a_child_pid_namespace_is_named_as_such() {
    local process
    needs_root 'make a PID namespace'
    unshare --pid --fork --mount-proc --kill-child \
        "$minitalkd" --foreground --output=raw --pidfile="$PWD/minitalk.pid" > output 2> errors &
    also_end "$!"
    eventually 10 has_text minitalk.pid
    process=$(pgrep --parent "$!")
    expect_status 69 send 'a message'
    expect_complaint "the daemon of $PWD/minitalk.pid is in another PID namespace"
    expect_status 69 "$minitalk_send" --pid="$process" 'a message'
    expect_complaint "process $process is in another PID namespace"
    expect_received < /dev/null
}

# ---- a daemon that does not answer ----

# A locked pidfile proves that the process is a daemon. Without it, the process may be another one.
test_a_proven_daemon_that_does_not_answer_is_a_temporary_failure() {
    "$tools/impostor" --name=minitalkd --pidfile="$PWD/minitalk.pid" > impostor &
    also_end "$!"
    eventually 5 has_text impostor
    expect_status 75 send --timeout=1 'a message'
    expect_complaint "no reply from the daemon, process $!, which holds its pidfile; try again"
    expect_status 76 "$minitalk_send" --pid="$!" --timeout=1 'a message'
    expect_complaint "no reply from process $!; if it is minitalkd"
}

# Makes a control group that can be frozen, $group. Its file $freezer takes $freeze and $thaw. Skips
# the test if this process may not make one.
make_freezable_group() {
    local root
    needs_root 'make a control group'
    for root in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/freezer; do
        group=$root/minitalk-test-$BASHPID
        mkdir "$group" 2> /dev/null || continue
        if [ -e "$group/cgroup.freeze" ]; then
            freezer=$group/cgroup.freeze freeze=1 thaw=0
            return
        fi
        if [ -e "$group/freezer.state" ]; then
            freezer=$group/freezer.state freeze=FROZEN thaw=THAWED
            return
        fi
        rmdir "$group"
    done
    skip 'no control group here can be frozen'
}

is_frozen() {
    grep -qxE 'frozen 1|FROZEN' "$group/cgroup.events" "$group/freezer.state" 2> /dev/null
}

test_a_frozen_daemon_is_named_as_such() {
    make_freezable_group
    start_daemon
    echo "$daemon" > "$group/cgroup.procs"
    echo "$freeze" > "$freezer"
    eventually 5 is_frozen
    expect_status 75 send --timeout=1 'a message'
    echo "$thaw" > "$freezer"
    expect_complaint "the control group of the daemon, process $daemon, is frozen; thaw it"
    stop_daemon
    rmdir "$group"
}

# ---- descriptors ----

test_a_daemon_with_too_few_descriptors_does_not_start() {
    expect_status 71 prlimit --nofile=63:63 "$minitalkd" --foreground --output=stdout --pidfile=pid
    expect_complaint 'cannot start: the limit of open files is below 64; raise it'
    [ ! -e pid ] || fail 'the pidfile is still there'
}

# leave_descriptors COUNT: lets the daemon open only so many descriptors more than it has open.
leave_descriptors() {
    local limit=0
    while [ -h "/proc/$daemon/fd/$limit" ]; do
        limit=$((limit + 1))
    done
    prlimit --pid "$daemon" --nofile="$((limit + $1)):$(ulimit -Hn)"
}

test_a_daemon_without_descriptors_is_busy() {
    close_other_descriptors
    start_daemon
    leave_descriptors 0
    for number in {1..3}; do
        expect_status 75 send --timeout=10 "with few: $number"
        expect_complaint 'the daemon is at its limit of senders'
    done
    prlimit --pid "$daemon" --nofile="$(ulimit -Hn):$(ulimit -Hn)"
    send 'with many'
    expect_received 'with many'
}

# The limit applies to the number of a new descriptor. The spare ones have the lowest numbers that
# the daemon opens for itself.
test_a_daemon_is_busy_with_a_limit_below_its_own_descriptors() {
    local highest own
    close_other_descriptors
    start_daemon
    highest=$(find "/proc/$daemon/fd" -lname / -printf '%f\n' | sort -n | tail -n 1)
    own=$(find "/proc/$daemon/fd" -lname 'anon_inode:*' -printf '%f\n' | sort -n | head -n 1)
    [ "$highest" -lt "$own" ] || fail "a spare descriptor has the number $highest"
    prlimit --pid "$daemon" --nofile="$((highest + 1)):$(ulimit -Hn)"
    expect_status 75 send --timeout=10 'a message'
    expect_complaint 'the daemon is at its limit of senders'
}

# The spare descriptors are enough to look at the new sender.
test_with_one_descriptor_left_a_new_sender_gets_it() {
    close_other_descriptors
    start_daemon
    leave_descriptors 1
    send 'from the only one'
    send 'from the next one'
    expect_received 'from the only one' 'from the next one'
}

one_session_is_left() {
    [ "$(sessions_of_daemon)" -eq 1 ]
}

# The daemon may see the next sender before it sees the end of the one before. Then the last idle
# one would lose its place, too.
test_without_descriptors_a_new_sender_gets_the_place_of_an_idle_one() {
    local i
    close_other_descriptors
    start_daemon
    mkfifo lines
    exec 3<> lines
    for i in 1 2; do
        { echo "from idle one $i"; exec cat lines; } 3>&- | send 3>&- 2> /dev/null &
        eventually 5 has_received $i
    done
    leave_descriptors 0
    for i in 3 4 5; do
        send "from new one $i"
        eventually 5 one_session_is_left
    done
    expect_received 'from idle one '{1,2} 'from new one '{3,4,5}
    exec 3>&-
}

# ---- cures ----

test_the_directory_of_another_user_is_named_as_such() {
    needs_root 'become another user'
    install -d -o "$USER_B" -m 700 "$PWD/of-b"
    install -d -o root -m 700 "$PWD/of-root"
    publish_programs
    export XDG_RUNTIME_DIR=$PWD/of-b
    for user in root "$USER_A"; do
        expect_status 77 as "$user" "$minitalk_send" --user 'a message'
        expect_complaint "XDG_RUNTIME_DIR is $PWD/of-b, which belongs to user $USER_B and not to you"
    done
    XDG_RUNTIME_DIR=$PWD/of-b expect_status 73 as "$USER_A" "$minitalkd"
    expect_complaint "XDG_RUNTIME_DIR is $PWD/of-b, which belongs to user $USER_B and not to you"
    # As after su(1) of root.
    XDG_RUNTIME_DIR=$PWD/of-root expect_status 77 as "$USER_A" "$minitalk_send" --user 'a message'
    expect_complaint "XDG_RUNTIME_DIR is $PWD/of-root, which belongs to user 0 and not to you"
}

test_a_closed_standard_input_is_named_by_each_of_its_paths() {
    start_daemon
    for path in /dev/stdin /dev/fd/0 /proc/self/fd/0; do
        expect_status 66 send --file="$path" <&-
        expect_complaint 'standard input is closed; give a STRING, or open standard input'
    done
    send --file=/dev/stdin <<< 'a message'
    send 'a string' <&-
    expect_received 'a message' 'a string'
}

# ---- verdicts ----

# Each refusal has the exit status and the text that minitalk-send(1) lists, from whatever daemon it
# comes: here from an impostor.
test_each_refusal_has_its_status_and_its_text() {
    local refusals='5 65 is larger than the daemon accepts
        6 76 does not support this version of the protocol
        7 70 the daemon and the sender disagree about the message
        8 74 could not log the message
        9 75 at its limit of senders, of memory, or of the messages of a user
        10 75 is stopping
        11 75 evicted this sender
        12 70 the daemon and the sender disagree about the message
        13 70 the daemon and the sender disagree about the message'
    while read -r reply status words; do
        "$tools/impostor" --name=minitalkd --refuse="$reply" > impostor &
        eventually 5 has_text impostor
        expect_status "$status" "$minitalk_send" --pid="$!" 'a message'
        expect_complaint "$words"
        ! grep systemctl stderr || fail 'this daemon is not a service of systemd'
        kill "$!"
        expect_end 0 "$!"
        tail -n 1 impostor | grep -q '^0 plain,' ||
            fail "after reply $reply the sender sent bits: $(tail -n 1 impostor)"
        rm impostor
    done <<< "$refusals"
}

# ---- a lost probe ----

# The last probe of a queued sender was lost, so each go that arrives is stale. The sender has to
# send a probe at once, and then after each probe timeout: after 200 us, 400 us and so on. These are
# 25 probes in one second. A sender that kept the timeouts of a queue would send 16.
test_a_queued_sender_that_gets_a_stale_go_sends_a_probe_at_once() {
    local repeats
    "$tools/impostor" --name=minitalkd --queue=8 > impostor &
    impostor=$!
    eventually 5 has_text impostor
    expect_status 75 "$minitalk_send" --pid="$impostor" --timeout=1 --verbose 'a message'
    repeats=$(sed -n 's/.* bits sent, \([0-9]*\) repeats; .*/\1/p' stderr)
    sed -i '$d' stderr
    expect_complaint 'timed out after 1 s without progress'
    [ "$repeats" -ge 20 ] || fail "the sender repeated its probe only $repeats times"
}

run_tests
