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

# results_of_pipe COUNT: prints the results of so many lines as send-numbered does, from what the
# sender has named in ./named.
results_of_pipe() {
    awk -v count="$1" '
        /^minitalk-send: message [0-9]+: not logged: / { named[$3 + 0] = "74 " $0 }
        /^minitalk-send: message [0-9]+: unconfirmed: / { named[$3 + 0] = "75 " $0 }
        END {
            for (i = 1; i <= count; i++)
                print "pipe-" i, i in named ? named[i] : "0 "
        }' named
}

test_a_pipe_survives_restarts_of_the_daemon_and_of_journald() {
    local i sender status=0
    fresh_service
    rm -f "$(about root)$STOP"
    as alice /opt/tests/send-lines pipe "$STOP" > count 2> named &
    sender=$!
    for ((i = 0; i < RESTARTS; i++)); do
        sleep 1
        guest systemctl restart minitalk
        # systemd refuses a sixth start of journald within 10 s.
        ((i % 5)) || guest systemctl restart systemd-journald
    done
    touch "$(about root)$STOP"
    wait "$sender" || status=$?
    results_of_pipe "$(cat count)" > results.pipe
    account
    [ "$confirmed" -gt "$VACUOUS" ]
    [ $((confirmed + refused)) -eq "$(cat count)" ]
    # The status of the first message that was named; 0 if none was.
    [ "$status" -eq "$(awk '$2 { first = $2; exit } END { print first + 0 }' results.pipe)" ] ||
        fail "the sender ended with status $status: $(head -n 3 named)"
}
