# SPDX-License-Identifier: MIT
# Senders of all kinds, and how the journal names them.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

# lines_of NAME: prints the lines of this sender. A careless program would change them.
lines_of() {
    local i
    for i in $(seq 25); do
        printf '%s\n' "$1 $i: grüße, 你好 👋" "  $1 $i: blanks, a tab	and more blanks   	" \
            "$1 $i: %s %n \\n"
    done
}

# sent_by NAME COMMAND…: sends NAME's lines, each by its own minitalk-send. The command executes it.
sent_by() {
    local line
    while IFS= read -r line; do
        "${@:2}" minitalk-send -- "$line" < /dev/null
    done < <(lines_of "$1")
}

test_root_and_two_users_and_a_service_send_at_once() {
    local user
    local -A uids
    fresh_service
    lines_of service | as_service User=robot -- minitalk-send &
    lines_of root | guest minitalk-send &
    sent_by alice as alice &
    sent_by bob as bob &
    wait -n
    wait -n
    wait -n
    wait -n

    uids=([service]=$(uid_of robot) [root]=0 [alice]=$(uid_of alice)
        [bob]=$(uid_of bob))
    for user in "${!uids[@]}"; do
        logged _SYSTEMD_UNIT=minitalk.service _UID="$(uid_of minitalk)" \
            MINITALK_SENDER_UID="${uids[$user]}" > "journal.$user"
        lines_of "$user" | cmp - "journal.$user"
    done
    logged | sort > journal
    sort journal.* | cmp - journal
}

test_an_entry_names_the_senders_unit_and_command() {
    fresh_service
    as_service User=bob -- minitalk-send 'from a unit'
    logged --output=export > entry
    grep -q '^MINITALK_SENDER_UNIT=run-.*[.]service$' entry || fail "$(cat entry)"
    grep -q '^MINITALK_SENDER_COMM=minitalk-send$' entry || fail "$(cat entry)"
}

test_an_entry_names_the_senders_login_session() {
    local login_session
    fresh_service
    # shellcheck disable=SC2016 # the shell of that session expands it
    guest su --login alice --command 'echo "$XDG_SESSION_ID"; minitalk-send "from a session"' > said
    read -r login_session < said
    [ -n "$login_session" ]
    [ "$(logged MINITALK_SENDER_SESSION="$login_session" \
        MINITALK_SENDER_UNIT="session-$login_session.scope")" = 'from a session' ]
    as_service User=alice -- minitalk-send 'from no session'
    logged --output=export > entries
    [ "$(grep -c '^MINITALK_SENDER_SESSION=' entries)" -eq 1 ]
}

test_unprintable_bytes_arrive_unchanged() {
    fresh_service
    head -c 10000 /dev/urandom > bytes
    as bob minitalk-send --whole < bytes
    logged MINITALK_BYTES=10000 > journal
    # journalctl ends each entry with a newline.
    echo >> bytes
    cmp bytes journal
}

# entries_about_alice RECORD: prints the daemon's records of this kind about alice.
entries_about_alice() {
    entries "MESSAGE_ID=$(message_id "$1")" MINITALK_SENDER_UID="$(uid_of alice)" \
        MINITALK_SENDER_ACCOUNT="$(uid_of alice)"
}

test_a_refused_message_is_noted_in_the_journal() {
    fresh_service
    head -c 1048577 /dev/zero | expect_status 65 as alice minitalk-send --whole
    expect_complaint 'larger than the daemon accepts'
    entries_about_alice REFUSED | grep -q 'refused a message'
}

entry_of_lost() {
    entries_about_alice LOST | grep -q 'ended in the middle of a message'
}

test_a_killed_sender_is_noted_in_the_journal() {
    fresh_service
    head -c 100000 /dev/zero | as alice timeout --signal=KILL 0.1 minitalk-send --whole || :
    eventually 5 entry_of_lost
}

test_a_user_has_a_daemon_of_their_own() {
    local directory
    local -a as_alice
    guest loginctl enable-linger alice
    directory=/run/user/$(uid_of alice)
    as_alice=(as alice env "XDG_RUNTIME_DIR=$directory")
    eventually 10 guest test -S "$directory/systemd/private"
    mark
    "${as_alice[@]}" systemctl --user start minitalk
    "${as_alice[@]}" minitalk-send --user 'to my own'
    head -c 500000 /dev/zero | "${as_alice[@]}" minitalk-send --user --whole
    [ "$(entries _SYSTEMD_USER_UNIT=minitalk.service _UID="$(uid_of alice)" \
        MINITALK_BYTES=9 "MESSAGE_ID=$(message_id MESSAGE)")" = 'to my own' ]
    as alice mkdir -p /home/alice/.config/systemd/user
    printf '%s\n' '[Service]' Type=oneshot 'ExecStart=minitalk-send "from a unit of mine"' |
        as alice tee /home/alice/.config/systemd/user/errand.service > /dev/null
    "${as_alice[@]}" systemctl --user start errand
    [ "$(logged MINITALK_SENDER_USER_UNIT=errand.service)" = 'from a unit of mine' ]
    guest rm /home/alice/.config/systemd/user/errand.service

    as alice mkdir -p /home/alice/.config
    echo MINITALKD_OPTIONS=--max-message=100 |
        as alice tee /home/alice/.config/minitalk > /dev/null
    "${as_alice[@]}" systemctl --user restart minitalk
    head -c 101 /dev/zero | expect_status 65 "${as_alice[@]}" minitalk-send --user --whole
    guest rm /home/alice/.config/minitalk

    "${as_alice[@]}" systemctl --user stop minitalk
    expect_status 69 "${as_alice[@]}" minitalk-send --user lost
    expect_complaint "start it with 'systemctl --user start minitalk'"
    guest loginctl disable-linger alice
}
