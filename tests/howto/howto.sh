#!/bin/bash
# SPDX-License-Identifier: MIT
# The C code of minitalk-howto(7) compiles without a warning and does what the page says.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "${srcdir:-$(dirname "$0")/../..}/tests/integration/lib.sh"

page=$builddir/man/minitalk-howto.7
CC=${CC:-cc}

# compile FILE OPTION…: as the page says, and every warning is an error. It is optimised, because
# gcc finds more then.
compile() {
    "$CC" -O2 -Wall -Wextra -Werror "${@:2}" "$1"
}

# numbers_of_programs: the numbers of the blocks with main(): the server and then the client.
numbers_of_programs() {
    grep -l '^int main(' block.*.sh | sed 's/block\.\([0-9]*\)\.sh/\1/' | sort -n
}

# write_sources: writes ./functions.c, ./server.c and ./client.c from the page.
write_sources() {
    local -a programs
    local i
    blocks_of_page "$page" block
    mapfile -t programs < <(numbers_of_programs)
    [ ${#programs[@]} -eq 2 ] || fail "the page has ${#programs[@]} programs"
    for ((i = 1; i < programs[0]; i++)); do
        cat "block.$i.sh"
        echo
    done > functions.c
    cat functions.c "block.${programs[0]}.sh" > server.c
    cat functions.c "block.${programs[1]}.sh" > client.c
}

# build_examples: builds ./examples, which runs the functions one by one.
build_examples() {
    command -v "$CC" > /dev/null || skip 'there is no C compiler'
    write_sources
    compile functions.c -c -include "$srcdir/tests/howto/examples.h"
    compile "$srcdir/tests/howto/examples.c" -c -D_GNU_SOURCE
    "$CC" functions.o examples.o -o examples
}

# build_pair: builds ./server and ./client.
build_pair() {
    command -v "$CC" > /dev/null || skip 'there is no C compiler'
    write_sources
    compile server.c -o server
    compile client.c -o client
}

# start_server: the PID of the server is in $server, its output is in ./printed.
start_server() {
    : > printed
    ./server > printed &
    server=$!
    eventually 5 has_text printed
    [ "$(cat printed)" = "$server" ] || fail 'the first line is not the PID'
}

# expect_printed LINE…: the server prints exactly these lines, in any order. It answers the last
# bit of a message before it prints the message.
expect_printed() {
    eventually 5 has_lines $(($# + 1))
    tail -n +2 printed | sort | diff - <(printf '%s\n' "$@" | sort) ||
        fail 'other lines were printed'
}

has_lines() {
    [ "$(wc -l < printed)" -ge "$1" ]
}

# text N: N characters.
text() {
    head -c "$1" /dev/urandom | base64 -w 0 | head -c "$1"
}

# ---- bits ----

# expect_output EXPECTED ARGUMENT…: what ./examples prints.
expect_output() {
    local output
    output=$(timeout 10 ./examples "${@:2}") || fail "'$*' ended with status $?"
    [ "$output" = "$1" ] || fail "'${*:2}' printed '$output', not '$1'"
}

test_each_bit_has_its_signal() {
    build_examples
    expect_output "$(kill -l USR1) $(kill -l USR2) 0 1" numbers
}

# numbers_of SYSTEM: the two numbers in the table of the page.
numbers_of() {
    sed -n "s/^\.It $1.* Ta \([0-9]*\) Ta \([0-9]*\)\$/\1 \2/p" "$page"
}

test_the_numbers_are_those_of_this_system() {
    case $(uname -m) in
    x86_64 | i?86 | aarch64 | arm*) ;;
    *) skip 'the page has other numbers for this machine' ;;
    esac
    [ "$(numbers_of 'Linux on x86')" = "$(kill -l USR1) $(kill -l USR2)" ]
    [ "$(kill -l SEGV)" -eq $(($(kill -l USR1) + 1)) ]
}

test_octets_beyond_ascii_have_the_bits_of_utf_8() {
    build_examples
    expect_output 1100001110101001 bits é
    expect_output '-1 -1' signed
}

# ---- waiting ----

test_of_many_signals_one_arrives() {
    build_examples
    expect_output 1 arrivals 1
    expect_output 1 arrivals 1000
}

# race WAY WHEN STATUS: the client ends with this status. 124 says that it hangs.
race() {
    expect_status "$3" timeout 2 ./examples race "$1" "$2"
    if [ "$2" = early ]; then
        grep -qx 'the answer came before the wait' stdout || fail 'the race was not forced'
    fi
}

test_pause_hangs_if_the_answer_comes_before_it() {
    build_examples
    race pause late 0
    race pause early 124
}

test_each_mended_wait_ends_whenever_the_answer_comes() {
    local way
    build_examples
    for way in take poll handler; do
        race "$way" late 0
        race "$way" early 0
    done
}

# ---- handlers ----

test_with_sa_mask_no_handler_interrupts_another() {
    build_examples
    expect_output 1 depth masked
    expect_output 2 depth bare
}

test_the_handler_prints_each_octet_and_keeps_errno() {
    build_examples
    expect_output 'grüße, 你好' print 'grüße, 你好'
    expect_output 0 errno
}

# ---- acknowledging ----

test_a_signal_without_a_pid_is_not_answered() {
    build_examples
    expect_output -1 nobody
}

test_a_signal_of_a_third_process_is_no_answer() {
    build_examples
    expect_output "$(printf '%s\n' 'the answer came before the wait' 'no answer')" third
}

# ---- several clients ----

test_the_pair_delivers_a_long_text_and_unicode() {
    local long
    build_pair
    start_server
    long=$(text 1000)
    ./client "$server" "$long"
    ./client "$server" 'grüße, 你好, مرحبا, 👋'
    ./client "$server" ''
    expect_printed "$long" 'grüße, 你好, مرحبا, 👋' ''
}

test_a_message_larger_than_the_buffer_becomes_several_lines() {
    local long
    build_pair
    start_server
    long=$(text 5000)
    ./client "$server" "$long"
    expect_printed "${long:0:4096}" "${long:4096}"
}

test_the_pair_delivers_messages_sent_at_once() {
    local -a texts=() clients=()
    local i pid
    build_pair
    start_server
    for i in {1..8}; do
        texts+=("$i $(text 200)")
        ./client "$server" "${texts[-1]}" &
        clients+=($!)
    done
    for pid in "${clients[@]}"; do
        expect_end 0 "$pid"
    done
    expect_printed "${texts[@]}"
}

test_a_client_killed_amid_a_message_leaves_nothing_behind() {
    local client i
    build_pair
    start_server
    for i in {1..5}; do
        ./client "$server" "$(text 100000)" &
        client=$!
        let_work "$client" 10
        kill -KILL "$client"
        wait "$client" || :
        ./client "$server" "message $i"
    done
    # The long ones may have filled the buffer, and then have printed a part.
    eventually 5 grep -qx 'message 5' printed
    grep -x 'message .' printed | diff - <(printf 'message %d\n' {1..5})
}

# The client asks again and again whether the server is idle.
test_a_server_that_was_stopped_gets_each_bit_once() {
    local client long
    build_pair
    start_server
    long=$(text 1000)
    stop_process "$server"
    ./client "$server" "$long" &
    client=$!
    let_work "$client" 2
    kill -CONT "$server"
    expect_end 0 "$client"
    expect_printed "$long"
}

# ---- PIDs ----

test_only_a_positive_number_is_a_pid() {
    local wrong
    build_examples
    expect_output 12 pid 12
    for wrong in 0 -1 -12 '' x 12x 99999999999 99999999999999999999; do
        expect_output 0 pid "$wrong"
    done
}

test_a_process_that_catches_both_signals_is_told_from_a_bystander() {
    local bystander
    build_pair
    build_examples
    start_server
    expect_output yes prepared "$server"
    sleep 100 &
    bystander=$!
    expect_output no prepared "$bystander"
    expect_output no prepared 0
    expect_output no prepared -1
}

# In a PID namespace and a session of its own, so that a client that is wrong can hit nothing else:
# -1 is limited to the namespace, and 0 to the process group.
test_the_client_hits_no_bystander() {
    needs_root 'make a PID namespace'
    unshare --pid --fork --mount-proc true 2> /dev/null || skip 'PID namespaces are not permitted'
    build_pair
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --pid --fork --mount-proc --kill-child setsid --wait sh -euc '
        sleep 100 &
        for pid in $! 0 -1 x; do
            ! ./client "$pid" hello
        done
        kill -0 $!
        kill -KILL $!' 2> stderr
    [ "$(grep -c '^usage: ' stderr)" -eq 4 ] || fail "$(cat stderr)"
}

# ---- speed ----

# The page says how many milliseconds 100 characters, 800 bits, took.
test_the_speed_is_measured() {
    build_pair
    build_examples
    start_server
    ./examples speed "$server" > microseconds
    awk '{ exit !($1 > 0 && $1 < 1000) }' microseconds || fail "$(cat microseconds) microseconds"
    echo "# $(cat microseconds) microseconds for each bit"
}

# It breaks what learners write: so it also says if this page is right.
test_minitalk_doctor_finds_nothing_in_the_pair() {
    unshare --user --pid --fork --mount-proc true 2> /dev/null ||
        skip 'user namespaces are not permitted'
    build_pair
    expect_status 0 "$builddir/minitalk-doctor" ./server ./client
    grep -q '^Nothing was found' stdout
}

run_tests
