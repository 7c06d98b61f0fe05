#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the image of the Containerfile and follows README, "Containers".
# shellcheck disable=SC2119 # these functions need no arguments
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/integration/entries.sh
. "$(dirname "$0")/../integration/entries.sh"

# The user of the image.
user=$(sed -n 's/^USER //p' "$srcdir/Containerfile")

# ---- podman ----

# The images and containers of these tests are in a tmpfs of their own: the user's are not touched,
# and layers are made by the file system 'overlay', which cannot lie on another overlay.
need_podman() {
    need_commands mmdebstrap podman runc catatonit jq
    [ "$(id -u)" -eq 0 ] || skip_all 'podman needs root for this'
    run_alone
    # Not in the build directory: podman refuses a path of more than 50 characters.
    store=$(mktemp -d /tmp/image.XXXXXX)
    trap remove_store EXIT
    mount -t tmpfs -o mode=700 image "$store" || skip_all 'root may not mount here'
    # Not in a storage.conf: what podman executes at the end of a container would not know of it.
    mkdir "$store/bin"
    printf '#!/bin/sh\nexec "%s" --root="%s" --runroot="%s" --storage-driver=overlay "$@"\n' \
        "$(command -v podman)" "$store/images" "$store/run" > "$store/bin/podman"
    chmod +x "$store/bin/podman"
    PATH=$store/bin:$PATH
    # By default, podman asks for higher limits than it may have without CAP_SYS_RESOURCE. It builds
    # with chroot(2), which works where containers do not.
    cat > "$store/containers.conf" << 'END'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
END
    export CONTAINERS_CONF=$store/containers.conf BUILDAH_ISOLATION=chroot BUILDAH_LAYERS=false
}

remove_store() {
    remove_containers
    umount --recursive --lazy "$store"
    rmdir "$store"
}

# Some machines are containers that may not start others. There, only the test that needs no
# container manager runs.
needs_containers() {
    podman image exists minitalk || fail 'there is no image'
    podman run --rm --entrypoint=true minitalk 2> refusal ||
        skip "podman cannot start a container here: $(tail -n 1 refusal)"
}

# follow_here HEAD: runs the commands below the line of README that begins with HEAD. What they say
# goes to ./said, their standard output to ./stdout.
follow_here() {
    recipe README.md "$1" > commands
    (cd "$srcdir" && sh -e "$OLDPWD/commands") > stdout 2> said || fail "$1 $(cat stdout said)"
}

# remove_containers: removes those of a test before. A test that fails leaves some. podman kills
# their processes, and cannot remove the files before the kernel has released the mounts of these.
remove_containers() {
    eventually 30 podman rm --all --force --time 0 --volumes > /dev/null
    podman volume prune --force > /dev/null
}

# beside USER OPTION…: sends from a second container, as this user, with these options of podman.
beside() {
    podman run --rm --pid=container:minitalkd --volume=minitalk:/run/minitalk --user="$1" \
        "${@:2}" app minitalk-send "from user $1"
}

# log: the log of the daemon is ./output, as JSON.
log() {
    podman logs minitalkd > output
}

# last_sender_is UID: the daemon knows the sender of the last message as this user.
last_sender_is() {
    log
    [ "$(entries_of MESSAGE MINITALK_SENDER_UID | tail -n 1)" = "\"$1\"" ] ||
        fail "the senders are: $(entries_of MESSAGE MINITALK_SENDER_UID)"
}

# ---- the image ----

# make_built_source: copies what the image is made of, and README with the command for it, to
# ./source, and builds both programs there. The objects get in the way of the image's own build.
make_built_source() {
    mkdir source
    sed -n '/--from/d; s/^COPY \(.*\) [^ ]*$/\1/p' "$srcdir/Containerfile" | tr ' ' '\n' > names
    printf '%s\n' .dockerignore Containerfile README.md >> names
    (cd "$srcdir" && xargs cp -R --target-directory="$OLDPWD/source") < names
    (
        # The make that runs this script passes its options on in these variables.
        unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
        cd source
        ./bootstrap && ./configure --quiet && make --silent minitalkd minitalk-send
    ) > said 2>&1 || fail "$(cat said)"
    [ -n "$(find source/src/daemon -name '*.o')" ] || fail 'there are no objects'
}

# There may be no registry, so the base is made here, under the name in the Containerfile.
test_1_the_image_builds_from_a_tree_that_has_a_build() {
    make_tree bookworm
    podman import --quiet "$workplace/bookworm.tar" \
        "$(sed -n 's/^ARG BASE=//p' "$srcdir/Containerfile")"
    make_built_source
    srcdir=$PWD/source follow_here 'Build the image:'
    podman image inspect minitalk > inspected
    [ "$(jq -r '.[0].Config.User' inspected)" = "$user" ]
}

# Here the daemon is the first process in the file system of the image, which can only be read. The
# sender has a root of its own, with nothing else in it.
test_2_the_image_needs_no_container_manager() {
    local root=$PWD/root
    mkdir -p root volume sender/proc sender/run/minitalk
    chown "$user" volume
    mount --bind "$(podman image mount minitalk)" root
    unmount+=("$root")
    cp root/usr/bin/minitalk-send sender
    mount --bind volume root/run/minitalk
    mount --bind volume sender/run/minitalk
    unmount+=("$PWD/sender/run/minitalk" "$root/run/minitalk")
    mount -o remount,bind,ro root
    unshare --pid --fork --kill-child --mount-proc --root="$root" --setuid="$user" \
        --setgid="$user" minitalkd --foreground --output=json 2> errors \
        > >(jq --unbuffered -c . > output) &
    eventually 10 test -s volume/minitalk.pid
    daemon=$(pgrep --parent $! -x minitalkd)
    also_end "$daemon"
    nsenter --target "$daemon" --pid unshare --fork --mount-proc --root="$PWD/sender" \
        --setuid="$user" --setgid="$user" /minitalk-send -t app 'from beside'
    eventually 5 grep -q 'from beside' output
    [ "$(entries_of MESSAGE MESSAGE)" = '"from beside"' ]
    [ "$(entries_of MESSAGE MINITALK_SENDER_UID)" = "\"$user\"" ]
    kill "$daemon"
    within 3000 expect_end 0 $!
    [ ! -e volume/minitalk.pid ] || fail 'the pidfile is still there'
    [ ! -s errors ] || fail "the daemon says: $(cat errors)"
}

# ---- README ----

test_3_a_second_container_sends() {
    needs_containers
    remove_containers
    follow_here 'Give the image of your program the sender:'
    follow_here 'Start the daemon, and your program beside it:'
    follow_here 'Read the log:'
    [ "$(tail -n 1 stdout)" = 'app: hello from a container' ] || fail "$(cat stdout)"
    log
    [ "$(entries_of MESSAGE _PID)" = '"1"' ]
    last_sender_is "$user"
}

test_4_a_message_of_any_size_and_with_any_bytes_can_be_read() {
    needs_containers
    head -c 30000 /dev/urandom > sent.1
    podman run --rm --interactive --pid=container:minitalkd --volume=minitalk:/run/minitalk \
        --user="$user" app minitalk-send --wide --whole < sent.1
    log
    octets_of MESSAGE | tail -n 1 | diff <(hex_of sent.1) -
}

test_5_only_the_user_of_the_daemon_and_root_can_send() {
    needs_containers
    beside "$user" --cap-drop=all --security-opt=no-new-privileges
    last_sender_is "$user"
    beside 0
    last_sender_is 0
    expect_status 77 beside 0 --cap-drop=all
    expect_complaint 'root lacks CAP_DAC_READ_SEARCH, CAP_KILL or CAP_SETUID here'
    expect_status 77 beside 2000
    expect_complaint 'not permitted to read the pidfile /run/minitalk/minitalk.pid'
}

test_6_without_the_volume_the_daemon_is_process_1() {
    needs_containers
    podman run --rm --pid=container:minitalkd --user="$user" app minitalk-send --pid=1 'by its PID'
    log
    [ "$(entries_of MESSAGE MESSAGE | tail -n 1)" = '"by its PID"' ]
    expect_status 77 podman run --rm --pid=container:minitalkd --user=0 \
        app minitalk-send --pid=1 'from root'
    expect_complaint "give --daemon-user=$user if you trust this user's daemon"
    podman run --rm --pid=container:minitalkd --user=0 \
        app minitalk-send --daemon-user="$user" --pid=1 'from root'
    last_sender_is 0
}

test_7_the_container_ends_with_success_when_it_is_stopped() {
    needs_containers
    podman stop minitalkd > /dev/null
    [ "$(podman inspect --format '{{.State.ExitCode}}' minitalkd)" = 0 ]
    log
    [ "$(entries_of STOPPED MESSAGE)" = '"stopped"' ]
    podman start minitalkd > /dev/null
    follow_here 'Stop and remove it:'
    [ -z "$(podman ps --all --quiet)$(podman volume ls --quiet)" ] || fail 'something is left'
}

# The first of the user IDs of the machine that the user namespace has.
readonly MAPPED=200000

# start_mapped: starts the daemon in that user namespace.
start_mapped() {
    remove_containers
    podman run --detach --name=minitalkd --uidmap="0:$MAPPED:65536" --gidmap="0:$MAPPED:65536" \
        --volume=minitalk:/run/minitalk minitalk > /dev/null
    eventually 10 is_mapped_daemon_up
}

is_mapped_daemon_up() {
    log
    [ "$(entries_of STARTED _PID)" = '"1"' ]
}

# The rows of README's table.
test_8_user_namespaces_decide_who_can_send() {
    needs_containers
    start_mapped
    beside "$user" --userns=container:minitalkd
    last_sender_is "$user"
    beside 0 --userns=container:minitalkd
    last_sender_is 0
    beside "$((MAPPED + user))"
    last_sender_is "$user"
    beside 0
    last_sender_is "$(cat /proc/sys/kernel/overflowuid)"
    expect_status 77 beside "$user"
    expect_complaint 'not permitted to read the pidfile'
    expect_status 126 beside "$user" --uidmap=0:300000:65536 --gidmap=0:300000:65536
    grep -q 'operation not permitted' stderr || fail "$(cat stderr)"
    remove_containers
}

test_9_the_pod_of_readme_runs() {
    needs_containers
    recipe README.md 'In Kubernetes, the pod shares its PID namespace:' > pod.yaml
    remove_containers
    podman play kube pod.yaml > said 2>&1 || fail "$(cat said)"
    eventually 30 has_pod_sent
    podman play kube --down pod.yaml > /dev/null 2>&1
}

has_pod_sent() {
    podman logs app-minitalkd > output 2>&1
    [ "$(entries_of MESSAGE MESSAGE)" = '"hello from a pod"' ]
}

need_podman
run_tests
