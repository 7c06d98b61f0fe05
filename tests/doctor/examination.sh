#!/bin/bash
# SPDX-License-Identifier: MIT
# minitalk-doctor examines pairs, and names the fault of each that has one.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119,SC2154 # pairs.sh sets $programs; arguments of run_tests are its own
. "${srcdir:-$(dirname "$0")/../..}/tests/integration/lib.sh"
# shellcheck source=tests/doctor/programs/pairs.sh
. "$srcdir/tests/doctor/programs/pairs.sh"

minitalk_doctor=$builddir/minitalk-doctor

needs_user_namespaces() {
    unshare --user --pid --fork --mount-proc true 2> /dev/null ||
        skip 'user namespaces are not permitted'
}

# examine STATUS OPTION…: examines a pair with these options. The report is in ./stdout.
examine() {
    local expected=$1 status=0
    shift
    write_pair "$@"
    "$minitalk_doctor" ./server ./client > stdout 2> stderr || status=$?
    cat stdout
    [ "$status" -eq "$expected" ] || fail "ended with status $status, not $expected: $(cat stderr)"
    [ ! -s stderr ] || fail "standard error: $(cat stderr)"
}

# Prints the names of the findings, in one line.
findings() {
    sed -n 's/^[0-9]*\. .* \[\([a-z-]*\)\]$/\1/p' stdout | paste -sd ' '
}

# expect_findings NAMES: exactly these are in the report.
expect_findings() {
    [ "$(findings)" = "$*" ] || fail "found '$(findings)', not '$*'"
}

# ---- healthy pairs ----

test_a_healthy_pair_is_told_healthy_within_a_minute() {
    local -a options
    needs_user_namespaces
    mapfile -t options < <(options_of_fault healthy)
    within 60000 examine 0 "${options[@]}"
    grep -qx 'Nothing was found: the pair is healthy.' stdout
}

# The stand-in for the server blocks both signals, so this client takes it for busy, and its dialect
# stays unknown.
test_a_client_that_is_not_understood_is_told_so_and_still_examined() {
    needs_user_namespaces
    examine 0 first=M one=2 bit=0 wait=idle senders=apart check=yes
    grep -q '^dialect not found out' stdout
    grep -q '^ok      100 characters: arrived' stdout
    ! grep -q 'the pair is healthy' stdout || fail 'checks were left out'
}

# ---- many pairs ----

# So many examinations run at once: the machine is busy, and the result is the same.
readonly AT_ONCE=4

# begin_pair NAME EXPECTED OPTION…: examines this pair in the folder NAME, in the background. The
# findings have to be EXPECTED.
begin_pair() {
    local name=$1 expected=$2
    shift 2
    while [ "$(jobs -rp | wc -l)" -ge "$AT_ONCE" ]; do
        wait -n || :
    done
    mkdir "$name"
    (cd "$name" && examine "$([ -z "$expected" ] && echo 0 || echo 1)" "$@" > log &&
        expect_findings "$expected") >> "$name.result" 2>&1 && touch "$name.passed" &
}

# end_pairs: waits for the examinations, which must have found what was expected.
end_pairs() {
    local folder failed=
    wait
    for folder in */; do
        [ ! -e "${folder%/}.passed" ] || continue
        failed+=" ${folder%/}"
        cat "${folder%/}.result" "${folder}log"
    done
    [ -z "$failed" ] || fail "something else was found:$failed"
}

test_each_fault_is_named_and_no_other() {
    local name expected
    local -a options
    needs_user_namespaces
    while IFS=$'\t' read -r name _ _ expected; do
        mapfile -t options < <(options_of_fault "$name")
        begin_pair "$name" "$expected" "${options[@]}"
    done < <(rows faults | sed 's/\t\t/\t-\t/')
    end_pairs
    grep -q 'with later answers it sent all of its 48 signals' pause/stdout
    grep -q ' ms  the client is stopped before it can wait$' pause/stdout
    grep -q ' ms  client --SIGUSR[12]--> server$' pause/stdout
    grep -q ' ms  the answer is held back$' impatient/stdout
    grep -q 'then process [0-9]* sent 56 and got none' first-pid/stdout
    grep -q "it exited with status 0 at the message 'From the doctor'" once/stdout
    grep -q "'between' was printed amid the other text" live/stdout
}

# Dialects of the survey, spoken without fault: each order of bits, and each frame with an end.
test_healthy_pairs_of_other_dialects_are_told_healthy() {
    local frame number=0
    needs_user_namespaces
    while read -r frame; do
        # shellcheck disable=SC2086 # lists of words
        begin_pair "$((number += 1))" '' $frame bit=1 wait=bit way=suspend senders=apart check=yes
    done <<'END'
first=L one=1 frame=text+nul end=2
first=M one=1 frame=len32+text+nul
first=L one=2 frame=text+newline+nul
first=M one=1 frame=pid31+text+nul
END
    end_pairs
}

# ---- one pair ----

test_two_dialects_are_named() {
    local -a options
    needs_user_namespaces
    mapfile -t options < <(options_of_fault healthy)
    write_pair "${options[@]}"
    mv server other
    write_pair "${options[@]}" first=L
    expect_status 1 "$minitalk_doctor" ./other ./client
    expect_findings languages
    grep -q '^--      10000 characters: left out, as a shorter text was lost' stdout
}

# A number that is not the PID comes first, and the PID is never printed.
test_a_missing_pid_is_named() {
    local -a options
    needs_user_namespaces
    mapfile -t options < <(options_of_fault healthy)
    examine 1 "${options[@]}" 'line=minitalk 42'
    expect_findings pid-line
}

# A server may sleep before it prints its PID, and is told healthy.
test_a_pid_that_comes_late_is_waited_for() {
    local -a options
    needs_user_namespaces
    mapfile -t options < <(options_of_fault healthy)
    write_pair "${options[@]}"
    sed -i '2i sleep 1' server
    expect_status 0 "$minitalk_doctor" ./server ./client
    grep -qx 'ok      the PID that the server prints: right' stdout
}

# ---- forms of the report ----

# The command has a quote, a backslash, an octet that is no text, and a tab: in a comment.
test_json_has_the_report() {
    local -a options
    needs_user_namespaces
    mapfile -t options < <(options_of_fault pause)
    write_pair "${options[@]}"
    # shellcheck disable=SC1003,SC2016 # the doctor's shell expands it
    expect_status 1 "$minitalk_doctor" --json ./server './client "$@" # "\'$'\377\t'
    [ ! -s stderr ] || fail "standard error: $(cat stderr)"
    python3 - <<'END' || fail "$(cat stdout)"
import json

report = json.load(open('stdout', encoding='utf-8'))
assert report['server'] == './server'
assert report['client'] == './client "$@" # "\\\\xff\t', report['client']
assert report['dialect'] == 'msb,usr2=1,nul,ack=bit/usr1'
assert report['checks'][0] == {'result': 'ok', 'tried': 'the PID that the server prints',
                               'outcome': 'right'}
assert {check['result'] for check in report['checks']} <= {'ok', 'failed', 'open'}
assert [finding['name'] for finding in report['findings']] == ['pause']
finding = report['findings'][0]
assert finding['read'] == 'WAITING FOR A SIGNAL'
assert 'it hung at signal' in finding['evidence'][0]
assert finding['wire'][0] == {'ns': 0, 'event': 'signal', 'signal': 'SIGUSR1'}
assert finding['wire'][-1]['event'] == 'hangs'
assert 'answer' in [event['event'] for event in finding['wire']]
END
}

# values_of XPATH: prints what this names in ./signals.svg, without regard to its namespace.
values_of() {
    xmllint --xpath "$1" signals.svg
}

test_the_diagram_has_the_signals_as_usual_and_those_of_the_finding() {
    local -a options
    needs_user_namespaces
    command -v xmllint > /dev/null || skip 'there is no xmllint'
    mapfile -t options < <(options_of_fault pause)
    write_pair "${options[@]}"
    expect_status 1 "$minitalk_doctor" --svg=signals.svg ./server ./client
    [ ! -s stderr ] || fail "standard error: $(cat stderr)"
    xmllint --noout signals.svg
    [ "$(values_of 'count(//*[@class="title"])')" -eq 2 ]
    values_of '//*[@class="title"]/text()' > titles
    grep -q '^The client hangs if an answer comes too early.$' titles
    # A long wire is shortened. The bits of an H are 01001000, and each is answered.
    [ "$(values_of 'string(//*[@class="time"][25])')" = '... 64 more' ]
    values_of '//*[@class="middle"][position() <= 8]/text()' | sed 's/SIGUSR//' | paste -sd '' > bits
    grep -qx 11211111 bits || fail "these are the first signals: $(cat bits)"
    [ "$(values_of 'count(//*[text() = "the client sleeps for ever"])')" -eq 1 ]
}

test_a_diagram_that_cannot_be_created_is_refused_before_anything_runs() {
    expect_status 73 "$minitalk_doctor" --svg=no/such/file 'touch started' true
    grep -q "^minitalk-doctor: cannot create the diagram 'no/such/file': No such file" stderr
    [ ! -e started ] || fail 'the server was started'
}

# ---- the ward ----

# The process has the same user, and would be ended by either signal.
test_processes_outside_are_not_hit_and_none_is_left_behind() {
    local outside
    local -a options
    needs_user_namespaces
    sleep 200 &
    outside=$!
    mapfile -t options < <(options_of_fault unchecked)
    examine 1 "${options[@]}"
    ! has_ended "$outside" || fail 'a process outside was ended'
    ! pgrep -f "^$programs/(server|client)" || fail 'these are still there'
}

# ---- what is no pair ----

test_a_server_of_another_kind_is_refused() {
    needs_user_namespaces
    expect_status 76 "$minitalk_doctor" --svg=signals.svg 'sleep 100' true
    grep -q "^minitalk-doctor: the server 'sleep 100' does not catch both SIGUSR1" stderr
    [ ! -e signals.svg ] || fail 'an empty diagram is left'
    expect_status 76 "$minitalk_doctor" "'$minitalkd' --foreground --output=stdout" true
}

test_a_server_that_ends_at_once_is_refused() {
    needs_user_namespaces
    expect_status 69 "$minitalk_doctor" true true
    grep -q "^minitalk-doctor: the server 'true' ended at once" stderr
    expect_status 69 "$minitalk_doctor" 'sleep 100 & #' true
    echo text > signals.svg
    expect_status 69 "$minitalk_doctor" --svg=signals.svg true true
    grep -qx text signals.svg || fail 'the old diagram was spoilt'
}

# refuse_to_run NAME COMMAND REASON: refuses this command before anything runs, as SERVER and as
# CLIENT. The other one is in PATH.
refuse_to_run() {
    local text
    text="minitalk-doctor: cannot run the %s '$1'; give the path of an executable program, such as"
    expect_status 69 "$minitalk_doctor" --svg=signals.svg "$1" true
    # shellcheck disable=SC2059 # the text is a format
    [ "$(cat stderr)" = "$(printf "$text ./server: %s" server "$2")" ] || fail "$(cat stderr)"
    expect_status 69 "$minitalk_doctor" --svg=signals.svg 'touch started' "$1"
    # shellcheck disable=SC2059
    [ "$(cat stderr)" = "$(printf "$text ./client: %s" client "$2")" ] || fail "$(cat stderr)"
    [ ! -s stdout ] || fail "it has printed: $(cat stdout)"
    [ ! -e started ] || fail 'the server was started'
    [ ! -e signals.svg ] || fail 'the diagram was created'
}

test_a_command_that_cannot_be_run_is_refused_before_anything_runs() {
    mkdir folder in-path
    touch file in-path/program
    refuse_to_run ./no-such-program 'No such file or directory'
    refuse_to_run "'no such' program" 'No such file or directory'
    refuse_to_run '' 'No such file or directory'
    refuse_to_run ./folder 'Permission denied'
    refuse_to_run ./file 'Permission denied'
    PATH=$PWD/in-path::$PATH refuse_to_run program 'Permission denied'
}

# The file is there, and the kernel cannot execute it.
test_a_client_that_does_not_start_is_refused() {
    local -a options
    needs_user_namespaces
    mapfile -t options < <(options_of_fault healthy)
    write_pair "${options[@]}"
    echo '#!/no/such/interpreter' > client
    expect_status 69 "$minitalk_doctor" --svg=signals.svg ./server ./client
    grep -q "^minitalk-doctor: the client './client' did not start; .*: .*client: not found" stderr
    [ ! -e signals.svg ] || fail 'an empty diagram is left'
}

run_tests
