# SPDX-License-Identifier: MIT
# lib.sh - Debian guests with systemd as PID 1, for the system tests, which source this file
# shellcheck shell=bash
#
# mmdebstrap makes the file system of a guest, which is kept as a tarball in the build directory.
# systemd-nspawn boots the guest. Tests run commands there, as root, with 'guest COMMAND…'. The
# guests are removed after the tests.
#
# There can be several guests. Each function here acts on the guest that $machine names.
# 'on NAME COMMAND…' selects another guest for one command.

# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/../integration/lib.sh"

workplace=$builddir/tests/system
package_directory=$workplace/package
# The archive that mmdebstrap uses by default.
readonly MIRROR=http://deb.debian.org/debian
mkdir -p "$workplace"

# ---- requirements ----

# wrong_use TEXT…: ends the script, whose caller has to change what the text names.
wrong_use() {
    echo "$(basename "$0"): $*" >&2
    exit 64
}

# is_among WORD WORD…: the first word is one of the others.
is_among() {
    local word
    for word in "${@:2}"; do
        [ "$1" != "$word" ] || return 0
    done
    return 1
}

skip_all() {
    # In CI nobody reads which tests were skipped, so there a skip is a failure.
    if [ -n "${CI-}" ]; then
        echo "Bail out! the system tests must run here, but $*"
        exit 1
    fi
    echo "The system tests are SKIPPED: $*" >&2
    echo "1..0 # SKIP $*"
    exit 0
}

need_commands() {
    local command
    for command in "$@"; do
        command -v "$command" > /dev/null || skip_all "$command is not installed"
    done
}

# run_alone: waits until no other script of this folder runs in this build directory, so that each
# has all CPUs, whatever 'make --jobs' says. Begins the script again, as a child of flock(1). The
# lock is closed in the child: what the child leaves behind cannot hold it.
run_alone() {
    [ -z "${MINITALK_ALONE-}" ] || return 0
    MINITALK_ALONE=yes exec flock --close "$workplace/lock" "$BASH" "$0"
}

need_guest() {
    need_commands mmdebstrap systemd-nspawn nsenter
    [ "$(id -u)" -eq 0 ] || skip_all "systemd-nspawn needs root"
    run_alone
    guests=$(mktemp -d "$workplace/guests.XXXXXX")
    trap remove_guests EXIT
    # dpkg waits until its files are on the disk. On a real disk, that would take most of the time.
    mount -t tmpfs -o mode=700 guests "$guests" || skip_all "root may not mount here"
}

# Sets $package to the path of the package that package.sh has built.
need_package() {
    local -a packages=("$package_directory"/1/minitalk_*.deb)
    package=${packages[0]}
    [ -f "$package" ] || skip_all "no package has been built; run package.sh first"
}

# ---- the guests ----

machine=guest

# on NAME COMMAND…: runs the command, a function, for the guest NAME.
on() {
    local machine=$1
    "${@:2}"
}

# about NAME: prints the path of a file with the state NAME of the guest. Tests run in subshells, so
# only a file can tell the next test of a guest that was booted again.
about() {
    echo "$guests/$machine/$1"
}

# make_tree RELEASE [OPTION…]: makes the tarball of the file system, unless there is one that is
# newer than this file, which lists the packages. Two scripts may do so at once. With options of
# mmdebstrap, RELEASE is also a name of their own for the tarball, as in "bookworm.arm64". The
# command in the array 'tree_by', if any, executes mmdebstrap.
tree_by=()
make_tree() {
    local tarball=$workplace/$1.tar
    [ "$tarball" -nt "$srcdir/tests/system/lib.sh" ] && return
    "${tree_by[@]}" mmdebstrap --quiet --variant=apt --skip=cleanup/apt/lists "${@:2}" \
        --include=cron,dbus,libpam-systemd,logrotate,passwd,procps \
        --include=systemd,systemd-journal-remote,systemd-sysv \
        "${1%%.*}" "$tarball.$$.tar" >&2 || return
    mv "$tarball.$$.tar" "$tarball"
}

# cgroups PID: prints the directory of the process's cgroup in each hierarchy that systemd uses.
cgroups() {
    local controllers path
    local -a kind
    while IFS=: read -r _ controllers path; do
        case $controllers in
        '') kind=(--types cgroup2) ;;
        name=systemd) kind=(--options name=systemd) ;;
        *) continue ;;
        esac
        echo "$(findmnt --noheadings --first-only --output TARGET "${kind[@]}")${path%/}"
    done < "/proc/$1/cgroup"
}

# guest COMMAND…: executes the command in the guest, as root. To enter the namespaces is not enough:
# the guest's systemd refuses requests of a process that is in no cgroup of the guest.
guest() (
    while read -r directory; do
        echo "$BASHPID" > "$directory/cgroup.procs"
    done < "$(about cgroups)"
    exec nsenter --target "$(cat "$(about leader)")" --all -- \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
)

# as USER COMMAND…: runs the command in the guest, as an ordinary user.
as() {
    guest runuser --user "$1" -- "${@:2}"
}

# as_service PROPERTY… -- COMMAND…: runs the command in the guest, as a system service.
as_service() {
    local -a properties=()
    while [ "$1" != -- ]; do
        properties+=("--property=$1")
        shift
    done
    guest systemd-run --quiet --pipe --wait --collect "${properties[@]}" "$@"
}

# Prints the cgroup directories of the guest. Guests that shared a cgroup would take each other's
# services for their own.
own_cgroups() {
    local directory
    while read -r directory; do
        echo "$directory/${guests##*/}.$machine"
    done < <(cgroups $$)
}

enter_own_cgroup() {
    local directory
    while read -r directory; do
        mkdir -p "$directory"
        echo "$BASHPID" > "$directory/cgroup.procs"
    done < <(own_cgroups)
}

remove_own_cgroup() {
    local directory
    while read -r directory; do
        [ ! -d "$directory" ] || find "$directory" -depth -type d -exec rmdir {} +
    done < <(own_cgroups)
}

find_leader() {
    ps --ppid "$(cat "$(about nspawn)")" -o pid= | tr -d ' ' > "$(about leader)"
    [ -s "$(about leader)" ]
}

# True if the guest's systemd has started everything. The first child of systemd-nspawn is a helper,
# so this looks for PID 1 each time.
is_up() {
    find_leader && guest systemctl is-system-running 2> /dev/null | grep -qE 'running|degraded'
}

# Boots the guest. The array 'boot_options' has further options for systemd-nspawn. The command in
# the array 'boot_by', if any, executes systemd-nspawn in the same process.
boot_options=()
boot_by=()
boot() {
    : > "$(about cgroups)"
    (
        set -e
        enter_own_cgroup
        exec "${boot_by[@]}" systemd-nspawn --quiet --directory="$(about root)" --register=no \
            --keep-unit --boot --console=read-only --machine="$machine" --timezone=off \
            --bind-ro="$srcdir/tests/system/guest:/opt/tests" "${boot_options[@]}"
    ) < /dev/null >> "$(about console)" 2>&1 &
    echo $! > "$(about nspawn)"
    # The guest outlives the test that boots it.
    disown
    (eventually 60 is_up) || fail "$machine does not boot: $(tail "$(about console)")"
    cgroups "$(cat "$(about leader)")" > "$(about cgroups).new"
    mv "$(about cgroups).new" "$(about cgroups)"
}

shut_down() {
    kill "$(cat "$(about nspawn)")"
    eventually 30 has_ended "$(cat "$(about nspawn)")"
}

# Reboots the guest from within. The reply to systemctl may get lost in the reboot.
reboot_guest() {
    guest systemctl reboot || :
    eventually 30 has_ended "$(cat "$(about nspawn)")"
    boot
}

# Kills the guest's PID 1, after which systemd-nspawn cleans up. The guest is thrown away, so it
# need not shut down.
remove_guest() {
    local nspawn
    nspawn=$(cat "$(about nspawn)")
    if [ "$(ps --pid "$nspawn" -o comm=)" = systemd-nspawn ]; then
        ps --ppid "$nspawn" -o pid= | xargs --no-run-if-empty kill -KILL || :
        (eventually 30 has_ended "$nspawn") || kill -KILL "$nspawn"
    fi
    remove_own_cgroup
}

remove_guests() {
    local place
    for place in "$guests"/*/; do
        [ ! -e "$place/nspawn" ] || on "$(basename "$place")" remove_guest
    done
    umount --recursive --lazy "$guests"
    rmdir "$guests"
}

# Keeps the daily jobs of apt(8) and dpkg(1) from the guest. They start a while after the boot, hold
# the lock that the tests need to install packages, and write files of their own.
mask_timers() {
    local timer
    for timer in apt-daily apt-daily-upgrade dpkg-db-backup; do
        ln -s /dev/null "$(about root)/etc/systemd/system/$timer.timer"
    done
}

# make_guest RELEASE: makes a fresh guest, which boot can boot.
make_guest() {
    make_tree "$1"
    mkdir -p "$(about root)"
    tar -C "$(about root)" --numeric-owner -xpf "$workplace/$1.tar"
    echo "$machine" > "$(about root)/etc/hostname"
    mask_timers
}

# start_guest RELEASE: makes and boots a fresh guest. It has two ordinary users, alice and bob, and
# the user of a service, robot.
start_guest() {
    make_guest "$1"
    boot
    guest useradd --create-home alice
    guest useradd --create-home bob
    guest useradd --system robot
    guest apt-get -qq update
}

apt() {
    local said
    said=$(guest env DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@" 2>&1) || fail "$said"
}

install_package() {
    cp "$package" "$(about root)/root/minitalk.deb"
    guest env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install /root/minitalk.deb
}

# make_version SUFFIX: makes a copy of the package whose version has this suffix, as
# /root/SUFFIX.deb in the guest.
make_version() {
    dpkg-deb -R "$package" "content$1"
    sed -i "s/^Version: .*/&$1/" "content$1/DEBIAN/control"
    dpkg-deb --root-owner-group -b "content$1" "$(about root)/root/$1.deb" > /dev/null
}

# recipe FILE HEAD: prints the commands below the line of FILE that begins with HEAD. They are
# indented by 4 spaces.
recipe() {
    awk -v head="$2" '
        index($0, head) == 1 { here = 1 }
        here && /^    / { print substr($0, 5); found = 1; next }
        found { exit }
        END { if (!found) print "echo there is no such recipe; false" }' "$srcdir/$1"
}

# follow FILE HEAD: runs the commands that 'recipe' prints in the guest, as root.
follow() {
    guest sh -ec "$(recipe "$@")"
}

# ---- the service ----

readonly OPTIONS=/etc/default/minitalk

# set_options WORD…: sets options of the daemon in the environment file, until fresh_service.
set_options() {
    guest cp --no-clobber "$OPTIONS" "$OPTIONS.saved"
    guest sed -i "s|^MINITALKD_OPTIONS=.*|MINITALKD_OPTIONS=\"$*\"|" "$OPTIONS"
    guest systemctl restart minitalk
    mark
}

main_pid() {
    guest systemctl show minitalk --property=MainPID --value
}

readonly HELPER=/usr/libexec/minitalk/minitalk-send

# helper_is MODE OWNER GROUP: the helper has this mode, owner and group. The program that everybody
# runs belongs to root.
helper_is() {
    [ "$(guest stat -c '%a %U %G' "$HELPER")" = "$*" ]
    [ "$(guest stat -c '%a %U %G' /usr/bin/minitalk-send)" = '755 root root' ]
}

uid_of() {
    guest id -u "$1"
}

# Masks and stops journald, so that nobody takes messages for the journal, until fresh_service.
mask_journald() {
    guest systemctl mask --runtime --quiet systemd-journald.service
    guest systemctl stop systemd-journald.service systemd-journald.socket \
        systemd-journald-dev-log.socket systemd-journald-audit.socket
}

# Undoes the changes that a test may have left in the guest.
repair_guest() {
    guest test -e /usr/sbin/minitalkd || install_package
    guest test -f /run/minitalk.pid || guest rm -rf /run/minitalk.pid
    guest test ! -e /etc/passwd.saved || guest mv /etc/passwd.saved /etc/passwd
    guest test ! -e "$OPTIONS.saved" || guest mv "$OPTIONS.saved" "$OPTIONS"
    guest systemctl unmask --runtime --quiet systemd-journald.service
    guest systemctl start systemd-journald.socket systemd-journald-dev-log.socket \
        systemd-journald.service
    guest rm -rf /run/systemd/system/minitalk.service.d
    guest systemctl daemon-reload
    guest systemctl reset-failed
}

# Every test begins with this: the service is as installed and runs, and no failures are counted.
fresh_service() {
    repair_guest
    guest systemctl restart minitalk
    mark
}

# configure_service LINE…: adds lines to the unit's [Service] section, until fresh_service.
configure_service() {
    guest mkdir -p /run/systemd/system/minitalk.service.d
    printf '%s\n' '[Service]' "$@" > "$scratch/drop-in"
    guest tee /run/systemd/system/minitalk.service.d/test.conf < "$scratch/drop-in" > /dev/null
    guest systemctl daemon-reload
    guest systemctl restart minitalk
    mark
}

# ---- the journal ----

message_id() {
    sed -n "s/^#define MESSAGE_ID_$1 \"\\(.*\\)\"/\\1/p" "$srcdir/src/daemon/message-ids.h"
}

# Only entries from now on count. This is a time and no cursor: after a cursor, journalctl misses
# the first entry that matches.
mark() {
    guest journalctl --sync
    since=$(guest date +@%s.%6N)
}

# entries OPTION…: prints the messages in the journal since the mark, each as it was sent.
entries() {
    guest journalctl --sync
    guest journalctl --quiet --since="$since" --output=cat "$@"
}

# logged MATCH…: prints those of these messages that came through the service.
logged() {
    entries --unit=minitalk "MESSAGE_ID=$(message_id MESSAGE)" "$@"
}
