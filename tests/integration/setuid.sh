#!/bin/bash
# SPDX-License-Identifier: MIT
# An ordinary user attacks with the helper, which is a set-user-ID minitalk-send. However this
# attacker starts it, it sends as usual or fails, and gives its caller no other rights.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # run_tests does not take the script's arguments
. "$(dirname "$0")/lib.sh"

in_private_mounts

# shellcheck source=tests/integration/system-daemon.sh
. "$srcdir/tests/integration/system-daemon.sh"

# ---- attempts ----

# launch STATE PROGRAM…: runs the program as the attacker, in a state that no shell gives a program.
launch() {
    [ -x launch ] || install -m 755 "$tools/launch" .
    as "$USER_A" ./launch "$@"
}

# attempt STATUS COMMAND… MESSAGE: runs the command, which must end with this status. If that is 0,
# expect_confirmed expects the message in the log; otherwise it must not be there.
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

# start_waiting [OPTION…]: starts a sender that sends 'first' and then waits for the rest of its
# input. The command in the array 'wait_by', if any, executes it.
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

# A statically linked sender loads no libraries. For such a sender, this tests only the other
# variables.
test_the_environment_is_not_trusted() {
    needs_plain_build 'has its own libraries to load first'
    start_system_daemon
    hostile_environment
    find hostile | sort > before
    wait_by=("${env[@]}" LD_AUDIT="$PWD/hostile/audit.so")
    start_waiting
    eventually 10 log_is first
    ! uses_hostile_files || fail "the sender loaded: $(grep hostile "/proc/$sender/maps")"
    go_on
    expect_received first second
    find hostile | sort | cmp before - || fail 'the sender created files'
}

# Proves that the test before this one can fail: another program loads files of the attacker.
test_another_program_trusts_the_environment() {
    needs_plain_build 'has its own libraries to load first'
    hostile_environment
    "${env[@]}" sleep 1000 2> stderr 3>&- &
    sender=$!
    eventually 10 uses_hostile_files
}

# opens_no_other STATUS ARGUMENT…: the sender ends with this status. It opens no other files than
# the system's pidfile, files in /proc, the file 'none', which --file=none tells it to send, and
# if it is dynamically linked, libc and the cache of the dynamic loader. For LD_PROFILE, the loader
# of each set-user-ID program looks for /var/profile, which no user but root could make.
opens_no_other() {
    expect_status "$1" strace -f -o calls -e trace=execve,open,openat,openat2 \
        setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        "${env[@]}" LD_PROFILE= "$minitalk_send" "${@:2}"
    sed -n "\\|execve(\"$minitalk_send\"|,\$p" calls > its_calls
    [ -s its_calls ] || fail "the sender was not executed: $(cat calls)"
    sed -n 's/^[^"]*open[^"]*"\([^"]*\)".*/\1/p' its_calls > opened
    ! grep -vx -e "$system_pidfile" -e '/proc/.*' -e 'none' -e '/etc/ld\.so\.cache' \
        -e "$(libc_of "$minitalk_send")" opened ||
        fail 'the sender opened the files above'
}

# Prints the path of libc, or a path that nobody opens if the program is statically linked.
libc_of() {
    ldd "$1" | sed -n 's/^\tlibc\.so\.6 => \([^ ]*\).*/\1/p' | grep . || echo /none
}

# glibc reads translations of error texts from files, and loads libraries for character sets. A
# set-user-ID program must not look for them in a directory that its environment names. A statically
# linked one did (CVE-2025-4802).
test_the_sender_opens_no_files_for_its_error_texts() {
    needs_plain_build 'opens files of its own'
    [[ $(ldd "$minitalk_send") != *libbsd* ]] || skip 'the sender loads libbsd'
    strace -o /dev/null true 2> /dev/null || skip 'strace is not installed, or may not trace'
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
        [ ! -s reported ] || fail "without $closed the sender printed: $(cat reported)"
        echo "closed: $closed" >> confirmed
    done
    expect_confirmed
}

test_a_sender_without_standard_input_fails() {
    start_system_daemon
    expect_status 66 as "$USER_A" "$minitalk_send" <&-
    status=0
    as "$USER_A" "$minitalk_send" <&- >&- 2>&- || status=$?
    [ "$status" -eq 66 ] || fail "without any descriptor the status is $status"
    expect_confirmed
}

# A file that is opened while a standard descriptor is closed may get its number. Nothing must be
# written to such a file.
test_an_error_goes_nowhere_but_to_standard_error() {
    start_system_daemon
    printf '%s' "$daemon" | cmp - "$system_pidfile"
    for options in --pid=0 --no-such-option --pidfile=none; do
        as "$USER_A" "$minitalk_send" "$options" 'a message' 2>&- && fail 'the sender succeeded'
        as "$USER_A" "$minitalk_send" "$options" 'a message' >&- 2>&- && fail 'the sender succeeded'
        as "$USER_A" "$minitalk_send" "$options" 'a message' <&- >&- 2>&- &&
            fail 'the sender succeeded'
    done
    expect_confirmed
}

# Prints the exit status of a sender that can open no file: 127 from the dynamic loader, or 71 from
# a statically linked sender.
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
    # With these limits, every program gets SIGSEGV at its start. With a stack limit of 0, execve(2)
    # also fails if the environment is larger than a page, which 'env -i' prevents.
    for limit in stack data; do
        attempt 139 as "$USER_A" env -i prlimit "--$limit=0:0" "$minitalk_send" "$limit at zero"
    done
    expect_confirmed
}

test_a_limit_of_cpu_time_that_ends_in_the_middle_of_a_message() {
    start_system_daemon
    yes 'a message' | expect_status 137 as "$USER_A" prlimit --cpu=0:0 "$minitalk_send"
    ! received | grep -vx 'a message' || fail 'the log has other messages'
    as "$USER_B" "$minitalk_send" 'from another'
    [ "$(received | tail -n 1)" = 'from another' ] || fail 'another user cannot send any more'
}

# With every limit of memory, the sender sends or reports that memory is short, or does not even
# start: statuses 1, 127 and 139 come from the kernel and the dynamic loader.
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
        1 | 127 | 139) [ "$kilobytes" -lt 256 ] || fail "status $status with $kilobytes KiB" ;;
        *) fail "the status is $status with $kilobytes KiB: $(cat stderr)" ;;
        esac
        echo "# $kilobytes KiB: $status"
    done
    [ -s confirmed ] || fail 'nothing was sent at all'
    expect_confirmed
}

test_an_error_text_that_may_not_be_written() {
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

test_any_program_name() {
    start_system_daemon
    for name in '' - -- --pid=1 '%s%n' $'\e]0;\a' "$(head -c 100000 /dev/zero | tr '\0' x)"; do
        # shellcheck disable=SC2016 # the shell inside expands it
        attempt 0 as "$USER_A" bash -c 'exec -a "$0" "$@"' "$name" "$minitalk_send" \
            "named ${name:0:10}"
    done
    expect_confirmed
}

# The kernel accepts arguments of 128 KiB at most, including the terminating null byte.
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

test_signals_that_are_pending_before_the_start() {
    start_system_daemon
    for i in {1..5}; do
        attempt 0 launch pending "$minitalk_send" "message $i"
    done
    expect_confirmed
}

# ---- tracing and /proc ----

test_a_traced_sender_gets_no_privilege() {
    without_leak_detection
    start_system_daemon
    attempt 77 launch traced "$minitalk_send" 'a message'
    expect_complaint "not permitted to read the pidfile $system_pidfile; the set-user-ID bit"
    grep -q 'run it without a debugger' stderr
    expect_confirmed
}

test_a_sender_on_a_nosuid_file_system_gets_no_privilege() {
    start_system_daemon
    mkdir nosuid
    mount -t tmpfs -o mode=755,nosuid minitalk nosuid
    unmount+=("$PWD/nosuid")
    cp -p "$minitalk_send" nosuid
    attempt 77 as "$USER_A" nosuid/minitalk-send 'a message'
    expect_complaint 'from a file system that is not mounted nosuid'
    expect_confirmed
}

# A user whom the kernel lets read these files may also trace the process and read its core dump.
expect_closed_to_its_caller() {
    local file
    for file in maps mem environ auxv syscall stack fd/0 map_files; do
        ! as "$USER_A" head -c 1 "/proc/$sender/$file" > peeped 2> /dev/null ||
            fail "the caller can read $file"
        [ ! -s peeped ] || fail "the caller can read $file"
    done
    [ "$(stat -c %u "/proc/$sender/environ")" -eq 0 ] ||
        fail "the sender's files in /proc do not belong to root"
}

test_the_caller_cannot_read_the_senders_memory() {
    start_system_daemon
    start_waiting
    eventually 10 log_is first
    expect_closed_to_its_caller
    ! as "$USER_A" prlimit --pid "$sender" --sigpending=0:0 2> /dev/null ||
        fail "the caller can set the sender's limits"
    go_on
    expect_received first second
}

# ---- giving up the privilege ----

start_own_daemon() {
    mkdir own
    chown "$USER_A" own
    as "$USER_A" "$minitalkd" --output=stdout --pidfile="$PWD/own/minitalk.pid" > output
    daemon=$(head -n 1 output)
    also_end "$daemon"
}

expect_only_its_caller() {
    [ "$(ids_of "$sender" Uid)" = "$USER_A	$USER_A	$USER_A	$USER_A" ] ||
        fail "the sender's user IDs are $(ids_of "$sender" Uid)"
    [ "$(ids_of "$sender" Gid)" = "$USER_A	$USER_A	$USER_A	$USER_A" ] ||
        fail "the sender's group IDs are $(ids_of "$sender" Gid)"
    [ "$(ids_of "$sender" CapPrm)" = 0000000000000000 ] || fail 'the sender has capabilities'
}

received_lines() {
    [ "$(received | wc -l)" -eq "$1" ]
}

test_with_a_daemon_of_its_caller_the_sender_keeps_no_privilege() {
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

# The sender needs the service's user ID to signal the system's daemon as long as it sends. It needs
# nothing else.
test_with_the_system_daemon_the_senders_real_user_is_its_caller() {
    start_system_daemon
    start_waiting
    eventually 10 log_is first
    [ "$(ids_of "$sender" Uid)" = "$USER_A	$SERVICE	$SERVICE	$USER_A" ] ||
        fail "the sender's user IDs are $(ids_of "$sender" Uid)"
    [ "$(ids_of "$sender" CapPrm)" = 0000000000000000 ] || fail 'the sender has capabilities'
    go_on
    expect_received first second
}

# refuses_procfs COMMAND…: the sender refuses its input, and shows and sends nothing of it.
refuses_procfs() {
    expect_status 66 as "$USER_A" "$@"
    expect_complaint 'is a file of procfs'
    [ ! -s stdout ] || fail "the sender printed: $(cat stdout)"
}

# The kernel lets every process read all about itself. So a program that shows its input to its
# caller must not read a file that describes this program: the caller may not read it, because the
# program is set-user-ID.
test_the_sender_does_not_show_its_own_memory_map() {
    local file
    start_system_daemon
    ln -s /proc/self/maps link
    mkdir elsewhere
    mount -t proc proc elsewhere
    unmount+=("$PWD/elsewhere")
    for file in /proc/self/maps /proc/self/smaps /proc/self/stat /proc/thread-self/maps \
        /proc/self/task/../maps /proc/self/cwd/link link elsewhere/self/maps; do
        refuses_procfs "$minitalk_send" --dry-run --stderr --file="$file"
        refuses_procfs "$minitalk_send" --file="$file"
        refuses_procfs "$minitalk_send" --whole --file="$file"
    done
    expect_confirmed
}

# These files are opened before the program is executed, in the same process, and show the program
# afterwards.
test_the_sender_does_not_show_itself_by_an_inherited_descriptor() {
    local file
    start_system_daemon
    for file in stat syscall io limits; do
        # shellcheck disable=SC2016 # the shell inside expands it
        refuses_procfs bash -c 'exec < "/proc/$$/$0"; exec "$@"' "$file" \
            "$minitalk_send" --dry-run --stderr
        # shellcheck disable=SC2016 # the shell inside expands it
        refuses_procfs bash -c 'exec 9< "/proc/$$/$0"; exec "$@"' "$file" \
            "$minitalk_send" --file=/dev/fd/9
    done
    expect_confirmed
}

# Even without its privilege, it is still the program whose memory its caller may not read.
test_the_sender_does_not_show_its_own_memory_map_after_it_has_dropped_its_privilege() {
    start_system_daemon
    start_own_daemon
    for option in "--pid=$daemon" --pidfile=own/minitalk.pid; do
        refuses_procfs "$minitalk_send" "$option" --dry-run --stderr --file=/proc/self/maps
    done
    expect_nothing
}

# Fields 26 to 30 of /proc/PID/stat show addresses only to a reader that may trace the process. The
# caller here has the service's group. If the sender read the file with the service's user ID, it
# would see the addresses of the daemon.
test_the_sender_does_not_show_the_daemon() {
    start_system_daemon
    in_its_group=(setpriv --reuid="$USER_A" --regid="$SERVICE" --clear-groups)
    expect_status 66 "${in_its_group[@]}" "$minitalk_send" < "/proc/$daemon/stat"
    expect_complaint 'standard input is a file of procfs'
    expect_nothing
}

test_other_programs_may_read_procfs_for_the_sender() {
    start_system_daemon
    as "$USER_A" cat /proc/version | as "$USER_A" "$minitalk_send"
    expect_received "$(cat /proc/version)"
    # Without the set-user-ID bit, the sender may read all that its caller may read.
    start_own_daemon
    as "$USER_A" "$scratch/minitalk-send" --pid="$daemon" --file=/proc/version
    received | cmp /proc/version -
}

# A file of a FUSE file system can block its reader for ever, just as this pipe.
test_a_sender_whose_input_blocks_delays_nobody() {
    start_system_daemon
    start_waiting
    eventually 10 log_is first
    within 2000 as "$USER_B" "$minitalk_send" 'from another'
    kill "$sender"
    expect_end 143 "$sender"
    expect_received first 'from another'
}

test_files_are_opened_with_the_callers_rights() {
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

# ---- processes and files of the service's user ----

# start_of_service OPTION…: starts a process of the service's user that counts the signals it gets.
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
    [ "$(tail -n 1 counted)" = '0 plain, 0 queued' ] || fail "the process got $(tail -n 1 counted)"
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

# SIGUSR1 would end this process.
test_an_innocent_process_of_the_service_survives() {
    start_system_daemon
    setpriv --reuid="$SERVICE" --regid="$SERVICE" --clear-groups sleep 1000 &
    innocent=$!
    attempt 76 as "$USER_A" "$minitalk_send" "--pid=$innocent" 'a message'
    kill -KILL "$daemon"
    eventually 5 has_ended "$daemon"
    printf '%s' "$innocent" > "$system_pidfile"
    expect_status 69 as "$USER_A" "$minitalk_send" 'a message'
    expect_complaint "no process holds the lock on the pidfile $system_pidfile"
    ! has_ended "$innocent" || fail 'an innocent process has ended'
}

# The service's user can write the pidfile, so a mistake of the service can lead to this.
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

test_files_of_other_users_are_not_disclosed() {
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
        ! grep -q 'secret of\|another secret' stdout stderr || fail 'the sender disclosed a secret'
    done << END
77 --pidfile=$system_pidfile
76 --pidfile=link
77 --pidfile=secret
77 --pidfile=closed/secret
77 --pidfile=closed/none
77 --user
77 --pidfile=/proc/$daemon/environ
77 --pidfile=/proc/$daemon/fd/0
77 --pidfile=/proc/self/environ
76 --pidfile=/proc/self/fd/0
77 --pidfile=/etc/shadow
69 --pidfile=/etc/passwd
69 --pidfile=/dev/null/x
76 --pidfile=loop
71 --pidfile=loop/pid
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
