# SPDX-License-Identifier: MIT
# The daemon's user can replace the helper. Root never runs it.
# shellcheck shell=bash disable=SC2154 # lib.sh and load.sh set the other variables

# The daemon's user puts a program into the place of the helper. It writes the ID of its caller.
replace_helper() {
    guest install -m 666 /dev/null /run/mark
    # shellcheck disable=SC2016 # the shell of that user expands it
    as minitalk sh -c \
        'printf "%s\n" "#!/bin/sh" "id -u >> /run/mark" > "$1"; chmod 4755 "$1"' - "$HELPER"
}

test_root_runs_no_file_of_the_daemons_user() {
    local path
    fresh_service
    replace_helper
    for path in /usr/bin:/bin /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
        /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; do
        guest env -i PATH=$path minitalk-send "with $path"
        echo "with $path" >> expected
    done
    as_service -- minitalk-send 'from a unit'
    guest su --login root --command 'minitalk-send "from a session"'
    printf '%s\n' 'from a unit' 'from a session' >> expected
    guest test ! -s /run/mark || fail "root has run the file: $(guest cat /run/mark)"
    logged MINITALK_SENDER_UID=0 | cmp expected -
    # The same file is what ordinary users run.
    as alice minitalk-send lost
    [ "$(guest cat /run/mark)" = "$(uid_of alice)" ]
    guest rm /run/mark
    apt install --reinstall /root/minitalk.deb
    helper_is 4755 minitalk root
    as alice minitalk-send 'with the helper'
}

test_the_daemons_user_owns_the_helper_and_the_pidfile_alone() {
    fresh_service
    guest find / /run -xdev -user minitalk -type f ! -path '/proc/*' > owned
    printf '%s\n' "$HELPER" /run/minitalk.pid | cmp - owned || fail "$(cat owned)"
}
