#!/bin/bash
# SPDX-License-Identifier: MIT
# Rules of the source tree that no compiler checks: licence tags.
# shellcheck source=tests/integration/lib.sh
# shellcheck disable=SC2119 # arguments of run_tests are its own
. "$(dirname "$0")/../integration/lib.sh"

# ---- licence tags ----

readonly TAG='SPDX-License-Identifier: MIT'

# Files that people write, as extended regular expressions. Documents have no tag. debian/copyright
# covers those files in debian/ whose formats are strict.
readonly tagged='\.(c|h|sh|pml|py|mk|gp|sed|fish|in|catalog)$
^(Makefile\.am|configure\.ac|bootstrap|\.ci/run)$
^(completions|systemd/default|tests/system/guest)/
^debian/(rules|static-sources|tests/send|.*\.(postinst|postrm))$'

# list_tagged_files: one path a line, relative to the source tree. In a checkout, git tells which
# files are sources. A release has no git, and may have been built in its own tree: the folders
# named here have no generated file of these kinds but the unpacked packages of a system test.
list_tagged_files() {
    (
        cd "$srcdir"
        if [ -e .git ] && git ls-files --cached --others --exclude-standard 2> /dev/null; then
            exit
        fi
        find Makefile.am configure.ac bootstrap completions man src systemd tests \
            -path tests/system/package -prune -o -type f -print
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

run_tests
