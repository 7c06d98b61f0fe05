#!/bin/bash
# SPDX-License-Identifier: MIT
# The examples of the documentation that start a daemon of their own work as scripts, again and
# again: in a script, no person gives the daemon time to start.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and run_tests are their own
. "$(dirname "$0")/lib.sh"

readonly TIMES=20

# blocks_of_markdown FILE N: does the same for the indented blocks of a file.
blocks_of_markdown() {
    awk -v name="$2" '
        /^    / {
            if (!is_in)
                number++
            is_in = 1
            print substr($0, 5) > (name "." number ".sh")
            next
        }
        /./ { is_in = 0 }' "$1"
}

# private_examples FILE KIND: writes the names of the blocks that start a daemon in the background
# and use no other daemon to ./examples. There must be some.
private_examples() {
    "blocks_of_$2" "$1" block
    grep -l '^\(build/\)\?minitalkd --foreground .*&$' block.*.sh > examples ||
        fail "$1 has no example that starts a daemon"
}

# run_example FILE: runs it as a script, with the programs of this build. ./all-said has the output
# of all scripts.
run_example() {
    mkdir -p bin
    [ -e build ] || ln -s "$builddir" build
    [ -e docs ] || cp -R "$srcdir/docs" docs # an example writes to it
    ln -sf "$minitalkd" "$minitalk_send" bin
    within 20000 env PATH="$PWD/bin:$PATH" sh -eu "$1" < /dev/null > said 2>&1 ||
        fail "$1 ended with status $?: $(cat "$1" said)"
    ! grep '^minitalk-send: ' said || fail "$1 fails: $(cat "$1")"
    cat said >> all-said
}

run_examples() {
    local example
    private_examples "$@"
    while read -r example; do
        for ((i = 0; i < TIMES; i++)); do
            run_example "$example"
        done
    done < examples
}

test_the_examples_of_the_sender_work_as_scripts() {
    run_examples "$builddir/man/minitalk-send.1" page
    grep -qx hello all-said
    grep -qx world all-said
}

test_the_examples_of_the_protocol_work_as_scripts() {
    run_examples "$builddir/man/minitalk.7" page
    grep -qx A all-said
}

test_the_examples_of_readme_work_as_scripts() {
    command -v jq > /dev/null || skip 'jq is not installed'
    run_examples "$srcdir/README.md" markdown
    grep -qx hello all-said
    grep -qx '"disk full"' all-said
}

test_the_examples_of_the_pictures_work_as_scripts() {
    run_examples "$srcdir/docs/README.md" markdown
    [ docs/exchange.svg -nt docs/README.md ] || fail 'there is no new picture'
}

# ---- a daemon that has only just started ----

# The daemon prints its PID once it can be sent to.
test_a_daemon_that_has_printed_its_pid_can_be_sent_to() {
    for i in {1..40}; do
        coproc daemon {
            exec "$minitalkd" --foreground --output=raw --pidfile="$PWD/minitalk.pid" 2> errors
        }
        # shellcheck disable=SC2154 # coproc sets it
        also_end "$daemon_PID"
        read -r pid <&"${daemon[0]}"
        "$minitalk_send" --pid="$pid" "message $i"
        kill "$pid"
        wait "$daemon_PID"
    done
}

test_wait_waits_for_a_process_to_become_a_daemon() {
    local process
    mkfifo gate
    # shellcheck disable=SC2016 # the shell inside expands it
    sh -c 'read -r go < gate; exec "$0" --foreground --output=raw --pidfile="$1"' "$minitalkd" \
        "$PWD/minitalk.pid" > output 2> errors &
    process=$!
    also_end "$process"
    eventually 5 is_called sh "$process"
    expect_status 76 "$minitalk_send" --pid="$process" 'too early'
    expect_complaint "process $process is 'sh', not minitalkd"
    "$minitalk_send" --wait=30 --pid="$process" 'a message' &
    sender=$!
    eventually 10 has_worked "$sender" 1
    echo go > gate
    expect_end 0 "$sender"
    expect_received 'a message'
}

test_wait_does_not_wait_for_a_process_that_has_ended() {
    sleep 0.1 &
    wait "$!"
    within 5000 expect_status 69 "$minitalk_send" --wait=30 --pid="$!" 'a message'
    expect_complaint "process $! does not exist"
}

run_tests
