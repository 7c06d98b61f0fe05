#!/bin/bash
# SPDX-License-Identifier: MIT
# A pipe survives: 'tail -f' of a busy log into 'minitalk-send --keep-going --retry', while the
# daemon is killed, stopped, restarted and frozen, and while its disk is full. Each line is in the
# log once, or named on standard error.
#
#   PIPE_SECONDS=3600 make check TESTS=tests/torture/pipe.sh     runs for an hour
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # run_tests does not take the script's arguments

# The duration of the disturbances, in seconds.
: "${PIPE_SECONDS:=20}"
export PIPE_SECONDS TIME_LIMIT=$((300 + 2 * PIPE_SECONDS))
. "$(dirname "$0")/../integration/lib.sh"

# With a mount namespace of its own, the script can have a small disk. Without one, a limit of the
# size of files stands for a full disk.
if [ -z "${MINITALK_PRIVATE_MOUNTS-}" ] && am_root && unshare --mount true 2> /dev/null; then
    MINITALK_PRIVATE_MOUNTS=yes exec unshare --mount "$BASH" "$0"
fi

readonly MAX_MESSAGE=200

# ---- the busy log ----

# write_lines: writes lines to ./app.log until ./enough exists. Each ends with a dot, so that a line
# that was cut off can be told from a whole one. One in 50 is too large for the daemon. While tail
# is behind, because the pipe is full, no line is written. So the sender soon gets to the end.
write_lines() {
    local number=0 padding
    while [ ! -e enough ]; do
        for _ in {1..10}; do
            number=$((number + 1))
            printf -v padding '%*s' $((number % 50 ? RANDOM % 120 : MAX_MESSAGE)) ''
            echo "m $number ${padding// /$((number % 10))}."
        done
        sleep 0.05
        while ((number % 100 == 0)) && is_behind && [ ! -e enough ]; do
            sleep 0.1
        done
    done >> app.log
}

# True if tail, whose PID is in ./tail-pid, has not read the last 16 KiB.
is_behind() {
    local fd position=0
    fd=$(find "/proc/$(cat tail-pid)/fd" -lname "$PWD/app.log" -printf '%f\n' -quit 2> /dev/null)
    [ -z "$fd" ] || position=$(sed -n 's/^pos:[^0-9]*//p' "/proc/$(cat tail-pid)/fdinfo/$fd")
    [ $(($(stat -c %s app.log) - position)) -gt 16384 ]
}

# ---- the daemons ----

daemons=0

# Starts the next daemon. Its log is on the disk.
start_next() {
    daemons=$((daemons + 1))
    "$minitalkd" --foreground --output=stdout --max-message=$MAX_MESSAGE \
        --pidfile="$PWD/minitalk.pid" > "disk/log.$daemons" 2> errors &
    daemon=$!
    eventually 20 has_started
}

has_started() {
    ! has_ended "$daemon" || fail "daemon $daemons did not start: $(cat errors)"
    [ -s "disk/log.$daemons" ]
}

# a_while MAX: sleeps for up to this many tenths of a second.
a_while() {
    local tenths=$((RANDOM % ($1 + 1)))
    sleep "$((tenths / 10)).$((tenths % 10))"
}

# replace SIGNAL: ends the daemon, and starts the next one after a while.
replace() {
    kill "-$1" "$daemon"
    wait "$daemon" || :
    a_while 10
    start_next
}

# ---- disturbances ----

freeze() {
    kill -STOP "$daemon"
    a_while 20
    kill -CONT "$daemon"
}

# Lets the disk be full: no more than what is on it has room. If the daemon writes more before the
# size is set, the kernel refuses that size.
fill_disk() {
    eventually 10 shrink_disk
}

shrink_disk() {
    mount -o "remount,size=$(du -sk disk | cut -f1)k" disk 2> /dev/null
}

empty_disk() {
    mount -o remount,size=1g disk
}

limit_log() {
    prlimit --pid "$daemon" --fsize="$(stat -c %s "disk/log.$daemons"):"
}

unlimit_log() {
    prlimit --pid "$daemon" --fsize=unlimited:
}

break_log() {
    if [ -n "${MINITALK_PRIVATE_MOUNTS-}" ]; then
        fill_disk
    else
        limit_log
    fi
    broken=$((broken + 1))
}

mend_log() {
    if [ -n "${MINITALK_PRIVATE_MOUNTS-}" ]; then
        empty_disk
    else
        unlimit_log
    fi
}

fail_to_log() {
    break_log
    a_while 20
    mend_log
}

# The next daemon starts after the disk has room again, because it could not print its PID before.
die_while_failing_to_log() {
    break_log
    a_while 5
    kill -KILL "$daemon"
    wait "$daemon" || :
    mend_log 2> /dev/null || :
    start_next
}

disturb_for_a_while() {
    local end=$((SECONDS + PIPE_SECONDS))
    broken=0
    while [ "$SECONDS" -lt "$end" ]; do
        for disturbance in 'replace KILL' fail_to_log 'replace TERM' freeze \
            die_while_failing_to_log; do
            a_while 10
            $disturbance
        done
    done
}

# ---- the reckoning ----

# messages_in FILE…: prints the messages in these files, in the order of their text. No part of a
# message stays on a full disk, so no other line begins with 'm '.
messages_in() {
    cat "$@" | grep -a '^m ' | sort
}

# named_with WORDS: prints the numbers of the messages that the sender has named with these words.
named_with() {
    sed -n "s/^minitalk-send: message \([0-9]*\): $1: .*/\1/p" named | sort
}

expect_none() {
    [ ! -s "$1" ] || fail "$1: $(head -n 3 "$1" | tr '\n' ' ')"
}

# status_of_first: prints the status that the first line of ./named stands for.
status_of_first() {
    case $(head -n 1 named) in
    *': the message is larger'*) echo 65 ;;
    *': unconfirmed: '*) echo 75 ;;
    *) echo 74 ;;
    esac
}

# reckon STATUS: compares what was written with the logs and with what the sender has named. STATUS
# is that of the sender.
reckon() {
    local confirmed unlogged unconfirmed list
    messages_in app.log > written.lines
    messages_in disk/log.* > logged.lines
    cut -d' ' -f2 written.lines | sort > written
    cut -d' ' -f2 logged.lines | sort > logged
    named_with 'not logged' > unlogged
    named_with 'unconfirmed' > unconfirmed
    awk -v max=$MAX_MESSAGE 'length > max { print $2 }' app.log | sort > too-large
    read -r confirmed unlogged unconfirmed < <(tail -n 1 named | sed -n \
        's/^minitalk-send: \([0-9]*\) messages confirmed, \([0-9]*\) not logged, \([0-9]*\) unconfirmed$/\1 \2 \3/p') ||
        fail "the last line is wrong: $(tail -n 1 named)"
    echo "# $PIPE_SECONDS s, $daemons daemons, $broken times a broken log: $(wc -l < written) lines," \
        "$confirmed confirmed, $unlogged not logged ($(wc -l < too-large) of them too large)," \
        "$unconfirmed unconfirmed ($(comm -12 logged unconfirmed | wc -l) of them in the log)"

    uniq -d logged > doubled
    comm -13 written.lines logged.lines > damaged
    comm -12 logged unlogged > in-the-log-but-named-as-not-logged
    sort logged unlogged unconfirmed | comm -23 written - > lost
    sort unlogged unconfirmed | uniq -d > named-twice
    comm -23 too-large unlogged > too-large-but-not-named
    head -n -1 named | grep -vE '^minitalk-send: message [0-9]+: (not logged|unconfirmed): ' \
        > not-expected || :
    for list in doubled damaged in-the-log-but-named-as-not-logged lost named-twice \
        too-large-but-not-named not-expected; do
        expect_none "$list"
    done
    [ "$unlogged" -eq "$(wc -l < unlogged)" ]
    [ "$unconfirmed" -eq "$(wc -l < unconfirmed)" ]
    [ "$confirmed" -eq "$(comm -23 logged unconfirmed | wc -l)" ]
    [ $((confirmed + unlogged + unconfirmed)) -eq "$(wc -l < written)" ]
    [ "$confirmed" -gt 0 ]
    [ "$1" -eq "$(status_of_first)" ] || fail "the sender ended with status $1"
}

test_a_pipe_survives_restarts_freezes_and_a_full_disk() {
    local writer tail sender status=0
    mkdir disk
    if [ -n "${MINITALK_PRIVATE_MOUNTS-}" ]; then
        mount -t tmpfs -o size=1g minitalk disk
        unmount+=("$PWD/disk")
    fi
    mkfifo pipe
    touch app.log
    : > tail-pid
    start_next
    write_lines &
    writer=$!
    tail -n +1 --pid="$writer" -f app.log > pipe &
    tail=$!
    echo "$tail" > tail-pid
    "$minitalk_send" --pidfile="$PWD/minitalk.pid" --keep-going --retry < pipe 2> named &
    sender=$!
    disturb_for_a_while
    touch enough
    expect_end 0 "$writer"
    expect_end 0 "$tail"
    wait "$sender" || status=$?
    kill "$daemon"
    expect_end 0 "$daemon"
    reckon "$status"
}

run_tests
