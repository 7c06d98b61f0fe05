#!/bin/bash
# SPDX-License-Identifier: MIT
# strace(1) shows what passes between the two programs: signals, and nothing else.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/lib.sh"

without_leak_detection
strace -o /dev/null true 2> /dev/null || skip_all 'strace is not installed, or may not trace'

message='Every bit of this message travels alone: grüße, 你好, 👋'

# Sends the message. The system calls of both programs are in sender.trace and daemon.trace. Those
# of the exchange, from the first probe to the verdict, are in sender.talk and daemon.talk. On a
# busy machine a sender may be too late for its turn. The daemon then drops a bit without an ack,
# and the sender sends that bit again. These tests are not about that, so this makes up to five
# attempts.
trace_a_message() {
    for _ in {1..5}; do
        trace_once
        [ "$(wc -l < sender.sent)" -ne "$(expected_bits)" ] || return 0
    done
    fail "no attempt took $(expected_bits) bits; the last one took $(wc -l < sender.sent)"
}

trace_once() {
    rm -f -- *.trace
    run_by=(strace -D -o daemon.trace)
    start_daemon
    eventually 5 has_text daemon.trace
    strace -o sender.trace "$minitalk_send" --pidfile="$PWD/minitalk.pid" "$message"
    stop_daemon
    eventually 5 grep -q '^+++ exited' daemon.trace
    expect_received "$message"
    sender=$(sed -n 's/^pidfd_send_signal(.*si_code=SI_QUEUE, si_pid=\([0-9]*\),.*/\1/p' \
        sender.trace | head -n 1)
    sed -n '/^pidfd_send_signal(.*SI_QUEUE/,$p' sender.trace > sender.talk
    sed -n "/^rt_sigtimedwait(.*SI_QUEUE, si_pid=$sender,/,\$p" daemon.trace |
        tac | sed -n '/^pidfd_send_signal(.*SI_QUEUE/,$p' | tac > daemon.talk
    sent_by sender > sender.sent
    sent_by daemon > daemon.sent
    taken_by sender "$daemon" > sender.taken
    taken_by daemon "$sender" > daemon.taken
}

# sent_by NAME: prints the plain signals that NAME.trace shows as sent, one a line: lane and signal.
# Older kernels need tgkill(2) for the thread lane.
sent_by() {
    sed -n -E -e 's/^pidfd_send_signal\([0-9]+, SIG(USR[12]), NULL, 0\) += 0$/process \1/p' \
        -e 's/^pidfd_send_signal\([0-9]+, SIG(USR[12]), NULL, (0x1|PIDFD).*\) += 0$/thread \1/p' \
        -e 's/^tgkill\([0-9]+, [0-9]+, SIG(USR[12])\) += 0$/thread \1/p' "$1.trace"
}

# taken_by NAME PID: prints the plain signals of process PID that NAME.trace shows as taken.
taken_by() {
    local from='rt_sigtimedwait\(.*\{si_signo=SIG(USR[12]), si_code='
    sed -n -E -e "s/^${from}SI_USER, si_pid=$2,.*/process \\1/p" \
        -e "s/^${from}SI_TKILL, si_pid=$2,.*/thread \\1/p" "$1.trace"
}

words_of() {
    grep -c '^pidfd_send_signal(.*SIGUSR2, {.*SI_QUEUE' "$1.trace"
}

# Prints the frame of the message in hexadecimal, as minitalk(7) defines it: magic and version,
# flags and priority (notice), length, payload, and XXXXXXXX for the checksum.
expected_frame() {
    printf '5105%02x%sXXXXXXXX' "$(printf %s "$message" | wc -c)" \
        "$(printf %s "$message" | od -An -v -tx1 | tr -d ' \n')"
}

expected_bits() {
    local frame
    frame=$(expected_frame)
    echo $((${#frame} * 4))
}

hexadecimal() {
    awk '{ octet = octet * 2 + ($2 == "USR2") }
         NR % 8 == 0 { printf "%02x", octet; octet = 0 }'
}

# cmp_lanes A B: compares the signals of each lane. The kernel keeps the order of signals on a lane,
# but not across lanes.
cmp_lanes() {
    cmp <(grep thread "$1") <(grep thread "$2")
    cmp <(grep process "$1") <(grep process "$2")
}

test_every_bit_of_the_frame_is_one_plain_signal_in_order() {
    local frame
    trace_a_message
    frame=$(hexadecimal < sender.sent)
    [ "${frame:0:-8}XXXXXXXX" = "$(expected_frame)" ] ||
        fail "the sender sent $frame, not $(expected_frame)"
    cmp_lanes sender.sent daemon.taken
}

test_every_bit_is_acknowledged_by_one_plain_signal_on_its_lane() {
    trace_a_message
    sed 's/USR2/USR1/' sender.sent | cmp - daemon.sent
    cmp_lanes daemon.sent sender.taken
}

test_bits_use_both_lanes_in_turn() {
    trace_a_message
    awk 'NR % 2 ? $1 != "thread" : $1 != "process" { exit 1 }' sender.sent
}

# On a busy machine there are probe timeouts, and each adds a probe. So the least of five attempts
# counts.
test_a_message_takes_at_most_5_words() {
    local of_sender of_daemon least=1000
    for _ in {1..5}; do
        trace_a_message
        of_sender=$(words_of sender)
        of_daemon=$(words_of daemon)
        [ $((of_sender + of_daemon)) -ge "$least" ] || least=$((of_sender + of_daemon))
    done
    echo "# words beside $(wc -l < sender.sent) bits, of both sides together: $least"
    [ "$least" -le 5 ] || fail "$least words for one message"
}

# calls_beside FILE NAME…: prints the lines with other system calls than these.
calls_beside() {
    local file=$1 names
    shift
    names=$(IFS='|'; echo "$*")
    grep -vE "^($names)\\(|^\\+\\+\\+" "$file"
}

test_nothing_but_signals_passes_during_the_exchange() {
    needs_plain_build 'has files of its own'
    local -a talk=(pidfd_send_signal tgkill rt_sigtimedwait getpid getuid gettid sched_yield poll
        clock_gettime brk mmap munmap)
    trace_a_message
    ! calls_beside sender.talk "${talk[@]}" close exit_group ||
        fail 'the sender makes other system calls'
    ! calls_beside daemon.talk "${talk[@]}" epoll_wait epoll_ctl timerfd_settime pidfd_open openat \
        fstat newfstatat read close write || fail 'the daemon makes other system calls'
    ! grep -h MAP_SHARED sender.talk daemon.talk || fail 'they share memory'
    [ "$(grep -c '^write(' daemon.talk)" -eq 1 ] || fail 'the message is written more than once'
    # The daemon reads files about the sender in /proc. libsystemd's timers read the ID of the boot.
    ! grep '^openat(' daemon.talk |
        grep -vE "\"/proc/($sender/[a-z]+|sys/kernel/random/boot_id)\", O_RDONLY" ||
        fail 'the daemon opens other files'
}

test_the_sender_has_no_other_way_to_talk() {
    needs_plain_build 'has files of its own'
    trace_a_message
    ! grep -E '^(socket|connect|bind|send|recv|pipe|eventfd|memfd|shm|sem|msg|mq_|process_vm|ptrace|pidfd_getfd|io_uring|inotify|clone|fork|vfork|write|pwrite)' \
        sender.trace || fail 'the sender makes the system calls above'
    ! grep -E 'MAP_SHARED|^[a-z]*open.*(O_WRONLY|O_RDWR|O_CREAT)' sender.trace ||
        fail 'the sender shares memory or opens a file for writing'
}

test_the_sender_reads_the_pidfile_and_no_other_file_of_the_daemon() {
    needs_plain_build 'has files of its own'
    trace_a_message
    sed -n '/^rt_sigprocmask(SIG_BLOCK, \[USR1 USR2\]/,$p' sender.trace |
        sed -n 's/^open[a-z]*([^"]*"\([^"]*\)", \([A-Z_]*\).*/\1 \2/p' > opened
    printf '%s\n' "$PWD/minitalk.pid O_RDONLY" "/proc/$daemon/status O_RDONLY" | cmp - opened
}

run_tests
