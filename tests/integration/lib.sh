# SPDX-License-Identifier: MIT
# lib.sh - what the integration tests share; sourced by each of them
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used by those who source this
#
# A test script defines functions test_…, each of which reads like the promise it checks, and ends
# with run_tests. Every test runs in a subshell of its own with 'set -eu', in an empty directory of
# its own. It fails where a command fails; 'skip REASON' leaves it out. What it started in the
# background, or has named to also_end, is ended behind it. Results go out as TAP.

: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$PWD}"
srcdir=$(cd "$srcdir" && pwd)
builddir=$(cd "$builddir" && pwd)
export LC_ALL=C.UTF-8
unset NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID
readonly SKIPPED=77 TIME_LIMIT=300

minitalkd=$builddir/minitalkd
minitalk_send=$builddir/minitalk-send
tools=$builddir/tests/tools

# Two ordinary users that no system has by name.
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

# expect_status N COMMAND…: the command must end with status N. Its output is in ./stdout, ./stderr.
expect_status() {
    local expected=$1 status=0
    shift
    "$@" > stdout 2> stderr || status=$?
    [ "$status" -eq "$expected" ] ||
        fail "'$*' ended with $status, not $expected; it said: $(cat stderr)"
}

# One line on standard error, of the program's own, with these words in it.
expect_complaint() {
    [ "$(wc -l < stderr)" -eq 1 ] || fail "not one line on standard error: $(cat stderr)"
    grep -q '^minitalk\(d\|-send\): ' stderr || fail "not the program's own words: $(cat stderr)"
    grep -qF -- "$*" stderr || fail "standard error lacks '$*': $(cat stderr)"
}

# expect_end N PID: that child ends, with status N.
expect_end() {
    local status=0
    wait "$2" || status=$?
    [ "$status" -eq "$1" ] || fail "process $2 ended with $status, not $1"
}

# within MILLISECONDS COMMAND…: the command succeeds, and takes no longer.
within() {
    local limit=$1 start=${EPOCHREALTIME/./} took
    shift
    "$@"
    took=$(((${EPOCHREALTIME/./} - start) / 1000))
    [ "$took" -le "$limit" ] || fail "took $took ms, more than $limit: $*"
}

# eventually SECONDS COMMAND…: the command comes to succeed within that time.
eventually() {
    local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
    shift
    until "$@"; do
        [ "${EPOCHREALTIME/./}" -lt "$end" ] || fail "still not so: $*"
        sleep 0.01
    done
}

# ---- processes ----

has_text() {
    [ -s "$1" ]
}

# One that has ended and waits to be waited for counts as ended, too.
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

# Whether a process ignores SIGUSR1 and SIGUSR2, bits 9 and 11: until it does, one of them ends it.
is_shielded() {
    grep -q '^SigIgn:.*[abef]..$' "/proc/$1/status" 2> /dev/null
}

stop_process() {
    kill -STOP "$1"
    eventually 5 is_stopped "$1"
}

# How much processor time it has used.
milliseconds_of() {
    local worked
    read -r worked _ < "/proc/$1/schedstat"
    echo $((worked / 1000000))
}

has_worked() {
    [ "$(milliseconds_of "$1")" -ge "$2" ]
}

# let_work PID MILLISECONDS: until it has used so much more processor time.
let_work() {
    local before
    before=$(milliseconds_of "$1")
    eventually 10 has_worked "$1" $((before + $2))
}

# Ends a process that is not a child of this shell behind the test, whatever comes.
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

# ---- the two programs ----

# Starts a daemon in the foreground with these further options; returns once it is ready. Its PID is
# in $daemon, its pidfile ./minitalk.pid, what it writes in ./output and ./errors. It is run by the
# words of the array 'run_by', which must end in executing it.
run_by=()
start_daemon() {
    "${run_by[@]}" "$minitalkd" --foreground --output=stdout --pidfile="$PWD/minitalk.pid" "$@" \
        > output 2> errors &
    daemon=$!
    eventually 10 daemon_spoke
    [ "$(head -n 1 output)" = "$daemon" ] || fail "the first line is not the PID $daemon alone"
}

daemon_spoke() {
    ! has_ended "$daemon" || fail "the daemon did not start: $(cat errors)"
    [ "$(wc -l < output)" -ge 1 ]
}

# with_unread_terminal FD COMMAND…: becomes the command, with a terminal that nobody reads as FD.
with_unread_terminal() {
    exec python3 -c '
import os, pty, sys

master, slave = pty.openpty()
os.set_inheritable(master, True)
os.dup2(slave, int(sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])
' "$@"
}

# Ends the daemon; it must leave with success.
stop_daemon() {
    kill "$daemon"
    expect_end 0 "$daemon"
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
}

# What the daemon received: all it wrote but its PID.
received() {
    tail -n +2 output
}

# The daemon received this, and nothing else: lines, or exact bytes from standard input.
expect_received() {
    if [ $# -gt 0 ]; then
        printf '%s\n' "$@" | cmp - <(received)
    else
        cmp - <(received)
    fi
}

send() {
    "$minitalk_send" --pidfile="$PWD/minitalk.pid" "$@"
}

# Sends in the background: the PID is in $sender, complaints are in ./sender-errors.
start_send() {
    "$minitalk_send" --pidfile="$PWD/minitalk.pid" "$@" 2> sender-errors &
    sender=$!
}

# start_long_send [BYTES [OPTION…]]: sends so much in the background that it takes a while; returns in
# the middle of it, which what the daemon used to start does not count for. The bytes are in ./long.
start_long_send() {
    head -c "${1-262144}" /dev/urandom > long
    start_send --timeout=30 --whole "${@:2}" < long
    let_work "$daemon" 10
}

# ---- builds that do more than the programs do ----

readonly build=${MINITALK_BUILD:-plain}

needs_plain_build() {
    [ "$build" = plain ] || skip "a build with $build $*"
}

# LeakSanitizer cannot look into a program that is traced, and would say so.
without_leak_detection() {
    export ASAN_OPTIONS=detect_leaks=0
}

# end_all PID…: whatever they are doing. Where it is counted what they did, they have to tell before.
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

# as USER COMMAND…: as an ordinary user, without any capability.
as() {
    local user=$1
    shift
    setpriv --reuid="$user" --regid="$user" --clear-groups "$@"
}

# Copies the two programs to where every user may execute them.
publish_programs() {
    install -m 755 "$minitalkd" "$minitalk_send" "$scratch"
    minitalkd=$scratch/minitalkd
    minitalk_send=$scratch/minitalk-send
}

# Runs the whole script in a mount namespace of its own: what it mounts, nobody else sees. All of
# it is left out, and the reason said, where that cannot be.
in_private_mounts() {
    [ -z "${MINITALK_PRIVATE_MOUNTS-}" ] || return 0
    if am_root && unshare --mount true 2> /dev/null; then
        MINITALK_PRIVATE_MOUNTS=yes exec unshare --mount "$BASH" "$0"
    fi
    skip_all 'only root, and not in every container, can have private mounts'
}

skip_all() {
    echo "$(basename "$0"): skipped altogether: $*" >&2
    echo "1..0 # SKIP $*"
    exit 0
}

# ---- running ----

# What a test with private mounts has mounted, to be undone behind it.
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

# No test waits for ever.
end_at_time_limit() {
    trap 'kill $!; exit' TERM
    sleep "$TIME_LIMIT" &
    wait $!
    echo "failed: it took more than $TIME_LIMIT seconds" >> "$scratch.log"
    kill "$1"
}

run_one() {
    local status=0 test
    # The subshell is not part of a condition, so that 'set -e' holds inside.
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

# run_tests [FILE…]: runs the tests of these files, or else of the script, in their order.
run_tests() {
    local name number=0 status failed=0
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
        # Not in a condition: there, 'set -e' would not hold inside the test.
        run_one "$name"
        status=$?
        name=${name#test_}
        case $status in
        0)
            # What a test prints of its own accord starts with '# '.
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
