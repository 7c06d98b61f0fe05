# SPDX-License-Identifier: MIT
# lib.sh - helpers of the torture tests, which source this file
# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts that source this file use the variables
#
# In every test, senders send for a while and something disturbs them. Each message has its own
# process. The senders record each message and the exit status. Then the records are compared with
# the log:
#
# - Every confirmed message is in the log.
# - No message is in the log twice.
# - The log has no message that was not sent.
# - Every sender ends.
# - No innocent process is signalled.

# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/../integration/lib.sh"

# The duration of each disturbance, in seconds.
: "${TORTURE_SECONDS:=5}"

# ---- an innocent process ----

# Starts the innocent process. A stray SIGUSR1 or SIGUSR2 would end it.
start_witness() {
    sleep 1000 3>&- &
    witness=$!
}

# ---- senders ----

# The command that executes minitalk-send, if any.
send_by=()
send_options=(--timeout=30)

# make_message NAME NUMBER: sets $message to a line that begins with 'm' and is never sent twice.
make_message() {
    local padding
    printf -v padding '%*s' $((RANDOM % 300)) ''
    message="m $1 $2 ${padding// /$((RANDOM % 10))}"
}

# send_once NAME NUMBER: sends one message in its own process, every second one in blocks. The PID of
# the process is in $sender until it has ended. Meanwhile calls while_it_sends. Appends the message to ./sent.NAME. If the sender succeeds,
# appends the message to ./confirmed.NAME, else the status and the message to ./denied.NAME.
send_once() {
    local status=0 wide=()
    (($2 % 2)) || wide=(--wide)
    make_message "$1" "$2"
    printf '%s\n' "$message" >> "sent.$1"
    "${send_by[@]}" "$minitalk_send" "${send_options[@]}" "${wide[@]}" \
        --pidfile="$PWD/minitalk.pid" -- "$message" 2>> "complaints.$1" &
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

# send_for_a_while NAME: sends one message after another until ./enough exists.
send_for_a_while() {
    local number=0
    while [ ! -e enough ]; do
        number=$((number + 1))
        send_once "$1" "$number"
    done
}

# start_senders COUNT: starts this many senders in the background. Their PIDs are in the array
# 'senders'.
start_senders() {
    local i
    senders=()
    for ((i = 1; i <= $1; i++)); do
        send_for_a_while "$i" &
        senders+=($!)
    done
}

# Waits while the disturbance goes on, then creates ./enough. The senders finish their messages.
let_them_suffer() {
    sleep "$TORTURE_SECONDS"
    touch enough
}

# Prints the PID of a random minitalk-send that runs now. Fails if none runs.
some_send() {
    local -a pids
    mapfile -t pids < <(pgrep -P "$(IFS=,; echo "${senders[*]}")" -x minitalk-send)
    [ ${#pids[@]} -gt 0 ] && echo "${pids[RANDOM % ${#pids[@]}]}"
}

# The same, but fails also if that process is not yet shielded from stray signals.
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

# The exit statuses with which senders may fail in this test.
may_be_denied=()

collect() {
    find . -maxdepth 1 -name "$1.*" -exec cat {} + | sort > "$1"
}

# Collects the messages in the logs of all daemons of this test.
collect_log() {
    grep -ah '^m ' output* | sort > logged
}

count_lines() {
    wc -l < "$1"
}

# Compares the records with the log: prints a table of the counts, and checks them. All senders have
# ended.
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
        fail "denied with a wrong status: $(cut -c1-70 wrongly-denied | head -n 3); $(sort complaints.* |
            uniq -c | sort -rn | head -n 5)"
    [ $(($(count_lines confirmed) + $(count_lines denied))) -eq "$(count_lines sent)" ] ||
        fail 'a message is neither confirmed nor denied'
    ! has_ended "$witness" || fail 'an innocent process was ended'
}
