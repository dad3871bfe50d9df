"""Words that stand where a value is missing: "N/A", "TBD", lorem ipsum. Whether they do is decided by field, and for a whole value only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# In every field.
_NOTHING = re.compile(
    r"null|nan|undefined|unknown|n\s?/\s?a\.?|n\.\s?a\.|#n/a|[-–—]+|\?+|tb[acd]\.?|to be (?:announced|confirmed|defined|determined)\.?"
    r"|not (?:available|applicable|specified|stated|set)\.?|unspecified|does not apply|no (?:data|value|description)(?: available)?\.?"
    r"|see (?:above|below|title|description)\.?|keine angaben?|k\.\s?a\.|lorem ipsum\b.*",
    re.IGNORECASE | re.DOTALL,
)
# "Not available" in these says that there is none to be had.
_OF_STOCK = frozenset({"availability", "stock"})
# A brand may be called NA, and NA may be a code, a title or a part of the world.
_MAY_BE_NA = re.compile(r"id|group_id|title|brand|.*\b(?:region|market|country|continent|plug|sku|model|code)\b.*")
# Every thing has one of these, so that "none" says nothing; of other facts it does: "fragrance: none".
_NEVER_NONE = frozenset("color size material gender condition gtin ean upc isbn barcode mpn model weight".split()) | {
    "age group"
}
_PARTS = frozenset(
    "brand description category image_url more_images url group_id availability stock rating review_count".split()
)
_DUMMY = re.compile(r"test|x{2,}|text|description|placeholder", re.IGNORECASE)
_LONGEST = 40  # characters of a stand-in, but for lorem ipsum


@lru_cache(maxsize=50_000)
def stands_in(field: str, text: str) -> bool:
    """Whether the text says that there is no value. field: a part of the product, or the name of an attribute."""
    words = text.strip()
    if len(words) > _LONGEST and words[:11].lower() != "lorem ipsum":
        return False
    low = words.lower()
    if low == "na":
        return not _MAY_BE_NA.fullmatch(field)
    if low == "none":  # as programs write it for nothing; "none" as people write it is a fact where there may be none
        return words != "none" or field in _NEVER_NONE or field in _PARTS
    if field in _OF_STOCK and low.rstrip(".") == "not available":
        return False
    return bool(_NOTHING.fullmatch(words)) or (field == "description" and bool(_DUMMY.fullmatch(words)))


def parted(field: str, texts: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(what is stated, what only stands in)."""
    stated: list[str] = []
    standing: list[str] = []
    for text in texts:
        (standing if stands_in(field, text) else stated).append(text)
    return tuple(stated), tuple(standing)
