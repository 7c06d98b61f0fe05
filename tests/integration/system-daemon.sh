# SPDX-License-Identifier: MIT
# system-daemon.sh - the system's daemon and the set-user-ID helper, for tests of several users
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shares variables with lib.sh and the scripts that source it
#
# A script sources this file after lib.sh and after in_private_mounts.

readonly SERVICE=60003

# The system's pidfile of this build, from the program's own --help.
system_pidfile=$("$minitalk_send" --help | sed -n 's/.*--pidfile=PATH.*not \(\/.*\)/\1/p')

# The helper of this build (src/sender/helper.h), from the manual page.
helper=$(sed -n 's|^\.It Pa \(/.*/minitalk-send\)$|\1|p' "$builddir/man/minitalk-send.1")

# cover DIRECTORY: makes the directory in a tmpfs. The tmpfs covers the directory, or the nearest
# one above that exists. What is beside it stays visible.
cover() {
    local place=$1 entry copy
    while [ ! -d "$place" ]; do
        place=${place%/*}
    done
    mkdir "covered${#unmount[@]}"
    mount --bind "$place" "covered${#unmount[@]}"
    entry=$PWD/covered${#unmount[@]}
    unmount+=("$entry")
    mount -t tmpfs -o mode=755 minitalk "$place"
    unmount+=("$place")
    for entry in "$entry"/*; do
        copy=$place/${entry##*/}
        if [ -d "$entry" ] && [ ! -L "$entry" ]; then
            mkdir "$copy"
            mount --rbind "$entry" "$copy"
            unmount+=("$copy")
        elif [ -e "$entry" ] || [ -L "$entry" ]; then
            cp -a "$entry" "$copy"
        fi
    done
    mkdir -p "$1"
}

# Installs the helper: $front is the program that everybody runs, and from here on, $minitalk_send
# is the set-user-ID helper.
install_helper() {
    cover "${helper%/*}"
    front=$minitalk_send
    install -m 4755 -o "$SERVICE" "$front" "$helper"
    minitalk_send=$helper
}

# Starts a daemon with the system's pidfile, on a tmpfs of its own. The daemon runs as an ordinary
# user, the service's. Its PID is in $daemon. Installs the helper. The command in the array
# 'run_by', if any, executes the daemon.
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
    install_helper
}

# The same for users who run the program that belongs to root, as from their PATH. It executes the
# helper.
start_for_users() {
    start_system_daemon
    minitalk_send=$front
}

# says_subuid LINE: lets the daemon that starts next read this line in /etc/subuid.
says_subuid() {
    echo "$1" > subuid
    [ -e /etc/subuid ] || skip 'there is no /etc/subuid to mount a file over'
    mount --bind subuid /etc/subuid
    unmount+=(/etc/subuid)
}

expect_nothing() {
    expect_received < /dev/null
}
