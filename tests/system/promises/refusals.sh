# SPDX-License-Identifier: MIT
# What keeps the daemon from starting is told in 'systemctl status', and is not tried for ever.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set what is not set here

# The unit has failed for good, and its status says why in these words.
expect_failure() {
    eventually 20 has_failed
    guest systemctl --full status minitalk > said || :
    grep -q -- "$*" said || fail "the status lacks '$*': $(cat said)"
}

# Failed, and not about to be started again.
has_failed() {
    [ "$(guest systemctl show minitalk --property=SubState --value)" = failed ]
}

test_a_second_daemon_says_who_is_the_first() {
    fresh_service
    expect_status 69 as minitalk minitalkd --foreground
    expect_complaint "already running as process $(main_pid)"
    as alice minitalk-send 'the first one goes on'
}

test_the_service_says_who_has_its_pidfile() {
    local first
    fresh_service
    guest systemctl stop minitalk
    guest minitalkd > first
    first=$(cat first)
    guest systemctl start minitalk || :
    expect_failure "already running as process $first"
    [ "$(guest systemctl show minitalk --property=NRestarts --value)" -eq 0 ]
    guest kill "$first"
    eventually 5 guest test ! -s /run/minitalk.pid
    fresh_service
    as alice minitalk-send again
}

test_a_wrong_option_in_the_environment_file_is_named() {
    fresh_service
    set_options --no-such-option || :
    expect_failure "there is no option '--no-such-option'"
    [ "$(guest systemctl show minitalk --property=NRestarts --value)" -eq 0 ]
    fresh_service
    as alice minitalk-send again
}

test_a_pidfile_of_somebody_else_is_taken_back() {
    fresh_service
    guest systemctl stop minitalk
    guest rm -f /run/minitalk.pid
    guest install -m 666 -o bob /dev/null /run/minitalk.pid
    guest systemctl start minitalk
    [ "$(guest stat -c '%a %U' /run/minitalk.pid)" = '600 minitalk' ]
    as alice minitalk-send again
}

test_something_else_in_the_pidfiles_place_is_named() {
    fresh_service
    guest systemctl stop minitalk
    guest rm -f /run/minitalk.pid
    guest mkdir /run/minitalk.pid
    guest systemctl start minitalk || :
    expect_failure '/run/minitalk.pid is not a regular file'
    fresh_service
    as alice minitalk-send again
}

test_a_missing_user_is_named() {
    fresh_service
    guest systemctl stop minitalk
    guest sed -i.saved '/^minitalk:/d' /etc/passwd
    guest systemctl start minitalk || :
    expect_failure 'USER'
    fresh_service
    as alice minitalk-send again
}

# Root cannot make the pidfile, and all of /run but that is read-only for the daemon as it is.
test_a_read_only_run_is_named() {
    fresh_service
    configure_service ExecStartPre=
    guest systemctl stop minitalk
    guest rm /run/minitalk.pid
    guest systemctl start minitalk || :
    expect_failure 'cannot open the pidfile /run/minitalk.pid'
    [ "$(guest systemctl show minitalk --property=NRestarts --value)" -eq 0 ]
    fresh_service
    as alice minitalk-send again
}

test_a_masked_journald_is_told_to_senders() {
    fresh_service
    mask_journald
    guest systemctl restart minitalk
    eventually 2 status_has '0 messages .*; 0 senders now; journald failed when last tried: Connection refused'
    expect_status 74 as alice minitalk-send lost
    expect_complaint 'whether journald is running'
    eventually 2 status_has '0 messages (0 bytes) logged, 1 refused, 0 lost with their sender' \
        'since .*; 0 senders now; journald failed when last tried: Connection refused'
    fresh_service
    as alice minitalk-send again
}
