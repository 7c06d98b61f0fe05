# SPDX-License-Identifier: MIT
# tap.sh - prints results as TAP; for scripts whose tests are runs of another program
# shellcheck shell=bash
#
# The script that sources this file defines explain(), which prints why a test has failed. It ends
# with 'exit $failed'.

number=0
failed=0

# need PROGRAM…: if one is not installed, this skips all tests, or fails in CI.
need() {
    local program
    for program in "$@"; do
        command -v "$program" > /dev/null && continue
        if [ -n "${CI-}" ]; then
            echo "Bail out! $(basename "$0") needs $program"
            exit 1
        fi
        echo "$(basename "$0"): skipped altogether: $program is not installed" >&2
        echo "1..0 # SKIP $program is not installed"
        exit 0
    done
}

# report RESULT DESCRIPTION: prints the result of the next test, which has passed if it is 'ok'.
report() {
    number=$((number + 1))
    if [ "$1" = ok ]; then
        echo "ok $number - $2"
    else
        # shellcheck disable=SC2034 # the script's exit status
        failed=1
        echo "not ok $number - $2"
        explain | sed 's/^/# /'
    fi
}
