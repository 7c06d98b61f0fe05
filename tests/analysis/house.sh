#!/bin/bash
# SPDX-License-Identifier: MIT
# Rules of the source tree that no compiler checks: licence tags, layers, one place for durations,
# the same rules of the protocol in its model and its proof.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/../integration/lib.sh"

# ---- licence tags ----

readonly TAG='SPDX-License-Identifier: MIT'

# Files that people write, as extended regular expressions. Documents have no tag. debian/copyright
# covers those files in debian/ whose formats are strict.
readonly tagged='\.(c|h|sh|pml|py|mk|gp|sed|fish|in|catalog|macros|toml)$
^(Makefile\.am|configure\.ac|Containerfile|\.dockerignore|bootstrap|\.ci/run)$
^(completions|packaging|systemd/default|tests/system/guest)/
^debian/(rules|tests/(private-daemon|send)|.*\.(postinst|postrm))$'

# list_tagged_files: one path a line, relative to the source tree. In a checkout, git tells which
# files are sources. A release has no git, and may have been built in its own tree: the folders
# named here have no generated file of these kinds but the packages that tests have unpacked.
list_tagged_files() {
    (
        cd "$srcdir"
        if [ -e .git ] && git ls-files --cached --others --exclude-standard 2> /dev/null; then
            exit
        fi
        find Makefile.am configure.ac Containerfile .dockerignore bootstrap completions man \
            packaging src systemd tests \
            \( -path tests/system/package -o -path tests/packaging/built \) -prune \
            -o -type f -print
    ) | grep -E "$tagged" | grep -v '^tests/fuzz/corpus/'
}

# has_tag FILE: the tag is on the first line, or on the second if the first has to be '#!' or
# '#compdef'. The line has nothing else but the marks of a comment.
has_tag() {
    local line
    {
        read -r line
        [[ $line != '#!'* && $line != '#compdef '* ]] || read -r line
    } < "$1" || return
    case $line in
    "/* $TAG */" | "# $TAG" | ".\\\" $TAG" | "dnl $TAG") ;;
    *) return 1 ;;
    esac
}

test_every_source_file_has_a_licence_tag() {
    local file missing=0
    list_tagged_files > files
    grep -qx src/minitalkd.c files || fail 'the list of files is incomplete'
    while read -r file; do
        # git also lists a file that was removed and is still tracked.
        [ -e "$srcdir/$file" ] || continue
        has_tag "$srcdir/$file" || {
            echo "$file: the first line is not a comment with '$TAG'"
            missing=$((missing + 1))
        }
    done < files
    [ "$missing" -eq 0 ] || fail "$missing files have no licence tag"
}

# ---- layers ----

# The folders that the files of a folder may include, and those that the programs may include.
readonly -A may_include=(
    [protocol]='protocol'
    [host]='host protocol'
    [sender]='sender host protocol'
    [daemon]='daemon host protocol'
    [doctor]='doctor host protocol'
    [minitalk-send.c]='sender host protocol'
    [minitalkd.c]='daemon host protocol'
    [minitalk-doctor.c]='doctor host protocol'
)

# The protocol makes no system calls and reads no clock, and neither do the doctor's pure modules.
# From these headers they need types, lists, memory and strings, and stdio.h for snprintf(3).
readonly -a pure_headers=(assert.h errno.h limits.h stdbool.h stddef.h stdint.h stdio.h stdlib.h
    string.h sys/queue.h sys/types.h)

# list_includes: for each #include in src/ a line, FILE "HEADER or FILE <HEADER.
list_includes() {
    (cd "$srcdir/src" && grep -rE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' .) |
        sed -E 's|^\./([^:]*):[[:space:]]*#[[:space:]]*include[[:space:]]*(.[^">]*).*|\1 \2|'
}

test_arrows_run_one_way() {
    local file header from to wrong=0
    list_includes > includes
    [ -s includes ]
    while read -r file header; do
        from=${file%%/*}
        to=${header:1}
        to=${to%%/*}
        # Every header in quotes is one of src/. One in angle brackets is, if it names a folder.
        [[ $header = '"'* || -n ${may_include[$to]-} ]] || continue
        [[ " ${may_include[$from]-} " = *" $to "* ]] || {
            echo "src/$file may not include ${header:1}"
            wrong=$((wrong + 1))
        }
    done < includes
    [ "$wrong" -eq 0 ] || fail "$wrong includes go against an arrow"
}

readonly pure='^(protocol/|doctor/(cause|dialect|haste|learner|rhythm|speech-result|stream|wire)\.)'

test_pure_code_includes_no_header_of_system_calls_or_clocks() {
    local file header wrong=0
    list_includes | grep -E "$pure" > includes
    while read -r file header; do
        [[ $header = '"'* || " ${pure_headers[*]} " = *" ${header:1} "* ]] || {
            echo "src/$file may not include <${header:1}>"
            wrong=$((wrong + 1))
        }
        [[ $header != '"host/'* ]] || {
            echo "src/$file may not include ${header:1}, which is not pure"
            wrong=$((wrong + 1))
        }
    done < includes
    [ "$wrong" -eq 0 ] || fail "$wrong headers are not allowed in pure code"
}

# ---- durations ----

# A unit of nsec.h, or an integer of a million or more: as nanoseconds, 1 ms.
readonly duration='\<NSEC_PER_[MU]?SEC\>|(^|[^A-Za-z0-9_.])[0-9]{7,}'

# The macros of tests that hold a duration and copy none of the protocol, each with its reason.
readonly -A other_durations=(
    [tests/fuzz/company.c:QUIET_TIME]='how long the quiet end of a fuzzed run lasts at most'
    [tests/fuzz/company.c:SHORT_LIMIT]='as the --timeout of a user, who may choose any'
    [tests/fuzz/company.c:LONG_LIMIT]='the same'
    [tests/simulation/daemon.c:SLOWEST_LOG]='how long a simulated log takes: no program has this limit'
)

# list_durations FILE…: FILE:NAME for each macro with a duration in it. Continued lines are joined.
list_durations() {
    local file
    for file in "$@"; do
        sed -e ':join' -e '/\\$/N' -e 's/\\\n//' -e 't join' "$srcdir/$file" |
            sed -nE 's/^[[:space:]]*#[[:space:]]*define[[:space:]]+([A-Za-z0-9_]+)(.*)/\1 \2/p' |
            grep -E "[^ ]* .*($duration)" | sed "s|^\([^ ]*\).*|$file:\1|" || :
    done
}

# timing.h has macros. A copy may also be a constant or an enumerator.
test_no_duration_of_the_protocol_has_a_second_copy() {
    local names definition
    names=$(sed -n 's/^#define \([A-Z0-9_]*\) .*/\1/p' "$srcdir/src/protocol/timing.h")
    [ -n "$names" ]
    names=${names//$'\n'/|}
    definition="#[[:space:]]*define[[:space:]]+($names)\>"
    definition+="|(^|[^.A-Za-z0-9_])($names)[[:space:]]*=[^=]"
    (cd "$srcdir" && grep -rnE --include='*.[ch]' --include='*.pml' "$definition" src tests) \
        > definitions
    grep -q '^src/protocol/timing\.h:' definitions || fail 'no definition is found even in timing.h'
    ! grep -v '^src/protocol/timing\.h:' definitions || fail 'timing.h is not the only definition'
}

test_the_protocol_has_durations_in_timing_h_only() {
    (cd "$srcdir" && grep -nE "$duration" src/protocol/*.[ch]) > durations
    grep -q '^src/protocol/timing\.h:' durations || fail 'no duration is found even in timing.h'
    ! grep -vE '^src/protocol/(timing|nsec)\.h:' durations ||
        fail 'durations of the protocol belong in timing.h'
}

test_what_simulates_or_fuzzes_the_protocol_has_no_durations_of_its_own() {
    local -a files
    mapfile -t files < <(cd "$srcdir" && ls tests/simulation/*.[ch] tests/fuzz/*.[ch] \
        tests/unit/world.[ch])
    list_durations "${files[@]}" | sort > left
    printf '%s\n' "${!other_durations[@]}" | sort > right
    diff left right || fail 'durations, in macros (<) and in the exceptions above (>)'
}

# ---- the rules of the protocol ----

# list_rules FILE…: the names in the array 'rules' of these scripts.
list_rules() {
    sed -nE "/^rules=\(/,/^\)/s/^    ['\"]([a-z-]+)\|.*/\1/p" "$@"
}

# Without the rule 'lapse' a run may have no end, which only the model looks for.
test_the_model_and_the_proof_switch_off_the_same_rules() {
    list_rules "$srcdir/tests/model/check-model.sh" | sort > left
    {
        list_rules "$srcdir"/tests/proof/check-*.sh
        echo lapse
    } | sort -u > right
    grep -qx once left || fail 'no rule is found even in the model'
    diff left right || fail 'rules of the model (<) and of the proof (>)'
}

run_tests
