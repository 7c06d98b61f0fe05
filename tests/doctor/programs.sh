#!/bin/bash
# SPDX-License-Identifier: MIT
# The test programs for minitalk-doctor speak each dialect, and have each fault that they claim.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119,SC2154 # pairs.sh sets $programs; arguments of run_tests are its own
. "${srcdir:-$(dirname "$0")/../..}/tests/integration/lib.sh"
# shellcheck source=tests/doctor/programs/pairs.sh
. "$srcdir/tests/doctor/programs/pairs.sh"

# text N: N characters.
text() {
    head -c "$1" /dev/urandom | base64 -w 0 | head -c "$1"
}

# start_server LINE OPTION…: starts a server, which must print LINE with its PID in the place of N,
# and with octets in the place of \t and \0.
# The PID is in $server, the output in ./printed.
start_server() {
    local line=$1 pid_line
    shift
    : > printed
    "$programs/server" "$@" "line=$line" > printed &
    server=$!
    eventually 5 has_text printed
    [[ $line =~ ^(.*[^A-Za-z]|.*\\[t0])?N([^A-Za-z].*)?$ ]] || fail "'$line' has no N"
    pid_line=${BASH_REMATCH[1]//\\0/\\0000}$server${BASH_REMATCH[2]}
    head -n 1 printed | cmp - <(printf '%b\n' "$pid_line") ||
        fail "the line with the PID is '$(head -n 1 printed | tr '\0' 0)'"
}

start_pair() {
    options=("$@")
    start_server 'PID: N' "$@"
}

# start_fault NAME [OPTION…]: as start_pair, with the options of this fault and others.
start_fault() {
    local -a of_fault
    mapfile -t of_fault < <(options_of_fault "$1")
    start_pair "${of_fault[@]}" "${@:2}"
}

end_server() {
    kill -KILL "$server"
    wait "$server" || :
}

send_to_server() {
    "$programs/client" "${options[@]}" "$server" "$@"
}

# is_idle PID: this process sleeps, and neither signal is pending.
is_idle() {
    ! grep -q '^ShdPnd:.*[236-9a-f]..$' "/proc/$1/status" && is_asleep "$1"
}

# printed_text: all that the server has printed after the line with its PID.
printed_text() {
    tail -n +2 printed
}

# is_intact FILE: the server has printed exactly these octets.
is_intact() {
    printed_text | cmp -s - "$1"
}

# expect_lost FILE: the server has taken all that it will ever get, and has not printed these
# octets.
expect_lost() {
    eventually 5 is_idle "$server"
    ! is_intact "$1" || fail 'the message is intact'
}

# expected_text TEXT OPTION…: what a server with these options prints for TEXT.
expected_text() {
    local text=$1 option after=n frame=
    shift
    for option in "$@"; do
        case $option in
        after=*) after=${option#after=} ;;
        frame=*) frame=${option#frame=} ;;
        esac
    done
    printf %s "$text"
    [[ $frame != *newline* ]] || echo
    [ "$frame" != text ] || return 0 # this message has no end
    while [ -n "$after" ]; do
        case $after in
        n*) echo ;;
        0*) printf '\0' ;;
        esac
        after=${after:1}
    done
}

# for_each_dialect COMMAND [PATTERN]: calls COMMAND with each row whose options match PATTERN: the
# name, the line with the PID, the options. There must be some.
for_each_dialect() {
    local name line row_options count=0
    while IFS=$'\t' read -r name _ row_options line; do
        [[ " $row_options " = *" ${2-} "* ]] || [ -z "${2-}" ] || continue
        count=$((count + 1))
        # shellcheck disable=SC2086 # a list of words
        "$1" "$name" "$line" $row_options
    done < <(rows dialects)
    [ "$count" -gt 0 ] || fail 'there is no such dialect'
    echo "# $count dialects"
}

# ---- every dialect ----

speaks() {
    local name=$1 line=$2 message
    shift 2
    mapfile -t options < <(mended "$@")
    start_server "$line" "${options[@]}"
    message=$(text 1000)
    expected_text "$message" "$@" > expected
    send_to_server "$message" || fail "$name: the client failed"
    eventually 5 is_intact expected
    end_server
}

test_dialects_with_an_answer_to_each_bit_deliver_a_thousand_characters() {
    for_each_dialect speaks wait=bit
}

test_dialects_without_deliver_them_to_a_server_that_is_looked_at() {
    for_each_dialect speaks wait=none
    for_each_dialect speaks wait=octet
}

test_the_table_has_a_row_for_each_of_the_fifty() {
    [ "$(rows dialects | grep -cE 'wait=(bit|none|octet) ')" -eq 50 ]
    [ "$(rows dialects | wc -l)" -eq 50 ]
    [ -z "$(rows dialects | cut -f 1 | sort | uniq -d)" ]
}

# ---- loss ----

# The server is stopped, as by a machine that has no time for it. At most one signal of each number
# waits for it.
loses_without_a_wait() {
    local name=$1
    shift 2
    start_pair "$@" plusone=no sleep=100
    stop_process "$server"
    expected_text abc "$@" > expected
    send_to_server abc || fail "$name: the client waits"
    kill -CONT "$server"
    expect_lost expected
    end_server
}

test_clients_that_do_not_wait_lose_bits() {
    for_each_dialect loses_without_a_wait wait=none
}

# expect_hang STRING: a client that sends STRING does not end. It would take some milliseconds.
expect_hang() {
    expect_status 124 timeout 1 "$programs/client" "${options[@]}" "$server" "$@"
}

loses_without_answers_to_bits() {
    shift 2
    start_pair "$@"
    stop_process "$server"
    expected_text abc "$@" > expected
    expect_hang abc
    kill -CONT "$server"
    expect_lost expected
    end_server
}

test_clients_that_wait_for_each_octet_lose_bits() {
    for_each_dialect loses_without_answers_to_bits wait=octet
}

hangs_in_pause() {
    shift 2
    [[ " $* " != *' wait=octet '* ]] || return 0
    start_pair "$@" plusone=no
    options+=(held=yes)
    expect_hang abc
    end_server
    start_pair "$@" plusone=no held=yes way=suspend
    timeout 10 "$programs/client" "${options[@]}" held=no "$server" abc
    end_server
}

test_clients_hang_in_pause_after_an_early_answer() {
    for_each_dialect hangs_in_pause way=pause
}

# loses FAULT: a stopped server does not get the whole message of such a client.
loses() {
    start_fault "$1"
    stop_process "$server"
    send_to_server abc
    kill -CONT "$server"
    echo abc > expected
    expect_lost expected
    end_server
}

test_faulty_pairs_lose_bits() {
    loses no-wait
    loses paced
    loses message-answers
    start_fault octet-answers
    stop_process "$server"
    expect_hang abc
    end_server
}

test_a_faulty_pair_hangs_in_pause() {
    start_fault pause held=yes
    expect_hang abc
    end_server
    start_fault healthy held=yes
    send_to_server abc
}

# deliver_with_a_held_handler OPTION…: each handler waits a moment for another one to interrupt it.
deliver_with_a_held_handler() {
    start_fault unmasked held=yes "$@"
    "$programs/client" "${options[@]}" held=no again=no "$server" abc
    eventually 5 is_idle "$server"
}

test_handlers_without_sa_mask_take_bits_in_the_wrong_order() {
    echo abc > expected
    deliver_with_a_held_handler
    expect_lost expected
    end_server
    deliver_with_a_held_handler unmasked=no
    eventually 5 is_intact expected
}

# ---- several clients ----

# start_long_client: starts a client with a long text, which is in ./long, and stops it halfway.
start_long_client() {
    text 5000 > long
    "$programs/client" "${options[@]}" "$server" "$(cat long)" &
    client=$!
    let_work "$client" 5
    stop_process "$client"
}

# send_amid_a_message OPTION…: sends a message while another one is halfway.
send_amid_a_message() {
    start_fault "$@"
    start_long_client
    timeout 10 "$programs/client" "${options[@]}" "$server" between || :
    kill -CONT "$client"
}

test_messages_in_one_buffer_are_mixed() {
    send_amid_a_message mixed
    eventually 10 has_ended "$client"
    eventually 5 is_idle "$server"
    ! printed_text | grep -qxFf long || fail 'the long message is intact'
    end_server
    send_amid_a_message healthy
    expect_end 0 "$client"
    eventually 5 grep -qx between printed
    eventually 5 grep -qxFf long printed
}

# send_after_a_kill OPTION…: sends a message after a client was killed halfway.
send_after_a_kill() {
    start_fault "$@"
    start_long_client
    kill -KILL "$client"
    wait "$client" || :
    timeout 10 "$programs/client" "${options[@]}" "$server" after || :
}

test_a_killed_client_leaves_a_part_of_its_message_behind() {
    echo after > expected
    send_after_a_kill mixed
    expect_lost expected
    end_server
    send_after_a_kill healthy
    eventually 5 is_intact expected
}

test_a_healthy_pair_delivers_messages_sent_at_once() {
    local -a texts=() clients=()
    local i
    start_fault healthy
    for i in {1..4}; do
        texts+=("$i $(text 300)")
        send_to_server "${texts[-1]}" &
        clients+=($!)
    done
    for i in "${clients[@]}"; do
        expect_end 0 "$i"
    done
    for i in "${texts[@]}"; do
        eventually 5 grep -qxF -- "$i" printed
    done
}

test_a_server_that_answers_to_the_first_client_leaves_others_waiting() {
    start_fault first-pid
    send_to_server one
    expect_hang two
    end_server
    start_fault healthy
    send_to_server one
    send_to_server two
}

# ---- signals and PIDs ----

test_sigusr1_plus_one_ends_the_server() {
    start_fault plus-one
    expect_status 1 timeout 10 "$programs/client" "${options[@]}" "$server" abc
    expect_end $((128 + $(kill -l SEGV))) "$server"
}

test_seven_bits_spoil_utf_8() {
    start_fault seven-bits
    send_to_server abc
    echo abc > expected
    eventually 5 is_intact expected
    end_server
    start_fault seven-bits
    send_to_server grüße
    echo grüße > expected
    expect_lost expected
}

# hit PID OPTION…: calls a client in a PID namespace and a session of its own, so that nothing else
# can be hit, with the PID of a bystander for BYSTANDER. Prints if the bystander is hit.
hit() {
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --pid --fork --mount-proc --kill-child setsid --wait sh -uc '
        trap "" USR1 USR2
        client=$1
        pid=$2
        shift 2
        env --default-signal=USR1,USR2 sleep 100 &
        until grep -q "^Name:.sleep" "/proc/$!/status"; do :; done
        [ "$pid" != BYSTANDER ] || pid=$!
        env --default-signal=USR1,USR2 "$client" "$@" "$pid" x > /dev/null 2>&1
        # 143 is SIGTERM. SIGUSR1 and SIGUSR2 have lower numbers, and end it first.
        kill -TERM $!
        wait $!
        [ $? -eq 143 ] && echo spared || echo hit
    ' sh "$programs/client" "$@" 2> /dev/null
}

test_an_unchecked_client_ends_bystanders() {
    local pid
    local -a unchecked healthy
    needs_root 'make a PID namespace'
    unshare --pid --fork --mount-proc true 2> /dev/null || skip 'PID namespaces are not permitted'
    mapfile -t unchecked < <(options_of_fault unchecked)
    mapfile -t healthy < <(options_of_fault healthy)
    for pid in BYSTANDER 0 -1; do
        [ "$(hit "$pid" "${unchecked[@]}" wait=none)" = hit ] || fail "$pid: it is spared"
        [ "$(hit "$pid" "${healthy[@]}")" = spared ] || fail "$pid: it is hit"
    done
}

# ---- commands ----

test_a_pair_can_be_written_as_two_commands() {
    # shellcheck disable=SC2046 # a list of words
    write_pair $(options_of_fault healthy) 'line=The PID is N'
    ./server > printed &
    server=$!
    eventually 5 has_text printed
    [ "$(cat printed)" = "The PID is $server" ]
    ./client "$server" "it's one"
    eventually 5 grep -qx "it's one" printed
}

test_wrong_options_are_refused() {
    local wrong
    for wrong in first=X frame=text+x one=x colour=red; do
        expect_status 64 "$programs/server" "$wrong"
        [ -s stderr ]
    done
    expect_status 64 "$programs/client" first=M 1
}

run_tests
