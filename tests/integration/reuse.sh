#!/bin/bash
# SPDX-License-Identifier: MIT
# A daemon is killed, and another process gets its PID. No signal for the daemon hits that process.
# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/integration/innocent.sh
. "$(dirname "$0")/innocent.sh"

run_tests "$(dirname "$0")/innocent.sh"
