# SPDX-License-Identifier: MIT
# lib.sh - what the torture tests share; sourced by them, on top of the integration tests' library
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used by those who source this
#
# In every test senders send for a while, each message in a process of its own, and note what they
# send and with which status it ends. Something disturbs them. Then the notes are held against the
# log. Whatever happens: what was confirmed is in the log, nothing is there twice, nothing that was
# not sent, every sender comes to an end, and no innocent process is signalled.

# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/../integration/lib.sh"

# How long each disturbance goes on.
: "${TORTURE_SECONDS:=5}"

# ---- an innocent process ----

# It would die of a stray SIGUSR1 or SIGUSR2.
start_witness() {
    sleep 1000 3>&- &
    witness=$!
}

# ---- senders ----

# What a sender's process is started by, in front of minitalk-send.
send_by=()
send_options=(--timeout=30)

# One line, which starts with 'm', and is never sent twice.
make_message() {
    local padding
    printf -v padding '%*s' $((RANDOM % 300)) ''
    message="m $1 $2 ${padding// /$((RANDOM % 10))}"
}

# send_once NAME NUMBER: one message in a process of its own, whose PID is in $sender until it has
# ended; meanwhile 'while_it_sends' is called. In ./sent.NAME what was tried, in ./confirmed.NAME what
# was said to be logged, in ./denied.NAME the status and message of the rest.
send_once() {
    local status=0
    make_message "$1" "$2"
    printf '%s\n' "$message" >> "sent.$1"
    "${send_by[@]}" "$minitalk_send" "${send_options[@]}" --pidfile="$PWD/minitalk.pid" \
        -- "$message" 2>> "complaints.$1" &
    sender=$!
    while_it_sends
    wait "$sender" || status=$?
    if [ "$status" -eq 0 ]; then
        printf '%s\n' "$message" >> "confirmed.$1"
    else
        printf '%s %s\n' "$status" "$message" >> "denied.$1"
    fi
}

while_it_sends() {
    :
}

# send_for_a_while NAME: one message after another.
send_for_a_while() {
    local number=0
    while [ ! -e enough ]; do
        number=$((number + 1))
        send_once "$1" "$number"
    done
}

# start_senders COUNT
start_senders() {
    local i
    senders=()
    for ((i = 1; i <= $1; i++)); do
        send_for_a_while "$i" &
        senders+=($!)
    done
}

# Lets the disturbance go on for its time, then the senders finish what they have begun.
let_them_suffer() {
    sleep "$TORTURE_SECONDS"
    touch enough
}

# The PID of a minitalk-send that one of the senders has just now; none if there is none.
some_send() {
    local -a pids
    mapfile -t pids < <(pgrep -P "$(IFS=,; echo "${senders[*]}")" -x minitalk-send)
    [ ${#pids[@]} -gt 0 ] && echo "${pids[RANDOM % ${#pids[@]}]}"
}

# The same, one that has come so far that it survives a stray signal.
some_shielded_send() {
    local pid
    pid=$(some_send) && is_shielded "$pid" && echo "$pid"
}

all_senders_end() {
    local sender
    for sender in "${senders[@]}"; do
        expect_end 0 "$sender"
    done
}

# ---- the reckoning ----

# What the senders may have been told instead: exit statuses.
may_be_denied=()

collect() {
    find . -maxdepth 1 -name "$1.*" -exec cat {} + | sort > "$1"
}

# All the daemons of this test together.
collect_log() {
    grep -ah '^m ' output* | sort > logged
}

count_lines() {
    wc -l < "$1"
}

# Prints the table, and demands that it is as it must be. Every sender has ended.
reckon() {
    local allowed
    collect sent
    collect confirmed
    collect denied
    collect_log
    uniq -d logged > doubled
    sort -u logged > logged-once
    comm -23 confirmed logged-once > lost
    comm -13 sent logged-once > damaged
    allowed=$(IFS='|'; echo "${may_be_denied[*]-}")
    grep -Ev "^(${allowed:-none}) " denied > wrongly-denied || :
    printf '# %9s %9s %9s %9s %9s %9s %9s\n' sent confirmed denied logged lost doubled damaged \
        "$(count_lines sent)" "$(count_lines confirmed)" "$(count_lines denied)" \
        "$(count_lines logged)" "$(count_lines lost)" "$(count_lines doubled)" \
        "$(count_lines damaged)"
    [ -s confirmed ] || fail 'nothing was confirmed at all'
    [ ! -s lost ] || fail "lost: $(head -n 3 lost)"
    [ ! -s doubled ] || fail "doubled: $(head -n 3 doubled)"
    [ ! -s damaged ] || fail "damaged: $(head -n 3 damaged)"
    [ ! -s wrongly-denied ] ||
        fail "denied for no reason: $(cut -c1-70 wrongly-denied | head -n 3); $(sort complaints.* |
            uniq -c | sort -rn | head -n 5)"
    [ $(($(count_lines confirmed) + $(count_lines denied))) -eq "$(count_lines sent)" ] ||
        fail 'a sender has no verdict'
    ! has_ended "$witness" || fail 'an innocent process was ended'
}
