#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py - measures minitalk, and bare signals on the same machine at the same time

  make bench [BENCH_ROUNDS=5]

Each round measures everything, one step after another, so that a disturbance of the machine affects
all measurements alike. A ratio is computed in each round: the CPUs of a virtual machine may be far
from each other in one round and near in the next. The rate with the closest limit alternates with
the bare signals that it is compared with, in four parts of each round.

During each step, the work of other processes on the machine is measured; before and after it, the
time that a cache line takes from one CPU to another. If others work, or if that time changes, the
step is repeated, and its quietest run counts.

Writes every single figure to bench.csv (figures.py). table.py makes the table.
"""

import atexit
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from figures import MOVED, QUIET

KIB, MIB = 1024, 1024 * 1024

# Bits or blocks exchanged without minitalk; more of them beside what comes close to their rate.
FLOOR, CLOSE_FLOOR = 10000, 100000

# How often a step is run at most until nothing disturbs it.
RUNS = 3

# The light and the heavy company: milliseconds of work in each period of so many milliseconds.
COMPANIES = {"light": (5, 20), "heavy": (20, 20)}

# The octets of a block are those of a pointer.
BLOCK_OCTETS = 8 if sys.maxsize > 2**32 else 4

BUILD = os.path.abspath(os.environ.get("builddir", "."))
SEND, DAEMON = f"{BUILD}/minitalk-send", f"{BUILD}/minitalkd"
PINGPONG, STOPWATCH = f"{BUILD}/tests/tools/pingpong", f"{BUILD}/tests/bench/stopwatch"
CACHELINE = f"{BUILD}/tests/bench/cacheline"
CPUS = sorted(os.sched_getaffinity(0))

# On one CPU the two programs take turns, and everything takes ten times as long.
LONG = MIB if len(CPUS) > 1 else 64 * KIB
LONG_WIDE = 16 * LONG
CROWD = KIB if len(CPUS) > 1 else 128

# Takes lines of 1 KiB. Its log is that of start_log().
LOGGER = ["logger", "--size=2048", "--socket=log"]

ON_ONE_CPU = ["taskset", "--cpu-list", str(CPUS[-1])]


# ---- processes ----

class Processes:
    """The processes that run beside a measurement. They end with this program."""

    def __init__(self):
        self.running = []
        atexit.register(self.end)

    def start(self, command, **arguments):
        process = subprocess.Popen(command, **arguments)
        self.running.append(process)
        return process

    def end(self, processes=None):
        processes = list(self.running) if processes is None else processes
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
            self.running.remove(process)

    def seconds(self):
        """Returns the CPU seconds of this program and of all the processes that it has started."""
        total = sum(os.times()[:4])
        for process in self.running:
            with contextlib.suppress(OSError), open(f"/proc/{process.pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
                total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return total


processes = Processes()


def output_of(command, **arguments):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          **arguments).stdout


def seconds_of_machine():
    """Returns the CPU seconds in which the CPUs of this machine did not idle (proc(5))."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def distance():
    """Returns the nanoseconds for a cache line from one CPU to another, or 0 with one CPU."""
    return min(int(output_of([CACHELINE, "2000"])) for _ in range(9))


@contextlib.contextmanager
def company(kind):
    """Lets another process of this program work, as one that has nothing to do with minitalk."""
    work, period = COMPANIES[kind]
    code = f"""
import time
while True:
    start = time.monotonic()
    while time.monotonic() < start + {work / 1000}:
        pass
    time.sleep(max(0, start + {period / 1000} - time.monotonic()))
"""
    competitor = processes.start([sys.executable, "-c", code])
    try:
        yield
    finally:
        processes.end([competitor])


# ---- figures ----

class Recorder:
    """Keeps the figures of a step until it is clear that its run counts."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")
        self.file.write("name,unit,value,moment\n")
        self.figures, self.moment = [], ""

    def note(self, name, unit, value, part=None):
        moment = self.moment if part is None else f"{self.moment}.{part}"
        self.figures.append(f"{name},{unit},{value:.6g},{moment}\n")

    def take(self):
        figures, self.figures = self.figures, []
        return figures

    def write(self, figures):
        self.file.writelines(figures)
        self.file.flush()


recorder = Recorder(f"{BUILD}/bench.csv")
note = recorder.note


def measure(command, payload="/dev/null", runs=1, at_once=1):
    """Runs a command; returns (microseconds, CPU microseconds, switches) of each process."""
    lines = output_of([STOPWATCH, "-n", str(runs), "-a", str(at_once), "-i", payload, *command])
    return [tuple(map(int, line.split())) for line in lines.splitlines()]


def send(daemon, *options):
    return [SEND, "--timeout=600", f"--pidfile={daemon}.pid", *options]


# ---- the daemons ----

def start_daemon(name, command=()):
    """Starts a daemon whose pidfile is NAME.pid. A reader drops its messages, fast as journald."""
    with open(f"{name}.errors", "wb") as errors:
        daemon = processes.start(
            [*command, DAEMON, "--foreground", "--output=stdout", f"--max-message={LONG_WIDE}",
             f"--pidfile={name}.pid"], stdout=subprocess.PIPE, stderr=errors)
    pid = daemon.stdout.readline()
    if not pid:
        sys.exit(open(f"{name}.errors").read())
    processes.start(["cat"], stdin=daemon.stdout, stdout=subprocess.DEVNULL)
    daemon.stdout.close()
    return int(pid)


def field(pid, name):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(f"{name}:"))


def switches(pid):
    return field(pid, "voluntary_ctxt_switches") + field(pid, "nonvoluntary_ctxt_switches")


def worked(pid):
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9


def links_of(pid):
    """Yields the targets of the descriptors of a process, which may close them meanwhile."""
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink(f"/proc/{pid}/fd/{descriptor}")


def sessions(pid):
    return sum(link == "anon_inode:[pidfd]" for link in links_of(pid))


def await_sessions(pid, is_reached):
    while not is_reached(sessions(pid)):
        time.sleep(0.05)


# ---- what is measured ----

def payload(size):
    return f"payload-{size}"


def prepare_payloads():
    for size in (CROWD, 64 * KIB, LONG, LONG_WIDE):
        with open(payload(size), "wb") as file:
            file.write(random.randbytes(size))
    for size in (16, 256, 4096):
        with open(f"lines-{size}", "w", encoding="ascii") as file:
            for _ in range(64 * KIB // size):
                file.write(f"{random.randbytes(size // 2).hex()}\n")
    for size in (KIB, 64 * KIB, MIB):
        with open(f"job-{size}", "w", encoding="ascii") as file:
            file.writelines(f"{random.randbytes(511).hex()}x\n" for _ in range(size // KIB))


def bare(name, way, lanes, count, *kind, command=(), part=None):
    """Measures bare signals, in nanoseconds for each bit that they carry."""
    bits = 8 * BLOCK_OCTETS if kind else 1
    nanoseconds = output_of([*command, PINGPONG, way, str(lanes), str(count), *kind])
    note(name, "ns/bit", int(nanoseconds) / bits, part)


def floors(suffix="", command=()):
    for way in ("handler", "blocked", "signalfd", "polled"):
        for lanes in (1, 2):
            # A handler cannot tell the lanes. Two processes that poll on one CPU, or on busy CPUs,
            # wait for the clock tick.
            if way == "handler" and lanes == 2 or way == "polled" and (suffix or len(CPUS) == 1):
                continue
            bare(f"floor-{way}-{lanes}{suffix}", way, lanes, FLOOR, command=command)


def rate(name, path, size, *options, daemon="main", command=(), part=None):
    (wall, _, _), = measure([*command, *send(daemon, *options)], path)
    note(name, "ns/bit", wall * 1000 / (size * 8), part)


def rates():
    floors()
    for part in (1, 2, 3, 4):
        if len(CPUS) > 1:
            bare("floor-polled-2", "polled", 2, CLOSE_FLOOR, part=part)
        rate("rate-65536", payload(64 * KIB), 64 * KIB, "--whole", part=part)
        if part == 2:
            rate("rate-long", payload(LONG), LONG, "--whole")
    for size in (16, 256, 4096):
        rate(f"rate-{size}", f"lines-{size}", 64 * KIB)


def wide_rates():
    for part in (1, 2, 3, 4):
        if len(CPUS) > 1:
            bare("floor-blocks-polled-2", "polled", 2, CLOSE_FLOOR, "blocks", part=part)
        rate("wide-long", payload(LONG), LONG, "--whole", "--wide", part=part)
        rate("wide-65536", payload(64 * KIB), 64 * KIB, "--whole", "--wide", part=part)
    for size in (16, 256, 4096):
        rate(f"wide-{size}", f"lines-{size}", 64 * KIB, "--wide")


def busy_cpus():
    hogs = [processes.start([sys.executable, "-c", "while True: pass"]) for _ in CPUS]
    floors("-busy")
    rate("rate-65536-busy", payload(64 * KIB), 64 * KIB, "--whole")
    processes.end(hogs)


def one_message(suffix="", daemon="main", prefix=()):
    commands = {"minitalk-send": send(daemon, "hello world"),
                "logger": ["logger", "--socket", "log", "hello world"], "true": ["true"]}
    for _ in range(40):
        for name, command in commands.items():
            (wall, cpu, _), = measure([*prefix, *command])
            note(f"short-{name}{suffix}", "us", wall)
            note(f"short-{name}-cpu{suffix}", "us", cpu)


def jobs():
    """The same lines of 1 KiB with each program, as whole processes."""
    systemd_cat = Stub.command + ["systemd-cat"] if Stub.command else []
    for size in (KIB, 64 * KIB, MIB):
        commands = {"minitalk-send": send("main") if size <= LONG else [],
                    "minitalk-send --wide": send("main", "--wide"),
                    "logger": LOGGER, "systemd-cat": systemd_cat}
        for name, command in commands.items():
            if command:
                (wall, _, _), = measure(command, f"job-{size}")
                note(f"job-{size}-{name}", "ms", wall / 1000)


def crowd(senders, suffix="", daemon="main", prefix=()):
    # Few senders are measured so often that they send as much in all as 64.
    for _ in range(max(1, 64 // senders)):
        start = time.monotonic()
        ends = measure([*prefix, *send(daemon, "--whole")], payload(CROWD), at_once=senders)
        note(f"crowd-{senders}{suffix}", "ns/bit",
             (time.monotonic() - start) * 1e9 / (senders * CROWD * 8))
        for wall, _, _ in ends:
            note(f"crowd-{senders}{suffix}-each", "us", wall)


def crowds(suffix=""):
    for senders in (1, 8, 64, 512):
        crowd(senders, suffix)


def one_cpu():
    suffix, daemon, prefix = "-one-cpu", "single", ON_ONE_CPU
    floors(suffix, prefix)
    rate(f"rate-65536{suffix}", payload(64 * KIB), 64 * KIB, "--whole", daemon=daemon,
         command=prefix)
    one_message(suffix, daemon, prefix)
    commands = {"wide": send(daemon, "--wide"), "logger": LOGGER}
    for _ in range(20):
        for name, command in commands.items():
            (wall, _, _), = measure([*prefix, *command], f"job-{KIB}")
            note(f"1-KiB-{name}{suffix}", "us", wall)
    for senders in (1, 8):
        crowd(senders, suffix, daemon, prefix)


def beside(name, size, *options):
    """The time of messages of 64 octets while a long one is under way."""
    message = random.randbytes(32).hex()
    with open(payload(size), "rb") as file:
        long = processes.start(send("main", "--whole", *options), stdin=file)
    while long.poll() is None:
        (wall, _, _), = measure(send("main", message))
        note(name, "us", wall)
    processes.end([long])


def besides(suffix=""):
    beside(f"beside-long{suffix}", LONG)
    beside(f"beside-wide{suffix}", LONG_WIDE, "--wide")


def many_short(suffix=""):
    for wall, _, _ in measure(send("main", "hello world"), runs=1000 if len(CPUS) > 1 else 200):
        note(f"thousand{suffix}", "us", wall)


def in_company(function):
    def step():
        for kind in COMPANIES:
            with company(kind):
                function(f"-{kind}")
    return step


def cost_of_a_long_one(suffix, *options):
    before_work, before_switches = worked(main), switches(main)
    (_, cpu, switched), = measure(send("main", "--whole", *options), payload(LONG))
    note(f"cpu-sender{suffix}", "s/MiB", cpu / 1e6 * MIB / LONG)
    note(f"cpu-daemon{suffix}", "s/MiB", (worked(main) - before_work) * MIB / LONG)
    if not suffix:
        note("switches-sender", "1/bit", switched / (LONG * 8))
        note("switches-daemon", "1/bit", (switches(main) - before_switches) / (LONG * 8))


def cost():
    cost_of_a_long_one("")
    cost_of_a_long_one("-wide", "--wide")
    time.sleep(1)
    before = switches(main)
    time.sleep(5)
    note("wake-ups-idle", "1/min", (switches(main) - before) * 12)


def memory():
    """A fresh daemon, whose memory was not used by other sessions."""
    daemon = start_daemon("held")
    measure(send("held", "warm"))
    before = field(daemon, "VmRSS")
    note("resident-idle", "KiB", before)
    held = [processes.start(send("held"), stdin=subprocess.PIPE) for _ in range(200)]
    for sender in held:
        sender.stdin.write(b"held\n")
        sender.stdin.flush()
    await_sessions(daemon, lambda count: count >= len(held))
    note("resident-session", "octets", (field(daemon, "VmRSS") - before) * KIB / len(held))
    for sender in held:
        sender.stdin.close()
    await_sessions(daemon, lambda count: count == 0)
    processes.end(held)
    os.kill(daemon, signal.SIGTERM)


# ---- the logs of the other programs ----

def start_log():
    """Starts a log for logger(1) that reads as fast as journald."""
    code = """
import socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("log")
print(flush=True)
while True: log.recv(65536)
"""
    processes.start([sys.executable, "-c", code], stdout=subprocess.PIPE).stdout.readline()


class Stub:
    """A log for systemd-cat(1), in a mount namespace in which it is at journald's place."""
    command = []

    @classmethod
    def start(cls):
        if os.geteuid() != 0 or not shutil.which("systemd-cat"):
            return
        code = """
import os, socket, subprocess
os.makedirs("/run/systemd/journal", exist_ok=True)
subprocess.run(["mount", "-t", "tmpfs", "none", "/run/systemd/journal"], check=True)
log = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
log.bind("/run/systemd/journal/stdout")
log.listen()
print(flush=True)
while True:
    connection, _ = log.accept()
    while connection.recv(65536): pass
"""
        stub = processes.start(["unshare", "--mount", sys.executable, "-c", code],
                               stdout=subprocess.PIPE)
        if stub.stdout.readline():
            cls.command = ["nsenter", f"--mount=/proc/{stub.pid}/ns/mnt", f"--wd={os.getcwd()}"]


# ---- rounds ----

STEPS = {
    "rates": rates,
    "blocks": wide_rates,
    "one CPU": one_cpu,
    "busy CPUs": busy_cpus,
    "short messages": one_message,
    "jobs": jobs,
    "crowds": crowds,
    "crowds in company": in_company(crowds),
    "beside a long message": besides,
    "beside a long message in company": in_company(besides),
    "a thousand": many_short,
    "a thousand in company": in_company(many_short),
    "cost": cost,
    "memory": memory,
}

# On one CPU the other steps have nothing to compare with, or repeat the step "one CPU".
if len(CPUS) == 1:
    STEPS = {name: STEPS[name] for name in
             ("one CPU", "beside a long message", "a thousand", "cost", "memory")}


def run_once(step, name):
    """Runs a step; returns (disturbance, its figures)."""
    before, start = distance(), time.monotonic()
    others = processes.seconds() - seconds_of_machine()
    step()
    others = (others - processes.seconds() + seconds_of_machine()) / (time.monotonic() - start)
    after = distance()
    moved = max(before, after) / max(min(before, after), 1)
    note(f"others-{name}", "CPUs", max(others, 0))
    note(f"distance-{name}", "ns", before)
    note(f"distance-{name}", "ns", after)
    return max(others / QUIET, moved / MOVED), recorder.take()


def run_step(name):
    runs = []
    while len(runs) < RUNS and all(disturbance > 1 for disturbance, _ in runs):
        runs.append(run_once(STEPS[name], name))
    if len(runs) > 1:
        note(f"runs-{name}", "", len(runs))
    recorder.write(min(runs, key=lambda run: run[0])[1] + recorder.take())


directory = tempfile.mkdtemp()
atexit.register(shutil.rmtree, directory)
os.chdir(directory)
prepare_payloads()
start_log()
Stub.start()
main = start_daemon("main")
single = start_daemon("single", ON_ONE_CPU)
rounds = int(os.environ.get("BENCH_ROUNDS", 5))
recorder.moment = "1"
note("long", "octets", LONG)
note("crowd", "octets", CROWD)
recorder.write(recorder.take())
for number in range(1, rounds + 1):
    recorder.moment = str(number)
    for name in STEPS:
        print(f"round {number} of {rounds}: {name}", file=sys.stderr, flush=True)
        run_step(name)
