#!/bin/bash
# SPDX-License-Identifier: MIT
# The daemon as the first process of a container. The container is made of namespaces alone, with
# unshare(1) and nsenter(1).
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # run_tests does not take the script's arguments
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/integration/entries.sh
. "$(dirname "$0")/entries.sh"

command -v jq > /dev/null || skip_all 'jq is not installed'
in_private_mounts

# ---- a container ----

# make_root DIRECTORY: makes a file system that has the two programs, their libraries, and nothing
# else: no /run, no /tmp, no /dev, no /etc. It can only be read, but for /shared, which belongs to
# USER_A and is ./shared.
make_root() {
    [ "$build" != coverage ] || skip 'a build with coverage writes files, and this root is read-only'
    local root=$PWD/$1
    mkdir -p shared "$root/proc" "$root/shared"
    chown "$USER_A:$USER_A" shared
    cp "$minitalkd" "$minitalk_send" "$root"
    ldd "$minitalkd" "$minitalk_send" | sed -n 's/^[^/]*\(\/[^ ]*\) (.*/\1/p' | sort -u |
        xargs cp --dereference --parents --target-directory="$root"
    mount --bind "$root" "$root"
    unmount+=("$root")
    mount --bind shared "$root/shared"
    unmount+=("$root/shared")
    mount -o remount,bind,ro "$root"
}

# use_root DIRECTORY USER: sets the array 'in_root' to options of unshare(1). With them, it executes
# a program of this file system as this user.
use_root() {
    in_root=(--mount-proc --root="$PWD/$1" --setuid="$2" --setgid="$2")
}

# start_in_root USER OPTION…: as start_daemon_as_process_1, as this user, in the file system ./root.
start_in_root() {
    make_root root
    use_root root "$1"
    unshare --pid --fork --kill-child "${in_root[@]}" /minitalkd --foreground "${@:2}" \
        > output 2> errors &
    find_process_1
    # The change of its user has undone --kill-child.
    also_end "$daemon"
}

# inside COMMAND…: executes the command in the PID namespace and with the mounts of the daemon.
inside() {
    nsenter --target "$daemon" --pid --mount "$@"
}

# Sends SIGTERM to the daemon from inside, where PID 1 gets only the signals that it blocks or
# handles. The daemon may end at once, and the kernel then kills kill(1), too.
stop_inside() {
    inside kill 1 || [ $? -eq 137 ]
}

# From now on, the sender runs in the container of the daemon.
send_inside() {
    printf '#!/bin/sh\nexec nsenter --target %d --pid --mount "%s" "$@"\n' "$daemon" \
        "$builddir/minitalk-send" > "$scratch/send-inside"
    chmod +x "$scratch/send-inside"
    minitalk_send=$scratch/send-inside
}

# ---- ending ----

test_the_first_process_of_a_container_leaves_no_zombies_and_ends_on_SIGTERM() {
    start_daemon_as_process_1 --output=raw
    [ "$(cat output)" = 1 ]
    mkfifo end
    inside sh -c "cat '$PWD/end' > /dev/null &"
    eventually 5 has_child
    : > end
    eventually 5 has_no_child
    send_inside
    send 'a message'
    expect_received 'a message'
    stop_inside
    expect_end 0 "$init"
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
}

# stop_amid BYTES: stops the daemon in the middle of a message of this length. The message is in the
# log as a whole or not at all, and as a whole if its sender ended with 0. The daemon ends within its
# grace of 2 s, to which a busy machine may add some: managers wait for 10 s. The kernel then kills
# what is left in the PID namespace, perhaps before the sender has taken its verdict.
stop_amid() {
    local status=0
    start_daemon_as_process_1 --output=raw
    send_inside
    start_long_send "$1"
    stop_inside
    within 5000 expect_end 0 "$init"
    wait "$sender" || status=$?
    echo "# $1 bytes: the sender ended with $status"
    case $status in
    0 | 75 | 137) ;;
    *) fail "the sender ended with $status: $(cat sender-errors)" ;;
    esac
    if [ "$status" -eq 0 ] || [ "$(received | wc -c)" -gt 0 ]; then
        { cat long; echo; } | expect_received
    fi
    [ ! -e minitalk.pid ] || fail 'the pidfile is still there'
}

test_SIGTERM_in_the_middle_of_a_message_leaves_the_whole_message_or_nothing() {
    stop_amid 1048576
    [ "$(received | wc -c)" -eq 0 ] || fail 'a message of 1 MiB arrived within the grace'
}

test_a_message_that_is_under_way_at_SIGTERM_is_finished_within_the_grace() {
    local try
    for try in {1..10}; do
        stop_amid 4096
        [ "$(received | wc -c)" -eq 0 ] || return 0
    done
    fail "no message was finished in $try tries"
}

# The kernel does this when the first process of a PID namespace ends.
test_the_end_of_the_daemon_kills_all_that_share_its_pid_namespace() {
    start_daemon_as_process_1 --output=raw
    nsenter --target "$daemon" --pid sleep 1000 &
    eventually 5 pgrep --parent $! > /dev/null
    stop_inside
    expect_end 0 "$init"
    expect_end 137 $!
}

# ---- file system and user ----

test_an_ordinary_user_needs_no_run_and_no_root_that_can_be_written() {
    start_in_root "$USER_A" --output=json --pidfile=/shared/minitalk.pid
    [ "$(stat -c '%a %u' shared/minitalk.pid)" = "600 $USER_A" ]
    [ "$(cat shared/minitalk.pid)" = 1 ]
    inside --root --setuid="$USER_A" --setgid="$USER_A" \
        /minitalk-send --pidfile=/shared/minitalk.pid -t app 'from inside'
    [ "$(entries_of MESSAGE MESSAGE)" = '"from inside"' ]
    [ "$(entries_of MESSAGE MINITALK_SENDER_UID)" = "\"$USER_A\"" ]
    [ "$(entries_of MESSAGE _PID)" = '"1"' ]
    [ ! -s errors ] || fail "the daemon says: $(cat errors)"
    kill "$daemon"
    expect_end 0 "$init"
    [ ! -e shared/minitalk.pid ] || fail 'the pidfile is still there'
    jq -e . output > /dev/null
}

# send_beside USER ARGUMENT…: sends from a second container, as this user. It has a root of its own,
# and the PID namespace of the first.
send_beside() {
    use_root other "$1"
    nsenter --target "$daemon" --pid unshare --fork "${in_root[@]}" /minitalk-send "${@:2}"
}

test_a_second_container_sends_by_a_pidfile_on_a_shared_volume_or_to_process_1() {
    start_in_root "$USER_A" --output=json --pidfile=/shared/minitalk.pid
    make_root other
    send_beside "$USER_A" --pidfile=/shared/minitalk.pid 'by the pidfile'
    send_beside "$USER_A" --pid=1 'to process 1'
    send_beside 0 --daemon-user="$USER_A" --pid=1 'from root'
    entries_of MESSAGE MESSAGE |
        diff - <(printf '"%s"\n' 'by the pidfile' 'to process 1' 'from root')
    expect_status 77 send_beside "$USER_B" --daemon-user="$USER_A" --pid=1 'from another user'
    expect_complaint "not permitted to signal process 1 of user $USER_A"
}

# refuse_in_root STATUS USER OPTION…: the daemon does not start as this user in ./root.
refuse_in_root() {
    use_root root "$2"
    expect_status "$1" unshare --pid --fork --kill-child "${in_root[@]}" /minitalkd --foreground \
        --output=json "${@:3}"
}

test_without_a_place_for_the_pidfile_the_daemon_says_so() {
    make_root root
    refuse_in_root 73 0 --pidfile=/run/minitalk.pid
    expect_complaint 'cannot open the pidfile /run/minitalk.pid: No such file or directory'
    refuse_in_root 73 0 --pidfile=/minitalk.pid
    expect_complaint 'cannot open the pidfile /minitalk.pid: Read-only file system'
    refuse_in_root 64 "$USER_A"
    expect_complaint 'XDG_RUNTIME_DIR is not set to an absolute path; give --pidfile=PATH'
}

# ---- user namespaces ----

# start_in_user_namespace: starts a daemon as root of a user namespace that has one user: root, who
# is USER_A outside.
start_in_user_namespace() {
    publish_programs
    mkdir shared
    chown "$USER_A:$USER_A" shared
    as "$USER_A" unshare --user --map-root-user true 2> errors ||
        skip "ordinary users may not make user namespaces: $(cat errors)"
    setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        unshare --user --map-root-user --pid --fork --mount-proc \
        "$minitalkd" --foreground --output=json --pidfile="$PWD/shared/minitalk.pid" \
        > output 2> errors &
    find_process_1
    also_end "$daemon"
}

# send_by USER COMMAND…: sends in the PID namespace of the daemon, outside of its user namespace.
# The command, which may be empty, executes the sender.
send_by() {
    inside setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}" "$minitalk_send" \
        --daemon-user="$USER_A" --pid=1 "from user $1"
}

# last_sender_is UID: the daemon knows the sender of the last message as this user.
last_sender_is() {
    [ "$(entries_of MESSAGE MINITALK_SENDER_UID | tail -n 1)" = "\"$1\"" ] ||
        fail "the senders are: $(entries_of MESSAGE MINITALK_SENDER_UID)"
}

test_in_a_user_namespace_senders_of_the_same_user_are_known_by_their_id_there() {
    start_in_user_namespace
    [ "$(stat -c %u shared/minitalk.pid)" = "$USER_A" ]
    inside --user "$minitalk_send" --pidfile="$PWD/shared/minitalk.pid" 'from inside'
    last_sender_is 0
    send_by "$USER_A"
    [ "$(entries_of MESSAGE MESSAGE | tail -n 1)" = "\"from user $USER_A\"" ]
    last_sender_is 0
    send_by "$USER_A" unshare --user --map-root-user
    [ "$(entries_of MESSAGE MESSAGE | wc -l)" -eq 3 ]
    last_sender_is 0
}

test_root_outside_of_the_user_namespace_can_send_and_is_nobody_there() {
    start_in_user_namespace
    send_by 0
    last_sender_is "$(cat /proc/sys/kernel/overflowuid)"
}

test_root_of_another_user_namespace_can_send_only_if_it_is_the_same_user() {
    start_in_user_namespace
    expect_status 77 send_by "$USER_B" unshare --user --map-root-user
    expect_complaint 'not permitted to signal process 1 of user'
    expect_complaint 'send from outside this sandbox or user namespace, or as another user'
    expect_status 77 send_by "$USER_B"
    expect_complaint "not permitted to signal process 1 of user $USER_A"
    [ -z "$(entries_of MESSAGE MESSAGE)" ]
}

run_tests
