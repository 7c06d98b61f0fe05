#!/bin/bash
# SPDX-License-Identifier: MIT
# The units as they were expanded for this build.
# shellcheck disable=SC2119 # nothing has to be added
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

# The makes below are told nothing by the make that runs this.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

need_commands systemd-analyze
[ -f "$builddir/systemd/minitalk.service" ] || skip_all "configured without the units"

test_the_system_unit_is_locked_down() {
    systemd-analyze --no-pager --offline=true security --threshold=5 \
        "$builddir/systemd/minitalk.service" > said || fail "$(cat said)"
}

test_no_name_is_left_to_expand() {
    ! grep -rE '@[A-Za-z_]+@' "$builddir"/systemd --include='*.service' --include='*.conf'
}

test_the_catalog_has_every_message_id_once() {
    sed -n 's/^#define MESSAGE_ID_.*"\(.*\)"/\1/p' "$srcdir/src/daemon/message-ids.h" | sort > ids
    [ -s ids ]
    sed -n 's/^-- //p' "$srcdir/systemd/minitalk.catalog" | sort | cmp - ids
}

# Each of them alone, as systemd would split it; the programs are this build's.
test_every_example_of_the_daemons_options_is_taken() {
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

test_the_file_of_options_is_where_the_unit_looks_and_stays_if_changed() {
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
