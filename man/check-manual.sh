#!/bin/bash
# SPDX-License-Identifier: MIT
# The manual pages render cleanly and say what the programs say.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and run_tests are their own
. "${srcdir:-$(dirname "$0")/..}/tests/integration/lib.sh"

man=$builddir/man
pages=("$man/minitalk-doctor.1" "$man/minitalk-send.1" "$man"/minitalk{,-howto}.7 "$man/minitalkd.8")
programs=(minitalk-doctor minitalk-send minitalkd)

page_of() {
    case $1 in
    minitalkd) echo "$man/minitalkd.8" ;;
    minitalk-doctor) echo "$man/minitalk-doctor.1" ;;
    minitalk-send) echo "$man/minitalk-send.1" ;;
    esac
}

# plain: replaces the hyphens and apostrophes of mdoc by those of a program.
plain() {
    sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g"
}

# expect_same WHAT: the files ./left and ./right list the same.
expect_same() {
    diff left right || fail "$1"
}

section() {
    sed -n "/^\.Sh $2\$/,/^\.Sh /p" "$1"
}

test_the_pages_have_nothing_to_warn_of() {
    # A page that is not installed here is no fault of a page that refers to it.
    mandoc -Tlint "${pages[@]}" > lint 2> trouble || :
    ! grep -v 'referenced manual not found' lint || fail 'mandoc has something to say of the pages'
    ! grep -v 'outdated mandoc.db' trouble || fail 'mandoc has trouble'
    if command -v groff > /dev/null; then
        [ -z "$(groff -mdoc -ww -Tutf8 -z "${pages[@]}" 2>&1 | tee /dev/stderr)" ]
    fi
}

# groff 1.23 measures a width as \w'WIDTH', so a quote in the width ends it.
test_no_width_has_a_quote() {
    ! grep -n "^\.Bl .*'" "${pages[@]}" || fail 'use \(aq'
}

test_nothing_is_left_unexpanded() {
    ! grep -n '@[A-Za-z_]*@' "${pages[@]}"
}

options_in_help() {
    "$builddir/$1" --help | sed -n 's/^  *\(-.*\)$/\1/p' |
        grep -oE -- '(^|[ ,])--?[A-Za-z][-a-z]*(\[?=[A-Za-z=:]+\]?)?' | tr -d ' ,' | sort -u
}

options_in_page() {
    plain < "$(page_of "$1")" | sed -n 's/^\.It Fl //p' | sed -e 's/ Ns = Ns \(Ar\|Cm\) /=/g' \
        -e 's/ : Ns Ar /:/' \
        -e 's/ Ns Op = Ns Ar \(.*\)/[=\1]/' |
        sed 's/ , Fl /\n/' | sed 's/^/-/' | sort -u
}

options_in_synopsis() {
    section "$(page_of "$1")" SYNOPSIS | plain | grep -oE 'Fl [-a-z]+' | sed 's/^Fl /-/' | sort -u
}

test_the_pages_have_the_options_of_the_help() {
    for program in "${programs[@]}"; do
        options_in_help "$program" > left
        options_in_page "$program" > right
        [ -s left ]
        expect_same "options of $program, in --help (<) and page (>)"
        grep -- '^--' left | sed 's/\[\{0,1\}=.*//' | sort -u > help
        options_in_synopsis "$program" | grep -- '^--' > right
        mv help left
        expect_same "options of $program, in --help (<) and synopsis (>)"
    done
}

# heads_in_page PROGRAM: the lines that its diagnostics explain.
heads_in_page() {
    section "$(page_of "$1")" DIAGNOSTICS | plain | sed -n 's/^\.It //p'
}

test_the_pages_explain_every_text() {
    for program in "${programs[@]}"; do
        heads_in_page "$program" > heads
        [ -s heads ]
        sort heads | uniq -d > twice
        [ ! -s twice ] || fail "explained twice: $(cat twice)"
        python3 "$srcdir/man/check-texts.py" "$srcdir" "$program" heads
    done
}

# Each duration of the protocol is on the page, written by make, and no other is.
test_the_durations_are_those_of_the_sources() {
    local page=$srcdir/man/minitalk.7.in
    sed -n 's/^#define \([A-Z_]*\) (.*/\1/p' "$srcdir/src/protocol/timing.h" | sort > left
    [ -s left ]
    grep -oE '@[A-Z_]+@' "$page" | tr -d @ | sort -u | comm -12 - left > right
    expect_same 'durations, in timing.h (<) and on the page (>)'
    # A promise is measured, and no constant.
    sed '/^\.Ss What is promised$/,/^\.Ss /d' "$page" > rest
    ! grep -nE '[0-9] ?(ms|milliseconds|microseconds)\b|(half|[a-z]th) of a second' rest ||
        fail 'a duration is typed in'
}

# values_of_sources: the limits that are sizes or have four digits or more, one a line. They are
# those of the sources from which make takes numbers. Shorter numbers also stand for other things.
values_of_sources() {
    sed -n '/^constants = /,/[^\\]$/s/^\t\([^ ]*\).*/\1/p' "$srcdir/man/local.mk" |
        (cd "$srcdir" && xargs sed -n -f man/constants.sed) |
        sed 's/^s|@[A-Z0-9_]*@|\(.*\)|g$/\1/' |
        grep -xE '[1-9][0-9]{3,}|[0-9]+ [KMG]iB' | sort -u
}

# prose_of PAGE: the page without its examples, which may have any number.
prose_of() {
    sed -e '/^\.Sh EXAMPLES$/,/^\.Sh /d' -e '/^\.Bd -literal/,/^\.Ed$/d' "$srcdir/man/$1.in"
}

# examples_of PAGE: the part of the page that has the examples.
examples_of() {
    case $1 in
    minitalk-howto.7) cat "$srcdir/man/$1.in" ;;
    *) sed -n '/^\.Sh EXAMPLES$/,/^\.Sh /p' "$srcdir/man/$1.in" ;;
    esac
}

# In literal text, groff shows a bare '-' as a hyphen and a bare quote as a typographic one, unless
# the system configures it otherwise. A shell or a compiler understands neither.
test_the_examples_can_be_pasted() {
    local page
    for page in minitalk-doctor.1 minitalk-send.1 minitalk.7 minitalk-howto.7 minitalkd.8; do
        examples_of "$page" |
            awk '/^\.Ed/ { is_in = 0 } is_in { print } /^\.Bd -literal/ { is_in = 1 }' > literal
        [ -s literal ]
        ! sed 's/\\-//g' literal | grep -n "[-'\`^~]" || fail "$page: use \\-, \\(aq, \\(ga, \\(ha, \\(ti"
    done
}

test_the_limits_are_those_of_the_sources() {
    local page
    values_of_sources > values
    grep -qx '1 GiB' values || fail 'the list of limits is incomplete'
    for page in minitalk-doctor.1 minitalk-send.1 minitalk.7 minitalk-howto.7 minitalkd.8; do
        prose_of "$page" > prose
        ! grep -nwFf values prose || fail "$page: a limit is typed in"
        # CAVEATS has limits of journald.
        ! sed '/^\.Sh CAVEATS$/,/^\.Sh /d' prose | grep -nE '[0-9] [KMG]iB' ||
            fail "$page: a size is typed in"
    done
    "$builddir/minitalkd" --help |
        sed -n 's/.*larger messages (default \([^ ]*\), at most \(.*\) for the journal)$/\1 \2/p' > left
    sed -n -e 's/^The default is \(.*\) bytes\.$/\1/p' \
        -e 's/^The most is \(.*\), or .* with$/\1/p' "$man/minitalkd.8" | paste -sd ' ' > right
    [ -s left ]
    expect_same 'limits of a message, in --help (<) and page (>)'
}

# fields_of_page SECTION: the fields that this section of minitalkd(8) explains.
fields_of_page() {
    sed -n "/^\\.Ss $1\$/,/^\\.S[hs] /s/^\\.It Ev //p" "$man/minitalkd.8" | sed 's/ , /\n/g' | sort
}

# Prints the fields that entry.c adds.
fields_of_entry() {
    sed -n 's/^ *add[a-z_]*([a-z]*, "\([A-Z_]*\)",.*/\1/p' "$srcdir/src/daemon/entry.c"
}

test_the_journal_fields_are_those_of_the_sources() {
    {
        fields_of_entry | grep -v '^_'
        sed -n "s/^    \[FIELD_.*\] = {'.', \"\(.*\)\"},/\1/p" "$srcdir/src/protocol/fields.c"
    } | sort -u > left
    fields_of_page 'The journal' > right
    expect_same 'fields, in entry.c and fields.c (<) and page (>)'
}

test_the_fields_of_a_log_without_journald_are_those_of_the_sources() {
    fields_of_entry | grep '^_' | sort > left
    fields_of_page JSON > right
    expect_same 'fields, in entry.c (<) and page (>)'
}

keys_in_page() {
    sed -n '/^\.Ss Trace format$/,/^\.El$/s/^\.It Ev \([a-z_]*\) .*/\1/p' "$man/minitalk.7" | sort
}

test_the_keys_of_a_trace_are_those_of_the_sources() {
    grep -oE '\\"[a-z_]+\\":' "$srcdir/src/host/trace.c" | tr -d '\\":' | sort -u > left
    keys_in_page > right
    expect_same 'keys, in trace.c (<) and page (>)'
}

number_of_promises() {
    sed -n '/^\.Ss What is promised$/,/^\.El$/p' "$man/minitalk.7" | grep -cx '\.It'
}

# A finding names a section of minitalk-howto(7).
test_the_findings_are_those_of_the_sources() {
    local causes=$srcdir/src/doctor/cause.c
    grep -o '= {"[a-z-]*",' "$causes" | tr -dc 'a-z\n-' > left
    sed -n 's/^\.It Bq //p' "$man/minitalk-doctor.1" > right
    [ -s left ]
    expect_same 'findings of cause.c (<) and page (>)'
    grep -o '"[^"]*"},$' "$causes" | sed 's/"\(.*\)"},/\1/' | sort -u > left
    sed -n 's/^\.S[hs] //p' "$man/minitalk-howto.7" | sort -u | comm -12 left - > right
    [ -s left ]
    expect_same 'sections of cause.c (<) that minitalk-howto(7) has (>)'
}

test_every_promise_is_shown_by_tests_that_there_are() {
    local number file name
    grep -v '^#' "$srcdir/tests/promises.txt" > shown
    while read -r number file name; do
        [ -f "$srcdir/$file" ] || fail "promise $number: there is no $file"
        [ -z "$name" ] || grep -qE "^($name\(\) |START_TEST\($name\)$)" "$srcdir/$file" ||
            fail "promise $number: $file has no $name"
    done < shown
    seq "$(number_of_promises)" > left
    [ -s left ]
    cut -d ' ' -f 1 shown | sort -nu > right
    expect_same 'promises, as made (<) and shown (>)'
}

# The replies, in the words of word.h and of the page.
test_the_replies_are_those_of_the_sources() {
    sed -n 's/^    REPLY_\([A-Z_]*\).*/\1/p' "$srcdir/src/protocol/word.h" | tr 'A-Z_' 'a-z ' |
        awk '{ print NR, $0 }' > left
    sed -n 's/^\.It \([0-9]*\) Ta \([a-z ]*\) Ta .*/\1 \2/p' "$man/minitalk.7" > right
    expect_same 'replies, in word.h (<) and page (>)'
}

# unsafe_pidfiles FILE…: prints what the examples say of pidfiles in directories where others could
# hide them. These places are safe: a directory made with mktemp, the runtime directory of a user,
# and that of the system. PATH stands for any path.
unsafe_pidfiles() {
    # shellcheck disable=SC2016 # the examples have these variables
    local place='PATH|"?\$(XDG_RUNTIME_DIR|dir|directory)/|/run/user/[0-9]+/|@runstatedir@/|/run/'
    cat "$@" | plain > examples
    grep -oE -- '--pidfile(=| +["$/.])[^ ]*' examples | grep -vE -- "^--pidfile=($place)" || :
    grep -E '\b(tmp|shm)/[^ ]*pid' examples || :
    grep -E '\b(dir|directory)=' examples | grep -vE '=\$\(mktemp -d\)$' || :
}

test_no_example_puts_a_pidfile_where_others_could_hide_it() {
    local line
    while read -r line; do
        echo "$line" > unsafe
        [ -n "$(unsafe_pidfiles unsafe)" ] || fail "nothing was found in: $line"
    done <<'END'
minitalkd --pidfile=/tmp/minitalk.pid
minitalkd --pidfile "/tmp/minitalk.pid"
minitalkd \-\-pidfile=minitalk.pid
.Pa /var/tmp/minitalk.pid
dir=/tmp
END
    for program in "${programs[@]}"; do
        "$builddir/$program" --help
    done > help
    unsafe_pidfiles help "$srcdir"/*.md "$srcdir"/*/README* "$srcdir"/man/*.in > found
    [ ! -s found ] || fail "unsafe: $(cat found)"
}

# send_without_a_repeat: sends A, with the signals in ./trace. A bit that is lost on a busy machine is
# sent again, as the page says; the example has no loss, so this makes up to ten attempts.
send_without_a_repeat() {
    for _ in {1..10}; do
        strace -qq -o trace -e trace=pidfd_send_signal,tgkill "$minitalk_send" --verbose \
            --pidfile="$PWD/minitalk.pid" A 2> summary
        ! grep -q ' 0 repeats' summary || return 0
    done
    fail "each attempt lost a bit: $(cat summary)"
}

# Without a loss, the plain signals of the sender are the frame, bit by bit.
test_the_exchange_is_as_it_is_shown() {
    command -v strace > /dev/null || skip 'there is no strace'
    strace -qq -o /dev/null true 2> /dev/null || skip 'strace is not permitted'
    start_daemon
    send_without_a_repeat
    stop_daemon
    sed -n -e 's/.*SIGUSR1, NULL.*/0/p' -e 's/.*SIGUSR2, NULL.*/1/p' \
        -e 's/^tgkill(.*SIGUSR1.*/0/p' -e 's/^tgkill(.*SIGUSR2.*/1/p' trace |
        tr -d '\n' | fold -w 8 > left
    echo >> left
    sed -n 's/^[0-9a-f]\{2\}  \([01]\{8\}\)\(  .*\)\{0,1\}$/\1/p' "$man/minitalk.7" > right
    expect_same 'bits sent (<) and shown (>)'
    sed -n 's/^octets  //p' "$man/minitalk.7" | tr ' ' '\n' > left
    sed -n 's/^\([0-9a-f]\{2\}\)  [01]\{8\}\(  .*\)\{0,1\}$/\1/p' "$man/minitalk.7" > right
    expect_same 'octets in the row (<) and in the table (>)'
    while read -r octet; do
        printf '%02x\n' "$((2#$octet))"
    done < <(sed -n 's/^[0-9a-f]\{2\}  \([01]\{8\}\).*/\1/p' "$man/minitalk.7") > left
    expect_same 'octets in binary (<) and hexadecimal (>)'
}

run_tests
