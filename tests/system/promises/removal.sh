# Upgrade, remove, purge.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set what is not set here

apt() {
    guest env DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@" > apt.log 2>&1 ||
        fail "$(cat apt.log)"
}

mode_of_sender() {
    guest stat -c '%a %U' /usr/bin/minitalk-send
}

# The package once more, as the next version.
make_next_version() {
    dpkg-deb -R "$(package)" next
    sed -i 's/^\(Version: .*\)/\1+next/' next/DEBIAN/control
    dpkg-deb --root-owner-group -b next "$(about root)/root/next.deb" > /dev/null
}

test_an_upgrade_keeps_what_was_set() {
    local before
    fresh_service
    make_next_version
    before=$(main_pid)
    guest systemctl disable --quiet minitalk
    apt install /root/next.deb
    [ "$(mode_of_sender)" = '4755 minitalk' ]
    expect_status 1 guest systemctl is-enabled minitalk
    guest systemctl enable --quiet minitalk
    guest systemctl start minitalk
    [ "$(main_pid)" != "$before" ]
    as alice minitalk-send 'from the next version'

    guest dpkg-statoverride --remove /usr/bin/minitalk-send
    guest dpkg-statoverride --update --add minitalk bob 4750 /usr/bin/minitalk-send
    apt install --allow-downgrades /root/minitalk.deb
    [ "$(mode_of_sender)" = '4750 minitalk' ]
    as bob minitalk-send 'of the group'
    expect_status 1 as alice minitalk-send 'not of the group'
    guest dpkg-statoverride --remove /usr/bin/minitalk-send
    apt install --reinstall /root/minitalk.deb
    [ "$(mode_of_sender)" = '4755 minitalk' ]
}

# Every path but those whose content is the log of what was done.
all_paths() {
    guest find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /var/log \
        -o -path /var/cache -o -path /root -o -path /var/lib/apt -o -path /var/tmp \) -prune \
        -o -print | sort
    guest find /run -name '*minitalk*'
    guest cat /etc/passwd /etc/group /etc/shadow /var/lib/dpkg/statoverride
}

test_purging_leaves_nothing() {
    local before
    fresh_service
    apt purge --autoremove minitalk
    all_paths > after
    ! grep -i minitalk after || fail 'the above is left'
    apt install /root/minitalk.deb
    apt remove minitalk
    guest test ! -e /run/minitalk.pid
    apt install /root/minitalk.deb
    apt purge --autoremove minitalk
    all_paths > again
    cmp after again
    apt install /root/minitalk.deb
}
