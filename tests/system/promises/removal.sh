# SPDX-License-Identifier: MIT
# The package is upgraded, removed and purged.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

# Prints every path with its type, mode and owner, and checksums of the configuration. Leaves out
# logs, caches, and the backups that passwd and dpkg make.
list_system() {
    guest find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /var/log \
        -o -path /var/cache -o -path /root -o -path /var/lib/apt -o -path /var/tmp \) -prune \
        -o ! -path '/var/lib/dpkg/*-old' -printf '%p %y %m %u %g %l\n' | sort
    guest find /run -name '*minitalk*'
    guest find /etc /var/lib/dpkg/statoverride /var/lib/systemd -type f ! -name '*-' \
        -exec sha256sum {} + | sort --key=2
}

# expect_system FILE: the system is as it was when list_system wrote FILE.
expect_system() {
    list_system > now
    diff "$1" now || fail "the system differs from $(basename "$1")"
}

test_an_upgrade_keeps_settings() {
    local before
    fresh_service
    make_version ~previous
    apt install --allow-downgrades /root/~previous.deb
    before=$(main_pid)
    guest systemctl disable --quiet minitalk
    apt install /root/minitalk.deb
    helper_is 4755 minitalk root
    expect_status 1 guest systemctl is-enabled minitalk
    guest systemctl enable --quiet minitalk
    guest systemctl start minitalk
    [ "$(main_pid)" != "$before" ]
    as alice minitalk-send 'from the next version'
}

test_an_upgrade_under_load_loses_nothing() {
    local before
    fresh_service
    make_version +next
    before=$(main_pid)
    start_senders
    apt install /root/+next.deb
    apt install --allow-downgrades /root/minitalk.deb
    stop_senders
    account
    [ "$confirmed" -gt "$VACUOUS" ]
    [ "$(main_pid)" != "$before" ]
}

# upgrade_from DEB: an upgrade from this package gives the same system as an installation.
upgrade_from() {
    fresh_service
    apt purge --autoremove minitalk
    apt install /root/minitalk.deb
    list_system > installed
    apt purge --autoremove minitalk
    apt install "$1"
    as alice minitalk-send 'from the previous version'
    apt install /root/minitalk.deb
    expect_system installed
    is_active
    as alice minitalk-send 'from this version'
    eventually 10 is_logged 'from this version'
}

test_an_upgrade_gives_the_same_system_as_an_installation() {
    make_version ~previous
    upgrade_from /root/~previous.deb
}

# It had no helper: the program itself was set-user-ID. It also had no file of options.
test_an_upgrade_from_the_first_package_gives_the_same_system_as_an_installation() {
    local -a debs=("$package_directory"/first/minitalk_*.deb)
    [ -f "${debs[0]}" ] || skip 'package.sh has not built the first package'
    cp "${debs[0]}" "$(about root)/root/first.deb"
    upgrade_from /root/first.deb
}

# Earlier packages registered the program itself as set-user-ID.
test_an_upgrade_moves_the_override_of_the_program_to_the_helper() {
    local override
    fresh_service
    for override in 'minitalk root 4755' 'minitalk bob 4750' 'root root 755' 'root bob 750'; do
        guest dpkg-statoverride --remove "$HELPER"
        # shellcheck disable=SC2086 # three words
        guest dpkg-statoverride --update --add $override /usr/bin/minitalk-send
        apt install --reinstall /root/minitalk.deb
        # shellcheck disable=SC2086 # a mode, an owner and a group
        helper_is ${override##* } ${override% *}
        expect_status 1 guest dpkg-statoverride --list /usr/bin/minitalk-send
    done
    follow debian/README.Debian 'To let every local user send again'
    guest dpkg-statoverride --update --add minitalk root 4755 /usr/bin/minitalk-send
    apt install --reinstall /root/minitalk.deb
    helper_is 4755 minitalk root
    expect_status 1 guest dpkg-statoverride --list /usr/bin/minitalk-send
    as alice minitalk-send 'from the next version'
}

test_removing_ends_the_daemon_and_keeps_settings() {
    fresh_service
    guest systemctl disable --quiet minitalk
    guest dpkg-statoverride --remove "$HELPER"
    guest dpkg-statoverride --update --add minitalk bob 4750 "$HELPER"
    guest sed -i 's/^MINITALKD_OPTIONS=$/&--max-message=100/' "$OPTIONS"
    apt remove minitalk
    guest find / -xdev ! -path '/var/lib/*' ! -path '/root/*' -name '*minitalk*' > left
    guest find /run -name '*minitalk*' >> left
    [ "$(cat left)" = "$OPTIONS" ] || fail "$(cat left)"
    expect_status 1 guest ps -o args= --user minitalk
    apt install /root/minitalk.deb
    helper_is 4750 minitalk bob
    guest grep -qx 'MINITALKD_OPTIONS=--max-message=100' "$OPTIONS"
    guest sed -i 's/^MINITALKD_OPTIONS=.*/MINITALKD_OPTIONS=/' "$OPTIONS"
    expect_status 1 guest systemctl is-enabled minitalk
    guest systemctl enable --quiet minitalk
    follow debian/README.Debian 'To let every local user send again'
}

test_purging_leaves_nothing() {
    fresh_service
    apt purge --autoremove minitalk
    expect_system "$(about pristine)"
    apt install /root/minitalk.deb
    apt remove --autoremove minitalk
    apt purge minitalk
    expect_system "$(about pristine)"
    apt install /root/minitalk.deb
}

# A sender that still runs has the service's user ID as its saved user ID.
test_purging_succeeds_while_a_sender_waits() {
    fresh_service
    guest mkfifo /run/lines
    guest chown alice /run/lines
    guest systemd-run --quiet --unit=waits --property=User=alice \
        sh -c 'exec minitalk-send < /run/lines'
    guest systemd-run --quiet --unit=feeds sh -c 'exec 3<> /run/lines; echo first >&3; exec sleep infinity'
    eventually 10 is_logged first
    guest env DEBIAN_FRONTEND=noninteractive apt-get -qq -y purge --autoremove minitalk \
        > said 2>&1 || fail "$(cat said)"
    grep -q 'minitalk: the user minitalk stays' said || fail "$(cat said)"
    # This ends the sender's input.
    guest systemctl stop feeds
    eventually 10 has_no_processes minitalk
    guest rm /run/lines
    guest getent passwd minitalk > /dev/null || fail "the user was taken from a living process"
    guest userdel minitalk
    expect_system "$(about pristine)"
    apt install /root/minitalk.deb
}

has_no_processes() {
    ! guest pgrep --euid "$1" > /dev/null
}

is_logged() {
    logged | grep -qx "$1"
}

# An account that had the name before the installation belongs to somebody else.
test_purging_removes_no_account_that_the_package_did_not_create() {
    apt purge --autoremove minitalk
    guest useradd --create-home --shell /bin/bash minitalk
    apt install /root/minitalk.deb
    apt purge --autoremove minitalk
    guest getent passwd minitalk > /dev/null || fail 'the account is gone'
    guest userdel --remove minitalk
    expect_system "$(about pristine)"
    guest useradd --system --no-create-home helper
    apt install /root/minitalk.deb
    guest usermod --append --groups minitalk helper
    apt purge --autoremove minitalk
    expect_status 2 guest getent group minitalk
    apt install /root/minitalk.deb
    guest usermod --gid minitalk helper
    apt purge --autoremove minitalk
    guest getent group minitalk > /dev/null || fail "the group was taken from its member"
    guest userdel helper
    guest groupdel minitalk
    guest groupdel helper
    expect_system "$(about pristine)"
    apt install /root/minitalk.deb
}
