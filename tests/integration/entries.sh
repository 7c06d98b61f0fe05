# SPDX-License-Identifier: MIT
# entries.sh - helpers of the tests of logs that have entries with all fields
# shellcheck shell=bash
# shellcheck disable=SC2154 # lib.sh, which the tests source first, assigns the variables
#
# A log is read as JSON, one object a line, whichever format the daemon wrote.

# message_id NAME: prints the MESSAGE_ID of this kind of entry.
message_id() {
    sed -n "s/^#define MESSAGE_ID_$1 \"\(.*\)\"/\1/p" "$srcdir/src/daemon/message-ids.h" | grep .
}

# entries_of KIND FIELD [FILE]: prints the field of each entry of this kind, as JSON.
entries_of() {
    jq -c --arg id "$(message_id "$1")" "select(.MESSAGE_ID == \$id) | .$2" "${3-output}"
}

# octets_of FIELD [FILE]: prints the octets of this field of each message, in hexadecimal digits.
octets_of() {
    python3 -c '
import json, sys

for line in open(sys.argv[3], encoding="utf-8", newline="\n"):
    entry = json.loads(line)
    if entry["MESSAGE_ID"] == sys.argv[1]:
        value = entry[sys.argv[2]]
        octets = value.encode() if isinstance(value, str) else bytes(value)
        print("=" + octets.hex())
' "$(message_id MESSAGE)" "$1" "${2-output}"
}

# hex_of FILE…: prints the octets of each file, in hexadecimal digits.
hex_of() {
    local file
    for file in "$@"; do
        echo "=$(od -An -v -tx1 < "$file" | tr -d ' \n')"
    done
}

# Writes messages of all kinds to ./sent.N.
make_messages() {
    printf 'text' > sent.1
    : > sent.2
    printf 'two\nlines\n' > sent.3
    printf '"quotes" and \\ and \\u0041 and /\t' > sent.4
    printf 'Gr\303\274\303\237e, \344\275\240\345\245\275, \360\237\221\213' > sent.5
    printf '\342\200\256reversed\342\200\250' > sent.6
    printf 'no UTF-8: \377' > sent.7
    printf 'cut: \303' > sent.8
    printf '\033[2J' > sent.9
    printf 'NUL\0' > sent.10
    printf '\302\205\302\240' > sent.11
    printf '{"MESSAGE":"x"}\n{' > sent.12
    head -c 5000 /dev/urandom > sent.13
    head -c 9000 /dev/zero | tr '\0' '"' > sent.14
    head -c 4999 /dev/zero > sent.15
    MESSAGES=(sent.{1..15})
}

send_messages() {
    local file
    for file in "${MESSAGES[@]}"; do
        send --whole < "$file"
    done
}

# ---- a daemon ----

# start_into_pipe OPTION…: starts the daemon with a pipe of one page for standard output. This shell
# has the pipe open as descriptor 3.
start_into_pipe() {
    mkfifo pipe
    exec 3<> pipe
    python3 -c 'import fcntl; fcntl.fcntl(3, fcntl.F_SETPIPE_SZ, 4096)'
    "$minitalkd" --foreground --pidfile="$PWD/minitalk.pid" "$@" > pipe 2> errors 3>&- &
    daemon=$!
    also_end "$daemon"
    eventually 10 test -s minitalk.pid
}

# The daemon that starts next has a /proc without the ID of the boot, as with ProcSubset=pid.
hide_boot() {
    needs_root 'mount a file system'
    unshare --mount true 2> /dev/null || skip 'mounting is not permitted'
    # shellcheck disable=SC2016,SC2034 # the shell inside expands it; lib.sh uses run_by
    run_by=(unshare --mount "$BASH" -c 'mount -t proc -o subset=pid proc /proc && exec "$@"' hidden)
}

# Prints the most memory that the daemon has had, in KiB.
peak_memory() {
    sed -n 's/^VmHWM:\s*\([0-9]*\) kB/\1/p' "/proc/$daemon/status"
}
