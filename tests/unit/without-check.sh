#!/bin/sh
# SPDX-License-Identifier: MIT
# without-check.sh - takes the place of the unit tests if configure has not found Check
echo 'unit tests: skipped altogether: check 0.15 is not installed' >&2
echo '1..0 # SKIP check 0.15 is not installed'
