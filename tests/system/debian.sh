# SPDX-License-Identifier: MIT
# debian.sh - tests all promises on one release of Debian; a script sets $release and sources this
# shellcheck shell=bash

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/load.sh
. "$(dirname "$0")/load.sh"
for promises in "$(dirname "$0")"/promises/*.sh; do
    # shellcheck source=/dev/null
    . "$promises"
done

need_guest
need_package
set -e
# shellcheck disable=SC2154 # the script that sources this file sets it
start_guest "$release"
list_system > "$(about pristine)"
install_package
set +e
run_tests "$(dirname "$0")"/promises/*.sh
