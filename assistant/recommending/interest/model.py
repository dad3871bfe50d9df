"""How probably a visitor chooses a product shown to him: a logistic regression kept as numbers in JSON, which can run nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from retrieval.errors import BadInput

from .context import Kind
from .features import NAMES
from .standing import PLACES
from .wares import Floats, Ints

FILE, PREVIOUS = "interest.json", "previous.json"


class Interest(BaseModel):
    """What was learnt. names: the features, to which `mean`, `scale` and `weights` belong. place: weight of log2 of the place shown at.

    context: which kinds of context are among the names, as the last of them. places: as `standing_of` takes them.
    until: the last event learnt from. card: what it was made from, and how good it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    place: float
    intercept: float
    places: tuple[float, ...]
    until: datetime
    context: tuple[Kind, ...] = ()
    card: dict[str, Any] = {}

    def chance(self, found: Floats, place: Ints | int = 1) -> Floats:
        """(m,) 0..1 for rows of `features` at these places, from 1. What is not known counts as the mean of what was learnt from."""
        standard = np.nan_to_num((found - np.array(self.mean)) / np.array(self.scale))
        odds = standard @ np.array(self.weights) + self.place * np.log2(np.minimum(place, PLACES)) + self.intercept
        return np.asarray(1 / (1 + np.exp(-odds)))

    def keep(self, folder: Path) -> None:
        """Write it, and put the one that was there beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / "new.json"
        new.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")
        if (folder / FILE).is_file():
            (folder / FILE).replace(folder / PREVIOUS)
        new.replace(folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> Interest:
        """BadInput for a file that is missing, is no such model, or is of another version."""
        try:
            read = cls.model_validate_json((folder / FILE).read_bytes())
        except (OSError, ValidationError) as error:
            raise BadInput(
                f"No interest model in {folder}.", fix=f"run `shop train interest --store STORE --out {folder}`"
            ) from error
        names = (*NAMES, *read.context)
        sizes = {len(read.mean), len(read.scale), len(read.weights), len(names)}
        if read.names != names or len(sizes) != 1 or len(read.places) != PLACES + 1:
            raise BadInput(f"The interest model in {folder} is of another version.", fix="train it again with --force")
        return read


def roll_back(folder: Path) -> None:
    """Put the previous model in the place of the one in use, and that one beside it. BadInput without a previous one."""
    if not (folder / PREVIOUS).is_file():
        raise BadInput(
            f"No earlier model is kept in {folder}.",
            fix="name one that `shop train interest` wrote twice: the first has none before it",
        )
    aside = folder / "aside.json"
    if (folder / FILE).is_file():
        (folder / FILE).replace(aside)
    (folder / PREVIOUS).replace(folder / FILE)
    if aside.is_file():
        aside.replace(folder / PREVIOUS)
