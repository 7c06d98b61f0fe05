# SPDX-License-Identifier: MIT
# load.sh - senders at work while something is done to the daemon or to journald; sourced
# shellcheck shell=bash disable=SC2154 # lib.sh sets what is not set here

readonly STOP=/var/tmp/stop
# A test in which fewer messages were confirmed, on however busy a machine, has tested nothing.
# shellcheck disable=SC2034 # the promises take it
readonly VACUOUS=20

# Two users, root and a service send, one short-lived process a message, into ./results.NAME.
start_senders() {
    local user
    rm -f "$(about root)$STOP"
    senders=()
    for user in alice bob root; do
        as "$user" /opt/tests/send-numbered "$user" "$STOP" > "results.$user" &
        senders+=($!)
    done
    as_service User=robot -- /opt/tests/send-numbered service "$STOP" > results.service &
    senders+=($!)
}

stop_senders() {
    touch "$(about root)$STOP"
    wait "${senders[@]}"
}

# Exactly once for who was told so, once at most for the others, and a reason for each of those.
# Prints how many were confirmed, and how many were not.
account() {
    cat results.* > results
    logged > journal
    awk '
        FILENAME == "journal" { logged[$0]++; next }
        !/^[a-z]+-[0-9]+ [0-9]+ / { print "not one line: " $0; bad = 1; next }
        { sent[$1] = 1 }
        $2 == 0 { confirmed++ }
        $2 == 0 && logged[$1] != 1 { print $1 " is there " logged[$1] + 0 " times"; bad = 1 }
        $2 != 0 { refused++ }
        $2 != 0 && logged[$1] > 1 { print $1 " is there " logged[$1] " times"; bad = 1 }
        $2 != 0 && NF < 3 { print $1 " failed without a reason"; bad = 1 }
        $2 != 0 && $2 != 69 && $2 != 74 && $2 != 75 { print "unexpected: " $0; bad = 1 }
        END {
            for (message in logged)
                if (!(message in sent)) { print "never sent: " message; bad = 1 }
            print confirmed + 0, refused + 0
            exit bad
        }' journal results > account || fail "$(cat account)"
    read -r confirmed refused < account
    echo "$confirmed confirmed, $refused not"
}
