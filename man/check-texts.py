#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check-texts.py SRCDIR PROGRAM HEADS - checks that the heads explain all texts of a program

SRCDIR has Makefile.am, which tells what belongs to the program, so that a new file is not
forgotten. Of a library, the modules count whose headers the program includes, or one of these
modules does. HEADS has one line for each thing that the manual page explains, with any words in place
of the values that are filled in. A head that explains no text is an error, too.
"""

import os
import re
import sys

CALL = re.compile(r"\b(fail|fail_of|complain|complain_of|sink_record|snprintf)\s*\(")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CONVERSION = re.compile(r"%[-+ 0#]*\d*(?:\.\d+)?(?:hh|h|ll|l|j|z)?[a-zA-Z]")


def variable(makefile, name):
    found = re.search(rf"^{name} =((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    return found.group(1).replace("\\\n", " ").split() if found else []


def sources(makefile, program):
    name = re.sub(r"\W", "_", program)
    targets = [name] + [re.sub(r"\W", "_", word) for word in variable(makefile, f"{name}_LDADD")]
    return [f for t in targets for f in variable(makefile, f"{t}_SOURCES") if f.endswith(".c")]


def read(srcdir, name):
    with open(f"{srcdir}/{name}", encoding="utf-8") as file:
        return file.read()


def linked(srcdir, names):
    """
    Those of the sources that are linked into the program: the first one, and those whose headers
    one of them includes. A source without a header of its own counts, too.
    """
    headers = {n: n[:-2] + ".h" for n in names if os.path.exists(f"{srcdir}/{n[:-2]}.h")}
    found, todo = set(), [names[0]] + [n for n in names if n not in headers]
    while todo:
        name = todo.pop()
        found.add(name)
        code = read(srcdir, name) + (read(srcdir, headers[name]) if name in headers else "")
        todo += [n for n in names if n not in found and f'#include "{n[4:-2]}.h"' in code]
    return [n for n in names if n in found]


def arguments(code, start):
    """The text between the parenthesis before start and its partner."""
    depth, at = 1, start
    while depth > 0:
        literal = LITERAL.match(code, at)
        if literal:
            at = literal.end()
            continue
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        at += 1
    return code[start : at - 1]


def strings(code):
    """The string literals, those beside each other joined, with their escapes undone."""
    joined = re.sub(r'"\s*"', "", code)
    return [re.sub(r"\\(.)", r"\1", text) for text in LITERAL.findall(joined)]


def texts(code):
    """
    Pairs of a kind and a text: a message is a whole line; an opening is a line up to its first ';';
    a value is filled into one of these.
    """
    for name, value in re.findall(r'^#define (\w+) ("(?:[^"\\]|\\.)*")$', code, re.MULTILINE):
        code = re.sub(rf"(?<!#define )\b{name}\b", lambda _, v=value: v, code)
    for returned in re.findall(r'\breturn\s+((?:"(?:[^"\\]|\\.)*"\s*)+);', code):
        yield "value", strings(returned)[0]
    for call in CALL.finditer(code):
        function, args = call.group(1), arguments(code, call.end())
        if function == "snprintf" and not re.match(r"what\b", args):
            continue
        form, *values = strings(args) or [""]
        if not form:
            continue
        if function in ("fail_of", "complain_of"):
            form += ": %s"
        yield "opening" if function == "snprintf" else "message", form
        yield from (("value", value) for value in values if value.strip(": "))


def pattern(kind, text):
    words = ".*".join(re.escape(part) for part in CONVERSION.split(text))
    return {"message": rf"{words}", "opening": rf"{words};.*", "value": rf".*{words}.*"}[kind]


def main():
    srcdir, program, path = sys.argv[1:]
    names = sources(read(srcdir, "Makefile.am"), program)
    if not names:
        sys.exit(f"Makefile.am has no sources of {program}")
    names = linked(srcdir, names)
    with open(path, encoding="utf-8") as file:
        heads = file.read().splitlines()

    unused, failed = set(heads), False
    for name in names:
        found = list(texts(read(srcdir, name)))
        for kind, text in found:
            explained = {head for head in heads if re.fullmatch(pattern(kind, text), head)}
            if not explained:
                print(f"{name}: the page of {program} does not explain: {text}")
                failed = True
            unused -= explained
    for head in sorted(unused):
        print(f"{program} does not say what its page explains: {head}")
    sys.exit(failed or bool(unused))


main()
