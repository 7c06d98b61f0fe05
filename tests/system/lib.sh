# SPDX-License-Identifier: MIT
# lib.sh - Debian systems of their own, with systemd as PID 1; sourced by the system tests
# shellcheck shell=bash
#
# A tree made by mmdebstrap, kept as a tarball in the build directory, is booted by systemd-nspawn.
# The tests enter it with 'guest COMMAND…' and are root there. Nothing is left of it behind them.
#
# There can be several. What is said of the guest is said of the one that $machine names, and
# 'on NAME …' names another for one command.

# shellcheck source=tests/integration/lib.sh
. "$(dirname "$0")/../integration/lib.sh"

workplace=$builddir/tests/system
package_directory=$workplace/package
mkdir -p "$workplace"

# ---- whether all this can be ----

skip_all() {
    # Where nobody reads what was skipped, a skipped promise is a broken one.
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

need_guest() {
    need_commands mmdebstrap systemd-nspawn nsenter
    [ "$(id -u)" -eq 0 ] || skip_all "systemd-nspawn needs root"
    guests=$(mktemp -d "$workplace/guests.XXXXXX")
    trap remove_guests EXIT
    # On a disk, most of the time would go by with dpkg's waiting for it.
    mount -t tmpfs -o mode=700 guests "$guests" || skip_all "root may not mount here"
}

# The path of the package that package.sh has built.
package() {
    local -a packages=("$package_directory"/1/minitalk_*.deb)
    [ -f "${packages[0]}" ] || skip_all "there is no package; package.sh, which builds it, has to run before"
    echo "${packages[0]}"
}

# ---- the guests ----

machine=guest

# on NAME COMMAND…
on() {
    local machine=$1
    "${@:2}"
}

# What is known of a guest is in files, so that one that a test has started again is known to all.
about() {
    echo "$guests/$machine/$1"
}

# make_tree RELEASE: the tarball of its file system, unless there is one with the same packages.
make_tree() {
    local tarball=$workplace/$1.tar
    [ "$tarball" -nt "$srcdir/tests/system/lib.sh" ] && return
    mmdebstrap --quiet --variant=apt --skip=cleanup/apt/lists \
        --include=cron,dbus,libpam-systemd,passwd,procps,systemd,systemd-journal-remote,systemd-sysv \
        "$1" "$tarball.new.tar" >&2
    mv "$tarball.new.tar" "$tarball"
}

# cgroups PID: the directory of the process's cgroup in each hierarchy that systemd uses.
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

# Namespaces alone do not do: systemd refuses what a caller asks that is in no cgroup of the guest.
guest() (
    while read -r directory; do
        echo "$BASHPID" > "$directory/cgroup.procs"
    done < "$(about cgroups)"
    exec nsenter --target "$(cat "$(about leader)")" --all -- \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
)

# as USER COMMAND…: the command in the guest, by an ordinary user.
as() {
    guest runuser --user "$1" -- "${@:2}"
}

# as_service PROPERTY… -- COMMAND…: the command in the guest, as a system service.
as_service() {
    local -a properties=()
    while [ "$1" != -- ]; do
        properties+=("--property=$1")
        shift
    done
    guest systemd-run --quiet --pipe --wait --collect "${properties[@]}" "$@"
}

# Guests that shared a cgroup would take each other's services for their own.
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

# What was booted is up when nothing is left to be started. The first child that systemd-nspawn
# has is a helper, so PID 1 is looked for each time.
is_up() {
    find_leader && guest systemctl is-system-running 2> /dev/null | grep -qE 'running|degraded'
}

# Boots the guest with these further options. systemd-nspawn is run by the words of the array
# 'boot_by', which must end in executing it.
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
    # The guest outlives the test that has booted it.
    disown
    (eventually 60 is_up) || fail "$machine does not come up: $(tail "$(about console)")"
    cgroups "$(cat "$(about leader)")" > "$(about cgroups).new"
    mv "$(about cgroups).new" "$(about cgroups)"
}

shut_down() {
    kill "$(cat "$(about nspawn)")"
    eventually 30 has_ended "$(cat "$(about nspawn)")"
}

# From within. The answer may get lost.
reboot_guest() {
    guest systemctl reboot || :
    eventually 30 has_ended "$(cat "$(about nspawn)")"
    boot
}

# What is thrown away need not be shut down. When its PID 1 is gone, systemd-nspawn cleans up.
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
        [ ! -d "$place" ] || on "$(basename "$place")" remove_guest
    done
    umount --recursive --lazy "$guests"
    rmdir "$guests"
}

# make_guest RELEASE: a fresh one, to be booted.
make_guest() {
    make_tree "$1"
    mkdir -p "$(about root)"
    tar -C "$(about root)" --numeric-owner -xpf "$workplace/$1.tar"
    echo "$machine" > "$(about root)/etc/hostname"
}

# start_guest RELEASE: boots a fresh one, with two ordinary users and one of a service.
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
    cp "$(package)" "$(about root)/root/minitalk.deb"
    guest env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install /root/minitalk.deb
}

# make_version SUFFIX: the package once more, of a version with this suffix, as /root/SUFFIX.deb.
make_version() {
    dpkg-deb -R "$(package)" "content$1"
    sed -i "s/^Version: .*/&$1/" "content$1/DEBIAN/control"
    dpkg-deb --root-owner-group -b "content$1" "$(about root)/root/$1.deb" > /dev/null
}

# recipe FILE HEAD: what the file tells to do below the line that begins so.
recipe() {
    awk -v head="$2" '
        index($0, head) == 1 { here = 1 }
        here && /^    / { print substr($0, 5); found = 1; next }
        found { exit }
        END { if (!found) print "echo there is no such recipe; false" }' "$srcdir/$1"
}

# follow FILE HEAD: root does that.
follow() {
    guest sh -ec "$(recipe "$@")"
}

# ---- the service ----

readonly OPTIONS=/etc/default/minitalk

# set_options WORD…: options in the environment file, until fresh_service.
set_options() {
    guest cp --no-clobber "$OPTIONS" "$OPTIONS.saved"
    guest sed -i "s/^MINITALKD_OPTIONS=.*/MINITALKD_OPTIONS=\"$*\"/" "$OPTIONS"
    guest systemctl restart minitalk
    mark
}

main_pid() {
    guest systemctl show minitalk --property=MainPID --value
}

# sender_is MODE OWNER GROUP: so minitalk-send is.
sender_is() {
    [ "$(guest stat -c '%a %U %G' /usr/bin/minitalk-send)" = "$*" ]
}

uid_of() {
    guest id -u "$1"
}

# From here on nobody takes messages for the journal, until fresh_service.
mask_journald() {
    guest systemctl mask --runtime --quiet systemd-journald.service
    guest systemctl stop systemd-journald.service systemd-journald.socket \
        systemd-journald-dev-log.socket systemd-journald-audit.socket
}

# Undoes what a test may have left.
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

# Every test begins with this: as installed, running, and nothing held against it.
fresh_service() {
    repair_guest
    guest systemctl restart minitalk
    mark
}

# configure_service LINE…: lines for the unit's [Service] section, until fresh_service.
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

# From here on entries count: not by cursor, after which journalctl misses the first that matches.
mark() {
    guest journalctl --sync
    since=$(guest date +@%s.%6N)
}

# entries OPTION…: what the journal has since the mark, each message as it was sent.
entries() {
    guest journalctl --sync
    guest journalctl --quiet --since="$since" --output=cat "$@"
}

# logged MATCH…: the messages in it that came through the service.
logged() {
    entries --unit=minitalk "MESSAGE_ID=$(message_id MESSAGE)" "$@"
}
