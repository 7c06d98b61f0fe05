# SPDX-License-Identifier: MIT
# system-daemon.sh - the system's daemon and its set-user-ID sender, for tests of several users
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shares variables with lib.sh and the scripts that source it
#
# A script sources this file after lib.sh and after in_private_mounts.

readonly SERVICE=60003

# The system's pidfile of this build, from the program's own --help.
system_pidfile=$("$minitalk_send" --help | sed -n 's/.*--pidfile=PATH.*not \(\/.*\)/\1/p')

# Starts a daemon with the system's pidfile, on a tmpfs of its own. The daemon runs as an ordinary
# user, the service's. Its PID is in $daemon. From here on, $minitalk_send is the set-user-ID
# program. The command in the array 'run_by', if any, executes the daemon.
start_system_daemon() {
    local directory=${system_pidfile%/*} place
    place=$directory
    while [ ! -d "$place" ]; do
        place=${place%/*}
    done
    publish_programs
    mount -t tmpfs -o mode=755 minitalk "$place"
    unmount+=("$place")
    mkdir -p "$directory"
    : > "$system_pidfile"
    chown "$SERVICE" "$system_pidfile"
    chmod 600 "$system_pidfile"
    as "$SERVICE" "${run_by[@]}" "$minitalkd" --output=raw --pidfile="$system_pidfile" > output 2> errors
    daemon=$(head -n 1 output)
    also_end "$daemon"
    mkdir borrowed
    install -m 4755 -o "$SERVICE" "$minitalk_send" borrowed
    minitalk_send=$PWD/borrowed/minitalk-send
}

expect_nothing() {
    expect_received < /dev/null
}
