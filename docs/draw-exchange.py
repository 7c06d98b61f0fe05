#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""draw-exchange.py - draws the trace of one short message as a sequence diagram

Usage: minitalk-send --trace=json A 2>&1 | draw-exchange.py > exchange.svg

Standard input is the trace of the sender; minitalk(7) describes its keys. Standard output is an
SVG, 800 pixels wide. It shows the frame, every word, the bits 0 to 7, the last bit, and the acks
of these bits, in the order and at the times at which the sender sent or took them.
"""

import json
import sys
import xml.etree.ElementTree as ET

FIRST_BITS = 8  # so many bits are drawn before the dots
CHECKSUM_OCTETS = 4
PAYLOAD_MAX = 1  # octets; the boxes of a longer frame would not fit into a row

# Lengths are in pixels.
WIDTH = 800
SENDER_X, DAEMON_X = 236, 564
TIME_X = 84
ROW_HEIGHT = 22
BOX_WIDTH, BOX_HEIGHT, BOX_TOP = 88, 46, 52
ROWS_TOP = 212
SANS, MONO = "DejaVu Sans, Verdana, sans-serif", "DejaVu Sans Mono, Menlo, monospace"

INK, FAINT, LINE = "#1f2328", "#59636e", "#c8ced5"
# Colour, width and dashes of what travels.
STYLES = {
    "thread": ("#0a5cc4", 2, None),
    "process": ("#b3420b", 2, "7 4"),
    "word": (INK, 3, None),
}

# Lines of text for the events of the sender that are no signal of the protocol.
NOTES = {
    "timeout": lambda event: f"no signal for {event['waited_us']} µs: the sender sends a probe",
    "repeat": lambda event: f"symbols {event['first']} to {event['last']} are sent again",
    "stale": lambda event: "this reply is stale: the sender drops it",
    "uncounted": lambda event: f"{event['signal']} of process {event['pid']} does not count",
}


def fail(reason):
    sys.exit(f"draw-exchange.py: {reason}")


# ---- the trace ----


def read_events(lines):
    try:
        return [json.loads(line) for line in lines]
    except ValueError:
        fail("standard input is not the output of 'minitalk-send --trace=json A'")


def frame_bits(events):
    """The values of all bits by index. A bit that was sent again has the same value each time."""
    values = {event["index"]: event["value"] for event in events if event["event"] == "bit"}
    if not values or sorted(values) != list(range(len(values))):
        fail("the trace does not have every bit of a message")
    acked = {event["index"] for event in events if event["event"] == "ack"}
    if acked != set(values):
        fail("acks were lost in this trace; trace the message again")
    if events[-1].get("says") != "committed":
        fail("the trace does not end with the reply 'committed'")
    return [values[index] for index in range(len(values))]


def bit_lanes(events):
    """The lanes of all bits by index."""
    return {event["index"]: event["lane"] for event in events if event["event"] == "bit"}


def frame_octets(bits):
    return bytes(
        int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits), 8)
    )


def frame_parts(octets):
    """The parts of the frame: how many octets each has, and two lines of text."""
    flags, length = octets[1] >> 3, octets[2]
    if flags != 0 or length > PAYLOAD_MAX:
        fail(f"a message of more than {PAYLOAD_MAX} octet, or with fields, does not fit: send A")
    payload, checksum = octets[3 : 3 + length], octets[3 + length :]
    parts = [
        (1, f"magic {octets[0] >> 4}", f"version {octets[0] & 15}"),
        (1, "no flags", f"priority {octets[1] & 7}"),
        (1, "length", f"{length} octet"),
        (length, "payload", repr(payload)[1:].replace("'", '"')),
        (CHECKSUM_OCTETS, "checksum", f"CRC-32C 0x{int.from_bytes(checksum, 'little'):08x}"),
    ]
    return [part for part in parts if part[0] > 0]


def split(events, bits):
    """The events that are drawn before the dots, and those after them."""
    last = len(bits) - 1

    def position(kind, index):
        return next(
            at
            for at, event in enumerate(events)
            if event["event"] == kind and event["index"] == index
        )

    def is_drawn(event):
        return event["event"] == "word" or event["event"] in NOTES or (
            event["event"] in ("bit", "ack")
            and (event["index"] < FIRST_BITS or event["index"] == last)
        )

    head_end = 1 + position("ack", FIRST_BITS - 1)
    head = [event for event in events[:head_end] if is_drawn(event)]
    tail = [event for event in events[position("bit", last) :] if is_drawn(event)]
    return head, tail


# ---- the picture ----


class Picture:
    def __init__(self, height, title, description):
        self.root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {WIDTH} {height}",
                "width": str(WIDTH),
                "height": str(height),
                "role": "img",
                "font-family": SANS,
                "font-size": "13",
                "fill": INK,
            },
        )
        ET.SubElement(self.root, "title").text = title
        ET.SubElement(self.root, "desc").text = description
        # Without a background the dark text would vanish on a dark page.
        self.add("rect", width=WIDTH, height=height, fill="white")

    def add(self, tag, text=None, parent=None, **attributes):
        names = {name.rstrip("_").replace("_", "-"): str(v) for name, v in attributes.items()}
        element = ET.SubElement(self.root if parent is None else parent, tag, names)
        element.text = text
        return element

    def text(self, x, y, text, anchor="middle", **attributes):
        return self.add("text", text, x=x, y=y, text_anchor=anchor, **attributes)

    def stroke(self, x1, x2, y, style):
        colour, width, dashes = STYLES[style]
        dash = {"stroke_dasharray": dashes} if dashes else {}
        self.add("line", x1=x1, y1=y, x2=x2, y2=y, stroke=colour, stroke_width=width, **dash)

    def arrow(self, x1, x2, y, style):
        back = 10 if x2 > x1 else -10
        self.stroke(x1, x2 - back, y, style)
        points = f"{x2},{y} {x2 - back},{y - 5} {x2 - back},{y + 5}"
        self.add("polygon", points=points, fill=STYLES[style][0])


def draw_frame(picture, bits, lanes):
    """A box for each octet, with its bits in the colours of their lanes."""
    octets = frame_octets(bits)
    left = (WIDTH - BOX_WIDTH * len(octets)) / 2
    for number, octet in enumerate(octets):
        x = left + number * BOX_WIDTH
        picture.add(
            "rect",
            x=x,
            y=BOX_TOP,
            width=BOX_WIDTH,
            height=BOX_HEIGHT,
            fill="#f6f8fa",
            stroke=LINE,
        )
        row = picture.text(
            x + BOX_WIDTH / 2, BOX_TOP + 19, None, font_family=MONO, font_size=14, class_="octet"
        )
        for index in range(number * 8, number * 8 + 8):
            colour = STYLES[lanes[index]][0]
            picture.add("tspan", str(bits[index]), row, fill=colour, class_="bit")
        picture.text(
            x + BOX_WIDTH / 2, BOX_TOP + 38, f"0x{octet:02x}", font_family=MONO, fill=FAINT
        )
    x = left
    for count, *lines in frame_parts(octets):
        width = count * BOX_WIDTH
        y = BOX_TOP + BOX_HEIGHT + 8
        picture.add(
            "path", d=f"M{x + 4} {y - 4}v4h{width - 8}v-4", fill="none", stroke=FAINT
        )
        for number, line in enumerate(lines):
            picture.text(x + width / 2, y + 16 + number * 16, line, font_size=12)
        x += width


def draw_label(picture, y, text):
    """A label in the middle of an arrow, on white so that the arrow does not cross the text."""
    width = 8 * len(text) + 8
    x = (SENDER_X + DAEMON_X) / 2
    picture.add("rect", x=x - width / 2, y=y - 9, width=width, height=18, fill="white")
    picture.text(x, y + 5, text, class_="label")


def draw_event(picture, y, event, start):
    picture.text(
        TIME_X, y + 5, f"{event['us'] - start} µs", anchor="end", font_size=12, fill=FAINT
    )
    if event["event"] in NOTES:
        text = NOTES[event["event"]](event)
        picture.text((SENDER_X + DAEMON_X) / 2, y + 5, text, font_size=12, fill=FAINT)
        return
    is_word = event["event"] == "word"
    style = "word" if is_word else event["lane"]
    if is_word:
        signal = f"word {event['word']}"
        text = {
            "start": f"probe: start, nonce {event['nonce']}",
            "resume": f"probe: resume, nonce {event['nonce']}",
            "go": f"go, from count {event.get('count')}",
            "committed": f"committed, at count {event.get('count')}",
        }.get(event["says"], f"reply: {event['says']}")
    elif event["event"] == "bit":
        signal, text = event["signal"], f"bit {event['index']} is {event['value']}"
    else:
        signal, text = event["signal"], f"ack of bit {event['index']}"
    if event["from"] == "sender":
        picture.arrow(SENDER_X + 1, DAEMON_X - 2, y, style)
        picture.text(SENDER_X - 12, y + 5, signal, anchor="end", fill=STYLES[style][0])
    else:
        picture.arrow(DAEMON_X - 1, SENDER_X + 2, y, style)
        picture.text(DAEMON_X + 12, y + 5, signal, anchor="start", fill=STYLES[style][0])
    draw_label(picture, y, text)


def draw_dots(picture, y, count):
    for x in (SENDER_X, DAEMON_X):
        for step in (-8, 0, 8):
            picture.add("circle", cx=x, cy=y + step, r=2.2, fill=FAINT)
    picture.text(
        (SENDER_X + DAEMON_X) / 2, y + 5, f"{count} more bits, each with its ack", fill=FAINT
    )


def draw_lifelines(picture, y1, y2):
    for x in (SENDER_X, DAEMON_X):
        picture.add("line", x1=x, y1=y1, x2=x, y2=y2, stroke=LINE, stroke_width=2)


def draw_legend(picture, y, lanes):
    even, odd = ("even", "odd") if lanes[0] == "thread" else ("odd", "even")
    entries = [
        (56, "thread", f"thread lane: {even} bits"),
        (302, "process", f"process lane: {odd} bits"),
        (548, "word", "word: a probe or a reply"),
    ]
    for x, style, text in entries:
        picture.arrow(x, x + 42, y, style)
        picture.text(x + 50, y + 5, text, anchor="start")


def draw(events):
    bits, lanes = frame_bits(events), bit_lanes(events)
    head, tail = split(events, bits)
    start = head[0]["us"]
    dots_y = ROWS_TOP + ROW_HEIGHT * len(head) + 10
    tail_top = dots_y + 32
    rows_end = tail_top + ROW_HEIGHT * (len(tail) - 1) + 16
    payload = frame_octets(bits)[3:-CHECKSUM_OCTETS].decode("ascii", "backslashreplace")
    picture = Picture(
        rows_end + 52,
        f"minitalk-send {payload}: {len(bits)} bits by SIGUSR1 and SIGUSR2",
        "A sequence diagram of a traced message: the probe, the go, the bits with their acks, and "
        "the verdict. A bit 0 is SIGUSR1, a bit 1 is SIGUSR2, and each ack is SIGUSR1.",
    )
    picture.text(
        WIDTH / 2,
        32,
        f"minitalk-send {payload}: a frame of {len(bits)} bits, each bit one signal",
        font_size=17,
        font_weight="bold",
    )
    draw_frame(picture, bits, lanes)
    draw_lifelines(picture, ROWS_TOP - 16, dots_y - 14)
    draw_lifelines(picture, dots_y + 14, rows_end)
    for x, name in ((SENDER_X, "sender"), (DAEMON_X, "daemon")):
        picture.text(x, ROWS_TOP - 24, name, font_size=15, font_weight="bold")
    for number, event in enumerate(head):
        draw_event(picture, ROWS_TOP + number * ROW_HEIGHT, event, start)
    draw_dots(picture, dots_y, len(bits) - FIRST_BITS - 1)
    for number, event in enumerate(tail):
        draw_event(picture, tail_top + number * ROW_HEIGHT, event, start)
    draw_legend(picture, rows_end + 28, lanes)
    return picture.root


def main():
    root = draw(read_events(sys.stdin))
    # One element a line. ET.indent() would also put spaces between the bits of an octet.
    root.text = "\n"
    for element in root:
        element.tail = "\n"
    sys.stdout.buffer.write(ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


if __name__ == "__main__":
    main()
