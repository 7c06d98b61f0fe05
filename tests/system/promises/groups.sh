# SPDX-License-Identifier: MIT
# An administrator restricts who may send, with the commands of README.Debian, to the letter.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

test_sending_can_be_restricted_to_a_group() {
    fresh_service
    follow debian/README.Debian 'To let nobody but root and the members of a group'
    follow debian/README.Debian 'To add a member to the group:'
    helper_is 4750 minitalk minitalk-users
    as bob minitalk-send 'by a member'
    guest minitalk-send 'by root'
    expect_status 77 as alice minitalk-send 'by an outsider'
    expect_complaint "not permitted to execute $HELPER"
    logged > journal
    printf '%s\n' 'by a member' 'by root' | cmp - journal
    [ "$(logged MINITALK_SENDER_UID="$(uid_of bob)")" = 'by a member' ]

    make_version +next
    apt install /root/+next.deb
    helper_is 4750 minitalk minitalk-users
    as bob minitalk-send 'by a member, with the next version'
    expect_status 77 as alice minitalk-send 'by an outsider'
    apt install --allow-downgrades /root/minitalk.deb
    follow debian/README.Debian 'To let every local user send again'
    helper_is 4755 minitalk root
    as alice minitalk-send 'by everybody'
    guest groupdel minitalk-users
}

test_sending_can_be_restricted_to_root() {
    fresh_service
    follow debian/README.Debian 'To let nobody but root send'
    helper_is 755 root root
    guest minitalk-send 'by root'
    expect_status 77 as alice minitalk-send lost
    expect_complaint 'not permitted to read the pidfile /run/minitalk.pid'
    apt install --reinstall /root/minitalk.deb
    helper_is 755 root root
    follow debian/README.Debian 'To let every local user send again'
    as alice minitalk-send 'by everybody'
    [ "$(logged)" = "$(printf '%s\n' 'by root' 'by everybody')" ]
}
