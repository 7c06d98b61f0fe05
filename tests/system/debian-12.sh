#!/bin/bash
# SPDX-License-Identifier: MIT
# A user's and an administrator's view of the package on Debian 12.
# shellcheck disable=SC2034 # debian.sh uses it
release=bookworm
# shellcheck source=tests/system/debian.sh
. "$(dirname "$0")/debian.sh"
