#!/bin/bash
# SPDX-License-Identifier: MIT
# check-lemmas.sh - proves the lemmas that the other proofs assume, and that they assume no others
#
# A header with lemmas has a file of the same name with .smt2, which has their statements about bit
# vectors, for z3, in the same order. One test for each header, and three for all that is assumed
# besides.

set -u
srcdir=$(cd "${srcdir:-$(dirname "$0")/../..}" && pwd)
# shellcheck source=tests/tools/tap.sh
. "$srcdir/tests/tools/tap.sh"
need z3

# What the proofs take as true without a proof: FILE NAME.
readonly ADMITTED='tests/proof/theorem.c whole'
# What the theorem assumes of the world: the names of the conditions of its steps.
readonly ASSUMED='barrier between gone kind limits once reason soon symbol unknown'

cd "$srcdir" || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

explain() {
    diff "$scratch/expected" "$scratch/said"
}

statements=(tests/proof/*.smt2)
echo "1..$((${#statements[@]} + 3))"

for file in "${statements[@]}"; do
    header=${file%.smt2}.h
    sed -nE 's/^.*\<lemma ([a-z0-9_]+):.*/\1\nunsat/p' "$header" > "$scratch/expected"
    z3 "$file" > "$scratch/said" 2>&1
    result=unproved
    if [ -s "$scratch/expected" ] && cmp -s "$scratch/expected" "$scratch/said"; then
        result=ok
    fi
    report $result "z3 proves the $(($(wc -l < "$scratch/expected") / 2)) lemmas of ${header##*/}"
done

# The word "axiomatic" alone assumes nothing: it declares names.
proved=("${statements[@]/%.smt2/.h}")
echo "$ADMITTED" > "$scratch/expected"
grep -HE '\<(axiom|lemma)\>|\<admit\> [^(]' \
    src/protocol/*.[ch] tests/proof/*.[ch] tests/proof/*.{loop,sed} |
    grep -vFf <(printf '%s:\n' "${proved[@]}") |
    sed -E 's/^([^:]*):.*\<(axiom|lemma|admit)\> +([a-z0-9_]*).*/\1 \3/' > "$scratch/said"
result=assumed
! cmp -s "$scratch/expected" "$scratch/said" || result=ok
report $result 'the proofs assume no other lemma, no axiom, and admit only what README.md tells'

# The other conditions of a step begin with the invariant, and say when the step can come.
tr ' ' '\n' <<< "$ASSUMED" > "$scratch/expected"
grep -hE '\<requires\>' tests/proof/theorem.c | grep -v 'requires is_sound\>' |
    sed -E 's/^.*\<requires ([a-z]+):.*/\1/' | sort -u > "$scratch/said"
result=assumed
! cmp -s "$scratch/expected" "$scratch/said" || result=ok
report $result 'the steps of the theorem assume nothing else'

sed -n '/^It is assumed, with the name/,/^## /p' tests/proof/README.md > "$scratch/told"
for name in ${ADMITTED#* } $ASSUMED; do
    grep -q "\`[a-z ]*\<$name\>[a-z ]*\`" "$scratch/told" || echo "$name"
done > "$scratch/said"
: > "$scratch/expected"
result=untold
[ -s "$scratch/said" ] || result=ok
report $result 'README.md tells each of them'

exit "$failed"
