#!/bin/bash
# SPDX-License-Identifier: MIT
# What bash, zsh and fish complete on a command line, each asked in the way its users do.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of start_daemon and its kin are its own
. "$(dirname "$0")/lib.sh"

PATH=${minitalkd%/*}:$PATH
completions=$srcdir/completions

# names_of KIND: the manual's 'levels' or 'facilities', which all three shells are to offer.
names_of() {
    sed -n "/^The $1 are\$/,/^or 0 /s/^\.Cm //p" "$srcdir/man/minitalk-send.1.in" | tr -d ' ' |
        tr -s ',' '\n' | sed '/^$/d'
    [ "$1" = levels ] || printf 'local%d\n' {1..6}
}

# ---- asking the shells: complete_in_SHELL LINE prints what LINE can become, a word a line ----

# Tab inserts all there is to choose from, ^T what is sure. Then, from the start of the line, its
# words are printed.
type_in() {
    printf '%s\t\001printf "%%s\\n" \005 > completed\nexit\n' "$1"
}

complete_in_bash() {
    cat > bashrc <<EOF
. '$completions/bash/minitalk-send'
bind '"\t": insert-completions'
bind '"\C-t": complete'
EOF
    type_in "$1" | TERM=dumb bash --rcfile bashrc -i > terminal 2>&1
    completed_words "$1"
}

# zsh edits lines on terminals only, and takes a tab that was typed ahead for text. Standard input
# has further settings.
type_in_zsh() {
    {
        cat <<EOF
fpath=('$completions/zsh' \$fpath)
autoload -Uz compinit && compinit -D -u
zstyle ':completion:*' insert-tab false
EOF
        cat
    } > .zshrc
    type_in "$1" | ZDOTDIR=$PWD TERM=vt100 script -qec 'zsh -i' /dev/null > terminal 2>&1
}

complete_in_zsh() {
    type_in_zsh "$1" <<'EOF'
zstyle ':completion:*' completer _all_matches _complete
zstyle ':completion:*' insert true
bindkey '^T' complete-word
EOF
    completed_words "$1"
}

# What the last word has become: not those before it, not itself, and behind an '=' the values alone.
completed_words() {
    local -a typed
    local last
    [ -e completed ] || fail "the shell said: $(cat terminal)"
    read -r -a typed <<< "$1."
    last=${typed[-1]%.}
    tail -n "+${#typed[@]}" completed | grep -vxF -e "$last" | sed "s|^${last%%=*}=||" | sort
    rm completed
}

complete_in_fish() {
    local last=${1##* }
    HOME=$PWD fish --no-config -c "
        source '$completions/fish/minitalk-send.fish'
        source '$completions/fish/minitalkd.fish'
        complete -C '$1'" > terminal
    cut -f1 terminal | sed "s/^${last%%=*}=//" | sort
}

needs_shell() {
    command -v "$1" > /dev/null || skip "$1 is not installed"
}

# expect_completions SHELL LINE [WORD…]: the line can become these, in the order of the alphabet.
expect_completions() {
    local shell=$1 line=$2
    shift 2
    "complete_in_$shell" "$line" > words
    printf '%s\n' "$@" | sed '/^$/d' | cmp - words || fail "$shell makes of '$line': $(cat words)"
}

# ---- what is expected of each ----

words_of_priority() {
    {
        names_of levels
        names_of facilities | sed 's/$/./'
    } | sort
}

# What --help tells, without the '=' behind it.
options_of() {
    "$1" --help | grep -o '^ .\{5\}--[a-z-]*' | sed 's/.*--/--/' | sort -u
}

expect_all_options() {
    local program
    for program in minitalk-send minitalkd; do
        options_of "$program" > options
        [ "$(wc -l < options)" -gt 5 ]
        "complete_in_$1" "$program --" | sed 's/=$//' | sort -u | diff options -
    done
}

expect_values() {
    local shell=$1
    local -a words
    touch 'space d' another
    expect_completions "$shell" 'minitalk-send -f ano' another
    expect_completions "$shell" 'minitalk-send --file=ano' another
    expect_completions "$shell" 'minitalkd --pidfile ano' another
    expect_completions "$shell" 'minitalk-send --file=sp' 'space d'
    mapfile -t words < <(words_of_priority)
    [ ${#words[@]} -gt 20 ]
    expect_completions "$shell" 'minitalk-send -p ' "${words[@]}"
    expect_completions "$shell" 'minitalk-send --priority=e' emerg err
    expect_completions "$shell" 'minitalk-send --priority=us' user.
    expect_completions "$shell" 'minitalk-send --priority=mail.w' mail.warning
    expect_completions "$shell" 'minitalkd --output=' journal stdout
    expect_completions "$shell" 'minitalkd --output s' stdout
    expect_completions "$shell" 'minitalk-send --trace=' json text
    expect_completions "$shell" 'minitalkd --trace=j' json
    expect_completions "$shell" 'minitalk-send --tag=a'
}

# A letter and its value may be one word, and other letters before them.
expect_values_behind_letters() {
    local shell=$1
    touch another
    expect_completions "$shell" 'minitalk-send -pe' -pemerg -perr
    expect_completions "$shell" 'minitalk-send -epus' -epuser.
    expect_completions "$shell" 'minitalk-send -epmail.w' -epmail.warning
    expect_completions "$shell" 'minitalk-send -ep w' warning
    expect_completions "$shell" 'minitalk-send -tan'
}

# fish completes no files in such a word.
expect_files_behind_letters() {
    local shell=$1
    mkdir directory
    touch 'space d' another directory/file
    expect_completions "$shell" 'minitalk-send -fano' -fanother
    expect_completions "$shell" 'minitalk-send -fsp' '-fspace d'
    expect_completions "$shell" 'minitalk-send -efdirectory/f' -efdirectory/file
}

expect_the_daemon() {
    start_daemon
    "complete_in_$1" 'minitalk-send --pid ' | grep -qx "$daemon"
}

expect_no_guess_at_messages() {
    touch another
    expect_completions "$1" 'minitalk-send an'
    expect_completions "$1" 'minitalk-send -- --'
}

# ---- bash ----

test_bash_knows_all_options() {
    needs_shell bash
    expect_all_options bash
}

test_bash_knows_values() {
    needs_shell bash
    expect_values bash
    expect_completions bash $'minitalk-send -p us\024in' user.info
}

test_bash_knows_values_behind_letters() {
    needs_shell bash
    expect_values_behind_letters bash
    expect_files_behind_letters bash
    expect_completions bash 'minitalk-send -fdir' -fdirectory/
}

test_bash_finds_daemons() {
    needs_shell bash
    expect_the_daemon bash
}

# The other two take a '--' for the end of options even where it is a value.
test_bash_knows_values_from_the_end_of_options() {
    local line
    needs_shell bash
    for line in '-t --' '-et --' '--tag --' '--tag=--' '-t a=--' '-t -- -f --'; do
        expect_completions bash "minitalk-send $line --prio" --prio-prefix --priority=
    done
    for line in -- '-t -- --' '-tt --' '--tag=t --' '-t a=b --' '--trace --' '--trace=text --'; do
        expect_completions bash "minitalk-send $line --prio"
        expect_completions bash "minitalk-send $line -p "
    done
}

test_bash_does_not_guess_at_messages() {
    needs_shell bash
    expect_no_guess_at_messages bash
}

# ---- zsh ----

test_zsh_knows_all_options() {
    needs_shell zsh
    expect_all_options zsh
}

# What --help says of each option, as 'NAME -- DESCRIPTION', be it of several lines there.
descriptions_of() {
    "$1" --help | awk '
        /^ .....--/ {
            name = substr($0, 7)
            sub(/[^a-z-].*/, "", name)
            sub(/^ .....[^ ]* */, "")
            printf "%s%s -- %s", separator, name, $0
            separator = "\n"
        }
        /^         / { sub(/^ */, " "); printf "%s", $0 }
        END { print "" }'
}

# zsh takes them from there, but can show neither a colon nor a second line. Of --output, each line
# there describes a value.
test_zsh_describes_options() {
    local program
    needs_shell zsh
    for program in minitalk-send minitalkd; do
        descriptions_of "$program" | sed 's/^\(--output -- \).*/\1where messages go/' | sort -u \
            > descriptions
        [ "$(wc -l < descriptions)" -gt 5 ]
        type_in_zsh "$program --" <<< 'COLUMNS=200 LINES=100'
        tr -d '\0\r' < terminal | tr '\033' '\n' | tr -s ' ' |
            sed -n 's/^\(\[J\)\{0,1\}\(--[a-z-]* -- \)/\2/p' | sort -u | diff descriptions -
    done
}

test_zsh_knows_values() {
    needs_shell zsh
    expect_values zsh
    expect_completions zsh $'minitalk-send -p us\024in' user.info
}

test_zsh_knows_values_behind_letters() {
    needs_shell zsh
    expect_values_behind_letters zsh
    expect_files_behind_letters zsh
}

test_zsh_finds_daemons() {
    needs_shell zsh
    expect_the_daemon zsh
}

test_zsh_does_not_guess_at_messages() {
    needs_shell zsh
    expect_no_guess_at_messages zsh
}

# ---- fish ----

test_fish_knows_all_options() {
    needs_shell fish
    expect_all_options fish
}

test_fish_knows_values() {
    needs_shell fish
    expect_values fish
}

test_fish_knows_values_behind_letters() {
    needs_shell fish
    expect_values_behind_letters fish
}

test_fish_finds_daemons() {
    needs_shell fish
    expect_the_daemon fish
}

test_fish_does_not_guess_at_messages() {
    needs_shell fish
    expect_no_guess_at_messages fish
}

# ---- and what is completed is taken ----

test_all_levels_and_facilities_are_priorities() {
    local word
    start_daemon
    words_of_priority > words
    while read -r word; do
        send --dry-run --priority="${word/%./.info}" 'a message'
    done < words
}

run_tests
