#!/bin/bash
# SPDX-License-Identifier: MIT
# bench.sh - measures minitalk, and bare signals on the same machine at the same time
#
#   make bench [BENCH_ROUNDS=5]
#
# Each round measures everything, one thing after another, so that a disturbance of the machine
# affects all measurements alike. The table shows medians over the rounds. A ratio is computed in
# each round, and the table shows the median of these: the CPUs of a virtual machine may be far from
# each other in one round and near in the next. The rate with the closest limit alternates with the
# bare signals that it is compared with, in four parts of each round, and each part has its own
# ratio. Every single figure is in bench.csv, with its moment: 3 is the third round, 3.2 is the
# second part of the third round. If gnuplot is installed, bench.svg shows those in ns/bit.
set -eu

: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${builddir:=$PWD}" "${BENCH_ROUNDS:=5}"
srcdir=$(cd "$srcdir" && pwd)
builddir=$(cd "$builddir" && pwd)
export LC_ALL=C.UTF-8

send=$builddir/minitalk-send
pingpong=$builddir/tests/tools/pingpong
stopwatch=$builddir/tests/bench/stopwatch
figures=$builddir/bench.csv
readonly FLOOR_BITS=10000 CLOSE_FLOOR_BITS=100000 CROWD_BYTES=2048 LONGEST=$((16 * 1048576))

# The bits of a block: those of a pointer.
BLOCK_BITS=$(getconf LONG_BIT)

directory=$(mktemp -d)
cd "$directory"
declare -a running=()

clean_up() {
    [ ${#running[@]} -eq 0 ] || kill "${running[@]}" 2> /dev/null || :
    wait
    rm -rf "$directory"
}
trap clean_up EXIT

# ---- figures ----

# note NAME UNIT VALUE…: writes each value to bench.csv as one figure of this $moment.
note() {
    local name=$1 unit=$2 value
    shift 2
    for value in "${@:-}"; do
        [ -n "$value" ] || { echo "nothing was measured for $name" >&2; exit 1; }
        printf '%s,%s,%s,%s\n' "$name" "$unit" "$value" "$moment" >> "$figures"
    done
}

# middle P: prints the P-th percentile of the numbers in standard input, one a line. It may lie
# between two of them.
middle() {
    sort -n | awk -v p="$1" '{ value[NR] = $1 }
        END {
            if (!NR)
                exit
            at = 1 + (NR - 1) * p / 100
            low = int(at)
            high = low < NR ? low + 1 : low
            middle = sprintf("%.5f", value[low] + (at - low) * (value[high] - value[low]))
            sub(/\.?0+$/, "", middle)
            print middle
        }'
}

# percentile P NAME [MOMENT]: prints the P-th percentile of the figures with this name. If MOMENT is
# a round, as 3, the figures of all its parts count. If MOMENT is one part, as 3.2, only the figures
# of that part count. Without MOMENT, all figures count.
percentile() {
    awk -F, -v name="$2" -v moment="${3-}" \
        '$1 == name && (moment == "" || index($4 ".", moment ".") == 1) { print $3 }' "$figures" |
        middle "$1"
}

# median NAME [MOMENT]: prints the 50th percentile of these figures.
median() {
    percentile 50 "$@"
}

moments_of() {
    awk -F, -v name="$1" '$1 == name { print $4 }' "$figures" | sort -u
}

# common_moments A B: prints the moments at which both A and B were measured. If there are none,
# prints the rounds.
common_moments() {
    local common
    common=$(comm -12 <(moments_of "$1") <(moments_of "$2"))
    if [ -n "$common" ]; then
        echo "$common"
    else
        seq "$BENCH_ROUNDS"
    fi
}

# paired A B: prints the median of the ratios A / B, one for each common moment. Prints nothing if A
# or B was not measured.
paired() {
    local at
    for at in $(common_moments "$1" "$2"); do
        echo "$(median "$1" "$at") $(median "$2" "$at")"
    done | awk 'NF == 2 { print $1 / $2 }' | middle 50
}

# calculate EXPRESSION [PLACES]: prints the value of the awk expression, with so many decimal
# places.
calculate() {
    awk "BEGIN { printf \"%.${2-0}f\", $1 }"
}

# ---- what is measured ----

# start_daemon NAME [COMMAND…]: starts a daemon. The command, if any, executes it. Its pidfile is
# NAME.pid.
start_daemon() {
    local name=$1
    shift
    mkfifo "$name.ready"
    "$@" "$builddir/minitalkd" --foreground --output=stdout --max-message=$LONGEST \
        --pidfile="$directory/$name.pid" > "$name.ready" 2> "$name.errors" &
    running+=($!)
    # A reader drops the messages. It reads them as journald would.
    { read -r _ && touch "$name.started" && exec cat > /dev/null; } < "$name.ready" &
    running+=($!)
    until [ -e "$name.started" ]; do
        kill -0 "${running[-2]}" || { cat "$name.errors" >&2; exit 1; }
        sleep 0.01
    done
}

# floors SUFFIX [COMMAND…]: measures bare signals with each way to wait and with one and two bits in
# flight. The command, if any, executes the programs.
floors() {
    local suffix=$1 way lanes
    shift
    for way in handler blocked signalfd polled; do
        for lanes in 1 2; do
            # A handler cannot tell the lanes. Two processes that poll on one CPU, or on busy CPUs,
            # wait for the clock tick.
            case $way$lanes$suffix:$("$@" nproc) in
                handler2* | polled*:1 | polled*-busy:*) continue ;;
            esac
            note "floor-$way-$lanes$suffix" ns/bit "$("$@" "$pingpong" "$way" "$lanes" $FLOOR_BITS)"
        done
    done
}

# rate NAME DAEMON FILE BITS [COMMAND…] -- OPTION…: measures a send of FILE, which has so many
# payload bits. The command, if any, executes the sender.
rate() {
    local name=$1 daemon=$2 file=$3 bits=$4 wall
    local -a command=()
    shift 4
    while [ "$1" != -- ]; do
        command+=("$1")
        shift
    done
    shift
    read -r wall _ < <("${command[@]}" "$stopwatch" -i "$file" "$send" --timeout=60 \
        --pidfile="$daemon.pid" "$@")
    note "$name" ns/bit "$(calculate "$wall * 1000 / $bits" 1)"
}

prepare_payloads() {
    local size
    for size in 65536 1048576 $LONGEST; do
        head -c "$size" /dev/urandom > "payload-$size"
    done
    for size in 16 256 4096; do
        head -c 65536 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | fold -w "$size" |
            head -n $((65536 / size)) > "payload-$size"
        echo >> "payload-$size"
    done
    head -c "$CROWD_BYTES" /dev/urandom > payload-crowd
}

# rate_beside_bare_signals PART: measures the rate of 64 KiB and that of bare signals, as one part
# of this round.
rate_beside_bare_signals() {
    local moment=$round.$1
    [ "$(nproc)" -eq 1 ] || note floor-polled-2 ns/bit "$("$pingpong" polled 2 $CLOSE_FLOOR_BITS)"
    rate rate-65536 main payload-65536 $((65536 * 8)) -- --whole
}

# Measures a message of 1 MiB, with messages of 64 KiB before and after it.
long_rates() {
    rate_beside_bare_signals 1
    rate_beside_bare_signals 2
    rate rate-1048576 main payload-1048576 $((1048576 * 8)) -- --whole
    rate_beside_bare_signals 3
    rate_beside_bare_signals 4
}

# wide_rate_beside_bare_blocks PART: measures the rate of 1 MiB in blocks and that of bare blocks, as
# one part of this round.
wide_rate_beside_bare_blocks() {
    local moment=$round.$1
    [ "$(nproc)" -eq 1 ] || note floor-blocks-polled-2 ns/bit \
        "$(calculate "$("$pingpong" polled 2 $CLOSE_FLOOR_BITS blocks) / $BLOCK_BITS" 2)"
    rate wide-1048576 main payload-1048576 $((1048576 * 8)) -- --whole --wide
}

wide_rates() {
    local part size
    for part in 1 2 3 4; do
        wide_rate_beside_bare_blocks "$part"
        rate wide-65536 main payload-65536 $((65536 * 8)) -- --whole --wide
    done
    for size in 16 256 4096; do
        rate "wide-$size" main "payload-$size" $((65536 * 8)) -- --wide
    done
}

short_rates() {
    local size
    for size in 16 256 4096; do
        rate "rate-$size" main "payload-$size" $((65536 * 8)) --
    done
}

one_cpu() {
    floors -one-cpu taskset --cpu-list "$cpu"
    rate rate-65536-one-cpu single payload-65536 $((65536 * 8)) taskset --cpu-list "$cpu" -- --whole
}

busy_cpus() {
    local -a hogs=()
    local i
    for ((i = 0; i < $(nproc); i++)); do
        (while :; do :; done) &
        hogs+=($!)
    done
    running+=("${hogs[@]}")
    floors -busy
    rate rate-65536-busy main payload-65536 $((65536 * 8)) -- --whole
    kill "${hogs[@]}"
    wait "${hogs[@]}" 2> /dev/null || :
    running=("${running[@]:0:${#running[@]}-${#hogs[@]}}")
}

# Starts a log for logger(1) that reads as fast as journald, so that logger(1) is not slowed down.
start_log() {
    python3 -c '
import socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("log")
while log.recv(65536): pass
' &
    running+=($!)
    until [ -S log ]; do
        sleep 0.01
    done
}

one_message() {
    local i wall cpu
    for i in {1..40}; do
        read -r wall cpu _ < <("$stopwatch" "$send" --pidfile=main.pid 'hello world')
        note short-minitalk-send us "$wall"
        note short-minitalk-send-cpu us "$cpu"
        read -r wall cpu _ < <("$stopwatch" logger --socket log 'hello world')
        note short-logger us "$wall"
        note short-logger-cpu us "$cpu"
        read -r wall cpu _ < <("$stopwatch" true)
        note short-true us "$wall"
        note short-true-cpu us "$cpu"
    done
}

# Measures 1, 8, 64 and 512 senders at once. 1 and 8 senders are measured so often that they send as
# much in all as 64.
crowds() {
    local senders times start
    for senders in 1 8 64 512; do
        for ((times = senders < 64 ? 64 / senders : 1; times > 0; times--)); do
            start=${EPOCHREALTIME/./}
            "$stopwatch" -a "$senders" -i payload-crowd "$send" --timeout=600 \
                --pidfile=main.pid --whole > crowd
            note "crowd-$senders" ns/bit \
                "$(calculate "(${EPOCHREALTIME/./} - $start) * 1000 / ($senders * $CROWD_BYTES * 8)" 1)"
            # shellcheck disable=SC2046 # a figure each
            note "crowd-$senders-each" us $(cut -d' ' -f1 crowd)
        done
    done
}

# beside_a_long_one NAME LENGTH [OPTION…]: measures the time of a message of 64 bytes while a message
# of this length is under way, which has these options.
beside_a_long_one() {
    local name=$1 length=$2 long message
    shift 2
    message=$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
    "$send" --timeout=60 --pidfile=main.pid --whole "$@" < "payload-$length" &
    long=$!
    while kill -0 "$long" 2> /dev/null; do
        # shellcheck disable=SC2046 # a figure
        note "$name" us $("$stopwatch" "$send" --pidfile=main.pid "$message" | cut -d' ' -f1)
    done
    wait "$long"
}

# field NAME: prints the value of this field in /proc/PID/status of the daemon $main.
field() {
    sed -n "s/^$1:\t *\([0-9]*\).*/\1/p" "/proc/$main/status"
}

worked() {
    local nanoseconds
    read -r nanoseconds _ < "/proc/$main/schedstat"
    echo "$nanoseconds"
}

switches() {
    echo $(($(field voluntary_ctxt_switches) + $(field nonvoluntary_ctxt_switches)))
}

# cost_of_a_long_one SUFFIX [OPTION…]: measures a message of 1 MiB with these options.
cost_of_a_long_one() {
    local suffix=$1 before_work before_switches cpu switched
    shift
    before_work=$(worked) before_switches=$(switches)
    read -r _ cpu switched < <("$stopwatch" -i payload-1048576 "$send" --timeout=60 \
        --pidfile=main.pid --whole "$@")
    note "cpu-sender$suffix" s/MiB "$(calculate "$cpu / 1e6" 3)"
    note "cpu-daemon$suffix" s/MiB "$(calculate "($(worked) - $before_work) / 1e9" 3)"
    [ -z "$suffix" ] || return 0
    note switches-sender 1/bit "$(calculate "$switched / (1048576 * 8)" 5)"
    note switches-daemon 1/bit "$(calculate "($(switches) - $before_switches) / (1048576 * 8)" 5)"
}

cost() {
    local before_switches
    cost_of_a_long_one ''
    cost_of_a_long_one -wide --wide
    sleep 1
    before_switches=$(switches)
    sleep 5
    note wake-ups-idle 1/min $((($(switches) - before_switches) * 12))
    note resident-idle KiB "$(field VmRSS)"
}

# Measures the memory of an idle session. It uses a fresh daemon, whose memory was not used by other
# sessions.
held_sessions() {
    local before
    start_daemon "held-$round"
    main=$(cat "held-$round.pid")
    "$send" --pidfile="held-$round.pid" 'warm'
    before=$(field VmRSS)
    mkfifo hold
    exec 4<> hold
    for _ in {1..200}; do
        { echo held; exec cat hold; } 4>&- | "$send" --timeout=60 --pidfile="held-$round.pid" 4>&- &
    done
    until [ "$(senders)" -ge 200 ]; do
        sleep 0.05
    done
    note resident-session octets $((($(field VmRSS) - before) * 1024 / 200))
    exec 4>&-
    rm hold
    until [ "$(senders)" -eq 0 ]; do
        sleep 0.05
    done
    main=$(cat main.pid)
}

senders() {
    find "/proc/$main/fd" -lname 'anon_inode:\[pidfd\]' 2> /dev/null | wc -l
}

# ---- the table ----

# best PATTERN: prints the name with the least median, of the names that match.
best() {
    local name
    for name in $(names "$1"); do
        echo "$(median "$name") $name"
    done | sort -n | sed -n '1s/.* //p'
}

# figure P NAME [DIVISOR PLACES]: prints the P-th percentile of all figures with this name, divided
# by DIVISOR, with so many decimal places.
figure() {
    calculate "$(percentile "$1" "$2") / ${3-1}" "${4-0}"
}

# row TEXT VALUE [TARGET]: prints a row of the table.
row() {
    printf '  %-62s %12s  %s\n' "$1" "$2" "${3-}"
}

# speed NAME FLOOR: prints a row for the rate NAME, compared with the bare signals FLOOR.
speed() {
    local ns
    ns=$(median "$1")
    row "${1#*-} bytes" "$(calculate "1e6 / $ns" 1)" \
        "$(printf '%9.1f %6.2f' "$ns" "$(paired "$2" "$1")")"
}

# ratio TEXT A B TARGET: prints a row for the ratio A / B.
ratio() {
    local value
    value=$(paired "$2" "$3")
    row "$1" "$([ -z "$value" ] || printf '%.2f' "$value")" "$4"
}

names() {
    cut -d, -f1 "$figures" | grep "^$1" | sort -u
}

table() {
    local name floor one busy
    echo "On $(uname -sr), $(nproc) CPUs, medians of $BENCH_ROUNDS rounds:"
    echo
    echo 'Bare signals, nanoseconds an acknowledged bit (way to wait, bits in flight):'
    for name in $(names floor-); do
        row "${name#floor-}" "$(median "$name")"
    done
    floor=$(best 'floor-[a-z]*-1$')
    one=$(best 'floor-.*-one-cpu$')
    busy=$(best 'floor-.*-1-busy$')
    echo
    echo 'minitalk, payload: kbit/s, nanoseconds a bit, rate / best bare (one in flight; on one CPU, any):'
    for name in $(names rate- | sort -t- -k2n); do
        case $name in
            *-one-cpu) speed "$name" "$one" ;;
            *-busy) speed "$name" "$busy" ;;
            *) speed "$name" "$floor" ;;
        esac
    done
    echo
    echo 'minitalk --wide, payload: kbit/s, nanoseconds a bit, rate / bare blocks:'
    for name in $(names wide- | sort -t- -k2n); do
        speed "$name" floor-blocks-polled-2
    done
    echo
    echo 'One short message, microseconds as a whole process (median, 10th, 90th percentile):'
    for name in short-minitalk-send short-logger short-true; do
        row "${name#short-}" "$(figure 50 "$name") $(figure 10 "$name") $(figure 90 "$name")"
    done
    echo
    echo "Senders at once, $CROWD_BYTES bytes each: ns a bit together; median and 99th percentile of each, ms:"
    for name in 1 8 64 512; do
        row "$name" "$(median "crowd-$name")" \
            "$(figure 50 "crowd-$name-each" 1000 1) $(figure 99 "crowd-$name-each" 1000 1)"
    done
    echo
    echo 'Cost:'
    for name in cpu-sender cpu-daemon cpu-sender-wide cpu-daemon-wide switches-sender \
        switches-daemon wake-ups-idle resident-idle resident-session; do
        row "$name, $(grep -m 1 "^$name," "$figures" | cut -d, -f2)" "$(median "$name")"
    done
    echo
    echo 'Ratios, and what they should be:'
    ratio '64 KiB rate / best bare, one in flight' "$floor" rate-65536 '>= 1.5'
    ratio '64 KiB rate / bare, two in flight' floor-polled-2 rate-65536 '>= 0.92'
    ratio '1 MiB rate / 64 KiB rate' rate-65536 rate-1048576 '>= 0.97'
    ratio 'one CPU: rate / best bare' "$one" rate-65536-one-cpu '>= 0.85'
    ratio 'busy CPUs: rate / best bare, one in flight' "$busy" rate-65536-busy '>= 0.7'
    ratio 'minitalk-send "hello world" / logger' short-minitalk-send short-logger '<= 0.8'
    ratio '64 senders together / one' crowd-1 crowd-64 '>= 0.85'
    ratio '512 senders together / one' crowd-1 crowd-512 '>= 0.7'
    ratio '1 MiB: rate with --wide / rate without' rate-1048576 wide-1048576 '>= 40'
    ratio '1 MiB: rate with --wide / bare blocks' floor-blocks-polled-2 wide-1048576 '>= 0.85'
    row '64 KiB with --wide, whole process, ms' \
        "$(calculate "$(median wide-65536) * 65536 * 8 / 1e6" 1)" '<= 20'
    ratio 'CPU seconds of the sender: without / with --wide' cpu-sender cpu-sender-wide '>= 30'
    ratio 'CPU seconds of the daemon: without / with --wide' cpu-daemon cpu-daemon-wide '>= 30'
    row '64 bytes during 16 MiB with --wide, 99th percentile, ms' \
        "$(figure 99 beside-wide 1000 1)" '<= 25'
    row '64 bytes during 1 MiB, 99th percentile, ms' "$(figure 99 beside-1048576 1000 1)" '<= 20'
    row 'idle wake-ups a minute' "$(median wake-ups-idle)" '0'
    row 'idle resident, KiB' "$(median resident-idle)" '<= 4096'
    row 'a held session, octets' "$(median resident-session)" '<= 1024'
}

# ---- all ----

cpu=$(taskset --cpu-list --pid $$ | sed 's/.*: *\([0-9]*\).*/\1/')
echo 'name,unit,value,moment' > "$figures"
prepare_payloads
start_log
start_daemon main
main=$(cat main.pid)
start_daemon single taskset --cpu-list "$cpu"
for ((round = 1; round <= BENCH_ROUNDS; round++)); do
    moment=$round
    echo "round $round of $BENCH_ROUNDS" >&2
    floors ''
    long_rates
    wide_rates
    short_rates
    one_cpu
    busy_cpus
    one_message
    crowds
    beside_a_long_one beside-1048576 1048576
    beside_a_long_one beside-wide $LONGEST --wide
    cost
    held_sessions
done
table
if command -v gnuplot > /dev/null; then
    (cd "$builddir" && gnuplot "$srcdir/tests/bench/plot.gp")
    echo "drawn: bench.svg"
fi
