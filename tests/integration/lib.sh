# lib.sh - what the integration tests share; sourced by each of them
# shellcheck shell=bash
#
# A test script defines functions test_…, each of which reads like the promise it checks, and ends
# with run_tests. Every test runs in a subshell of its own with 'set -eu', in an empty directory of
# its own, and what it started with start_daemon is stopped behind it. It fails where a command
# fails; 'skip REASON' leaves it out. Results go out as TAP.

: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$PWD}"
srcdir=$(cd "$srcdir" && pwd)
builddir=$(cd "$builddir" && pwd)
export LC_ALL=C.UTF-8
readonly SKIPPED=77

minitalkd=$builddir/minitalkd
minitalk_send=$builddir/minitalk-send
tools=$builddir/tests/tools

fail() {
    echo "failed: $*"
    exit 1
}

skip() {
    echo "$*" > "$scratch/skip-reason"
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
    grep -q -- "$*" stderr || fail "standard error lacks '$*': $(cat stderr)"
}

# eventually SECONDS COMMAND…: the command comes to succeed within that time.
eventually() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || fail "still not so: $*"
        sleep 0.02
    done
}

# Starts a private daemon with these further options; returns once it is ready. Its PID is in
# $daemon, its pidfile ./minitalk.pid, what it writes in ./output and ./errors.
start_daemon() {
    mkfifo ready
    "$minitalkd" --foreground --output=stdout --pidfile="$PWD/minitalk.pid" "$@" \
        > >(tee ready > output) 2> errors &
    daemon=$!
    read -r first < ready || fail "the daemon did not start: $(cat errors)"
    [ "$first" -eq "$daemon" ] || fail "the first line is '$first', not the PID $daemon"
}

stop_daemon() {
    kill "$daemon"
    wait "$daemon"
}

send() {
    "$minitalk_send" --pidfile="$PWD/minitalk.pid" "$@"
}

run_one() {
    local status=0
    # The subshell is not part of a condition, so that 'set -e' holds inside.
    (
        set -eu
        cd "$scratch"
        trap '[ -z "$(jobs -p)" ] || kill $(jobs -p) 2> /dev/null; wait' EXIT
        "$1"
    ) > "$scratch.log" 2>&1 &
    wait $! || status=$?
    return "$status"
}

run_tests() {
    local name number=0 status failed=0
    local -a names
    mapfile -t names < <(declare -F | sed -n 's/^declare -f \(test_\)/\1/p')
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
        0) echo "ok $number - ${name//_/ }" ;;
        "$SKIPPED") echo "ok $number - ${name//_/ } # SKIP $(cat "$scratch/skip-reason")" ;;
        *)
            failed=1
            echo "not ok $number - ${name//_/ }"
            sed 's/^/# /' "$scratch.log"
            ;;
        esac
        rm -rf "$scratch" "$scratch.log"
    done
    return "$failed"
}
