#!/bin/bash
# SPDX-License-Identifier: MIT
# minitalk-doctor talks to servers and clients of the exercise.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/lib.sh"

# ---- --serve ----

# start_reception [DIALECT]: starts the doctor as a server. Its PID is in $doctor, its output goes
# to ./heard.
start_reception() {
    : > heard
    "$minitalk_doctor" --serve"${1:+=$1}" > heard &
    doctor=$!
    eventually 10 has_text heard
    [ "$(head -n 1 heard)" = "PID: $doctor" ] || fail "the first line is $(head -n 1 heard)"
}

stop_reception() {
    kill "$doctor"
    expect_end 0 "$doctor"
}

# send_words DIALECT PACE WORD…: a client for each word.
send_words() {
    local dialect=$1 pace=$2 word
    shift 2
    for word; do
        "$tools/exercise" client "$dialect" "$pace" "$doctor" "$word" || fail "'$word' was not sent"
    done
}

# Prints the messages that were heard, without PIDs. On a busy machine, a client may look as if it
# did not wait for answers, so a message may have the mark for that.
messages() {
    sed -nE 's/^[0-9]+( \(doubtful\))?: //p' heard
}

# Returns true if the doctor waits and has taken all signals.
has_taken_all() {
    is_asleep "$doctor" && ! grep -E '^(ShdPnd|SigPnd):.*[1-9a-f]' "/proc/$doctor/status" > /dev/null
}

has_heard() {
    [ "$(messages | wc -l)" -ge "$1" ]
}

expect_heard() {
    eventually 10 has_heard $#
    printf '%s\n' "$@" | diff - <(messages) || fail 'other messages were heard (>)'
}

# Clients that wait for each answer lose nothing, however busy the machine is.
test_each_dialect_is_learnt_from_clients_that_wait() {
    local dialect
    while read -r dialect; do
        start_reception
        send_words "$dialect" 0 Hello 'minitalk 42' 'the third text'
        expect_heard Hello 'minitalk 42' 'the third text'
        grep -qxF "learnt $dialect" heard || fail "$dialect: learnt something else: $(cat heard)"
        stop_reception
    done <<'END'
msb,usr1=1,nul,ack=bit/usr1
msb,usr2=1,nothing,ack=bit/usr1
lsb,usr2=1,newline+nul,ack=bit/usr1
msb,usr1=1,pid31,nul,ack=bit/usr1
msb,usr2=1,len64le,nul,ack=bit/usr1
lsb,usr2=1,len64le,ack=bit/usr2
lsb,usr1=1,7bit,pid31,len32le,eot,ack=bit/usr1
msb,usr1=1,nul,ack=bit/usr2
END
}

# A compiler may write to the same inode.
test_a_program_that_was_compiled_anew_may_have_another_dialect() {
    local dialect inode
    start_reception
    for dialect in msb,usr1=1,nul,ack=bit/usr1 lsb,usr2=1,len32le,ack=bit/usr1; do
        cat "$tools/exercise" > client
        chmod +x client
        [ "${inode:=$(stat -c %i client)}" = "$(stat -c %i client)" ] || fail 'another inode'
        ./client client "$dialect" 0 "$doctor" Hello || fail 'a client failed to send'
        eventually 10 grep -qxF "learnt $dialect" heard
    done
    expect_heard Hello Hello
    stop_reception
}

test_the_end_of_a_message_is_answered_too() {
    start_reception
    send_words msb,usr1=1,nul,ack=bit/usr1+message/usr2 0 Hello world again
    expect_heard Hello world again
    stop_reception
}

# The handler of each answer sends the next bit, and one more after the answer to the last bit.
test_a_signal_behind_each_message_belongs_to_none() {
    local word words=(Hello 'minitalk 42' 'the third text')
    local chain='first=M one=2 frame=text+nul wait=bit way=chain bit=1 end=2'
    start_reception
    for word in "${words[@]}"; do
        # shellcheck disable=SC2086 # a list of words
        "$builddir/tests/doctor/programs/client" $chain "$doctor" "$word" ||
            fail "'$word' was not sent"
    done
    expect_heard "${words[@]}"
    ! grep ' sent ' heard || fail 'a signal was not explained'
    stop_reception
}

test_a_message_that_two_dialects_explain_is_printed_for_both() {
    start_reception
    send_words msb,usr1=1,nul,ack=bit/usr1 0 22
    stop_reception
    grep -q ' (ambiguous, if msb,usr1=1,nul,ack=none): 22$' heard || fail "$(cat heard)"
    grep -q ' (ambiguous, if lsb,usr1=1,nul,ack=none): LL$' heard || fail "$(cat heard)"
    ! grep -q ^learnt heard || fail 'an ambiguous word taught a dialect'
}

# The answers would end a client that does not catch them.
test_a_client_without_handlers_gets_no_answer_and_is_doubtful() {
    start_reception msb,usr1=1,nul,ack=bit/usr1
    "$tools/exercise" client msb,usr1=1,nul 1000 "$doctor" Hello || fail 'the client was ended'
    stop_reception
    grep -q '^[0-9]* (doubtful): \|^[0-9]* sent ' heard || fail "$(cat heard)"
}

# Without the dialect, the first answer would be SIGUSR1.
test_a_server_that_is_told_a_dialect_answers_as_that_says() {
    local dialect=lsb,usr1=1,len32be,nul,ack=bit/usr2+message/usr1
    start_reception "$dialect"
    send_words "$dialect" 0 Hello
    expect_heard Hello
    stop_reception
}

# send_beside_another DIALECT PACE TEXT WORK: a client sends this text. Another one sends 'second'
# when the doctor has worked so many milliseconds for the first, which is stopped meanwhile. The
# doctor takes the signals of each before the other sends one: so the two cannot meet.
send_beside_another() {
    local first second
    "$tools/exercise" client "$1" "$2" "$doctor" "$3" &
    first=$!
    let_work "$doctor" "$4"
    stop_process "$first"
    eventually 10 has_taken_all
    "$tools/exercise" client "$1" 0 "$doctor" second &
    second=$!
    eventually 10 is_asleep "$second"
    eventually 10 has_taken_all
    kill -CONT "$first"
    expect_end 0 "$first"
    expect_end 0 "$second"
}

test_a_second_client_gets_its_first_answer_after_the_first_message() {
    local dialect=msb,usr1=1,nul,ack=bit/usr1 long
    long=$(printf '%02000d' 0)
    start_reception
    send_words "$dialect" 0 one two three
    send_beside_another "$dialect" 0 "$long" 5
    stop_reception
    printf '%s\n' one two three "$long" second | diff - <(messages) || fail "$(cat heard)"
}

# The first message takes longer than the silence that ends a message.
test_a_client_that_waits_for_another_is_not_taken_for_silent() {
    local dialect=msb,usr1=1,nul,ack=bit/usr1 slow
    slow=$(printf '%050d' 0)
    start_reception "$dialect"
    send_beside_another "$dialect" 10000 "$slow" 1
    stop_reception
    printf '%s\n' "$slow" second | diff - <(messages) || fail "$(cat heard)"
}

wakeups() {
    sed -n 's/^voluntary_ctxt_switches:.//p' "/proc/$doctor/status"
}

# It is asked whether it is ready for its answer, but seldom. This client stops before it is.
test_a_client_that_is_never_ready_does_not_keep_the_doctor_busy() {
    local before client
    start_reception
    python3 -c '
import os, signal, sys
signal.signal(signal.SIGUSR1, lambda number, frame: None)
os.kill(int(sys.argv[1]), signal.SIGUSR1)
os.kill(os.getpid(), signal.SIGSTOP)
' "$doctor" &
    client=$!
    eventually 10 is_stopped "$client"
    before=$(wakeups)
    sleep 0.5 # the time in which they are counted
    [ $(($(wakeups) - before)) -lt 250 ] || fail "it woke up $(($(wakeups) - before)) times"
    end_all "$client"
    stop_reception
}

test_a_message_cannot_look_like_another_line() {
    start_reception msb,usr1=1,nul,ack=bit/usr1
    send_words msb,usr1=1,nul,ack=bit/usr1 0 $'x\nlearnt y'
    expect_heard 'x\x0alearnt y'
    stop_reception
}

# bash has handlers for both signals that end it, once it has a trap for its end. The client gets its
# first answer when the shell has been silent for long, and the shell could have got one before.
test_a_shell_that_sends_a_signal_gets_no_answer() {
    start_reception
    # shellcheck disable=SC2016 # the new shell expands it
    bash -c 'trap : EXIT; kill -USR1 "$2"; "$1" client msb,usr1=1,nul,ack=bit/usr1 0 "$2" x; echo $?' \
        bash "$tools/exercise" "$doctor" > shell || fail 'the shell was ended'
    grep -qx 0 shell || fail "the client ended with $(cat shell)"
    stop_reception
}

# Such a client asks /proc/PID/status first, as that of minitalk-howto(7) does.
test_a_client_that_sends_only_to_prepared_processes_sends() {
    start_reception msb,usr2=1,nul,ack=bit/usr1
    "$builddir/tests/doctor/programs/client" check=yes wait=bit "$doctor" Hello
    expect_heard Hello
    stop_reception
}

# A script starts its commands in the background so, and ^C is not meant for them. stop_reception
# ends the doctor with SIGTERM.
test_an_interrupt_that_is_ignored_does_not_stop_the_server() {
    start_reception msb,usr2=1,nul,ack=bit/usr1
    grep -q '^SigIgn:.*[2367abef]$' "/proc/$doctor/status" || fail 'SIGINT is not ignored'
    kill -INT "$doctor"
    send_words msb,usr2=1,nul,ack=bit/usr1 0 Hello
    expect_heard Hello
    stop_reception
}

test_an_interrupt_stops_the_server() {
    env --default-signal=INT "$minitalk_doctor" --serve > heard &
    doctor=$!
    eventually 10 has_text heard
    kill -INT "$doctor"
    expect_end 0 "$doctor"
}

# SIGUSR1 + 1 is SIGSEGV here, and SIGUSR2 on macOS.
test_a_client_that_sends_the_wrong_signal_is_told_so() {
    start_reception
    kill -SEGV "$doctor"
    eventually 10 grep -q " sends SIGSEGV, which is SIGUSR1 + 1 here" heard
    stop_reception
}

# ---- --send ----

start_server() {
    : > printed
    "$tools/exercise" server "$1" > printed &
    server=$!
    eventually 10 has_text printed
}

end_server() {
    end_all "$server"
    wait "$server" || :
}

# printed_all TEXT: the server has printed this, behind the line with its PID.
printed_all() {
    [ "$(tail -n +2 printed)" = "$1" ]
}

test_nothing_is_lost_to_servers_that_answer_and_to_servers_that_do_not() {
    local dialect text
    text=$(printf '%0500d' 0)
    while read -r dialect; do
        start_server "$dialect"
        "$minitalk_doctor" --send="$dialect" "$server" "$text" > /dev/null
        eventually 10 printed_all "$text"
        end_server
    done <<'END'
msb,usr1=1,nul
msb,usr1=1,nul,ack=bit/usr1+message/usr2
lsb,usr2=1,len32le,ack=octet/usr2
msb,usr2=1,nothing
lsb,usr1=1,7bit,pid31,len32le,eot,ack=bit/usr1
END
}

# lose_nothing_to DIALECT OPTION…: sends a text in this dialect to a test program with these options.
lose_nothing_to() {
    local dialect=$1 text='minitalk 42'
    : > printed
    "$builddir/tests/doctor/programs/server" "${@:2}" > printed &
    server=$!
    eventually 10 has_text printed
    "$minitalk_doctor" --send="$dialect" "$server" "$text" > /dev/null
    eventually 10 printed_all "$text"
    end_server
}

# It sleeps before its answer. A signal between that and the next call of pause() would be lost.
test_nothing_is_lost_to_a_server_that_answers_before_it_waits_again() {
    lose_nothing_to msb,usr1=1,nul,ack=bit/usr1 first=M one=1 bit=1 delay=1000 later=yes lag=2000
}

test_nothing_is_lost_to_a_server_in_a_busy_loop() {
    lose_nothing_to msb,usr1=1,nul first=M one=1 busy=yes
}

test_the_answers_are_counted() {
    start_server msb,usr2=1,nul,ack=bit/usr1+message/usr2
    "$minitalk_doctor" --send "$server" AB > sent
    [ "$(cat sent)" = '24 signals sent; answers: 24 SIGUSR1, 1 SIGUSR2' ] || fail "$(cat sent)"
    end_server
}

test_a_process_without_both_handlers_is_refused_and_lives() {
    sleep 60 &
    eventually 5 is_called sleep $!
    expect_doctor 76 'does not catch both SIGUSR1 and SIGUSR2' --send $! x
    ! has_ended $! || fail 'the process was ended'
    end_all $!
    start_daemon
    expect_doctor 76 'does not catch both SIGUSR1 and SIGUSR2' --send "$daemon" x
    stop_daemon
}

# With a trap, bash catches all signals that end it.
test_a_shell_is_refused_and_lives() {
    mkfifo lifeline
    exec 3<> lifeline
    bash -c 'trap : EXIT; echo ready; read -r' < lifeline > ready &
    eventually 5 has_text ready
    expect_doctor 76 'also catches SIGHUP or SIGXCPU, as shells do' --send $! x
    echo end >&3
    expect_end 0 $!
    exec 3>&-
}

test_a_server_that_has_ended_or_is_stopped_is_named() {
    sleep 0 &
    wait $!
    expect_doctor 69 'no process' --send $! x
    start_server msb,usr2=1,nul
    stop_process "$server"
    expect_doctor 75 'is stopped; continue it' --send "$server" x
    end_server
}

# ---- the command line ----

test_a_wrong_command_line_is_refused() {
    expect_doctor 64 'give two commands, SERVER and CLIENT'
    expect_doctor 64 'give two commands, SERVER and CLIENT' ./server
    expect_doctor 64 'give two commands, SERVER and CLIENT' ./server ./client 4711
    expect_doctor 64 '--json is for an examination' --json --serve
    expect_doctor 64 '--json is for an examination' --send --json 1 x
    expect_doctor 64 '--svg is for an examination' --svg=x --serve
    expect_doctor 64 'give either --serve or --send' --serve --send 1 x
    expect_doctor 64 "unexpected argument 'x'" --serve x
    expect_doctor 64 'needs a PID and one STRING' --send 1
    expect_doctor 64 'needs a PID and one STRING' --send 1 two words
    expect_doctor 64 "'0' is not a valid PID" --send 0 x
    expect_doctor 64 "'-1' is not a valid PID" --send -- -1 x
    expect_doctor 64 "invalid dialect 'nul'" --send=nul 1 x
    expect_doctor 64 "invalid dialect ''" --serve=
    expect_doctor 64 "unknown or ambiguous option '--sing'" --sing
    expect_doctor 65 'has no signals for this STRING' --send=msb,usr2=1,7bit,nul 1 é
}

test_help_and_version_are_printed() {
    expect_status 0 "$minitalk_doctor" --help
    grep -q '^Usage: minitalk-doctor' stdout
    expect_status 0 "$minitalk_doctor" --version
    grep -q '^minitalk-doctor [0-9]' stdout
}

run_tests
