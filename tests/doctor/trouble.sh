#!/bin/bash
# SPDX-License-Identifier: MIT
# minitalk-doctor while something goes wrong: a signal ends it, a file cannot be written, the system
# refuses what an examination needs.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119,SC2154 # pairs.sh sets $programs; arguments of run_tests are its own
. "${srcdir:-$(dirname "$0")/../..}/tests/integration/lib.sh"
# shellcheck source=tests/doctor/programs/pairs.sh
. "$srcdir/tests/doctor/programs/pairs.sh"

# The doctor traces clients.
without_leak_detection

# Copies the programs of the pair to this folder, so that no other process has their names.
publish_pair() {
    cp "$programs/server" "$programs/client" .
    programs=$PWD
    mkdir pair
    cd pair
    write_pair_of "$1"
}

are_there() {
    pgrep -f "^$programs/(server|client)" > /dev/null
}

are_gone() {
    ! are_there
}

# ---- commands ----

# The file is there, and the kernel cannot execute it.
test_a_server_that_does_not_start_is_told_as_the_shell_does() {
    needs_user_namespaces
    echo '#!/no/such/interpreter' > server
    chmod +x server
    expect_doctor 69 "the server './server' did not start; run it by hand" ./server true
    grep -q 'says: sh: .*server: not found$' stderr || fail "standard error: $(cat stderr)"
}

test_a_server_that_ends_at_once_is_told_with_what_it_printed() {
    needs_user_namespaces
    expect_doctor 69 "ended at once, and printed 'usage: server PORT'; give a command" \
        'printf "usage: server PORT\n\nPORT is a number\n"' true
}

# The complaint has the first line that the command prints. Signals from 29 on do not count: glibc
# uses some of them, and env(1) resets none of those.
test_a_command_starts_with_the_signals_that_a_shell_leaves_it() {
    local label
    needs_user_namespaces
    for label in SigBlk SigIgn; do
        expect_status 69 env --default-signal --block-signal=USR1 "$minitalk_doctor" \
            "grep ^$label /proc/self/status" true
        grep -q "and printed '$label:.*0000000';" stderr ||
            fail "standard error: $(cat stderr)"
    done
}

test_a_path_with_a_space_needs_two_kinds_of_quotes() {
    mkdir 'my folder'
    cp "$(type -P true)" 'my folder/server'
    expect_doctor 69 "cannot run the server './my folder/server': a shell splits this path" \
        './my folder/server' true
    expect_doctor 69 "cannot run the client '$PWD/my folder/server': a shell splits this path" \
        true "$PWD/my folder/server"
    needs_user_namespaces
    expect_doctor 69 'ended at once' "'./my folder/server'" true
}

# ---- users ----

test_a_copy_with_the_rights_of_another_user_is_refused() {
    local mode
    needs_root 'make a program set-user-ID'
    needs_plain_build 'takes no options in a set-user-ID program'
    install -m 755 "$minitalk_doctor" .
    chmod 755 .
    for mode in 4755 2755; do
        chmod "$mode" minitalk-doctor
        expect_status 77 as "$USER_A" ./minitalk-doctor 'touch started' true
        grep -q '^minitalk-doctor: minitalk-doctor must not be set-user-ID' stderr ||
            fail "standard error: $(cat stderr)"
    done
    [ ! -e started ] || fail 'the server was started'
}

# In a user namespace of its own, root could not enter the folder.
test_root_examines_programs_that_only_another_user_may_read() {
    needs_root 'give files away'
    needs_user_namespaces
    write_pair_of healthy
    mkdir private
    mv server client private
    chown -R "$USER_A" private
    chmod -R go= private
    expect_status 0 "$minitalk_doctor" private/server private/client
}

# ---- signals ----

test_a_signal_ends_an_examination_and_both_programs() {
    local signal
    needs_user_namespaces
    publish_pair pause
    for signal in INT TERM HUP KILL; do
        env --default-signal "$minitalk_doctor" --svg=signals.svg ./server ./client > report &
        eventually 10 are_there
        kill -"$signal" $!
        expect_end $((128 + $(kill -l "$signal"))) $!
        eventually 10 are_gone
        [ ! -e signals.svg ] || fail "$signal: a diagram is left"
    done
}

# ---- standard output ----

# expect_unwritten REASON ARGUMENT…: the doctor ends, because the standard output of this command
# cannot be written for this reason.
expect_unwritten() {
    local status=0 reason=$1
    shift
    "$minitalk_doctor" "$@" 2> stderr || status=$?
    [ "$status" -eq 74 ] || fail "'$*' ended with status $status"
    [ "$(cat stderr)" = "minitalk-doctor: cannot write to standard output: $reason" ] ||
        fail "standard error of '$*': $(cat stderr)"
}

test_without_standard_output_nothing_is_started_or_sent() {
    expect_unwritten 'Bad file descriptor' 'touch started' true >&-
    expect_unwritten 'Bad file descriptor' --json 'touch started' true >&-
    [ ! -e started ] || fail 'the server was started'
    expect_unwritten 'Bad file descriptor' --serve >&-
    expect_unwritten 'Bad file descriptor' --send 1 x >&-
}

# The reader of the pipe has ended.
test_an_examination_without_a_reader_ends_at_once() {
    needs_user_namespaces
    write_pair_of healthy
    sed -i '2i touch talked' client
    mkfifo pipe
    exec 3<> pipe
    exec 4> pipe 3>&-
    expect_unwritten 'Broken pipe' ./server ./client >&4
    [ ! -e talked ] || fail 'it went on'
}

test_a_report_for_scripts_that_cannot_be_written_is_told() {
    needs_user_namespaces
    write_pair_of healthy
    expect_unwritten 'No space left on device' --json ./server ./client > /dev/full
}

# ---- the diagram ----

test_a_diagram_can_be_written_to_a_pipe() {
    needs_user_namespaces
    write_pair_of healthy
    mkfifo pipe
    cat pipe > drawn &
    expect_status 0 "$minitalk_doctor" --svg=pipe ./server ./client
    expect_end 0 $!
    grep -qx '</svg>' drawn || fail 'the diagram is not complete'
}

test_a_diagram_that_cannot_be_written_is_told_behind_the_report() {
    needs_user_namespaces
    write_pair_of healthy
    expect_doctor 74 "cannot write the diagram '/dev/full': No space left on device" \
        --svg=/dev/full ./server ./client
    grep -q '^Nothing was found' stdout || fail 'the report is not complete'
}

test_a_diagram_is_refused_before_anything_runs() {
    mkdir folder
    expect_doctor 73 "cannot create the diagram 'folder': Is a directory" \
        --svg=folder 'touch started' true
    expect_doctor 73 "cannot create the diagram '': No such file" --svg= 'touch started' true
    [ ! -e started ] || fail 'the server was started'
}

# ---- the report in README.md ----

# checks: what is tried, without the results.
checks() {
    sed -nE 's/^(ok|FAILED|--) +([^:]*):.*/\2/p'
}

test_the_report_in_the_readme_has_the_checks_of_an_examination() {
    needs_user_namespaces
    write_pair_of pause
    expect_status 1 "$minitalk_doctor" ./server ./client
    sed -n 's/^    //p' "$srcdir/README.md" | checks > shown
    checks < stdout | diff shown - || fail 'README.md has others (<)'
}

# ---- what the system refuses ----

# without LIMIT COMMAND…: runs the command where this sysctl is 0, in a user namespace of its own,
# so that the sysctl of the machine stays.
without() {
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --user --map-root-user sh -c '
        echo 0 > "/proc/sys/user/$1"
        shift
        exec "$@"
    ' sh "$@"
}

test_a_ward_that_is_refused_is_told_before_anything_runs() {
    local words='cannot make a PID namespace of its own, .*: No space left on device$'
    needs_user_namespaces
    expect_status 71 without max_pid_namespaces "$minitalk_doctor" 'touch started' true
    grep -q "^minitalk-doctor: $words" stderr || fail "standard error: $(cat stderr)"
    expect_status 71 without max_user_namespaces \
        setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin \
        "$minitalk_doctor" 'touch started' true
    grep -q "^minitalk-doctor: $words" stderr || fail "standard error: $(cat stderr)"
    [ ! -e started ] || fail 'the server was started'
}

test_an_examination_without_ptrace_ends_at_once() {
    needs_user_namespaces
    write_pair_of healthy
    expect_status 71 "$tools/launch" guarded "$minitalk_doctor" ./server ./client
    grep -q '^minitalk-doctor: cannot stop the client: ptrace(2) is forbidden' stderr ||
        fail "standard error: $(cat stderr)"
    ! grep -q characters stdout || fail 'it went on'
}

test_an_examination_without_descriptors_ends_at_once() {
    needs_user_namespaces
    write_pair_of healthy
    close_other_descriptors
    ulimit -n 6
    expect_doctor 71 'cannot go on with the examination: Too many open files' ./server ./client
}

run_tests
