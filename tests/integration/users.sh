#!/bin/bash
# SPDX-License-Identifier: MIT
# Ordinary users and the system's daemon. The helper, which is set-user-ID to the daemon's user,
# lets every user send, and gives no other rights.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # run_tests does not take the script's arguments
. "$(dirname "$0")/lib.sh"

in_private_mounts

# shellcheck source=tests/integration/system-daemon.sh
. "$srcdir/tests/integration/system-daemon.sh"

# start_idle_sender N: starts a sender that sends one message and then waits for more input.
start_idle_sender() {
    { echo "from idle sender $1"; exec cat hold; } 3>&- |
        as "$USER_A" "$minitalk_send" 2> /dev/null 3>&- &
}

received_lines() {
    [ "$(received | wc -l)" -eq "$1" ]
}

test_any_user_may_send_to_the_system_daemon() {
    start_for_users
    as "$USER_A" "$minitalk_send" 'from a user'
    as "$USER_B" "$minitalk_send" 'from another'
    as "$SERVICE" "$minitalk_send" 'from its own user'
    "$minitalk_send" 'from root'
    printf 'line one\nline two\n' | as "$USER_A" "$minitalk_send"
    expect_received 'from a user' 'from another' 'from its own user' 'from root' 'line one' 'line two'
}

test_root_needs_no_helper() {
    start_for_users
    rm "$helper"
    "$minitalk_send" 'from root'
    expect_received 'from root'
}

test_two_users_send_at_once() {
    local first second
    start_for_users
    head -c 5000 /dev/urandom | od -An -v -tx1 -w5000 > payload
    as "$USER_A" "$minitalk_send" A "$(cat payload)" &
    first=$!
    as "$USER_B" "$minitalk_send" B "$(cat payload)" &
    second=$!
    expect_end 0 "$first"
    expect_end 0 "$second"
    printf '%s\n' "A $(cat payload)" "B $(cat payload)" | cmp - <(received | sort)
}

# ---- limits ----

# With this limit of open files, the daemon has room for 32 sessions.
readonly SESSIONS=32
run_with_32_sessions=(prlimit --nofile=64:64)

# Of these sessions, so many are kept for users without a session.
kept=$((SESSIONS / $(constant EXCHANGE_SESSIONS_PER_NEW_PLACE protocol/exchange.h)))

has_sessions() {
    [ "$(sessions_of_daemon)" -ge "$1" ]
}

test_idle_sessions_keep_nobody_from_sending() {
    run_by=("${run_with_32_sessions[@]}")
    start_for_users
    mkfifo hold
    exec 3<> hold
    # One after another: a daemon may refuse a sender while all others of its user still send.
    for ((i = 1; i <= SESSIONS + 3; i++)); do
        start_idle_sender "$i"
        eventually 30 received_lines "$i"
    done
    as "$USER_A" "$minitalk_send" 'one more'
    as "$USER_B" "$minitalk_send" 'from the other'
    received_lines $((SESSIONS + 5)) || fail 'the daemon did not receive all messages'
}

# have_result COUNT: so many messages were received, or refused for lack of memory. Two senders may
# complain in one line.
have_result() {
    [ $(($(received | wc -l) + $(grep -o 'limit of senders, of memory' crowd.errors | wc -l))) -eq "$1" ]
}

# Each new sender gets a session, in the place of an idle one if necessary, or is told to come later.
test_a_daemon_without_memory_is_silent_to_nobody() {
    local count=200 memory crowd
    needs_plain_build 'limits memory'
    start_for_users
    "$minitalk_send" 'with memory'
    memory=$(awk '/^VmData:/ { print $2 * 1024 }' "/proc/$daemon/status")
    as "$SERVICE" prlimit --pid "$daemon" --data="$memory:$memory"
    "$tools/crowd" 300000 $count idle "$minitalk_send" > crowd 2> crowd.errors &
    crowd=$!
    also_end $crowd
    eventually 60 has_text crowd
    (eventually 30 have_result $((1 + count))) ||
        fail "$(received | wc -l) received; $(sort crowd.errors | uniq -c); $(tail -n 2 errors)"
    [ "$(sessions_of_daemon)" -lt $count ] || fail 'memory was not short'
    kill "$crowd"
    wait "$crowd" || :
    ! has_ended "$daemon" || fail "the daemon has ended: $(cat errors)"
}

# start_crowd FIRST COUNT: starts senders of long messages under so many user IDs from FIRST on.
start_crowd() {
    head -c 1000000 /dev/urandom > long
    "$tools/crowd" "$1" "$2" '' "$minitalk_send" --whole --file="$PWD/long" \
        > crowd 2> crowd.errors &
    also_end $!
    eventually 30 has_text crowd
}

test_a_user_with_all_senders_that_fit_gives_way_to_others() {
    run_by=("${run_with_32_sessions[@]}")
    start_for_users
    head -c 1000000 /dev/urandom > long
    for ((i = 0; i < SESSIONS; i++)); do
        as "$USER_A" "$minitalk_send" --whole < long 2> /dev/null &
    done
    eventually 30 has_sessions $((SESSIONS - kept))
    expect_status 75 as "$USER_A" "$minitalk_send" 'one too many'
    expect_complaint 'the daemon is at its limit of senders'
    as "$USER_B" "$minitalk_send" 'from the other'
    "$minitalk_send" 'from root'
    received | grep -a '^from ' | cmp - <(printf 'from %s\n' 'the other' root)
}

test_subordinate_user_ids_count_for_their_owner() {
    says_subuid "$USER_A:200000:1000"
    run_by=("${run_with_32_sessions[@]}")
    start_for_users
    start_crowd 200000 $((2 * SESSIONS))
    eventually 30 grep -q 'limit of senders' crowd.errors
    expect_status 75 as "$USER_A" "$minitalk_send" 'from the owner'
    as "$USER_B" "$minitalk_send" 'from the other'
    "$minitalk_send" 'from root'
    received | grep -a '^from ' | cmp - <(printf 'from %s\n' 'the other' root)
}

# start_daemon_of USER [OPTION…]: starts a daemon of this user, with the pidfile own/minitalk.pid.
start_daemon_of() {
    publish_programs
    mkdir own
    chown "$1" own
    as "$1" "$minitalkd" --output=stdout --pidfile="$PWD/own/minitalk.pid" "${@:2}" \
        > output 2> errors
    daemon=$(head -n 1 output)
    also_end "$daemon"
}

test_a_user_at_its_limit_of_messages_is_told_to_try_again() {
    start_daemon_of "$USER_A" --rate-limit=3/86400
    seq 5 > lines
    expect_status 75 as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/minitalk.pid" --file=lines
    expect_complaint 'message 4: the daemon is at its limit of senders, of memory'
    "$minitalk_send" --daemon-user="$USER_A" --pidfile="$PWD/own/minitalk.pid" --file=lines
    expect_received 1 2 3 1 2 3 4 5
    expect_status 75 as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/minitalk.pid" 6
    [ "$(grep -c "account $USER_A is at the limit of 3 messages in 86400 s" errors)" -eq 1 ] ||
        fail "$(cat errors)"
}

test_with_retry_a_user_at_its_limit_of_messages_waits() {
    start_daemon_of "$USER_A" --rate-limit=2/2
    seq 4 > lines
    expect_status 0 as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/minitalk.pid" --retry \
        --file=lines
    grep -q "account $USER_A is at the limit of 2 messages in 2 s" errors
    expect_received 1 2 3 4
}

# ---- the borrowed user ID ----

# The daemon logs the real user of the sender, not the user whose ID the sender borrows.
test_the_daemon_sees_the_real_user_of_the_sender() {
    start_for_users
    head -c 2097152 /dev/zero > too-large
    expect_status 65 as "$USER_A" "$minitalk_send" --whole < too-large
    grep "refused a message from process .*, user $USER_A: larger" errors
}

test_a_pid_of_the_caller_is_used_with_the_callers_rights() {
    start_for_users
    expect_status 77 as "$USER_A" "$minitalk_send" "--pid=$daemon" 'a message'
    expect_complaint "not permitted to signal process $daemon of user $SERVICE"
    grep -q "daemon without --pid, --pidfile and --user: leave them out" stderr
    expect_nothing
}

test_a_pidfile_of_the_caller_is_read_with_the_callers_rights() {
    start_for_users
    echo 'a secret of the service' > secret
    chown "$SERVICE" secret
    chmod 600 secret
    for pidfile in "$system_pidfile" "$PWD/secret"; do
        expect_status 77 as "$USER_A" "$minitalk_send" "--pidfile=$pidfile" 'a message'
        expect_complaint "not permitted to read the pidfile $pidfile"
        ! grep -q secret.of stdout || fail 'the sender has disclosed a secret'
    done
    expect_nothing
}

test_option_user_selects_the_callers_daemon_with_the_callers_rights() {
    start_for_users
    # On the file system of the pidfile: the sender follows a hard link, but no symbolic one.
    local theirs=${system_pidfile%/*}/theirs
    mkdir "$theirs"
    ln "$system_pidfile" "$theirs"
    XDG_RUNTIME_DIR=$theirs expect_status 77 as "$USER_A" "$minitalk_send" --user 'a message'
    expect_complaint 'not permitted to read the pidfile'
    expect_nothing
}

test_the_same_program_sends_to_the_callers_own_daemon() {
    start_for_users
    mkdir own
    chown "$USER_A" own
    as "$USER_A" "$minitalkd" --output=stdout --pidfile="$PWD/own/minitalk.pid" > own-output \
        2> own-errors
    own=$(head -n 1 own-output)
    also_end "$own"
    as "$USER_A" "$minitalk_send" "--pid=$own" 'by PID'
    as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/minitalk.pid" 'by pidfile'
    XDG_RUNTIME_DIR=$PWD/own as "$USER_A" "$minitalk_send" --user 'by user'
    printf '%s\n' "$own" 'by PID' 'by pidfile' 'by user' | cmp - own-output
    expect_nothing
}

test_no_new_privs_is_named_as_the_reason() {
    start_for_users
    expect_status 77 as "$USER_A" setpriv --no-new-privs "$minitalk_send" 'a message'
    expect_complaint 'no_new_privs is set for this process'
    expect_nothing
}

# The daemon may not remove its pidfile from a directory of root, so it empties the file.
test_the_daemon_leaves_no_pid_behind() {
    start_for_users
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    [ ! -s "$system_pidfile" ] || fail "the pidfile holds $(cat "$system_pidfile")"
    expect_status 69 as "$USER_A" "$minitalk_send" 'a message'
    expect_complaint "no process holds the lock on the pidfile $system_pidfile; start it with 'systemctl start"
}

# ---- whom a caller may be pointed at ----

# start_false_daemon COMMAND…: starts a process that looks like a daemon. The command executes it. Its
# PID is in $false_daemon, its pidfile is false/minitalk.pid, and everybody may read that.
start_false_daemon() {
    install -m 755 "$tools/impostor" .
    mkdir -m 777 false
    "$@" ./impostor --name=minitalkd --pidfile="$PWD/false/minitalk.pid" > signals &
    impostor_job=$!
    eventually 5 has_text signals
    false_daemon=$(head -n 1 signals)
    chmod 644 false/minitalk.pid
}

# Ends the false daemon, which must not have had a signal from a sender.
expect_no_signal() {
    kill "$false_daemon"
    expect_end 0 "$impostor_job"
    [ "$(tail -n 1 signals)" = '0 plain, 0 queued' ] || fail "it was sent $(tail -n 1 signals)"
}

# expect_distrust WORDS OPTION…: root is refused with these words, whatever it is to send.
expect_distrust() {
    local words=$1
    shift
    expect_status 77 "$minitalk_send" "$@" 'a secret of root'
    expect_complaint "$words"
    expect_status 77 "$minitalk_send" "$@" --dry-run 'a secret of root'
    expect_complaint "$words"
}

test_root_is_not_led_to_a_daemon_of_another_user() {
    local user words
    publish_programs
    start_false_daemon as "$USER_A"
    user="belongs to user $USER_A, and not to you, root or"
    words="give --daemon-user=$USER_A if you trust this user's daemon"
    expect_distrust "the pidfile false/minitalk.pid $user" --pidfile=false/minitalk.pid
    expect_distrust "$words" --pidfile=false/minitalk.pid
    XDG_RUNTIME_DIR=$PWD/false expect_distrust "the pidfile $PWD/false/minitalk.pid $user" --user
    expect_distrust "process $false_daemon $user" --pid="$false_daemon"
    expect_distrust "$words" --pid="$false_daemon"
    # For a user whom nobody trusts, another one makes no difference.
    expect_distrust "process $false_daemon $user" --pid="$false_daemon" --daemon-user="$USER_B"
    # The owner of the process counts, even if the file is root's.
    chown 0 false/minitalk.pid
    expect_distrust "process $false_daemon $user" --pidfile=false/minitalk.pid
    expect_no_signal
}

# A user can start a set-user-ID program: its effective user ID is not that of the user.
test_root_is_not_led_to_a_process_with_one_user_id_of_another_user() {
    local ids
    needs_plain_build 'cannot examine a process with two user IDs'
    publish_programs
    for ids in "--ruid=$USER_A" "--euid=$USER_A"; do
        start_false_daemon setpriv "$ids"
        expect_distrust "process $false_daemon belongs to user $USER_A" --pid="$false_daemon"
        expect_no_signal
        rm -r false signals impostor
    done
}

# The owner of the file can replace its content by another PID at any time.
test_a_pidfile_of_another_user_is_refused_although_the_daemon_is_ones_own() {
    publish_programs
    start_daemon
    chown "$USER_A" minitalk.pid
    expect_distrust "the pidfile minitalk.pid belongs to user $USER_A" --pidfile=minitalk.pid
    "$minitalk_send" --pidfile=minitalk.pid --daemon-user="$USER_A" 'with the option'
    "$minitalk_send" --pid="$daemon" 'by PID'
    expect_received 'with the option' 'by PID'
}

# give_account NAME USER: this user has the name NAME in /etc/passwd, and nobody else has.
give_account() {
    sed "/^$1:/d" /etc/passwd > accounts
    echo "$1:x:$2:$2::/:/bin/false" >> accounts
    mount --bind accounts /etc/passwd
    unmount+=(/etc/passwd)
}

test_root_may_choose_to_trust_a_user() {
    start_daemon_of "$USER_A"
    give_account minitalk-test-user "$USER_A"
    "$minitalk_send" --pidfile=own/minitalk.pid --daemon-user="$USER_A" 'by pidfile'
    "$minitalk_send" --daemon-user=minitalk-test-user --pid="$daemon" 'by PID'
    XDG_RUNTIME_DIR=$PWD/own "$minitalk_send" --user --daemon-user=minitalk-test-user 'by user'
    expect_received 'by pidfile' 'by PID' 'by user'
}

test_root_trusts_the_service_user() {
    local service
    service=$(sed -n 's/^SERVICE_USER = //p' "$builddir/Makefile")
    start_system_daemon
    expect_distrust "the pidfile $system_pidfile belongs to user $SERVICE" \
        --pidfile="$system_pidfile"
    give_account "$service" "$SERVICE"
    "$minitalk_send" --pidfile="$system_pidfile" 'by pidfile'
    "$minitalk_send" --pid="$daemon" 'by PID'
    expect_received 'by pidfile' 'by PID'
}

# To look up a user takes time, so it is done only for a user who is neither root nor the caller.
test_for_a_daemon_of_the_caller_nobody_is_looked_up() {
    needs_plain_build 'opens files of its own'
    strace -o /dev/null true 2> /dev/null || skip 'strace is not installed, or may not trace'
    start_daemon_of "$USER_A"
    expect_status 0 strace -o calls -e trace=open,openat,openat2 \
        setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        "$minitalk_send" --pidfile=own/minitalk.pid 'a message'
    grep -q own/minitalk.pid calls
    sed '1,/own.minitalk.pid/d' calls > later
    ! grep /etc/passwd later || fail 'the sender looked up a user'
}

test_an_ordinary_user_is_not_led_to_a_daemon_of_another_user() {
    publish_programs
    start_false_daemon as "$USER_A"
    expect_status 77 as "$USER_B" "$minitalk_send" --pidfile=false/minitalk.pid 'a message'
    expect_complaint "the pidfile false/minitalk.pid belongs to user $USER_A, and not to you"
    expect_status 77 as "$USER_B" "$minitalk_send" --pid="$false_daemon" 'a message'
    expect_complaint "not permitted to signal process $false_daemon of user $USER_A"
    # Only the choice of a user is the caller's. The kernel permits no more than before.
    expect_status 77 as "$USER_B" "$minitalk_send" --pid="$false_daemon" \
        --daemon-user="$USER_A" 'a message'
    expect_complaint "not permitted to signal process $false_daemon of user $USER_A"
    expect_no_signal
}

# The capability permits each signal, as for root.
test_a_user_who_may_signal_everybody_is_not_led_to_a_daemon_of_another_user() {
    publish_programs
    start_false_daemon as "$USER_A"
    expect_status 77 setpriv --reuid="$USER_B" --regid="$USER_B" --clear-groups \
        --inh-caps=+kill --ambient-caps=+kill "$minitalk_send" --pid="$false_daemon" 'a message'
    expect_complaint "process $false_daemon belongs to user $USER_A, and not to you, root or"
    expect_no_signal
}

run_tests
