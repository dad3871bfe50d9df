"""Accepted suggestions as a supplement to the shop's feeds: lines by product id, beside the catalogue, which indexing takes in.

A correction fills what the feed leaves empty and never changes what the feed says, but for a description, which stands in place of the
one that it was written for while the record states the facts that it was written from. Without its line the next indexing has the product
as the feed has it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import BadInput
from ..product import Product
from ..store import write_whole
from .suggestion import Suggestion
from .telling import stated

CORRECTIONS = "corrections.jsonl"
_Words = Annotated[str, Field(min_length=1)]


class Correction(BaseModel):
    """A line of the supplement: one of category, attributes, description and leave_out (the id of the listing that stays).

    key: of the suggestion that it comes from. replaces: the feed's description that the new one is for. facts: field -> values that the
    new one states.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: _Words
    id: _Words
    category: tuple[_Words, ...] | None = None
    attributes: Mapping[_Words, tuple[_Words, ...]] | None = None
    description: _Words | None = None
    replaces: str = ""
    facts: Mapping[_Words, tuple[_Words, ...]] = {}
    leave_out: _Words | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Correction:
        if sum(bool(one) for one in (self.category, self.attributes, self.description, self.leave_out)) != 1:
            raise ValueError("needs one of category, attributes, description and leave_out")
        return self

    def describes(self, product: Product) -> bool:
        """Whether its description is that of the product, or is to be."""
        there = stated(product)
        true = all(there.get(field) == values for field, values in self.facts.items())
        return self.description is not None and true and product.description in (self.replaces, self.description)


def accept(suggestions: Iterable[Suggestion], store: Path) -> int:
    """Keep these as corrections of the store; how many are new. BadInput for products that nobody finds, which no record can mend."""
    wanted = list(suggestions)
    if unseen := next((one for one in wanted if one.kind == "unseen"), None):
        raise BadInput(
            f"{unseen.key} says that nobody finds {unseen.product_id}; there is nothing to write for it.",
            fix="say in the listing what those searches ask for, where it is true",
        )
    there = corrections(store)
    known = {one.key for one in there}
    new = [Correction(key=one.key, id=one.product_id, **one.proposed) for one in wanted if one.key not in known]
    _write([*there, *new], store)
    return len(new)


def take_back(keys: Collection[str], store: Path) -> int:
    """Drop these corrections; how many there were."""
    there = corrections(store)
    left = [one for one in there if one.key not in keys]
    _write(left, store)
    return len(there) - len(left)


def corrections(store: Path) -> list[Correction]:
    """The store's corrections, in the order in which they were accepted; none without the file. BadInput names a line that is none."""
    path = store / CORRECTIONS
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [_read(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def corrected(products: Iterable[Product], accepted: Iterable[Correction]) -> Iterator[Product]:
    """The products with what was accepted. One that is left out comes after all if the listing that should stay is not among them."""
    by_id: dict[str, list[Correction]] = {}
    for one in accepted:
        by_id.setdefault(one.id, []).append(one)
    here: set[str] = set()
    held: list[tuple[Product, str]] = []
    for product in products:
        found = by_id.get(product.id, ())
        for one in sorted(found, key=lambda one: one.description is not None):  # which may state what others fill in
            product = _filled(product, one)
        stays = next((one.leave_out for one in found if one.leave_out), None)
        if stays is None:
            here.add(product.id)
            yield product
        else:
            held.append((product, stays))
    yield from (product for product, stays in held if stays not in here)


def _filled(product: Product, one: Correction) -> Product:
    if one.category and not product.category:
        return replace(product, category=one.category)
    if one.description and one.describes(product):
        return replace(
            product, description=one.description, indexed_description=product.description
        )  # facts told twice rank worse
    stated = {*product.attributes, *product.options}
    lacking = {name: values for name, values in (one.attributes or {}).items() if name not in stated}
    return replace(product, attributes={**product.attributes, **lacking}) if lacking else product


def _read(line: str, where: str) -> Correction:
    try:
        return Correction.model_validate_json(line)
    except ValidationError as error:
        raise BadInput(
            f"{where} is no correction: {error.errors()[0]['msg']}.", fix="mend or delete that line"
        ) from error


def _write(kept: Iterable[Correction], store: Path) -> None:
    """Whole or not at all."""
    lines = (json.dumps(one.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n" for one in kept)
    write_whole(store / CORRECTIONS, "".join(lines))
