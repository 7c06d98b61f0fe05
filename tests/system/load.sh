# SPDX-License-Identifier: MIT
# load.sh - senders under load, for tests that disturb the daemon or journald; debian.sh sources it
# shellcheck shell=bash disable=SC2154 # lib.sh sets the other variables

readonly STOP=/var/tmp/stop
# A test with this many confirmed messages or fewer has tested nothing, however busy the machine is.
# shellcheck disable=SC2034 # the files in promises/ use it
readonly VACUOUS=20

# Starts four senders: two users, root and a service. Each message has its own short-lived process.
# The results go to ./results.NAME.
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

# Compares the results with the journal. A confirmed message must be in the journal exactly once.
# Any other message may be there at most once, and its sender must have printed a reason. Sets and
# prints the counts of both kinds.
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
        $2 == 74 && $1 in logged { print $1 " is there, but was named as not logged"; bad = 1 }
        $2 != 0 && logged[$1] > 1 { print $1 " is there " logged[$1] " times"; bad = 1 }
        $2 != 0 && NF < 3 { print $1 " failed without a reason"; bad = 1 }
        $2 != 0 && $2 != 69 && $2 != 74 && $2 != 75 { print "unexpected: " $0; bad = 1 }
        END {
            for (message in logged)
                if (!(message in sent)) { print "never sent: " message; bad = 1 }
            print confirmed + 0, refused + 0
            exit bad
        }' journal results > account || fail "$(head -n 20 account)"
    read -r confirmed refused < account
    echo "$confirmed confirmed, $refused not"
}
