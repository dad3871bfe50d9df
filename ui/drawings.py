"""The demo shop's pictures: a drawing a kind of thing, painted from the facts of a listing. Pure, but for the two files read once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any
from zlib import crc32

import yaml

from retrieval.demo import data_folder
from retrieval.errors import NotFound
from retrieval.words import content_stems

ADDRESS = re.compile(r"/pictures/([a-z0-9-]+)/([a-z0-9-]+)/([a-z0-9-]+)\.svg")
PLAIN_TRIM = "steel"
PALE = 0.74  # luminance, 0..1, from which a thing needs a darker ground to stand out from
_PAPER, _SHADE, _BLACK, _WHITE = "#f3efe8", "#cfd6d0", "#101214", "#ffffff"
_MULTICOLOR = ("#d9604c", "#3f5f8f", "#f0c65a")  # main, dark and light
_SHEEN = (
    '<linearGradient id="sheen" x2="1" y2=".4"><stop stop-color="{main}"/><stop offset=".35" stop-color="{light}"/>'
    '<stop offset=".6" stop-color="{main}"/><stop offset="1" stop-color="{dark}"/></linearGradient>'
)
_LINE = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'


@dataclass(frozen=True)
class Paints:
    """Colors as #rrggbb: those of listings, of materials, and those that drawings call by name."""

    metals: frozenset[str]
    tones: Mapping[str, str]
    quiet: Sequence[str]
    colors: Mapping[str, str]
    materials: Mapping[str, str]

    def find(self, words: str) -> str | None:
        """The paint of a color, a material or, as "quiet 3", of a thing without either."""
        if quiet := re.fullmatch(r"quiet (\d)", words):
            return self.quiet[int(quiet[1]) % len(self.quiet)]
        return self.colors.get(words) or self.materials.get(words)


@cache
def paints() -> Paints:
    written: dict[str, Any] = yaml.safe_load((data_folder("demo") / "paints.yaml").read_text(encoding="utf-8"))
    return Paints(**written | {"metals": frozenset(written["metals"])})


@cache
def drawings() -> Mapping[str, Sequence[str]]:
    """The parts of each drawing, by its first name."""
    return {names[0]: parts for names, parts in _read()}


def picture_of(title: str, category: Sequence[str], color: Sequence[str], material: Sequence[str]) -> str:
    """The address of the picture for a product of these facts; NotFound when nothing is drawn for its kind."""
    main = next((words for words in (*color, *material) if paints().find(words)), f"quiet {crc32(title.encode()) % 6}")
    others = (words for words in material if paints().find(words) not in (None, paints().find(main)))
    parts = (_slug(_drawing_for(title, category)), _slug(main), _slug(next(others, PLAIN_TRIM)))
    return "/pictures/{}/{}/{}.svg".format(*parts)


@lru_cache(maxsize=1_000)
def draw(drawing: str, main: str, trim: str) -> str:
    """The SVG; its ground fills whatever frame it is shown in, and the thing stands whole in the middle. NotFound for unknown names."""
    parts = {_slug(name): parts for name, parts in drawings().items()}.get(drawing)
    found, second = (next((one for one in _every_paint() if _slug(one) == name), None) for name in (main, trim))
    if parts is None or found is None or second is None:
        raise NotFound("No such picture is drawn.", fix="take the image_url of one of the demo shop's products")
    tones, color = _tones(found, second), paints().find(found) or ""
    sheen = ""
    if found in paints().metals:
        sheen = _SHEEN.format(light=tones["light"], main=color, dark=tones["dark"])
        tones["main"] = "url(#sheen)"
    shadow = "" if "hung" in parts else '<ellipse cx="48" cy="85" rx="34" ry="3" fill="#000" opacity=".1"/>'
    body = "".join(_part(part, tones) for part in parts if part != "hung")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%">'
        f'{sheen}<rect width="100%" height="100%" fill="{_ground(color)}"/>'
        f'<svg viewBox="-8 -6 112 108">{shadow}{body}</svg></svg>'
    )


def _read() -> Iterator[tuple[list[str], list[str]]]:
    written: dict[str, str] = yaml.safe_load((data_folder("demo") / "drawings.yaml").read_text(encoding="utf-8"))
    for names, parts in written.items():
        yield [name.strip() for name in names.split(",")], parts.strip().splitlines()


@cache
def _by_stems() -> Mapping[tuple[str, ...], str]:
    return {tuple(content_stems(name)): names[0] for names, _ in _read() for name in names}


def _drawing_for(title: str, category: Sequence[str]) -> str:
    """What the title names last, the longest name of those; else the same of the kind."""
    for words in (title.partition(" with ")[0].partition(" for ")[0], *reversed(category)):
        stems = content_stems(words)
        for end in range(len(stems), 0, -1):
            for start in range(end):
                if found := _by_stems().get(tuple(stems[start:end])):
                    return found
    raise NotFound(f"Nothing is drawn for {title!r}.", fix="add a drawing with a name that its title or kind ends with")


@cache
def _every_paint() -> Sequence[str]:
    known = paints()
    return [*known.colors, *known.materials, *(f"quiet {number}" for number in range(len(known.quiet)))]


def _tones(main: str, trim: str) -> dict[str, str]:
    known = paints()
    color, second = known.find(main) or "", known.find(trim) or ""
    shades = (color, _mixed(color, _BLACK, 0.26), _mixed(color, _WHITE, 0.38))
    shades = _MULTICOLOR if main == "multicolor" else shades
    return {**known.tones, **dict(zip(("main", "dark", "light"), shades, strict=True)), "trim": second}


def _part(part: str, tones: Mapping[str, str]) -> str:
    """One line of a drawing as SVG: TONE SHAPE NUMBERS, after `both` with its mirror image."""
    if part.startswith("both "):
        once = _part(part.removeprefix("both "), tones)
        return f'{once}<g transform="matrix(-1 0 0 1 96 0)">{once}</g>'
    tone, shape, rest = part.split(" ", 2)
    fill = f'fill="{tones[tone]}"'
    numbers = rest.split()
    if shape == "box":
        x, y, width, height, r = numbers
        return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{r}" {fill}/>'
    if shape == "oval":
        x, y, rx, ry = (*numbers, numbers[-1])[:4]
        return f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="{ry}" {fill}/>'
    if shape == "line":
        width, path = rest.split(" ", 1)
        return f'<path d="{escape(path)}" stroke="{tones[tone]}" stroke-width="{width}" {_LINE}/>'
    if shape == "path":
        return f'<path d="{escape(rest)}" {fill}/>'
    raise ValueError(f"{part}: {shape!r} is no shape; there are box, oval, path and line")


def _ground(main: str) -> str:
    return _SHADE if _luminance(main) > PALE else _mixed(_PAPER, main, 0.1)


def _mixed(one: str, other: str, share: float) -> str:
    """The first color with so much of the other in it."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(color: str) -> float:
    """How light a color is, 0..1: its sRGB parts weighed as the eye does, without the gamma."""
    red, green, blue = _rgb(color)
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _slug(words: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", words.lower()))
