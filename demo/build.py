"""The demo shop's catalogue from hand-written material: `python -m demo.build` writes demo/products.jsonl.

A family is one thing as a shop would describe it; each combination of its options is a product of its own. Nothing is
random: where a family gives one stock figure for all its variants, each one's share is read from a digest of its id.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from retrieval.errors import BadInput, ShopError
from ui.drawings import picture_of

HERE = Path(__file__).parent
MATERIAL, SHADES, PRODUCTS = HERE / "material", HERE / "shades.yaml", HERE / "products.jsonl"

Text = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
Lower = Annotated[str, Field(min_length=1, pattern=r"^[^A-Z\s]([^A-Z]*[^A-Z\s])?$")]
Price = Annotated[Decimal, Field(ge=3, le=2000, decimal_places=2)]
Stock = Annotated[int, Field(ge=0)]
Facts = dict[Lower, Text | Annotated[list[Text], Field(min_length=1)]]


class Material(BaseModel):
    """Hand-written input: unknown keys are typing errors, and nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


M = TypeVar("M", bound=Material)


class Option(Material):
    """One value of an option: `add` goes on the family's price; stock and facts replace the family's for this value.

    shown: how the value stands in a title, where a capital letter at its start is not enough.
    """

    value: Lower
    shown: Text | None = None
    add: Decimal = Decimal(0)
    stock: Stock | None = None
    facts: Facts = {}

    @model_validator(mode="before")
    @classmethod
    def read_bare_value(cls, written: object) -> object:
        return {"value": written} if isinstance(written, str) else written


class Family(Material):
    """A product with its variants. was: the price before a discount. stock: one figure for all, or one a variant."""

    title: Text
    kind: Lower
    brand: Text
    price: Price
    was: Price | None = None
    rating: float = Field(ge=3.1, le=4.9)
    reviews: int = Field(ge=0)
    stock: Stock | list[Stock]
    text: str = Field(min_length=120, max_length=900)
    facts: Facts
    options: dict[Lower, Annotated[list[Option], Field(min_length=1)]] = {}

    @model_validator(mode="after")
    def check_whole(self) -> Family:
        if not 2 <= (count := len(re.findall(r"[.!?](?=\s|$)", self.text))) <= 6:
            raise ValueError(f"text: expected 2 to 6 sentences, got {count}")
        if len(self.facts) < 3:
            raise ValueError(f"facts: expected at least 3, got {len(self.facts)}")
        if twice := self.facts.keys() & self.options.keys():
            raise ValueError(f"facts: {sorted(twice)} are options already")
        if self.was is not None and self.was <= self.price:
            raise ValueError(f"was: {self.was} is not above the price {self.price}")
        if isinstance(self.stock, list) and len(self.stock) != len(self.variants):
            raise ValueError(f"stock: {len(self.stock)} figures for {len(self.variants)} variants")
        return self

    @property
    def variants(self) -> list[dict[str, Option]]:
        """Every combination of options by name, the last changing fastest; one empty combination without options."""
        return [dict(zip(self.options, chosen, strict=True)) for chosen in product(*self.options.values())]


class Department(Material):
    department: Lower
    families: list[Family] = Field(min_length=1)


class Shades(Material):
    """Color words: the plain ones, and for each plain one the shades of it."""

    plain: list[Lower]
    shades: dict[Lower, list[Lower]]

    def plain_and_shade(self, color: str) -> list[str]:
        """The color's own name, then the plain one if the first does not contain it; ValueError for an unknown word."""
        if any(word in self.plain for word in color.split()):
            return [color]
        plain = [name for name, shades in self.shades.items() if color in shades]
        if not plain:
            raise ValueError(f"color {color!r} is neither plain nor in {SHADES.name}")
        return [color, plain[0]]


def read(path: Path, kind: type[M]) -> M:
    """The file as `kind`; BadInput names the file, the first wrong key, and the title where that is in a family."""
    try:
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        return kind.model_validate(written)
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: not YAML: {error}", fix="mend the line named here") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        detail = f"{path}: {key}{_title_at(written, first['loc'])}: {first['msg']}, got {first['input']!r:.80}"
        raise BadInput(detail, fix="change this key in the material") from error


def _title_at(written: Any, loc: tuple[int | str, ...]) -> str:
    """` (TITLE)` when the key lies inside a family that has a title, else nothing."""
    if len(loc) < 2 or loc[0] != "families" or not isinstance(loc[1], int):
        return ""
    family = written["families"][loc[1]]
    return f" ({family['title']})" if isinstance(family, dict) and "title" in family else ""


def slug(words: str) -> str:
    """Lower-case words joined by hyphens: "Café Nº 3, 1.5 l" -> "caf-n-3-1-5-l"."""
    return "-".join(re.findall(r"[a-z0-9]+", words.lower().replace("'", "").replace("’", "")))


def as_shown(name: str, option: Option) -> str:
    """An option's value in a title: "m" -> "M", "9" -> "Size 9", "forest green" -> "Forest Green", "32 l" as it is."""
    value = option.value
    if option.shown:
        return option.shown
    if name == "size" and value.replace(".", "").isdigit():
        return f"Size {value}"
    if name == "size" and re.fullmatch(r"x*[sl]|m", value):
        return value.upper()
    words = value.split(" ") if name == "color" else [value]
    return " ".join(word[0].upper() + word[1:] for word in words)


def rows_of(family: Family, department: str, shades: Shades) -> Iterator[dict[str, Any]]:
    """One row for each variant, in the order in which the options are written; ValueError for an unknown color."""
    group_id = slug(family.title)
    for place, variant in enumerate(family.variants):
        product_id = "-".join([group_id, *(slug(option.value) for option in variant.values())])
        add = sum((option.add for option in variant.values()), Decimal(0))
        category, attributes = [department, family.kind], _attributes(family, variant, shades)
        looks = (attributes.get(name, []) for name in ("color", "material"))
        yield {
            "id": product_id,
            "group_id": group_id if len(family.variants) > 1 else None,
            "title": ", ".join([family.title, *(as_shown(name, option) for name, option in variant.items())]),
            "description": " ".join(family.text.split()),
            "brand": family.brand,
            "category": category,
            "price": float(family.price + add),
            "list_price": float(family.was + add) if family.was else None,
            "currency": "USD",
            "stock": _stock(family, place, product_id),
            "rating": family.rating,
            "review_count": family.reviews,
            "options": {name: option.value for name, option in variant.items()},
            "attributes": attributes,
            "image_url": picture_of(family.title, category, *looks),
            "url": None,
        }


def _stock(family: Family, place: int, product_id: str) -> int:
    """The variant's own figure, else its option value's, else 40 to 119 % of the family's, at least 1 of any."""
    if isinstance(family.stock, list):
        return family.stock[place]
    own = [option.stock for option in family.variants[place].values() if option.stock is not None]
    if own or not family.options or not family.stock:
        return min(own, default=family.stock)
    share = 40 + int.from_bytes(hashlib.blake2b(product_id.encode(), digest_size=4).digest()) % 80
    return max(1, family.stock * share // 100)


def _attributes(family: Family, variant: dict[str, Option], shades: Shades) -> dict[str, list[str]]:
    """The options first, then the facts; a fact of an option replaces the family's of the same name."""
    facts: Facts = {name: option.value for name, option in variant.items()}
    facts |= family.facts
    for option in variant.values():
        facts |= option.facts
    values = {name: [fact] if isinstance(fact, str) else list(fact) for name, fact in facts.items()}
    if "color" in values:
        values["color"] = [word for color in values["color"] for word in shades.plain_and_shade(color)]
    return values


def build(material: Path = MATERIAL) -> str:
    """The whole catalogue as JSON lines, files and families in order; BadInput when the material is wrong."""
    shades = read(SHADES, Shades)
    first_use: dict[str, str] = {}
    lines: list[str] = []
    for path in sorted(material.glob("*.yaml")):
        department = read(path, Department)
        for family in department.families:
            where = f"{path}: {family.title}"
            for row in _checked_rows(family, department.department, shades, where):
                if first := first_use.get(row["id"]):
                    raise BadInput(f"{where}: id {row['id']} is taken by {first}", fix="give one of them another title")
                first_use[row["id"]] = where
                lines.append(json.dumps(row, ensure_ascii=False))
    if not lines:
        raise BadInput(f"{material}: no product", fix="put a YAML file a department there")
    return "\n".join(lines) + "\n"


def _checked_rows(family: Family, department: str, shades: Shades, where: str) -> list[dict[str, Any]]:
    """The family's rows; BadInput when it names an unknown color or the same options twice."""
    try:
        rows = list(rows_of(family, department, shades))
    except ValueError as error:
        raise BadInput(f"{where}: {error}", fix=f"use another word or add it to {SHADES}") from error
    if len({row["id"] for row in rows}) < len(rows):
        raise BadInput(f"{where}: an option value is there twice", fix="take one away")
    return rows


def main() -> int:
    """Write the catalogue; 1 when the material is wrong, with one line that says where."""
    try:
        built = build()
    except ShopError as error:
        print(error, file=sys.stderr)
        return 1
    PRODUCTS.write_text(built, encoding="utf-8", newline="\n")
    print(f"{built.count(chr(10))} products in {PRODUCTS}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
