#!/bin/bash
# SPDX-License-Identifier: MIT
# The options of minitalk-send whose effect can be tested without a journal. journal.sh has the
# rest.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

# ---- input ----

test_each_line_of_a_file_is_a_message() {
    start_daemon
    printf 'first\n\nlast' > file
    send --file=file
    send -f file
    expect_received first '' last first '' last
}

test_a_hyphen_is_standard_input() {
    start_daemon
    echo 'from the pipe' | send -f -
    expect_received 'from the pipe'
}

test_a_whole_file_is_one_message() {
    start_daemon
    head -c 3000 /dev/urandom > file
    send --whole --file=file
    { cat file; echo; } | expect_received
}

test_skip_empty_leaves_out_empty_messages() {
    start_daemon
    printf '\nfirst\n\n \n\nlast\n\n' | send --skip-empty
    send -e ''
    send -e < /dev/null
    expect_received first ' ' last
}

test_prio_prefix_removes_the_priority_from_each_line_that_has_one() {
    start_daemon
    printf '<134>first\nsecond\n<3>third\n<13>\n<192>none\n' | send --prio-prefix
    printf '<13>\n<13>x\n' | send --prio-prefix --skip-empty
    echo '<13>as it is' | send
    expect_received first second third '' '<192>none' x '<13>as it is'
}

test_an_input_that_cannot_be_opened_or_read_is_named() {
    start_daemon
    expect_status 66 send --file=none
    expect_complaint 'cannot open none: No such file or directory'
    expect_status 66 send --file=/
    expect_complaint 'cannot read message 1 from /: Is a directory'
    expect_received < /dev/null
}

test_each_line_is_sent_as_soon_as_it_is_read() {
    start_daemon
    mkfifo lines
    send < lines &
    sender=$!
    exec 3> lines
    for line in first second third; do
        echo "$line" >&3
        eventually 5 grep -qx "$line" output
    done
    exec 3>&-
    expect_end 0 "$sender"
    expect_received first second third
}

# ---- wrong options ----

test_wrong_values_are_named() {
    local wrong
    for wrong in loud 8 '' user. mark.err; do
        expect_status 64 send --priority="$wrong" text
        expect_complaint "invalid priority '$wrong'"
    done
    for wrong in name=x 'A B=x' =x X _ A 1A=x "$(printf 'A%.0s' {1..65})=x"; do
        expect_status 64 send --field="$wrong" text
        expect_complaint "invalid field '$wrong'"
    done
    for wrong in MESSAGE=x MESSAGE_ID=x PRIORITY=0 MINITALK_SENDER_UID=0 _UID=0 SYSLOG_IDENTIFIER=x; do
        expect_status 64 send --field="$wrong" text
        expect_complaint "the field in '$wrong' is reserved"
    done
    for wrong in '' $'new\nline' $'\x9b' $'\xc2\x9b' $'\xff' "$(printf 'a%.0s' {1..256})"; do
        expect_status 64 send --tag="$wrong" text
        grep -qF "invalid tag '" stderr
    done
    for wrong in minitalkd MINITALKD ' minitalkd' 'minitalkd[1]: stopped'; do
        expect_status 64 send --tag="$wrong" text
        expect_complaint "the tag '$wrong' is reserved for the daemon's own entries; give another"
    done
    for wrong in 0 -1 x 2147483648; do
        expect_status 64 send "--id=$wrong" text
        expect_complaint "--id '$wrong' is"
    done
    for wrong in 0 -1 1.5 86401; do
        expect_status 64 send "--wait=$wrong" text
        expect_complaint "--wait '$wrong' is"
    done
}

test_there_are_64_fields_at_most() {
    local -a fields=()
    start_daemon
    for i in {1..64}; do
        fields+=(-F "FIELD_$i=$i")
    done
    send "${fields[@]}" 'as many as can be'
    expect_status 64 send "${fields[@]}" --tag=more text
    expect_complaint 'more than 64 fields'
    expect_status 64 send "${fields[@]}" --priority=user.err text
    expect_complaint 'more than 64 fields'
    expect_status 64 send -F "LARGE=$(head -c 65536 /dev/zero | tr '\0' x)" text
    expect_complaint 'more than 65536 bytes of fields'
    expect_received 'as many as can be'
}

test_options_that_exclude_each_other_are_usage_errors() {
    expect_status 64 "$minitalk_send" --pid=1 --retry text
    expect_complaint '--retry needs a pidfile'
    expect_status 64 "$minitalk_send" --daemon-user=0 text
    expect_complaint '--daemon-user needs --pid, --pidfile or --user'
    for option in --whole --file=x --prio-prefix; do
        expect_status 64 send "$option" text
        expect_complaint "leave out 'text'"
    done
}

test_the_user_of_a_daemon_is_a_known_name_or_an_id() {
    local user
    start_daemon
    for user in '' no-such-user -1 4294967295 0x0; do
        expect_status 64 send --daemon-user="$user" text
        expect_complaint "no user '$user' is in /etc/passwd; give a name from there, or a user ID"
    done
    for user in root 0 4294967294; do
        send --daemon-user="$user" "with $user"
    done
    expect_received 'with root' 'with 0' 'with 4294967294'
}

# ---- the daemon ----

test_a_dry_run_finds_the_daemon_and_sends_nothing() {
    start_daemon
    send --dry-run text
    seq 100 | send --dry-run
    expect_received < /dev/null
    expect_status 66 send --dry-run --file=none
    stop_daemon
    expect_status 69 send --dry-run text
}

# In logger, -n has the name of a server for its value. A script for logger must not end with status
# 0 when nothing was sent.
test_the_letter_n_is_refused_because_it_is_no_dry_run_to_users_of_logger() {
    local arguments
    start_daemon
    for arguments in '-n host' '-nhost' '-n' '-en host' '-n --dry-run'; do
        # shellcheck disable=SC2086 # two arguments
        expect_status 64 send $arguments text
        expect_complaint '-n is --server of logger(1), and minitalk-send uses no network; leave it'
    done
    expect_received < /dev/null
}

# All other letters of logger and systemd-cat have the same meaning here, or none.
test_options_of_logger_that_do_not_exist_here_are_refused() {
    local arguments
    start_daemon
    for arguments in -d -T '-P 514' '-S 1KiB' '-u socket' --server=host --no-act --tcp --udp \
        --socket=socket --port=514 --journald=file --msgid=1 --size=1KiB --identifier=tag \
        --stderr-priority=err --level-prefix=yes; do
        # shellcheck disable=SC2086 # two arguments
        expect_status 64 send $arguments text
        expect_complaint 'unknown or ambiguous option'
    done
    expect_received < /dev/null
}

test_the_help_tells_what_status_0_means() {
    "$minitalk_send" --help | tail -n 2 | tr '\n' ' ' |
        grep -q 'every message is in the .* log, once; with --dry-run, that nothing was sent'
}

# ---- a pipe that goes on ----

# expect_lines LINE…: ./stderr has exactly these lines, without the name of the program. Lines of
# --trace, which begin with a space, may be there, too.
expect_lines() {
    printf 'minitalk-send: %s\n' "$@" | diff - <(grep -v '^ ' stderr)
}

readonly TOO_LARGE="the message is larger than the daemon accepts; split it, or raise minitalkd's"
readonly TOO_LONG='the line has more than 16777216 bytes; send it with --whole, or split the line'

test_with_keep_going_a_message_that_is_too_large_is_named_and_the_next_goes_on() {
    start_daemon --max-message=5
    printf '%s\n' one twenty '' seventeen four > lines
    expect_status 65 send --keep-going < lines
    expect_lines "message 2: not logged: $TOO_LARGE --max-message" \
        "message 4: not logged: $TOO_LARGE --max-message" \
        '3 messages confirmed, 2 not logged, 0 unconfirmed'
    expect_status 65 send --keep-going --skip-empty --quiet --file=lines
    expect_lines "message 2: not logged: $TOO_LARGE --max-message" \
        "message 4: not logged: $TOO_LARGE --max-message" \
        '2 messages confirmed, 2 not logged, 0 unconfirmed'
    expect_received one '' four one four
}

test_with_keep_going_a_line_beyond_the_senders_own_limit_is_skipped_to_its_end() {
    local line
    line=$(head -c 17000000 /dev/zero | tr '\0' x)
    start_daemon
    expect_status 65 send --keep-going < <(printf '%s\n' one "$line" three "$line")
    expect_lines "message 2: not logged: $TOO_LONG" "message 4: not logged: $TOO_LONG" \
        '2 messages confirmed, 2 not logged, 0 unconfirmed'
    expect_status 65 send --keep-going < <(printf '%s\n%s' one "$line")
    expect_lines "message 2: not logged: $TOO_LONG" \
        '1 message confirmed, 1 not logged, 0 unconfirmed'
    expect_received one three one
}

test_with_keep_going_and_no_failure_the_last_line_counts_the_messages() {
    start_daemon
    expect_status 0 send --keep-going < <(printf '%s\n' one two)
    expect_lines '2 messages confirmed, 0 not logged, 0 unconfirmed'
    expect_status 0 send --keep-going --quiet < <(echo three)
    [ ! -s stderr ]
    expect_status 0 send --keep-going < /dev/null
    expect_lines '0 messages confirmed, 0 not logged, 0 unconfirmed'
    expect_received one two three
}

# A message that is larger than all records of a daemon in these tests.
printf -v LARGE '%05000d' 0
readonly LARGE

# break_log: from now on, the file of the daemon's standard output cannot grow, as on a full disk.
# The records in ./errors have room, because the limit holds for each file, and ./output has LARGE.
break_log() {
    prlimit --pid "$daemon" --fsize="$(stat -c %s output):"
}

mend_log() {
    prlimit --pid "$daemon" --fsize=unlimited:
}

is_refused() {
    grep -q 'refused a message' errors
}

has_refused() {
    [ "$(grep -c 'refused a message' errors)" -eq "$1" ]
}

# start_stream OPTION…: sends the lines that are written to descriptor 3.
start_stream() {
    mkfifo lines
    send "$@" < lines 2> stderr &
    sender=$!
    exec 3> lines
}

# send_line TEXT: sends the line with the stream, which has --trace, and returns once the sender has
# the confirmation. The line is in the daemon's output before that.
send_line() {
    local confirmed
    confirmed=$(grep -c ' committed, at count ' stderr) || :
    echo "$1" >&3
    eventually 30 has_confirmed $((confirmed + 1))
}

has_confirmed() {
    [ "$(grep -c ' committed, at count ' stderr)" -eq "$1" ]
}

readonly UNLOGGED="the daemon could not log the message; see the reason in the daemon's own records, and \
check that its log can be written"

# The status is that of the first message that failed, not that of the second.
test_with_keep_going_a_message_that_cannot_be_logged_is_named_and_the_next_goes_on() {
    needs_plain_build 'writes files of its own'
    start_daemon --max-message=5000
    start_stream --keep-going
    echo "$LARGE" >&3
    eventually 30 grep -qx "$LARGE" output
    break_log
    echo second >&3
    eventually 5 is_refused
    mend_log
    printf '%s\n' third "$LARGE$LARGE" fifth >&3
    exec 3>&-
    expect_end 74 "$sender"
    expect_lines "message 2: not logged: $UNLOGGED" \
        "message 4: not logged: $TOO_LARGE --max-message" \
        '3 messages confirmed, 2 not logged, 0 unconfirmed'
    expect_received "$LARGE" third fifth
}

test_with_retry_a_message_waits_until_the_log_can_be_written_again() {
    needs_plain_build 'writes files of its own'
    start_daemon
    start_stream --retry
    echo "$LARGE" >&3
    eventually 30 grep -qx "$LARGE" output
    break_log
    printf '%s\n' second third >&3
    eventually 5 is_refused
    mend_log
    exec 3>&-
    expect_end 0 "$sender"
    [ ! -s stderr ] || fail "the sender reported an error: $(cat stderr)"
    expect_received "$LARGE" second third
}

test_each_time_that_the_log_breaks_is_recorded() {
    needs_plain_build 'writes files of its own'
    start_daemon --max-message=5000
    start_stream --keep-going --trace
    send_line "$LARGE"
    for breaks in 1 2 3; do
        break_log
        echo 'not logged' >&3
        eventually 5 has_refused $breaks
        mend_log
        send_line "after $breaks"
    done
    exec 3>&-
    expect_end 74 "$sender"
    expect_received "$LARGE" 'after 1' 'after 2' 'after 3'
}

test_with_retry_a_log_that_stays_broken_is_an_error_after_its_time() {
    needs_plain_build 'writes files of its own'
    start_daemon
    break_log
    within 5000 expect_status 74 send --retry --wait=1 < <(printf '%s\n' first second)
    expect_complaint "message 1: $UNLOGGED"
    within 5000 expect_status 74 send --keep-going --retry --wait=1 < <(printf '%s\n' one two)
    expect_lines "message 1: not logged: $UNLOGGED" "message 2: not logged: $UNLOGGED" \
        '0 messages confirmed, 2 not logged, 0 unconfirmed'
    mend_log
    expect_received < /dev/null
}

has_8_refusals() {
    [ "$(grep -c 'refused: unlogged' sender-errors)" -ge 8 ]
}

# After the eighth refusal, the sender pauses for a second. Then it cannot be in the middle of the
# message, which would be unconfirmed.
test_with_retry_a_broken_log_does_not_hide_the_end_of_the_daemon() {
    needs_plain_build 'writes files of its own'
    start_daemon
    send "$LARGE"
    break_log
    start_send --retry --timeout=30 --trace 'a message'
    eventually 20 has_8_refusals
    replace_daemon KILL
    expect_end 0 "$sender"
    expect_received 'a message'
}

test_without_retry_the_end_of_the_daemon_ends_a_run_that_keeps_going() {
    local line
    start_daemon
    start_stream --keep-going --trace
    send_line first
    kill -KILL "$daemon"
    wait "$daemon" || :
    printf '%s\n' second third >&3
    exec 3>&-
    expect_end 69 "$sender"
    line="message 2: not logged: the daemon, process $daemon, has ended, and the message was not sent"
    expect_lines "$line; start the daemon and send again" \
        '1 message confirmed, 1 not logged, 0 unconfirmed; the run ended at message 2: the rest of the input was not sent'
}

test_with_retry_and_no_other_daemon_a_run_that_keeps_going_ends_after_its_time() {
    start_daemon
    start_stream --keep-going --retry --wait=1 --trace
    send_line first
    stop_daemon
    printf '%s\n' second third >&3
    exec 3>&-
    expect_end 69 "$sender"
    grep -q '^minitalk-send: message 2: not logged: no daemon is running' stderr
    grep -q '^minitalk-send: 1 message confirmed, 1 not logged, 0 unconfirmed; the run ended at' stderr
    [ "$(grep -c '^minitalk-send: ' stderr)" -eq 2 ]
}

test_an_unreadable_input_ends_a_run_that_keeps_going() {
    start_daemon
    expect_status 66 send --keep-going --file=/
    expect_lines 'cannot read message 1 from /: Is a directory' \
        '0 messages confirmed, 0 not logged, 0 unconfirmed; the run ended at message 1: the rest of the input was not sent'
}

# With --retry, the next message goes to the next daemon. The daemon is killed in the middle of
# writing the first one, as in test_with_retry_a_message_that_may_be_in_the_log_is_not_sent_again.
test_an_unconfirmed_message_is_named_once_and_never_sent_again() {
    local line cure='start the daemon, check the log, and send the message again if it is not there'
    mkfifo pipe
    exec 4<> pipe
    python3 -c 'import fcntl; fcntl.fcntl(4, fcntl.F_SETPIPE_SZ, 4096)'
    "$minitalkd" --foreground --output=stdout --pidfile="$PWD/minitalk.pid" > pipe 4>&- &
    daemon=$!
    read -r _ <&4
    { head -c 8000 /dev/zero | tr '\0' x; printf '\nsecond\n'; } > lines
    send --keep-going --retry --timeout=30 < lines 2> stderr 4>&- &
    sender=$!
    read -r -N 1 _ <&4
    line="message 1: unconfirmed: the daemon, process $daemon, ended before it confirmed the message"
    kill -KILL "$daemon"
    wait "$daemon" || :
    exec 4>&-
    start_daemon
    expect_end 75 "$sender"
    expect_lines "$line; $cure" \
        '1 message confirmed, 0 not logged, 1 unconfirmed'
    expect_received second
}

# A daemon that is stopped for a while, as in a frozen cgroup, is given as much time as one that has
# to be started.
test_with_retry_a_daemon_that_is_stopped_gets_time() {
    start_daemon
    stop_process "$daemon"
    start_send --retry --timeout=1 'a message'
    let_time_out
    kill -CONT "$daemon"
    expect_end 0 "$sender"
    expect_received 'a message'
    stop_process "$daemon"
    within 5000 expect_status 75 send --keep-going --retry --wait=2 --timeout=1 < <(echo text)
    grep -q '^minitalk-send: message 1: not logged: timed out after 2 s: the daemon' stderr
    kill -CONT "$daemon"
}

# Waits for longer than the timeout of the sender, 1 s.
let_time_out() {
    sleep 1.5
}

# ---- interrupts ----

ignores_interrupts() {
    grep -q '^SigIgn:.*[2367abef]$' "/proc/$1/status"
}

# This shell starts background jobs with SIGINT ignored, and the tests may run with SIGHUP ignored,
# for example under nohup(1). env undoes both.
start_interruptible() {
    local before
    before=$(received | wc -l)
    mkfifo lines
    env --default-signal=INT,HUP "$minitalk_send" --pidfile="$PWD/minitalk.pid" "$@" < lines &
    sender=$!
    exec 3> lines
    echo first >&3
    # Before, the process may still be this shell, which could take a signal for itself.
    eventually 10 has_received $((before + 1))
}

test_with_ignore_interrupts_a_sender_sends_its_input_to_the_end() {
    start_daemon
    start_interruptible --ignore-interrupts
    kill -INT "$sender"
    printf '%s\n' second third >&3
    exec 3>&-
    expect_end 0 "$sender"
    expect_received first second third
}

test_with_ignore_interrupts_other_signals_end_a_sender() {
    local signal
    start_daemon
    for signal in TERM HUP; do
        start_interruptible --ignore-interrupts
        kill "-$signal" "$sender"
        expect_end $((128 + $(kill -l "$signal"))) "$sender"
        exec 3>&-
        rm lines
    done
}

test_without_ignore_interrupts_an_interrupt_ends_a_sender() {
    start_daemon
    start_interruptible
    if ignores_interrupts "$sender"; then
        fail 'the sender ignores SIGINT'
    fi
    kill -INT "$sender"
    expect_end 130 "$sender"
    exec 3>&-
}

# ---- the daemon ----

is_waiting() {
    is_asleep "$1" && is_shielded "$1"
}

test_with_wait_a_sender_sends_as_soon_as_a_daemon_runs() {
    start_send --wait=60 'at last'
    eventually 5 is_waiting "$sender"
    start_daemon
    expect_end 0 "$sender"
    expect_received 'at last'
    # A daemon runs already.
    within 5000 send --wait=60 'at once'
}

test_waiting_ends_after_its_time_or_at_an_error() {
    expect_status 69 send --wait=1 text
    expect_complaint 'no daemon is running'
    # Waiting does not cure this error, so the sender does not wait.
    mkdir minitalk.pid
    within 5000 expect_status 76 send --wait=60 text
}

# ---- the next daemon ----

# replace_daemon SIGNAL: ends the daemon with a signal, appends what it has received to ./all, and
# starts another.
replace_daemon() {
    kill "-$1" "$daemon"
    wait "$daemon" || :
    received >> all
    start_daemon 3>&-
}

test_with_retry_a_message_between_two_daemons_goes_to_the_next_one() {
    start_daemon
    start_stream --retry --trace
    for line in first second third; do
        send_line "$line"
        replace_daemon KILL
    done
    exec 3>&-
    expect_end 0 "$sender"
    printf '%s\n' first second third | cmp - all
}

test_with_retry_a_message_that_a_daemon_left_unfinished_goes_to_the_next_one() {
    start_daemon
    start_long_send 262144 --retry
    replace_daemon KILL
    expect_end 0 "$sender"
    [ ! -s sender-errors ] || fail "the sender reported an error: $(cat sender-errors)"
    { cat long; echo; } | expect_received
    [ ! -s all ] || fail 'the first daemon has logged the message, too'
}

test_with_retry_daemons_that_stop_lose_and_double_nothing() {
    start_daemon
    seq -f 'message %g' 2000 > messages
    start_send --wait --retry --timeout=30 < messages
    for _ in {1..10}; do
        replace_daemon TERM
    done
    expect_end 0 "$sender"
    received >> all
    cmp messages all
}

test_with_retry_a_message_that_may_be_in_the_log_is_not_sent_again() {
    mkfifo pipe
    exec 3<> pipe
    "$minitalkd" --foreground --output=stdout --pidfile="$PWD/minitalk.pid" > pipe 3>&- &
    daemon=$!
    read -r _ <&3
    # The message is larger than the pipe. When its first byte comes out of the pipe, the sender has
    # sent all bits, but the daemon cannot have confirmed the message.
    head -c 100000 /dev/zero | tr '\0' x > large
    start_send --retry --timeout=30 --whole < large
    read -r -N 1 _ <&3
    kill -KILL "$daemon"
    expect_end 75 "$sender"
    grep -q 'ended before it confirmed the message' sender-errors
}

test_with_retry_and_no_other_daemon_the_sender_fails_after_its_time() {
    start_daemon
    start_stream --retry --wait=1 --trace
    send_line first
    stop_daemon
    echo second >&3
    exec 3>&-
    expect_end 69 "$sender"
    [ "$(grep -c '^minitalk-send: ' stderr)" -eq 1 ] || fail "the sender printed: $(cat stderr)"
    grep -q '^minitalk-send: .*no daemon is running' stderr
}

# The caller chooses argv[0].
test_the_name_in_an_error_is_that_of_the_program() {
    for program in "$minitalkd" "$minitalk_send"; do
        (exec -a $'forged\e[31m\nname' "$program" --no-such-option) 2> stderr || :
        expect_complaint "${program##*/}: unknown or ambiguous option"
    done
}

run_tests
