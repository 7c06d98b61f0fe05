# SPDX-License-Identifier: MIT
# prove.sh - runs Frama-C's WP on modules of the source tree; for the scripts check-….sh beside it
# shellcheck shell=bash
#
#   check-….sh                    proves the modules, and shows that each rule of the protocol is
#                                 needed: make check-proof
#   PROOF_FAULTS=yes check-….sh   also shows that each fault is found: make check-proof-faults
#
# The script that sources this file fills arrays. Then it calls plan, check_modules and
# check_faults, and ends with 'exit $failed'. The output is TAP: one test for each function of a
# module, and one for each rule and fault.
#
#   modules  'FILES|FUNCTIONS|INLINED|OPTIONS': what one run of frama-c reads and proves. INLINED
#            are static functions whose code takes the place of their calls, so that they need no
#            contract. OPTIONS are further options of frama-c.
#   faults   'FUNCTION|FILE|COMMAND|DESCRIPTION': a change of one line, as a command of sed, that
#            breaks the contract of this function. FILE:FUNCTION is the contract in the module that
#            reads this file, if more than one module proves the function.
#   rules    'RULE|PROMISE|FUNCTION|FILE|COMMAND|DESCRIPTION': a fault that switches off a rule.
#            Rules have the same names as in tests/model/check-model.sh. PROMISE is the name of the
#            clause that is then broken, or empty: any clause of the function.
#
# A file without a folder is one of src/protocol. A header is included before all other files.

modules=()
faults=()
rules=()
# shellcheck source=tests/proof/frama-c.sh
. "$(dirname "${BASH_SOURCE[0]}")/frama-c.sh"

# The time that a prover has for one goal, and for one goal of a fault. A fault counts only in goals
# that were proved in less than 2 seconds, so that they do not fail just for want of time. The code
# of a fault can have other parts of a goal: then all parts were proved in that time.
readonly SECONDS_PER_GOAL=60 SECONDS_PER_FAULTY_GOAL=4

# ---- tools ----

need why3 z3 cvc4
if ! why3 config detect > said 2>&1; then
    echo 'Bail out! why3 finds no prover'
    exit 1
fi

# add_prover NAME ALTERNATIVE COMMAND DRIVER…: adds a variant of a prover. A driver without a folder
# is one of Why3's. Prints what -wp-prover calls the variant.
add_prover() {
    local name=$1 alternative=$2 command=$3 datadir version driver
    shift 3
    datadir=$(sed -nE 's/^datadir = "(.*)"/\1/p' .why3.conf)
    version=$(sed -nE "/^name = \"$name\"/,/^version/s/^version = \"(.*)\"/\1/p" .why3.conf |
        head -n 1)
    for driver in "$@"; do
        case $driver in
        */*) echo "import \"$driver\"" ;;
        *) echo "import \"$datadir/drivers/$driver.drv\"" ;;
        esac
    done > "$name-$alternative.drv"
    cat >> .why3.conf << END
[prover]
name = "$name"
version = "$version"
alternative = "$alternative"
command = "$command"
driver = "$scratch/$name-$alternative.drv"
in_place = false
interactive = false

END
    echo "$name:$version:$alternative"
}

# The provers of a goal run one after another: cvc4 and z3 for two seconds each, then both for
# longer. Nearly all goals are proved by the first, and most of the others by the second. Some
# modules have other lists: see PATIENT_… and Z3_…
add_provers() {
    local alternative=$1 cvc4='cvc4 --lang=smt2 --cpu-time'
    shift
    add_prover CVC4 "quick-$alternative" "$cvc4 --tlimit-per=2000 %f" cvc4_17 "$@"
    add_prover Z3 "quick-$alternative" 'z3 -smt2 -T:2 smt.random_seed=42 %f' z3_471 "$@"
    add_prover CVC4 "$alternative" "$cvc4 --tlimit-per=%t000 %f" cvc4_17 "$@"
    add_prover Z3 "$alternative" 'z3 -smt2 -T:%t smt.random_seed=42 %f' z3_471 "$@"
}

join() {
    local IFS=,
    echo "$*"
}

mapfile -t provers < <(add_provers integers "$srcdir/tests/proof/integers.gen")
KNOW_INTEGERS="-wp-prover $(join "${provers[@]}")"
PATIENT_INTEGERS="-wp-prover $(join "${provers[@]:2}")"
Z3_INTEGERS="-wp-prover $(join "${provers[@]:1}")"
mapfile -t provers < <(add_provers division)
KNOW_DIVISION="-wp-prover $(join "${provers[@]}")"
PATIENT_DIVISION="-wp-prover $(join "${provers[@]:2}")"
# Options of a module: which provers it has. With KNOW_DIVISION, they know what Frama-C tells them
# of C's integers and Why3's axioms of division, which suit the lemmas about quotients. With
# KNOW_INTEGERS, they know C's integers as their own.
# PATIENT_… are the same without the two seconds: for modules with goals that take cvc4 longer, and
# of which z3 proves none sooner. The first four seconds of each of these goals would be lost.
# Z3_… is without the two seconds of cvc4: for modules with goals that z3 proves in its two seconds
# and cvc4 does not.
# shellcheck disable=SC2034 # for the scripts that source this file
readonly KNOW_INTEGERS PATIENT_INTEGERS Z3_INTEGERS KNOW_DIVISION PATIENT_DIVISION

# ---- proving ----

# read_module MODULE: sets the arrays files, functions, inlined and options.
read_module() {
    local parts
    mapfile -d '|' -t parts < <(printf '%s' "$1")
    read -rd '' -a files <<< "${parts[0]}"
    read -rd '' -a functions <<< "${parts[1]}"
    read -rd '' -a inlined <<< "${parts[2]-}"
    read -rd '' -a options <<< "${parts[3]-}"
}

# path_of FILE: where it is in the source tree.
path_of() {
    case $1 in
    */*) echo "$1" ;;
    *) echo "src/protocol/$1" ;;
    esac
}

# prove TREE SECONDS FUNCTION…: proves functions of the module that was read, from this source tree,
# with so many seconds for a goal. Prints what Frama-C says. The cache has the results of goals that
# were the same in a run before.
prove() {
    local tree=$1 seconds=$2 file flags
    local -a paths=()
    shift 2
    flags="-I$tree/src"
    for file in "${files[@]}"; do
        case $file in
        *.h) flags+=" -include $tree/$(path_of "$file")" ;;
        *) paths+=("$tree/$(path_of "$file")") ;;
        esac
    done
    run_frama_c "$flags" \
        ${inlined[0]:+-inline-calls "$(join "${inlined[@]}")"} "${paths[@]}" \
        -wp -wp-rte -wp-fct "$(join "$@")" -wp-par 1 "${options[@]}" \
        -wp-timeout "$seconds" -wp-cache update -wp-cache-dir "$scratch/cache"
}

readonly PROVED='s/^\[wp\] \[[A-Za-z0-9 .()-]*\] Goal ([^ ]*) : Valid.*/\1/p'

# list_goals RESULT: the names of all goals that have this result in ./said: proved, failed, slow
# (proved in 2 seconds or more), or z3 (proved by z3).
list_goals() {
    case $1 in
    proved) sed -nE "$PROVED" said ;;
    slow) sed -nE '/ \(([2-9]|[0-9]{2,})(\.[0-9]+)?s\)/p' said | sed -nE "$PROVED" ;;
    z3) grep -F '[Z3 ' said | sed -nE "$PROVED" ;;
    failed) sed -nE '/ : Valid/d; s/^\[wp\] \[[A-Za-z0-9 .()-]*\] Goal ([^ ]*).*/\1/p' said ;;
    esac
}

# list_goals_of FUNCTION RESULT: the same for the goals of one function of the module.
list_goals_of() {
    list_goals "$2" | awk -v wanted="$1" -v functions="${functions[*]}" '
        BEGIN { count = split(functions, names, " ") }
        {
            longest = ""
            name = $0
            sub(/^typed_((ref|cast)_)?/, "", name)
            for (i = 1; i <= count; i++)
                if (index(name, names[i] "_") == 1 && length(names[i]) > length(longest))
                    longest = names[i]
        }
        longest == wanted'
}

# What a goal's name ends with if Frama-C has split the goal.
readonly PART='_part[0-9]+$'

# without_parts: names of goals, without the numbers of their parts.
without_parts() {
    sed -E "s/$PART//"
}

# list_quick_goals: the names of all goals in ./said of which each part was proved in less than 2
# seconds, without the numbers of the parts.
list_quick_goals() {
    list_goals proved | without_parts | grep -vFx -f <(list_goals slow | without_parts)
}

# Returns true if each function of the module has a clause 'assigns', or needs none. In the memory
# model Typed+Ref, WP takes a call without this clause for one that changes nothing. What comes
# behind the call could then be proved, whatever it is.
has_assigns() {
    [[ ${options[*]} != *Typed+[Rr]ef* ]] || ! grep -q "No 'assigns' specification" said
}

# Returns true if frama-c ended well, and each goal that it has not proved is one of the functions.
# A function without code and contract could do anything, so none may be called.
is_finished() {
    local counts function failed=0
    counts=$(sed -nE 's/^\[wp\] Proved goals: *([0-9]+) *\/ *([0-9]+)$/\1 \2/p' said)
    for function in "${functions[@]}"; do
        failed=$((failed + $(list_goals_of "$function" failed | wc -l)))
    done
    [ -n "$counts" ] && [ $((${counts% *} + failed)) -eq "${counts#* }" ] &&
        ! grep -q 'Neither code nor specification' said && has_assigns
}

explain() {
    grep -vE ': Valid|annotating' said | head -n 60
}

# ---- checking ----

# at_once FOLDER COMMAND ITEM…: runs the command for each item, as many at a time as there are CPUs.
# Frama-C waits half of the time, so 'make check-proof' runs two scripts at a time. The run of item
# number N, from 0 on, has FOLDER/N to work in.
at_once() {
    local folder=$1 command=$2 index=0 item
    shift 2
    for item in "$@"; do
        if [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; then
            wait -n
        fi
        mkdir -p "$folder/$index"
        (cd "$folder/$index" && "$command" "$item") &
        index=$((index + 1))
    done
    wait
}

prove_module() {
    read_module "$1"
    prove "$srcdir" $SECONDS_PER_GOAL "${functions[@]}" > said
}

# report_module MODULE: one test for each function, after prove_module.
report_module() {
    local function goals finished=no result
    read_module "$1"
    ! is_finished || finished=yes
    grep -E '^\[wp\] Proved goals:' said | sed "s/^/# ${files[*]##*/}: /"
    for function in "${functions[@]}"; do
        goals=$(list_goals_of "$function" proved | wc -l)
        result=unproved
        if [ $finished = yes ] && [ "$goals" -gt 0 ] &&
            [ -z "$(list_goals_of "$function" failed)" ]; then
            result=ok
        fi
        report "$result" "$function: $goals goals"
    done
}

# find_module FUNCTION: reads the first module that proves it, and sets its number: found. With
# FILE:FUNCTION it is the first one that reads this file.
find_module() {
    local file=
    [[ $1 != *:* ]] || file=${1%%:*}
    for found in "${!modules[@]}"; do
        read_module "${modules[found]}"
        if [[ " ${functions[*]} " == *" ${1#*:} "* && "${files[*]} " == *"$file "* ]]; then
            return 0
        fi
    done
    return 1
}

# read_fault FAULT: sets function, file, command and what.
read_fault() {
    IFS='|' read -r function file command what <<< "$1"
    file=$(path_of "$file")
}

# until_found QUICK: copies its input up to the first line that finds the fault. Frama-C then ends
# at its next line. QUICK has the goals that are quickly proved without the fault.
until_found() {
    awk -v part="$PART" 'NR == FNR { quick[$0]; next }
        { print }
        / Goal / && !/ : Valid/ {
            sub(/.* Goal /, "")
            sub(part, "", $1)
            if ($1 in quick) exit
        }' "$1" -
}

# use_fewer_provers FUNCTION: leaves fewer provers in the options, for a fault of this function.
# cvc4 tries each goal once, and z3 only if it proved a goal of the function without the fault.
use_fewer_provers() {
    local kept=CVC4 index
    local -a list
    [ -z "$(cd ../../modules/"$found" && list_goals_of "$1" z3)" ] || kept='CVC4|Z3'
    for index in "${!options[@]}"; do
        if [[ ${options[index]} == *CVC4* ]]; then
            mapfile -t list < <(tr ',' '\n' <<< "${options[index]}" |
                grep -vF quick | grep -E "$kept")
            options[index]=$(join "${list[@]}")
        fi
    done
}

# prove_fault PROMISE|FAULT: proves this clause of its function, or all if PROMISE is empty, in
# ./faulty, a copy of the tree that has the fault.
prove_fault() {
    local promise=${1%%|*} function file command what found
    read_fault "${1#*|}"
    copy_tree faulty
    sed -i "$command" "faulty/$file"
    if find_module "$function" && ! cmp -s "faulty/$file" "$srcdir/$file"; then
        use_fewer_provers "${function#*:}"
        options+=(${promise:+-wp-prop "$promise"})
        prove faulty $SECONDS_PER_FAULTY_GOAL "${function#*:}" |
            until_found ../../modules/"$found"/quick > said
    else
        echo 'no function that is proved, or no change' > said
    fi
}

# report_fault FAULT [MORE]: after prove_fault. A fault is found if a goal of the function fails
# that is quickly proved without the fault. MORE follows the description.
report_fault() {
    local function file command what found result=unseen
    read_fault "$1"
    find_module "$function"
    function=${function#*:}
    ! list_goals_of "$function" failed | without_parts |
        grep -qFx -f ../../modules/"$found"/quick || result=ok
    report "$result" "$function is not proved if $what${2-}"
}

# plan: prints the plan.
plan() {
    local module count
    [ -n "${PROOF_FAULTS-}" ] || faults=()
    count=$((${#rules[@]} + ${#faults[@]}))
    for module in "${modules[@]}"; do
        read_module "$module"
        count=$((count + ${#functions[@]}))
    done
    echo "1..$count"
}

check_modules() {
    local index
    at_once modules prove_module "${modules[@]}"
    for index in "${!modules[@]}"; do
        cd "modules/$index" || exit
        report_module "${modules[index]}"
        list_quick_goals > quick
        cd ../..
    done
}

check_faults() {
    local index rule
    local -a all=("${rules[@]#*|}" "${faults[@]/#/|}")
    at_once faults prove_fault "${all[@]}"
    for index in "${!all[@]}"; do
        rule=
        [ "$index" -ge ${#rules[@]} ] || rule=": the rule '${rules[index]%%|*}'"
        cd "faults/$index" || exit
        report_fault "${all[index]#*|}" "$rule"
        cd ../..
    done
}
