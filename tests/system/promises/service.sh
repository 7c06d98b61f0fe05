# SPDX-License-Identifier: MIT
# The service, as an administrator uses it.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

test_the_pidfile_belongs_to_the_daemon_and_is_locked() {
    fresh_service
    [ "$(guest stat -c '%F %a %U' /run/minitalk.pid)" = 'regular file 600 minitalk' ]
    [ "$(guest cat /run/minitalk.pid)" = "$(main_pid)" ]
    expect_status 1 guest flock --nonblock /run/minitalk.pid true
}

test_after_stop_nobody_can_send() {
    fresh_service
    guest systemctl stop minitalk
    guest test ! -s /run/minitalk.pid
    expect_status 69 as alice minitalk-send lost
    expect_complaint 'no daemon is running'
}

test_a_restart_restores_a_deleted_pidfile() {
    fresh_service
    guest rm /run/minitalk.pid
    expect_status 69 as alice minitalk-send lost
    guest systemctl restart minitalk
    as alice minitalk-send healed
    [ "$(logged)" = healed ]
}

test_the_service_is_enabled_until_it_is_disabled() {
    fresh_service
    [ "$(guest systemctl is-enabled minitalk)" = enabled ]
    guest systemctl disable --quiet minitalk
    expect_status 1 guest systemctl is-enabled minitalk
    guest systemctl enable --quiet minitalk
    [ "$(guest systemctl is-enabled minitalk)" = enabled ]
}

is_active() {
    guest systemctl --quiet is-active minitalk
}

test_an_enabled_service_starts_at_a_reboot() {
    fresh_service
    guest systemctl disable --quiet minitalk
    reboot_guest
    ! is_active || fail 'a disabled service has started'
    guest systemctl enable --quiet minitalk
    reboot_guest
    mark
    is_active
    as alice minitalk-send 'after the reboot'
    [ "$(logged)" = 'after the reboot' ]
}

status_has() {
    guest systemctl status minitalk | grep -q "Status: \"$*\"$"
}

test_the_status_shows_the_counts() {
    local earliest latest since
    guest systemctl stop minitalk
    earliest=$(guest date '+%F %T')
    fresh_service
    latest=$(guest date '+%F %T')
    status_has '0 messages (0 bytes) logged, 0 refused, 0 lost with their sender since .*; 0 senders now'
    since=$(guest systemctl show minitalk --property=StatusText | sed 's/.* since \(.*\);.*/\1/')
    [[ ! $since < $earliest && ! $since > $latest ]] || fail "not from $earliest to $latest: $since"
    as alice minitalk-send 12345
    as bob minitalk-send 678
    eventually 2 status_has '2 messages (8 bytes) logged, 0 refused, 0 lost with their sender' \
        "since $since; 0 senders now"
}

test_stray_signals_from_the_manager_harm_nothing() {
    local before i
    fresh_service
    before=$(main_pid)
    for i in $(seq 20); do
        guest systemctl kill --signal=USR1 minitalk
        as alice minitalk-send "message $i" &
        guest systemctl kill --signal=USR2 minitalk
        wait $!
    done
    [ "$(main_pid)" = "$before" ]
    logged > journal
    seq -f 'message %g' 20 | cmp - journal
}

test_a_reload_and_a_hangup_do_not_end_the_service() {
    local before
    fresh_service
    before=$(main_pid)
    guest systemctl reload minitalk
    guest systemctl kill --signal=HUP minitalk
    as alice minitalk-send 'still there'
    [ "$(main_pid)" = "$before" ]
    is_active
    [ "$(logged)" = 'still there' ]
}

readonly LOG=/var/log/minitalk/messages

# As the example of minitalkd(8) says.
log_to_file() {
    fresh_service
    guest rm -rf "${LOG%/*}"
    configure_service LogsDirectory=minitalk
    set_options "--output=file:$LOG"
}

test_a_reload_opens_the_log_file_anew() {
    local before
    log_to_file
    before=$(main_pid)
    as alice minitalk-send one
    guest mv "$LOG" "$LOG.1"
    guest systemctl reload minitalk
    as alice minitalk-send two
    [ "$(main_pid)" = "$before" ]
    [ "$(guest grep -v '^minitalkd: ' "$LOG.1")" = one ]
    [ "$(guest grep -v '^minitalkd: ' "$LOG")" = two ]
    [ "$(guest stat -c '%U %a' "$LOG")" = 'minitalk 600' ]
    fresh_service
}

# systemd-journal-remote 257 ignores entries without their boot, which the sandbox hides.
test_a_log_of_the_service_becomes_a_journal() {
    fresh_service
    guest rm -rf "${LOG%/*}" /tmp/made.journal
    configure_service LogsDirectory=minitalk
    set_options "--output=export:$LOG"
    as alice minitalk-send -t backup -F HOST=alpha $'two\nlines'
    guest systemctl restart minitalk
    as alice minitalk-send one
    guest sh -c "/usr/lib/systemd/systemd-journal-remote --output=/tmp/made.journal - < '$LOG'"
    guest journalctl --quiet --file=/tmp/made.journal --output=cat -t backup HOST=alpha \
        "MINITALK_SENDER_UID=$(uid_of alice)" | cmp - <(printf 'two\nlines\n')
    [ "$(guest journalctl --quiet --file=/tmp/made.journal --output=cat -t minitalkd |
        sed 's/process .*/process/')" = $'started as process\nstopped\nstarted as process' ]
    fresh_service
}

# The same message, as the journal and as a log in JSON show it.
test_a_log_in_json_is_that_of_journalctl() {
    fresh_service
    as alice minitalk-send -t backup -F A=1 -F A=$'\377' $'two\nlines\t"'
    entries --output=json --all -t backup | without_time > journal
    guest rm -rf "${LOG%/*}"
    configure_service LogsDirectory=minitalk
    set_options "--output=json:$LOG"
    as alice minitalk-send -t backup -F A=1 -F A=$'\377' $'two\nlines\t"'
    guest grep backup "$LOG" | without_time | diff journal -
    [ -s journal ]
    fresh_service
}

# without_time: prints entries without what is new in each entry or is of journald. The journal keeps
# no order of the values of one name.
without_time() {
    python3 -c '
import json, sys

for line in sys.stdin:
    entry = {k: v for k, v in json.loads(line).items() if k[0] != "_"}
    del entry["MINITALK_SENDER_PID"]
    entry["A"].sort(key=repr)
    print(json.dumps(entry, sort_keys=True))
'
}

# logrotate reads the example of minitalkd(8), unchanged.
test_logrotate_rotates_the_log_file() {
    local i
    log_to_file
    logrotate_example | guest tee /etc/logrotate.d/minitalk > example
    [ -s example ]
    for i in 1 2 3; do
        as alice minitalk-send "message $i"
        guest logrotate --force /etc/logrotate.d/minitalk
    done
    [ "$(guest zcat -f "$LOG.1" "$LOG.2.gz" "$LOG.3.gz" | grep -c '^message [123]$')" -eq 3 ]
    is_active
    # The service may be stopped.
    guest systemctl stop minitalk
    guest logrotate --force /etc/logrotate.d/minitalk
    guest rm -r /etc/logrotate.d/minitalk
    fresh_service
}

# expect_failed_start STATUS OPTION PATTERN: with this option, the service ends with this status,
# and its journal has a line that matches the pattern.
expect_failed_start() {
    fresh_service
    set_options "$2" || :
    expect_status 3 guest systemctl is-active minitalk
    [ "$(guest systemctl show minitalk --property=ExecMainStatus --value)" -eq "$1" ]
    guest journalctl --unit=minitalk --lines=20 --output=cat > journal
    grep -q "$3" journal || fail "$(cat journal)"
    fresh_service
}

test_a_log_file_outside_of_the_sandbox_is_an_error() {
    expect_failed_start 73 --output=file:/var/log/minitalk.log \
        'cannot open the log file /var/log/minitalk.log (Read-only file system)'
}

# Standard output of the service is /dev/null.
test_standard_output_as_the_log_is_an_error() {
    expect_failed_start 64 --output=stdout \
        'standard output is /dev/null or /dev/zero, which keeps no message'
}

test_a_killed_daemon_is_back_within_a_second() {
    local before end
    fresh_service
    before=$(main_pid)
    guest kill -KILL "$before"
    end=$(($(date +%s%N) + 1000000000))
    until as alice minitalk-send back 2> /dev/null; do
        [ "$(date +%s%N)" -lt "$end" ] ||
            fail "the daemon is not back: $(guest systemctl status minitalk)"
    done
    [ "$(main_pid)" != "$before" ]
    [ "$(logged)" = back ]
}

is_replaced() {
    [ "$(main_pid)" != "$1" ] && is_active
}

test_the_watchdog_replaces_a_daemon_that_hangs() {
    local before
    fresh_service
    configure_service WatchdogSec=1 TimeoutAbortSec=1
    before=$(main_pid)
    guest kill -STOP "$before"
    eventually 10 is_replaced "$before"
    as alice minitalk-send again
    fresh_service
}

test_the_daemon_has_no_privileges() {
    fresh_service
    guest systemd-analyze --no-pager security --threshold=5 minitalk > said ||
        fail "$(cat said)"
    guest cat "/proc/$(main_pid)/status" > rights
    grep -qE '^CapBnd:\s0+$' rights
    grep -qE '^CapEff:\s0+$' rights
    grep -qE '^NoNewPrivs:\s1$' rights
    grep -qE '^Seccomp:\s2$' rights
    grep -qE "^Uid:(\s$(uid_of minitalk)){4}$" rights
}

accepts() {
    head -c "$1" /dev/zero | as alice minitalk-send --whole
}

test_options_are_set_in_the_environment_file() {
    fresh_service
    set_options --max-message=100
    accepts 100
    expect_status 65 accepts 101
    expect_complaint 'larger than the daemon accepts'
    set_options --max-message=1000 --max-message=10
    accepts 10
    expect_status 65 accepts 11
    fresh_service
    accepts 101
}

test_the_environment_file_is_optional() {
    fresh_service
    guest mv "$OPTIONS" "$OPTIONS.saved"
    guest systemctl restart minitalk
    is_active
    entries --unit=minitalk > journal
    expect_status 1 grep -e "$OPTIONS" -e MINITALKD_OPTIONS journal
    # By signals, a message of 1 MiB takes a minute or two. talk.sh sends one.
    accepts 65536
    expect_status 65 accepts 1048577
    fresh_service
}

test_the_units_are_well_formed() {
    guest systemd-analyze --man=no verify minitalk.service > said 2>&1 || fail "$(cat said)"
    [ ! -s said ] || fail "$(cat said)"
}

test_the_catalog_explains_every_kind_of_entry() {
    local kind id
    for kind in MESSAGE STARTED STOPPED REFUSED LIMITED LOST SHORTAGE RELIEF KEPT PARTIAL; do
        id=$(message_id "$kind")
        guest journalctl --dump-catalog "$id" | grep -q '^Defined-By: minitalk$'
    done
    fresh_service
    as alice minitalk-send explained
    logged --output=short --catalog > explained
    grep -q "the user with ID $(uid_of alice) sent this message" explained ||
        fail "$(cat explained)"
}
