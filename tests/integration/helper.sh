#!/bin/bash
# SPDX-License-Identifier: MIT
# The program that everybody runs belongs to root. It executes the set-user-ID helper, which belongs
# to the daemon's user, only for an ordinary user who cannot send otherwise, and never for root.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # run_tests does not take the script's arguments
# shellcheck disable=SC2016 # the shells inside expand these texts
. "$(dirname "$0")/lib.sh"

in_private_mounts

# shellcheck source=tests/integration/system-daemon.sh
. "$srcdir/tests/integration/system-daemon.sh"

# ---- a helper that the daemon's user has replaced ----

# The daemon's user puts another program in the place of the helper. It leaves a mark: its user IDs
# and ambient capabilities. A script is enough, although its set-user-ID bit has no effect.
replace_helper() {
    install -m 666 /dev/null mark
    cat > replaced << END
#!/bin/sh
grep -E '^(Uid|CapAmb)' /proc/self/status >> $PWD/mark
END
    as "$SERVICE" sh -c 'cat "$1" > "$2" && chmod 4755 "$2"' - "$PWD/replaced" "$helper"
    [ -u "$helper" ] || fail 'the owner of the helper could not replace it'
}

expect_mark() {
    [ -s mark ] || fail "the helper was not executed: $*"
    : > mark
}

expect_no_mark() {
    [ ! -s mark ] || fail "the helper was executed: $*: $(cat mark)"
}

# Proves that the other tests with a replaced helper can fail.
test_an_ordinary_user_executes_the_helper() {
    start_for_users
    replace_helper
    expect_status 0 as "$USER_A" "$minitalk_send" 'a message'
    expect_mark 'by an ordinary user'
    expect_status 0 setpriv --reuid="$USER_A" "$minitalk_send" 'a message'
    expect_mark 'by an ordinary user with the groups of root'
    expect_nothing
}

test_root_never_executes_a_file_of_the_service() {
    start_for_users
    replace_helper
    [ "$(stat -c '%u %a' "$minitalk_send")" = '0 755' ]
    expect_status 0 "$minitalk_send" 'from root'
    expect_status 0 env -i PATH=/usr/bin:/bin "$minitalk_send" 'with the environment of cron'
    expect_no_mark 'by root'
    expect_received 'from root' 'with the environment of cron'
}

# A process of root that is not permitted to send fails. It also runs as root if it has root's ID as
# only one of its user IDs, and if it has no capabilities.
test_root_without_capabilities_never_executes_a_file_of_the_service() {
    local -a none=(--inh-caps=-all --bounding-set=-all)
    start_for_users
    replace_helper
    expect_status 77 setpriv "${none[@]}" "$minitalk_send" lost
    expect_complaint 'root lacks CAP_DAC_READ_SEARCH, CAP_KILL or CAP_SETUID here'
    expect_no_mark 'by root without capabilities'
    expect_status 77 setpriv "${none[@]}" --clear-groups --ruid="$USER_A" "$minitalk_send" lost
    expect_no_mark 'by effective root'
    expect_status 77 setpriv --clear-groups --euid="$USER_A" "$minitalk_send" lost
    expect_no_mark 'by real root'
    expect_status 77 unshare --user --map-root-user setpriv "${none[@]}" "$minitalk_send" lost
    expect_no_mark 'by root of a user namespace'
    expect_nothing
}

test_a_daemon_of_the_callers_own_needs_no_helper() {
    start_for_users
    mkdir own
    chown "$USER_A" own
    as "$USER_A" "$minitalkd" --output=stdout --pidfile="$PWD/own/minitalk.pid" > own-output \
        2> own-errors
    own=$(head -n 1 own-output)
    also_end "$own"
    replace_helper
    as "$USER_A" "$minitalk_send" "--pid=$own" 'by PID'
    as "$USER_A" "$minitalk_send" --pidfile="$PWD/own/minitalk.pid" 'by pidfile'
    XDG_RUNTIME_DIR=$PWD/own as "$USER_A" "$minitalk_send" --user 'by user'
    expect_status 77 as "$USER_A" "$minitalk_send" "--pid=$daemon" 'not by PID'
    expect_status 77 as "$USER_A" "$minitalk_send" "--pidfile=$system_pidfile" 'not by pidfile'
    expect_no_mark 'for a daemon that was named'
    printf '%s\n' "$own" 'by PID' 'by pidfile' 'by user' | cmp - own-output
    expect_nothing
}

test_who_needs_no_helper_or_cannot_use_it_does_not_execute_it() {
    start_for_users
    replace_helper
    as "$SERVICE" "$minitalk_send" 'from its user'
    expect_status 77 as "$USER_A" setpriv --no-new-privs "$minitalk_send" lost
    expect_complaint 'no_new_privs is set for this process'
    expect_status 64 as "$USER_A" "$minitalk_send" --no-such-option
    expect_status 0 as "$USER_A" "$minitalk_send" --version
    expect_status 66 as "$USER_A" "$minitalk_send" <&-
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    rm "$system_pidfile"
    expect_status 69 as "$USER_A" "$minitalk_send" lost
    expect_no_mark 'in vain'
    expect_received 'from its user'
}

test_the_helper_gets_no_ambient_capabilities() {
    setpriv --ambient-caps=+net_raw --inh-caps=+net_raw true 2> /dev/null ||
        skip 'this container has no capability to give'
    start_for_users
    replace_helper
    expect_status 0 setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        --inh-caps=+net_raw --ambient-caps=+net_raw "$minitalk_send" 'a message'
    grep -qx 'CapAmb:	0000000000000000' mark || fail "the helper got $(cat mark)"
}

test_the_helper_knows_that_standard_input_is_closed() {
    start_for_users
    for file in /dev/stdin /dev/fd/0 -; do
        expect_status 66 as "$USER_A" "$minitalk_send" "--file=$file" <&-
        expect_complaint 'standard input is closed; give a STRING, or open standard input'
    done
    as "$USER_A" "$minitalk_send" 'not needed here' <&-
    expect_received 'not needed here'
}

# ---- a helper that cannot help ----

test_without_a_helper_that_lends_the_right_user_the_sender_is_not_permitted() {
    local damage
    start_for_users
    for damage in "chown $USER_B $helper" "chmod 4755 $helper" "chown $SERVICE $helper" \
        "rm $helper"; do
        $damage
        expect_status 77 as "$USER_A" "$minitalk_send" 'a message'
        expect_complaint "not permitted to read the pidfile $system_pidfile; run minitalk-send as"
        grep -q "make $helper set-user-ID to that user" stderr
    done
    expect_nothing
}

test_the_members_of_a_group_may_send() {
    start_for_users
    chown "$SERVICE:$USER_B" "$helper"
    chmod 4750 "$helper"
    expect_status 77 as "$USER_A" "$minitalk_send" 'from a stranger'
    expect_complaint "not permitted to execute $helper"
    setpriv --reuid="$USER_A" --regid="$USER_A" --groups="$USER_B" "$minitalk_send" 'from a member'
    "$minitalk_send" 'from root'
    expect_received 'from a member' 'from root'
}

test_a_helper_that_cannot_be_executed_is_named() {
    needs_plain_build 'cannot start with so little'
    start_for_users
    as "$SERVICE" sh -c 'echo no program > "$1" && chmod 4755 "$1"' - "$helper"
    expect_status 71 as "$USER_A" "$minitalk_send" 'a message'
    expect_complaint "cannot execute $helper: Exec format error"
    expect_nothing
}

# The helper does not execute itself, so this must not take long.
test_a_helper_without_effect_does_not_execute_itself() {
    without_leak_detection
    start_for_users
    install -m 755 "$tools/launch" .
    within 10000 expect_status 77 as "$USER_A" ./launch traced "$minitalk_send" 'a message'
    expect_complaint 'run it without a debugger'
    mount -t tmpfs -o mode=755,nosuid minitalk "${helper%/*}"
    unmount+=("${helper%/*}")
    install -m 4755 -o "$SERVICE" "$minitalk_send" "$helper"
    within 10000 expect_status 77 as "$USER_A" "$minitalk_send" 'a message'
    expect_complaint 'from a file system that is not mounted nosuid'
    expect_nothing
}

# ---- the helper does what the caller wants ----

# The name of the process is that of the program, and the journal shows it.
test_the_helper_has_the_same_name_and_arguments() {
    start_for_users
    mkfifo hold
    exec 3<> hold
    setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups \
        "$minitalk_send" --timeout=60 -p info < hold 3>&- &
    sender=$!
    echo first >&3
    eventually 10 has_lines 1
    [ "$(stat -L -c %i "/proc/$sender/exe")" = "$(stat -c %i "$helper")" ]
    is_called minitalk-send "$sender"
    printf '%s\0' "$minitalk_send" --timeout=60 -p info | cmp - "/proc/$sender/cmdline"
    exec 3>&-
    expect_end 0 "$sender"
}

has_lines() {
    [ "$(received | wc -l)" -eq "$1" ]
}

test_any_arguments_and_input_reach_the_helper() {
    start_for_users
    as "$USER_A" "$minitalk_send" one -p err two -- -three --
    as "$USER_A" env POSIXLY_CORRECT= "$minitalk_send" one -p err
    as "$USER_A" "$minitalk_send" -- --pid=1
    as "$USER_A" "$minitalk_send" '' $'\xff%s%n'
    printf 'line 1\nline 2\n' | as "$USER_A" "$minitalk_send"
    printf 'line 3\nline 4\n' > lines
    as "$USER_A" "$minitalk_send" --file=lines
    as "$USER_A" "$minitalk_send" --whole < lines
    expect_received 'one two -three --' 'one -p err' --pid=1 $' \xff%s%n' 'line 1' 'line 2' \
        'line 3' 'line 4' 'line 3' 'line 4' ''
}

test_the_options_of_a_pipe_reach_the_helper() {
    start_for_users
    head -c 2097152 /dev/zero | tr '\0' x > large
    { echo first; cat large; printf '\nlast\n'; } > lines
    expect_status 65 as "$USER_A" "$minitalk_send" --keep-going --retry --wait=5 < lines
    grep -q '^minitalk-send: message 2: not logged: the message is larger' stderr
    grep -qx 'minitalk-send: 2 messages confirmed, 1 not logged, 0 unconfirmed' stderr
    [ "$(wc -l < stderr)" -eq 2 ] || fail "the sender said: $(cat stderr)"
    expect_status 64 as "$USER_A" "$minitalk_send" -n lost
    expect_received first last
}

# A bit of SigIgn stands for each signal, SIGINT's has the value 2.
test_the_helper_ignores_interrupts_if_it_is_told_to() {
    start_for_users
    mkfifo hold
    exec 3<> hold
    setpriv --reuid="$USER_A" --regid="$USER_A" --clear-groups env --default-signal=INT \
        "$minitalk_send" --ignore-interrupts < hold 3>&- &
    sender=$!
    echo first >&3
    eventually 10 has_lines 1
    [ "$(stat -L -c %i "/proc/$sender/exe")" = "$(stat -c %i "$helper")" ]
    kill -INT "$sender"
    echo last >&3
    exec 3>&-
    expect_end 0 "$sender"
    expect_received first last
}

test_nothing_is_printed_twice() {
    start_for_users
    as "$USER_A" "$minitalk_send" --trace 'a message' 2> trace
    [ "$(grep -c ' us  sender  *daemon$' trace)" -eq 1 ] || fail "the trace: $(cat trace)"
    as "$USER_A" "$minitalk_send" --verbose --stderr again 2> said
    [ "$(wc -l < said)" -eq 2 ] || fail "the sender said: $(cat said)"
    grep -qx again said
    expect_received 'a message' again
}

test_the_helper_waits_for_the_daemon() {
    start_for_users
    kill "$daemon"
    eventually 5 has_ended "$daemon"
    as "$USER_A" "$minitalk_send" --wait=60 'a message' &
    sender=$!
    as "$SERVICE" "$minitalkd" --output=stdout --pidfile="$system_pidfile" > output 2> errors
    also_end "$(head -n 1 output)"
    expect_end 0 "$sender"
    expect_received 'a message'
}

test_unusual_states_reach_the_helper() {
    start_for_users
    install -m 755 "$tools/launch" .
    for state in blocked ignored pending; do
        as "$USER_A" ./launch $state "$minitalk_send" "$state"
    done
    as "$USER_A" "$minitalk_send" 'without descriptors' <&- >&- 2>&-
    echo 'without arguments' | as "$USER_A" ./launch empty "$minitalk_send"
    as "$USER_A" bash -c 'exec -a "$0" "$@"' '' "$minitalk_send" 'without a name'
    expect_received blocked ignored pending 'without descriptors' 'without arguments' \
        'without a name'
}

run_tests
