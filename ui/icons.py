"""Line drawings that stand in for a product without a picture, one a department; drawn on a 48 × 48 grid."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

# A word of the category -> what is drawn for it. The first word found wins, from the narrowest category to the department.
_DRAWINGS = {
    "lamp": "M24 40V26M16 40h16M14 26l5-16h10l5 16z",
    "light": "M24 40V26M16 40h16M14 26l5-16h10l5 16z",
    "bulb": "M19 34h10M20 39h8M24 8a11 11 0 0 0-6 20c1 1 1 3 1 6h10c0-3 0-5 1-6a11 11 0 0 0-6-20z",
    "chair": "M16 8v18h16V8M14 26h20M24 26v9M15 40l9-5 9 5M16 16h16",
    "desk": "M7 17h34M11 17v23M37 17v23M25 17v11h12",
    "kettle": "M15 40h20l3-20H12zM18 20c0-7 12-7 12 0M24 15v-4M12 24c-4 0-5 4-4 9",
    "kitchen": "M8 24h24a12 12 0 0 1-24 0zM32 24h9M14 18c-2-3 2-4 0-7M22 18c-2-3 2-4 0-7",
    "knives": "M8 36L34 8c4 8 2 14-6 20l-5-2-9 10z",
    "bedding": "M6 36V14M6 30h36v6M42 30v-5c0-3-2-5-5-5H20v10M9 25a4 4 0 1 0 8 0 4 4 0 0 0-8 0z",
    "backpack": "M14 40h20V21a10 10 0 0 0-20 0zM20 12c0-6 8-6 8 0M19 30h10v10M19 22h10",
    "suitcase": "M13 16h22v23H13zM19 16V8h10v8M19 22v11M29 22v11M16 39v3M32 39v3",
    "bag": "M10 18h28l-2 22H12zM17 22v-6a7 7 0 0 1 14 0v6",
    "tent": "M24 9L6 39h36zM24 9v0M24 22l-8 17h16z",
    "bottle": "M20 7h8v6l3 5v22H17V18l3-5zM17 24h14",
    "outdoor": "M6 39l13-24 8 14 5-8 10 18zM34 12a3 3 0 1 0 .1 0",
    "shoe": "M6 34v-12c5 4 9 2 11-3l13 9c5 3 11 2 12 8v2H6zM21 23l-3 3M26 26l-3 3",
    "running": "M6 34v-12c5 4 9 2 11-3l13 9c5 3 11 2 12 8v2H6zM21 23l-3 3M26 26l-3 3",
    "jacket": "M18 8l6 5 6-5 7 4 4 24h-7l-1-8v12H15V28l-1 8H7l4-24zM24 13v27",
    "coat": "M18 8l6 5 6-5 7 4 4 24h-7l-1-8v12H15V28l-1 8H7l4-24zM24 13v27",
    "headphone": "M9 30v-5a15 15 0 0 1 30 0v5M9 28h6v12h-3a3 3 0 0 1-3-3zM39 28h-6v12h3a3 3 0 0 0 3-3z",
    "earbuds": "M17 10a6 6 0 1 0 0 12v14h4V16a5 5 0 0 0-4-6zM31 10a6 6 0 1 1 0 12v14h-4V16a5 5 0 0 1 4-6z",
    "keyboard": "M5 15h38v19H5zM11 21h2M18 21h2M25 21h2M32 21h2M15 28h18",
    "mice": "M24 7c7 0 10 5 10 11v12c0 6-4 11-10 11s-10-5-10-11V18c0-6 3-11 10-11zM24 13v7",
    "skin": "M16 20h16v20H16zM20 20v-6h8v6M24 14V9h6M16 28h16",
    "toy": "M9 24h13v15H9zM26 24h13v15H26zM17 9h14v15H17z",
    "coffee": "M10 19h23v10a10 10 0 0 1-10 10h-3a10 10 0 0 1-10-10zM33 21h3a5 5 0 0 1 0 10h-3M17 14c-2-3 2-4 0-7M25 14c-2-3 2-4 0-7",
    "tea": "M10 19h23v10a10 10 0 0 1-10 10h-3a10 10 0 0 1-10-10zM33 21h3a5 5 0 0 1 0 10h-3M17 14c-2-3 2-4 0-7M25 14c-2-3 2-4 0-7",
    "cup": "M10 19h23v10a10 10 0 0 1-10 10h-3a10 10 0 0 1-10-10zM33 21h3a5 5 0 0 1 0 10h-3",
    "pet": "M24 24c-6 0-11 6-9 11 2 4 6 1 9 1s7 3 9-1c2-5-3-11-9-11zM14 18v0M21 13v0M28 13v0M35 18v0",
    "garden": "M24 40V22M24 26c0-8-6-12-14-12 0 8 6 12 14 12zM24 22c0-7 5-11 13-11 0 7-5 11-13 11zM15 40h18",
    "bath": "M6 26h36v3a9 9 0 0 1-9 9H15a9 9 0 0 1-9-9zM12 26V13a5 5 0 0 1 9-3M14 38v3M34 38v3",
    "stationery": "M12 8h21v32H12zM12 8c-3 0-4 2-4 4s1 4 4 4M18 18h10M18 25h10M40 10v24l-2 5-2-5V10z",
    "fitness": "M8 18v12M14 13v22M34 13v22M40 18v12M14 24h20",
    "phone": "M16 6h16v36H16zM22 37h4",
}
_ANYTHING = "M8 17l16-8 16 8v16l-16 8-16-8zM8 17l16 8 16-8M24 25v16M16 13l16 8"
TINTS = 6


def placeholder(title: str, category: Sequence[str]) -> str:
    """An inline SVG for a product of this category. It says nothing that the title does not, so it is hidden from screen readers.

    Products of one family, whose titles begin with the same word, have the same tint.
    """
    tint = crc32(title.partition(" ")[0].encode()) % TINTS
    return (
        f'<svg class="stand-in tint-{tint}" viewBox="0 0 48 48" aria-hidden="true" focusable="false">'
        f'<path d="{_drawing(category)}"/></svg>'
    )


def _drawing(category: Sequence[str]) -> str:
    for name in reversed([name.lower() for name in category]):
        for word, path in _DRAWINGS.items():
            if word in name:
                return path
    return _ANYTHING
