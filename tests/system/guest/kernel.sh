#!/bin/bash
# SPDX-License-Identifier: MIT
# The package on another kernel: what ../kernels.sh runs in each machine that it boots, as root.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119,SC2154 # lib.sh sets its variables, and needs no arguments here
. "$(dirname "$0")/../../integration/lib.sh"
# shellcheck source=tests/integration/innocent.sh
. "$(dirname "$0")/../../integration/innocent.sh"

# kernels.sh sets this.
: "${octets:=65536}"
message_id=$(sed -n 's/^#define MESSAGE_ID_MESSAGE "\(.*\)"/\1/p' "$srcdir/src/daemon/message-ids.h")

as_alice() {
    runuser --user alice -- "$@"
}

# Only entries from now on count.
mark() {
    journalctl --sync
    since=$(date +@%s.%6N)
}

# logged MATCH…: prints the messages in the journal since the mark.
logged() {
    journalctl --sync
    journalctl --quiet --since="$since" --output=cat --unit=minitalk "MESSAGE_ID=$message_id" "$@"
}

main_pid() {
    systemctl show minitalk --property=MainPID --value
}

test_the_package_installs_and_the_service_runs() {
    dpkg --install /root/packages/*.deb > said 2>&1 || fail "$(cat said)"
    systemctl --quiet is-active minitalk || fail "$(systemctl status minitalk)"
}

test_an_ordinary_user_sends() {
    mark
    as_alice minitalk-send 'grüße, 你好 👋'
    [ "$(logged MINITALK_SENDER_UID="$(id -u alice)")" = 'grüße, 你好 👋' ]
}

test_a_long_message_arrives_unchanged() {
    mark
    head -c "$octets" /dev/urandom > bytes
    as_alice minitalk-send --whole < bytes
    logged "MINITALK_BYTES=$octets" > journal
    # journalctl ends each entry with a newline.
    echo >> bytes
    cmp bytes journal
}

test_a_long_message_in_blocks_arrives_unchanged() {
    mark
    head -c "$octets" /dev/urandom > bytes
    as_alice minitalk-send --wide --whole < bytes
    logged "MINITALK_BYTES=$octets" > journal
    echo >> bytes
    cmp bytes journal
}

test_300_in_a_row_arrive_in_their_order() {
    mark
    # shellcheck disable=SC2016 # that shell expands it
    as_alice sh -ec 'for i in $(seq 300); do minitalk-send "message $i"; done'
    seq -f 'message %g' 300 > expected
    logged | cmp expected -
}

test_60_at_once_arrive() {
    local i
    local -a senders=()
    mark
    for i in {1..60}; do
        as_alice minitalk-send --timeout=120 "message $i" &
        senders+=($!)
    done
    for i in "${senders[@]}"; do
        expect_end 0 "$i"
    done
    seq -f 'message %g' 60 | sort > expected
    logged | sort | cmp expected -
}

# Each message that the killed daemon has not confirmed is sent to the next one.
test_a_killed_daemon_is_back_and_loses_no_confirmed_message() {
    local i before after
    mark
    seq -f 'message %g' 200 > lines
    as_alice minitalk-send --confirm --retry --keep-going < lines > confirmed 2> complaints &
    sender=$!
    for i in 20 60; do
        eventually 60 has_confirmed "$i"
        before=$(main_pid)
        kill -KILL "$before"
        eventually 60 has_confirmed "$((i + 20))"
        after=$(main_pid)
        [ "$after" != "$before" ]
    done
    wait "$sender" || :
    logged > journal
    sed -n 's/^\([0-9]*\) logged$/message \1/p' confirmed > kept
    [ "$(wc -l < kept)" -ge 190 ] || fail "confirmed: $(wc -l < kept); $(cat complaints)"
    grep -Fxc -f kept journal > count
    [ "$(cat count)" -eq "$(wc -l < kept)" ] || fail "of $(wc -l < kept), $(cat count) are logged"
    sort journal | uniq --repeated > twice
    [ ! -s twice ] || fail "twice: $(cat twice)"
}

has_confirmed() {
    [ "$(grep -c ' logged$' confirmed)" -ge "$1" ]
}

test_noise_of_both_lanes_harms_nothing() {
    local before
    before=$(main_pid)
    mark
    "$tools/stray" plain "$before" &
    also_end $!
    for i in {1..10}; do
        as_alice minitalk-send --timeout=120 "message $i"
    done
    [ "$(main_pid)" = "$before" ]
    seq -f 'message %g' 10 > expected
    logged | cmp expected -
}

echo "# $(uname -srvm), $(nproc) CPUs, systemd $(systemctl --version |
    sed -n 's/systemd \([0-9]*\).*/\1/p;q'), glibc $(ldd --version | sed 's/.* //;q')"
run_tests "$0" "$(dirname "$0")/../../integration/innocent.sh"
