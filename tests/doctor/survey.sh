#!/bin/bash
# SPDX-License-Identifier: MIT
# minitalk-doctor understands each client of the survey, and speaks to each server.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119,SC2154 # pairs.sh sets $programs; arguments of run_tests are its own
. "${srcdir:-$(dirname "$0")/../..}/tests/integration/lib.sh"
# shellcheck source=tests/doctor/programs/pairs.sh
. "$srcdir/tests/doctor/programs/pairs.sh"

readonly TEXTS=(Hello 'minitalk 42' 'the third text')

# serve OPTION…: lets the doctor serve clients with these options, which send the texts one right
# after the other. Its output is in ./heard then.
serve() {
    local doctor client text
    : > heard
    "$minitalk_doctor" --serve > heard &
    doctor=$!
    eventually 10 has_text heard
    clients=()
    for text in "${TEXTS[@]}"; do
        "$programs/client" "$@" "$doctor" "$text" &
        client=$!
        clients+=("$client")
        wait "$client" || fail "a client failed to send '$text'"
    done
    kill "$doctor"
    expect_end 0 "$doctor"
}

# is_spoken_to OPTION…: speaks to a server with these options as its client does.
is_spoken_to() {
    local server dialect
    dialect=$(sed -n 's/^learnt //p' heard)
    : > printed
    "$programs/server" "$@" 'line=PID: N' > printed &
    server=$!
    eventually 10 has_text printed
    "$minitalk_doctor" --send="$dialect" "$server" "${TEXTS[1]}" > /dev/null
    eventually 10 grep -aqF "${TEXTS[1]}" printed
    end_all "$server"
}

# A client that waits for each answer loses nothing, however busy the machine is.
test_each_dialect_is_understood_and_spoken() {
    local name options count=0
    while IFS=$'\t' read -r name _ options _; do
        # shellcheck disable=SC2086 # a list of words
        set -- $options plusone=no limit=0
        serve "$@" wait=bit way=suspend
        printf '%s\n' "${TEXTS[@]}" |
            diff - <(sed -nE 's/^[0-9]+( \(doubtful\))?: //p' heard) ||
            fail "$name: other messages were heard (>): $(cat heard)"
        is_spoken_to "$@" || fail "$name: its server was told something else"
        count=$((count + 1))
    done < <(rows dialects)
    [ "$count" -eq 50 ] || fail "these are $count rows"
}

# The text of a client that does not wait may have lost signals. Whatever it was, it is told of each
# client, and a text without a mark is right.
test_no_client_of_the_survey_is_understood_wrongly() {
    local name options i whole=0
    while IFS=$'\t' read -r name _ options _; do
        # shellcheck disable=SC2086
        serve $options
        for i in "${!TEXTS[@]}"; do
            grep -q "^${clients[i]}[ :]" heard ||
                fail "$name: nothing was told of '${TEXTS[i]}': $(cat heard)"
            if grep "^${clients[i]}: " heard | grep -vqxF "${clients[i]}: ${TEXTS[i]}"; then
                fail "$name: '${TEXTS[i]}' was told wrongly: $(cat heard)"
            fi
            whole=$((whole + $(grep -cE "^${clients[i]}( .doubtful.)?: ${TEXTS[i]}$" heard || :)))
        done
    done < <(rows dialects)
    echo "# $whole texts were whole"
}

run_tests
