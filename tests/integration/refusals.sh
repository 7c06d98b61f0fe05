#!/bin/bash
# SPDX-License-Identifier: MIT
# Errors: each has its exit status and prints one line that names the cause and the cure.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

by_pidfile() {
    "$minitalk_send" --pidfile="$1" 'a message'
}

by_pid() {
    "$minitalk_send" --timeout=1 "--pid=$1" 'a message'
}

# ---- pidfiles ----

test_an_absent_pidfile_is_an_error() {
    expect_status 69 by_pidfile none
    expect_complaint 'the pidfile none does not exist'
    expect_status 69 by_pidfile no/such/directory
    expect_complaint 'the pidfile no/such/directory does not exist'
}

# The PID in the pidfile belongs to an innocent process by now.
test_a_stale_pidfile_is_an_error() {
    sleep 60 &
    echo $! > pidfile
    expect_status 69 by_pidfile pidfile
    expect_complaint 'no process holds the lock on the pidfile pidfile'
    expect_survival $!
}

test_the_pidfile_of_a_killed_daemon_is_an_error() {
    start_daemon
    kill -KILL "$daemon"
    expect_end 137 "$daemon"
    expect_status 69 by_pidfile minitalk.pid
    expect_complaint 'no process holds the lock on the pidfile minitalk.pid'
}

test_empty_and_invalid_pidfiles_are_errors() {
    : > empty
    echo 'not a number' > word
    head -c 1000 /dev/urandom > random
    echo -5 > negative
    echo 99999999999999999999 > huge
    for pidfile in empty word random negative huge; do
        expect_status 69 by_pidfile "$pidfile"
        expect_complaint "no process holds the lock on the pidfile $pidfile"
    done
}

# Every process that can open a file can take its flock(2). The daemon's record lock is missing
# here.
test_a_pidfile_that_is_locked_with_flock_only_is_an_error() {
    sleep 60 &
    echo $! > pidfile
    flock pidfile "$tools/impostor" > impostor &
    eventually 5 has_text impostor
    expect_status 69 by_pidfile pidfile
    expect_complaint 'no process holds the lock on the pidfile pidfile'
    kill "$(cat impostor)"
}

test_a_wrong_pid_in_a_locked_pidfile_is_an_error() {
    start_daemon
    for text in '' garbage 0 "$$"; do
        printf %s "$text" > minitalk.pid
        expect_status 76 by_pidfile minitalk.pid
        expect_complaint "is locked by process $daemon but does not name it"
    done
    echo "$daemon" > minitalk.pid
    send 'and mended it works'
    expect_received 'and mended it works'
}

test_an_unreadable_pidfile_is_an_error() {
    publish_programs
    start_daemon
    local -a user=()
    if am_root; then
        user=(as "$USER_A")
    else
        chmod 0 minitalk.pid
    fi
    expect_status 77 "${user[@]}" "$minitalk_send" --pidfile="$PWD/minitalk.pid" 'a message'
    if am_root; then
        expect_complaint "not permitted to read the pidfile $PWD/minitalk.pid; only root may send"
    else
        expect_complaint "not permitted to read the pidfile $PWD/minitalk.pid; run minitalk-send as"
    fi
    expect_received < /dev/null
}

# The cure must start the daemon that the options select.
test_the_error_tells_how_to_start_the_missing_daemon() {
    mkdir directory
    XDG_RUNTIME_DIR=$PWD/directory expect_status 69 "$minitalk_send" --user 'a message'
    expect_complaint "pidfile $PWD/directory/minitalk.pid does not exist; start it with 'systemctl --user start minitalk'"
    echo $$ > directory/minitalk.pid
    XDG_RUNTIME_DIR=$PWD/directory expect_status 69 "$minitalk_send" --user 'a message'
    expect_complaint "minitalk.pid; start it with 'systemctl --user start minitalk'"
    for option in --pidfile=directory/none --pidfile=directory/minitalk.pid --pid=99999999; do
        expect_status 69 "$minitalk_send" "$option" 'a message'
        expect_complaint '; run minitalkd, or give the pidfile or PID of a running daemon'
    done
}

test_a_pidfile_that_is_no_regular_file_is_an_error() {
    mkdir directory
    mkfifo fifo
    start_daemon
    ln -s minitalk.pid link
    for pidfile in directory fifo link /dev/null; do
        within 1000 expect_status 76 by_pidfile "$pidfile"
        expect_complaint "$pidfile is not a regular file"
    done
}

# ---- PIDs ----

test_an_invalid_pid_is_a_usage_error() {
    for pid in 0 -1 12x '' ' ' 0x1 1.5 99999999999999999999; do
        expect_status 64 by_pid "$pid"
        expect_complaint "'$pid' is not a valid PID"
    done
}

test_a_pid_without_a_process_is_an_error() {
    expect_status 69 by_pid 99999999
    expect_complaint 'process 99999999 does not exist'
    true &
    expect_end 0 $!
    expect_status 69 by_pid $!
    expect_complaint "process $! does not exist"
}

test_pid_1_gets_no_signal() {
    expect_status 76 by_pid 1
    expect_complaint 'not minitalkd; nothing was sent to it'
}

test_the_parent_of_the_sender_gets_no_signal() {
    local name
    read -r name < "/proc/$BASHPID/comm"
    expect_status 76 by_pid "$BASHPID"
    expect_complaint "process $BASHPID is '$name', not minitalkd; nothing was sent to it"
}

expect_survival() {
    ! has_ended "$1" || fail "process $1 has ended"
}

test_an_innocent_sleep_survives() {
    sleep 60 &
    eventually 5 is_called sleep $!
    expect_status 76 by_pid $!
    expect_complaint "process $! is 'sleep', not minitalkd"
    expect_survival $!
}

test_a_thread_is_not_a_process() {
    local tid
    mkfifo line
    python3 -c '
import _thread, time

def stay():
    print(_thread.get_native_id(), flush=True)
    time.sleep(60)

_thread.start_new_thread(stay, ())
time.sleep(60)' > line &
    read -r tid < line
    expect_status 76 by_pid "$tid"
    expect_complaint "$tid is a thread, not a process"
}

# ---- processes that look like a daemon ----

start_impostor() {
    "$tools/impostor" "$@" > impostor &
    impostor=$!
    eventually 5 has_text impostor
}

# expect_signals PLAIN QUEUED: ends the impostor. It must have taken exactly PLAIN plain signals,
# and at most QUEUED queued ones.
expect_signals() {
    local plain queued
    kill "$impostor"
    expect_end 0 "$impostor"
    read -r plain _ queued _ < <(tail -n 1 impostor)
    echo "# the impostor took $plain plain and $queued queued signals"
    [ "$plain" -eq "$1" ] || fail "the impostor took $plain plain signals"
    [ "$queued" -le "$2" ] || fail "the impostor took $queued queued signals"
}

test_a_program_that_handles_the_signals_gets_none() {
    start_impostor --handle
    expect_status 76 by_pid "$impostor"
    expect_complaint "process $impostor is 'impostor', not minitalkd"
    expect_signals 0 0
}

test_a_program_named_minitalkd_that_handles_the_signals_gets_none() {
    start_impostor --handle --name=minitalkd
    expect_status 76 by_pid "$impostor"
    expect_complaint "process $impostor neither blocks nor ignores"
    expect_signals 0 0
}

test_control_characters_of_names_do_not_reach_the_terminal() {
    start_impostor --name=$'a\e[2J'
    expect_status 76 by_pid "$impostor"
    expect_complaint "process $impostor is 'a?[2J', not minitalkd"
    expect_status 64 "$minitalk_send" --tag=$'a\nb' 'a message'
    expect_complaint "invalid tag 'a?b'"
}

test_a_program_that_blocks_the_signals_gets_none() {
    start_impostor
    expect_status 76 by_pid "$impostor"
    expect_complaint "process $impostor is 'impostor', not minitalkd"
    expect_signals 0 0
}

# Only the missing reply to a probe tells this program from a daemon. The sender sends it probes,
# ever more rarely, and never a bit.
test_a_program_that_passes_for_a_daemon_gets_probes_only() {
    start_impostor --name=minitalkd
    expect_status 76 by_pid "$impostor"
    expect_complaint "no reply from process $impostor"
    expect_signals 0 25
}

test_a_program_that_holds_the_pidfile_but_is_no_daemon_gets_no_signal() {
    start_impostor --pidfile=pidfile
    expect_status 76 by_pidfile pidfile
    expect_complaint "process $impostor is 'impostor', not minitalkd"
    expect_signals 0 0
}

test_a_program_that_holds_the_pidfile_and_passes_for_a_daemon_gets_probes_only() {
    start_impostor --pidfile=pidfile --name=minitalkd
    expect_status 75 "$minitalk_send" --timeout=1 --pidfile=pidfile 'a message'
    expect_complaint "no reply from the daemon, process $impostor, which holds its pidfile"
    expect_signals 0 25
}

# ---- daemons that cannot reply ----

test_a_sender_that_times_out_names_the_stopped_daemon() {
    start_daemon
    stop_process "$daemon"
    within 3000 expect_status 75 send --timeout=1 'a message'
    expect_complaint "process $daemon, is stopped; continue it with 'kill -CONT $daemon'"
    kill -CONT "$daemon"
    send 'and continued it works'
    expect_received 'and continued it works'
}

test_a_daemon_stopped_in_the_middle_of_a_message_is_named() {
    start_daemon
    start_long_send 262144 --timeout=1
    stop_process "$daemon"
    expect_end 75 "$sender"
    mv sender-errors stderr
    expect_complaint "is stopped; continue it"
    kill -CONT "$daemon"
    eventually 5 grep -q "process $sender, .* ended in the middle of a message" errors
    send 'and continued it works'
    expect_received 'and continued it works'
}

test_a_daemon_stopped_for_a_moment_costs_nothing() {
    start_daemon
    start_long_send 16384
    stop_process "$daemon"
    sleep 0.5
    kill -CONT "$daemon"
    expect_end 0 "$sender"
    { cat long; echo; } | expect_received
}

test_a_daemon_killed_in_the_middle_of_a_message_is_named() {
    start_daemon
    start_long_send
    kill -KILL "$daemon"
    within 1000 expect_end 75 "$sender"
    mv sender-errors stderr
    expect_complaint "the daemon, process $daemon, ended before it had the whole message"
}

# ---- options ----

test_options_that_exclude_each_other_are_usage_errors() {
    export XDG_RUNTIME_DIR=$PWD
    for options in '--pid=1 --user' '--pidfile=x --user' '--pid=1 --pidfile=x'; do
        # shellcheck disable=SC2086 # two words
        expect_status 64 "$minitalk_send" $options 'a message'
        expect_complaint 'exclude each other'
    done
    expect_status 64 "$minitalk_send" --pid=1 --whole 'a message'
    expect_complaint '--whole, --file, --prio-prefix and --keep-going read input'
}

test_a_string_and_an_input_exclude_each_other() {
    local option
    for option in --file=- --file=README --whole --prio-prefix --keep-going; do
        expect_status 64 "$minitalk_send" --pidfile=none "$option" 'a message'
        expect_complaint "leave out 'a message'"
    done
}

test_invalid_timeouts_are_usage_errors() {
    for timeout in 0 -1 1.5 soon 86401; do
        expect_status 64 "$minitalk_send" --pidfile=none "--timeout=$timeout" 'a message'
        expect_complaint "--timeout '$timeout' is"
    done
}

to_a_full_disk() {
    "$@" > /dev/full
}

without_standard_output() {
    "$@" >&-
}

test_wrong_options_are_errors() {
    local program
    for program in "$minitalkd" "$minitalk_send"; do
        expect_status 64 "$program" --no-such-option
        expect_complaint "unknown or ambiguous option '--no-such-option'"
        expect_status 64 "$program" --pid=1 -xh
        expect_complaint "unknown or ambiguous option '-x'"
        expect_status 64 "$program" --pidfile
        expect_complaint "option '--pidfile' needs a value"
        expect_status 64 "$program" --version=1
        expect_complaint "option '-V' takes no value"
        expect_status 74 to_a_full_disk "$program" --help
        expect_complaint 'cannot write to standard output'
        expect_status 74 without_standard_output "$program" --version
        expect_complaint 'cannot write to standard output: Bad file descriptor'
    done
}

test_option_user_needs_a_runtime_directory() {
    unset XDG_RUNTIME_DIR
    expect_status 64 "$minitalk_send" --user 'a message'
    expect_complaint 'XDG_RUNTIME_DIR is not set to an absolute path'
}

# ---- input, and standard descriptors ----

test_an_unreadable_input_is_an_error() {
    start_daemon
    expect_status 66 send --whole < /
    expect_complaint 'cannot read message 1 from standard input: Is a directory'
    expect_status 66 send < /
    expect_complaint 'cannot read message 1 from standard input: Is a directory'
    expect_received < /dev/null
}

# A line of the input has a limit of 16 MiB. Nothing of a longer line is sent.
test_a_line_beyond_the_limit_is_an_error() {
    start_daemon
    within 10000 expect_status 65 send < <(echo 'a line' && cat /dev/zero)
    expect_complaint 'message 2: the line has more than 16777216 bytes; send it with --whole'
    expect_received 'a line'
}

test_the_error_tells_which_message_of_an_input_fails() {
    start_daemon --max-message=5
    expect_status 65 send < <(printf '%s\n' one two seventeen four)
    expect_complaint 'minitalk-send: message 3: the message is larger'
    expect_received one two
}

# --prio-prefix may add a facility to a message, which needs room for one more field. The sender
# must refuse 64 fields at once, not only at the first message with a facility.
test_prio_prefix_without_room_for_a_facility_is_refused_before_the_first_message() {
    local -a fields=()
    for _ in {1..64}; do
        fields+=(--field=AN=x)
    done
    start_daemon
    expect_status 64 send "${fields[@]}" --prio-prefix < <(printf 'first\n<134>second\n')
    expect_complaint 'more than 64 fields'
    expect_received < /dev/null
}

test_a_closed_standard_input_is_an_error_where_it_is_the_input() {
    start_daemon
    expect_status 66 send <&-
    expect_complaint 'standard input is closed'
    expect_status 66 send --file=/dev/stdin <&-
    expect_complaint 'standard input is closed'
    send 'not needed here' <&-
    expect_received 'not needed here'
}

test_closed_standard_output_and_error_do_not_matter() {
    start_daemon
    send 'nothing to say' >&- 2>&-
    send 'nothing at all to say' <&- >&- 2>&-
    status=0
    by_pidfile none <&- >&- 2>&- || status=$?
    [ "$status" -eq 69 ] || fail "without standard error the status is $status"
    expect_received 'nothing to say' 'nothing at all to say'
}

# ---- rights ----

# start_daemon_of USER: starts a detached daemon as this user. Its pidfile is theirs/pid.
start_daemon_of() {
    publish_programs
    mkdir theirs
    chown "$1" theirs
    as "$1" "$minitalkd" --output=stdout --pidfile="$PWD/theirs/pid" > output
    daemon=$(head -n 1 output)
    also_end "$daemon"
}

test_the_sender_of_another_user_is_not_permitted() {
    needs_root 'be two users'
    start_daemon_of "$USER_B"
    expect_status 77 as "$USER_A" "$minitalk_send" "--pid=$daemon" 'a message'
    expect_complaint "process $daemon of user $USER_B; run minitalk-send as the daemon's user or as"
    expect_received < /dev/null
}

# The error must not recommend a sender that is set-user-ID to root: that is the most dangerous
# cure.
test_only_root_may_send_to_a_daemon_that_runs_as_root() {
    needs_root 'run a daemon as root'
    publish_programs
    start_daemon
    mkdir borrowed
    install -m 4755 -o "$USER_B" "$minitalk_send" borrowed
    for program in "$minitalk_send" borrowed/minitalk-send; do
        for option in "--pid=$daemon" --pidfile=minitalk.pid; do
            expect_status 77 as "$USER_A" "$program" "$option" 'a message'
            expect_complaint '; only root may send to a daemon that runs as root: send as root, or'
        done
    done
    send 'from root'
    expect_received 'from root'
}

test_a_daemon_that_may_not_reply_gets_no_signal() {
    needs_root 'be two users'
    start_daemon_of "$USER_A"
    # CAP_KILL lets this sender signal the daemon. Without CAP_SETUID it cannot take on the daemon's
    # user ID, which would let the daemon signal it.
    expect_status 77 setpriv --bounding-set=-setuid --inh-caps=-setuid \
        "$minitalk_send" "--pid=$daemon" "--daemon-user=$USER_A" 'a message'
    expect_complaint "process $daemon of user $USER_A is not permitted to signal"
    expect_received < /dev/null
}

test_no_new_privs_is_named_as_the_reason() {
    needs_root 'make set-user-ID programs of others'
    start_daemon_of "$USER_B"
    chmod 755 theirs
    mkdir privileged
    install -m 4755 -o "$USER_B" "$minitalk_send" privileged
    for option in "--pid=$daemon" --pidfile=theirs/pid; do
        expect_status 77 as "$USER_A" setpriv --no-new-privs privileged/minitalk-send "$option" \
            'a message'
        expect_complaint 'no_new_privs is set for this process'
    done
    expect_received < /dev/null
}

run_tests
