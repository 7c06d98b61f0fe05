#!/bin/bash
# SPDX-License-Identifier: MIT
# The set-user-ID minitalk-send in the hands of an ordinary user who means ill: whatever it is
# started with, it sends as ever or fails, and has no more power than its caller.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/lib.sh"

in_private_mounts

# shellcheck source=tests/integration/system-daemon.sh
. "$srcdir/tests/integration/system-daemon.sh"

# ---- attempts ----

# launch STATE PROGRAM…: as the attacker, in a state that no shell would leave it in.
launch() {
    [ -x launch ] || install -m 755 "$tools/launch" .
    as "$USER_A" ./launch "$@"
}

# attempt STATUS COMMAND… MESSAGE: the command ends with this status, and the message is logged if
# and only if that is 0.
attempt() {
    expect_status "$@"
    [ "$1" -ne 0 ] || printf '%s\n' "${@: -1}" >> confirmed
}

expect_confirmed() {
    touch confirmed
    expect_received < confirmed
    ! has_ended "$daemon" || fail 'the daemon has ended'
    [ "$(cat "$system_pidfile")" = "$daemon" ] || fail 'the pidfile has changed'
}

# start_waiting [OPTION…]: a sender that has found its daemon, sent 'first' and waits for more.
start_waiting() {
    mkfifo hold
    exec 3<> hold
    setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        "${wait_by[@]}" "$minitalk_send" "$@" < hold 3>&- &
    sender=$!
    echo first >&3
}
wait_by=()

log_is() {
    received | cmp -s - <(printf '%s\n' "$@")
}

go_on() {
    echo second >&3
    exec 3>&-
    expect_end 0 "$sender"
}

ids_of() {
    sed -n "s/^$2:\t//p" "/proc/$1/status"
}

# ---- the environment ----

hostile_environment() {
    mkdir hostile
    for library in preloaded.so audit.so libc.so.6; do
        cp "$(ldd "$minitalkd" | sed -n 's/.*libc\.so\.6 => \([^ ]*\).*/\1/p')" "hostile/$library"
    done
    chmod 777 hostile
    env=(env LD_PRELOAD="$PWD/hostile/preloaded.so" LD_LIBRARY_PATH="$PWD/hostile"
        LD_DEBUG=all LD_DEBUG_OUTPUT="$PWD/hostile/debug"
        LD_PROFILE=libc.so.6 LD_PROFILE_OUTPUT="$PWD/hostile" LD_BIND_NOT=1 LD_SHOW_AUXV=1
        GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.perturb=255 MALLOC_CHECK_=3
        MALLOC_TRACE="$PWD/hostile/trace" MALLOC_ARENA_TEST=x GCONV_PATH="$PWD/hostile"
        LOCPATH="$PWD/hostile" NLSPATH="$PWD/hostile/%N" LC_ALL="$PWD/hostile" LANGUAGE=../../..
        RESOLV_HOST_CONF="$system_pidfile" TMPDIR="$PWD/hostile" HOME="$PWD/hostile"
        XDG_RUNTIME_DIR="$PWD/hostile" NOTIFY_SOCKET="$system_pidfile" POSIXLY_CORRECT=
        MINITALK_PIDFILE="$PWD/hostile/pid")
}

uses_hostile_files() {
    grep -qF "$PWD/hostile/" "/proc/$sender/maps"
}

# A static sender has no libraries to load: then this is about all the rest of it.
test_nothing_of_the_environment_is_believed() {
    needs_plain_build 'has its own libraries to load first'
    start_system_daemon
    hostile_environment
    find hostile | sort > before
    wait_by=("${env[@]}" LD_AUDIT="$PWD/hostile/audit.so")
    start_waiting
    eventually 10 log_is first
    ! uses_hostile_files || fail "it loaded: $(grep hostile "/proc/$sender/maps")"
    go_on
    expect_received first second
    find hostile | sort | cmp before - || fail 'it made files'
}

# So that the test before this one means something: what it does is bad for other programs.
test_another_program_does_believe_the_environment() {
    needs_plain_build 'has its own libraries to load first'
    hostile_environment
    "${env[@]}" sleep 1000 2> stderr 3>&- &
    sender=$!
    eventually 10 uses_hostile_files
}

loads_libraries() {
    readelf --program-headers "$minitalk_send" | grep -q INTERP
}

# opens_no_other STATUS ARGUMENT…: what it opens is the system's pidfile, below /proc, or the file
# 'none' that it is told to send.
opens_no_other() {
    expect_status "$1" strace -f -o calls -e trace=execve,open,openat,openat2 \
        setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        "${env[@]}" "$minitalk_send" "${@:2}"
    sed -n "\\|execve(\"$minitalk_send\"|,\$p" calls > its_calls
    [ -s its_calls ] || fail "it was not executed: $(cat calls)"
    sed -n 's/^[^"]*open[^"]*"\([^"]*\)".*/\1/p' its_calls > opened
    ! grep -vx -e "$system_pidfile" -e '/proc/.*' -e 'none' opened || fail 'it opened these'
}

# Words of the system are translated from files, and there are libraries for character sets: what is
# set-user-ID and static may look for those where it is told to (CVE-2025-4802).
test_it_opens_nothing_for_what_it_has_to_say() {
    needs_plain_build 'opens files of its own'
    ! loads_libraries || skip 'what loads its libraries opens files of its own'
    strace -o /dev/null true 2> /dev/null || skip 'strace is not here, or may not trace'
    start_system_daemon
    hostile_environment
    opens_no_other 0 'a message'
    grep -qx "$system_pidfile" opened
    opens_no_other 66 --file=none
    expect_complaint 'No such file or directory'
    opens_no_other 64 --pid=0 'a message'
    opens_no_other 0 --help
    env+=(LC_ALL=de_DE.UTF-8 LANGUAGE=de)
    opens_no_other 66 --file=none
    expect_received 'a message'
}

# ---- descriptors ----

test_closed_standard_descriptors() {
    start_system_daemon
    for closed in '0' '1' '2' '0 1' '0 2' '1 2' '0 1 2'; do
        : > reported
        status=0
        (
            for fd in $closed; do
                exec {fd}>&-
            done
            as "$USER_A" "$minitalk_send" "closed: $closed"
        ) < /dev/null > reported 2>&1 || status=$?
        [ "$status" -eq 0 ] || fail "without $closed the status is $status"
        [ ! -s reported ] || fail "without $closed it said: $(cat reported)"
        echo "closed: $closed" >> confirmed
    done
    expect_confirmed
}

test_nothing_to_read_from() {
    start_system_daemon
    expect_status 66 as "$USER_A" "$minitalk_send" <&-
    status=0
    as "$USER_A" "$minitalk_send" <&- >&- 2>&- || status=$?
    [ "$status" -eq 66 ] || fail "without any descriptor the status is $status"
    expect_confirmed
}

# What is opened for lack of a standard descriptor must not be what is written to.
test_an_error_goes_nowhere_but_to_standard_error() {
    start_system_daemon
    printf '%s' "$daemon" | cmp - "$system_pidfile"
    for options in --pid=0 --no-such-option --pidfile=none; do
        as "$USER_A" "$minitalk_send" "$options" 'a message' 2>&- && fail 'it succeeded'
        as "$USER_A" "$minitalk_send" "$options" 'a message' >&- 2>&- && fail 'it succeeded'
        as "$USER_A" "$minitalk_send" "$options" 'a message' <&- >&- 2>&- && fail 'it succeeded'
    done
    expect_confirmed
}

# What this shell was given besides the standard ones, by make for one; 255 is its own.
close_other_descriptors() {
    local fd
    for fd in /proc/"$BASHPID"/fd/*; do
        fd=${fd##*/}
        [ "$fd" -le 2 ] || [ "$fd" -eq 255 ] || exec {fd}>&-
    done
}

# What a sender without a descriptor to spare ends with: 127 is the loader's, where it has one.
status_without_descriptors() {
    if loads_libraries; then
        echo 127
    else
        echo 71
    fi
}

test_hardly_any_descriptors() {
    needs_plain_build 'opens more files'
    start_system_daemon
    close_other_descriptors
    status=$(status_without_descriptors)
    for limit in 0 1 2 3; do
        attempt "$status" as "$USER_A" prlimit --nofile="$limit:$limit" "$minitalk_send" "with $limit"
    done
    attempt 71 as "$USER_A" prlimit --nofile=4:4 "$minitalk_send" 'with 4'
    expect_complaint 'Too many open files'
    for limit in 5 6 7; do
        attempt 0 as "$USER_A" prlimit --nofile="$limit:$limit" "$minitalk_send" "with $limit"
    done
    expect_confirmed
}

test_all_descriptors_are_taken() {
    needs_plain_build 'opens more files'
    start_system_daemon
    install -m 755 "$tools/launch" .
    status=$(status_without_descriptors)
    for limit in 6 64 1024; do
        attempt "$status" as "$USER_A" prlimit --nofile=$limit:$limit \
            ./launch full "$minitalk_send" "with $limit"
    done
    expect_confirmed
}

# ---- limits ----

test_limits_at_zero() {
    needs_plain_build 'has more memory to reserve'
    start_system_daemon
    for limit in fsize nproc core memlock rss locks msgqueue nice rtprio rttime; do
        attempt 0 as "$USER_A" prlimit "--$limit=0:0" "$minitalk_send" "$limit at zero"
    done
    attempt 71 as "$USER_A" prlimit --sigpending=0:0 "$minitalk_send" 'sigpending at zero'
    expect_complaint 'the limit of pending signals is 0'
    # With these the kernel lets nothing begin; nor would it with more environment than a page.
    for limit in stack data; do
        attempt 139 as "$USER_A" env -i prlimit "--$limit=0:0" "$minitalk_send" "$limit at zero"
    done
    expect_confirmed
}

test_processor_time_that_ends_in_the_middle() {
    start_system_daemon
    yes 'a message' | expect_status 137 as "$USER_A" prlimit --cpu=0:0 "$minitalk_send"
    ! received | grep -vx 'a message' || fail 'something else was logged'
    as "$USER_B" "$minitalk_send" 'from another'
    [ "$(received | tail -n 1)" = 'from another' ] || fail 'another cannot send any more'
}

# However little it is, the sender says so or sends. 1, 127 and 139 are the loader's and the kernel's.
test_too_little_memory() {
    local kilobytes status
    needs_plain_build 'has more memory to reserve'
    start_system_daemon
    head -c 100000 /dev/zero | tr '\0' x > message
    for kilobytes in {32..512..32}; do
        status=0
        as "$USER_A" prlimit "--data=$((kilobytes * 1024))" "$minitalk_send" "$(cat message)" \
            2> stderr || status=$?
        case $status in
        0) cat message <(echo) >> confirmed ;;
        71) expect_complaint ;;
        1 | 127 | 139) [ "$kilobytes" -lt 256 ] || fail "$status with $kilobytes KiB" ;;
        *) fail "the status is $status with $kilobytes KiB: $(cat stderr)" ;;
        esac
        echo "# $kilobytes KiB: $status"
    done
    [ -s confirmed ] || fail 'nothing was sent at all'
    expect_confirmed
}

test_a_complaint_that_may_not_be_written() {
    start_system_daemon
    attempt 153 as "$USER_A" prlimit --fsize=0:0 "$minitalk_send" --pid=0 'no file may grow'
    expect_confirmed
}

# ---- arguments ----

test_no_arguments_at_all() {
    start_system_daemon
    printf 'one\ntwo\n' > confirmed
    expect_status 0 launch empty "$minitalk_send" < confirmed
    expect_confirmed
}

test_any_name() {
    start_system_daemon
    for name in '' - -- --pid=1 '%s%n' $'\e]0;\a' "$(head -c 100000 /dev/zero | tr '\0' x)"; do
        # shellcheck disable=SC2016 # what is expanded there
        attempt 0 as "$USER_A" bash -c 'exec -a "$0" "$@"' "$name" "$minitalk_send" \
            "named ${name:0:10}"
    done
    expect_confirmed
}

# 128 KiB with its end is the longest that the kernel passes on.
test_the_longest_argument() {
    start_system_daemon
    head -c 131071 /dev/urandom | od -An -v -tx1 -w131071 | tr -d ' ' | head -c 131071 > long
    attempt 0 as "$USER_A" "$minitalk_send" "$(cat long)"
    for option in --pid --pidfile --timeout --no-such-option; do
        attempt "$([ $option = --pidfile ] && echo 71 || echo 64)" \
            as "$USER_A" "$minitalk_send" "$option=$(head -c 131000 long)" 'a message'
    done
    expect_confirmed
}

test_arguments_of_any_bytes() {
    local -a all=()
    start_system_daemon
    for byte in {1..255}; do
        printf -v byte '\\x%02x' "$byte"
        printf -v byte '%b' "$byte"
        all+=("$byte")
    done
    attempt 0 as "$USER_A" "$minitalk_send" "$(IFS=; echo "${all[*]}")"
    attempt 0 as "$USER_A" "$minitalk_send" $'\xff\xfe\xc0\x80\xed\xa0\x80'
    attempt 0 as "$USER_A" "$minitalk_send" '%s%s%s%n %1000000d'
    attempt 0 as "$USER_A" "$minitalk_send" ''
    expect_confirmed
}

test_option_strings_of_any_kind() {
    start_system_daemon
    for option in -x -xh -x1 --pi=1 --pid= --pid=1x --pid=-1 --pid=0x1 --pid=2147483648 \
        --pid=99999999999999999999 --pidfile= --user=x --whole=x --timeout= --timeout=inf \
        '--pid=%n' $'--\xff' $'--pid=\xff' '---' '--=' '-='; do
        attempt 64 as "$USER_A" "$minitalk_send" "$option" 'a message'
        expect_complaint ''
    done
    for option in --pid --pidfile --timeout; do
        attempt 64 as "$USER_A" "$minitalk_send" "$option"
    done
    expect_confirmed
}

# ---- signals ----

test_signals_that_the_parent_has_blocked_or_ignored() {
    start_system_daemon
    for state in blocked ignored; do
        attempt 0 launch $state "$minitalk_send" "with all $state"
        printf 'one\ntwo\n' | launch $state "$minitalk_send"
        printf 'one\ntwo\n' >> confirmed
        attempt 77 launch $state "$minitalk_send" "--pid=$daemon" "with all $state"
    done
    expect_confirmed
}

test_signals_from_before_its_time() {
    start_system_daemon
    for i in {1..5}; do
        attempt 0 launch pending "$minitalk_send" "message $i"
    done
    expect_confirmed
}

# ---- looking inside ----

test_it_borrows_nothing_while_it_is_traced() {
    without_leak_detection
    start_system_daemon
    attempt 77 launch traced "$minitalk_send" 'a message'
    expect_complaint "not permitted to read the pidfile $system_pidfile; the set-user-ID bit"
    grep -q 'run it without a debugger' stderr
    expect_confirmed
}

test_it_borrows_nothing_where_that_is_not_allowed() {
    start_system_daemon
    mkdir nosuid
    mount -t tmpfs -o mode=755,nosuid minitalk nosuid
    unmount+=("$PWD/nosuid")
    cp -p "$minitalk_send" nosuid
    attempt 77 as "$USER_A" nosuid/minitalk-send 'a message'
    expect_complaint 'from a file system that is not mounted nosuid'
    expect_confirmed
}

# Whom the kernel lets read these, it lets trace the process, and read its core dump.
expect_closed_to_its_caller() {
    local file
    for file in maps mem environ auxv syscall stack fd/0 map_files; do
        ! as "$USER_A" head -c 1 "/proc/$sender/$file" > peeped 2> /dev/null ||
            fail "its caller can read $file"
        [ ! -s peeped ] || fail "its caller can read $file"
    done
    [ "$(stat -c %u "/proc/$sender/environ")" -eq 0 ] || fail 'its memory is not root'"'"'s alone'
}

test_its_caller_cannot_look_inside() {
    start_system_daemon
    start_waiting
    eventually 10 log_is first
    expect_closed_to_its_caller
    ! as "$USER_A" prlimit --pid "$sender" --sigpending=0:0 2> /dev/null ||
        fail 'its caller can set its limits'
    go_on
    expect_received first second
}

# ---- what it gives up ----

start_own_daemon() {
    mkdir own
    chown "$USER_A" own
    as "$USER_A" "$minitalkd" --output=stdout --pidfile="$PWD/own/minitalk.pid" > output
    daemon=$(head -n 1 output)
    also_end "$daemon"
}

expect_only_its_caller() {
    [ "$(ids_of "$sender" Uid)" = "$USER_A	$USER_A	$USER_A	$USER_A" ] ||
        fail "its user IDs are $(ids_of "$sender" Uid)"
    [ "$(ids_of "$sender" Gid)" = "$USER_A	$USER_A	$USER_A	$USER_A" ] ||
        fail "its group IDs are $(ids_of "$sender" Gid)"
    [ "$(ids_of "$sender" CapPrm)" = 0000000000000000 ] || fail 'it has capabilities'
}

received_lines() {
    [ "$(received | wc -l)" -eq "$1" ]
}

test_with_a_daemon_of_its_caller_nothing_is_left_of_the_privilege() {
    local lines=0
    start_system_daemon
    start_own_daemon
    export XDG_RUNTIME_DIR=$PWD/own
    for option in --user "--pid=$daemon" --pidfile=own/minitalk.pid; do
        start_waiting "$option"
        lines=$((lines + 1))
        eventually 10 received_lines "$lines"
        expect_only_its_caller
        expect_closed_to_its_caller
        go_on
        lines=$((lines + 1))
        rm hold
    done
    expect_received first second first second first second
}

# With its own daemon it has a use for the privilege as long as it sends, but for no more than that.
test_with_the_system_daemon_it_is_still_its_caller() {
    start_system_daemon
    start_waiting
    eventually 10 log_is first
    [ "$(ids_of "$sender" Uid)" = "$USER_A	$SERVICE	$SERVICE	$USER_A" ] ||
        fail "its user IDs are $(ids_of "$sender" Uid)"
    [ "$(ids_of "$sender" CapPrm)" = 0000000000000000 ] || fail 'it has capabilities'
    go_on
    expect_received first second
}

# What /proc tells of a process depends on who reads it; in the service's own group it would tell of
# the daemon where its memory lies.
test_what_it_is_given_to_read_it_reads_as_its_caller() {
    start_system_daemon
    in_its_group=(setpriv --reuid="$USER_A" --regid="$SERVICE" --clear-groups)
    "${in_its_group[@]}" cut -d ' ' -f 26-30 "/proc/$daemon/stat" > told
    "${in_its_group[@]}" "$minitalk_send" < "/proc/$daemon/stat"
    received | cut -d ' ' -f 26-30 | cmp told -
}

test_files_are_opened_as_its_caller() {
    start_system_daemon
    for file in mine secret; do
        echo "what is in $file" > "$file"
        chmod 600 "$file"
    done
    chown "$USER_A" mine
    chown "$SERVICE" secret
    install -d -m 700 -o "$SERVICE" closed
    cp -p secret closed
    as "$USER_A" "$minitalk_send" --file=mine
    for file in secret closed/secret "$system_pidfile" "/proc/$daemon/environ" "/proc/$daemon/fd/0" \
        /proc/self/environ /proc/self/mem /etc/shadow; do
        expect_status 66 as "$USER_A" "$minitalk_send" "--file=$file"
        expect_complaint "cannot open $file: Permission denied"
    done
    expect_received 'what is in mine'
}

# ---- what only the service's user may touch ----

# start_of_service OPTION…: a process of the service's user, which counts the signals it gets.
start_of_service() {
    [ -x bystander ] || install -m 755 "$tools/impostor" bystander
    : > counted
    setpriv --reuid="$SERVICE" --regid="$SERVICE" --clear-groups ./bystander "$@" > counted &
    bystander=$!
    eventually 5 has_text counted
}

expect_untouched() {
    ! has_ended "$bystander" || fail 'a process of the service has ended'
    kill "$bystander"
    expect_end 0 "$bystander"
    [ "$(tail -n 1 counted)" = '0 plain, 0 queued' ] || fail "it got $(tail -n 1 counted)"
}

test_a_process_of_the_service_gets_no_signal() {
    start_system_daemon
    for options in '' --handle --name=minitalkd '--name=minitalkd --handle'; do
        # shellcheck disable=SC2086 # none, one or two words
        start_of_service $options
        case $options in
        --name=minitalkd) attempt 77 as "$USER_A" "$minitalk_send" "--pid=$bystander" 'a message' ;;
        *) attempt 76 as "$USER_A" "$minitalk_send" "--pid=$bystander" 'a message' ;;
        esac
        expect_untouched
    done
    expect_confirmed
}

# SIGUSR1 would end it.
test_an_innocent_process_of_the_service_survives() {
    start_system_daemon
    setpriv --reuid="$SERVICE" --regid="$SERVICE" --clear-groups sleep 1000 &
    innocent=$!
    attempt 76 as "$USER_A" "$minitalk_send" "--pid=$innocent" 'a message'
    kill -KILL "$daemon"
    eventually 5 has_ended "$daemon"
    printf '%s' "$innocent" > "$system_pidfile"
    expect_status 69 as "$USER_A" "$minitalk_send" 'a message'
    expect_complaint "nobody holds the pidfile $system_pidfile locked"
    ! has_ended "$innocent" || fail 'an innocent process has ended'
}

# The pidfile is the service's own, so this is what a mistake there can lead to.
test_another_process_of_the_service_that_holds_the_pidfile_gets_no_signal() {
    start_system_daemon
    kill -KILL "$daemon"
    eventually 5 has_ended "$daemon"
    : > "$system_pidfile"
    start_of_service --handle "--pidfile=$system_pidfile"
    expect_status 76 as "$USER_A" "$minitalk_send" 'a message'
    expect_complaint "process $bystander is 'bystander', not minitalkd"
    expect_untouched
}

test_paths_of_others_tell_nothing() {
    start_system_daemon
    install -m 600 -o "$SERVICE" /dev/null secret
    echo 'a secret of the service' > secret
    install -d -m 700 -o "$SERVICE" closed
    echo 'another secret' > closed/secret
    mkfifo -m 666 fifo
    ln -s "$system_pidfile" link
    ln -s loop loop
    export XDG_RUNTIME_DIR=$PWD/closed
    while read -r status options; do
        # shellcheck disable=SC2086 # some are two words
        within 3000 attempt "$status" as "$USER_A" "$minitalk_send" $options 'a message'
        expect_complaint ''
        ! grep -q 'secret of\|another secret' stdout stderr || fail 'it has told a secret'
    done << END
77 --pidfile=$system_pidfile
77 --pidfile=link
77 --pidfile=secret
77 --pidfile=closed/secret
77 --pidfile=closed/none
77 --user
77 --pidfile=/proc/$daemon/environ
77 --pidfile=/proc/$daemon/fd/0
77 --pidfile=/proc/self/environ
77 --pidfile=/proc/self/fd/0
77 --pidfile=/etc/shadow
69 --pidfile=/etc/passwd
69 --pidfile=/dev/null/x
71 --pidfile=loop
76 --pidfile=fifo
76 --pidfile=/dev/zero
76 --pidfile=.
76 --pidfile=/
76 --pid=1
77 --pid=$daemon
END
    expect_confirmed
}

run_tests
