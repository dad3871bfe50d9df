"""A suggestion to the shop, and the file that keeps the latest ones beside the catalogue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import BadInput
from ..store import read_manifest, write_whole

Kind = Literal["category", "attribute", "description", "duplicate", "unseen"]
KINDS: tuple[Kind, ...] = ("category", "attribute", "description", "duplicate", "unseen")
SUGGESTIONS = "suggestions.jsonl"


@dataclass(frozen=True)
class Suggestion:
    """proposed: {"category": […]}, {"attributes": {name: […]}}, {"leave_out": id of the other}, {"searches": […]} or {"description": text,
    "replaces": the one of the feed, "facts": {field: […]} that it states}.

    grounds: the words or numbers that it comes from. sure: how many of a hundred such were right where the shop's own listings could
    tell, 0..1; None where they cannot.
    """

    product_id: str
    title: str
    kind: Kind
    proposed: Mapping[str, Any]
    grounds: tuple[str, ...]
    sure: float | None = None

    @property
    def key(self) -> str:
        """8 hex digits that name what is proposed for which product."""
        text = json.dumps([self.product_id, self.kind, self.proposed], sort_keys=True, ensure_ascii=False)
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    @property
    def news(self) -> Mapping[str, Any]:
        """What of the proposal people have to see; the rest is among the grounds."""
        return {name: value for name, value in self.proposed.items() if name not in ("replaces", "facts")}

    def to_json(self) -> dict[str, Any]:
        sure = None if self.sure is None else round(self.sure, 3)
        return {"key": self.key, **asdict(self), "grounds": list(self.grounds), "sure": sure}


def keep(suggestions: Sequence[Suggestion], store: Path) -> None:
    """Into the store's directory, instead of those before."""
    lines = (json.dumps(one.to_json(), ensure_ascii=False) + "\n" for one in suggestions)
    write_whole(store / SUGGESTIONS, "".join(lines))


def kept(store: Path) -> list[Suggestion]:
    """The latest suggestions of this store. BadInput where none were made."""
    try:
        lines = (store / SUGGESTIONS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        command = (
            f"shop catalog suggest --store {store}" if read_manifest(store) else f"shop index FEED --store {store}"
        )
        raise BadInput(f"No suggestions lie in {store}.", fix=f"run `{command}`") from None
    return [_read(json.loads(line)) for line in lines]


def chosen(suggestions: Iterable[Suggestion], kinds: Sequence[str], sure: float) -> list[Suggestion]:
    """Those of these kinds (all for none) that are at least so sure; what cannot be measured is sure of nothing."""
    return [one for one in suggestions if (not kinds or one.kind in kinds) and (one.sure or 0.0) >= sure]


def _read(line: Mapping[str, Any]) -> Suggestion:
    values = {name: value for name, value in line.items() if name != "key"}
    return Suggestion(**{**values, "grounds": tuple(line["grounds"])})
