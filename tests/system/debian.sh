# SPDX-License-Identifier: MIT
# debian.sh - tests all promises on one release of Debian; a script sets $release and sources this
# shellcheck shell=bash

# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/system/load.sh
. "$(dirname "$0")/load.sh"
# Load takes the time of all other promises together, and the daemon that bears it is the same on
# each release. Its tests run on the newest one.
promises=()
for file in "$(dirname "$0")"/promises/*.sh; do
    # shellcheck disable=SC2154 # the script that sources this file sets $release
    [ "$release" != bookworm ] || [ "${file##*/}" != load.sh ] || continue
    promises+=("$file")
    # shellcheck source=/dev/null
    . "$file"
done

need_guest
need_package
set -e
# shellcheck disable=SC2154 # the script that sources this file sets it
start_guest "$release"
list_system > "$(about pristine)"
install_package
set +e
run_tests "${promises[@]}"
