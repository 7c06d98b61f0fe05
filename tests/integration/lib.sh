# SPDX-License-Identifier: MIT
# lib.sh - helpers of the integration tests, each of which sources this file
# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this file use the variables
#
# A test script defines functions test_… and ends with run_tests. The name of a test states the
# promise that the test checks. Each test runs with 'set -eu' in its own subshell and in its own
# empty directory. A test fails if one of its commands fails; 'skip REASON' skips the test. After
# each test, run_tests ends the background jobs of the test and the processes that the test passed
# to also_end. The output is TAP.

: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$PWD}"
srcdir=$(cd "$srcdir" && pwd)
builddir=$(cd "$builddir" && pwd)
export LC_ALL=C.UTF-8
unset NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID
readonly SKIPPED=77
# A test that takes longer than so many seconds fails.
: "${TIME_LIMIT:=300}"

minitalkd=$builddir/minitalkd
minitalk_send=$builddir/minitalk-send
minitalk_doctor=$builddir/minitalk-doctor
tools=$builddir/tests/tools

# The user IDs of two ordinary users. No system has accounts with these IDs.
readonly USER_A=60001 USER_B=60002

# ---- results ----

fail() {
    echo "failed: $*"
    exit 1
}

skip() {
    echo "$*" > "$scratch.skipped"
    exit "$SKIPPED"
}

# expect_status N COMMAND…: runs the command, which must end with status N. Its output goes to
# ./stdout and ./stderr.
expect_status() {
    local expected=$1 status=0
    shift
    "$@" > stdout 2> stderr || status=$?
    [ "$status" -eq "$expected" ] ||
        fail "'$*' ended with status $status, not $expected; standard error: $(cat stderr)"
}

# expect_complaint WORDS: ./stderr is one line, which begins with the program's name and contains
# WORDS.
expect_complaint() {
    [ "$(wc -l < stderr)" -eq 1 ] || fail "not one line on standard error: $(cat stderr)"
    grep -q '^minitalk\(d\|-send\): ' stderr ||
        fail "the line does not begin with the program's name: $(cat stderr)"
    grep -qF -- "$*" stderr || fail "standard error lacks '$*': $(cat stderr)"
}

# expect_doctor STATUS WORDS ARGUMENT…: the doctor ends so, with one line that has these words.
expect_doctor() {
    local words=$2
    expect_status "$1" "$minitalk_doctor" "${@:3}"
    [ "$(wc -l < stderr)" -eq 1 ] || fail "not one line on standard error: $(cat stderr)"
    grep -qF -- "minitalk-doctor: " stderr || fail "no name of the program: $(cat stderr)"
    grep -qF -- "$words" stderr || fail "standard error lacks '$words': $(cat stderr)"
}

# expect_end N PID: waits for this child process, which must end with status N.
expect_end() {
    local status=0
    wait "$2" || status=$?
    [ "$status" -eq "$1" ] || fail "process $2 ended with $status, not $1"
}

# within MILLISECONDS COMMAND…: runs the command, which must succeed within this time.
within() {
    local limit=$1 start=${EPOCHREALTIME/./} took
    shift
    "$@"
    took=$(((${EPOCHREALTIME/./} - start) / 1000))
    [ "$took" -le "$limit" ] || fail "took $took ms, more than $limit: $*"
}

# eventually SECONDS COMMAND…: repeats the command until it succeeds, for this time at most.
eventually() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@"; do
        [ "${EPOCHREALTIME/./}" -lt "$end" ] || fail "timed out; this still fails: $*"
        sleep 0.01
    done
}

# ---- processes ----

has_text() {
    [ -s "$1" ]
}

# True if a process has ended. A zombie, for which its parent has not waited yet, has ended, too.
has_ended() {
    local state
    state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2> /dev/null) || return 0
    [ -z "$state" ] || [ "$state" = Z ]
}

is_stopped() {
    grep -q '^State:.T' "/proc/$1/status"
}

is_asleep() {
    grep -q '^State:.S' "/proc/$1/status"
}

# is_called NAME PID: true if the process runs this program, and not the shell that has started it.
is_called() {
    grep -qx "$1" "/proc/$2/comm"
}

# True if a process ignores SIGUSR1 and SIGUSR2, bits 9 and 11 of the mask. Before that, either
# signal ends the process.
is_shielded() {
    grep -q '^SigIgn:.*[abef]..$' "/proc/$1/status" 2> /dev/null
}

stop_process() {
    kill -STOP "$1"
    eventually 5 is_stopped "$1"
}

# Prints the CPU time that a process has used.
milliseconds_of() {
    local worked
    read -r worked _ < "/proc/$1/schedstat"
    echo $((worked / 1000000))
}

has_worked() {
    [ "$(milliseconds_of "$1")" -ge "$2" ]
}

# let_work PID MILLISECONDS: waits until the process has used this much more CPU time.
let_work() {
    local before
    before=$(milliseconds_of "$1")
    eventually 10 has_worked "$1" $((before + $2))
}

# Closes the descriptors that this shell has inherited beside the standard ones, for example from
# make. 255 is bash's own.
close_other_descriptors() {
    local fd
    for fd in /proc/"$BASHPID"/fd/*; do
        fd=${fd##*/}
        [ "$fd" -le 2 ] || [ "$fd" -eq 255 ] || exec {fd}>&-
    done
}

# also_end PID: ends this process after the test, even if the test fails. This is for processes that
# are not children of this shell.
also_end() {
    printf '%s\n' "$1" >> "$scratch.others"
}

end_others() {
    local pid
    [ -e "$scratch.others" ] || return 0
    while read -r pid; do
        end_all "$pid"
    done < "$scratch.others"
}

# ---- the sources and the documentation ----

# constant NAME FILE: prints the number that this file below src/ defines as NAME.
constant() {
    sed -n "s/^#define $1 \([0-9]*\)u\{0,1\}\$/\1/p" "$srcdir/src/$2" | grep .
}

# Prints the configuration of logrotate(8) that minitalkd(8) shows.
logrotate_example() {
    unescaped < "$builddir/man/minitalkd.8" | sed -n '/^\/var\/log\/minitalk\/messages {$/,/^}$/p'
}

# Undoes the escapes of mdoc(7) in the literal text of a page.
unescaped() {
    sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(ga/`/g' -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' \
        -e 's/\\e/\\/g'
}

# blocks_of_page FILE N: writes each literal block of a manual page as ./N.1.sh, ./N.2.sh and so on.
blocks_of_page() {
    unescaped < "$1" | awk -v name="$2" '
        /^\.Ed/ { is_in = 0 }
        is_in { print > (name "." number ".sh") }
        /^\.Bd -literal/ { is_in = 1; number++ }'
}

# ---- the two programs ----

# start_daemon [OPTION…]: starts a daemon in the foreground, which writes the exact bytes of its
# messages, and returns once it is ready. Its PID is
# in $daemon, its pidfile is ./minitalk.pid, and its output goes to ./output and ./errors. The
# command in the array 'run_by', if any, executes the daemon, in the same process.
run_by=()
start_daemon() {
    # The daemon's process empties it too, but perhaps after the first look at it.
    : > output
    "${run_by[@]}" "$minitalkd" --foreground --output=raw --pidfile="$PWD/minitalk.pid" "$@" \
        > output 2> errors &
    daemon=$!
    eventually 10 daemon_spoke
    [ "$(head -n 1 output)" = "$daemon" ] || fail "the first line is not just the PID $daemon"
}

# find_process_1: the last background job starts a daemon as process 1 of a PID namespace. Waits
# until it is ready. Sets $init to the job, and $daemon to the daemon's PID outside.
find_process_1() {
    init=$!
    eventually 10 has_text output
    daemon=$(pgrep --parent "$init" -x minitalkd)
}

# start_daemon_as_process_1 OPTION…: starts a daemon in a PID namespace of its own, and returns once
# it is ready. Its PID outside is in $daemon, that of its parent in $init. The parent ends with the
# daemon and has its status.
start_daemon_as_process_1() {
    needs_root 'make a PID namespace'
    unshare --pid --fork --mount-proc true 2> /dev/null || skip 'PID namespaces are not permitted'
    : > output
    unshare --pid --fork --mount-proc --kill-child "$minitalkd" --foreground \
        --pidfile="$PWD/minitalk.pid" "$@" > output 2> errors &
    find_process_1
}

# start_daemon_of_entries OPTION…: as start_daemon, for options that put entries with all fields on
# standard output: its first line is the record that the daemon has started.
start_daemon_of_entries() {
    : > output
    "$minitalkd" --foreground --pidfile="$PWD/minitalk.pid" "$@" > output 2> errors &
    daemon=$!
    eventually 10 daemon_spoke
}

daemon_spoke() {
    ! has_ended "$daemon" || fail "the daemon did not start: $(cat errors)"
    [ "$(wc -l < output)" -ge 1 ]
}

# with_unread_terminal FD COMMAND…: executes the command in this process. Its descriptor FD is a
# terminal that nobody reads.
with_unread_terminal() {
    exec python3 -c '
import os, pty, sys

master, slave = pty.openpty()
os.set_inheritable(master, True)
os.dup2(slave, int(sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])
' "$@"
}

# Ends the daemon, which must exit with status 0 and remove its pidfile.
stop_daemon() {
    kill "$daemon"
    expect_end 0 "$daemon"
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
}

# True if the daemon has child processes. ./children lists them.
has_child() {
    pgrep --parent "$daemon" > children
}

has_no_child() {
    ! has_child
}

# Prints how many sessions the daemon has: each has a pidfd.
sessions_of_daemon() {
    find "/proc/$daemon/fd" -lname 'anon_inode:\[pidfd\]' | wc -l
}

# Prints the messages that the daemon has received: all its output but the first line, the PID.
received() {
    tail -n +2 output
}

# expect_received [LINE…]: the daemon has received exactly these lines. Without arguments, it has
# received exactly the bytes of standard input.
expect_received() {
    if [ $# -gt 0 ]; then
        printf '%s\n' "$@" | cmp - <(received)
    else
        cmp - <(received)
    fi
}

# has_received N: the daemon has received at least so many lines.
has_received() {
    [ "$(received | wc -l)" -ge "$1" ]
}

# expect_confirmed_lines FILE: sends fifty messages. Each is the last line of the log FILE once its
# sender has ended.
expect_confirmed_lines() {
    local i
    for i in {1..50}; do
        send "message $i"
        [ "$(tail -n 1 "$1")" = "message $i" ] || fail "message $i was confirmed too early"
    done
}

send() {
    "$minitalk_send" --pidfile="$PWD/minitalk.pid" "$@"
}

# start_send ARGUMENT…: sends in the background. The sender's PID is in $sender, its standard error
# goes to ./sender-errors.
start_send() {
    "$minitalk_send" --pidfile="$PWD/minitalk.pid" "$@" 2> sender-errors &
    sender=$!
}

# start_long_send [BYTES [OPTION…]]: sends a long message in the background. Returns in the middle
# of it: when the daemon has used 10 ms of CPU time beyond what its start took. The message is in
# ./long.
start_long_send() {
    head -c "${1-262144}" /dev/urandom > long
    start_send --timeout=30 --whole "${@:2}" < long
    let_work "$daemon" 10
}

# True if the sender is dynamically linked, as it is by default.
loads_libraries() {
    ldd "$minitalk_send" 2> /dev/null | grep -q 'libc\.so'
}

# ---- a service manager ----

# start_manager: daemons that start from now on notify a service manager. What they tell it goes to
# ./notified.
start_manager() {
    "$tools/notified" "$PWD/notify" > notified &
    eventually 5 test -S notify
    chmod 666 notify
    export NOTIFY_SOCKET=$PWD/notify
}

manager_was_told() {
    grep -q "^$1" notified
}

# ---- builds with sanitizers or coverage ----

readonly build=${MINITALK_BUILD:-plain}

# needs_plain_build PREDICATE: skips the test in a build with sanitizers or coverage. The reason is
# "a build with sanitizers PREDICATE".
needs_plain_build() {
    [ "$build" = plain ] || skip "a build with $build $*"
}

# LeakSanitizer cannot examine a traced process, and reports that as an error.
without_leak_detection() {
    export ASAN_OPTIONS=detect_leaks=0
}

# end_all PID…: ends these processes, even stopped ones. In a build with coverage, a process must
# end by itself to write its counts, so it first gets SIGTERM and 3 s.
end_all() {
    if [ "$build" = coverage ]; then
        kill -TERM "$@" 2> /dev/null || :
        kill -CONT "$@" 2> /dev/null || :
        for _ in {1..300}; do
            are_running "$@" || break
            sleep 0.01
        done
    fi
    kill -KILL "$@" 2> /dev/null || :
}

are_running() {
    local pid
    for pid in "$@"; do
        has_ended "$pid" || return 0
    done
    return 1
}

# ---- other users, other mounts ----

am_root() {
    [ "$(id -u)" -eq 0 ]
}

needs_root() {
    am_root || skip "only root can $*"
}

# as USER COMMAND…: runs the command as this user, without capabilities.
as() {
    local user=$1
    shift
    setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
}

# Copies the two programs to a directory from which every user may execute them.
publish_programs() {
    install -m 755 "$minitalkd" "$minitalk_send" "$scratch"
    minitalkd=$scratch/minitalkd
    minitalk_send=$scratch/minitalk-send
}

# Runs the whole script in its own mount namespace, so that no other process sees its mounts. If
# that is impossible, skips all tests of the script and prints the reason.
in_private_mounts() {
    [ -z "${MINITALK_PRIVATE_MOUNTS-}" ] || return 0
    if am_root && unshare --mount true 2> /dev/null; then
        MINITALK_PRIVATE_MOUNTS=yes exec unshare --mount "$BASH" "$0"
    fi
    skip_all 'a mount namespace needs root, and in a container also the permission'
}

skip_all() {
    echo "$(basename "$0"): all tests skipped: $*" >&2
    echo "1..0 # SKIP $*"
    exit 0
}

# ---- running ----

# The directories that a test has mounted. clean_up unmounts them, the last one first.
unmount=()

clean_up() {
    local -a children
    local i
    mapfile -t children < <(jobs -p)
    [ ${#children[@]} -eq 0 ] || end_all "${children[@]}"
    end_others
    wait
    for ((i = ${#unmount[@]} - 1; i >= 0; i--)); do
        umount --lazy "${unmount[i]}"
    done
}

# end_at_time_limit PID: ends a test that takes longer than TIME_LIMIT seconds.
end_at_time_limit() {
    trap 'kill $!; exit' TERM
    sleep "$TIME_LIMIT" &
    wait $!
    echo "failed: it took more than $TIME_LIMIT seconds" >> "$scratch.log"
    kill "$1"
}

run_one() {
    local status=0 test
    # The subshell is not part of a condition, because 'set -e' has no effect in one.
    (
        trap clean_up EXIT
        set -eu
        cd "$scratch"
        "$1"
    ) >> "$scratch.log" 2>&1 < /dev/null &
    test=$!
    end_at_time_limit "$test" &
    wait "$test" || status=$?
    kill $!
    wait $! || :
    return "$status"
}

# run_tests [FILE…]: runs the tests in these files, or in this script, in the order of the text.
run_tests() {
    local name number=0 start status failed=0
    local -a names
    mapfile -t names < <(grep -ho '^test_[A-Za-z0-9_]*' "${@:-$0}")
    [ "${#names[@]}" -gt 0 ] || {
        echo "Bail out! there are no tests in ${*:-$0}"
        return 1
    }
    echo "1..${#names[@]}"
    for name in "${names[@]}"; do
        number=$((number + 1))
        scratch=$(mktemp -d)
        chmod 755 "$scratch"
        start=$SECONDS
        # Not in a condition, because 'set -e' would then have no effect inside the test.
        run_one "$name"
        status=$?
        # This is how one finds out what makes a check slow.
        [ $((SECONDS - start)) -lt 10 ] || echo "# $((SECONDS - start)) s:"
        name=${name#test_}
        # minitalk-send may end with this status, too (EX_NOPERM).
        [ "$status" -ne "$SKIPPED" ] || [ -e "$scratch.skipped" ] || status=1
        case $status in
        0)
            # These lines are diagnostics that the test itself has printed.
            sed -n '/^# /p' "$scratch.log"
            echo "ok $number - ${name//_/ }"
            ;;
        "$SKIPPED") echo "ok $number - ${name//_/ } # SKIP $(cat "$scratch.skipped")" ;;
        *)
            failed=1
            echo "not ok $number - ${name//_/ }"
            sed 's/^/# /' "$scratch.log"
            ;;
        esac
        rm -rf "$scratch" "$scratch.log" "$scratch.skipped" "$scratch.others"
    done
    return "$failed"
}
