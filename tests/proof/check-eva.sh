#!/bin/bash
# SPDX-License-Identifier: MIT
# check-eva.sh - runs Frama-C's Eva on the exchange, with arbitrary events (eva-exchange.c), and on
# the frame decoder, with arbitrary symbols (eva-frame.c)
#
#   check-eva.sh                    no run may raise an alarm
#   PROOF_FAULTS=yes check-eva.sh   also shows that faults raise one
# shellcheck source=tests/proof/frama-c.sh
. "$(dirname "$0")/frama-c.sh"

# 'ASKING AGAIN EVENTS|DESCRIPTION': the numbers that eva-exchange.c wants. The first run takes as
# long as the others together.
readonly RUNS=(
    '1 0 2|one process asks, then come 2 arbitrary events'
    '2 0 1|two processes ask, then comes an arbitrary event'
    '1 1 0|one process asks, sends a bit and asks twice more'
)
readonly MODULES='exchange session user barrier arq word'
readonly MODULES_OF_FRAME='frame leb128'

# 'FILE|COMMAND|DESCRIPTION': a change of one place, as a command of sed.
faults=(
    'exchange.c|s/^        ex->runner = NULL;//|a session that has ended keeps the turn'
    'exchange.c|/^static void drop/,/^}/s/^    users_leave.*//|a session that ends keeps its user'
    'exchange.c|/^static void turn_away/,/^}/s/ex->ops->close(.*//|a refused peer stays open'
    'session.c|/^struct session .session_new/,/^}/{/if (!s)/d; /NULL/d}|memory is not checked'
    'session.c|s/^    s->decoder.message.bytes = NULL;//|the bytes of a message are freed twice'
    'session.c|s/^    LIST_REMOVE(s, bucket);//|a session that has ended stays in the table'
    'frame.c|s/if (d->got < d->allocated)/if (d->got <= d->allocated)/|memory grows too late'
    'frame.c|s/if (size > content_length(d))/if (0)/|memory grows beyond the message'
    'barrier.c|/^bool/,/^}/s/i < b->count; i++/i <= b->count; i++/|a word too many is released'
)
[ -n "${PROOF_FAULTS-}" ] || faults=()

# copy_without_contracts TREE: makes a copy of the source in which contracts are comments. Eva need
# not look at them: WP proves them.
copy_without_contracts() {
    copy_tree "$1"
    sed -i 's|/\*@|/*|' "$1"/src/protocol/*.[ch]
}

# run_eva TREE FLAGS HARNESS MODULE…: runs Eva on the harness and these modules, and prints what it
# says.
run_eva() {
    local tree=$1 flags="-I$1/src $2 -include $srcdir/tests/proof/eva-memory.h" harness=$3 module
    local -a paths=()
    shift 3
    for module in "$@"; do
        paths+=("$tree/src/protocol/$module.c")
    done
    run_frama_c "$flags" "$srcdir/tests/proof/$harness" "${paths[@]}" \
        -eva -eva-slevel 1000000 -eva-split-return full -eva-auto-loop-unroll 1000 \
        -eva-msg-key=-initial-state,-final-states -metrics -metrics-eva-cover
}

# analyse TREE RUN: the exchange, with these three numbers.
analyse() {
    local asking again events
    read -r asking again events <<< "$2"
    # shellcheck disable=SC2086 # a list of modules
    run_eva "$1" "-DASKING=$asking -DAGAIN=$again -DEVENTS=$events" eva-exchange.c $MODULES
}

# analyse_frame TREE: the frame decoder.
analyse_frame() {
    # shellcheck disable=SC2086 # a list of modules
    run_eva "$1" '' eva-frame.c $MODULES_OF_FRAME
}

# unreached FILE…: prints the functions of exchange.c and session.c that none of the runs reached.
unreached() {
    local file
    for file in "$@"; do
        sed -n '/Unreached functions/,/^\[metrics\]/p' "$file" | tr '\n' ' ' | tr '<' '\n' |
            sed -nE 's/^[^>]*protocol\/(exchange|session)\.c>: *//p' | grep -oE '[a-z_0-9]+;' |
            sort -u
    done | sort | uniq -c | awk -v runs=$# '$1 == runs { print $2 }'
}

explain() {
    grep -hE -A 2 'alarm\]|error|Unreached' said* | head -n 60
}

has_no_alarm() {
    grep -q '^  0 alarms generated' "$1" && ! grep -qE 'eva:alarm|[1-9][0-9]* error' "$1" &&
        ! grep -q 'Neither code nor specification' "$1"
}

echo "1..$((${#RUNS[@]} + 2 + ${#faults[@]}))"
copy_without_contracts shipped
for run in "${RUNS[@]:1}"; do
    analyse shipped "${run%%|*}" > "said-${run%%|*}"
done &
analyse_frame shipped > said-frame &
analyse shipped "${RUNS[0]%%|*}" > "said-${RUNS[0]%%|*}"
wait
for run in "${RUNS[@]}"; do
    result=alarms
    ! has_no_alarm "said-${run%%|*}" || result=ok
    report "$result" "no alarm: ${run#*|}"
done

result=alarms
! has_no_alarm said-frame || result=ok
report "$result" 'no alarm: the frame decoder takes arbitrary symbols'

result=unseen
missed=$(unreached said-[0-9]*)
[ -n "$missed" ] || grep -LF 'Eva coverage statistics' said-[0-9]* | grep -q . || result=ok
[ -z "$missed" ] || echo "# not reached: ${missed//$'\n'/ }"
report "$result" 'every function of exchange.c and session.c was reached'

for fault in "${faults[@]}"; do
    IFS='|' read -r file command what <<< "$fault"
    rm -f said*
    copy_without_contracts faulty
    cp "faulty/src/protocol/$file" before
    sed -i "$command" "faulty/src/protocol/$file"
    result=unseen
    if ! cmp -s before "faulty/src/protocol/$file"; then
        if [ "$file" = frame.c ]; then
            analyse_frame faulty > said
        else
            analyse faulty "1 0 1" > said
        fi
        ! grep -qE '^  [1-9][0-9]* alarms? generated|eva:alarm' said || result=ok
    fi
    report "$result" "Eva warns if $what"
done
exit $failed
