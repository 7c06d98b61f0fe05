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

# log_entry LENGTH: logs a message of this length with the daemon's own code and as its user. By
# signals, it would take too long.
log_entry() {
    guest setpriv --reuid=minitalk --regid=minitalk --clear-groups /run/log-entry "$1"
}

# True if the journal has a message of this length.
has_entry_of() {
    [ "$(entries "MINITALK_BYTES=$1" --output-fields=MINITALK_BYTES)" = "$1" ]
}

test_journald_takes_the_largest_message_that_the_daemon_accepts() {
    local limit
    needs_plain_build 'has its own libraries to load first'
    fresh_service
    # Not a file of the guest's tree: other tests compare the tree before and after.
    guest install -m 755 /dev/stdin /run/log-entry < "$tools/log-entry"
    limit=$(guest /run/log-entry)
    log_entry "$limit"
    has_entry_of "$limit" || fail "journald has dropped a message of $limit bytes"
    # journald drops a larger message, and reports success. Debian 12 has a greater limit than 13.
    log_entry $((limit + 2 * 1048576))
    # shellcheck disable=SC2154 # debian.sh sets it
    if [ "$release" = trixie ]; then
        ! has_entry_of $((limit + 2 * 1048576)) || fail 'this journald has a greater limit now'
    fi
    set_options "--max-message=$limit"
    expect_status 65 accepts $((limit + 1))
    set_options "--max-message=$((limit + 1))" || :
    guest systemctl show minitalk --property=ExecMainStatus --value > status
    [ "$(cat status)" = 64 ] || fail "the daemon ended with $(cat status)"
    fresh_service
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
