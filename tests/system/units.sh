#!/bin/bash
# The units as they were expanded for this build.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

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
    sed -n 's/^#define MESSAGE_ID_.*"\(.*\)"/\1/p' "$srcdir/src/message-ids.h" | sort > ids
    [ -s ids ]
    sed -n 's/^-- //p' "$srcdir/systemd/minitalk.catalog" | sort | cmp - ids
}

run_tests
