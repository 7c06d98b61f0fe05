#!/bin/bash
# SPDX-License-Identifier: MIT
# README's "Many machines": messages that are sent on two machines are in the journal of a third.
#
# The three machines are guests on a bridge, in a network namespace that has nothing else in it.
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

readonly NETWORK=192.0.2
readonly -A ADDRESSES=([collector]=1 [alpha]=2 [beta]=3)

# ---- the machines ----

make_network() {
    touch "$guests/network"
    unshare --net="$guests/network" ip link add name bridge type bridge
    nsenter --net="$guests/network" ip link set bridge up
}

# guest_ip ARGUMENT…: runs the host's ip(8) in the network of the guest, which has no such program.
guest_ip() {
    nsenter --target "$(cat "$(about leader)")" --net ip "$@"
}

# Boots the guest with that network only.
boot_on_network() {
    local -a boot_by=(nsenter --net="$guests/network")
    local -a boot_options=(--network-bridge=bridge)
    local name
    boot
    guest_ip address add "$NETWORK.${ADDRESSES[$machine]}/24" dev host0
    guest_ip link set host0 up
    for name in "${!ADDRESSES[@]}"; do
        echo "$NETWORK.${ADDRESSES[$name]} $name.example"
    done | guest tee --append /etc/hosts > /dev/null
}

start_collector() {
    make_guest bookworm
    boot_on_network
}

# start_sender RELEASE: starts a guest with the package, then boots it again on the network of this
# test. That network does not reach Debian's archive, so the packages are fetched before.
start_sender() {
    start_guest "$1"
    install_package
    shut_down
    boot_on_network
}

# ---- the messages ----

lines_of() {
    seq -f "$1 %g: grüße, 你好 👋, and blanks  " 20
}

# collected OPTION…: prints the messages of the guest in the collector's journal.
collected() {
    on collector guest journalctl --quiet --merge --unit=minitalk --output=cat \
        "MESSAGE_ID=$(message_id MESSAGE)" _HOSTNAME="$machine" "$@"
}

# are_collected FILE: true if the collector has exactly these messages of the guest since the mark.
are_collected() {
    collected --since="$since" > received
    cmp --quiet "$1" received
}

# Filters an entry in the export format: prints the fields that are the same on every machine.
fields() {
    grep -E '^(MINITALK_|_HOSTNAME|_MACHINE_ID|_SYSTEMD_UNIT|_PID|_UID|MESSAGE|PRIORITY)' | sort
}

test_1_the_recipes_are_followed() {
    local name
    on collector follow README.md 'On the collector, as root'
    for name in alpha beta; do
        on "$name" follow README.md 'On each sender, as root'
    done
    for name in alpha beta; do
        on "$name" guest systemctl is-active systemd-journal-upload.service
    done
}

test_2_the_collector_has_the_messages_of_both_senders() {
    local name
    on collector mark
    for name in alpha beta; do
        lines_of "$name" > "sent.$name"
        on "$name" as alice minitalk-send < "sent.$name" &
    done
    wait -n
    wait -n
    for name in alpha beta; do
        on "$name" eventually 30 are_collected "sent.$name"
    done
}

test_3_unprintable_bytes_arrive_at_the_collector_unchanged() {
    on collector mark
    head -c 10000 /dev/urandom > bytes
    on alpha as bob minitalk-send --whole < bytes
    # journalctl ends each entry with a newline.
    echo >> bytes
    on alpha eventually 30 are_collected bytes
}

test_4_the_collector_has_the_same_fields_as_the_sender() {
    local name
    on collector mark
    for name in alpha beta; do
        on "$name" as_service User=robot -- minitalk-send "who sends on $name"
        echo "who sends on $name" > text
        on "$name" eventually 30 are_collected text
        on "$name" logged --output=export | fields > sent
        on "$name" collected --since="$since" --output=export | fields > received
        cmp sent received
        grep -qFx "MINITALK_SENDER_UID=$(on "$name" uid_of robot)" received
        grep -qFx "_HOSTNAME=$name" received
    done
}

# The collector is away for longer than systemd goes on restarting a unit by default.
test_5_messages_that_are_sent_while_the_collector_is_away_arrive_later() {
    on collector mark
    on collector guest systemctl stop systemd-journal-remote.socket systemd-journal-remote.service
    lines_of away > sent
    on alpha as alice minitalk-send < sent
    sleep 5
    expect_status 1 on alpha are_collected sent
    on collector guest systemctl start systemd-journal-remote.socket
    on alpha eventually 30 are_collected sent
}

need_guest
need_commands ip unshare
need_package
set -e
make_network
on collector start_collector
on alpha start_sender bookworm
on beta start_sender trixie
set +e
run_tests
