# SPDX-License-Identifier: MIT
# Many messages, and restarts under load.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

# The number of restarts of the daemon, one a second.
: "${RESTARTS:=20}"

test_a_burst_of_20000_messages_is_all_there() {
    fresh_service
    seq 20000 > messages
    as alice minitalk-send < messages
    logged > journal
    cmp messages journal
}

test_restarts_under_load_lose_and_double_nothing() {
    local i
    fresh_service
    start_senders
    for ((i = 0; i < RESTARTS; i++)); do
        sleep 1
        guest systemctl restart minitalk
    done
    stop_senders
    account
    [ "$confirmed" -gt "$VACUOUS" ]
    [ "$refused" -gt 0 ]
}
