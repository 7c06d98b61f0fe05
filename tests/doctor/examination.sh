#!/bin/bash
# SPDX-License-Identifier: MIT
# minitalk-doctor examines pairs, and names the fault of each that has one.
#
# An examination mostly waits. So all begin before the first test, several at a time, and a test
# waits for the reports that it needs. The machine is busy then, and the results are the same.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119,SC2154 # pairs.sh sets $programs; arguments of run_tests are its own
. "${srcdir:-$(dirname "$0")/../..}/tests/integration/lib.sh"
# shellcheck source=tests/doctor/programs/pairs.sh
. "$srcdir/tests/doctor/programs/pairs.sh"

# ---- examinations in the background ----

# So many at once. In a build with coverage, a process writes its counts before it executes a
# program, and waits for all others that do so: a client that waits 0.5 s for that seems to hang.
if [ "$build" = coverage ]; then
    readonly AT_ONCE=3
else
    readonly AT_ONCE=8
fi
# Each examination has a folder in this one, with the files stdout, stderr, and then status.
examined=$(mktemp -d)

# pair NAME OPTION…: goes to the folder of a new examination, and writes the pair.
pair() {
    mkdir "$examined/$1"
    cd "$examined/$1" || exit
    shift
    write_pair "$@"
}

# fault NAME FAULT [OPTION…]: the same, for the pair with this fault and with these options.
fault() {
    local name=$1 fault=$2
    local -a options
    shift 2
    mapfile -t options < <(options_of_fault "$fault")
    pair "$name" "${options[@]}" "$@"
}

# examine ARGUMENT…: runs minitalk-doctor with these arguments in this folder.
examine() {
    local status=0 start=${EPOCHREALTIME/./}
    "$minitalk_doctor" "$@" > stdout 2> stderr &
    echo $! > pid
    wait $! || status=$?
    echo "$(((${EPOCHREALTIME/./} - start) / 1000))" > milliseconds
    echo "$status" > ending
    mv ending status
}

# begin ARGUMENT…: the same, in the background.
begin() {
    while [ "$(jobs -rp | wc -l)" -ge "$AT_ONCE" ]; do
        wait -n || :
    done
    examine "$@" &
}

# Dialects of the survey, spoken without fault: each order of bits, and each frame with an end.
readonly OTHER_DIALECTS='
first=L one=1 frame=text+nul end=2
first=M one=1 frame=len32+text+nul
first=L one=2 frame=text+newline+nul
first=M one=1 frame=pid31+text+nul'

# The first one runs alone, because its time is measured. After it, the longest ones come first.
examine_all() {
    local name frame number=0
    fault healthy healthy
    examine ./server ./client
    # Two octets before the text are no hello that the learner knows.
    pair not-understood first=M one=2 frame=zero+zero+text+nul bit=1 wait=bit senders=apart \
        check=yes
    begin ./server ./client
    # The stand-in for the server blocks both signals, so this client takes it for busy.
    pair idle first=M one=2 bit=0 wait=idle senders=apart check=yes
    begin ./server ./client
    fault deaf healthy deaf=yes
    begin ./server ./client
    # A number that is not the PID comes first, and the PID is never printed.
    fault no-pid healthy 'line=minitalk 42'
    begin ./server ./client
    fault late-pid healthy
    sed -i '2i sleep 1' server
    # shellcheck disable=SC2016 # the script expands it
    sed -i '2i [ -n "$2" ] || exit 1' client
    begin ./server ./client
    # The command has a quote, a backslash, an octet that is no text, and a tab: in a comment.
    fault forms pause
    # shellcheck disable=SC1003,SC2016 # the doctor's shell expands it
    begin --json --svg=signals.svg ./server './client "$@" # "\'$'\377\t'
    fault two-dialects healthy first=L
    sed -i 's/first=L/first=M/' server
    begin ./server ./client
    while read -r frame; do
        # shellcheck disable=SC2086 # lists of words
        pair "other-$((number += 1))" $frame bit=1 wait=bit way=suspend senders=apart check=yes
        begin ./server ./client
    done <<< "${OTHER_DIALECTS#$'\n'}"
    while IFS=$'\t' read -r name _; do
        [ "$name" != healthy ] || continue
        fault "$name" "$name"
        begin ./server ./client
    done < <(rows faults)
    pair no-server
    begin --svg=signals.svg 'sleep 100' true
    pair daemon
    begin "'$minitalkd' --foreground --output=stdout" true
    wait
}

end_examinations() {
    local folder
    kill "$1"
    for folder in "$examined"/*/; do
        [ -e "$folder/status" ] || kill "$(cat "$folder/pid")"
    done
    rm -rf "$examined"
} 2> /dev/null

# report NAME: goes to the folder of this examination, and waits for its end.
report() {
    needs_user_namespaces
    eventually 280 test -e "$examined/$1/status"
    cd "$examined/$1"
}

# expect_report STATUS NAME: waits for this examination. It must have ended so, and without an
# error.
expect_report() {
    report "$2"
    [ "$(cat status)" -eq "$1" ] || {
        cat stdout
        fail "ended with status $(cat status), not $1: $(cat stderr)"
    }
    [ ! -s stderr ] || fail "standard error: $(cat stderr)"
}

# Prints the names of the findings, in one line.
findings() {
    sed -n 's/^[0-9]*\. .* \[\([a-z-]*\)\]$/\1/p' stdout | paste -sd ' '
}

# expect_findings NAMES: exactly these are in the report.
expect_findings() {
    [ "$(findings)" = "$*" ] || {
        cat stdout
        fail "found '$(findings)', not '$*'"
    }
}

# expect_line PATTERN: the report has a line with this pattern.
expect_line() {
    grep -q "$1" stdout || {
        cat stdout
        fail "no line has '$1'"
    }
}

# On a busy machine, a long text would take more than 15 s, and is left out. The time of the longest
# text that was sent must show that.
leaves_out_only_what_would_take_long() {
    awk '
        / characters: arrived, [0-9.]* s$/ && $2 > 0 { character = $(NF - 1) / $2; sent = $2 }
        / characters: left out, they would take about [0-9]* s$/ {
            expected = $2 * character
            rounded = 0.005 * $2 / sent
            about = $(NF - 1)
            if (sent < 100 || about < 15 || about > expected + rounded ||
                about < expected - rounded - 1)
                exit 1
        }' stdout
}

# expect_healthy NAME: nothing is found, and nothing is left out without a reason.
expect_healthy() {
    expect_report 0 "$1"
    if grep -v '^--      10*0 characters: left out, they would take about' stdout | grep '^--'; then
        fail 'a check was left out'
    fi
    leaves_out_only_what_would_take_long || {
        cat stdout
        fail 'a text was left out that would have taken 15 s or less'
    }
    expect_line '^Nothing was found'
}

# ---- healthy pairs ----

test_a_healthy_pair_is_told_healthy_within_a_minute() {
    expect_healthy healthy
    [ "$(cat milliseconds)" -le 60000 ] || fail "took $(cat milliseconds) ms"
}

test_healthy_pairs_of_other_dialects_are_told_healthy() {
    local number
    for ((number = 1; number <= $(grep -c . <<< "$OTHER_DIALECTS"); number++)); do
        expect_healthy "other-$number"
    done
}

test_a_client_that_is_not_understood_is_told_so_and_still_examined() {
    expect_report 0 not-understood
    expect_line '^dialect not found out'
    expect_line '^ok      10 characters: arrived'
    ! grep -q 'the pair is healthy' stdout || fail 'checks were left out'
}

test_a_client_that_only_its_own_server_can_teach_is_understood() {
    expect_report 0 idle
    expect_line '^dialect msb,usr2=1,nul,ack=none$'
    expect_report 0 chain
    expect_line '^dialect msb,usr2=1,nul,ack=bit/usr1+message/usr2$'
    expect_report 0 surplus
    expect_line '^dialect lsb,usr1=1,hello=11,len32le,counted,nul,ack=bit/usr1$'
}

test_a_server_that_prints_the_texts_of_its_clients_is_not_told_that_it_does_not_understand_them() {
    expect_report 0 deaf
    expect_line '^--      the doctor in place of the client: the server printed a text of a client'
}

test_a_pid_that_comes_late_is_waited_for() {
    expect_report 0 late-pid
    expect_line '^ok      the PID that the server prints: right$'
}

# An empty text looks as if it had arrived, in any output. To refuse it is no fault.
test_a_client_that_refuses_an_empty_text_is_not_told_that_it_arrived() {
    expect_report 0 late-pid
    expect_line '^--      0 characters: the client ended with an error'
    expect_line '^ok      10 characters: arrived'
}

# ---- faults ----

# has_report NAME WORDS: the report has a line with these words, as a pattern.
has_report() {
    grep -q "$2" "$examined/$1/stdout" || fail "the report of $1 lacks '$2'"
}

test_each_fault_is_named_and_no_other() {
    local name expected failed=
    needs_user_namespaces
    while IFS=$'\t' read -r name _ _ expected; do
        (expect_report "$([ -z "$expected" ] && echo 0 || echo 1)" "$name" &&
            expect_findings "$expected") || failed+=" $name"
    done < <(rows faults | sed 's/\t\t/\t-\t/')
    [ -z "$failed" ] || fail "something else was found:$failed"
    has_report pause 'with later answers it sent all of its 48 signals'
    has_report pause ' ms  the client is stopped before it can wait$'
    has_report pause ' ms  client --SIGUSR[12]--> server$'
    has_report impatient ' ms  the answer is held back$'
    has_report first-pid 'then process [0-9]* sent 56 and got none'
    has_report once "it exited with status 0 at the message ''"
    has_report live "'between' was printed amid the other text"
}

test_two_dialects_are_named() {
    expect_report 1 two-dialects
    expect_findings languages
    expect_line '^--      10000 characters: left out, as a shorter text was lost'
}

test_a_missing_pid_is_named() {
    expect_report 1 no-pid
    expect_findings pid-line
}

# ---- forms of the report ----

test_json_has_the_report() {
    expect_report 1 forms
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
    command -v xmllint > /dev/null || skip 'there is no xmllint'
    expect_report 1 forms
    xmllint --noout signals.svg
    [ "$(values_of 'count(//*[@class="title"])')" -eq 2 ]
    values_of '//*[@class="title"]/text()' > titles
    grep -q '^The client misses an answer that comes too early.$' titles
    # A long wire is shortened. The bits of an H are 01001000, and each is answered.
    [ "$(values_of 'string(//*[@class="time"][25])')" = '... 64 more' ]
    values_of '//*[@class="middle"][position() <= 8]/text()' | sed 's/SIGUSR//' | paste -sd '' > bits
    grep -qx 11211111 bits || fail "these are the first signals: $(cat bits)"
    [ "$(values_of 'count(//*[text() = "the client still sleeps"])')" -eq 1 ]
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
    cp "$programs/server" "$programs/client" .
    programs=$PWD
    mapfile -t options < <(options_of_fault unchecked)
    mkdir pair
    cd pair
    write_pair "${options[@]}"
    sleep 200 &
    outside=$!
    expect_status 1 "$minitalk_doctor" ./server ./client
    ! has_ended "$outside" || fail 'a process outside was ended'
    ! pgrep -f "^$programs/(server|client)" || fail 'these are still there'
}

# ---- what is no pair ----

test_a_server_of_another_kind_is_refused() {
    report no-server
    [ "$(cat status)" -eq 76 ]
    grep -q "^minitalk-doctor: the server 'sleep 100' does not catch both SIGUSR1" stderr
    [ ! -e signals.svg ] || fail 'an empty diagram is left'
    report daemon
    [ "$(cat status)" -eq 76 ]
}

test_a_server_that_ends_at_once_is_refused() {
    needs_user_namespaces
    expect_status 69 "$minitalk_doctor" true true
    grep -q "^minitalk-doctor: the server 'true' ended at once, and printed ''" stderr
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
    refuse_to_run ./folder 'Is a directory'
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

examinations=
if can_make_namespaces; then
    examine_all &
    examinations=$!
fi
trap 'end_examinations "$examinations"' EXIT
run_tests
