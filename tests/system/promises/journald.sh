# SPDX-License-Identifier: MIT
# journald stops, hangs and restarts under load. No confirmed message is lost.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

test_journald_restarts_under_load() {
    local before
    fresh_service
    before=$(main_pid)
    start_senders
    for _ in {1..5}; do
        sleep 1
        guest systemctl restart systemd-journald
    done
    stop_senders
    account
    [ "$confirmed" -gt "$VACUOUS" ]
    [ "$(main_pid)" = "$before" ]
}

# The service manager holds journald's sockets, and starts journald again when a message comes in.
test_journald_is_stopped_under_load() {
    local before
    fresh_service
    before=$(main_pid)
    start_senders
    for _ in {1..5}; do
        sleep 1
        guest systemctl stop --quiet systemd-journald.service
    done
    stop_senders
    guest systemctl start systemd-journald.service
    account
    [ "$confirmed" -gt "$VACUOUS" ]
    [ "$(main_pid)" = "$before" ]
}

test_journald_is_frozen_for_longer_than_the_watchdog_waits() {
    local before journald
    fresh_service
    configure_service WatchdogSec=2
    before=$(main_pid)
    start_senders
    sleep 1
    journald=$(guest systemctl show systemd-journald --property=MainPID --value)
    guest kill -STOP "$journald"
    sleep 8
    guest kill -CONT "$journald"
    sleep 1
    stop_senders
    account
    [ "$confirmed" -gt "$VACUOUS" ]
    [ "$refused" -gt 0 ]
    [ "$(main_pid)" = "$before" ]
    fresh_service
}
