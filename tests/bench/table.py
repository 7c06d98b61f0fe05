#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""table.py - prints the table of 'make bench' from bench.csv, and draws its last part

  table.py BENCH.CSV [TABLE.SVG]

A target that is not reached is marked as missed. If other programs worked on the machine meanwhile,
or if its CPUs became farther from each other, the mark says so: such a miss proves nothing.
"""

import os
import sys
from html import escape

from figures import MOVED, QUIET, Figures, percentile

# Up to this time for a cache line, in nanoseconds, two CPUs are called near: they share a cache.
NEAR = 120

# The bits of the frame of "hello world": its octets, and 7 others.
HELLO_BITS = 8 * (len("hello world") + 7)

figures = Figures(sys.argv[1])
median = figures.median


def number(value, places=2):
    return "" if value is None else f"{value:.{places}f}"


def scaled(value, factor):
    return None if value is None else value * factor


def slowest(name, p):
    """Returns the p-th percentile of all figures with this name, from microseconds in ms."""
    return scaled(percentile(figures.values(name), p), 1e-3)


# ---- the state of the machine ----

def others(step, moment=None):
    return max(figures.values(f"others-{step}", moment), default=0)


def distances(step, moment=None):
    return figures.values(f"distance-{step}", moment)


def spread(values):
    return max(values) / min(values) if values and min(values) > 0 else 1


def disturbance(step):
    """Returns what disturbed the step in half of its rounds or more, or ""."""
    rounds = figures.rounds()
    busy = [at for at in rounds if others(step, at) > QUIET]
    moved = [at for at in rounds if spread(distances(step, at)) > MOVED]
    if 2 * len(busy) >= len(rounds):
        return f"others used {others(step):.1f} CPUs"
    return "the CPUs moved" if 2 * len(moved) >= len(rounds) else ""


def state():
    """Returns lines about the machine."""
    steps = [name[len("others-"):] for name in figures.names("others-")]
    lines = [value for step in steps for value in distances(step) if value]
    if lines:
        kind = "near" if max(lines) <= NEAR else "far" if min(lines) > NEAR else "near and far"
        yield (f"A cache line took {min(lines):.0f} to {max(lines):.0f} ns from one CPU to "
               f"another: the CPUs were {kind}.")
    else:
        yield "There is one CPU."
    busy = max(steps, key=others, default="")
    yield (f"Other programs used {median_others(steps):.2f} CPUs, and {others(busy):.2f} at most "
           f"(during '{busy}').")
    again = [name[len("runs-"):] for name in figures.names("runs-")]
    if again:
        yield f"Steps that were repeated, because something disturbed them: {', '.join(again)}."


def median_others(steps):
    return percentile([value for step in steps for value in figures.values(f"others-{step}")], 50)


# ---- the table ----

def row(text, *values):
    """Prints a row of the table, unless it was not measured here."""
    if any(values):
        print(f"  {text:<60}" + "".join(f" {value:>10}" for value in values))


def bits_of(name):
    return name.split("-", 1)[1].replace("-one-cpu", ", one CPU").replace("-busy", ", busy CPUs")


def size_of(name):
    size = name.split("-")[1]
    return int(size) if size.isdigit() else 1 << 30


def speed(name, floor):
    ns = median(name)
    row(f"{bits_of(name)}", number(1e6 / ns, 1), number(ns, 1), number(figures.ratio(floor, name)))


def least_time(suffix):
    """Returns the microseconds of a process that does nothing, and of HELLO_BITS bare signals."""
    floors = [median(name) for name in figures.names("floor-") if "blocks" not in name
              and name.endswith((f"-1{suffix}", f"-2{suffix}"))]
    process = median(f"short-true{suffix}")
    return None if process is None or not floors else process + HELLO_BITS * min(floors) / 1000


def percentiles(name, factor=1, places=0):
    for p in (10, 50, 90, 99):
        yield number(scaled(percentile(figures.values(name), p), factor), places)


def print_rates():
    print("\nBare signals, nanoseconds for each acknowledged bit (way to wait, in flight):")
    for name in figures.names("floor-"):
        row(name[len("floor-"):], number(median(name), 0))
    print("\nminitalk, messages of so many octets: kbit/s, ns a bit, rate / bare signals:")
    for name in sorted(figures.names("rate-"), key=size_of):
        ends = [end for end in ("-one-cpu", "-busy") if name.endswith(end)]
        speed(name, floor_of(*ends))
    print("\nminitalk --wide, the same:")
    for name in sorted(figures.names("wide-"), key=size_of):
        speed(name, "floor-blocks-polled-2")


def company_of(name):
    return name.split("-")[2:]


def floor_of(suffix=""):
    """The best bare signals: one in flight where each program has a CPU, else any."""
    names = [name for name in figures.names("floor-") if "blocks" not in name
             and (name.endswith(f"-1{suffix}") or suffix == "-one-cpu" and name.endswith(suffix))]
    return min(names, key=median, default="floor-none")


def print_times():
    print("\nOne short message, whole process, us (10th, 50th, 90th, 99th percentile):")
    for suffix, text in (("", ""), ("-one-cpu", ", one CPU")):
        for name in ("minitalk-send", "logger", "true"):
            row(name + text, *percentiles(f"short-{name}{suffix}"))
        row(f"true, and as many bare signals{text}", "", number(least_time(suffix), 0))
    print("\nLines of 1 KiB, whole process, ms (1 KiB, 64 KiB and 1 MiB in all):")
    for name in ("minitalk-send", "minitalk-send --wide", "logger", "systemd-cat"):
        row(name, *(number(median(f"job-{size}-{name}"), 1) for size in (1024, 65536, 1048576)))
    print(f"\nSenders at once, {median('crowd'):.0f} octets each: ns a bit together; each, ms "
          "(50th, 99th percentile):")
    for name in sorted(figures.names("crowd-"), key=lambda name: (company_of(name), size_of(name))):
        if not name.endswith("-each"):
            each = list(percentiles(f"{name}-each", 1e-3, 1))
            text = bits_of(name).replace("-", ", company: ")
            row(text, number(median(name), 0), each[1], each[3])
    print("\nCost:")
    for name in ("cpu-sender", "cpu-daemon", "cpu-sender-wide", "cpu-daemon-wide",
                 "switches-sender", "switches-daemon", "wake-ups-idle", "resident-idle",
                 "resident-session"):
        row(f"{name}, {figures.unit(name)}", number(median(name), 5).rstrip("0").rstrip("."))


# ---- targets ----

def together(crowd, suffix=""):
    return figures.ratio(f"crowd-1{suffix}", f"crowd-{crowd}{suffix}")


AT_LEAST, AT_MOST = ">=", "<="


def all_targets():
    """Yields (text, value, sign, target, step)."""
    ratio = figures.ratio
    yield ("64 KiB / bare signals, one in flight", ratio(floor_of(), "rate-65536"),
           AT_LEAST, 1.5, "rates")
    yield ("64 KiB / bare signals, two in flight", ratio("floor-polled-2", "rate-65536"),
           AT_LEAST, 0.92, "rates")
    yield "a long message / 64 KiB", ratio("rate-65536", "rate-long"), AT_LEAST, 0.97, "rates"
    yield ("one CPU: 64 KiB / bare signals", ratio(floor_of("-one-cpu"), "rate-65536-one-cpu"),
           AT_LEAST, 0.85, "one CPU")
    yield "one CPU: 8 senders / one", together(8, "-one-cpu"), AT_LEAST, 0.9, "one CPU"
    yield ("one CPU: minitalk-send \"hello world\": time / logger",
           ratio("short-minitalk-send-one-cpu", "short-logger-one-cpu"), AT_MOST, 0.9, "one CPU")
    yield ("one CPU: 1 KiB with --wide: time / logger",
           ratio("1-KiB-wide-one-cpu", "1-KiB-logger-one-cpu"), AT_MOST, 0.7, "one CPU")
    yield ("busy CPUs: 64 KiB / bare signals, one in flight",
           ratio(floor_of("-busy"), "rate-65536-busy"), AT_LEAST, 0.7, "busy CPUs")
    yield ("minitalk-send \"hello world\": time / logger",
           ratio("short-minitalk-send", "short-logger"), AT_MOST, 0.8, "short messages")
    yield ("a long message: --wide / bits", ratio("rate-long", "wide-long"),
           AT_LEAST, 40, "blocks")
    yield ("a long message with --wide / bare blocks",
           ratio("floor-blocks-polled-2", "wide-long"), AT_LEAST, 0.85, "blocks")
    yield ("64 KiB with --wide, whole process, ms",
           scaled(median("wide-65536"), 65536 * 8 / 1e6), AT_MOST, 20, "blocks")
    for side in ("sender", "daemon"):
        yield (f"CPU seconds of the {side}: bits / --wide",
               ratio(f"cpu-{side}", f"cpu-{side}-wide"), AT_LEAST, 30, "cost")
    for suffix, company, step in (("", "", ""), ("-light", ", light company", " in company"),
                                  ("-heavy", ", heavy company", " in company")):
        for crowd, least in ((64, 0.85), (512, 0.8)):
            yield (f"{crowd} senders / one{company}", together(crowd, suffix),
                   AT_LEAST, least, f"crowds{step}")
        yield (f"64 octets beside a long message{company}, 99th percentile, ms",
               slowest(f"beside-long{suffix}", 99), AT_MOST, 25 if company else 20,
               f"beside a long message{step}")
        yield (f"64 octets beside a long one with --wide{company}, 99th percentile, ms",
               slowest(f"beside-wide{suffix}", 99), AT_MOST, 25, f"beside a long message{step}")
        yield (f"the slowest of many short messages{company}, ms",
               slowest(f"thousand{suffix}", 100), AT_MOST, 250, f"a thousand{step}")
    yield "idle wake-ups a minute", median("wake-ups-idle"), AT_MOST, 0, "cost"
    yield "idle, resident KiB", median("resident-idle"), AT_MOST, 4096, "memory"
    yield "a session, octets", median("resident-session"), AT_MOST, 1024, "memory"


def targets():
    """Returns the targets of the steps that were run: on one CPU, some have no meaning."""
    return [target for target in all_targets() if figures.values(f"others-{target[-1]}")]


def judge(value, sign, target, step):
    if value is None:
        return "not measured"
    if value >= target if sign == AT_LEAST else value <= target:
        return ""
    because = disturbance(step)
    return f"missed; {because}" if because else "missed"


def judged():
    for text, value, sign, target, step in targets():
        yield (text, number(value), f"{sign} {target}", judge(value, sign, target, step))


def print_targets():
    print("\nTargets:")
    for text, value, target, mark in judged():
        print(f"  {text:<74} {value:>9}  {target:<8} {mark}".rstrip())


# ---- the picture ----

WIDTH, LINE = 860, 22


def draw(path):
    heads = [machine(), *state()]
    rows = list(judged())
    top = LINE * (len(heads) + 2)
    height = top + LINE * len(rows) + 10
    with open(path, "w", encoding="utf-8") as file:
        def text(x, y, words, anchor="start", weight="normal", color="#222"):
            file.write(f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}" '
                       f'fill="{color}">{escape(words)}</text>\n')

        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
                   f'font-family="sans-serif" font-size="13">\n<rect width="{WIDTH}" '
                   f'height="{height}" fill="white"/>\n')
        text(WIDTH / 2, 22, "minitalk, measured, and what it should be", "middle", "bold")
        for i, words in enumerate(heads):
            text(WIDTH / 2, 44 + 20 * i, words, "middle")
        for i, (words, value, target, mark) in enumerate(rows):
            y = top + LINE * i + 12
            if i % 2 == 0:
                file.write(f'<rect x="10" y="{y - 15}" width="{WIDTH - 20}" height="{LINE}" '
                           'fill="#f2f5f8"/>\n')
            text(20, y, words)
            text(560, y, value, "end", "bold")
            text(575, y, target.replace(AT_LEAST, "≥").replace(AT_MOST, "≤"))
            text(640, y, mark or "reached", color="#b3261e" if mark else "#2e7d32")
        file.write("</svg>\n")


def machine():
    uname = os.uname()
    note = os.environ.get("BENCH_NOTE", "")
    return (f"{os.cpu_count()} CPUs{', ' if note else ''}{note}; {uname.sysname} {uname.release}; "
            f"medians of {len(figures.rounds())} rounds")


print(machine())
for sentence in state():
    print(sentence)
print_rates()
print_times()
print_targets()
if len(sys.argv) > 2:
    draw(sys.argv[2])
