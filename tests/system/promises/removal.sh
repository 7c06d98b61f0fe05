# Upgrade, remove, purge.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set what is not set here

test_an_upgrade_keeps_what_was_set() {
    local before
    fresh_service
    make_version +next
    before=$(main_pid)
    guest systemctl disable --quiet minitalk
    apt install /root/+next.deb
    sender_is 4755 minitalk root
    expect_status 1 guest systemctl is-enabled minitalk
    guest systemctl enable --quiet minitalk
    guest systemctl start minitalk
    [ "$(main_pid)" != "$before" ]
    as alice minitalk-send 'from the next version'
    apt install --allow-downgrades /root/minitalk.deb
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
