# SPDX-License-Identifier: MIT
# Errors that keep the daemon from starting. 'systemctl status' shows the reason, and systemd does
# not retry for ever.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

# expect_failure WORDS: the unit has failed for good, and its status has these words.
expect_failure() {
    eventually 20 has_failed
    guest systemctl --full status minitalk > said || :
    grep -q -- "$*" said || fail "the status lacks '$*': $(cat said)"
}

# True if the unit has failed and is not about to be restarted.
has_failed() {
    [ "$(guest systemctl show minitalk --property=SubState --value)" = failed ]
}

test_a_second_daemon_names_the_process_of_the_first() {
    fresh_service
    expect_status 69 as minitalk minitalkd --foreground
    expect_complaint "already running as process $(main_pid)"
    as alice minitalk-send 'the first one goes on'
}

test_the_service_names_the_process_that_holds_its_pidfile() {
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
    expect_failure "unknown or ambiguous option '--no-such-option'"
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

test_a_directory_in_place_of_the_pidfile_is_named() {
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

# Without ExecStartPre=, root does not create the pidfile. The daemon cannot create it, because the
# unit makes all of /run read-only except an existing pidfile.
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

test_senders_fail_while_journald_is_masked() {
    fresh_service
    mask_journald
    guest systemctl restart minitalk
    eventually 2 status_has '0 messages .*; 0 senders now; the last attempt to log to journald failed: Connection refused'
    expect_status 74 as alice minitalk-send lost
    expect_complaint "see the reason in 'systemctl status minitalk', and check that its log"
    eventually 2 status_has '0 messages (0 bytes) logged, 1 refused, 0 lost with their sender' \
        'since .*; 0 senders now; the last attempt to log to journald failed: Connection refused'
    fresh_service
    as alice minitalk-send again
}
