# SPDX-License-Identifier: MIT
# tap.sh - prints results as TAP; for scripts whose tests are runs of another program
# shellcheck shell=bash
#
# The script that sources this file defines explain(), which prints why a test has failed. It ends
# with 'exit $failed'.

number=0
failed=0

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
