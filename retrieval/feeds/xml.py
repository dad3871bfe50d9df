"""Items of a Google Merchant feed in XML (RSS or Atom), and JSON-LD out of a page. Entities and document types are refused."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import IO, Any

from ..errors import FeedError
from .json_text import decoded
from .losses import Lost

ITEMS = ("item", "entry", "product")
AMOUNT = ("currency", "unit")  # attributes without which a figure is half said: <price currency="EUR">12.50</price>
OF_XML = "{http://www.w3.org/"  # namespaces of attributes such as xml:lang
_JSON_LD = re.compile(r"\s*application/ld\+json\b", re.IGNORECASE)
MARKUP = frozenset("p div span br b i u em strong small ul ol li table tr td h1 h2 h3 h4 h5 h6 a".split())


@dataclass(frozen=True)
class Item:
    """text: as it stood. cells: names without their namespace; a name that comes twice gives a list. lost: what these do not hold."""

    text: str
    cells: dict[str, object]
    lost: tuple[Lost, ...]


def items(stream: IO[bytes]) -> Iterator[Item]:
    """The items in a stream, the outermost where one lies in another."""
    from defusedxml import DefusedXmlException  # here: most feeds are no XML
    from defusedxml.ElementTree import ParseError, iterparse

    try:
        within: list[Any] = []  # the elements that are open, the root first
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                within.append(element)
                continue
            within.pop()
            if _name(element) in ITEMS and not any(_name(outer) in ITEMS for outer in within):
                yield _item(element)
                if within:
                    within[-1].remove(element)  # else its parent would hold the shells of all items to the end
    except (ParseError, DefusedXmlException) as error:
        raise FeedError(f"The XML cannot be read to its end: {error}.", fix="export or download it again") from error


def page_objects(text: str) -> Iterator[tuple[str, object | None, tuple[Lost, ...], str]]:
    """(text, what it holds, what that lost, "") of every JSON-LD script of a page; (text, None, (), why) of one that is broken."""
    from bs4 import BeautifulSoup  # here: most feeds are no pages

    for script in BeautifulSoup(text, "html.parser")("script", type=_JSON_LD):
        written = script.get_text()
        try:
            yield written, *decoded(written), ""
        except (ValueError, ArithmeticError, RecursionError) as error:
            yield written, None, (), f"not JSON: {error}"


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _item(element: Any) -> Item:
    lost: list[Lost] = []
    cells = _cells(element, lost)
    for name, value in element.attrib.items():
        plain = name.rpartition("}")[2]
        if name.startswith(OF_XML) or plain in cells:
            lost.append(Lost("ignored", f"{_name(element)}@{plain}", value))
        else:
            cells[plain] = value
    return Item(ET.tostring(element, encoding="unicode").strip(), cells, tuple(lost))


def _cells(element: Any, lost: list[Lost]) -> dict[str, object]:
    """Name of each child -> its value; what an Atom feed links to besides the product's page is lost."""
    cells: dict[str, object] = {}
    for child in element:
        name, value = _name(child), _value(child, lost)
        if name == "link" and child.get("rel", "alternate") != "alternate":
            lost.append(Lost("ignored", f"link@rel={child.get('rel')}", value))
        elif name in cells:
            known = cells[name]
            cells[name] = [*known, value] if isinstance(known, list) else [known, value]
        else:
            cells[name] = [value] if name == "product_detail" else value
    return cells


def _value(element: Any, lost: list[Lost]) -> object:
    """The text with the unit that an attribute names; of a detail its name and value; of another nested thing its parts."""
    taken = set(AMOUNT)
    if len(element) and _is_markup(element):
        value: object = _inner(element)
    elif len(element):
        value = _cells(element, lost)
        if "attribute_name" in value:
            value = {"name": value["attribute_name"], "value": value.get("attribute_value", "")}
    else:
        text = (element.text or "").strip()
        value = " ".join([text, *(element.get(name) for name in AMOUNT if element.get(name))]) if text else ""
        if not text and element.get("href"):
            value, taken = element.get("href"), {"href", "rel"}
    for name, said in element.attrib.items():
        if name not in taken:
            lost.append(Lost("ignored", f"{_name(element)}@{name.rpartition('}')[2]}", said))
    return value


def _is_markup(element: Any) -> bool:
    """Whether it is a text with markup in it, and not a thing with parts."""
    said = [element.text, *(child.tail for child in element)]
    return any(text and text.strip() for text in said) or any(_name(child) in MARKUP for child in element)


def _inner(element: Any) -> str:
    parts = (f"<{_name(child)}>{_inner(child)}</{_name(child)}>{escape(child.tail or '')}" for child in element)
    return escape(element.text or "") + "".join(parts)
