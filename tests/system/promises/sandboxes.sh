# SPDX-License-Identifier: MIT
# Senders in sandboxes from which they cannot reach the daemon: each prints a clear line.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

test_no_new_privileges_is_named() {
    fresh_service
    expect_status 77 as_service User=alice NoNewPrivileges=yes -- minitalk-send lost
    expect_complaint 'no_new_privs is set'
    [ -z "$(logged)" ]
}

test_a_user_namespace_is_refused() {
    fresh_service
    expect_status 77 as_service User=alice PrivateUsers=yes -- minitalk-send lost
    expect_complaint 'outside of user namespaces (PrivateUsers=)'
    [ -z "$(logged)" ]
}

test_another_pid_namespace_is_named() {
    fresh_service
    expect_status 69 guest unshare --pid --fork --mount-proc minitalk-send lost
    expect_complaint 'in another PID namespace'
    [ -z "$(logged)" ]
}

test_a_sandbox_that_hides_the_daemon_is_named() {
    local how
    fresh_service
    for how in invisible noaccess; do
        expect_status 77 as_service User=alice "ProtectProc=$how" -- minitalk-send lost
        expect_complaint '/proc does not show process'
    done
}

# The service's user borrows no user ID, so the sender makes no privileged call to give one back.
test_the_services_user_can_send_from_a_sandbox_without_privileged_calls() {
    fresh_service
    as_service User=minitalk 'SystemCallFilter=~@privileged' -- minitalk-send 'from the sandbox'
    [ "$(logged)" = 'from the sandbox' ]
}
