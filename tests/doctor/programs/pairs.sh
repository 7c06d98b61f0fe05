# SPDX-License-Identifier: MIT
# pairs.sh - pairs of test programs for minitalk-doctor; for scripts that source lib.sh
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # lib.sh and the scripts that source this file share variables

programs=$builddir/tests/doctor/programs
tables=$srcdir/tests/doctor/programs

# The options of a pair without a fault.
readonly HEALTHY='senders=apart check=yes bit=1 wait=bit way=poll sleep=50 again=yes'

# rows TABLE: the rows of ./dialects or ./faults, without comments.
rows() {
    grep -v '^#' "$tables/$1"
}

# options_of_fault NAME: the options of this pair, one a line.
options_of_fault() {
    local options
    options=$(rows faults | awk -F '\t' -v name="$1" '$1 == name { print "x" $2 }')
    [ -n "$options" ] || fail "there is no fault '$1'"
    # shellcheck disable=SC2086 # a list of words
    printf '%s\n' $HEALTHY ${options#x}
}

# mended OPTION…: the options, one a line, and others after them with which nothing is lost. A
# client that does not wait for an answer to each bit waits until the server is idle.
mended() {
    printf '%s\n' "$@" plusone=no limit=0
    case " $* " in
    *' wait=bit '*) echo way=suspend ;;
    *) echo wait=idle ;;
    esac
}

# write_pair OPTION…: writes ./server and ./client, commands with these options, for programs that
# take commands without arguments of their own.
write_pair() {
    local program
    for program in server client; do
        {
            echo '#!/bin/sh'
            printf 'exec %s' "$programs/$program"
            printf " '%s'" "$@"
            # shellcheck disable=SC2016 # the new script expands it
            echo ' "$@"'
        } > "$program"
        chmod +x "$program"
    done
}

# write_pair_of FAULT: the same, with the options of this fault.
write_pair_of() {
    local -a options
    mapfile -t options < <(options_of_fault "$1")
    write_pair "${options[@]}"
}

# ---- what an examination needs ----

can_make_namespaces() {
    unshare --user --pid --fork --mount-proc true 2> /dev/null
}

needs_user_namespaces() {
    can_make_namespaces || skip 'user namespaces are not permitted'
}
