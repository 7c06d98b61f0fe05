# SPDX-License-Identifier: MIT
# system-daemon.sh - the system's daemon and its set-user-ID sender, for tests of several users
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what is set here is used by those who source this, and lib.sh
#
# To be sourced after lib.sh, by a script that runs in private mounts.

readonly SERVICE=60003

# The system's pidfile of this build, as the program itself says.
system_pidfile=$("$minitalk_send" --help | sed -n 's/.*--pidfile=PATH.*not \(\/.*\)/\1/p')

# The daemon runs as an ordinary user, the service's; in a place of its own where its pidfile goes.
# Its PID is in $daemon; $minitalk_send is the set-user-ID program from here on.
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
    as "$SERVICE" "${run_by[@]}" "$minitalkd" --output=stdout --pidfile="$system_pidfile" > output 2> errors
    daemon=$(head -n 1 output)
    also_end "$daemon"
    mkdir borrowed
    install -m 4755 -o "$SERVICE" "$minitalk_send" borrowed
    minitalk_send=$PWD/borrowed/minitalk-send
}

expect_nothing() {
    expect_received < /dev/null
}
