#!/bin/bash
# SPDX-License-Identifier: MIT
# Completion of command lines in bash, zsh and fish, tested in the shells themselves.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # start_daemon and others do not take the script's arguments
. "$(dirname "$0")/../tests/integration/lib.sh"

PATH=${minitalkd%/*}:$PATH
completions=$srcdir/completions

# names_of KIND: prints the 'levels' or 'facilities' that minitalk-send(1) lists. All three shells
# must offer them.
names_of() {
    sed -n "/^The $1 are\$/,/^or 0 /s/^\.Cm //p" "$srcdir/man/minitalk-send.1.in" | tr -d ' ' |
        tr -s ',' '\n' | sed '/^$/d'
    [ "$1" = levels ] || printf 'local%d\n' {1..6}
}

# ---- asking the shells: complete_in_SHELL LINE prints the completions of LINE, one a line ----

# type_in LINE: prints the keys to type. Tab inserts all possible completions. A ^T in LINE inserts
# only the part that all completions share. ^A then goes to the start of the line, where 'printf' is
# typed, and ^E goes to the end, where '> completed' is typed. So printf writes the words of the
# completed line to ./completed.
type_in() {
    printf '%s\t\001printf "%%s\\n" \005 > completed\nexit\n' "$1"
}

complete_in_bash() {
    cat > bashrc <<EOF
. '$completions/bash/minitalk-send'
. '$completions/bash/minitalk-doctor'
bind '"\t": insert-completions'
bind '"\C-t": complete'
EOF
    type_in "$1" | TERM=dumb bash --rcfile bashrc -i > terminal 2>&1
    completed_words "$1"
}

# type_in_zsh LINE: types the keys into zsh, on a terminal, because zsh edits lines only there. The
# tab is typed ahead; without 'insert-tab false', zsh takes it for text. Standard input has further
# settings.
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

# completed_words LINE: prints the completions of the last word of LINE. The words before it and the
# unchanged last word are left out. After an '=', only the values are printed.
completed_words() {
    local -a typed
    local last
    [ -e completed ] || fail "the shell has completed nothing, and printed: $(cat terminal)"
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
        source '$completions/fish/minitalk-doctor.fish'
        complete -C '$1'" > terminal
    cut -f1 terminal | sed "s/^${last%%=*}=//" | sort
}

needs_shell() {
    command -v "$1" > /dev/null || skip "$1 is not installed"
}

# expect_completions SHELL LINE [WORD…]: the completions of LINE are these words, in alphabetical
# order, and no others.
expect_completions() {
    local shell=$1 line=$2
    shift 2
    "complete_in_$shell" "$line" > words
    printf '%s\n' "$@" | sed '/^$/d' | cmp - words ||
        fail "$shell completes '$line' to: $(cat words)"
}

# ---- expectations of every shell ----

words_of_priority() {
    {
        names_of levels
        names_of facilities | sed 's/$/./'
    } | sort
}

# options_of PROGRAM: prints the long options in --help, without the '=' after an option.
options_of() {
    "$1" --help | grep -o '^ .\{5\}--[a-z-]*' | sed 's/.*--/--/' | sort -u
}

expect_all_options() {
    local program
    for program in minitalk-send minitalkd minitalk-doctor; do
        options_of "$program" > options
        [ "$(wc -l < options)" -gt 3 ]
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
    expect_completions "$shell" 'minitalkd --output=' export export: file: journal json json: raw \
        stdout
    expect_completions "$shell" 'minitalkd --output f' file:
    expect_completions "$shell" 'minitalkd --output=file:ano' file:another
    expect_completions "$shell" 'minitalkd --output file:ano' file:another
    expect_completions "$shell" 'minitalkd --output=json:ano' json:another
    expect_completions "$shell" 'minitalkd --output json:ano' json:another
    expect_completions "$shell" 'minitalkd --output=export:ano' export:another
    expect_completions "$shell" 'minitalkd --output export:ano' export:another
    expect_completions "$shell" 'minitalkd --output=j' journal json json:
    expect_completions "$shell" 'minitalkd --output s' stdout
    expect_completions "$shell" 'minitalk-send --trace=' json text
    expect_completions "$shell" 'minitalkd --trace=j' json
    expect_completions "$shell" 'minitalk-send --tag=a'
    expect_completions "$shell" 'minitalk-send --daemon-user=daem' daemon
    expect_completions "$shell" 'minitalk-send --daemon-user daem' daemon
}

# A short option and its value may be one word, with other short options in front.
expect_values_after_short_options() {
    local shell=$1
    touch another
    expect_completions "$shell" 'minitalk-send -pe' -pemerg -perr
    expect_completions "$shell" 'minitalk-send -epus' -epuser.
    expect_completions "$shell" 'minitalk-send -epmail.w' -epmail.warning
    expect_completions "$shell" 'minitalk-send -ep w' warning
    expect_completions "$shell" 'minitalk-send -tan'
}

# fish does not complete file names in such a word, so its tests do not call this.
expect_files_after_short_options() {
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

expect_no_completion_of_messages() {
    touch another
    expect_completions "$1" 'minitalk-send an'
    expect_completions "$1" 'minitalk-send -- --'
}

# ---- nothing runs before Enter ----

# hostile_words SHELL: prints words that run COMMAND if a completion expands them. These words leave
# out what the shell itself runs in the line of any command. If Tab is bound to expand-or-complete,
# zsh expands $(COMMAND). In the name of the command, fish expands "$(COMMAND).
hostile_words() {
    case $1 in
    fish)
        cat <<'EOF'
(COMMAND)
'(COMMAND).
"$(COMMAND).
"$(COMMAND)/
~(COMMAND)/
EOF
        ;;
    *)
        cat <<'EOF'
$(COMMAND)/
'$(COMMAND).
"$(COMMAND)/
"$(COMMAND).
`COMMAND`/x
'`COMMAND`.
~$(COMMAND)/
'${x:=$(COMMAND)}/
"${x:=$(COMMAND)}/
'x[$(COMMAND)].
<(COMMAND)/
*(e:'COMMAND':)/
EOF
        ;;
    esac
}

# before_values PROGRAM: prints all that can stand before the value of an option in a command line.
before_values() {
    "$1" --help |
        sed -n 's/^ *\(\(-.\), \)\{0,1\}\(--[a-z-]*\)\[\{0,1\}=.*/\3=\n\3 \n\2/p' |
        sed -n 's/^-.$/&\n& /; /^-/p'
}

# hostile_lines SHELL: prints command lines with these words. In the line NUMBER, COMMAND is
# 'touch ran-NUMBER'.
hostile_lines() {
    local program before word
    for program in minitalk-send minitalkd; do
        before_values "$program" > befores
        [ "$(grep -c -- '^--.*=$' befores)" -ge 4 ]
        printf '%s\n' -- -e '' '-- ' --output=file: '--output file:' --output=json: \
            '--output json:' --output=export: '--output export:' >> befores
        while IFS= read -r before; do
            while IFS= read -r word; do
                printf '%s %s%s\n' "$program" "$before" "$word"
            done < <(hostile_words "$1")
        done < befores
    done | awk '{ gsub(/COMMAND/, "touch ran-" NR); print }'
    # The name of the command is a word, too.
    [ "$1" = fish ] || cat <<'EOF'
`touch ran-name`/minitalk-send --
'$(touch ran-name)'/minitalk-send --
EOF
}

# press_tab COMMAND…: starts a shell on a terminal. Types each line of standard input into the
# shell, with a tab, and deletes the line again. At the end, types 'touch completed'. The prompt
# of the shell must be 'ready>'.
press_tab() {
    cat > keys.py <<'EOF'
import os, pty, select, sys

PATIENCE = 120
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
os.set_blocking(terminal, False)
keys = b''.join(line.rstrip(b'\n') + b'\t\x01\x0b' for line in sys.stdin.buffer)
keys += b'touch completed\rexit\r'
shown = b''
while True:
    may_type = keys and b'ready>' in shown
    readable, writable, _ = select.select([terminal], [terminal] if may_type else [], [], PATIENCE)
    if not readable and not writable:
        sys.exit('the shell hangs: %r' % shown[-1000:])
    if readable:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break  # the shell has ended
        shown += piece
        # fish asks what the terminal is.
        if b'\x1b[c' in piece or b'\x1b[0c' in piece:
            keys = b'\x1b[?62c' + keys
    if writable:
        keys = keys[os.write(terminal, keys[:256]) :]
EOF
    python3 keys.py "$@"
}

press_tab_in_bash() {
    cat > bashrc <<EOF
. '$completions/bash/minitalk-send'
. '$completions/bash/minitalk-doctor'
bind 'set completion-query-items 0'
bind 'set page-completions off'
PS1='ready>'
EOF
    TERM=dumb press_tab bash --rcfile bashrc -i
}

press_tab_in_zsh() {
    cat > .zshrc <<EOF
fpath=('$completions/zsh' \$fpath)
autoload -Uz compinit && compinit -D -u
zstyle ':completion:*' insert-tab false
bindkey -e
bindkey '^I' complete-word
LISTMAX=1000000
PROMPT='ready>'
EOF
    ZDOTDIR=$PWD TERM=vt100 press_tab zsh -i
}

press_tab_in_fish() {
    HOME=$PWD TERM=vt100 press_tab fish --no-config --interactive --init-command "
        source '$completions/fish/minitalk-send.fish'
        source '$completions/fish/minitalkd.fish'
        source '$completions/fish/minitalk-doctor.fish'
        function fish_prompt; echo 'ready>'; end"
}

expect_that_tab_runs_nothing() {
    local file
    needs_shell "$1"
    needs_shell python3
    hostile_lines "$1" > lines
    [ "$(wc -l < lines)" -gt 200 ]
    "press_tab_in_$1" < lines
    [ -e completed ] || fail 'the shell has not read all keys'
    for file in ran-*; do
        [ -e "$file" ] || continue
        grep "touch $file\>" lines
    done > run
    [ ! -s run ] || fail "Tab runs commands in these lines: $(cat run)"
}

test_tab_in_bash_runs_nothing_of_the_command_line() {
    expect_that_tab_runs_nothing bash
}

test_tab_in_zsh_runs_nothing_of_the_command_line() {
    expect_that_tab_runs_nothing zsh
}

test_tab_in_fish_runs_nothing_of_the_command_line() {
    expect_that_tab_runs_nothing fish
}

# Proves that the tests above can fail.
test_tab_runs_a_command_that_a_completion_expands() {
    needs_shell bash
    needs_shell python3
    cat > lines <<'EOF'
expands $(touch ran-1)
EOF
    cat > bashrc <<'EOF'
expand() { eval "COMPREPLY=(${COMP_WORDS[1]})"; }
complete -F expand expands
PS1='ready>'
EOF
    TERM=dumb press_tab bash --rcfile bashrc -i < lines
    [ -e completed ]
    [ -e ran-1 ] || fail 'Tab has not run the command'
}

# ---- bash ----

test_bash_completes_all_options() {
    needs_shell bash
    expect_all_options bash
}

test_bash_completes_values() {
    needs_shell bash
    expect_values bash
    expect_completions bash $'minitalk-send -p us\024in' user.info
}

test_bash_completes_values_after_short_options() {
    needs_shell bash
    expect_values_after_short_options bash
    expect_files_after_short_options bash
    expect_completions bash 'minitalk-send -fdir' -fdirectory/
}

test_bash_completes_pids_of_daemons() {
    needs_shell bash
    expect_the_daemon bash
}

# zsh and fish take a '--' for the end of options even where it is the value of an option.
test_bash_distinguishes_a_value_of_two_dashes_from_the_end_of_options() {
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

test_bash_completes_nothing_in_messages() {
    needs_shell bash
    expect_no_completion_of_messages bash
}

# ---- zsh ----

test_zsh_completes_all_options() {
    needs_shell zsh
    expect_all_options zsh
}

# descriptions_of PROGRAM: prints each option in --help as 'NAME -- DESCRIPTION'. A description of
# several lines becomes one line.
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

# zsh takes its descriptions from --help, but can show neither a colon nor a second line. For
# --output, --help describes one value in each line, so the completion has its own description.
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

test_zsh_completes_values() {
    needs_shell zsh
    expect_values zsh
    expect_completions zsh $'minitalk-send -p us\024in' user.info
}

test_zsh_completes_values_after_short_options() {
    needs_shell zsh
    expect_values_after_short_options zsh
    expect_files_after_short_options zsh
}

test_zsh_completes_pids_of_daemons() {
    needs_shell zsh
    expect_the_daemon zsh
}

test_zsh_completes_nothing_in_messages() {
    needs_shell zsh
    expect_no_completion_of_messages zsh
}

# ---- fish ----

test_fish_completes_all_options() {
    needs_shell fish
    expect_all_options fish
}

test_fish_completes_values() {
    needs_shell fish
    expect_values fish
}

test_fish_completes_values_after_short_options() {
    needs_shell fish
    expect_values_after_short_options fish
}

test_fish_completes_pids_of_daemons() {
    needs_shell fish
    expect_the_daemon fish
}

test_fish_completes_nothing_in_messages() {
    needs_shell fish
    expect_no_completion_of_messages fish
}

# ---- completed words are valid ----

test_every_completed_level_and_facility_is_a_valid_priority() {
    local word
    start_daemon
    words_of_priority > words
    while read -r word; do
        send --dry-run --priority="${word/%./.info}" 'a message'
    done < words
}

run_tests
