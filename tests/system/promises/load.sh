# SPDX-License-Identifier: MIT
# Many messages, and restarts under load.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

test_a_burst_of_20000_messages_is_all_there() {
    fresh_service
    seq 20000 > messages
    as alice minitalk-send < messages
    logged > journal
    cmp messages journal
}

test_restarts_under_load_lose_and_double_nothing() {
    fresh_service
    start_senders
    for _ in {1..60}; do
        sleep 1
        guest systemctl restart minitalk
    done
    stop_senders
    account
    [ "$confirmed" -gt "$VACUOUS" ]
    [ "$refused" -gt 0 ]
}
