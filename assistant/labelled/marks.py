"""Labels written into the message itself, the quickest way to label by hand: `search: a [color:red] [product:vase] under [max:20]`.

`[name:words]` labels words of the message, `[name=value]` says what no words say: `[ref=2]`, `[gender=men]`, `[sort=cheapest]`. Names are
those of the answer line (parse.py). ` ++ ` stands between the acts of a message that does several things; a line that begins with
`> ` is what the shop answered, one that begins with `# ` begins a dialogue.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from retrieval.errors import BadInput

from ..model import INTENTS, Example, Exchange, Intent, Slots
from ..parse import clean, read_answer

_MARK = re.compile(r"\[(?P<name>[a-z#]+)(?P<kind>[:=])(?P<value>[^\]]*)\]")
_NEXT = " ++ "

Act = tuple[Intent, Slots]


def read_marks(marked: str) -> tuple[str, str]:
    """(the plain message, the answer line of its marks): "in [color:red]" gives ("in red", "color red")."""
    parts = [f"{m['name']} {clean(m['value'])}" for m in _MARK.finditer(marked)]
    plain = _MARK.sub(lambda m: m["value"] if m["kind"] == ":" else "", marked)
    return " ".join(plain.split()), "; ".join(parts)


def read_turn(line: str) -> tuple[str, list[Act]]:
    """(the message, its acts in order). ValueError for an unknown intent."""
    told = [_act(part) for part in line.split(_NEXT)]
    return " ".join(message for message, _ in told), [act for _, act in told]


def example(line: str, last: Exchange | None) -> Example:
    """The labelled message of one marked line."""
    message, (first, *then) = read_turn(line)
    return Example(message, last, *first, tuple(then))


def read_dialogues(lines: Iterable[str]) -> Iterator[Example]:
    """The labelled messages of marked dialogues, in order; each has the message and the answer before it as context."""
    last: Exchange | None = None
    said: Example | None = None
    for line in (line.strip() for line in lines):
        if line.startswith("# "):
            last = said = None
        elif line.startswith("> ") and said:
            last = Exchange(said.message, line.removeprefix("> "))
        elif line:
            said = example(line, last)
            yield said


def read_spans(spans: Path, requests: Path) -> list[Example]:
    """Labelled requests whose words lie in a file of their own, a request a line, and whose labels say where in the line.

    A line of `spans` is the number of the request (from 0), a tab, and `name from-to` or `name=value`, separated by commas; its head
    names the requests by their SHA-256. BadInput when that is another file's.
    """
    head, *rows = spans.read_text(encoding="utf-8").splitlines()
    words = requests.read_bytes()
    if (found := hashlib.sha256(words).hexdigest()) not in head:
        raise BadInput(
            f"{spans.name} labels other requests than {requests.name} (sha256 {found}).",
            fix="give the file whose hash its first line names",
        )
    lines = words.decode().splitlines()
    return [_placed(lines[int(number)], labels) for number, _, labels in (row.partition("\t") for row in rows)]


def _act(part: str) -> tuple[str, Act]:
    name, _, marked = part.strip().partition(": ")
    intent = next((known for known in INTENTS if known == name), None)
    if intent is None:
        raise ValueError(f"{name!r} is no intent; a line is `intent: message with [name:marks]`")
    message, fields = read_marks(marked)
    return message, (intent, read_answer(f"other; {fields}", message).slots)


def _placed(message: str, labels: str) -> Example:
    fields = []
    for label in labels.split(", "):
        name, _, where = label.partition(" ")
        start, dash, end = where.partition("-")
        fields.append(f"{name} {clean(message[int(start) : int(end)])}" if dash else name.replace("=", " "))
    return Example(message, None, "search", read_answer(f"other; {'; '.join(fields)}", message).slots)
