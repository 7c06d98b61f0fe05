# SPDX-License-Identifier: MIT
# The usual jobs of logger and systemd-cat, each also done with minitalk-send.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

# words COMMAND: prints the number of words that a user has to type.
words() {
    local -a words
    read -r -a words <<< "$1"
    echo "${#words[@]}"
}

# alike FILTER… -- COMMAND…: alice's shell runs one command after another. Each must succeed. After
# each, the journal must have the lines of standard input, in the entries that FILTER selects. The
# last command is that of minitalk-send; no other may have fewer words.
alike() {
    local -a filter=()
    local command
    while [ "$1" != -- ]; do
        filter+=("$1")
        shift
    done
    shift
    cat > expected
    for command in "$@"; do
        mark
        as alice sh -c "$command" || fail "status $?: $command"
        entries "${filter[@]}" > journal
        cmp expected journal || fail "'$command' has left: $(cat journal)"
        [ "$(words "${!#}")" -le "$(words "$command")" ] || fail "this has fewer words: $command"
    done
}

# Prints lines that careless programs change or leave out. The last line has no newline.
awkward_lines() {
    printf '%s\n' 'a line' '' '  blanks, a tab	and blanks  ' '<3>brackets' 'grüße, 你好 👋'
    head -c 3000 /dev/zero | tr '\0' x
    printf '\n\001\377\n%s' 'the last line'
}

# kept FILTER…: prints the number of awkward lines that the journal has, each in its place.
kept() {
    entries "$@" > journal
    diff --text --unchanged-line-format=. --old-line-format= --new-line-format= awkward journal |
        wc -c
}

test_a_line_can_be_sent() {
    fresh_service
    alike MESSAGE='disk is full' -- \
        'logger "disk is full"' \
        'echo "disk is full" | systemd-cat' \
        'minitalk-send "disk is full"' << 'END'
disk is full
END
}

test_a_file_can_be_sent() {
    fresh_service
    printf '%s\n' one 'number two' drei > lines
    guest tee /tmp/lines < lines > /dev/null
    alike -t job -- \
        'logger -t job -f /tmp/lines' \
        'systemd-cat -t job cat /tmp/lines' \
        'minitalk-send -t job -f /tmp/lines' < lines
}

test_a_pipe_can_be_sent() {
    fresh_service
    seq 20 | alike -t job -- \
        'seq 20 | logger -t job' \
        'seq 20 | systemd-cat -t job' \
        'seq 20 | minitalk-send -t job'
}

test_a_line_can_have_a_priority() {
    fresh_service
    echo 'disk is full' | alike -p err..err MESSAGE='disk is full' -- \
        'logger -p err "disk is full"' \
        'echo "disk is full" | systemd-cat -p err' \
        'minitalk-send -p err "disk is full"'
    echo 'no space' | alike SYSLOG_FACILITY=2 PRIORITY=4 -- \
        'logger -p mail.warning "no space"' \
        'minitalk-send -p mail.warning "no space"'
    echo 'bad news' | alike -p crit -t job -- \
        'echo "<2>bad news" | logger --prio-prefix -t job' \
        'echo "<2>bad news" | minitalk-send --prio-prefix -t job'
}

test_a_line_can_have_a_tag() {
    fresh_service
    echo 'all done' | alike -t backup -- \
        'logger -t backup "all done"' \
        'echo "all done" | systemd-cat -t backup' \
        'minitalk-send -t backup "all done"'
}

test_a_line_can_have_fields() {
    fresh_service
    echo 'disk is full' | alike HOST=alpha DISK=sda -- \
        'printf "%s\n" "MESSAGE=disk is full" HOST=alpha DISK=sda | logger --journald' \
        'minitalk-send -F HOST=alpha -F DISK=sda "disk is full"'
}

# When cron starts and /run/crond.reboot does not exist, it runs the @reboot jobs.
test_cron_jobs_can_send() {
    fresh_service
    printf '@reboot %s\n' 'logger -t job "from cron"' 'echo "from cron" | systemd-cat -t job' \
        'minitalk-send -t job "from cron"' | as alice crontab -
    guest rm -f /run/crond.reboot
    guest systemctl restart cron
    eventually 10 all_are_there
    [ "$(logged -t job MINITALK_SENDER_UNIT=cron.service)" = 'from cron' ]
    as alice crontab -r
}

all_are_there() {
    [ "$(entries -t job | grep -cx 'from cron')" -eq 3 ]
}

test_units_can_send() {
    fresh_service
    printf '%s\n' '[Service]' Type=oneshot User=alice \
        'ExecStart=logger -t job "from a unit"' \
        'ExecStart=sh -c "echo from a unit | systemd-cat -t job"' \
        'ExecStart=minitalk-send -t job "from a unit"' > unit
    guest tee /run/systemd/system/job.service < unit > /dev/null
    guest systemctl daemon-reload
    guest systemctl start job
    guest rm /run/systemd/system/job.service
    [ "$(entries -t job | grep -cx 'from a unit')" -eq 3 ]
    echo "# of logger and systemd-cat, journalctl -u job finds $(entries -u job -t job | wc -l) of 2"
    [ "$(logged MINITALK_SENDER_UNIT=job.service)" = 'from a unit' ]
}

test_an_entry_is_found_by_each_of_its_fields() {
    local alice
    local -a match
    fresh_service
    alice=$(uid_of alice)
    as alice minitalk-send -t job -p local0.err --id=4711 -F HOST=alpha found
    as bob minitalk-send 'something else'
    while read -r -a match; do
        [ "$(logged "${match[@]}")" = found ] || fail "with ${match[*]}: $(logged "${match[@]}")"
    done << END
-t job
-p err
--facility=local0
HOST=alpha
SYSLOG_PID=4711
MESSAGE=found
MINITALK_BYTES=5
MINITALK_SENDER_UID=$alice
END
}

test_no_line_is_changed_or_left_out() {
    fresh_service
    awkward_lines > awkward
    guest tee /tmp/lines < awkward > /dev/null
    as alice logger -t logger -f /tmp/lines
    as alice systemd-cat -t systemd-cat cat /tmp/lines
    as alice minitalk-send -t minitalk-send -f /tmp/lines
    echo >> awkward
    echo "# of $(wc -l < awkward) awkward lines logger kept $(kept -t logger)," \
        "systemd-cat $(kept -t systemd-cat)"
    entries -t minitalk-send | cmp awkward -
}

test_a_sender_fails_without_a_daemon_or_journald() {
    local command status
    fresh_service
    guest systemctl stop minitalk
    expect_status 69 as alice minitalk-send lost
    expect_complaint 'no daemon is running'
    guest systemctl start minitalk
    mask_journald
    for command in 'logger lost' 'echo lost | systemd-cat'; do
        status=0
        as alice sh -c "$command" > said 2>&1 || status=$?
        echo "# without journald, '$command' ends with $status"
    done
    expect_status 74 as alice minitalk-send lost
    expect_complaint 'could not log the message'
    fresh_service
    as alice minitalk-send again
    [ "$(logged)" = again ]
}
