#!/bin/bash
# SPDX-License-Identifier: MIT
# The pictures of README are SVG, and the picture of an exchange shows what the programs do.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and run_tests are their own
. "${srcdir:-$(dirname "$0")/..}/tests/integration/lib.sh"

# has_all_acks: ./trace has an ack for each bit of the message A.
has_all_acks() {
    local indices
    indices=$(sed -n 's/.*"event":"ack".*"index":\([0-9]*\).*/\1/p' trace | sort -u)
    [ "$(wc -l <<< "$indices")" -eq 64 ]
}

# trace_a_message: sends the message A until no ack is lost. The trace of the last try is ./trace.
# On a busy machine the sender may resume the message, and then miss acks.
trace_a_message() {
    start_daemon
    for _ in {1..50}; do
        send --trace=json A 2> trace
        ! has_all_acks || break
    done
    stop_daemon
}

# draw_fresh: draws a fresh trace as ./fresh.svg.
draw_fresh() {
    trace_a_message
    "$srcdir/docs/draw-exchange.py" < trace > fresh.svg
}

# bits_of_trace: the bits that the sender sent, in the order of their indices, as one line.
bits_of_trace() {
    sed -n 's/.*"event":"bit".*"index":\([0-9]*\),"value":\([01]\).*/\1 \2/p' trace |
        sort -nu | cut -d ' ' -f 2 | tr -d '\n'
    echo
}

# bits_of_frame SVG: the bits in the boxes of the frame, as one line.
bits_of_frame() {
    python3 -c '
import sys
import xml.etree.ElementTree as ET

root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
print("".join(e.text for e in root.iter() if e.get("class") == "bit"))
' "$1"
}

# labels_of_arrows SVG: the labels of the arrows, one a line.
labels_of_arrows() {
    python3 -c '
import sys
import xml.etree.ElementTree as ET

for element in ET.parse(sys.argv[1]).iter():
    if element.get("class") == "label":
        print(element.text)
' "$1"
}

# expect_arrows SVG: the bits on the arrows are those of the frame; the words and acks are there.
expect_arrows() {
    local bits index
    bits=$(bits_of_frame "$1")
    labels_of_arrows "$1" > arrows
    for index in {0..7} 63; do
        grep -qx "bit $index is ${bits:index:1}" arrows || fail "$1 lacks bit $index"
        grep -qx "ack of bit $index" arrows || fail "$1 lacks the ack of bit $index"
    done
    grep -qx 'probe: start, nonce [0-9a-f]\{4\}' arrows || fail "$1 lacks a probe"
    grep -qx 'go, from count 0' arrows || fail "$1 lacks the go"
    [ "$(tail -n 1 arrows)" = 'committed, at count 64' ] || fail "$1 lacks the verdict"
}

test_a_fresh_picture_shows_each_bit_of_its_trace() {
    draw_fresh
    bits_of_trace > left
    bits_of_frame fresh.svg > right
    diff left right || fail 'bits, in the trace (<) and in the fresh picture (>)'
    [ "$(wc -c < left)" -eq 65 ] || fail 'these are not 64 bits'
    expect_arrows fresh.svg
}

# lanes_of_frame SVG: the lane of each bit in the boxes of the frame, by its colour, one a line.
lanes_of_frame() {
    python3 -c '
import sys
import xml.etree.ElementTree as ET

lanes = {"#0a5cc4": "thread", "#b3420b": "process"}
for element in ET.parse(sys.argv[1]).iter():
    if element.get("class") == "bit":
        print(lanes[element.get("fill")])
' "$1"
}

# lanes_of_trace: the lane of each bit in ./trace, in the order of their indices, one a line.
lanes_of_trace() {
    sed -n 's/.*"event":"bit".*"lane":"\([a-z]*\)".*"index":\([0-9]*\),.*/\2 \1/p' trace |
        sort -nu | cut -d ' ' -f 2
}

# The second message of a session may begin on the process lane.
test_each_bit_has_the_colour_of_its_lane() {
    trace_a_message
    for _ in even odd; do
        "$srcdir/docs/draw-exchange.py" < trace > fresh.svg
        lanes_of_trace > left
        [ "$(wc -l < left)" -eq 64 ] || fail 'these are not 64 lanes'
        lanes_of_frame fresh.svg > right
        diff left right || fail 'lanes of bits, in the trace (<) and in the picture (>)'
        grep -q "$(head -n 1 left) lane: even bits" fresh.svg || fail 'the legend has other lanes'
        sed -e 's/"lane":"thread"/"lane":"other"/' -e 's/"lane":"process"/"lane":"thread"/' \
            -e 's/"lane":"other"/"lane":"process"/' -i trace
    done
}

test_the_committed_picture_shows_the_bits_of_a_fresh_trace() {
    trace_a_message
    bits_of_trace > left
    bits_of_frame "$srcdir/docs/exchange.svg" > right
    diff left right || fail 'bits, in a fresh trace (<) and in docs/exchange.svg (>)'
    expect_arrows "$srcdir/docs/exchange.svg"
}

test_text_that_is_no_trace_is_refused() {
    local text
    for text in 'minitalk-send: no daemon is running' '' '{"us":1,"event":"sleep"}'; do
        printf '%s\n' "$text" > trace
        expect_status 1 "$srcdir/docs/draw-exchange.py" < trace
        [ ! -s stdout ] || fail 'it draws nevertheless'
        grep -q '^draw-exchange\.py: ' stderr || fail "no reason: $(cat stderr)"
    done
}

test_the_benchmark_picture_is_an_svg() {
    bits_of_frame "$srcdir/docs/bench.svg" > /dev/null
}

run_tests
