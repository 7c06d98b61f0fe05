#!/bin/bash
# SPDX-License-Identifier: MIT
# The systemd units, as make has expanded them for this build.
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# The make that runs this script passes its options on in these variables. They are not for the
# makes below.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

need_commands systemd-analyze
[ -f "$builddir/systemd/minitalk.service" ] || skip_all "configured without the units"

test_the_system_unit_is_locked_down() {
    systemd-analyze --no-pager --offline=true security --threshold=5 \
        "$builddir/systemd/minitalk.service" > said || fail "$(cat said)"
}

# noise.sh shows that only the limit of the receiver counts.
test_the_system_unit_sets_no_limit_of_pending_signals() {
    grep -qx 'LimitSIGPENDING=infinity' "$builddir/systemd/minitalk.service"
}

test_every_placeholder_is_expanded() {
    ! grep -rE '@[A-Za-z_]+@' "$builddir"/systemd --include='*.service' --include='*.conf'
}

test_the_catalog_has_every_message_id_once() {
    sed -n 's/^#define MESSAGE_ID_.*"\(.*\)"/\1/p' "$srcdir/src/daemon/message-ids.h" | sort > ids
    [ -s ids ]
    sed -n 's/^-- //p' "$srcdir/systemd/minitalk.catalog" | sort | cmp - ids
}

# Starts the daemon of this build with each example alone, split into words as systemd does.
test_every_example_of_the_daemons_options_is_accepted() {
    local line options
    grep '^#MINITALKD_OPTIONS=' "$srcdir/systemd/default/minitalk" > examples
    while read -r line; do
        options=${line#*=\"}
        # shellcheck disable=SC2086 # words
        start_daemon ${options%\"}
        send "with $options"
        stop_daemon
    done < examples
}

test_the_options_file_is_where_the_unit_reads_it_and_a_changed_one_is_kept() {
    local file
    file=$PWD/place$(sed -n 's/^EnvironmentFile=-//p' "$builddir/systemd/minitalk.service")
    make_install() {
        make -C "$builddir" --silent "DESTDIR=$PWD/place" "$@" > /dev/null
    }
    make_install install-default
    cmp "$srcdir/systemd/default/minitalk" "$file"
    make_install uninstall-default
    [ ! -e "$file" ]
    make_install install-default
    echo changed > "$file"
    make_install install-default uninstall-default
    [ "$(cat "$file")" = changed ]
}

run_tests
